"""A message for a terminal with colours. Imported only where there is one: rich is not needed elsewhere."""

from rich.text import Text

from pledgebot.messages.document import Bullets, Heading, Inline, Link, Message, Quote, Strong
from pledgebot.messages.typography import typeset


def styled(message: Message) -> Text:
    """Return a message for a terminal with colours, as Telegram shows it: bold words, links under their labels."""
    shown = Text()
    for place, block in enumerate(message.blocks):
        if place:
            shown.append("\n\n" if not isinstance(message.blocks[place - 1], Heading) else "\n")
        if isinstance(block, Bullets):
            for number, item in enumerate(block.items):
                shown.append("\n• " if number else "• ")
                _inlines(shown, item, message.language)
        else:
            style = "bold" if isinstance(block, Heading) else "italic" if isinstance(block, Quote) else ""
            shown.append("┃ " if isinstance(block, Quote) else "")
            _inlines(shown, block.inlines, message.language, style)
    if message.hashtags:
        shown.append("\n\n" + " ".join(f"#{tag.lstrip('#')}" for tag in message.hashtags), style="blue")
    return shown


def _inlines(shown: Text, inlines: tuple[Inline, ...], language: str, style: str = "") -> None:
    for inline in inlines:
        own = "bold" if isinstance(inline, Strong) else ""
        if isinstance(inline, Link):
            own = f"underline blue link {inline.url}"
        shown.append(typeset(inline.text, language), style=f"{style} {own}".strip())
