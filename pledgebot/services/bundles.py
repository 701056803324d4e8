"""Several things for one subscriber that may go at the same time become one message, and stay one until it is settled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.answer import AnswerKind, AnswerState
from pledgebot.domain.audience import Rhythm
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import PUBLIC_REMINDERS, AnswerFacts, EventKind, Facts, News, Reminded, Said
from pledgebot.domain.recalled import MergerFacts, ReminderFacts
from pledgebot.services.facts import answer_facts_from, facts_from, facts_in
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, Bundle, Delivery, Destination, Event

NEWS = frozenset({
    EventKind.ANSWER_CONFIRMED,
    EventKind.ANSWER_CORRECTED,
    EventKind.ANSWER_WITHDRAWN,
    EventKind.CONTENT_REMOVED,
})  # fmt: skip
"""What can be told together, with reminders; a notice with a question of its own goes alone."""

JUST_NOW = timedelta(minutes=10)
"""What whoever wants to hear at once is told within this time is a message of its own."""
_EVENTS = "events"
"""Under this key the words of a digest name the events that they tell: words of other events are not said again."""


@dataclass(frozen=True)
class Waiting:
    """A delivery that waits at a place, or is under way there; of the message only what decides what goes together.

    `held` says that it was kept back: by a rhythm, by quiet hours, by the silence. What just happened is told by itself.
    """

    delivery: int
    event: int
    kind: EventKind
    action: Action = Action.SEND
    state: DeliveryState = DeliveryState.DUE
    attempts: int = 0
    wording: int | None = None
    bundle: int | None = None
    held: bool = True

    @property
    def fresh(self) -> bool:
        """Tell whether nobody tried to send it yet, so that no words of it may stand anywhere."""
        untouched = self.attempts == 0 and self.wording is None and self.bundle is None
        return untouched and self.state is DeliveryState.DUE

    @property
    def joins(self) -> bool:
        """Tell whether it may be told with others: what was held back, and reminders, of which several come at one time."""
        return self.kind in PUBLIC_REMINDERS or (self.kind in NEWS and self.held)


@dataclass(frozen=True)
class Member:
    """One of several deliveries that are told together; `said` is what its event stored, `since` when it happened."""

    delivery: int
    event: int
    action: Action
    said: News
    since: datetime

    @property
    def told(self) -> News:
        """What its place is told."""
        said = self.said
        return as_told(said.kind, said.facts, self.action) if isinstance(said, Said) else said


def as_told(kind: EventKind, facts: AnswerFacts, action: Action) -> Said:
    """Return what a place is told of an event: whoever never read an error hears what is right, not that there was one."""
    if kind is not EventKind.ANSWER_CORRECTED or action is not Action.SEND:
        return Said(kind, facts)
    stances = tuple(replace(stance, was=None) for stance in facts.stances)
    return Said(EventKind.ANSWER_CONFIRMED, replace(facts, stances=stances, reason=None, corrects_said_on=None))


def together(waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    """Return what goes next at one place as one message, of all that waits there, by number; empty when nothing may.

    While something is under way there, nothing goes. What was tried goes again as it was, with nothing added, and nothing
    overtakes it. Of what was not, changes of old messages go first, each alone; then all the news and reminders.
    """
    if not waiting or any(one.state is not DeliveryState.DUE for one in waiting):
        return ()
    first = waiting[0]
    if not first.fresh:
        return tuple(
            one for one in waiting if one is first or (first.bundle is not None and one.bundle == first.bundle)
        )
    run = tuple(takewhile(lambda one: one.fresh, waiting))
    edits = [one for one in run if one.action is Action.EDIT]
    if edits:
        return (edits[0],)
    if not first.joins:
        return (first,)
    return tuple(one for one in run if one.joins)


def next_at(
    session: Session, places: Collection[int], now: datetime, stopped: Collection[int] = ()
) -> dict[int, tuple[Waiting, ...]]:
    """Return what goes next as one message at each of some places, by the place's number; nothing of `stopped` events."""
    if not places:
        return {}
    may_go = sa.or_(Delivery.due_at <= now, Delivery.attempts > 0)
    rows = fetch(
        session,
        sa.select(
            Delivery.destination_id,
            Delivery.id,
            Delivery.event_id,
            Event.kind,
            Delivery.action,
            Delivery.state,
            Delivery.attempts,
            Delivery.wording_id,
            Delivery.bundle_id,
            sa.or_(Destination.rhythm != Rhythm.AT_ONCE, Event.created_at <= now - JUST_NOW),
        )
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.destination_id.in_(places),
            Delivery.event_id.not_in(stopped) if stopped else sa.true(),
            sa.or_(
                Delivery.state == DeliveryState.CLAIMED,
                sa.and_(Delivery.state == DeliveryState.DUE, may_go),
            ),
        )
        # In the order of the index of places, which the database then takes instead of that of all that is due.
        .order_by(Delivery.destination_id, Delivery.id),
    )
    by_place = groupby(rows, key=lambda row: row[0])
    return {place: together([Waiting(*row[1:9], held=bool(row[9])) for row in here]) for place, here in by_place}


def members_of(session: Session, groups: Iterable[Sequence[Waiting]]) -> dict[int, tuple[Member, ...]]:
    """Return the members of those groups that are of several, by the number of the first."""
    several = [group for group in groups if len(group) > 1]
    numbers = {one.event for group in several for one in group}
    if not numbers:
        return {}
    stored = sa.select(Event.id, Event.kind, sa.cast(Event.facts, sa.Text), Event.created_at)
    events = fetch(session, stored.where(Event.id.in_(numbers)))
    said = {number: (_as_said(kind, facts_in(kind, text)), when) for number, kind, text, when in events}
    return {
        group[0].delivery: tuple(Member(one.delivery, one.event, one.action, *said[one.event]) for one in group)
        for group in several
    }


def _said(event: Event) -> News:
    return _as_said(event.kind, facts_from(event.kind, event.facts))


def _as_said(kind: EventKind, facts: Facts) -> News:
    if isinstance(facts, (ReminderFacts, MergerFacts)):
        return Reminded(kind, facts)
    if isinstance(facts, AnswerFacts):
        return Said(kind, facts)
    raise TypeError(f"{kind} is not told together with others")


def words_of(group: Sequence[Waiting], words: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """Return the words made for a group at an earlier claim; None where a member came, left or changed since."""
    if not words or len({one.wording for one in group}) > 1:
        return None
    events = [one.event for one in group]
    return words if words.get(_EVENTS, events[:1]) == events else None


def with_events(words: Mapping[str, object], members: Sequence[Member]) -> Mapping[str, object]:
    """Return the words of a message as they are kept: those of several events name them."""
    return {**words, _EVENTS: [member.event for member in members]} if members else words


def still_said(session: Session, members: Sequence[Member]) -> bool:
    """Tell whether the facts of all members are what they were; they stay so until the transaction ends.

    Facts that are being changed in this moment are not waited for, so that no two wait for each other: the answer is no.
    """
    numbers = sorted({member.event for member in members})
    locked = sa.select(Event).where(Event.id.in_(numbers)).order_by(Event.id)
    events = session.scalars(
        locked.with_for_update(of=Event, read=True, skip_locked=True).execution_options(populate_existing=True)
    )
    said = {event.id: _said(event) for event in events}
    return all(said.get(member.event) == member.said for member in members)


def keep_together(session: Session, members: Sequence[Member], now: datetime) -> int | None:
    """Make or keep the bundle of members that wait, and return its number; None where one of them waits no more.

    They are locked until the transaction ends. Whoever belonged to it and no longer waits leaves it.
    """
    numbers = [member.delivery for member in members]
    waits = sa.select(Delivery).where(Delivery.id.in_(numbers), Delivery.state == DeliveryState.DUE)
    rows = session.scalars(
        waits.order_by(Delivery.id).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).all()
    if [row.id for row in rows] != numbers:
        return None
    bundle = rows[0].bundle_id or _bundle(session, rows[0], now)
    session.execute(
        sa.update(Delivery)
        .where(Delivery.bundle_id == bundle, Delivery.id.not_in(numbers))
        .values(bundle_id=None)
        .execution_options(synchronize_session=False)
    )
    return bundle


def _bundle(session: Session, first: Delivery, now: datetime) -> int:
    occurrence = f"{now:%Y-%m-%d} {first.id}"
    known = session.scalar(
        sa.select(Bundle.id).where(Bundle.destination_id == first.destination_id, Bundle.occurrence == occurrence)
    )
    if known is not None:
        return known
    bundle = Bundle(destination_id=first.destination_id, occurrence=occurrence)
    session.add(bundle)
    session.flush()
    return bundle.id


def with_mates(delivery: int) -> sa.ColumnElement[bool]:
    """Return the condition of a delivery and of those that are told with it."""
    one = aliased(Delivery)
    bundle = sa.select(one.bundle_id).where(one.id == delivery).scalar_subquery()
    return sa.or_(Delivery.id == delivery, Delivery.bundle_id == bundle)


def whole(session: Session, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Return those of some deliveries that are told alone, or whose mates are all among them."""
    numbers = [one.id for one in deliveries]
    bundles = {one.bundle_id for one in deliveries if one.bundle_id is not None}
    broken: set[int | None] = set()
    if bundles:
        others = sa.select(Delivery.bundle_id).where(Delivery.bundle_id.in_(bundles), Delivery.id.not_in(numbers))
        broken = set(session.scalars(others))
    return [one for one in deliveries if one.bundle_id is None or one.bundle_id not in broken]


def digest_now(session: Session, delivery: int | None, *, lock: bool = False) -> tuple[News, ...]:
    """Return what a digest says that a delivery belongs to, with every removal in the place of what was removed.

    Empty where the delivery was told alone. `lock` keeps the facts as they are until the transaction ends.
    """
    mine = sa.select(Delivery.bundle_id).where(Delivery.id == delivery).scalar_subquery()
    mate = aliased(Delivery)
    told = (
        sa.select(mate, Event).join(Event, Event.id == mate.event_id).where(mate.bundle_id == mine).order_by(Event.id)
    )
    if lock:
        told = told.with_for_update(of=Event, read=True).execution_options(populate_existing=True)
    rows = session.execute(told).all()
    removed = _removed(session, [event.answer_id for _mate, event in rows if event.answer_id is not None])
    members = (Member(row.id, event.id, row.action, _said(event), event.created_at) for row, event in rows)
    return tuple(
        removed.get(event.answer_id or 0) or member.told for (_row, event), member in zip(rows, members, strict=True)
    )


def _removed(session: Session, answers: Sequence[int]) -> dict[int, Said]:
    """Return the removals that concern answers: their own, or for a correction those of what it corrected."""
    corrected: dict[int, int] = {}
    above = set(answers)
    while above:
        rows = session.execute(
            sa.select(Answer.id, Answer.target_id).where(
                Answer.id.in_(above), Answer.kind == AnswerKind.CORRECTION, Answer.target_id.is_not(None)
            )
        )
        found = {number: target for number, target in rows if target is not None}
        corrected |= found
        above = set(found.values()) - set(corrected)
    removals = _removals(session, {*answers, *corrected.values()})
    said: dict[int, Said] = {}
    for answer in answers:
        number: int | None = answer
        while number is not None and number not in removals:
            number = corrected.get(number)
        if number is not None:
            said[answer] = removals[number]
    return said


def _removals(session: Session, answers: Collection[int]) -> dict[int, Said]:
    """Return the removals of answers, by what they removed."""
    rows = session.execute(
        sa.select(Answer.target_id, Event)
        .join(Event, Event.answer_id == Answer.id)
        .where(
            Answer.target_id.in_(answers),
            Answer.kind == AnswerKind.REMOVAL,
            Answer.state == AnswerState.CONFIRMED,
            Event.kind == EventKind.CONTENT_REMOVED,
            Event.cancelled_at.is_(None),
        )
        .order_by(Event.id)
    )
    return {target: Said(event.kind, answer_facts_from(event.facts)) for target, event in rows if target is not None}
