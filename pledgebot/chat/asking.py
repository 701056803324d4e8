"""One question in words: what it asks for, what it is about, and the screen that answers it."""

from collections.abc import Callable
from datetime import datetime

from pledgebot.chat.asker import Asker
from pledgebot.chat.card_screens import PICTURED, Pictures
from pledgebot.chat.grammar import ORGANIZER_VERBS, Request, Verb
from pledgebot.chat.hushing import SERVICE_VERBS, unless_hushed
from pledgebot.chat.screens import Screens
from pledgebot.domain.audience import PlaceKind
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import Translator
from pledgebot.services.hushed import OPEN, Hushed
from pledgebot.services.lookup import Directories, Found, Hit, HitKind, is_name
from pledgebot.store.engine import Session

NAMED = (HitKind.LIST, HitKind.BANNER)
ANYTHING = (HitKind.DEMAND, HitKind.LIST, HitKind.BANNER, HitKind.PLACE)
KINDS = {
    Verb.LIST: NAMED,
    Verb.LISTS: NAMED,
    Verb.HISTORY: NAMED,
    Verb.DEMAND: (HitKind.DEMAND,),
    Verb.PICTURE: PICTURED,
}
"""What a verb is about, if not about anything."""


def means_a_name(session: Session, request: Request, round_id: int, directories: Directories) -> bool:
    """Tell whether all the words of a text are the name of something, so that none of them is a verb."""
    return bool(request.whole) and is_name(session, request.whole, ANYTHING, round_id, directories)


class Asked:
    """One question, in one reading transaction."""

    def __init__(
        self,
        session: Session,
        request: Request,
        asker: Asker,
        tr: Translator,
        now: datetime,
        directories: Directories,
        there: Hushed = OPEN,
    ) -> None:
        self.session = session
        self.request = request
        self.asker = asker
        self.there = there
        self.screens = Screens(session, tr, now, directories, there)

    def answer(self) -> Message:
        """Return the answer to the request's verb; in an electoral silence (`there`) what it allows."""
        if self.verb() in SERVICE_VERBS | ORGANIZER_VERBS:
            return self._told()
        return unless_hushed(self.there, self.screens.tr, self._told)

    def _told(self) -> Message:
        known: dict[Verb, Callable[[], Message]] = {
            Verb.STANCES: self.about,
            Verb.LIST: self.about,
            Verb.LISTS: self.about,
            Verb.DEMAND: self.about,
            Verb.COMPARE: self.compare,
            Verb.HISTORY: self.history,
            Verb.PICTURE: self.picture,
            Verb.DATES: self.screens.dates,
            Verb.LETTER: self.letter,
            Verb.PRIVACY: lambda: self.screens.privacy(self.asker.contact),
            Verb.START: lambda: self.screens.welcome(group=in_group(self.asker)),
            Verb.FREE: self.about,
        }
        return known.get(self.request.verb, self.help)()

    def verb(self) -> Verb:
        """Return what is asked for; where all the words are the name of something, that is meant."""
        if means_a_name(self.session, self.request, self.screens.round.id, self.screens.directories):
            self.request = Request(Verb.FREE, self.request.whole)
        return self.request.verb

    def help(self) -> Message:
        """Say what can be asked."""
        return self.screens.help(organizer=self.asker.organizer is not None)

    def letter(self) -> Message:
        """Tell what the letter asks."""
        return self.screens.letter() or self.help()

    def about(self) -> Message:
        """Tell about whatever is named, if it is certain; offer a choice if it is not."""
        if not self.request.about:
            return self.letter() if self.request.verb is Verb.DEMAND else self.screens.stances()
        found = self.found()
        return self._tell(found)

    def found(self) -> Found:
        """Find what the question is about."""
        found = self.screens.find(self.request.about, KINDS.get(self.request.verb, ANYTHING))
        if found.hits or not self.request.whole:
            return found
        # "La liste du 5e" asks for no list: the verb was a word like others.
        freely = self.screens.find(self.request.whole, ANYTHING)
        return freely if freely.hits else found

    def compare(self) -> Message:
        """Set two lists side by side."""
        if not self.request.other:
            return self.help()
        # Names hold words such as "et" too, so every way of dividing the words is tried.
        unsure: list[Found] = []
        for pair in self.request.pairs:
            one, other = (self.screens.find(name, (HitKind.LIST,)) for name in pair)
            if one.sure is not None and other.sure is not None:
                return self.screens.compare(one.sure.id, other.sure.id)
            unsure += [found for found in (one, other) if found.sure is None]
        return self.screens.choice(unsure[0])

    def history(self) -> Message:
        """Show everything confirmed about a list or a banner."""
        if not self.request.about:
            return self.help()
        found = self.found()
        if found.sure is None or found.sure.kind not in NAMED:
            return self._tell(found, to_history=True)
        return self.screens.history(found.sure.kind, found.sure.id, _demand(found.also))

    def picture(self) -> Message:
        """Show the picture of what is named, of everything where nothing is."""
        pictures = Pictures(self.screens)
        if not self.request.about:
            return pictures.of_all()
        found = self.found()
        if found.sure is None or found.sure.kind not in PICTURED:
            return self._tell(found)
        return pictures.of(found.sure.kind, found.sure.id)

    def _tell(self, found: Found, *, to_history: bool = False) -> Message:
        if found.sure is None:
            return self.screens.choice(found, to_history=to_history)
        return self.screens.thing(found.sure, found.also)


def in_group(asker: Asker) -> bool:
    """Tell whether somebody asks in a group, where only what is addressed to the bot reaches it."""
    return asker.spot is not None and asker.spot.place is PlaceKind.GROUP


def _demand(also: Hit | None) -> int | None:
    return also.id if also is not None and also.kind is HitKind.DEMAND else None
