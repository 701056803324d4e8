"""The picture of a key, for every medium: a card is drawn, anything else is the path of a file."""

from functools import lru_cache

from pledgebot.channels.base import read_picture
from pledgebot.messages.card import KEY, card_of


def read_card(key: str) -> bytes:
    """Return the picture of a key: a broadcast draws it once. Raises `OSError` or `LookupError`. Any thread may ask."""
    return _drawn(key) if key.startswith(KEY) else read_picture(key)


# A picture has some 50 kilobytes. Two threads that ask at one moment may both draw it: it is the same.
@lru_cache(maxsize=64)
def _drawn(key: str) -> bytes:
    # Loaded when the first card is drawn: most commands draw none.
    from pledgebot.messages.card_draw import draw

    card = card_of(key)
    if card is None:
        raise LookupError("no card")
    return draw(card)
