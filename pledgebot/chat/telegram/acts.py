"""What is to be done on Telegram after a turn was decided: plain values that can be stored until they are done."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pledgebot.chat.reply import Instead
from pledgebot.chat.suggestions import Suggestion
from pledgebot.messages.document import Message, from_json, to_json


@dataclass(frozen=True)
class Say:
    """Send a message to a chat; `reply_to` is the message that it answers there. `gone` of its pieces went out already.

    Where it comes too late, into an electoral silence, what `instead` says is said in its place.
    """

    chat: str
    thread: str
    message: Message
    reply_to: int | None = None
    gone: int = 0
    instead: Instead | None = None

    def at(self, now: datetime) -> Self:
        """Return what is to be said at a moment."""
        if self.instead is None or now < self.instead.begins:
            return self
        return replace(self, message=self.instead.message, gone=0, instead=None)


@dataclass(frozen=True)
class Change:
    """Change a message that was sent."""

    chat: str
    thread: str
    number: int
    message: Message


@dataclass(frozen=True)
class Show:
    """Send a kept file, known by its SHA-256, to an organizer who has to look at the proof."""

    chat: str
    thread: str
    file: str


Act = Say | Change | Show


@dataclass(frozen=True)
class Outcome:
    """What comes of a turn: acts, a word shown at the button that was pressed, suggestions for an inline question.

    `kept` says that the acts are stored with the turn's effects, so that a crash loses none of them. The suggestions may be shown
    again until `fresh_until`; without it, for as long as usual.
    """

    acts: tuple[Act, ...] = ()
    notice: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    kept: bool = False
    fresh_until: datetime | None = None


def acts_to_json(acts: Iterable[Act]) -> str:
    """Return acts as they are stored."""
    return json.dumps([_to_plain(act) for act in acts], ensure_ascii=False)


def _to_plain(act: Act) -> dict[str, object]:
    if isinstance(act, Show):
        return {"chat": act.chat, "thread": act.thread, "file": act.file}
    number = _of_say(act) if isinstance(act, Say) else {"number": act.number}
    return {"chat": act.chat, "thread": act.thread, "message": to_json(act.message), **number}


def _of_say(act: Say) -> dict[str, object]:
    told: dict[str, object] = {"reply_to": act.reply_to, "gone": act.gone}
    if act.instead is not None:
        told["instead"] = {"begins": act.instead.begins.isoformat(), "message": to_json(act.instead.message)}
    return told


def acts_from_json(stored: str) -> tuple[Act, ...]:
    """Return the acts that were stored. Raises `ValueError` for anything else."""
    return tuple(_from_plain(plain) for plain in json.loads(stored))


def _from_plain(plain: dict[str, object]) -> Act:
    if "file" in plain:
        return Show(str(plain["chat"]), str(plain["thread"]), str(plain["file"]))
    content = plain["message"]
    if not isinstance(content, dict):
        raise ValueError("an act without its message")  # noqa: TRY004 - a stored value, not a caller's mistake
    chat, thread, message = str(plain["chat"]), str(plain["thread"]), from_json(content)
    if "number" in plain:
        return Change(chat, thread, int(str(plain["number"])), message)
    reply_to = plain.get("reply_to")
    gone = int(str(plain.get("gone", 0)))
    instead = _instead_from(plain.get("instead"))
    return Say(chat, thread, message, int(str(reply_to)) if reply_to is not None else None, gone, instead)


def _instead_from(plain: object) -> Instead | None:
    if not isinstance(plain, dict):
        return None
    return Instead(datetime.fromisoformat(str(plain["begins"])), from_json(plain["message"]))
