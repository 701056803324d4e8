"""Whether a waiting entry comes too late before the vote to be confirmed: it waits until the polls have closed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import Position, StanceState, Standing
from pledgebot.domain.election import Hours, PollingDay, SilenceRule
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.negative import Change, held_spans, held_until, is_negative
from pledgebot.services.facts import election_zone
from pledgebot.services.policies import policy
from pledgebot.services.positions import Positions
from pledgebot.services.rounds import UNREADABLE, hours_in, polling_days
from pledgebot.services.standing import effect_of
from pledgebot.services.views import StanceView
from pledgebot.store.tables import Answer, CandidateList, Stance


def refuse_late_negative(session: Session, answer: Answer, stances: Iterable[Stance], now: datetime) -> None:
    """Refuse to confirm a new negative entry between the moment of the policy and the close of the polls.

    It goes by the clocks of the subject's constituency; a banner's entry is held from the first of its places until the last.
    Where the calendar cannot be read nobody knows that it may be confirmed, so it is held as well.
    """
    decided = policy(session)
    if decided.rule is SilenceRule.NONE or decided.negative_days <= 0:
        return
    try:
        days = _polling_days(session, answer)
        until = held_until(now, held_spans(days, decided.negative_days, decided.negative_hour))
        if until is None:
            return
    except UNREADABLE:
        until = None
    if is_negative(answer.kind, _changes(session, answer, list(stances))):
        local = until.astimezone(election_zone(session)) if until is not None else None
        raise Refused(Objection.TOO_LATE_TO_ANSWER, answer=answer.id, until=local)


def _polling_days(session: Session, answer: Answer) -> list[PollingDay]:
    """Return the polling days of every round by the hours of every place that an entry is about."""
    about = CandidateList.id == answer.list_id if answer.list_id else CandidateList.banner_id == answer.banner_id
    places = session.scalars(sa.select(CandidateList.constituency_id).where(about).distinct()).all()
    hours = set(hours_in(session, places).values()) or {Hours()}
    return [day.by(one) for day in polling_days(session) for one in hours]


def _changes(session: Session, answer: Answer, stances: Sequence[Stance]) -> list[Change]:
    lists, banners = [answer.list_id] if answer.list_id else [], [answer.banner_id] if answer.banner_id else []
    positions = Positions(session, lists, banners)

    def standing(demand: int, part: str) -> Standing[StanceView]:
        key = (demand, part)
        return positions.of_list(lists[0], key) if lists else positions.of_banner(banners[0], key)

    return [
        Change(
            takes=stance.position,
            was=_on_record(standing(stance.demand_id, stance.part), standing(stance.demand_id, "")),
            counts=effect_of(session, answer, stance).state is not StanceState.SUPERSEDED,
        )
        for stance in stances
    ]


def _on_record(of_part: Standing[StanceView], of_whole: Standing[StanceView]) -> Position | None:
    """Return what is on record on a part of a demand: what was said on it, else what was said on the whole."""
    said = of_part if of_part.known else of_whole
    return said.counts.position if said.counts is not None else None
