"""The picture of a key, for every medium: a card is drawn, anything else is the path of a file."""

from pledgebot.channels.base import read_picture
from pledgebot.messages.card import card_of


def read_card(key: str) -> bytes:
    """Return the picture of a key: a broadcast draws it once. Raises `OSError` or `LookupError`. Any thread may ask."""
    card = card_of(key)
    if card is None:
        return read_picture(key)
    # Loaded when the first card is drawn: most commands draw none.
    from pledgebot.messages.card_draw import drawn

    try:
        return drawn(card)
    except Exception as error:
        # Whatever a library of pictures throws: words that go with one are not kept back by it.
        raise LookupError("a card that cannot be drawn") from error
