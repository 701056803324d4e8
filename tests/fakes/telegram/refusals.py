"""How the Bot API says no: a code, Telegram's own words, and sometimes a parameter."""

from collections.abc import Mapping

Json = dict[str, object]


class Refusal(Exception):  # noqa: N818 - named after what the server does, not after what goes wrong
    """An answer that is no success: the HTTP code, the description, and the response parameters."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> Json:
        """Return the answer's body."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(text: str) -> Refusal:
    """Refuse with 400."""
    return Refusal(400, f"Bad Request: {text}")


def forbidden(text: str) -> Refusal:
    """Refuse with 403."""
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """Refuse with 409."""
    return Refusal(409, f"Conflict: {text}")


def too_many(retry_after: int) -> Refusal:
    """Refuse with 429; `retry_after` is in seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def migrated(new_id: int) -> Refusal:
    """Refuse because the group became a supergroup with a new id."""
    return Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": new_id})


def unparsable(text: str) -> Refusal:
    """Refuse markup."""
    return bad_request(f"can't parse entities: {text}")


UNAUTHORIZED = (401, "Unauthorized")
NO_SUCH_METHOD = (404, "Not Found: method not found")
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
