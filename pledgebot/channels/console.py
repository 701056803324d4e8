"""The console: shows each post as it will look on Telegram and on Mastodon, without an account anywhere."""

from typing import TextIO

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text as Styled

from pledgebot.channels.base import Outgoing
from pledgebot.domain.delivery import Action, PermanentFailure, Receipt
from pledgebot.messages.document import Message
from pledgebot.messages.render import mastodon_length, plain, split, telegram_length
from pledgebot.messages.styled import styled

TELEGRAM_LIMIT = 4096
MASTODON_LIMIT = 500
_WIDTH = 100


class ConsoleChannel:
    """Writes posts to a terminal or a file; colours only on a terminal."""

    name = "console"

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, width=None if stream.isatty() else _WIDTH, highlight=False, markup=False)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Print the post twice, as each network will show it; a closed stream is a permanent failure."""
        try:
            self._console.print(preview(outgoing.message, outgoing.action))
        except (OSError, ValueError) as error:
            raise PermanentFailure(f"the console cannot be written to: {error}") from error
        return Receipt(f"console-{outgoing.delivery}")


def preview(message: Message, action: Action = Action.SEND) -> Group:
    """Return a message as both networks will show it, each within its limit."""
    suffix = {Action.SEND: "", Action.EDIT: " (edited)", Action.REPLY: " (reply to the earlier post)"}[action]
    telegram = split(message, lambda part: telegram_length(plain(part)) <= TELEGRAM_LIMIT)
    mastodon = split(message, lambda part: mastodon_length(plain(part)) <= MASTODON_LIMIT)
    return Group(
        *(_panel(styled(part), "Telegram", suffix, telegram_length(plain(part)), TELEGRAM_LIMIT) for part in telegram),
        *(
            _panel(
                Styled(plain(part)),
                f"Mastodon {number}/{len(mastodon)}",
                suffix,
                mastodon_length(plain(part)),
                MASTODON_LIMIT,
            )
            for number, part in enumerate(mastodon, start=1)
        ),
    )


def _panel(content: Styled, network: str, suffix: str, length: int, limit: int) -> Panel:
    return Panel(
        content, title=network + suffix, title_align="left", subtitle=f"{length}/{limit}", subtitle_align="right"
    )
