"""Joining an instance: an application is registered, a person allows it in the browser and brings a code back for a token."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pledgebot.channels.mastodon.client import Hearing, make_client
from pledgebot.clock import Clock
from pledgebot.domain.errors import Unusable

if TYPE_CHECKING:
    from mastodon import Mastodon

APPLICATION = "pledgebot"
TIMEOUT = timedelta(seconds=20)
SCOPES = (
    # The account itself; follows and blocks are told of under read:follows, with the requests to follow.
    "read:accounts",
    "read:follows",
    # Mentions, and whose mentions are let through.
    "read:notifications",
    # The account's own posts, looked through before anything is posted again.
    "read:statuses",
    # The profile, and pinning a post to it.
    "write:accounts",
    # Letting those follow who asked.
    "write:follows",
    "write:media",
    # Only to have private mentions of strangers let through.
    "write:notifications",
    "write:statuses",
)
"""What the bot may do, and nothing else: https://docs.joinmastodon.org/api/oauth-scopes/#granular"""

_WIDE = {"read": "read:", "write": "write:"}
_FOLLOW = {"read:follows", "write:follows"}


def missing_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """Return what of `SCOPES` is not among granted ones; `read`, `write` and `follow` hold several of them."""

    def covered(scope: str) -> bool:
        wide = any(name in granted and scope.startswith(start) for name, start in _WIDE.items())
        return scope in granted or wide or ("follow" in granted and scope in _FOLLOW)

    return tuple(scope for scope in SCOPES if not covered(scope))


@dataclass(frozen=True)
class Application:
    """An application that an instance knows now. `address` is what a person opens in the browser."""

    client: "Mastodon"
    address: str
    plain_http: bool


def register(base_url: str, website: str | None, clock: Clock, timeout: timedelta = TIMEOUT) -> Application:
    """Have an instance know the program, and return where a person allows it. Raises `Unusable` in one line."""
    client = make_client(base_url, "", timeout, Hearing(clock))
    # An empty token would be sent along, and refused.
    client.access_token = None
    plain_http = base_url.startswith("http://")
    try:
        client.client_id, client.client_secret = client.create_app(
            APPLICATION,
            scopes=list(SCOPES),
            website=website,
            api_base_url=base_url,
            request_timeout=timeout.total_seconds(),
            session=client.session,
            user_agent=client.user_agent,
        )
        # Whoever is logged in as themselves would else give the bot their own account.
        address = client.auth_request_url(scopes=list(SCOPES), force_login=True, allow_http=plain_http)
    except (KeyError, TypeError):
        # What the library makes of an answer that is no application: the reason that was given is lost in it.
        problem = "the instance does not register the program; is mastodon.base_url an instance of Mastodon?"
    except Exception as error:  # noqa: BLE001 - whatever a reply makes of the library is translated
        problem = _reason(error)
    else:
        return Application(client, _without_nothing(str(address)), plain_http)
    raise Unusable(f"mastodon: {problem}")


def _without_nothing(address: str) -> str:
    """Return an address without what the library says of arguments that nobody gave: that they are "None"."""
    parts = urlsplit(address)
    given = [(name, value) for name, value in parse_qsl(parts.query) if value != "None"]
    return urlunsplit(parts._replace(query=urlencode(given)))


def token_for(application: Application, code: str) -> str:
    """Return the token that a code is good for, once. Raises `Unusable` in one line that holds neither."""
    from mastodon.errors import MastodonAPIError, MastodonIllegalArgumentError

    try:
        token = application.client.log_in(code=code, scopes=list(SCOPES), allow_http=application.plain_http)
    except MastodonIllegalArgumentError as error:
        problem = _refused(error)
    except MastodonAPIError:
        problem = "the instance did not grant everything that was asked for; allow all of it"
    except Exception as error:  # noqa: BLE001 - as above
        problem = _reason(error)
    else:
        return str(token)
    # Raised here and not inside the handler: the library's error quotes what was sent.
    raise Unusable(f"mastodon: {problem}")


def account_behind(application: Application) -> str:
    """Return the name of the account whose token was just fetched. Raises `Unusable`."""
    from pledgebot.channels.mastodon.reading import account_of

    try:
        return account_of(application.client.account_verify_credentials()).acct
    except Exception as error:  # noqa: BLE001 - as above
        problem = _reason(error)
    raise Unusable(f"mastodon: {problem}")


def close(application: Application) -> None:
    """Close the connections to the instance."""
    application.client.session.close()


def _refused(error: Exception) -> str:
    """Tell a code that is wrong from an instance that could not answer: the library wraps both in the same error."""
    from mastodon.errors import MastodonAPIError

    from pledgebot.channels.mastodon.errors import status_of

    behind = error.__context__
    refused = isinstance(behind, MastodonAPIError) and (status_of(behind) or 0) in range(400, 500)
    if refused or not isinstance(behind, Exception):
        return "the instance does not take this code; it is good once and for some minutes only: begin again"
    return _reason(behind)


def _reason(error: Exception) -> str:
    from pledgebot.channels.mastodon.errors import translate

    return f"no answer that can be used ({translate(error, doubt=False).reason})"
