"""The world around the bot: its people, groups and channels, and what happens among them."""

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from fakes.telegram.chats import Chat
from fakes.telegram.commands import Commands
from fakes.telegram.files import Files
from fakes.telegram.limits import Counter
from fakes.telegram.people import Person
from fakes.telegram.places import Channel, Group, Place, admit
from fakes.telegram.queries import Queries
from fakes.telegram.refusals import Json
from fakes.telegram.things import ANONYMOUS_ADMIN
from fakes.telegram.updates import Updates
from fakes.telegram.waiting import PATIENCE, Turns

_FIRST_PERSON = 1_200_000
_BEYOND_32_BITS = 7_100_000_000
_FIRST_GROUP = -4_200_000_000
_FIRST_SUPERGROUP = -1_002_100_000_000
_STRIDE = 7

PlaceT = TypeVar("PlaceT", bound=Place)


class World:
    """Everything that Telegram knows; every change of it is made under one lock.

    `reads_all` switches the bot's privacy mode off, `inline` and `inline_feedback` are the switches of @BotFather;
    `now` is the clock (Unix seconds); `first_update` the number of the first update, random when it is left out.
    """

    def __init__(
        self, bot_id: int, username: str, name: str, *, now: Callable[[], float] = time.time,
        first_update: int | None = None,
    ) -> None:  # fmt: skip
        self.turns = Turns()
        self.now = now
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.names: dict[str, Chat] = {}
        self.revision = 0
        self.reads_all = False
        self.inline = True
        self.inline_feedback = False
        self.files = Files()
        self.commands = Commands()
        self.queries = Queries(self)
        # A test may set another clock later.
        self.counter = Counter(lambda: self.now())  # noqa: PLW0108 - see above
        # No secret: a bot just must not rely on where the numbers begin.
        self.updates = Updates(random.randrange(10**8, 9 * 10**8) if first_update is None else first_update)  # noqa: S311
        self.bot = self._known(Person(self, bot_id, name, username=username, is_bot=True))
        anonymous = Person(self, ANONYMOUS_ADMIN, "Group", username="GroupAnonymousBot", is_bot=True)
        self.anonymous = self._known(anonymous)

    # Whom and what there is

    def user(self, name: str, *, language: str = "fr", username: str = "", hides: bool = False) -> Person:
        """Let there be a person; numbers of every second one need more than 32 bits."""
        with self.turns.lock:
            count = len(self.people)
            number = (_BEYOND_32_BITS if count % 2 else _FIRST_PERSON) + count * _STRIDE
            return self._known(Person(self, number, name, language, username, hides=hides))

    def group(
        self, title: str, *, people: Iterable[Person] = (), creator: Person | None = None, small: bool = False,
        bot: bool = False, username: str = "",
    ) -> Group:  # fmt: skip
        """Let there be a supergroup, or with `small` a plain group; the first of the people created it."""
        return self._filled(
            self.place(Group, "group" if small else "supergroup", title, username), people, creator, bot
        )

    def channel(
        self, title: str, *, people: Iterable[Person] = (), creator: Person | None = None, bot: bool = False,
        username: str = "",
    ) -> Channel:  # fmt: skip
        """Let there be a channel; with `bot` the bot is an administrator of it."""
        return self._filled(self.place(Channel, "channel", title, username), people, creator, bot)

    def private(self, person: Person) -> Chat:
        """Return a person's private chat with the bot."""
        with self.turns.lock:
            chat = self.chats.get(person.id)
            if chat is None:
                chat = self._kept(Chat(self, person.id, "private", person.name, person.username))
            return chat

    def place(self, kind: type[PlaceT], word: str, title: str, username: str = "") -> PlaceT:
        """Make an empty group or channel."""
        with self.turns.lock:
            first = _FIRST_GROUP if word == "group" else _FIRST_SUPERGROUP
            place = kind(self, first - len(self.chats) * _STRIDE, word, title, username)
            self._kept(place)
            return place

    def chat_of(self, raw: str) -> Chat | None:
        """Find a chat by its number or its @name, as the bot writes it."""
        if raw.startswith("@"):
            return self.names.get(raw[1:].lower())
        try:
            number = int(raw)
        except ValueError:
            return None
        person = self.people.get(number)
        return self.private(person) if person is not None and not person.is_bot else self.chats.get(number)

    # What happens

    def tell(self, kind: str, body: Json) -> None:
        """Queue an update for the bot, if it wants that kind."""
        with self.turns.lock:
            if self.updates.put(kind, body) is not None:
                self.turns.changed()

    def tell_raw(self, body: Json) -> int:
        """Queue an update of a test's own making, even one that no bot can parse; returns its number."""
        with self.turns.lock:
            number = self.updates.put_raw(body)
            self.turns.changed()
            return number

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
        """Block until something is so; it is looked at whenever the world or the record of calls has changed."""
        self.turns.wait(lambda: True if condition() else None, timeout, lambda: f"never came to pass: {what}")

    async def until(self, condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109 - the same words as `wait_until`
        """Do the same in a task."""
        await self.turns.until(lambda: True if condition() else None, timeout, lambda: f"never came to pass: {what}")

    def date(self) -> int:
        """Return the time in whole Unix seconds."""
        return int(self.now())

    def next_revision(self) -> int:
        """Count a change."""
        self.revision += 1
        return self.revision

    def instance(self, chat: Chat) -> str:
        """Return the `chat_instance` of a chat."""
        return str(-chat.id * 31 + 17)

    def _known(self, person: Person) -> Person:
        self.people[person.id] = person
        return person

    def _kept(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        if chat.username:
            self.names[chat.username.lower()] = chat
        return chat

    def _filled(self, place: PlaceT, people: Iterable[Person], creator: Person | None, bot: bool) -> PlaceT:
        everybody = list(people)
        admit(place, creator or (everybody[0] if everybody else self.user(f"Owner of {place.title}")), everybody)
        if bot:
            place.add_bot()
        return place
