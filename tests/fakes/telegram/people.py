"""What people do in Telegram, and what they see of the bot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from fakes.telegram.chats import Chat, Member, Wanted
from fakes.telegram.entities import Formatted, written
from fakes.telegram.files import image_size
from fakes.telegram.queries import Press, Question, Result
from fakes.telegram.refusals import Json
from fakes.telegram.shapes import chat_json, message_json, user_json
from fakes.telegram.things import File, Message
from fakes.telegram.waiting import PATIENCE

if TYPE_CHECKING:
    from fakes.telegram.places import Topic
    from fakes.telegram.world import World

Place = "Chat | Topic"


@dataclass(eq=False)
class Person:
    """Somebody with an account (or a bot); `hides` keeps the name's link out of forwarded messages."""

    world: "World" = field(repr=False)
    id: int
    name: str
    language: str = ""
    username: str = ""
    is_bot: bool = False
    opened: bool = False
    blocked: bool = False
    deleted: bool = False
    hides: bool = False
    marks: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def is_this_bot(self) -> bool:
        """Whether this is the bot under test."""
        return self is self.world.bot

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.world.private(self)

    @property
    def sees(self) -> list[Message]:
        """What stands in the private chat, the newest last."""
        return self.chat.messages

    def wait_for(self, place: "Chat | Wanted" = None, wanted: Wanted = None, timeout: float = PATIENCE) -> Message:
        """Block until the bot answers: until it writes or edits, after this person's last act in that place.

        Without a place it is the private chat: `alix.wait_for("Bonjour")`, `alix.wait_for(group, "Bonjour")`.
        """
        chat, what = (place, wanted) if isinstance(place, Chat) else (self.chat, place or wanted)
        return chat.wait_for(what, timeout, since=self.marks.get(chat.id, 0))

    async def heard(self, place: "Chat | Wanted" = None, wanted: Wanted = None, timeout: float = PATIENCE) -> Message:  # noqa: ASYNC109 - the same words as `wait_for`
        """Do the same in a task."""
        chat, what = (place, wanted) if isinstance(place, Chat) else (self.chat, place or wanted)
        return await chat.heard(what, timeout, since=self.marks.get(chat.id, 0))

    # Writing

    def write(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Write to the bot in private."""
        return self._send(self.chat, None, reply_to, written(text))

    def start(self, payload: str = "") -> Message:
        """Press Start, perhaps after following a link with a payload; whoever had blocked the bot unblocks it."""
        if self.blocked:
            self.unblock()
        return self.write(f"/start {payload}".rstrip())

    def follow(self, link: str) -> Message | None:
        """Follow a link: one to the bot with `?start=` sends its payload, any other leads outside."""
        parts = urlsplit(link)
        name = parts.path.strip("/")
        if parts.scheme == "tg":
            name = parse_qs(parts.query).get("domain", [""])[0]
        start = parse_qs(parts.query, keep_blank_values=True).get("start")
        ours = parts.netloc in {"t.me", "telegram.me", "resolve"} and name.lower() == self.world.bot.username.lower()
        return self.start(start[0]) if ours and start else None

    def write_in(
        self, place: "Chat | Topic", text: str, topic: "Topic | None" = None, *, reply_to: Message | None = None
    ) -> Message:
        """Write in a group, or in one of its topics."""
        chat, thread = _where(topic or place)
        return self._send(chat, thread, reply_to, written(text))

    def send_photo(
        self, content: bytes = b"", *, caption: str = "", to: "Chat | Topic | None" = None, size: int | None = None,
        reply_to: Message | None = None, album: str = "",
    ) -> Message:  # fmt: skip
        """Send a photo; messages with the same `album` belong together."""
        chat, thread = _where(to or self.chat)
        sides = image_size(content) or (800, 600)
        photo = self.world.files.add("photo", "photo.jpg", "image/jpeg", content, size=size, sides=sides)
        return self._send(chat, thread, reply_to, written(caption), photo=photo, group_id=album)

    def send_document(
        self, content: bytes = b"", name: str = "document.pdf", *, caption: str = "", mime: str = "application/pdf",
        to: "Chat | Topic | None" = None, size: int | None = None, reply_to: Message | None = None, album: str = "",
    ) -> Message:  # fmt: skip
        """Send a file; with `size` (in bytes) its content may be left out."""
        chat, thread = _where(to or self.chat)
        document = self.world.files.add("document", name, mime, content, size=size)
        return self._send(chat, thread, reply_to, written(caption), document=document, group_id=album)

    def forward(self, message: Message, to: "Chat | Topic | None" = None) -> Message:
        """Forward a message, to the bot unless another place is named."""
        chat, thread = _where(to or self.chat)
        said = Formatted(message.text, message.entities)
        origin = message.origin or _origin(message)
        return self._send(chat, thread, None, said, photo=message.photo, document=message.document, origin=origin)

    def edit(self, message: Message, text: str) -> Message:
        """Edit an own message."""
        said = written(text)
        with self.world.turns.lock:
            edited = message.chat.change(message, text=said.text, entities=said.entities)
            self.marks[message.chat.id] = edited.revision
            message.chat.tell_bot(edited, edited=True)
        return edited

    def _send(
        self, chat: Chat, thread: int | None, reply_to: Message | None, said: Formatted, *,
        photo: File | None = None, document: File | None = None, origin: Json | None = None, group_id: str = "",
        via_bot: bool = False, markup: Mapping[str, object] | None = None,
    ) -> Message:  # fmt: skip
        with self.world.turns.lock:
            member = self._enter(chat)
            hidden = chat.kind != "channel" and member.anonymous
            # In a topic, whoever replies to nobody replies to the message that opened it.
            target = thread if reply_to is None else reply_to.id
            message = chat.store(
                sender=None if chat.kind == "channel" else self.world.anonymous if hidden else self,
                sender_chat=chat if hidden or chat.kind == "channel" else None,
                text=said.text, entities=said.entities, reply_to=target, thread=thread, photo=photo, document=document,
                origin=origin, group_id=group_id, via_bot=via_bot, markup=markup,
            )  # fmt: skip
            self.marks[chat.id] = message.revision
            chat.tell_bot(message)
        return message

    def _enter(self, chat: Chat) -> Member:
        """Check that one can write there."""
        if chat.kind == "private":
            if chat is not self.chat:
                raise ValueError(f"{self.name} cannot write in somebody else's private chat")
            if self.blocked or self.deleted:
                raise ValueError(f"{self.name} has blocked the bot, or has no account any more")
            self.opened = True
            return chat.member(self)
        member = chat.member(self)
        if not member.inside or (chat.kind == "channel" and not member.is_admin):
            raise ValueError(f"{self.name} cannot write in {chat}")
        return member

    # Pressing, asking

    def press(self, message: Message, what: str, *, stale: bool = False) -> Press:
        """Press a button, found by its label or data; `stale`: the message is too old for Telegram to show the bot."""
        button = message.button(what)
        if button.url is not None:
            return Press(self.world, self, button, "", led_to=self.follow(button.url))
        if button.data is None:
            return Press(self.world, self, button, "")
        return self.send_data(message, button.data, stale=stale)

    def send_data(self, message: Message, data: str, *, stale: bool = False) -> Press:
        """Send callback data of one's own making, as a changed client can."""
        world = self.world
        with world.turns.lock:
            now = message.chat.find(message.id)
            if now is None:
                raise ValueError("that message was deleted")
            press = world.queries.press(self, data)
            body: Json = {"id": press.id, "from": user_json(self), "chat_instance": world.instance(message.chat)}
            if message.via_bot:
                body["inline_message_id"] = world.queries.inline_id(now)
            elif stale:
                body["message"] = {"chat": chat_json(message.chat), "message_id": message.id, "date": 0}
            else:
                body["message"] = message_json(now)
            self.marks[message.chat.id] = world.revision
            world.tell("callback_query", body | {"data": data})
        return press

    def ask_inline(self, text: str, *, offset: str = "", chat_type: str = "sender") -> Question:
        """Type `@bot text` somewhere: the results come in `question.results`."""
        world = self.world
        with world.turns.lock:
            question = world.queries.ask(self, text)
            if not world.inline:
                return question
            body: Json = {"id": question.id, "from": user_json(self), "query": text, "offset": offset}
            world.tell("inline_query", body | {"chat_type": chat_type})
        return question

    def choose(self, question: Question, what: str | int = 0, *, to: "Chat | Topic | None" = None) -> Message:
        """Choose one of the results, by its place or title, and send it somewhere."""
        chat, thread = _where(to or self.chat)
        result: Result = question.result(what)
        with self.world.turns.lock:
            message = self._send(chat, thread, None, result.content, via_bot=True, markup=result.markup)
            if self.world.inline_feedback:
                body: Json = {"result_id": result.id, "from": user_json(self), "query": question.text}
                if result.markup:
                    body["inline_message_id"] = self.world.queries.inline_id(message)
                self.world.tell("chosen_inline_result", body)
        return message

    # Coming and going

    def block(self) -> None:
        """Block the bot."""
        self._turn("member", "kicked")
        self.blocked = True

    def unblock(self) -> None:
        """Unblock the bot."""
        self.blocked = False
        self._turn("kicked", "member")

    def delete_account(self) -> None:
        """Delete the account: the bot hears nothing, and reaches nobody."""
        self.deleted = True

    def _turn(self, old: str, new: str) -> None:
        world = self.world
        with world.turns.lock:
            bot = user_json(world.bot)
            standings = [{"status": s, "user": bot, **({"until_date": 0} if s == "kicked" else {})} for s in (old, new)]
            body: Json = {"chat": chat_json(self.chat), "from": user_json(self), "date": world.date()}
            world.tell(
                "my_chat_member", body | dict(zip(("old_chat_member", "new_chat_member"), standings, strict=True))
            )

    def menu(self, chat: Chat | None = None) -> dict[str, str]:
        """Return the command menu that this person's client shows: command → description."""
        return self.world.commands.shown(self, chat or self.chat)


def _where(place: "Chat | Topic") -> tuple[Chat, int | None]:
    return (place, None) if isinstance(place, Chat) else (place.group, place.id)


def _origin(message: Message) -> Json:
    """Return the MessageOrigin of a message that is forwarded."""
    shape: Json = {"date": message.date}
    if message.chat.kind == "channel":
        return shape | {"type": "channel", "chat": chat_json(message.chat), "message_id": message.id}
    if message.sender_chat is not None:
        return shape | {"type": "chat", "sender_chat": chat_json(message.sender_chat)}
    sender = message.sender
    if sender is None or sender.hides:
        return shape | {"type": "hidden_user", "sender_user_name": sender.name if sender else ""}
    return shape | {"type": "user", "sender_user": user_json(sender)}
