"""What is recalled to organizers: raised once for each occurrence, with the facts of that moment.

Messages to organizers are exempt from the silence; what can wait is not told at night.
"""

from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.audience import Audience
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import EventKind
from pledgebot.domain.organizer_calendar import (
    Deadline,
    OrganizerDate,
    daily_outreach,
    due_organizers,
    is_night,
)
from pledgebot.domain.policy import Policy
from pledgebot.domain.recalled import DeadlineFacts, OutreachFacts
from pledgebot.services.facts import election_zone
from pledgebot.services.ladders import ToWriteTo, lists_to_write_to
from pledgebot.services.letters import read_letter
from pledgebot.services.mails import mail_facts
from pledgebot.services.occurrences import link_event, take_occurrence, was_raised
from pledgebot.services.publishing import publish_notice
from pledgebot.services.queries import is_fictional
from pledgebot.services.rounds import UNREADABLE, current_round, whole_calendar
from pledgebot.services.views import RoundView
from pledgebot.services.waiting_reminders import raise_entries, raise_messages, still_waiting
from pledgebot.store.tables import (
    Answer,
    CandidateList,
    Delivery,
    Destination,
    Event,
    Lineage,
)

_NOBODY = ToWriteTo((), (), 0, 0, last=False)


def raise_for_organizers(session: Session, policy: Policy, now: datetime) -> int:
    """Raise what is due to be recalled to organizers, and return how many events that made."""
    zone = election_zone(session)
    made = _raise_dates(session, policy, now) + _raise_daily(session, policy, now, zone)
    if is_night(now, zone):
        return made
    return made + raise_entries(session, now) + raise_messages(session, now)


def _take(session: Session, occurrence: Occurrence, now: datetime) -> int | None:
    """Take an occurrence, as `take_occurrence` does; nothing is written for one that is known to be raised."""
    if was_raised(session, occurrence.rule, [occurrence.key]):
        return None
    return take_occurrence(session, occurrence, now)


def _raise_dates(session: Session, policy: Policy, now: datetime) -> int:
    try:
        rounds = {view.key: view for view in whole_calendar(session)}
    except UNREADABLE:
        # A calendar that cannot be read is told of as such; what waits is recalled all the same.
        return 0
    made = 0
    for one in due_organizers(rounds.values(), policy, now):
        taken = _take(session, one.occurrence, now)
        facts = _date_facts(session, one, rounds[one.round_key], now) if taken is not None else None
        if taken is None or facts is None:
            continue
        event = publish_notice(
            session,
            EventKind.DEADLINE,
            facts,
            now,
            audience=Audience.ORGANIZERS,
            expires_at=one.occurrence.expires_at,
        )
        link_event(session, taken, event)
        made += 1
    return made


def _date_facts(session: Session, one: OrganizerDate, asked: RoundView, now: datetime) -> DeadlineFacts | None:
    """Return what is said of a date; None where there is nothing to do about it."""
    if one.what is Deadline.LINEAGES:
        waiting = _open_lineages(session, asked.id)
        if not waiting and _any_list(session, asked.id):
            return None
    else:
        pending = sa.select(sa.func.count()).select_from(Answer).where(Answer.state == AnswerState.PENDING)
        waiting = session.scalar(pending) or 0
    return DeadlineFacts(
        what=one.what.value,
        at=one.at.astimezone(asked.zone),
        round_number=asked.number,
        waiting_entries=waiting,
        waiting_deliveries=_unsaid(session, now),
        fictional=is_fictional(session),
    )


def _open_lineages(session: Session, round_id: int) -> int:
    waiting = (
        sa.select(sa.func.count())
        .select_from(Lineage)
        .join(CandidateList, CandidateList.id == Lineage.child_id)
        .where(CandidateList.round_id == round_id, Lineage.confirmed_at.is_(None))
    )
    return session.scalar(waiting) or 0


def _any_list(session: Session, round_id: int) -> bool:
    return session.scalar(sa.select(CandidateList.id).where(CandidateList.round_id == round_id).limit(1)) is not None


def _unsaid(session: Session, now: datetime) -> int:
    """Return how many announcements wait: not given to anybody yet, or due at some place."""
    due = (
        sa.select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.event_id == Event.id,
            Delivery.state == DeliveryState.DUE,
            Delivery.due_at <= now,
            Destination.audience != Audience.ORGANIZERS,
        )
    )
    waiting = sa.and_(Event.fanned_out_at.is_(None), Event.not_before <= now)
    counted = sa.select(sa.func.count()).select_from(Event)
    return session.scalar(counted.where(Event.audience != Audience.ORGANIZERS, sa.or_(waiting, due.exists()))) or 0


def _raise_daily(session: Session, policy: Policy, now: datetime, zone: tzinfo) -> int:
    """Raise the message of the day: one, of today, however long nobody looked; none where there is nothing to do."""
    occurrence = daily_outreach(now, policy.reminders, zone)
    taken = _take(session, occurrence, now) if occurrence.is_due(now) else None
    facts = _outreach_facts(session, policy, now, zone) if taken is not None else None
    if taken is None or facts is None:
        return 0
    event = publish_notice(
        session,
        EventKind.OUTREACH_DUE,
        facts,
        now,
        audience=Audience.ORGANIZERS,
        expires_at=occurrence.expires_at,
    )
    link_event(session, taken, event)
    return 1


def _outreach_facts(session: Session, policy: Policy, now: datetime, zone: tzinfo) -> OutreachFacts | None:
    asked = _round(session, now)
    lists = lists_to_write_to(session, asked, policy.reminders, now) if asked is not None else _NOBODY
    entries, messages = still_waiting(session, now)
    if not (lists.never or lists.again or entries or messages):
        return None
    letter = read_letter(session)
    return OutreachFacts(
        letter_title=letter.title if letter is not None else {},
        day=now.astimezone(zone).date(),
        never=lists.never,
        again=lists.again,
        more_never=lists.more_never,
        more_again=lists.more_again,
        last=lists.last,
        fictional=is_fictional(session),
        waiting_entries=entries,
        waiting_answers=messages,
        mail=mail_facts(session, asked, now) if asked is not None else None,
    )


def _round(session: Session, now: datetime) -> RoundView | None:
    try:
        return current_round(session, now)
    except (Refused, *UNREADABLE):
        return None
