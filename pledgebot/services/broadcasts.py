"""What is told to all who hear of it: its deliveries are written by one statement for each stretch of destinations.

No destination is looked at in Python, so that a million of them take no more memory than ten. Each wants to hear by its
rhythm, hour, zone and quiet hours: of those there are few kinds, and the moment of each kind is computed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, reduce
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, Rhythm
from pledgebot.domain.canary import CANARY, CANARY_FROM
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.services import canary
from pledgebot.services.facts import election_zone
from pledgebot.services.hearers import Stretch, hears_in, next_stretch
from pledgebot.services.rhythms import Wishes, due_at
from pledgebot.store.engine import fetch, run
from pledgebot.store.tables import Delivery, Destination, Event
from pledgebot.store.types import Moment

_DESTINATION, _DELIVERY = cast("sa.Table", Destination.__table__), cast("sa.Table", Delivery.__table__)
_WISHES = (
    Destination.rhythm,
    Destination.hour,
    Destination.weekday,
    Destination.zone,
    Destination.quiet_from,
    Destination.quiet_to,
)


def _joined(first: sa.ColumnElement[str], second: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return first + "|" + second


_PARTS: list[sa.ColumnElement[str]] = [sa.func.coalesce(sa.cast(column, sa.Text), "") for column in _WISHES]
_KIND = reduce(_joined, _PARTS)
"""By what destinations that want to hear at the same moments are known."""
_AT_ANY_HOUR = sa.and_(Destination.rhythm == Rhythm.AT_ONCE, Destination.quiet_from.is_(None))


def tell(session: Session, event: Event, most: int, now: datetime) -> int:
    """Write the deliveries of an event for at most so many of its next destinations, and return how many those are.

    Of what many hear at once only the first few are told: `canary` says what becomes of the rest. The cursor moves in the
    same transaction.
    """
    part = _Part(session, event, next_stretch(session, event, event.fanned_to, most), now)
    few = part.first_few() if event.fanned_to == 0 and canary.tries(event) else None
    if few is not None:
        canary.begin(session, event, now)
        part = _Part(session, event, replace(part.stretch, last=few), now)
    told = part.write()
    while not told and part.stretch.last is not None:
        part = _Part(session, event, next_stretch(session, event, part.stretch.last, most), now)
        told = part.write()
    if part.stretch.last is None:
        event.fanned_out_at = now
    elif event.fanned_to == 0 and few is None:
        event.tried_at = now
    if told:
        event.fanned_to = part.stretch.last or _last_told(session, event)
    session.flush()
    return told


def _last_told(session: Session, event: Event) -> int:
    return session.scalar(sa.select(sa.func.max(Delivery.destination_id)).where(Delivery.event_id == event.id)) or 0


@dataclass(frozen=True)
class _Part:
    """One stretch of an event's destinations."""

    session: Session
    event: Event
    stretch: Stretch
    now: datetime

    def first_few(self) -> int | None:
        """Return the last of the few to whom it goes first; None where so few hear it at once that all do."""
        soon = [kind for kind, due in self._later.items() if due <= self.now]
        hears_now = sa.or_(_AT_ANY_HOUR, _KIND.in_(soon)) if soon else _AT_ANY_HOUR
        numbers = sa.select(Destination.id).where(*self._hears, hears_now).order_by(Destination.id)
        most = fetch(self.session, numbers.limit(CANARY_FROM + 1)).scalars().all()
        return most[CANARY - 1] if len(most) > CANARY_FROM else None

    def write(self) -> int:
        """Write its deliveries, and return how many.

        The destinations are locked against deletion while they are read: who is gone by then is passed over.
        """
        due: sa.ColumnElement[datetime] = sa.literal(self._at_once, Moment)
        places: sa.FromClause = _DESTINATION
        if self._later:
            kinds = sa.values(sa.column("kind", sa.Text), sa.column("due_at", Moment))
            table = kinds.data(list(self._later.items())).cte("kinds")
            places, due = places.outerjoin(table, table.c.kind == _KIND), sa.func.coalesce(table.c.due_at, due)
        values = {
            _DELIVERY.c.event_id: sa.literal(self.event.id),
            _DELIVERY.c.destination_id: _DESTINATION.c.id,
            _DELIVERY.c.part: sa.literal(1),
            _DELIVERY.c.action: sa.literal(Action.SEND, _DELIVERY.c.action.type),
            _DELIVERY.c.state: sa.literal(DeliveryState.DUE, _DELIVERY.c.state.type),
            _DELIVERY.c.due_at: due,
            _DELIVERY.c.attempts: sa.literal(0),
        }
        # By number, as everybody locks them.
        rows = sa.select(*values.values()).select_from(places).where(*self._hears).order_by(_DESTINATION.c.id)
        locked = rows.with_for_update(of=_DESTINATION, read=True, key_share=True)
        insert = sa.insert(_DELIVERY).from_select(list(values), locked, include_defaults=False)
        written = run(self.session, insert.execution_options(preserve_rowcount=True))
        if self.event.kind is EventKind.STAY_ASKED:
            self._note_asked()
        # The driver of SQLite counts only where a statement begins with INSERT, and not with a table of kinds.
        return written.rowcount if written.rowcount >= 0 else self._count()

    def _count(self) -> int:
        here = self.stretch.holds(_DELIVERY.c.destination_id)
        counted = sa.select(sa.func.count()).where(_DELIVERY.c.event_id == self.event.id, here)
        return fetch(self.session, counted).scalar() or 0

    @cached_property
    def _hears(self) -> tuple[sa.ColumnElement[bool], ...]:
        return hears_in(self.event, self.stretch)

    @cached_property
    def _at_once(self) -> datetime:
        """When those are told who want to hear at any hour: organizers all do."""
        event = self.event
        return event.not_before if event.audience is Audience.ORGANIZERS else max(self.now, event.not_before)

    @cached_property
    def _later(self) -> Mapping[str, datetime]:
        """When the other kinds of destination are told, which may be at once as well."""
        if self.event.audience is Audience.ORGANIZERS:
            return {}
        # Of those who do not hear of it nothing is lost by looking.
        here = [self.stretch.holds(Destination.id)] if self.stretch.is_dense else self._hears
        kinds = sa.select(_KIND, *_WISHES).where(*here, ~_AT_ANY_HOUR).distinct()
        wishes = {row[0]: Wishes(*row[1:]) for row in fetch(self.session, kinds)}
        if not wishes:
            return {}
        zone, expires = election_zone(self.session), self.event.expires_at
        return {kind: due_at(wish, self._at_once, zone, expires) for kind, wish in wishes.items()}

    def _note_asked(self) -> None:
        asked = sa.select(Delivery.id).where(
            Delivery.event_id == self.event.id, Delivery.destination_id == _DESTINATION.c.id
        )
        here = sa.update(_DESTINATION).where(self.stretch.holds(_DESTINATION.c.id), asked.exists())
        run(self.session, here.values(asked_to_stay_at=self.now))
