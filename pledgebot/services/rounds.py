"""The calendar as questions see it: rounds, their silences, which one is asked about."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import PollingDay, Silence, widest_silence
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.views import (
    DatesView,
    RoundView,
)
from pledgebot.store.tables import (
    CandidateList,
    Constituency,
    Round,
)


def silences(session: Session) -> tuple[Silence, ...]:
    """Return the silence of every round, each the widest over the places where lists may stand."""
    return tuple(view.silence for view in _rounds(session) if view.silence is not None)


def dates(session: Session, now: datetime) -> DatesView:
    """Return the calendar."""
    return DatesView(tuple(_rounds(session)), now)


def _rounds(session: Session) -> list[RoundView]:
    places = session.execute(
        sa.select(Constituency.zone, Constituency.closes)
        .where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
        .distinct()
    ).all()
    return [_round_view(row, places) for row in session.scalars(sa.select(Round).order_by(Round.day))]


def _calendar(session: Session) -> list[RoundView]:
    """Return the rounds with the silence of their own zone: asked for by every question, they look at no place."""
    return [_round_view(row) for row in session.scalars(sa.select(Round).order_by(Round.day))]


def _round_view(row: Round, places: Sequence[sa.Row[str | None, time | None]] = ()) -> RoundView:
    own = PollingDay(row.day, row.closes, ZoneInfo(row.zone))
    others = [PollingDay(row.day, place[1] or row.closes, ZoneInfo(place[0] or row.zone)) for place in places]
    return RoundView(
        row.id, row.key, row.number, row.election, row.day, ZoneInfo(row.zone), widest_silence([own, *others])
    )


def current_round(session: Session, now: datetime) -> RoundView:
    """Return the round that people ask about: the next one, on its day too, and after the last the last."""
    rounds = _calendar(session)
    if not rounds:
        raise Refused(Objection.UNKNOWN_ROUND, name="")
    return next((view for view in rounds if now.astimezone(view.zone).date() <= view.day), rounds[-1])


def round_in(session: Session, constituency_id: int, now: datetime) -> RoundView:
    """Return the current round as one constituency has it: where the first round decided, it stays the first."""
    current = current_round(session, now)
    stood_in = set(
        session.scalars(
            sa.select(CandidateList.round_id).where(CandidateList.constituency_id == constituency_id).distinct()
        )
    )
    rounds = [view for view in _calendar(session) if view.day <= current.day and view.id in stood_in]
    return rounds[-1] if rounds else current
