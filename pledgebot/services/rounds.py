"""The calendar as questions see it: rounds, their silences, which one is asked about."""

from collections.abc import Hashable, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import PollingDay, Silence, widest_silence
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
_OTHER_HOURS = (
    sa.select(Constituency.zone, Constituency.closes)
    .where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
    .distinct()
)
_STOOD_IN = (
    sa.select(CandidateList.round_id).where(CandidateList.constituency_id == sa.bindparam("constituency")).distinct()
)


def silences(session: Session) -> tuple[Silence, ...]:
    """Return the silence of every round, each the widest over the places where lists may stand."""
    return tuple(view.silence for view in whole_calendar(session) if view.silence is not None)


def dates(session: Session, now: datetime, known: Remembered | None = None) -> DatesView:
    """Return the calendar."""
    return DatesView((known or Remembered()).read(session, whole_calendar), now)


def whole_calendar(session: Session) -> tuple[RoundView, ...]:
    """Return the rounds in the order of their days, each with the widest silence over the places where lists may stand."""
    places = session.execute(_OTHER_HOURS).all()
    return tuple(_round_view(row, places) for row in session.scalars(_ROUNDS))


def calendar(session: Session) -> tuple[RoundView, ...]:
    """Return the rounds with the silence of their own zone: asked for by every question, they look at no place."""
    return tuple(_round_view(row) for row in session.scalars(_ROUNDS))


def _round_view(row: Round, places: Sequence[sa.Row[str | None, time | None]] = ()) -> RoundView:
    own = PollingDay(row.day, row.closes, ZoneInfo(row.zone))
    others = [PollingDay(row.day, place[1] or row.closes, ZoneInfo(place[0] or row.zone)) for place in places]
    return RoundView(
        row.id, row.key, row.number, row.election, row.day, ZoneInfo(row.zone), widest_silence([own, *others])
    )


def current_round(session: Session, now: datetime, known: Remembered | None = None) -> RoundView:
    """Return the round that people ask about: the next one, on its day too, and after the last the last."""
    views = (known or Remembered()).read(session, calendar)
    if not views:
        raise Refused(Objection.UNKNOWN_ROUND, name="")
    return next((view for view in views if now.astimezone(view.zone).date() <= view.day), views[-1])


def round_in(session: Session, constituency_id: int, now: datetime, known: Remembered | None = None) -> RoundView:
    """Return the current round as one constituency has it: where the first round decided, it stays the first."""
    known = known or Remembered()
    current = current_round(session, now, known)
    stood_in = set(fetch(session, _STOOD_IN, {"constituency": constituency_id}).scalars())
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
