"""What is shown of one thing, in words and with the buttons that lead on: the same for a question, a button and a link."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from pledgebot.chat.hushing import notice
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import about, buttons, histories, hush, proofs, stances
from pledgebot.messages.buttons import with_buttons
from pledgebot.messages.document import Message
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.services import queries
from pledgebot.services.hushed import OPEN, Hushed
from pledgebot.services.letters import read_letter
from pledgebot.services.lookup import Directories, Found, Hit, HitKind, find
from pledgebot.services.proofs import proof_view
from pledgebot.services.rounds import moment_key
from pledgebot.services.views import BannerView, DemandView, ListView, PlaceView
from pledgebot.store.engine import Session

MOST_PLACES = 20
"""How many places an answer names at most when nobody said which."""

V = TypeVar("V", ListView, BannerView)


class Screens:
    """Shows things, in one reading transaction, in one language, as they stand at one moment.

    That moment is the present, or the beginning of an electoral silence (`there`) in which the operator wants all told as of it.
    """

    def __init__(
        self, session: Session, tr: Translator, now: datetime, directories: Directories, there: Hushed = OPEN
    ) -> None:
        self.session = session
        self.tr = tr
        self.now = now
        self.directories = directories
        self.there = there
        self.as_of = there.as_of
        self.round = queries.current_round(session, self.as_of or now, directories)
        self.moment = moment_key(now, directories.read(session, queries.whole_calendar))

    def known(self, *key: Hashable, make: Callable[[Session], Message]) -> Message:
        """Return a screen that was made already since anything changed, whatever words asked for it; else make it."""

        def framed(session: Session) -> Message:
            return frame(make(session), self.tr, queries.is_fictional(session, self.directories))

        return self.directories.read_one(self.session, (self.tr.language, self.moment, self.as_of, *key), framed)

    def find(self, text: str, kinds: tuple[HitKind, ...]) -> Found:
        """Find what a text names in the current round."""
        return find(self.session, text, kinds, self.round.id, self.directories)

    def demands(self) -> tuple[DemandView, ...]:
        """Return the demands as they are worded now."""
        return self.directories.read(self.session, queries.demands)

    def thing(self, hit: Hit, also: Hit | None = None) -> Message:
        """Show what was found; `also` is the place in which a demand is asked for, or the demand on which a list is."""
        demand = also.id if also is not None and also.kind is HitKind.DEMAND else None
        if hit.kind is HitKind.LIST:
            return self.list_card(hit.id, demand)
        if hit.kind is HitKind.BANNER:
            return self.banner_card(hit.id, demand)
        if hit.kind is HitKind.PLACE:
            return self.place(hit.id)
        return self.demand(hit.id, also.id if also is not None and also.kind is HitKind.PLACE else None)

    def list_card(self, list_id: int, demand: int | None = None) -> Message:
        """Show a list, or what it says on one demand."""
        return self.known("list", list_id, demand, make=lambda _session: self._list_card(list_id, demand))

    def _list_card(self, list_id: int, demand: int | None) -> Message:
        view = _only_on(queries.list_view(self.session, list_id, self.directories, as_of=self.as_of), demand)
        place, banner = self._whereabouts(list_id)
        keys = buttons.list_card(view, self.tr, banner=banner, place=place, narrowed=demand is not None)
        return with_buttons(stances.list_card(view, self.tr, self.round.zone), keys, self.tr)

    def banner_card(self, banner_id: int, demand: int | None = None) -> Message:
        """Show a banner, or what it says on one demand."""
        view = _only_on(queries.banner_view(self.session, banner_id, self.directories, as_of=self.as_of), demand)
        exceptions = (_only_on(one, demand) for one in view.exceptions)
        view = replace(view, exceptions=tuple(one for one in exceptions if queries.differs(one, view)))
        keys = buttons.banner_card(view, self.tr, place=self.only_place(), narrowed=demand is not None)
        return with_buttons(stances.banner_card(view, self.tr, self.round.zone), keys, self.tr)

    def place(self, place: int) -> Message:
        """Show the table of a place; of one whose parts vote apart, ask which part is meant."""
        parts = self.parts_of(place)
        return self.which(parts) if parts else self.table(place)

    def table(self, place: int) -> Message:
        """Show what every list of a place says."""
        return self.known("table", place, make=lambda _session: self._table(place))

    def _table(self, place: int) -> Message:
        view = queries.table(self.session, place, self.now, self.directories, as_of=self.as_of)
        keys = buttons.table(view, place, self.tr, only=self.only_place() == place)
        return with_buttons(stances.table(view, self.tr), keys, self.tr)

    def parts_of(self, place: int) -> tuple[PlaceView, ...]:
        """Return the parts of a place that vote apart, if it has any."""
        return queries.parts_of(self.session, place, self.round.id, MOST_PLACES)

    def demand(self, demand_id: int, place: int | None = None) -> Message:
        """Show what each list of a place says on a demand; where lists stand in several places, what the demand asks."""
        place = place if place is not None else self.only_place()
        parts = self.parts_of(place) if place is not None else ()
        if parts:
            return self.which(parts, demand_id)
        if place is not None:
            return self.known("demand", demand_id, place, make=lambda _session: self._demand_rows(demand_id, place))
        view = next((demand for demand in self.demands() if demand.id == demand_id), None)
        if view is None:
            raise Refused(Objection.UNKNOWN_DEMAND, name="")
        return with_buttons(about.demand(view, self.tr), buttons.demand(self.tr), self.tr)

    def _demand_rows(self, demand_id: int, place: int) -> Message:
        rows = queries.demand_rows(self.session, demand_id, place, self.now, self.directories, as_of=self.as_of)
        return with_buttons(stances.demand_rows(rows, self.tr), buttons.demand_rows(rows, place, self.tr), self.tr)

    def stances(self) -> Message:
        """Show the table of the only place there is; of several, ask which."""
        place = self.only_place()
        if place is not None:
            return self.table(place)
        return self.which(queries.places(self.session, self.round.id, MOST_PLACES))

    def which(self, places: tuple[PlaceView, ...], demand: int | None = None) -> Message:
        """Ask which place is meant."""
        return with_buttons(about.which_place(places, self.tr), buttons.places(places, self.tr, demand), self.tr)

    def compare(self, one: int, other: int) -> Message:
        """Set two lists side by side."""
        first, second = (
            queries.list_view(self.session, number, self.directories, as_of=self.as_of) for number in (one, other)
        )
        place, other_place = (self._whereabouts(number)[0] for number in (one, other))
        keys = buttons.compare(first.head, second.head, self.tr, place=place if place == other_place else None)
        return with_buttons(stances.compare(first, second, self.tr, self.round.zone), keys, self.tr)

    def history(self, kind: HitKind, number: int, demand: int | None = None) -> Message:
        """Show everything confirmed about a list or a banner, or what of it concerns one demand."""
        list_id, banner_id = (number, None) if kind is HitKind.LIST else (None, number)
        view = queries.history(
            self.session,
            list_id=list_id,
            banner_id=banner_id,
            demand_id=demand,
            known=self.directories,
            as_of=self.as_of,
        )
        place = self._whereabouts(number)[0] if list_id is not None else self.only_place()
        keys = buttons.history(view, self.tr, list_id=list_id, banner_id=banner_id, place=place)
        return with_buttons(histories.history(view, self.tr, self.round.zone), keys, self.tr)

    def proof(self, answer: int) -> Message | None:
        """Show the whole proof of a confirmed entry, None where there is no such entry."""
        view = proof_view(self.session, answer, self.directories, as_of=self.as_of)
        if view is None:
            return None
        place = self._whereabouts(view.list_id)[0] if view.list_id is not None else self.only_place()
        return with_buttons(
            proofs.proof(view, self.tr, self.round.zone), buttons.proof(view, self.tr, place=place), self.tr
        )

    def letter(self) -> Message | None:
        """Show what the letter asks, None where there is no letter."""
        letter = self.directories.read(self.session, read_letter)
        if letter is None:
            return None
        keys = buttons.letter(self.demands(), self.tr)
        return with_buttons(about.letter(letter, self.tr), keys, self.tr)

    def dates(self) -> Message:
        """Show the calendar."""
        return self._beginning(about.dates(queries.dates(self.session, self.now, self.directories), self.tr))

    def help(self, *, organizer: bool) -> Message:
        """Say what can be asked."""
        return self._beginning(about.help_text(self.tr, organizer=organizer))

    def privacy(self, contact: str | None) -> Message:
        """Say what is kept of whoever asks."""
        return self._beginning(about.privacy(self.tr, contact))

    def welcome(self, *, group: bool) -> Message:
        """Greet somebody who begins; in a silence without a word of the letter, and with the reason for it."""
        if self.there.notice:
            return hush.after(about.welcome(self.tr, group=group), notice(self.there, self.tr))
        letter = self.directories.read(self.session, read_letter)
        return self._beginning(about.welcome(self.tr, letter.title if letter is not None else None, group=group))

    def gone(self) -> Message:
        """Say that what a button or a link names no longer exists."""
        return self._beginning(about.gone(self.tr))

    def choice(self, found: Found, *, to_history: bool = False) -> Message:
        """Offer what was found, where it is not certain what was meant; say so where nothing is known."""
        if not found.hits:
            return self._beginning(about.not_known(found.query, self.tr))
        labels = [self.label(hit) for hit in found.hits]
        keys = buttons.choice(
            list(zip(found.hits, labels, strict=True)),
            self.tr,
            place=self.only_place(),
            to_history=to_history,
            in_place=found.also,
        )
        return with_buttons(about.choice(found.query, labels, self.tr, more=found.more), keys, self.tr)

    def label(self, hit: Hit) -> str:
        """Return how a thing is called in a choice."""
        if hit.kind is not HitKind.DEMAND:
            return hit.label
        titles = {demand.id: demand.title for demand in self.demands()}
        return self.tr.pick(titles[hit.id]) if hit.id in titles else hit.label

    def only_place(self) -> int | None:
        """Return the one place in which lists stand, if there is only one."""
        directory = self.directories.fresh(self.session)
        places = (directory.only_place(searched) for searched in directory.rounds_back_from(self.round.id))
        return next((place for place in places if place is not None), None)

    def _beginning(self, message: Message) -> Message:
        return with_buttons(message, buttons.beginnings(self.tr), self.tr)

    def _whereabouts(self, list_id: int) -> tuple[int | None, int | None]:
        """Return the place in which a list stands and its banner: the directory knows both, and asks no database."""
        names = self.directories.fresh(self.session).whole(f"#{list_id}")
        name = next((name for name in names if name.hit.kind is HitKind.LIST and name.hit.id == list_id), None)
        return (name.place, name.banner) if name is not None else (None, None)


def _only_on(view: V, demand: int | None) -> V:
    """Return a view with what it says on the demand that was asked about, if one was."""
    if demand is None:
        return view
    return replace(view, cells=tuple(cell for cell in view.cells if cell.demand.id == demand))
