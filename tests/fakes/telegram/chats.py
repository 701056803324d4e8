"""A chat: who is in it, what stands in it, and what the bot may do there."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fakes.telegram.refusals import bad_request, forbidden, migrated
from fakes.telegram.shapes import chat_json, member_json, message_json, user_json
from fakes.telegram.things import Message
from fakes.telegram.waiting import PATIENCE

if TYPE_CHECKING:
    from fakes.telegram.people import Person
    from fakes.telegram.world import World

Wanted = str | Callable[[Message], object] | None
"""Which message is waited for: a part of its text, a condition, or any."""

INSIDE = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass(frozen=True)
class Member:
    """A person's standing in a chat; `rights` of an administrator, `forbidden` what a restricted member may not."""

    person: "Person"
    status: str = "left"
    rights: frozenset[str] = field(default_factory=frozenset)
    forbidden: frozenset[str] = field(default_factory=frozenset)
    anonymous: bool = False

    @property
    def inside(self) -> bool:
        """Whether the person is in the chat."""
        return self.status in INSIDE

    @property
    def is_admin(self) -> bool:
        """Whether the person is creator or administrator."""
        return self.status in {"creator", "administrator"}


class Chat:
    """A private chat, a group or a channel, as everybody in it sees it."""

    def __init__(self, world: "World", number: int, kind: str, title: str, username: str = "") -> None:
        self.world = world
        self.id = number
        self.kind = kind
        self.title = title
        self.username = username
        self.members: dict[int, Member] = {}
        self.topics: dict[int, str] = {}
        self.closed_topics: set[int] = set()
        self.is_forum = False
        self.forbidden: set[str] = set()
        self.migrated_to: Chat | None = None
        self._messages: dict[int, Message] = {}
        self._log: list[Message] = []
        self._revisions: list[int] = []
        self._next = 1

    def __repr__(self) -> str:
        return f"<{self.kind} {self.title!r} {self.id}>"

    # What stands there

    @property
    def messages(self) -> list[Message]:
        """What stands in the chat now, the newest last."""
        with self.world.turns.lock:
            return list(self._messages.values())

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.messages[-1]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot wrote, the newest last."""
        return [message for message in self.messages if message.from_bot]

    def find(self, number: int) -> Message | None:
        """Return a message as it stands now, None if there is none (any more)."""
        return self._messages.get(number)

    def transcript(self) -> str:
        """Return the whole chat as plain text."""
        return "\n".join([f"— {self.title} ({self.kind} {self.id})", *map(str, self.messages)])

    def wait_for(self, wanted: Wanted = None, timeout: float = PATIENCE, *, since: int = 0) -> Message:
        """Block until the bot has said something here that is wanted; AssertionError with the transcript otherwise.

        Messages that were written or edited after revision `since` count; the oldest that fits is returned.
        """
        return self.world.turns.wait(lambda: self.said(wanted, since), timeout, lambda: self._in_vain(wanted, since))

    async def heard(self, wanted: Wanted = None, timeout: float = PATIENCE, *, since: int = 0) -> Message:  # noqa: ASYNC109 - the same words as `wait_for`
        """Do the same in a task."""
        return await self.world.turns.until(
            lambda: self.said(wanted, since), timeout, lambda: self._in_vain(wanted, since)
        )

    def said(self, wanted: Wanted = None, since: int = 0) -> Message | None:
        """Return what the bot wrote or edited after a revision, if it fits and still stands."""
        with self.world.turns.lock:
            for message in self._log[bisect_right(self._revisions, since) :]:
                if message.from_bot and self._messages.get(message.id) is message and _fits(message, wanted):
                    return message
        return None

    def _in_vain(self, wanted: Wanted, since: int) -> str:
        what = repr(wanted) if isinstance(wanted, str) else "what was waited for"
        return f"the bot did not say {what} after revision {since}:\n{self.transcript()}"

    @property
    def next_number(self) -> int:
        """The number that the next message will have."""
        return self._next

    # What changes there

    def store(self, **fields: object) -> Message:
        """Put a message at the end; whoever calls this holds the lock."""
        world = self.world
        message = Message(chat=self, id=self._next, date=world.date(), revision=world.next_revision(), **fields)  # type: ignore[arg-type]  # the callers name fields of Message
        self._next += 1
        self._keep(message)
        return message

    def change(self, message: Message, **fields: object) -> Message:
        """Put an edited message in the place of the old one."""
        edited = message.changed(
            **fields, edits=message.edits + 1, edited_at=self.world.date(), revision=self.world.next_revision()
        )
        self._keep(edited)
        return edited

    def delete(self, number: int) -> None:
        """Take a message away."""
        del self._messages[number]
        self.world.turns.changed()

    def _keep(self, message: Message) -> None:
        self._messages[message.id] = message
        self._log.append(message)
        self._revisions.append(message.revision)
        self.world.turns.changed()

    # Who is there

    def member(self, person: "Person") -> Member:
        """Return a person's standing, `left` when there never was any."""
        return self.members.get(person.id) or Member(person)

    @property
    def bot(self) -> Member:
        """The bot's standing."""
        return self.member(self.world.bot)

    def stand(self, new: Member, by: "Person") -> None:
        """Give a person another standing; the bot hears of its own, and as an administrator of others'."""
        old = self.member(new.person)
        self.members[new.person.id] = new
        own = new.person is self.world.bot
        if own or self.bot.is_admin:
            change = {"old_chat_member": self._shape(old), "new_chat_member": self._shape(new)}
            body = {"chat": chat_json(self), "from": user_json(by), "date": self.world.date(), **change}
            self.world.tell("my_chat_member" if own else "chat_member", body)

    def _shape(self, member: Member) -> dict[str, object]:
        return member_json(member, channel=self.kind == "channel")

    def without(self, person: "Person", status: str = "left") -> Member:
        """Return a person's standing after leaving."""
        return replace(self.member(person), status=status, rights=frozenset(), anonymous=False)

    # What the bot gets, and may

    def tell_bot(self, message: Message, *, edited: bool = False) -> None:
        """Let the bot have a message, if it would get it."""
        if self.bot_gets(message):
            kind = "channel_post" if self.kind == "channel" else "message"
            self.world.tell(f"edited_{kind}" if edited else kind, message_json(message))

    def bot_gets(self, message: Message) -> bool:
        """Tell whether the bot would get a message: in groups its privacy mode decides."""
        if self.kind == "private":
            return True
        if not self.bot.inside:
            return False
        everything = self.kind == "channel" or self.bot.is_admin or self.world.reads_all
        return everything or bool(message.service) or message.via_bot or self._is_for_bot(message)

    def _is_for_bot(self, message: Message) -> bool:
        name = f"@{self.world.bot.username}".lower()
        if any(stretch.lower() == name for stretch in message.parts("mention")):
            return True
        commands = [stretch.lower() for stretch in message.parts("bot_command")]
        if any("@" not in command or command.endswith(name) for command in commands):
            return True
        target = None if message.reply_to is None else self.find(message.reply_to)
        return target is not None and target.from_bot

    def check_reachable(self) -> None:
        """Refuse, as Telegram does, when the bot has no access to the chat."""
        if self.migrated_to is not None:
            raise migrated(self.migrated_to.id)
        if self.kind == "private":
            self._check_person()
        elif self.bot.status == "kicked":
            raise forbidden(f"bot was kicked from the {self.kind} chat")
        elif not self.bot.inside:
            if self.world.bot.id not in self.members and not self.username:
                raise bad_request("chat not found")
            raise forbidden(f"bot is not a member of the {self.kind} chat")

    def _check_person(self) -> None:
        person = self.world.people[self.id]
        if person.deleted:
            raise forbidden("user is deactivated")
        if not person.opened:
            raise forbidden("bot can't initiate conversation with a user")
        if person.blocked:
            raise forbidden("bot was blocked by the user")

    def check_may_send(self, right: str, what: str) -> None:
        """Refuse when the bot may not send such a thing here: `can_send_messages`, "text messages"."""
        self.check_reachable()
        if self.kind == "private":
            return
        if self.kind == "channel":
            if not self.bot.is_admin or "can_post_messages" not in self.bot.rights:
                raise bad_request("need administrator rights in the channel chat")
        elif not self.bot.is_admin and {right, "can_send_messages"} & (self.forbidden | self.bot.forbidden):
            raise bad_request(f"not enough rights to send {what} to the chat")

    def check_thread(self, thread: int | None) -> None:
        """Refuse a topic that is not there; the General topic has no number that could be given."""
        if thread is None:
            return
        if thread not in self.topics:
            raise bad_request("message thread not found")
        if thread in self.closed_topics and not self.bot.is_admin:
            raise bad_request("TOPIC_CLOSED")


def _fits(message: Message, wanted: Wanted) -> bool:
    if wanted is None:
        return True
    return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))
