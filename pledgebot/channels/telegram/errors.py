"""What an error of the library says about a delivery: the one place that knows python-telegram-bot's errors."""

import warnings
from collections.abc import Callable
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBDeprecationWarning

from pledgebot.channels.telegram.transport import NotSent
from pledgebot.domain.delivery import Gone, Moved, PermanentFailure, TemporaryFailure, Uncertain

Failure = TemporaryFailure | PermanentFailure | Uncertain

TOKEN_REFUSED = "Telegram refuses the bot's token"  # noqa: S105 - a sentence
UNCHANGED = "message is not modified"
GONE_ALREADY = "message to delete not found"
NO_TEXT = "there is no text in the message to edit"

_GONE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "bot was kicked",
    "bot was blocked",
    "bot is not a member",
    "group chat was deactivated",
    "peer_id_invalid",
    "chat_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
    "channel_private",
)
"""Texts of a 400 that speak of the place itself. A right that is missing there is none of them: it can be given."""
_REFUSED = (
    UNCHANGED,
    NO_TEXT,
    "message to edit not found",
    "message can't be edited",
    GONE_ALREADY,
    "message can't be deleted",
    "message thread not found",
    "message is too long",
    "message caption is too long",
    "message text is empty",
    "can't parse entities",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "topic_closed",
    "button_data_invalid",
    "button_url_invalid",
    "photo_invalid_dimensions",
    "image_process_failed",
    "wrong file",
)
"""Texts of a 400 that are worth telling; the rest of a description may quote what was sent, and is not."""
_TOO_MANY = "too many requests"
_TOO_LARGE = "request entity too large"
_PARTLY_SENT = "failed to send message #"


def translate(error: Exception) -> Failure:
    """Return what an error means for the message that was being sent, from the narrow to the wide.

    Whatever is not known to have sent nothing is a doubt: the Bot API has no key by which it would know a repetition.
    """
    for kind, mean in _MEANINGS:
        if isinstance(error, kind) and (failure := mean(error)) is not None:
            return failure
    return Uncertain(f"{type(error).__name__} while sending")


def _on_the_way(error: Exception) -> Failure | None:
    """Return what a refusal means that is no JSON: a proxy or a firewall on the way refused, not Telegram."""
    return TemporaryFailure("refused on the way, not by Telegram") if error.__cause__ is not None else None


def says(error: Exception, text: str) -> bool:
    """Tell whether Telegram refused a request with a certain text."""
    return isinstance(error, BadRequest) and text in error.message.lower()


def _bad_request(error: Exception) -> Failure:
    text = str(error).lower()
    if _PARTLY_SENT in text:
        return Uncertain("only a part may have been sent")
    if _TOO_MANY in text:
        return TemporaryFailure(_TOO_MANY)
    for known in _GONE:
        if known in text:
            return Gone(known)
    return PermanentFailure(next((known for known in _REFUSED if known in text), "Telegram refuses this message"))


def _network(error: Exception) -> Failure:
    """Return what remains: of all that a server or a network may do, two texts say that nothing was sent."""
    text = str(error).lower()
    if text.startswith(_TOO_MANY):
        return TemporaryFailure(_TOO_MANY)
    if text.startswith(_TOO_LARGE):
        return PermanentFailure(_TOO_LARGE)
    return Uncertain("no usable answer")


def _wait(error: Exception) -> Failure | None:
    """Return how long to wait; the library tells seconds or a duration, as its environment says, and warns of the former."""
    if not isinstance(error, RetryAfter):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = error.retry_after
    return TemporaryFailure(_TOO_MANY, (wait if isinstance(wait, timedelta) else timedelta(seconds=wait)) or None)


def _moved(error: Exception) -> Failure | None:
    return Moved(str(error.new_chat_id)) if isinstance(error, ChatMigrated) else None


# The order counts: each kind stands before those that it belongs to.
_MEANINGS: tuple[tuple[type[Exception], Callable[[Exception], Failure | None]], ...] = (
    (RetryAfter, _wait),
    (ChatMigrated, _moved),
    (Forbidden, _on_the_way),
    (Forbidden, lambda _: Gone("the bot was blocked, removed or not let in")),
    (BadRequest, _on_the_way),
    (BadRequest, _bad_request),
    (InvalidToken, lambda _: TemporaryFailure(TOKEN_REFUSED)),
    (EndPointNotFound, lambda _: TemporaryFailure(TOKEN_REFUSED)),
    (Conflict, lambda _: TemporaryFailure("another program uses the bot's token")),
    (NotSent, lambda _: TemporaryFailure("Telegram cannot be reached")),
    (TimedOut, lambda _: Uncertain("no answer in time")),
    (NetworkError, _network),
    (TelegramError, lambda _: Uncertain("an answer that cannot be read")),
)
