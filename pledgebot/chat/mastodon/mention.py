"""A mention as it is kept in the inbox, and the answer to it as it waits there. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from pledgebot.chat.mastodon.voice import Heard
from pledgebot.messages.document import Picture

DIRECT = "direct"
_LONGEST_CONTENT = 100_000
_MOST_NAMES = 100


@dataclass(frozen=True)
class Mention:
    """What a mention says. `acct` is its author as the server calls them, `mentions` are the accounts that it names.

    `pages` are where those accounts are read, in the same order, empty where that is not known.
    """

    status: str
    acct: str
    content: str
    warning: str
    visibility: str
    language: str | None
    in_reply_to: str | None
    mentions: tuple[str, ...]
    created: str | None
    pages: tuple[str, ...] = ()

    @property
    def private(self) -> bool:
        """Tell whether only those who are named can read it."""
        return self.visibility == DIRECT

    def written(self, otherwise: datetime) -> datetime:
        """Return when it was written, as the server said."""
        return datetime.fromisoformat(self.created) if self.created else otherwise


@dataclass(frozen=True)
class Answer:
    """The posts that answer a mention. `thread` is the one that they belong to; without texts nothing is said.

    `pictures` hang on the first of them. From `hushed_from` on, when an electoral silence begins, `instead` is said in their
    place, without pictures.
    """

    texts: tuple[str, ...]
    status: str
    visibility: str
    language: str
    warning: str
    thread: str
    hushed_from: str = ""
    instead: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def at(self, now: datetime) -> "Answer":
        """Return what is to be said at a moment."""
        if not self.hushed_from or now < datetime.fromisoformat(self.hushed_from):
            return self
        return replace(self, texts=self.instead, hushed_from="", instead=(), pictures=())


def kept(heard: Heard) -> str:
    """Return a mention as the inbox keeps it."""
    mention = Mention(
        status=heard.status,
        acct=heard.author.acct,
        content=heard.content[:_LONGEST_CONTENT],
        warning=heard.warning,
        visibility=heard.visibility,
        language=heard.language,
        in_reply_to=heard.in_reply_to,
        mentions=tuple(one.acct for one in heard.mentions)[:_MOST_NAMES],
        created=heard.created.isoformat() if heard.created is not None else None,
        pages=tuple(one.url for one in heard.mentions)[:_MOST_NAMES],
    )
    return json.dumps(asdict(mention), ensure_ascii=False)


def mention_from(payload: str | None) -> Mention | None:
    """Return a mention that was kept, None for what is none."""
    told = _read(payload)
    if told is None or not _text(told.get("status")):
        return None
    return Mention(
        status=_text(told.get("status")),
        acct=_text(told.get("acct")),
        content=_text(told.get("content")),
        warning=_text(told.get("warning")),
        visibility=_text(told.get("visibility")),
        language=_text(told.get("language")) or None,
        in_reply_to=_text(told.get("in_reply_to")) or None,
        mentions=_texts(told.get("mentions")),
        created=_text(told.get("created")) or None,
        pages=_texts(told.get("pages")),
    )


def answer_to_json(answer: Answer) -> str:
    """Return an answer as the inbox keeps it until it is given."""
    return json.dumps(asdict(answer), ensure_ascii=False)


def answer_from(payload: str | None) -> Answer | None:
    """Return an answer that was kept, None for what is none."""
    told = _read(payload)
    if told is None or not _text(told.get("status")):
        return None
    return Answer(
        texts=_texts(told.get("texts")),
        status=_text(told.get("status")),
        visibility=_text(told.get("visibility")) or DIRECT,
        language=_text(told.get("language")),
        warning=_text(told.get("warning")),
        thread=_text(told.get("thread")),
        hushed_from=_text(told.get("hushed_from")),
        instead=_texts(told.get("instead")),
        pictures=_pictures(told.get("pictures")),
    )


def address_of(acct: str, domain: str) -> str:
    """Return the whole address of an account, by which it is known from any server: "alice@exemple.invalid"."""
    return (acct if "@" in acct or not domain else f"{acct}@{domain}").lower()


def _read(payload: str | None) -> Mapping[str, object] | None:
    try:
        told = json.loads(payload or "")
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _pictures(value: object) -> tuple[Picture, ...]:
    found = value if isinstance(value, list) else []
    return tuple(
        Picture(_text(one.get("key")), _text(one.get("description"))) for one in found if isinstance(one, dict)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
