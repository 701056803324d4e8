"""The pictures of the board: the card of a place, a list or a banner as a PNG, at `cards/` and the address of its page."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pledgebot.domain.errors import Refused
from pledgebot.messages.card import Card
from pledgebot.messages.card_draw import drawn
from pledgebot.messages.card_layout import pages
from pledgebot.messages.card_views import Imprint, banner_card, city_card, list_card, table_card
from pledgebot.messages.i18n import Translator, translator
from pledgebot.services import queries
from pledgebot.services.board_views import place_of
from pledgebot.services.city import banners_in
from pledgebot.services.facts import election_zone
from pledgebot.services.letters import read_letter
from pledgebot.services.new_answers import LARGEST_NUMBER
from pledgebot.services.rounds import current_round
from pledgebot.web.page import PNG, Page
from pledgebot.web.reading import Reading

if TYPE_CHECKING:
    from pledgebot.web.producers import Producer

Make = Callable[[Reading, str, Translator], Card | None]


def card_png(reading: Reading, language: str, kind: str, name: str, page: int = 1) -> Page | None:
    """Return the picture of a page of the board: `kind` is place, list or banner, `name` its code or number.

    A card that flows over several has them all, each at its `page`. None for what there is not.
    """
    if language not in reading.masthead.languages:
        return None
    try:
        card = _MAKERS[kind](reading, name, translator(language))
    except Refused:
        return None
    flowed = pages(card) if card is not None else ()
    return Page(drawn(flowed[page - 1]), PNG) if 0 < page <= len(flowed) else None


def card_count(reading: Reading, language: str, kind: str, name: str) -> int:
    """Return over how many pictures the card of a page flows; none where there is no such page."""
    try:
        card = _MAKERS[kind](reading, name, translator(language))
    except Refused:
        return 0
    return len(pages(card)) if card is not None else 0


def _place(reading: Reading, code: str, tr: Translator) -> Card | None:
    session, known = reading.session, reading.known
    place = place_of(session, code)
    if place is None:
        return None
    asked = current_round(session, reading.as_of or reading.now, known)
    parts = queries.parts_of(session, place, asked.id)
    banners = banners_in(session, (part.id for part in parts), asked.id)
    if not banners:
        view = queries.table(session, place, reading.now, known, as_of=reading.as_of)
        return table_card(view, tr, _imprint(reading))
    views = [queries.banner_view(session, one, known, as_of=reading.as_of) for one in banners]
    return city_card(queries.place_label(session, place), views, tr, _imprint(reading), asked.zone)


def _list(reading: Reading, number: str, tr: Translator) -> Card | None:
    row = _row(number)
    if row is None:
        return None
    view = queries.list_view(reading.session, row, reading.known, as_of=reading.as_of)
    return list_card(view, tr, _imprint(reading), reading.known.read(reading.session, election_zone))


def _banner(reading: Reading, number: str, tr: Translator) -> Card | None:
    row = _row(number)
    if row is None:
        return None
    view = queries.banner_view(reading.session, row, reading.known, as_of=reading.as_of)
    return banner_card(view, tr, _imprint(reading), reading.known.read(reading.session, election_zone))


_MAKERS: dict[str, Make] = {"place": _place, "list": _list, "banner": _banner}


def _row(number: str) -> int | None:
    return int(number) if number.isascii() and number.isdecimal() and 0 < int(number) < LARGEST_NUMBER else None


def _imprint(reading: Reading) -> Imprint:
    letter = reading.known.read(reading.session, read_letter)
    fictional = queries.is_fictional(reading.session, reading.known)
    titles = letter.title if letter is not None else {}
    return Imprint(reading.masthead.publisher, titles, reading.masthead.root, fictional)


def _produce(reading: Reading, match: "re.Match[str]") -> Page | None:
    page = int(match["page"]) if match["page"] else 1
    return card_png(reading, match["language"], match["kind"], match["name"], page)


PRODUCERS: "dict[re.Pattern[str], Producer]" = {
    re.compile(
        r"cards/(?P<language>[a-z]{2})/(?P<kind>place|list|banner)/(?P<name>[0-9A-Za-z]{1,16})(?:-(?P<page>[2-9]|[1-9]\d))?\.png"
    ): _produce,
}
"""`cards/fr/place/13055.png` is the first card, `cards/fr/place/13055-2.png` the second."""
