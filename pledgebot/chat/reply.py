"""What a mouth is asked to say: messages, and where they go."""

from dataclasses import dataclass, field
from datetime import datetime

from pledgebot.messages.document import Message


@dataclass(frozen=True)
class Instead:
    """What is said in the place of a reply that could not be said before a moment: an electoral silence begins then.

    It is said afterwards too: it tells from when on one may ask again.
    """

    begins: datetime
    message: Message


@dataclass(frozen=True)
class Reply:
    """The answer to one thing that somebody wrote, sent or pressed.

    `in_place` says that the message whose button was pressed may be changed into this one. `notice` is a word of at most 200
    characters that is shown at the button. `awaits` is a token: what whoever asked writes next
    in private is about it. `instead` is there where the reply tells of lists and a silence is to come: a network may want to be
    left alone for hours, and a worker may be gone for days.
    """

    messages: tuple[Message, ...] = ()
    in_place: bool = False
    notice: str = ""
    awaits: str = ""
    # Many replies share one: whoever counts what they take up in memory need not count it.
    instead: Instead | None = field(default=None, repr=False)
