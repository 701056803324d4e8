"""Groups, their topics, and channels, as those who run them use them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fakes.telegram.chats import Chat, Member, Wanted
from fakes.telegram.entities import written
from fakes.telegram.refusals import Json
from fakes.telegram.shapes import CHANNEL_RIGHTS, GROUP_RIGHTS, user_json
from fakes.telegram.things import Message
from fakes.telegram.waiting import PATIENCE

if TYPE_CHECKING:
    from fakes.telegram.people import Person


class Place(Chat):
    """What groups and channels have in common: members, administrators, a bot that may be among them."""

    all_rights: tuple[str, ...] = GROUP_RIGHTS

    @property
    def creator(self) -> "Person":
        """The person to whom it belongs."""
        return next(member.person for member in self.members.values() if member.status == "creator")

    def add(self, *people: "Person", by: "Person | None" = None) -> None:
        """Let people in."""
        with self.world.turns.lock:
            for person in people:
                self.stand(Member(person, "member"), by or person)
                self._announce(by or person, "new_chat_members", [user_json(person)])

    def remove(self, person: "Person", *, by: "Person | None" = None) -> None:
        """Let a person go: by themselves, or removed by another and then kept out."""
        with self.world.turns.lock:
            self.stand(self.without(person, "kicked" if by else "left"), by or person)
            self._announce(by or person, "left_chat_member", user_json(person))

    def promote(self, person: "Person", *rights: str, by: "Person | None" = None, anonymous: bool = False) -> None:
        """Make somebody an administrator, with all rights but that of making others so, unless some are named."""
        every = set(self.all_rights) - {"can_promote_members"}
        with self.world.turns.lock:
            given = frozenset(rights or every) | {"can_manage_chat"}
            # The creator stays that, but may turn anonymous.
            status = "creator" if self.member(person).status == "creator" else "administrator"
            self.stand(Member(person, status, given, anonymous=anonymous), by or self.creator)

    def demote(self, person: "Person", *, by: "Person | None" = None) -> None:
        """Make an administrator a plain member again."""
        with self.world.turns.lock:
            self.stand(Member(person, "member"), by or self.creator)

    def kick(self, person: "Person", *, by: "Person | None" = None) -> None:
        """Throw somebody out."""
        self.remove(person, by=by or self.creator)

    def add_bot(self, *, by: "Person | None" = None) -> None:
        """Add the bot as a plain member."""
        self.add(self.world.bot, by=by or self.creator)

    def promote_bot(self, *rights: str, by: "Person | None" = None) -> None:
        """Make the bot an administrator, adding it if it is not there."""
        self.promote(self.world.bot, *rights, by=by)

    def demote_bot(self, *, by: "Person | None" = None) -> None:
        """Make the bot a plain member."""
        self.demote(self.world.bot, by=by)

    def kick_bot(self, *, by: "Person | None" = None) -> None:
        """Throw the bot out: it hears of it by `my_chat_member` only."""
        with self.world.turns.lock:
            self.stand(self.without(self.world.bot, "kicked"), by or self.creator)

    def rename(self, title: str, *, by: "Person | None" = None) -> None:
        """Give it another title."""
        with self.world.turns.lock:
            self.title = title
            self._announce(by or self.creator, "new_chat_title", title)

    def _announce(self, by: "Person", key: str, value: object) -> None:
        """Put a service message there."""
        hidden = self.member(by).anonymous
        message = self.store(
            sender=self.world.anonymous if hidden else by, sender_chat=self if hidden else None, service={key: value}
        )
        self.tell_bot(message)


class Group(Place):
    """A group, or a supergroup."""

    def topic(self, name: str) -> "Topic":
        """Open a topic: the group is a forum from then on."""
        if self.kind != "supergroup":
            raise ValueError("only a supergroup has topics")
        with self.world.turns.lock:
            self.is_forum = True
            number = self.next_number
            created: Json = {"name": name, "icon_color": 0x6FB9F0}
            self.topics[number] = name
            message = self.store(sender=self.creator, thread=number, service={"forum_topic_created": created})
            self.tell_bot(message)
        return Topic(self, number, name)

    def forbid(self, *permissions: str) -> None:
        """Take permissions from everybody who is no administrator: `can_send_messages`."""
        self.forbidden.update(permissions)

    def allow(self, *permissions: str) -> None:
        """Give them back."""
        self.forbidden.difference_update(permissions)

    def restrict_bot(self, *permissions: str) -> None:
        """Take permissions from the bot alone; without any it is an ordinary member again."""
        with self.world.turns.lock:
            status = "restricted" if permissions else "member"
            self.stand(Member(self.world.bot, status, forbidden=frozenset(permissions)), self.creator)

    def migrate(self) -> "Group":
        """Turn a plain group into a supergroup with another id, and return that."""
        if self.kind != "group" or self.migrated_to is not None:
            raise ValueError("only a plain group migrates, and only once")
        with self.world.turns.lock:
            new = self.world.place(Group, "supergroup", self.title)
            new.members = dict(self.members)
            new.forbidden = set(self.forbidden)
            self._announce(self.creator, "migrate_to_chat_id", new.id)
            self.migrated_to = new
            new._announce(self.world.anonymous, "migrate_from_chat_id", self.id)  # noqa: SLF001 - of the same class
        return new


class Channel(Place):
    """A channel: administrators post, others read."""

    all_rights = CHANNEL_RIGHTS

    def add_bot(self, *, by: "Person | None" = None) -> None:
        """Bots come into channels as administrators only."""
        self.promote_bot(by=by)

    def add(self, *people: "Person", by: "Person | None" = None) -> None:
        """Let people subscribe: nobody is told, but administrators that are bots."""
        with self.world.turns.lock:
            for person in people:
                self.stand(Member(person, "member"), by or person)

    def post(self, text: str, *, by: "Person | None" = None) -> Message:
        """Post as an administrator."""
        said = written(text)
        with self.world.turns.lock:
            message = self.store(sender_chat=self, signature="", text=said.text, entities=said.entities)
            if by is not None:
                by.marks[self.id] = message.revision
            self.tell_bot(message)
        return message

    def _announce(self, by: "Person", key: str, value: object) -> None:  # noqa: ARG002 - channels name nobody
        """Say what concerns the channel itself; who came or left is said nowhere."""
        if key == "new_chat_title":
            self.tell_bot(self.store(sender_chat=self, service={key: value}))


@dataclass(frozen=True)
class Topic:
    """A topic of a group."""

    group: Group
    id: int
    name: str

    @property
    def messages(self) -> list[Message]:
        """What stands in it, the newest last."""
        return [message for message in self.group.messages if message.thread == self.id]

    def delete(self) -> None:
        """Delete it: what is sent there finds no thread."""
        with self.group.world.turns.lock:
            del self.group.topics[self.id]

    def close(self) -> None:
        """Close it: only administrators write there."""
        self.group.closed_topics.add(self.id)

    def wait_for(self, wanted: Wanted = None, timeout: float = PATIENCE, *, since: int = 0) -> Message:
        """Block until the bot has said something in it."""
        return self.group.wait_for(lambda message: self._fits(message, wanted), timeout, since=since)

    async def heard(self, wanted: Wanted = None, timeout: float = PATIENCE, *, since: int = 0) -> Message:  # noqa: ASYNC109 - the same words as `wait_for`
        """Do the same in a task."""
        return await self.group.heard(lambda message: self._fits(message, wanted), timeout, since=since)

    def _fits(self, message: Message, wanted: Wanted) -> bool:
        if message.thread != self.id or wanted is None:
            return message.thread == self.id
        return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))


def admit(place: Place, creator: "Person", people: Iterable["Person"]) -> None:
    """Fill a new place without anybody being told."""
    place.members[creator.id] = replace(Member(creator), status="creator")
    for person in people:
        if person is not creator:
            place.members[person.id] = replace(Member(person), status="member")
