"""What is recalled to the public and to subscribers: raised once for each occurrence, with the facts of that moment.

Whoever follows everything or a demand hears of the whole election. For those who follow a part of it there is one event for
each constituency that any of them follows, told to no one who hears of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, TopicKind, Topics
from pledgebot.domain.calendar import days_before
from pledgebot.domain.election import Hours, PollingDay, Silence, SilenceRule, silence_of
from pledgebot.domain.events import EventKind
from pledgebot.domain.policy import Policy
from pledgebot.domain.public_calendar import DAYS_LEFT, LAST_CALL, PublicReminder, due_public
from pledgebot.domain.recalled import RecalledList, ReminderFacts, Titles, counted
from pledgebot.services.occurrences import link_event, take_occurrence, was_raised
from pledgebot.services.publishing import publish_notice
from pledgebot.services.recalled_lists import Descents, gone_lists, standing_lists
from pledgebot.services.rounds import UNREADABLE, whole_calendar
from pledgebot.services.views import RoundView
from pledgebot.store.tables import Constituency, DemandRow, Destination, Installation, Round, Subscription

MOST_NAMED = 12
"""Of a whole election with more lists than this only counts are said: the table has them all."""

_KINDS = {DAYS_LEFT: EventKind.DAYS_LEFT, LAST_CALL: EventKind.LAST_CALL}


def raise_for_public(session: Session, policy: Policy, now: datetime) -> int:
    """Raise what is due to be recalled to the public and to subscribers, and return how many events that made.

    A round in which no list stands yet is not recalled; when its lists come in on the same day, it still is. Of a calendar
    that cannot be read nothing is.
    """
    try:
        rounds = {view.key: view for view in whole_calendar(session)}
    except UNREADABLE:
        return 0
    made = 0
    for one in due_public(rounds.values(), policy, now):
        if not was_raised(session, one.occurrence.rule, [one.occurrence.key]):
            made += _raise(session, one, rounds[one.round_key], policy, now)
    return made


def _raise(session: Session, one: PublicReminder, asked: RoundView, policy: Policy, now: datetime) -> int:
    descents = Descents(session)
    lists = standing_lists(session, asked.id, descents, asked.zone)
    reminder = take_occurrence(session, one.occurrence, now) if lists else None
    if reminder is None:
        return 0
    whole = _whole(session, one, asked, lists, policy, now)
    demands = tuple(session.scalars(sa.select(DemandRow.id).order_by(DemandRow.id)))
    events = [(whole, Topics(demands=demands)), *_parts(session, whole, lists, descents, asked, policy)]
    numbers = [
        publish_notice(
            session,
            _KINDS[one.occurrence.rule],
            facts,
            now,
            audience=Audience.PUBLIC,
            topics=topics,
            expires_at=one.occurrence.expires_at,
        )
        for facts, topics in events
    ]
    link_event(session, reminder, numbers[0])
    return len(numbers)


def _whole(
    session: Session,
    one: PublicReminder,
    asked: RoundView,
    lists: Sequence[RecalledList],
    policy: Policy,
    now: datetime,
) -> ReminderFacts:
    """Return what is said of a round to whoever follows everything: the earliest moments of all its places hold for it."""
    installation = session.get_one(Installation, 1)
    facts = ReminderFacts(
        letter_title=cast("dict[str, Titles]", installation.letter or {}).get("title", {}),
        election=asked.election,
        round_number=asked.number,
        day=asked.day,
        days_left=one.days_left,
        silence_begins=None,
        counts=counted(lists),
        lists=tuple(lists) if len(lists) <= MOST_NAMED else (),
        fictional=installation.fictional,
        as_of=now.astimezone(asked.zone),
    )
    own = PollingDay(asked.day, session.get_one(Round, asked.id).closes, asked.zone)
    return _with_moments(facts, own, asked.silence, policy)


def _with_moments(facts: ReminderFacts, where: PollingDay, silence: Silence | None, policy: Policy) -> ReminderFacts:
    """Return a reminder with until when something may be said, by the clocks of a place."""
    last = silence.begins - policy.margin if silence is not None and policy.rule is not SilenceRule.NONE else None
    refusals = (
        days_before(where.day, policy.negative_days, policy.negative_hour, where.zone)
        if policy.negative_days and last is not None
        else None
    )
    return replace(
        facts,
        silence_begins=last.astimezone(where.zone) if last is not None else None,
        refusals_until=refusals.astimezone(where.zone) if refusals is not None else None,
    )


@dataclass(frozen=True)
class _Followed:
    """What is followed by those who do not hear of the whole, as row numbers."""

    constituencies: frozenset[int]
    lists: frozenset[int]
    banners: frozenset[int]


def _followed(session: Session) -> _Followed:
    other = sa.orm.aliased(Subscription)
    hears_the_whole = (
        sa.select(other.id)
        .where(other.destination_id == Destination.id, other.topic.in_([TopicKind.ALL, TopicKind.DEMAND]))
        .exists()
    )
    rows = session.execute(
        sa.select(Subscription.constituency_id, Subscription.list_id, Subscription.banner_id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(Destination.ended_at.is_(None), Destination.audience != Audience.ORGANIZERS, ~hears_the_whole)
        .distinct()
    ).all()
    return _Followed(
        frozenset(row.constituency_id for row in rows if row.constituency_id is not None),
        frozenset(row.list_id for row in rows if row.list_id is not None),
        frozenset(row.banner_id for row in rows if row.banner_id is not None),
    )


@dataclass(frozen=True)
class _Place:
    """A constituency with those that it is part of (itself first), and the hours at which it votes."""

    chain: tuple[int, ...]
    hours: Hours


def _places(session: Session) -> dict[int, _Place]:
    rows = session.execute(sa.select(Constituency.id, Constituency.parent_id, Constituency.zone, Constituency.closes))
    known = {row.id: row for row in rows}
    found: dict[int, _Place] = {}
    for number in known:
        chain: list[int] = []
        hours, at = Hours(), known.get(number)
        while at is not None and at.id not in chain:
            chain.append(at.id)
            hours = hours.within(Hours(at.zone, at.closes))
            at = known.get(at.parent_id)
        found[number] = _Place(tuple(chain), hours)
    return found


def _parts(
    session: Session,
    whole: ReminderFacts,
    lists: Sequence[RecalledList],
    descents: Descents,
    asked: RoundView,
    policy: Policy,
) -> list[tuple[ReminderFacts, Topics]]:
    """Return what is said of each constituency that somebody follows, and whom it concerns."""
    followed = _followed(session)
    if followed == _Followed(frozenset(), frozenset(), frozenset()):
        return []
    places = _places(session)
    gone = gone_lists(session, followed.lists, followed.banners, descents)
    own = PollingDay(asked.day, session.get_one(Round, asked.id).closes, asked.zone)
    parts: list[tuple[ReminderFacts, Topics]] = []
    for place, stand in groupby(lists, key=lambda one: one.constituency_id):
        here, there = tuple(stand), places[place]
        topics = Topics(
            lists=tuple(sorted({number for one in here for number in one.lists})),
            banners=tuple(sorted({number for one in here for number in one.banners})),
            constituencies=there.chain,
        )
        if not _concerns(topics, followed):
            continue
        facts = replace(
            whole,
            counts=counted(here),
            lists=here,
            places=there.chain,
            constituency=here[0].constituency,
            gone=gone.get(place, ()),
        )
        local = own.by(there.hours)
        parts.append((_with_moments(facts, local, silence_of(local), policy), topics))
    return parts


def _concerns(topics: Topics, followed: _Followed) -> bool:
    return not (
        followed.constituencies.isdisjoint(topics.constituencies)
        and followed.lists.isdisjoint(topics.lists)
        and followed.banners.isdisjoint(topics.banners)
    )
