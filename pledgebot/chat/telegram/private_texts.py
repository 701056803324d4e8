"""A private text, which is most of what comes, read from the update as it came.

The library makes objects of everything that an update holds, and looks through its handlers for one that wants it: that costs
as much as the answer. Whatever is not beyond doubt a plain text in a private chat is left to it.
"""

from pledgebot.chat.telegram.turns import ANONYMOUS, Person, Turn, What, addressed_text
from pledgebot.domain.audience import PlaceKind, Spot

_UPDATE = {"update_id", "message"}
_MESSAGE = {"message_id", "date", "chat", "from", "text", "entities"}
"""What a message may hold that nobody forwarded, inserted, or sent with something else; `written` reads no more of it."""


def private_text(raw: dict[str, object], username: str) -> Turn | None:
    """Return the turn of a raw update, the same as `written` returns; None for one that the library has to read."""
    message = raw.get("message")
    if raw.keys() != _UPDATE or not isinstance(message, dict) or not message.keys() <= _MESSAGE:
        return None
    number, at, text = raw["update_id"], message.get("message_id"), message.get("text")
    person, address = _person(message.get("from")), _private_address(message.get("chat"))
    if person is None or address is None or not all(map(_is_number, (number, at, message.get("date")))):
        return None
    if not isinstance(text, str) or not isinstance(message.get("entities", []), list):
        return None
    addressed, text = addressed_text(text, username, private=True)
    spot = Spot("telegram", address, "", PlaceKind.PRIVATE)
    return Turn(int(str(number)), What.TEXT, person, spot, text, int(str(at)), addressed=addressed)


def _person(sender: object) -> Person | None:
    if not isinstance(sender, dict) or not _is_number(sender.get("id")) or sender["id"] == ANONYMOUS:
        return None
    language = sender.get("language_code", "")
    return Person(sender["id"], language) if isinstance(language, str) else None


def _private_address(chat: object) -> str | None:
    if not isinstance(chat, dict) or chat.get("type") != "private" or not _is_number(chat.get("id")):
        return None
    return str(chat["id"])


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
