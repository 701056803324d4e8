"""Whether every list is treated alike: what was sent to whom, when, in which words, and where that differs."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from pledgebot.domain.organizer_calendar import History, history_of, is_night
from pledgebot.domain.progress import Contact, ContactKind, Medium

LATE_DAYS = 3
"""By how many days the first letter to a list may come after that to the others of its place."""

_OURS = frozenset({ContactKind.SENT, ContactKind.REMINDED})
_NO = frozenset({ContactKind.DECLINED, ContactKind.OPTED_OUT})


class Difference(StrEnum):
    """In what a list was treated otherwise than the others."""

    NEVER_ASKED = "never_asked"
    ASKED_LATE = "asked_late"
    FEWER_REMINDERS = "fewer_reminders"
    MORE_REMINDERS = "more_reminders"
    OTHER_TEXT = "other_text"
    AT_NIGHT = "at_night"
    AFTER_NO = "after_no"


@dataclass(frozen=True)
class Logged:
    """One contact as it was logged; `template` names the text that was sent."""

    kind: ContactKind
    medium: Medium
    at: datetime
    template: str | None = None


@dataclass(frozen=True)
class Treated:
    """A list of one round with its contacts; `ended` is the day on which it answered, declined or asked to be left alone."""

    list_id: int
    place: Hashable
    contacts: tuple[Logged, ...] = ()
    ended: date | None = None


@dataclass(frozen=True)
class Unequal:
    """One list that was treated otherwise: `own` is what it got, `others` what the others got, as far as there is a number.

    `day` is when, `rung` which letter: 0 is the first, then the reminders.
    """

    list_id: int
    what: Difference
    own: int | str | None = None
    others: int | str | None = None
    day: date | None = None
    rung: int | None = None


def unequal(lists: Iterable[Treated], today: date, zone: tzinfo) -> tuple[Unequal, ...]:
    """Return where lists of one round were treated otherwise than the others, list by list. Days are those of a zone.

    Reminders are compared among lists that were sent the letter on the same day, up to the day on which a conversation ended,
    and until yesterday: what is sent today may be under way.
    """
    known = [_Known(one, zone) for one in lists]
    found = [
        *_first_letters(known, today),
        *_reminders(known, today),
        *_texts(known),
        *(difference for one in known for difference in _manners(one, zone)),
    ]
    place = {one.list_id: number for number, one in enumerate(known)}
    return tuple(sorted(found, key=lambda one: place[one.list_id]))


class _Known:
    """A list with what follows from its contacts."""

    def __init__(self, one: Treated, zone: tzinfo) -> None:
        self.list_id, self.place, self.ended = one.list_id, one.place, one.ended
        self.contacts = sorted(one.contacts, key=lambda contact: contact.at)
        self.history: History = history_of([Contact(each.kind, each.at) for each in self.contacts], zone)

    @property
    def ours(self) -> list[Logged]:
        return [contact for contact in self.contacts if contact.kind in _OURS]

    def reminded_before(self, day: date) -> int:
        return sum(each < day for each in self.history.reminders)

    def until(self, today: date) -> date:
        return min(today, self.ended) if self.ended is not None else today


def _first_letters(lists: Sequence[_Known], today: date) -> Iterator[Unequal]:
    for one in lists:
        others = [other for other in lists if other is not one and other.place == one.place] or [
            other for other in lists if other is not one
        ]
        first = min((other.history.first for other in others if other.history.first is not None), default=None)
        own = one.history.first
        if first is None or (own is None and one.ended is not None):
            continue
        late = ((own or today) - first).days
        if late > LATE_DAYS:
            what = Difference.NEVER_ASKED if own is None else Difference.ASKED_LATE
            yield Unequal(one.list_id, what, own=late, day=first)


def _reminders(lists: Sequence[_Known], today: date) -> Iterator[Unequal]:
    for one in lists:
        if one.history.first is None:
            continue
        day = one.until(today)
        peers = [other for other in lists if other.history.first == one.history.first and other.until(today) >= day]
        own, usual = one.reminded_before(day), _usual(peer.reminded_before(day) for peer in peers)
        if own != usual:
            what = Difference.FEWER_REMINDERS if own < usual else Difference.MORE_REMINDERS
            yield Unequal(one.list_id, what, own=own, others=usual, day=one.history.first)


def _usual(counts: Iterable[int]) -> int:
    """Return what most got; where as many got more as got less, the more."""
    counted = Counter(counts)
    return max(counted, key=lambda count: (counted[count], count))


def _texts(lists: Sequence[_Known]) -> Iterator[Unequal]:
    """Compare the texts of the letters and of each reminder, as far as they were named."""
    by_rung: dict[int, list[tuple[_Known, str]]] = {}
    for one in lists:
        for rung, contact in _rungs(one):
            if contact.template is not None:
                by_rung.setdefault(rung, []).append((one, contact.template))
    for rung, sent in sorted(by_rung.items()):
        counted = Counter(text for _one, text in sent)
        usual = min(counted, key=lambda text: (-counted[text], text))
        for one, text in sent:
            if text != usual:
                yield Unequal(one.list_id, Difference.OTHER_TEXT, own=text, others=usual, rung=rung)


def _rungs(one: _Known) -> Iterator[tuple[int, Logged]]:
    """Yield the first letter as 0, and the reminders from 1 on; the letter sent once more by another way is none of them."""
    letter = next((contact for contact in one.ours if contact.kind is ContactKind.SENT), None)
    if letter is not None:
        yield 0, letter
    yield from enumerate((contact for contact in one.ours if contact.kind is ContactKind.REMINDED), 1)


def _manners(one: _Known, zone: tzinfo) -> Iterator[Unequal]:
    refused = min((contact.at for contact in one.contacts if contact.kind in _NO), default=None)
    for contact in one.ours:
        local = contact.at.astimezone(zone)
        # What the post carries is read in the morning.
        if contact.medium is not Medium.POST and is_night(contact.at, zone):
            yield Unequal(one.list_id, Difference.AT_NIGHT, own=f"{local:%H:%M}", day=local.date())
        if refused is not None and contact.at > refused:
            yield Unequal(one.list_id, Difference.AFTER_NO, day=local.date())
