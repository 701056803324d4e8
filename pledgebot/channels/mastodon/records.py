"""What a server with Mastodon's API says, as values of our own. Ids are opaque text: a number, a ULID, whatever comes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Account:
    """The bot's own account. `note` and `fields` are as they were typed in, where the server tells that."""

    id: str
    acct: str
    url: str
    name: str
    bot: bool
    locked: bool
    note: str
    fields: tuple[tuple[str, str], ...]
    created: datetime | None
    statuses_count: int
    followers_count: int


@dataclass(frozen=True)
class Limits:
    """What a server takes. `characters` of one post; `per_url` is None where a link counts its own length.

    `media` attachments of one post, `description` characters of an alt text, `image_bytes` of one picture. A profile has room
    for a `note` of so many characters and for so many `fields`, each value of `field` characters. `mainline` says that it is
    Mastodon itself, which counts graphemes; others count plain characters.
    """

    characters: int = 500
    per_url: int | None = 23
    media: int = 4
    description: int = 1500
    image_bytes: int = 16 * 1024 * 1024
    mainline: bool = False
    rules: tuple[str, ...] = ()
    version: str = ""
    domain: str = ""
    note: int = 500
    fields: int = 4
    field: int = 255


@dataclass(frozen=True)
class Posted:
    """A post that the server took: its id, and where people read it."""

    id: str
    url: str


@dataclass(frozen=True)
class Picture:
    """A picture that hangs on a post, with its alt text."""

    id: str
    description: str


@dataclass(frozen=True)
class Status:
    """A post as it stands on the server. `text` is its HTML `content` as plain text."""

    id: str
    url: str
    author: str
    text: str
    content: str
    warning: str
    visibility: str
    language: str | None
    in_reply_to: str | None
    created: datetime | None
    edited: datetime | None
    tags: tuple[str, ...]
    pictures: tuple[Picture, ...]
    mentions: tuple["Mentioned", ...] = ()


@dataclass(frozen=True)
class Source:
    """A post as it was typed in: its text and its content warning."""

    id: str
    text: str
    warning: str


@dataclass(frozen=True)
class Mentioned:
    """An account that a post mentions. `url` is its page, where people read it."""

    id: str
    acct: str
    url: str = ""


@dataclass(frozen=True)
class Person:
    """Who wrote a post."""

    id: str
    acct: str
    bot: bool


@dataclass(frozen=True)
class Mention:
    """A post that mentions the bot, and the notification that says so."""

    notification: str
    status: str
    author: Person
    content: str
    warning: str
    visibility: str
    language: str | None
    in_reply_to: str | None
    mentions: tuple[Mentioned, ...]
    tags: tuple[str, ...]
    created: datetime | None
    edited: datetime | None


@dataclass(frozen=True)
class Mentions:
    """Mentions after a cursor, oldest first. `cursor` is where the next call goes on; `more` says that it should be soon."""

    found: tuple[Mention, ...]
    cursor: str | None
    more: bool


@dataclass(frozen=True)
class Policy:
    """Whose notifications a server lets through: `accept`, `filter` or `drop` for each kind of sender."""

    private_mentions: str
    not_following: str
    not_followers: str
    new_accounts: str
    limited_accounts: str


@dataclass(frozen=True)
class Rate:
    """What a server said last of its own limit: how many requests are left, out of how many, and until when."""

    remaining: int
    limit: int | None
    reset: datetime | None
