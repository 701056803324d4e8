"""What stands around a message: an example always says that it is one."""

from dataclasses import replace

from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.i18n import Translator


def frame(message: Message, tr: Translator, fictional: bool) -> Message:
    """Return a message with a first line that says that lists and people are invented, when they are."""
    if not fictional:
        return message
    line = paragraph(tr._("Example: fictional lists and people."))
    return message if message.blocks[:1] == (line,) else replace(message, blocks=(line, *message.blocks))
