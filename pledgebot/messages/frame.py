"""What stands around a message: an example always says that it is one."""

from collections.abc import Callable
from dataclasses import replace

from pledgebot.messages.document import Message, Paragraph, paragraph
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.splitting import split


def frame(message: Message, tr: Translator, fictional: bool) -> Message:
    """Return a message with a first line that says that lists and people are invented, when they are."""
    if not fictional or is_framed(message, tr):
        return message
    return replace(message, blocks=(_line(tr), *message.blocks))


def is_framed(message: Message, tr: Translator) -> bool:
    """Tell whether a message begins with the line that says that it is an example."""
    return message.blocks[:1] == (_line(tr),)


def thread(message: Message, fits: Callable[[Message], bool]) -> tuple[Message, ...]:
    """Split a message into parts that fit, as `split` does; of an example, each part says that it is one."""
    tr = translator(message.language)
    fictional = is_framed(message, tr)
    parts = split(message, lambda part: fits(frame(part, tr, fictional)))
    return tuple(frame(part, tr, fictional) for part in parts)


def _line(tr: Translator) -> Paragraph:
    return paragraph(tr._("Example: fictional lists and people."))
