"""What an error of the library says about a delivery: the one place that knows Mastodon.py's errors, and requests' below them.

Mastodon.py wraps whatever happens on the way in one error, and the library's own stands in its `__context__`. HTTP errors
carry `(text, status, reason, message)`; a reply that cannot be read carries no status.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from ssl import SSLCertVerificationError

from mastodon.errors import (
    MastodonAPIError,
    MastodonIllegalArgumentError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonVersionError,
)
from requests.exceptions import (
    ConnectTimeout,
    InvalidHeader,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    ProxyError,
    TooManyRedirects,
)
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from pledgebot.channels.mastodon.headers import UNNAMED_WAIT
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain

Failure = TemporaryFailure | PermanentFailure | Uncertain

TOKEN_REFUSED = "the server refuses the account's token"  # noqa: S105 - a sentence
FORBIDDEN = "the server does not let the account do this"
MOVED = "the server says that its address is another one"
UNREADABLE = "an answer that cannot be read"
ACCOUNT_WAIT = timedelta(hours=1)
"""How long nothing is tried where a person must act first: a token, a right, an address."""

_REFUSED = (
    "character limit",
    "text is too long",
    "can't be blank",
    "finished processing",
    "in_reply_to",
    "post you are trying to reply to",
    "file size",
    "unsupported",
    "language",
    "outside the authorized scopes",
)
"""Texts of a refusal that are worth telling; the rest may quote what was sent, and is not told."""
_NOT_READY = "finished processing"


class Missing(PermanentFailure):
    """Provably not done: the post that was to be answered or changed, or whatever else was named, is not there (any more)."""


class Redirected(Exception):  # noqa: N818 - it is no fault of the program's
    """A write was answered with another address, to which it would be repeated as a read."""


def translate(error: Exception, *, wait: timedelta | None = None, doubt: bool = True) -> Failure:
    """Return what an error means for what was being sent.

    Whatever is not known to have sent nothing is a doubt, unless `doubt` is False: for reads, and for writes that may be
    repeated without harm. `wait` is what the server said of its own limit (`headers.wait`).
    """
    if isinstance(error, TemporaryFailure | PermanentFailure):
        return error
    if isinstance(error, MastodonRatelimitError):
        return TemporaryFailure("too many requests", wait or UNNAMED_WAIT)
    failure = _meaning(error)
    if isinstance(failure, Uncertain) and not doubt:
        return TemporaryFailure(failure.reason)
    return failure


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status of a server's refusal, None where there was none."""
    status = error.args[1] if isinstance(error, MastodonAPIError) and len(error.args) > 1 else None
    return status if isinstance(status, int) else None


def _meaning(error: Exception) -> Failure:
    if isinstance(error, Uncertain):
        return error
    if isinstance(error, MastodonNetworkError):
        return _on_the_way(error)
    if isinstance(error, MastodonAPIError):
        status = status_of(error)
        return Uncertain(UNREADABLE) if status is None else _refusal(status, str(error.args[-1] or "").lower())
    # What the library finds out before it asks the server; the recursion is its own, while it looks for a version.
    if isinstance(error, MastodonVersionError | MastodonIllegalArgumentError):
        return PermanentFailure(f"{type(error).__name__} before sending")
    if isinstance(error, RecursionError):
        return TemporaryFailure("the server cannot be asked for its version")
    return Uncertain(f"{type(error).__name__} while sending")


def _on_the_way(error: MastodonNetworkError) -> Failure:
    """Return what it means that no reply came: a connection that was never made carried nothing."""
    causes = list(_causes(error))
    for kinds, failure in _NEVER_LEFT:
        if any(isinstance(cause, kinds) for cause in causes):
            return failure()
    return Uncertain("no usable answer")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what stands behind an error: contexts, and what requests and urllib3 hide in arguments and reasons."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__context__, cause.__cause__, getattr(cause, "reason", None), *cause.args]


def _refusal(status: int, text: str) -> Failure:
    """Return what a refusal means.

    A server's fault (5xx) says nothing of the post. Mastodon stores it first and distributes it after, so its own 500 and 503
    may come when the post is public; a proxy's 502 and 504 come when the server is too slow to say that it is; and servers were
    seen to answer 500 to a repeated key. To look among one's own posts is cheap, so all of them are doubts.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Uncertain(f"the server answered {status}")
    if status in _BY_STATUS:
        return _BY_STATUS[status]()
    if _NOT_READY in text:
        return TemporaryFailure("a picture is still being processed")
    told = next((known for known in _REFUSED if known in text), "no reason that may be told")
    return PermanentFailure(f"the server refuses this ({status}): {told}")


# A token that is refused and a right that is missing stop the whole account, not this one message: a person mends them.
_BY_STATUS: dict[int, Callable[[], Failure]] = {
    HTTPStatus.UNAUTHORIZED: lambda: TemporaryFailure(TOKEN_REFUSED, ACCOUNT_WAIT),
    HTTPStatus.FORBIDDEN: lambda: TemporaryFailure(FORBIDDEN, ACCOUNT_WAIT),
    HTTPStatus.NOT_FOUND: lambda: Missing("not there"),
    HTTPStatus.GONE: lambda: Missing("not there any more"),
    HTTPStatus.REQUEST_TIMEOUT: lambda: TemporaryFailure("the request came too slowly"),
    HTTPStatus.CONFLICT: lambda: Uncertain("the server is at it already"),
    HTTPStatus.TOO_EARLY: lambda: TemporaryFailure("too early"),
}
# The order counts: a name that cannot be found is a connection that was never made, and so is one that a proxy refused.
_NEVER_LEFT: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[], Failure]], ...] = (
    ((Redirected, TooManyRedirects), lambda: TemporaryFailure(MOVED, ACCOUNT_WAIT)),
    (
        (InvalidHeader, InvalidSchema, InvalidURL, MissingSchema, UnicodeEncodeError),
        lambda: TemporaryFailure("the address or the token cannot be right", ACCOUNT_WAIT),
    ),
    (SSLCertVerificationError, lambda: TemporaryFailure("the server's certificate is not valid")),
    (
        (ConnectTimeout, ConnectTimeoutError, NewConnectionError, ProxyError),
        lambda: TemporaryFailure("cannot be reached"),
    ),
)
