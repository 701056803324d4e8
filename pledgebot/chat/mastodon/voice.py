"""By what means this mouth hears and speaks: the medium of the same name does it, and is handed in."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pledgebot.messages.document import Message, Picture


class Named(Protocol):
    """An account that a post mentions, as the server calls it: "bob", or "bob@exemple.invalid" of another one."""

    @property
    def acct(self) -> str:
        """Its name."""
        ...


class Mentioned(Named, Protocol):
    """An account that a post mentions, with its page."""

    @property
    def url(self) -> str:
        """Where people read it; empty where the server does not say."""
        ...


class Author(Named, Protocol):
    """Who wrote a post."""

    @property
    def id(self) -> str:
        """Its number."""
        ...

    @property
    def bot(self) -> bool:
        """Whether it says of itself that it is a program."""
        ...


class Heard(Protocol):
    """A post that mentions the bot."""

    @property
    def status(self) -> str:
        """The post's number."""
        ...

    @property
    def author(self) -> Author:
        """Who wrote it."""
        ...

    @property
    def content(self) -> str:
        """What it says, in HTML."""
        ...

    @property
    def warning(self) -> str:
        """Its content warning, empty for none."""
        ...

    @property
    def visibility(self) -> str:
        """Who may see it: `public`, `unlisted`, `private` (followers), `direct`."""
        ...

    @property
    def language(self) -> str | None:
        """Its language, if it names one."""
        ...

    @property
    def in_reply_to(self) -> str | None:
        """The post that it answers."""
        ...

    @property
    def mentions(self) -> Sequence[Mentioned]:
        """The accounts that it mentions."""
        ...

    @property
    def created(self) -> datetime | None:
        """When it was written, if the server tells."""
        ...


class HeardOnes(Protocol):
    """Mentions, the oldest first, and where the next look begins."""

    @property
    def found(self) -> Sequence[Heard]:
        """The mentions."""
        ...

    @property
    def cursor(self) -> str | None:
        """Where the next look begins; None where nothing was ever there."""
        ...

    @property
    def more(self) -> bool:
        """Whether there are more already."""
        ...


class Me(Named, Protocol):
    """The bot's own account."""

    @property
    def id(self) -> str:
        """Its number."""
        ...

    @property
    def url(self) -> str:
        """Its page."""
        ...

    @property
    def statuses_count(self) -> int:
        """How many posts it has."""
        ...


class Place(Protocol):
    """What a server says of itself."""

    @property
    def domain(self) -> str:
        """The name of the server in the addresses of its accounts."""
        ...


class Post(Protocol):
    """A post that somebody answered."""

    @property
    def author(self) -> str:
        """The name of who wrote it."""
        ...


class Ears(Protocol):
    """The account, as far as it listens. Raises the failures of `domain.delivery`, and nothing of the library's."""

    async def verify(self) -> Me:
        """Return whose account it is."""
        ...

    async def limits(self) -> Place:
        """Return what the server says of itself."""
        ...

    async def newest_notification(self) -> str | None:
        """Return the number of the newest notification, None where there is none."""
        ...

    async def mentions(self, after: str | None) -> HeardOnes:
        """Return the mentions since a notification."""
        ...

    async def status(self, post: str) -> Post:
        """Return a post."""
        ...

    async def accept_follow_requests(self) -> int:
        """Let those follow the account who asked, and return how many there were."""
        ...

    async def account_id(self, acct: str) -> str | None:
        """Return the number of an account, None where the server knows none of that name."""
        ...

    async def blocked_by(self, people: Sequence[str]) -> frozenset[str]:
        """Return which of at most forty accounts, by their numbers, blocked this one."""
        ...


Cut = Callable[[Message, str, str], tuple[str, ...]]
"""A message, who it is for ("@bob"), and its content warning become the texts of its posts."""


class Mouth(Protocol):
    """The account, as far as it answers. Raises the failures of `domain.delivery`."""

    async def cut(self) -> Cut:
        """Return what cuts messages as this server takes them."""
        ...

    async def say(
        self,
        texts: Sequence[str],
        *,
        key: str,
        visibility: str,
        language: str,
        warning: str,
        reply_to: str,
        repeated: bool,
        pictures: Sequence[Picture] = (),
    ) -> tuple[str, ...]:
        """Post texts, the first as an answer to a post, each other below the one before, and return the numbers of all.

        Pictures hang on the first. What is `repeated` is looked for first: what stands already is not posted again. Raises
        PermanentFailure where the post that was to be answered is gone.
        """
        ...
