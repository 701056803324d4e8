"""Photos on Telegram: uploaded once, and known by Telegram's number from then on."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

import telegram
from telegram.error import BadRequest

from pledgebot.channels.telegram.errors import says

T = TypeVar("T")

MOST_KNOWN = 200
"""So many photos are known by Telegram's number at a time; the one that was longest unsent is forgotten first."""

_FILE_REFUSED = ("wrong file", "wrong remote file", "file reference", "file_reference")
FILENAME = "image.png"
"""How a picture is called there."""


class Photos:
    """Telegram's numbers of photos that were sent, by the keys of their pictures: a broadcast uploads each once."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._known: OrderedDict[str, str] = OrderedDict()

    def number_of(self, key: str) -> str | None:
        """Return Telegram's number of a picture, None when it was not sent or is forgotten."""
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def keep(self, key: str, sent: object) -> None:
        """Remember the number under which Telegram has a photo that was sent or put in place."""
        photos = sent.photo if isinstance(sent, telegram.Message) else ()
        if photos:
            self._known[key] = photos[-1].file_id
            self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    async def send(self, key: str, content: bytes, send: Callable[[str | bytes], Awaitable[T]]) -> T:
        """Send a photo by its number, or whole where Telegram does not know it (any more): a refusal sends nothing."""
        number = self.number_of(key)
        if number is not None:
            try:
                return await send(number)
            except BadRequest as error:
                if not any(says(error, words) for words in _FILE_REFUSED):
                    raise
                # Others may have met the same refusal meanwhile, and have it anew already.
                if self._known.get(key) == number:
                    del self._known[key]
        sent = await send(content)
        self.keep(key, sent)
        return sent
