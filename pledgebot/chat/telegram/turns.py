"""What Telegram brings becomes a turn: who, where, what. Pure; everything after it is free of Telegram's own types."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

import telegram
from telegram.constants import ChatType

from pledgebot.chat.organizer_talk import is_about
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.messages.panels import Elsewhere
from pledgebot.messages.presses import number, read_token

ANONYMOUS = 1087968824
"""The account in whose name an anonymous administrator writes: https://core.telegram.org/bots/api#message (GroupAnonymousBot)."""

LARGEST_FILE = 20 * 1024 * 1024
"""What a bot may fetch: https://core.telegram.org/bots/api#getfile"""


class What(StrEnum):
    """What somebody did."""

    TEXT = "text"
    PRESS = "press"
    FILE = "file"
    FORWARD = "forward"
    INLINE = "inline"


@dataclass(frozen=True)
class Person:
    """Who did it: their account's number, and the language of their app if it says one."""

    id: int
    language: str = ""
    anonymous: bool = False


@dataclass(frozen=True)
class FileSent:
    """A file that was sent, not fetched yet; `size` is in bytes, 0 where Telegram does not say."""

    file_id: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Forwarded:
    """Where a forwarded message comes from, as far as Telegram tells."""

    link: str | None
    said_on: date | None
    by: str | None


@dataclass(frozen=True)
class Turn:
    """One thing that one person did in one place.

    `message` is the message written, or the one whose button was pressed; `reply_to` is where an answer in a group belongs.
    `query` is the number of the press or inline question that Telegram wants answered. `about` is the token of the bot's own
    message that a text replies to, where such a reply is passed on.
    """

    update: int
    what: What
    person: Person
    spot: Spot
    text: str = ""
    message: int | None = None
    query: str = ""
    file: FileSent | None = None
    forwarded: Forwarded | None = None
    addressed: bool = True
    about: str = ""

    @property
    def private(self) -> bool:
        """Tell whether it happened between one person and the bot."""
        return self.spot.place is PlaceKind.PRIVATE


@dataclass(frozen=True)
class Membership:
    """The bot was let in, shut out or made an administrator. `by` did it; `writes` says whether it may write there now."""

    spot: Spot
    called: Elsewhere
    by: Person
    was_there: bool
    is_there: bool
    writes: bool


@dataclass(frozen=True)
class Migration:
    """A group has become a supergroup, under another number."""

    old: str
    new: str


def spot_of(chat: telegram.Chat | telegram.ChatFullInfo, message: telegram.Message | None = None) -> Spot:
    """Return a place; the topic of a forum counts as a place of its own, but for its general one."""
    thread = message.message_thread_id if message is not None and message.is_topic_message else None
    kinds = {ChatType.PRIVATE: PlaceKind.PRIVATE, ChatType.CHANNEL: PlaceKind.CHANNEL}
    return Spot("telegram", str(chat.id), str(thread or ""), kinds.get(ChatType(chat.type), PlaceKind.GROUP))


def called(chat: telegram.Chat | telegram.ChatFullInfo) -> Elsewhere:
    """Return how a group or a channel is called by those who read of it in another chat."""
    return Elsewhere(chat.title or "", f"@{chat.username}" if chat.username else "")


def person_of(user: telegram.User | None, sender_chat: telegram.Chat | None = None) -> Person:
    """Return who did it; somebody who writes as a group or a channel is nobody in particular."""
    if user is None or sender_chat is not None or user.id == ANONYMOUS:
        return Person(0, (user.language_code or "") if user is not None else "", anonymous=True)
    return Person(user.id, user.language_code or "")


def written(update: telegram.Update, username: str, zone: ZoneInfo) -> Turn | None:
    """Return the turn of a message, None for one that says nothing to a bot. `zone` is where the days of messages begin."""
    message = update.message
    if message is None or message.is_automatic_forward or (message.via_bot and message.via_bot.username == username):
        # A channel's post that Telegram copies into its group, or our own words inserted by inline mode: nobody asks.
        return None
    person = person_of(message.from_user, message.sender_chat)
    spot = spot_of(message.chat, message)
    text = message.text or message.caption or ""
    addressed, text = addressed_text(text, username, private=spot.place is PlaceKind.PRIVATE)
    file = file_of(message)
    what = What.FORWARD if message.forward_origin is not None and file is None else What.FILE if file else What.TEXT
    about = _about(message.reply_to_message, username) if what is What.TEXT and _COMMAND.match(text) is None else ""
    return Turn(
        update=update.update_id,
        what=what,
        person=person,
        spot=spot,
        text=text,
        message=message.message_id,
        file=file,
        forwarded=_forwarded(message.forward_origin, zone) if message.forward_origin is not None else None,
        addressed=addressed or bool(about),
        about=about,
    )


def _about(message: telegram.Message | None, username: str) -> str:
    """Return the token of the bot's own message that was replied to, if words about it are passed on.

    It is read from the buttons of that message, which nobody but the bot can have put there.
    """
    if message is None or message.from_user is None or message.reply_markup is None:
        return ""
    if not username or (message.from_user.username or "").lower() != username.lower():
        return ""
    buttons = (button.callback_data for row in message.reply_markup.inline_keyboard for button in row)
    return next((said for said in buttons if isinstance(said, str) and is_about(said)), "")


_COMMAND = re.compile(r"^\s*/[^\s@]+(?:@(\S+))?", re.DOTALL)


def addressed_text(text: str, username: str, *, private: bool) -> tuple[bool, str]:
    """Return whether a text is for this bot, and the text without the bot's name.

    In a group that is a command (not one for another bot) or a text that begins with the bot's name; a plain name is not.
    """
    command = _COMMAND.match(text)
    if command is not None:
        other = command[1] is not None and command[1].lower() != username.lower()
        return not other, text
    mention = re.match(rf"^\s*@{re.escape(username)}\b[\s:,]*", text, re.IGNORECASE) if username else None
    if mention is not None:
        return True, text[mention.end() :]
    return private, text


def file_of(message: telegram.Message) -> FileSent | None:
    """Return the file of a message: a document, or the largest size of a photograph."""
    if message.document is not None:
        document = message.document
        return FileSent(document.file_id, document.mime_type or "application/octet-stream", document.file_size or 0)
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return FileSent(largest.file_id, "image/jpeg", largest.file_size or 0)
    return None


def _forwarded(origin: telegram.MessageOrigin, zone: ZoneInfo) -> Forwarded:
    said_on = origin.date.astimezone(zone).date() if origin.date is not None else None
    if isinstance(origin, telegram.MessageOriginChannel):
        link = f"https://t.me/{origin.chat.username}/{origin.message_id}" if origin.chat.username else None
        return Forwarded(link, said_on, origin.chat.title)
    if isinstance(origin, telegram.MessageOriginUser):
        return Forwarded(None, said_on, origin.sender_user.full_name)
    if isinstance(origin, telegram.MessageOriginHiddenUser):
        return Forwarded(None, said_on, origin.sender_user_name)
    if isinstance(origin, telegram.MessageOriginChat):
        return Forwarded(None, said_on, origin.sender_chat.title)
    return Forwarded(None, said_on, None)


def pressed(update: telegram.Update) -> Turn | None:
    """Return the turn of a button; a press always tells who pressed, anonymous administrators included."""
    query = update.callback_query
    if query is None or query.message is None:
        return None
    message = query.message if isinstance(query.message, telegram.Message) else None
    return Turn(
        update=update.update_id,
        what=What.PRESS,
        person=person_of(query.from_user),
        spot=_in_topic(spot_of(query.message.chat, message), query.data or ""),
        text=query.data or "",
        message=query.message.message_id,
        query=query.id,
    )


def _in_topic(spot: Spot, data: str) -> Spot:
    """Return where a button of the panel was pressed: it names its topic, which Telegram does not tell of an old message."""
    press = read_token(data)
    where = press.arguments[:2] if press is not None and press.verb == "s" else ()
    numbers = [number(argument) for argument in where]
    named = spot.place is PlaceKind.GROUP and len(numbers) > 1 and str(numbers[0]) == spot.address
    return replace(spot, thread=str(numbers[1])) if named and numbers[1] else spot


def asked_inline(update: telegram.Update) -> Turn | None:
    """Return the turn of an inline question, which is asked from anywhere."""
    query = update.inline_query
    if query is None:
        return None
    person = person_of(query.from_user)
    spot = Spot("telegram", str(person.id))
    return Turn(update.update_id, What.INLINE, person, spot, text=query.query, query=query.id)


_THERE = frozenset({"member", "administrator", "creator"})


def membership(update: telegram.Update) -> Membership | None:
    """Return what became of the bot in a place (https://core.telegram.org/bots/api#chatmemberupdated)."""
    change = update.my_chat_member
    if change is None:
        return None
    spot = spot_of(change.chat)
    return Membership(
        spot=spot,
        called=called(change.chat),
        by=person_of(change.from_user),
        was_there=is_there(change.old_chat_member),
        is_there=is_there(change.new_chat_member),
        writes=may_write(change.new_chat_member, spot.place),
    )


def is_there(member: telegram.ChatMember) -> bool:
    """Tell whether somebody belongs to a place."""
    if isinstance(member, telegram.ChatMemberRestricted):
        return member.is_member
    return member.status in _THERE


def may_write(member: telegram.ChatMember, place: PlaceKind) -> bool:
    """Tell whether the bot may write in a place; in a channel that is a right of its administrators."""
    if place is PlaceKind.CHANNEL:
        return isinstance(member, telegram.ChatMemberAdministrator) and bool(member.can_post_messages)
    if isinstance(member, telegram.ChatMemberRestricted):
        return member.is_member and bool(member.can_send_messages)
    return is_there(member)


def migration(update: telegram.Update) -> Migration | None:
    """Return how a group moved. Telegram says it twice, once in either group."""
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return Migration(str(message.chat.id), str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        return Migration(str(message.migrate_from_chat_id), str(message.chat.id))
    return None


@dataclass(frozen=True)
class Origin:
    """Where an update that was only received belongs: handled in order with others of the same chat."""

    update: str
    chat: str = field(default="")


def origin_of(raw: object) -> Origin | None:
    """Return the number and the chat of a raw update, None for something that has no number.

    It reads only what it needs, so that an update which this version cannot parse is still kept.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return None
    number = str(raw["update_id"])
    for kind, inner in raw.items():
        if kind == "update_id" or not isinstance(inner, dict):
            continue
        holder = inner.get("message") if kind == "callback_query" else inner
        chat = holder.get("chat") if isinstance(holder, dict) else None
        sender = inner.get("from")
        for one in (chat, sender):
            if isinstance(one, dict) and isinstance(one.get("id"), int):
                return Origin(number, str(one["id"]))
    return Origin(number)
