"""The calendar as questions see it: rounds, their silences, which one is asked about."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import Hours, PollingDay, Silence, widest_silence
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.revision import Remembered
from pledgebot.services.views import (
    DatesView,
    RoundView,
)
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    CandidateList,
    Constituency,
    Round,
)

_ROUNDS = sa.select(Round).order_by(Round.day)
_POLLING = sa.select(Round.day, Round.closes, Round.zone).order_by(Round.day)
_HOURS = sa.select(Constituency.id, Constituency.parent_id, Constituency.zone, Constituency.closes)
_OWN_HOURS = _HOURS.where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
_NAMED_HOURS = _HOURS.where(Constituency.id.in_(sa.bindparam("places", expanding=True)))
_STOOD_IN = (
    sa.select(CandidateList.round_id).where(CandidateList.constituency_id == sa.bindparam("constituency")).distinct()
)


UNREADABLE = (ValueError, LookupError, TypeError, ArithmeticError, OSError)
"""What reading a calendar raises that holds a zone, a day or an hour which is none."""


def polling_days(session: Session) -> tuple[PollingDay, ...]:
    """Return the polling days by the hours of their rounds. Raises one of `UNREADABLE` where they cannot be read."""
    return tuple(PollingDay(row.day, row.closes, ZoneInfo(row.zone)) for row in fetch(session, _POLLING))


def hours_apart(session: Session) -> dict[int, Hours]:
    """Return the hours of the places that have some of their own, a place that is part of another with what it has from there."""
    rows = {row.id: row for row in fetch(session, _OWN_HOURS)}
    return _with_theirs(session, rows)


def hours_in(session: Session, places: Collection[int]) -> dict[int, Hours]:
    """Return the hours of some places, each with what it has from the places that it is part of."""
    return _with_theirs(session, {row.id: row for row in fetch(session, _NAMED_HOURS, {"places": list(places)})})


def _with_theirs(session: Session, rows: Mapping[int, "_Place"]) -> dict[int, Hours]:
    known = dict(rows)
    missing = _parents(rows.values()) - known.keys()
    while missing:
        found = {row.id: row for row in fetch(session, _NAMED_HOURS, {"places": list(missing)})}
        known |= found
        missing = _parents(found.values()) - known.keys()
    return {place: _hours_of(place, known) for place in rows}


_Place = sa.Row[int, int | None, str | None, time | None]


def _parents(rows: Iterable[_Place]) -> set[int]:
    return {row.parent_id for row in rows if row.parent_id is not None}


def _hours_of(place: int, known: Mapping[int, _Place]) -> Hours:
    hours, number, seen = Hours(), place, set[int]()
    # Places that are part of each other in a circle are a fault of the configuration; it must not hang here.
    while number in known and number not in seen:
        seen.add(number)
        row = known[number]
        hours = hours.within(Hours(row.zone, row.closes))
        number = row.parent_id or 0
    return hours


def silences(session: Session) -> tuple[Silence, ...]:
    """Return the silence of every round, each the widest over the places where lists may stand."""
    return tuple(view.silence for view in whole_calendar(session) if view.silence is not None)


def dates(session: Session, now: datetime, known: Remembered | None = None) -> DatesView:
    """Return the calendar."""
    return DatesView((known or Remembered()).read(session, whole_calendar), now)


def whole_calendar(session: Session) -> tuple[RoundView, ...]:
    """Return the rounds in the order of their days, each with the widest silence over the places where lists may stand."""
    places = set(hours_apart(session).values())
    return tuple(_round_view(row, places) for row in session.scalars(_ROUNDS))


def calendar(session: Session) -> tuple[RoundView, ...]:
    """Return the rounds with the silence of their own zone: asked for by every question, they look at no place."""
    return tuple(_round_view(row) for row in session.scalars(_ROUNDS))


def _round_view(row: Round, places: Iterable[Hours] = ()) -> RoundView:
    own = PollingDay(row.day, row.closes, ZoneInfo(row.zone))
    widest = widest_silence([own, *(own.by(hours) for hours in places)])
    return RoundView(row.id, row.key, row.number, row.election, row.day, own.zone, widest)


def current_round(session: Session, now: datetime, known: Remembered | None = None) -> RoundView:
    """Return the round that people ask about: the next one, on its day too, and after the last the last."""
    views = (known or Remembered()).read(session, calendar)
    if not views:
        raise Refused(Objection.UNKNOWN_ROUND, name="")
    return next((view for view in views if now.astimezone(view.zone).date() <= view.day), views[-1])


def round_in(
    session: Session,
    constituency_id: int,
    now: datetime,
    known: Remembered | None = None,
    *,
    as_of: datetime | None = None,
) -> RoundView:
    """Return the current round as one constituency has it: where the first round decided, it stays the first.

    With `as_of` it is the one that was current at that moment, by the lists that had been added.
    """
    known = known or Remembered()
    current = current_round(session, as_of or now, known)
    there = _STOOD_IN if as_of is None else _STOOD_IN.where(CandidateList.created_at < as_of)
    stood_in = set(fetch(session, there, {"constituency": constituency_id}).scalars())
    views = [view for view in known.read(session, calendar) if view.day <= current.day and view.id in stood_in]
    return views[-1] if views else current


def moment_key(now: datetime, calendar: Sequence[RoundView]) -> tuple[Hashable, ...]:
    """Return what an answer may know of the time: the day in the zone of each round, and how far its silence is.

    Two moments with one key get the same words.
    """
    return tuple((now.astimezone(view.zone).date(), _silence(view.silence, now)) for view in calendar)


def _silence(silence: Silence | None, now: datetime) -> int:
    """Return whether a silence is to come, is there, or is over."""
    return 0 if silence is None else (now >= silence.begins) + (now >= silence.ends)
