"""What organizers do in a campaign, at drawn moments: record, confirm, correct, withdraw, undo, remove, write to lists."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import sqlalchemy as sa

from campaign.cast import Cast, records
from factories.marseille import second_round
from factories.services import quoting
from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.errors import Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.answers import NewAnswer, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer, reject_answer, request_removal, undo_answer
from pledgebot.services.lineages import confirm_lineages, propose_lineages, show_lineages
from pledgebot.services.list_files import import_lists
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import CandidateList, Round

Later = Callable[[timedelta, Callable[[datetime], None]], None]
"""Has something done after a while."""


NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Entry:
    """One entry of the ledger: what it is about, when it was confirmed, and by which event that is announced."""

    answer: int
    kind: AnswerKind
    said: NewAnswer
    """What was recorded; of a removal what it removes."""
    confirmed: datetime = NEVER
    event: int = 0
    removed: datetime = NEVER
    undone: datetime | None = None
    """When it was taken back, before anybody was told."""

    @property
    def subject(self) -> Subject:
        """The list or banner that it is about."""
        return self.said.subject

    @property
    def demands(self) -> frozenset[str]:
        """The demands that it speaks of."""
        return frozenset(taken.demand for taken in self.said.positions)

    @property
    def proof(self) -> str:
        """The address of its proof, which no other entry has."""
        return self.said.proofs[0].url or ""


@dataclass
class Organizers:
    """They act as their dice say; `diary` is what they know to have confirmed, by entry; `refused` is why they could not."""

    database: Database
    there: Cast
    dice: Random
    later: Later
    diary: dict[int, Entry] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    subjects: list[Subject] = field(default_factory=list)
    written: dict[int, list[datetime]] = field(default_factory=dict)
    """To which lists a letter was sent, and when."""
    _numbers: int = 0

    def __post_init__(self) -> None:
        """Speak with the lists and banners of the first round."""
        self.subjects = [Subject(list_id=number) for number in self.there.lists]
        self.subjects += [Subject(banner_id=number) for number in self.there.banners.values()] * 3

    def _act(self, act: Callable[[Session], None]) -> bool:
        """Do something in a transaction of its own; what is refused changes nothing, and is counted by its reason."""
        try:
            with self.database.begin() as session:
                act(session)
        except Refused as refused:
            self.refused[refused.objection.value] += 1
            return False
        return True

    def hear(self, now: datetime) -> None:
        """Record what a list says; somebody decides on it later."""
        positions = tuple(
            Taken(demand, self.dice.choice(list(Position)))
            for demand in self.dice.sample(sorted(self.there.demands), k=self.dice.choice([1, 1, 2]))
        )
        self._record(self._new(self.dice.choice(self.subjects), positions, now), now)

    def hurry(self, now: datetime) -> None:
        """Record a commitment and confirm it at once: the silence begins in a moment."""
        demand = self.dice.choice(sorted(self.there.demands))
        new = self._new(self.dice.choice(self.subjects), (Taken(demand, Position.COMMITTED),), now)
        numbers: list[int] = []
        if self._act(lambda session: numbers.append(record_answer(session, new, self.there.alix, now))):
            self._confirm(Entry(numbers[0], new.kind, new), now)

    def _new(
        self,
        subject: Subject,
        positions: tuple[Taken, ...],
        now: datetime,
        kind: AnswerKind = AnswerKind.STATEMENT,
    ) -> NewAnswer:
        self._numbers += 1
        url = f"https://exemple.invalid/reponse/{self._numbers:04}"
        return NewAnswer(
            subject=subject,
            positions=positions,
            kind=kind,
            source=self.dice.choice([SourceKind.LETTER, SourceKind.EMAIL, SourceKind.PROGRAMME]),
            role=SpeakerRole.HEAD,
            speaker="Ada Exemple",
            said_on=(now - timedelta(days=1)).date(),
            proofs=(quoting(f"Réponse {self._numbers:04}.", url),),
            contradiction=Contradiction.REPLACES if self.dice.random() < 0.9 else Contradiction.BESIDE,
        )

    def _record(self, new: NewAnswer, now: datetime) -> None:
        numbers: list[int] = []
        if self._act(lambda session: numbers.append(record_answer(session, new, self.there.alix, now))):
            self._decide_later(Entry(numbers[0], new.kind, new))

    def _decide_later(self, entry: Entry) -> None:
        wait = timedelta(minutes=self.dice.choice([2, 20, 150, 900, 3000]))
        decide = self._reject if self.dice.random() < 0.06 else self._confirm
        self.later(wait, lambda now: decide(entry, now))

    def _reject(self, entry: Entry, now: datetime) -> None:
        noe = self.there.noe
        self._act(lambda session: reject_answer(session, entry.answer, 1, "not what was meant", noe, now))

    def _confirm(self, entry: Entry, now: datetime) -> None:
        events: list[int] = []
        noe = self.there.noe
        if self._act(lambda session: events.append(confirm_answer(session, entry.answer, 1, noe, now).event)):
            entry.event, entry.confirmed = events[0], now
            self.diary[entry.answer] = entry
            self._go_on(entry)
        elif self.dice.random() < 0.8:
            # What may not be confirmed now may be later, a few times over.
            self._decide_later(entry)

    def _go_on(self, entry: Entry) -> None:
        """Draw what becomes of an entry after it was confirmed."""
        wait = timedelta(minutes=self.dice.choice([1, 30, 600, 4000]))
        after = self.dice.choices([None, self._undo, self._correct, self._withdraw, self._remove], [58, 12, 14, 9, 7])[
            0
        ]
        if after is not None and entry.kind is not AnswerKind.REMOVAL:
            self.later(wait, lambda now: after(entry, now))

    def _undo(self, entry: Entry, now: datetime) -> None:
        noe = self.there.noe
        if self._act(lambda session: void(undo_answer(session, entry.answer, "too early", noe, now))):
            entry.undone = now

    def _correct(self, entry: Entry, now: datetime) -> None:
        if entry.kind is AnswerKind.WITHDRAWAL:
            return
        other = tuple(replace(taken, position=self.dice.choice(list(Position))) for taken in entry.said.positions[:1])
        right = self._new(entry.subject, other, now)
        about = {"kind": AnswerKind.CORRECTION, "target": entry.answer}
        self._record(replace(right, **about, reason="misread", contradiction=None), now)

    def _withdraw(self, entry: Entry, now: datetime) -> None:
        nothing = tuple(replace(taken, position=None) for taken in entry.said.positions)
        self._record(self._new(entry.subject, nothing, now, AnswerKind.WITHDRAWAL), now)

    def _remove(self, entry: Entry, now: datetime) -> None:
        numbers: list[int] = []
        alix = self.there.alix
        if self._act(lambda session: numbers.append(request_removal(session, entry.answer, "court order", alix, now))):
            removal = Entry(numbers[0], AnswerKind.REMOVAL, entry.said)
            self.later(timedelta(hours=2), lambda then: self._confirm_removal(entry, removal, then))

    def _confirm_removal(self, entry: Entry, removal: Entry, now: datetime) -> None:
        self._confirm(removal, now)
        if removal.answer in self.diary:
            entry.removed = now

    def write(self, now: datetime, share: float = 1.0) -> None:
        """Send the letter to the lists to which nobody wrote yet, or to a share of them."""
        waiting = [one.list_id for one in self.subjects if one.list_id is not None and one.list_id not in self.written]
        for number in waiting[: int(len(waiting) * share) or 1]:
            contact = NewContact(number, ContactKind.SENT, Medium.EMAIL, now, "letter")
            if self._act(lambda session, its=contact: void(log_contact(session, its, self.there.alix, now))):
                self.written[number] = [now]

    def chase(self, now: datetime) -> None:
        """Log that a list was reminded, wrote, declined, or asked to be left alone."""
        if not self.written:
            return
        number = self.dice.choice(sorted(self.written))
        kind = self.dice.choices(
            [ContactKind.REMINDED, ContactKind.RECEIVED, ContactKind.DECLINED, ContactKind.OPTED_OUT], [70, 12, 12, 6]
        )[0]
        contact = NewContact(number, kind, Medium.EMAIL, now, "reminder-1" if kind is ContactKind.REMINDED else None)
        self._act(lambda session: void(log_contact(session, contact, self.there.alix, now)))

    def second_round(self, now: datetime) -> None:
        """Import the lists of the second round; who descends from whom is confirmed in two goes."""
        with self.database.begin() as session:
            row = session.scalars(sa.select(Round).where(Round.number == 2)).one()
            import_lists(session, records(2, second_round()), row.key, "tour-2.txt", self.there.alix, now)
            propose_lineages(session, row.id)
            found = [view.id for view in show_lineages(session, row.id)]
            standing = session.scalars(sa.select(CandidateList.id).where(CandidateList.round_id == row.id)).all()
        self.subjects = [Subject(list_id=number) for number in standing]
        self.dice.shuffle(found)
        for number, share in enumerate((found[::2], found[1::2]), 1):
            self.later(timedelta(hours=3 * number), lambda then, ids=share: self._confirm_lineages(ids, then))

    def _confirm_lineages(self, ids: list[int], now: datetime) -> None:
        self._act(lambda session: confirm_lineages(session, ids, self.there.noe, now))


def void(_result: object) -> None:
    """Do nothing with what something returned."""
