"""Which function makes what stands at an address of the board.

An address is one below the board's root, decoded, without a slash before it and without its query. A producer is handed one
look at the database and what its pattern found; it returns None where there is nothing of that name.
"""

import re
from collections.abc import Callable, Mapping

from pledgebot.web.page import FilePage, Page
from pledgebot.web.reading import Reading

Producer = Callable[[Reading, "re.Match[str]"], "Page | FilePage | None"]
Producers = Mapping["re.Pattern[str]", Producer]


def producers() -> "dict[re.Pattern[str], Producer]":
    """Return every producer by the pattern of its addresses; each module names its own in a table `PRODUCERS`."""
    from pledgebot.web import board_pages, cards, data, feeds, ics

    return {**board_pages.PRODUCERS, **cards.PRODUCERS, **data.PRODUCERS, **feeds.PRODUCERS, **ics.PRODUCERS}
