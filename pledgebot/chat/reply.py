"""What a mouth is asked to say: messages, and where they go."""

from dataclasses import dataclass

from pledgebot.messages.document import Message


@dataclass(frozen=True)
class Reply:
    """The answer to one thing that somebody wrote, sent or pressed.

    `in_place` says that the message whose button was pressed may be changed into this one. `notice` is a word of at most 200
    characters that is shown at the button. `awaits` is a token: what whoever asked writes next
    in private is about it.
    """

    messages: tuple[Message, ...] = ()
    in_place: bool = False
    notice: str = ""
    awaits: str = ""
