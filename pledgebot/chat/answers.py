"""One set of answers for all mouths: a request becomes a message, by queries and the catalogue."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from pledgebot.chat import organizers
from pledgebot.chat.grammar import ORGANIZER_VERBS, Request, Verb, parse
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import about, histories, stances
from pledgebot.messages.document import Message, Paragraph, Text
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.services import queries
from pledgebot.services.letters import read_letter
from pledgebot.services.lookup import Directories, Found, Hit, HitKind, find, is_name
from pledgebot.services.people import Actor
from pledgebot.services.views import BannerView, ListView
from pledgebot.store.engine import Database, Session

NAMED = (HitKind.LIST, HitKind.BANNER)
MOST_PLACES = 20
"""How many places an answer names at most when nobody said which."""
ANYTHING = (HitKind.DEMAND, HitKind.LIST, HitKind.BANNER, HitKind.PLACE)
KINDS = {Verb.LIST: NAMED, Verb.HISTORY: NAMED, Verb.DEMAND: (HitKind.DEMAND,)}
"""What a verb is about, if not about anything."""


@dataclass(frozen=True)
class Asker:
    """Who asks: in which language they are answered, and which organizer they are, if one."""

    language: str
    organizer: Actor | None = None


def answer(
    database: Database, text: str, asker: Asker, now: datetime, directories: Directories | None = None
) -> Message:
    """Answer a text. Whatever it is, the answer is a message: a refusal says its reason, the unknown is called unknown."""
    request = parse(text)
    tr = translator(asker.language)
    try:
        if request.verb in ORGANIZER_VERBS and asker.organizer is not None:
            with database.begin() as session:
                message = organizers.answer(session, request, asker.organizer, tr, now)
                return frame(message, tr, fictional=queries.is_fictional(session))
        with database.read() as session:
            message = _Asked(session, request, asker, tr, now, directories or Directories()).answer()
            return frame(message, tr, fictional=queries.is_fictional(session))
    except Refused as refused:
        return said(objection(tr, refused.objection, refused.facts), tr)


def said(text: str, tr: Translator) -> Message:
    """Return one sentence as a message."""
    return Message((Paragraph((Text(text),)),), tr.language)


def understand(
    session: Session, text: str, now: datetime, directories: Directories | None = None
) -> tuple[Verb, Found | None]:
    """Return what a follower's text asks for and what it is about; None where it names nothing."""
    asked = _Asked(session, parse(text), Asker("fr"), translator("fr"), now, directories or Directories())
    verb = asked.verb()
    return verb, asked.found() if asked.request.about and verb not in {Verb.COMPARE, Verb.UNKNOWN} else None


V = TypeVar("V", ListView, BannerView)


def _only_on(view: V, also: Hit | None) -> V:
    """Return a view with what it says on the demand that was asked about, if one was."""
    if also is None or also.kind is not HitKind.DEMAND:
        return view
    return replace(view, cells=tuple(cell for cell in view.cells if cell.demand.id == also.id))


class _Asked:
    """One question, in one reading transaction."""

    def __init__(
        self,
        session: Session,
        request: Request,
        asker: Asker,
        tr: Translator,
        now: datetime,
        directories: Directories,
    ) -> None:
        self.directories = directories
        self.session = session
        self.request = request
        self.asker = asker
        self.tr = tr
        self.now = now
        self.round = queries.current_round(session, now)

    def answer(self) -> Message:
        """Return the answer to the request's verb."""
        known: dict[Verb, Callable[[], Message]] = {
            Verb.STANCES: self.about,
            Verb.LIST: self.about,
            Verb.DEMAND: self.about,
            Verb.COMPARE: self.compare,
            Verb.HISTORY: self.history,
            Verb.DATES: lambda: about.dates(queries.dates(self.session, self.now), self.tr),
            Verb.LETTER: self.letter,
            Verb.PRIVACY: lambda: about.privacy(self.tr),
            Verb.START: self.welcome,
            Verb.FREE: self.about,
        }
        return known.get(self.verb(), self.help)()

    def verb(self) -> Verb:
        """Return what is asked for; where all the words are the name of something, that is meant."""
        whole = self.request.whole
        if whole and is_name(self.session, whole, ANYTHING, self.round.id, self.directories):
            self.request = Request(Verb.FREE, whole)
        return self.request.verb

    def help(self) -> Message:
        """Say what can be asked."""
        return about.help_text(self.tr, organizer=self.asker.organizer is not None)

    def welcome(self) -> Message:
        """Greet somebody who begins."""
        letter = read_letter(self.session)
        return about.welcome(self.tr, letter.title if letter is not None else None)

    def letter(self) -> Message:
        """Tell what the letter asks."""
        letter = read_letter(self.session)
        return about.letter(letter, self.tr) if letter is not None else self.help()

    def about(self) -> Message:
        """Tell about whatever is named, if it is certain; offer a choice if it is not."""
        if not self.request.about:
            return self.letter() if self.request.verb is Verb.DEMAND else self.stances()
        found = self.found()
        return self._tell(found.sure, found.also) if found.sure is not None else self._unsure(found)

    def found(self) -> Found:
        """Find what the question is about."""
        found = self.find(self.request.about, KINDS.get(self.request.verb, ANYTHING))
        if found.hits or not self.request.whole:
            return found
        # "La liste du 5e" asks for no list: the verb was a word like others.
        freely = self.find(self.request.whole, ANYTHING)
        return freely if freely.hits else found

    def _tell(self, hit: Hit, also: Hit | None = None) -> Message:
        """Tell about a thing; `also` is the place in which a demand is asked for, or the demand on which a list is."""
        if hit.kind is HitKind.LIST:
            view = _only_on(queries.list_view(self.session, hit.id), also)
            return stances.list_card(view, self.tr, self.round.zone)
        if hit.kind is HitKind.BANNER:
            return stances.banner_card(self._banner(hit.id, also), self.tr, self.round.zone)
        if hit.kind is HitKind.PLACE:
            return self._place(hit.id)
        return self._demand(hit.id, also.id if also is not None and also.kind is HitKind.PLACE else None)

    def _banner(self, banner_id: int, also: Hit | None) -> BannerView:
        view = _only_on(queries.banner_view(self.session, banner_id), also)
        exceptions = (_only_on(one, also) for one in view.exceptions)
        return replace(view, exceptions=tuple(one for one in exceptions if queries.differs(one, view)))

    def _place(self, place: int) -> Message:
        """Show the table of a place; of one whose parts vote apart, ask which part is meant."""
        parts = queries.parts_of(self.session, place, self.round.id, MOST_PLACES)
        if parts:
            return about.which_place(parts, self.tr)
        return stances.table(queries.table(self.session, place, self.now), self.tr)

    def _demand(self, demand_id: int, place: int | None) -> Message:
        """Tell what each list of a place says on a demand; where lists stand in several places, what the demand asks."""
        place = place if place is not None else self.only_place()
        parts = queries.parts_of(self.session, place, self.round.id, MOST_PLACES) if place is not None else ()
        if parts:
            return about.which_place(parts, self.tr)
        if place is not None:
            return stances.demand_rows(queries.demand_rows(self.session, demand_id, place, self.now), self.tr)
        view = next((demand for demand in queries.demands(self.session) if demand.id == demand_id), None)
        if view is None:
            raise Refused(Objection.UNKNOWN_DEMAND, name=self.request.about)
        return about.demand(view, self.tr)

    def stances(self) -> Message:
        """Show the table of the only place there is; of several, ask which."""
        place = self.only_place()
        if place is not None:
            return stances.table(queries.table(self.session, place, self.now), self.tr)
        return about.which_place(queries.places(self.session, self.round.id, MOST_PLACES), self.tr)

    def only_place(self) -> int | None:
        """Return the one place in which lists stand, if there is only one."""
        directory = self.directories.fresh(self.session)
        places = (directory.only_place(searched) for searched in directory.rounds_back_from(self.round.id))
        return next((place for place in places if place is not None), None)

    def compare(self) -> Message:
        """Set two lists side by side."""
        if not self.request.other:
            return self.help()
        # Names hold words such as "et" too, so every way of dividing the words is tried.
        unsure: list[Found] = []
        for pair in self.request.pairs:
            one, other = (self.find(name, (HitKind.LIST,)) for name in pair)
            if one.sure is not None and other.sure is not None:
                first, second = (queries.list_view(self.session, hit.id) for hit in (one.sure, other.sure))
                return stances.compare(first, second, self.tr, self.round.zone)
            unsure += [found for found in (one, other) if found.sure is None]
        return self._unsure(unsure[0])

    def history(self) -> Message:
        """Show everything confirmed about a list or a banner."""
        if not self.request.about:
            return self.help()
        found = self.found()
        if found.sure is None or found.sure.kind not in NAMED:
            return self._tell(found.sure, found.also) if found.sure is not None else self._unsure(found)
        is_list = found.sure.kind is HitKind.LIST
        view = queries.history(
            self.session,
            list_id=found.sure.id if is_list else None,
            banner_id=None if is_list else found.sure.id,
            demand_id=found.also.id if found.also is not None and found.also.kind is HitKind.DEMAND else None,
        )
        return histories.history(view, self.tr, self.round.zone)

    def find(self, text: str, kinds: tuple[HitKind, ...]) -> Found:
        """Find what a text names in the current round."""
        return find(self.session, text, kinds, self.round.id, self.directories)

    def _unsure(self, found: Found) -> Message:
        if not found.hits:
            return about.not_known(found.query, self.tr)
        return about.choice(found.query, [self._label(hit) for hit in found.hits], self.tr, more=found.more)

    def _label(self, hit: Hit) -> str:
        if hit.kind is not HitKind.DEMAND:
            return hit.label
        titles = {demand.id: demand.title for demand in queries.demands(self.session)}
        return self.tr.pick(titles[hit.id]) if hit.id in titles else hit.label
