"""Who hears of an event: as a condition on destinations, and stretch by stretch in their order, as the indexes give them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.events import EventKind
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Destination, Event, Subscription

_OF_PLACES = frozenset({EventKind.DAYS_LEFT, EventKind.LAST_CALL})
"""What is said once of the whole election, and of each constituency to those who follow only a part of it."""

# Written out: an index over a part of a table is only used for what is known to lie in that part when a plan is made.
_ALL = Subscription.topic == sa.literal_column("'all'")
_ORGANIZERS = Destination.audience == sa.literal_column("'organizers'")


_DENSE = 15_000
"""So many destinations are soon looked at, and have no more ways to be told than one statement can name."""


@dataclass(frozen=True)
class Stretch:
    """Destinations by their numbers: those after one, as far as another; None is as far as there are any.

    `arms` are what a subscription of theirs may be to an event, as far as there are such subscriptions.
    """

    after: int
    last: int | None = None
    arms: tuple[sa.ColumnElement[bool], ...] = ()

    @property
    def is_dense(self) -> bool:
        """Tell whether it is no work to look at all destinations that lie in it, whatever they follow."""
        return self.last is not None and self.last - self.after <= _DENSE

    def holds(self, number: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
        """Return the condition that a destination's number lies in it."""
        beyond = number > self.after
        return beyond if self.last is None else sa.and_(beyond, number <= self.last)


def is_told(event: Event) -> sa.ColumnElement[bool]:
    """Return the condition that a destination is told of an event. Whether it has ended is not looked at."""
    here = sa.select(Subscription.id).where(Subscription.destination_id == Destination.id)
    follows = [here.where(arm).exists() for arm in _arms(event)]
    return sa.and_(*_may_hear(event), *([sa.or_(*follows)] if follows else ()))


def hears_in(event: Event, stretch: Stretch) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a destination lies in a stretch, and is told of an event there."""
    alive = Destination.ended_at.is_(None)
    if not _is_followed(event):
        return alive, stretch.holds(Destination.id), is_told(event)
    follower = Subscription.destination_id
    followers = [sa.select(follower).where(arm, stretch.holds(follower)) for arm in stretch.arms]
    any_of_them = Destination.id.in_(sa.union_all(*followers)) if followers else sa.false()
    # Said of the destinations too, so that no others are read.
    within = stretch.holds(Destination.id) if stretch.is_dense else sa.true()
    return alive, any_of_them, within, *_may_hear(event)


def next_stretch(session: Session, event: Event, after: int, most: int) -> Stretch:
    """Return the next stretch in which at most so many destinations hear of an event; it costs no more the more there are.

    Some of those who follow it may have ended or have come later: the stretch can hold fewer. Organizers are few.
    """
    if event.audience is Audience.ORGANIZERS:
        return Stretch(after)
    if not _is_followed(event):
        return Stretch(after, _nth(session, [sa.select(Destination.id).where(Destination.id > after)], most))
    arms = _followed(session, _arms(event), after)
    beyond = [sa.select(Subscription.destination_id).where(Subscription.destination_id > after, arm) for arm in arms]
    return Stretch(after, _nth(session, beyond, most), arms)


def _followed(
    session: Session, arms: Sequence[sa.ColumnElement[bool]], after: int
) -> tuple[sa.ColumnElement[bool], ...]:
    """Return those of some conditions that are true of a subscription of a later destination."""
    beyond = sa.select(Subscription.id).where(Subscription.destination_id > after)
    found = fetch(session, sa.select(*(beyond.where(arm).exists() for arm in arms))).one()
    return tuple(arm for arm, is_there in zip(arms, found, strict=True) if is_there)


def _nth(session: Session, found: Sequence[sa.Select[int]], most: int) -> int | None:
    """Return the number at a place among the numbers of several selections; None where there are fewer."""
    if not found:
        return None
    ordered = [numbers.distinct().order_by(*numbers.selected_columns) for numbers in found]
    first = ordered[0]
    if len(ordered) > 1:
        each = sa.union(*(sa.select(one.limit(most).subquery()) for one in ordered)).subquery()
        first = sa.select(each).order_by(*each.c)
    return fetch(session, first.offset(most - 1).limit(1)).scalar()


def _is_followed(event: Event) -> bool:
    """Tell whether those hear of an event who follow what it is about, and they may be many."""
    return event.kind is not EventKind.STAY_ASKED and event.audience is not Audience.ORGANIZERS


def _arms(event: Event) -> list[sa.ColumnElement[bool]]:
    """Return what a subscription may be to an event, one condition for each index."""
    if event.kind is EventKind.STAY_ASKED:
        return []
    named = (
        (Subscription.list_id, event.topics["lists"]),
        (Subscription.banner_id, event.topics["banners"]),
        (Subscription.constituency_id, event.topics["constituencies"]),
        (Subscription.demand_id, event.topics["demands"]),
    )
    # Of one constituency: whoever hears of the whole election hears of it there.
    whole = [] if _is_of_a_part(event) else [_ALL]
    return [*whole, *(column.in_(numbers) for column, numbers in named if numbers)]


def _may_hear(event: Event) -> list[sa.ColumnElement[bool]]:
    """Return what has to be true of a destination beside that it follows what an event is about."""
    known_then = Destination.created_at <= event.created_at
    if event.kind is EventKind.STAY_ASKED:
        return [
            known_then,
            Destination.audience == Audience.SUBSCRIBER,
            Destination.place == PlaceKind.PRIVATE,
            Destination.stays_at.is_(None),
            Destination.asked_to_stay_at.is_(None),
        ]
    organizers = event.audience is Audience.ORGANIZERS
    conditions = [known_then, _ORGANIZERS if organizers else Destination.audience != Audience.ORGANIZERS]
    if _is_of_a_part(event):
        here = sa.select(Subscription.id).where(Subscription.destination_id == Destination.id)
        conditions += [~here.where(_ALL).exists(), ~here.where(Subscription.demand_id.is_not(None)).exists()]
    return conditions


def _is_of_a_part(event: Event) -> bool:
    return event.kind in _OF_PLACES and bool(event.topics["constituencies"])
