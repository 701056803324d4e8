"""The same in pictures: the card of a place, a list or a banner, each with its description and the way back to the words."""

from collections.abc import Callable
from dataclasses import dataclass

from pledgebot.chat.screens import MOST_PLACES, Screens
from pledgebot.messages import buttons
from pledgebot.messages.card import Card
from pledgebot.messages.card_views import Imprint, banner_card, city_card, list_card, table_card
from pledgebot.messages.card_words import pictures_of
from pledgebot.messages.document import Block, Buttons, Message, paragraph
from pledgebot.services import queries
from pledgebot.services.city import banners_in
from pledgebot.services.letters import read_letter
from pledgebot.services.lookup import HitKind
from pledgebot.services.policies import policy
from pledgebot.services.views import PlaceView

PICTURED = (HitKind.LIST, HitKind.BANNER, HitKind.PLACE)
"""Of what there are pictures."""

MOST_PICTURES = 20
"""So many pictures answer a question at most: each is a message, and others wait for theirs meanwhile."""


@dataclass(frozen=True)
class Pictures:
    """Shows pictures of what the screens show in words, of the same moment."""

    screens: Screens

    def of(self, kind: HitKind, number: int) -> Message:
        """Show the picture of a list, a banner or a place; of a city whose parts vote apart its banners', and ask on."""
        made: dict[HitKind, Callable[[int], Message]] = {
            HitKind.LIST: self._list,
            HitKind.BANNER: self._banner,
            HitKind.PLACE: self._place,
        }
        return self.screens.known("card", kind.value, number, make=lambda _session: made[kind](number))

    def of_all(self) -> Message:
        """Show the picture of the only place there is; of several, ask which is meant."""
        place = self.screens.only_place()
        if place is not None:
            return self.of(HitKind.PLACE, place)
        return self._which(queries.places(self.screens.session, self.screens.round.id, MOST_PLACES))

    def _list(self, number: int) -> Message:
        it = self.screens
        view = queries.list_view(it.session, number, it.directories, as_of=it.as_of)
        card = list_card(view, it.tr, self._imprint(), it.round.zone)
        return self._shown(card, buttons.in_words("list", number, it.tr))

    def _banner(self, number: int) -> Message:
        it = self.screens
        view = queries.banner_view(it.session, number, it.directories, as_of=it.as_of)
        card = banner_card(view, it.tr, self._imprint(), it.round.zone)
        return self._shown(card, buttons.in_words("banner", number, it.tr))

    def _place(self, number: int) -> Message:
        it = self.screens
        parts = it.parts_of(number)
        if parts:
            return self._city(number, parts)
        view = queries.table(it.session, number, it.now, it.directories, as_of=it.as_of)
        return self._shown(table_card(view, it.tr, self._imprint()), buttons.in_words("place", number, it.tr))

    def _city(self, number: int, parts: tuple[PlaceView, ...]) -> Message:
        it = self.screens
        numbers = banners_in(it.session, (part.id for part in parts), it.round.id)
        if not numbers:
            return self._which(parts)
        views = [queries.banner_view(it.session, banner, it.directories, as_of=it.as_of) for banner in numbers]
        card = city_card(queries.place_label(it.session, number), views, it.tr, self._imprint(), it.round.zone)
        asked = paragraph(it.tr._("Each constituency has a picture of its own: which one?"))
        return self._shown(card, buttons.pictures_of_places(parts, it.tr), asked)

    def _which(self, places: tuple[PlaceView, ...]) -> Message:
        words = self.screens.which(places)
        return Message(words.blocks, words.language, buttons=buttons.pictures_of_places(places, self.screens.tr))

    def _shown(self, card: Card, keys: Buttons, *words: Block) -> Message:
        tr = self.screens.tr
        pictures = pictures_of(card, tr)
        if len(pictures) > MOST_PICTURES:
            told = tr._("This would be {count} pictures: ask for a list by its name, or read the same in words.")
            return Message((paragraph(told.format(count=len(pictures))),), tr.language, buttons=keys)
        return Message(words or (paragraph(card.title),), tr.language, pictures=pictures, buttons=keys)

    def _imprint(self) -> Imprint:
        it = self.screens
        decided = it.directories.read(it.session, policy)
        letter = it.directories.read(it.session, read_letter)
        fictional = queries.is_fictional(it.session, it.directories)
        return Imprint(decided.publisher, letter.title if letter is not None else {}, decided.board_url, fictional)
