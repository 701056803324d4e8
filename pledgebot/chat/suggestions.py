"""What may be inserted into any conversation while somebody types: tables, lists, banners, demands, each a whole message."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from pledgebot.chat.asker import Asker
from pledgebot.chat.asking import ANYTHING, KINDS, means_a_name
from pledgebot.chat.grammar import ORGANIZER_VERBS, SUBSCRIBER_VERBS, Request, Verb, parse
from pledgebot.chat.hushing import hush_for, notice, unless_hushed
from pledgebot.chat.screens import Screens
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import Titles
from pledgebot.messages import hush
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import Message, clean
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.presses import token
from pledgebot.services import queries
from pledgebot.services.hushed import Hushed
from pledgebot.services.lookup import Directories, Found, Hit, HitKind
from pledgebot.services.views import PlaceView
from pledgebot.store.engine import Database, Session

LIMIT = 20
_FOUND_NOTHING = frozenset({Verb.UNKNOWN, Verb.COMPARE})


@dataclass(frozen=True)
class Suggestion:
    """One thing that may be inserted: its key (the token of a button), what is shown of it in the choice, and what it says.

    The message's one button leads to the same thing in the conversation with the bot.
    """

    key: str
    title: str
    description: str
    message: Message


def suggest(
    database: Database,
    text: str,
    asker: Asker,
    now: datetime,
    directories: Directories | None = None,
    limit: int = LIMIT,
) -> tuple[Suggestion, ...]:
    """Return what a text may name, at most so many; without a text the table and the demands. Nothing found is nothing.

    In an electoral silence only its notice is suggested, or all of it as it stood when the silence began.
    """
    tr = translator(asker.language)
    known = directories or Directories()
    try:
        with database.read() as session:
            there = hush_for(session, asker, now, known)
            fictional = queries.is_fictional(session, known)
            if there.notice:
                found = [_notice(there, tr)]
            else:
                suggesting = _Suggesting(Screens(session, tr, now, known, there), tr)
                found = list(islice(suggesting.suggest(parse(text)), max(limit, 0)))
    except Refused:
        # Without a round there is nothing to suggest, and nobody who could be told why.
        return ()
    return tuple(replace(one, message=_framed(one.message, there, tr, fictional=fictional)) for one in found)


def fresh_until(session: Session, asker: Asker, now: datetime, directories: Directories) -> datetime | None:
    """Return until when suggestions may be shown again: an electoral silence begins or ends then. None: for as long as usual.

    Of a calendar that cannot be read nobody knows it: then they are not shown again.
    """
    there = hush_for(session, asker, now, directories)
    return there.border if there.readable else now


def _notice(there: Hushed, tr: Translator) -> Suggestion:
    message = notice(there, tr)
    until = there.silence.ends if there.silence is not None else None
    return Suggestion(token("dates"), hush.title(tr), hush.until_when(tr, until, there.zone), message)


def _framed(message: Message, there: Hushed, tr: Translator, *, fictional: bool) -> Message:
    framed = frame(message, tr, fictional)
    return framed if there.notice else unless_hushed(there, tr, lambda: framed)


class _Suggesting:
    """One question while it is typed, in one reading transaction."""

    def __init__(self, screens: Screens, tr: Translator) -> None:
        self.screens = screens
        self.tr = tr
        self._keys: set[str] = set()

    def suggest(self, request: Request) -> Iterator[Suggestion]:
        """Yield what a request may mean, each thing once."""
        for one in self._meant(request):
            if one.key not in self._keys:
                self._keys.add(one.key)
                yield one

    def _meant(self, request: Request) -> Iterator[Suggestion]:
        if request.verb in _FOUND_NOTHING | ORGANIZER_VERBS | SUBSCRIBER_VERBS and not request.whole:
            return
        if not (request.about or request.whole):
            yield from self._beginnings(request.verb)
            return
        found = self._found(request)
        for hit in found.hits:
            yield from self._of(hit, found.also)

    def _found(self, request: Request) -> Found:
        """Find what is named: by the words after the verb, else by all of them."""
        texts = [(request.about, KINDS.get(request.verb, ANYTHING)), (request.whole, ANYTHING)]
        if means_a_name(self.screens.session, request, self.screens.round.id, self.screens.directories):
            texts.reverse()
        found = Found(request.about, ())
        for words, kinds in texts:
            if words and not found.hits:
                found = self.screens.find(words, kinds)
        return found

    def _beginnings(self, verb: Verb) -> Iterator[Suggestion]:
        """Yield the table of the only place there is, or those of a few, and what is said on each demand."""
        place = self.screens.only_place()
        if verb is not Verb.DEMAND:
            yield from self._tables(place)
        for demand in self.screens.demands():
            yield self._demand(demand.id, demand.title, place)

    def _tables(self, place: int | None) -> Iterator[Suggestion]:
        known = queries.places(self.screens.session, self.screens.round.id, LIMIT)
        if place is None:
            # Of thousands of places a few mean nothing: then the demands are more use.
            yield from () if len(known) == LIMIT else map(self._table, known)
            return
        here = next((one for one in known if one.id == place), None)
        if here is not None:
            yield self._table(here)

    def _of(self, hit: Hit, also: Hit | None) -> Iterator[Suggestion]:
        if hit.kind is HitKind.PLACE:
            yield from self._place(hit)
        elif hit.kind is HitKind.DEMAND:
            titles = {demand.id: demand.title for demand in self.screens.demands()}
            place = also.id if also is not None and also.kind is HitKind.PLACE else self.screens.only_place()
            if hit.id in titles:
                yield self._demand(hit.id, titles[hit.id], place)
        else:
            yield self._named(hit, also)

    def _place(self, hit: Hit) -> Iterator[Suggestion]:
        """Yield the table of a place, or those of its parts where these vote apart."""
        parts = self.screens.parts_of(hit.id)
        yield from map(self._table, parts)
        if not parts:
            message = self.screens.table(hit.id)
            yield self._suggestion(hit.label, self.tr._("What every list says"), message, "place", hit.id)

    def _table(self, place: PlaceView) -> Suggestion:
        told = self.tr.n("{count} list", "{count} lists", place.lists).format(count=place.lists)
        message = self.screens.table(place.id)
        return self._suggestion(f"{place.label} ({place.code})", told, message, "place", place.id)

    def _demand(self, demand: int, title: Titles, place: int | None) -> Suggestion:
        arguments = (demand,) if place is None else (demand, place)
        message = self.screens.demand(demand, place)
        return self._suggestion(
            self.tr.pick(title), self.tr._("What each list says on this demand"), message, "demand", *arguments
        )

    def _named(self, hit: Hit, also: Hit | None) -> Suggestion:
        kind = {
            HitKind.LIST: self.tr._("What this list says, with its proof"),
            HitKind.BANNER: self.tr._("Banner of several lists"),
        }[hit.kind]
        message = self.screens.thing(hit, also)
        return self._suggestion(hit.label, kind, message, hit.kind.value, hit.id)

    def _suggestion(self, title: str, description: str, message: Message, verb: str, *arguments: int) -> Suggestion:
        button = pressing(self.tr._("Ask further"), verb, *arguments)
        return Suggestion(button.press, clean(title), description, replace(message, buttons=((button,),)))
