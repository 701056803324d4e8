"""What an organizer's request is carried out with: the transaction, who acts, in which language, when; and whom they name."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages.document import Bullets, Message, Text, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.services import queries
from pledgebot.services.lists import get_list
from pledgebot.services.lookup import Directories, Hit, HitKind, find
from pledgebot.services.people import Actor
from pledgebot.services.views import RoundView
from pledgebot.store.engine import Session

_LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Errand:
    """One request of one organizer, inside one transaction."""

    session: Session
    by: Actor
    tr: Translator
    now: datetime
    directories: Directories = field(default_factory=Directories)

    @property
    def asked(self) -> RoundView:
        """Return the current round; refuses when no round is known."""
        return queries.current_round(self.session, self.now)

    @property
    def zone(self) -> tzinfo:
        """Return the zone in which moments are told: that of the current round."""
        try:
            return self.asked.zone
        except Refused:
            return UTC

    def named(self, text: str, *kinds: HitKind) -> tuple[Hit, ...]:
        """Return what a text may mean: one thing when it is certain.

        `#12` is always the list of that number. A bare 12 may be one too, or whatever else goes by it: then both are
        returned, since the wrong list must not be written to.
        """
        clean = " ".join(text.split())
        if clean.startswith("#") and (number := number_in(clean[1:])) is not None:
            return self._list(number)
        if not clean:
            return ()
        found = find(self.session, clean, kinds, self.asked.id, self.directories).hits
        number = number_in(clean)
        if number is None or HitKind.LIST not in kinds:
            return found
        return (*found, *(hit for hit in self._list(number) if hit.id not in _lists(found)))

    def _list(self, number: int) -> tuple[Hit, ...]:
        try:
            return (Hit(HitKind.LIST, number, get_list(self.session, number).name),)
        except Refused:
            return ()

    def one(self, text: str, *kinds: HitKind) -> Hit:
        """Return the one thing that a text means; refuses what is not known, and what may be several things."""
        hits = self.named(text, *kinds)
        clean = " ".join(text.split())
        if len(hits) == 1 and (number_in(clean) is None or self._goes_by(clean, kinds)):
            return hits[0]
        if hits:
            # A label may begin with its panel: two numbers side by side would be read as one.
            known = [f"#{hit.id} = {hit.label}" if hit.kind is HitKind.LIST else hit.label for hit in hits]
            raise Refused(Objection.AMBIGUOUS_LIST, name=text, known=known)
        raise Refused(Objection.UNKNOWN_LIST, name=text)

    def _goes_by(self, number: str, kinds: tuple[HitKind, ...]) -> bool:
        """Tell whether something is called by a bare number: a list's own number in the tables is written with its #."""
        return bool(find(self.session, number, kinds, self.asked.id, self.directories).hits)

    def list_id(self, text: str) -> int:
        """Return the number of the one list that a text means; refuses as `one` does."""
        return self.one(text, HitKind.LIST).id


def _lists(hits: tuple[Hit, ...]) -> frozenset[int]:
    return frozenset(hit.id for hit in hits if hit.kind is HitKind.LIST)


def number_in(word: str) -> int | None:
    """Return a word as a number that a row may have, None for any other word."""
    return int(word) if word.isdecimal() and len(word) <= _LONGEST_NUMBER else None


def parts_of(text: str) -> list[str]:
    """Return what stands between the strokes of `NAME | one | two`, each without blanks around it."""
    return [part.strip() for part in text.split("|")]


def usage(tr: Translator, told: str, *examples: str, faults: tuple[str, ...] = ()) -> Message:
    """Return that nothing was done: what is wrong, and how it is written."""
    blocks = [paragraph(told)]
    wrong = (Bullets(tuple((Text(fault),) for fault in faults)),) if faults else ()
    shown = tuple((Text(example),) for example in examples)
    return Message((*blocks, *wrong, paragraph(tr._("For example:")), Bullets(shown)), tr.language)
