"""The console: shows each post as it will look on Telegram and on Mastodon, without an account anywhere."""

from datetime import timedelta
from typing import TextIO

from pledgebot.channels.base import Outgoing
from pledgebot.domain.delivery import PermanentFailure, Receipt

_WIDTH = 100


class ConsoleChannel:
    """Writes posts to a terminal or a file; colours only on a terminal."""

    name = "console"
    looks = False
    edits = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:  # noqa: ARG002 - every place is always ready
        """Return zero: nobody limits a terminal."""
        return timedelta(0)

    def take(self, address: str, *, paid: bool = False) -> bool:  # noqa: ARG002 - as above
        """Let everything go."""
        return True

    def leave(self) -> None:
        """Do nothing: nothing was counted."""

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:  # noqa: ARG002 - a terminal is written line by line
        """Return one."""
        return 1

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Print the post twice, as each network will show it; a closed stream is a permanent failure."""
        from rich.console import Console

        from pledgebot.channels.preview import preview

        try:
            width = None if self._stream.isatty() else _WIDTH
            console = Console(file=self._stream, width=width, highlight=False, markup=False)
            console.print(preview(outgoing.message, outgoing.action))
        except (OSError, ValueError) as error:
            raise PermanentFailure(f"the console cannot be written to: {error}") from error
        return Receipt(f"console-{outgoing.delivery}")
