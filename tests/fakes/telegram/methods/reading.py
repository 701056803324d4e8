"""Parameters that many methods share: the chat, the thread, formatted text, what is replied to."""

from dataclasses import dataclass

from fakes.telegram.chats import Chat
from fakes.telegram.entities import Entity, Formatted, settle, units
from fakes.telegram.html import parse_html
from fakes.telegram.keyboards import read_markup
from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import Json, Refusal, bad_request
from fakes.telegram.things import Message
from fakes.telegram.world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024


@dataclass(frozen=True)
class Target:
    """Where a message goes, and what it answers."""

    chat: Chat
    thread: int | None
    reply_to: int | None
    markup: Json | None


def read_chat(world: World, given: Parameters) -> Chat:
    """Find the chat that is meant; refuses with 400 one that is not there."""
    raw = given.text("chat_id")
    if not raw:
        raise bad_request("chat_id is empty")
    chat = world.chat_of(raw)
    if chat is None:
        raise bad_request("chat not found")
    return chat


def read_target(world: World, given: Parameters, right: str, what: str) -> Target:
    """Find out where a message goes, and that the bot may send such a thing there."""
    chat = read_chat(world, given)
    chat.check_may_send(right, what)
    thread = given.whole("message_thread_id")
    chat.check_thread(thread)
    # Channels take inline keyboards only.
    markup = read_markup(given.structure("reply_markup"), inline_only=chat.kind == "channel")
    return Target(chat, thread, read_reply(chat, given), markup)


def read_reply(chat: Chat, given: Parameters) -> int | None:
    """Return the number of the message that is answered; refuses with 400 one that is not there, unless allowed."""
    reply = given.structure("reply_parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("can't parse reply parameters JSON object")
    number = reply.get("message_id", given.whole("reply_to_message_id"))
    if number is None:
        return None
    if not isinstance(number, int) or str(reply.get("chat_id", chat.id)) != str(chat.id):
        raise bad_request("message to be replied not found")
    if chat.find(number) is None:
        if reply.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return number


def read_formatted(given: Parameters, name: str, prefix: str = "") -> Formatted:
    """Parse a text or caption, with the entities or the parse mode that belong to it."""
    return parse(given.text(name), given.text("parse_mode"), given.structure(f"{prefix}entities"))


def parse(text: str, mode: str, entities: object = None) -> Formatted:
    """Parse text in a parse mode; HTML is the only one that this emulator knows."""
    if mode.lower() == "html":
        return parse_html(text)
    if mode.lower() in {"markdownv2", "markdown"}:
        raise Refusal(501, f"Not Implemented: this emulator knows HTML only, not {mode}")
    if mode:
        raise bad_request("unsupported parse_mode")
    return settle(text.replace("\r", ""), _entities(entities, units(text)))


def check_text(said: Formatted) -> Formatted:
    """Refuse a text that is empty or too long."""
    if not said.text:
        raise bad_request("message text is empty")
    if units(said.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return said


def check_caption(said: Formatted) -> Formatted:
    """Refuse a caption that is too long."""
    if units(said.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return said


def read_message(world: World, given: Parameters, what: str) -> Message:
    """Find the message that is meant, `what` is to be done with it: "edit", "delete"."""
    inline = given.text("inline_message_id")
    if inline:
        found = world.queries.inline_message(inline)
        if found is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return found
    chat = read_chat(world, given)
    chat.check_reachable()
    number = given.whole("message_id")
    if number is None:
        raise bad_request("message identifier is not specified")
    message = chat.find(number)
    if message is None:
        raise bad_request(f"message to {what} not found")
    return message


def _entities(raw: object, length: int) -> list[Entity]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise bad_request("can't parse entities: expected an Array")
    found = []
    for item in raw:
        if not isinstance(item, dict):
            raise bad_request("can't parse entities: expected an Object")
        kind, offset, size = item.get("type"), item.get("offset"), item.get("length")
        if not isinstance(kind, str) or not isinstance(offset, int) or not isinstance(size, int):
            raise bad_request("can't parse entities: wrong MessageEntity")
        if offset >= 0 and size > 0 and offset + size <= length:
            more = {key: value for key, value in item.items() if key not in {"type", "offset", "length", "user"}}
            found.append(Entity(kind, offset, size, more))
    return found
