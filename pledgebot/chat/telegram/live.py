"""With what a turn is answered beside the turn itself: what Telegram said just now, and what the configuration says."""

from dataclasses import dataclass

from pledgebot.chat.drafting import ReceivedFile
from pledgebot.domain.audience import Spot
from pledgebot.messages.panels import Elsewhere
from pledgebot.services.new_answers import FILE_LIMIT


@dataclass(frozen=True)
class Live:
    """What Telegram said just now, because the turn needs it.

    `target` is the place that is meant where it is not the chat itself: a channel or group named in a private chat, or by a
    button. `administrator` is that the person administers the place that is meant. `file` is what was sent, None when it was
    too large to fetch.
    """

    administrator: bool = False
    target: Spot | None = None
    called: Elsewhere | None = None
    """How the place that is meant is called, where it is not the chat itself."""
    file: ReceivedFile | None = None
    unseen: bool = False
    """A place was named that the bot does not see, or in which it may not write."""


@dataclass(frozen=True)
class Manners:
    """What the configuration says about answering: the languages, the first by default, and whom to write to."""

    languages: tuple[str, ...]
    contact: str
    largest_file: int = FILE_LIMIT
    """The largest proof that is kept, in bytes."""


class HandledMeanwhile(Exception):  # noqa: N818 - it is no error: another worker was faster
    """Another worker has handled this turn: nothing of ours is kept."""
