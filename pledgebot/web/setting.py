"""Where and for whom a page of the board is rendered: all that it says besides what it is about."""

from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from pledgebot.messages.i18n import Translator
from pledgebot.services.board_views import LastEntry
from pledgebot.web import addresses
from pledgebot.web.reading import Masthead


@dataclass(frozen=True)
class Setting:
    """What every page of the board needs to know.

    `page` is the address of the page as it stands now (`fr/list/12/`), also where it is shown as of a day or in a frame.
    `title` is the letter's title in the page's language, `zone` the one by whose clocks the election goes. `last` is the last
    confirmed entry that the page knows of. `day` is the day as of whose end everything is shown, None for now; `unfinished`
    says that this day is not over. `framed` says that it is for a frame on somebody else's site. `live` says that a server
    answers, which has a search, past days and frames; exported files have none of these. `depth` is how many folders deep the
    page is shown, where its address does not say it. `pictured` says that the page has a card, where pages of its kind have one;
    `fed` likewise that a list has a feed of its own.
    """

    tr: Translator
    page: str
    masthead: Masthead
    title: str
    last: LastEntry | None = None
    zone: tzinfo = UTC
    fictional: bool = False
    day: date | None = None
    unfinished: bool = False
    framed: bool = False
    live: bool = True
    depth: int | None = None
    pictured: bool = True
    fed: bool = True

    @property
    def address(self) -> str:
        """Return the address of the page as it is shown here."""
        if self.framed:
            return addresses.embedded(self.page)
        return addresses.at(self.day, self.page) if self.day is not None else self.page

    @property
    def root(self) -> str:
        """Return how the page leads to the board's root: `../` for each folder that it is in."""
        return "../" * (self.address.count("/") if self.depth is None else self.depth)

    def link(self, target: str) -> str:
        """Return an address of the board as this page leads to it, always to what stands there now."""
        return f"{self.root}{target}"

    def same_day(self, target: str) -> str:
        """Return an address of the board as this page leads to it, as of the same day: of places, lists, demands, banners."""
        return self.link(addresses.at(self.day, target) if self.day is not None else target)

    def absolute(self, target: str) -> str | None:
        """Return an address of the board as the world sees it; None where nobody said where the board stands."""
        return f"{self.masthead.root}{target}" if self.masthead.root is not None else None
