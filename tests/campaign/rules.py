"""What must not be in a transcript, or be missing from it. No rule asks the code under test."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa

from campaign.cast import ORGANIZERS, PUBLIC, TIMELINE, Follower
from campaign.hours import DAY, Span, at, in_hours, next_digest, silence, silent_everywhere
from campaign.network import COUNTS, STANDS, Line
from campaign.organizers import NEVER, Entry
from campaign.reading import NEWS, WEEK, Reading
from pledgebot.domain.answer import AnswerKind, Position
from pledgebot.domain.audience import Rhythm
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.store.tables import Delivery, Destination, Event, Wording

Faults = Iterator[str]

SLACK = timedelta(hours=6)
"""A network may have asked for two hours; what became due waits a little for others; a worker may have been killed."""
UNDER_WAY = timedelta(seconds=50)
"""How long a pass may be at what it chose."""
THURSDAY = 3


def nothing_in_the_silence(of: Reading) -> Faults:
    """Not even a try that failed: nobody may be called then, but organizers."""
    for line in of.campaign.transcript.lines:
        home = of.home(line)
        if home != ORGANIZERS and any(line.at in span for span in of.closed(home, line.at)):
            yield f"in the silence: {line}"


def nothing_is_begun_in_the_silence(of: Reading) -> Faults:
    """Nothing is even claimed then: a worker that is killed after a claim leaves a doubt."""
    users: defaultdict[datetime, set[str]] = defaultdict(set)
    with of.database.read() as session:
        rows = session.execute(
            sa.select(Wording.created_at, Destination.address)
            .join(Delivery, Delivery.wording_id == Wording.id)
            .join(Destination, Destination.id == Delivery.destination_id)
        )
        for since, address in rows:
            users[since.astimezone(UTC)].add(of.campaign.transcript.home(address))
    for line in of.campaign.transcript.lines:
        # Words are shared, and who got them first may be forgotten.
        for since in (line.at - timedelta(seconds=number) for number in range(3)):
            if since in users:
                users[since].add(of.home(line))
    for since, homes in users.items():
        earlier = since - UNDER_WAY
        if ORGANIZERS not in homes and all(
            any(since in span and earlier in span for span in of.closed(home, since)) for home in homes
        ):
            yield f"worded in the silence, at {since}, for {sorted(homes)}"


def nothing_in_quiet_hours(of: Reading) -> Faults:
    """An edit disturbs nobody; everything else does, but for what was under way when they began."""
    for line in of.campaign.transcript.lines:
        follower = of.everyone.get(of.home(line))
        if follower is None or line.action is Action.EDIT:
            continue
        quiet = follower.quiet_at(line.at)
        zone = follower.zone_at(line.at)
        if in_hours(line.at, quiet, zone) and in_hours(line.at - UNDER_WAY, quiet, zone):
            yield f"in quiet hours {quiet} of {zone}: {line}"


def nothing_twice(of: Reading) -> Faults:
    """Each event comes once to each place; a doubt counts as said.

    Only a change of a message, of which the second changes nothing, what organizers read and a digest to one person are
    repeated by themselves after a doubt, the latter two once.
    """
    seen: dict[tuple[str, int, str], Line] = {}
    repeated: set[tuple[str, int, str]] = set()
    for line in of.campaign.transcript.lines:
        if line.outcome not in (STANDS if line.channel == "mastodon" else COUNTS):
            continue
        for one in line.told:
            what = f"edit {one.delivery}" if line.action is Action.EDIT else "said"
            key = of.home(line), one.event, what
            if key in seen and _may_be_repeated(line, of) and key not in repeated:
                repeated |= set() if line.action is Action.EDIT else {key}
            elif key in seen:
                yield f"twice: {line} after {seen[key]}"
            seen.setdefault(key, line)


def _may_be_repeated(line: Line, of: Reading) -> bool:
    return line.action is Action.EDIT or of.home(line) == ORGANIZERS or len(line.told) > 1


def nothing_unconfirmed(of: Reading) -> Faults:
    """Only what a second person confirmed is told to anybody, after that, and not what was taken back in time."""
    for line in of.campaign.transcript.lines:
        if of.home(line) == ORGANIZERS:
            continue
        for one in line.told:
            entry = of.by_event.get(one.event)
            if one.kind in NEWS and (entry is None or line.at < entry.confirmed or entry.undone is not None):
                yield f"not confirmed, or undone: {line}"


def no_refusal_comes_too_late(of: Reading) -> Faults:
    """From the moment of the policy until the polls have closed nobody confirms a refusal, by the clocks of its places."""
    policy = of.campaign.policy
    for entry in of.by_event.values():
        refuses = any(taken.position is Position.REFUSED for taken in entry.said.positions)
        if entry.kind is not AnswerKind.STATEMENT or not refuses or not policy.negative_days:
            continue
        for day in of.campaign.days:
            zones = of.zones_of(entry)
            begins = min(at(day - policy.negative_days * DAY, policy.negative_hour, zone) for zone in zones)
            if entry.confirmed in Span(begins, silence(day, zones).ends):
                yield f"a refusal confirmed too late: {entry}"


def nothing_removed_is_said_again(of: Reading) -> Faults:
    """What the law had us erase is in no message that left afterwards."""
    removed = [entry for entry in of.by_event.values() if entry.removed < NEVER]
    for line in of.campaign.transcript.lines:
        for entry in removed:
            if line.at > entry.removed and entry.proof in line.text:
                yield f"removed {entry.answer} is said: {line}"


def only_what_is_followed(of: Reading) -> Faults:
    """Nobody is told what they did not ask for; whoever holds an earlier message has it put right all the same."""
    for line in of.campaign.transcript.lines:
        follower = of.everyone.get(of.home(line))
        if follower is None or line.action is not Action.SEND:
            continue
        ever = {topic for since, topics in follower.follows if since <= line.at for topic in topics}
        for one in line.told:
            entry = of.by_event.get(one.event)
            if entry is not None and entry.kind is not AnswerKind.REMOVAL and not of.touches(entry, ever):
                yield f"not followed: {line}"


def nothing_lost(of: Reading) -> Faults:
    """Every confirmed entry reached every place that followed it from before, but for what the database owns up to."""
    for entry in of.by_event.values():
        if entry.undone is not None or entry.kind is AnswerKind.REMOVAL or entry.confirmed > of.campaign.seen.at - WEEK:
            continue
        for home in (PUBLIC, TIMELINE, *of.everyone):
            heard = (home, entry.event) in of.told or of.owned_up(home, entry.event)
            if not heard and _must_hear(of, entry, home):
                yield f"lost: {entry} at {home}: {of.campaign.seen.fates.get((home, entry.event))}"


def _must_hear(of: Reading, entry: Entry, home: str) -> bool:
    """Tell whether a place followed an entry from before, went on following it, and is still there."""
    follower = of.everyone.get(home)
    if follower is None or not of.was_there(home, entry.confirmed):
        return follower is None
    later = [topics for moment, topics in follower.follows if moment > entry.confirmed]
    return all(of.touches(entry, topics) for topics in (follower.topics_at(entry.confirmed), *later))


def by_their_rhythm(of: Reading) -> Faults:
    """News come when their place wants them: not before its hour, and at the first look of a worker after it."""
    seen: set[tuple[str, int]] = set()
    for line in of.campaign.transcript.lines:
        follower = of.everyone.get(of.home(line))
        if follower is None or line.action is not Action.SEND:
            continue
        for event in line.events:
            entry = of.by_event.get(event)
            if entry is None or (follower.spot.address, event) in seen:
                continue
            seen.add((follower.spot.address, event))
            if of.settled(follower, line.at):
                yield from _in_time(of, follower, entry, line)


def _in_time(of: Reading, follower: Follower, entry: Entry, line: Line) -> Faults:
    home, quiet, zone = follower.spot.address, follower.quiet_at(line.at), follower.zone_at(line.at)
    if line.at < _wanted(follower, entry.confirmed):
        yield f"too early for {follower.rhythm} at {follower.hour} {zone}: {line}"
    closed = of.closed(home, entry.confirmed)
    spread = of.next_turn(entry.confirmed, silent_everywhere(of.campaign.days))
    latest = of.next_turn(_wanted(follower, spread), closed, quiet, zone) + SLACK
    # What had to wait may have come to a moment at which it had to wait for something else.
    latest = of.next_turn(latest, closed, quiet, zone)
    if line.at > latest:
        yield f"too late for {follower.rhythm} at {follower.hour} {zone}, {latest}: {entry.confirmed} {line}"


def _wanted(follower: Follower, moment: datetime) -> datetime:
    """Return when somebody wants to hear of what happened at a moment, but for the silence."""
    if follower.rhythm is Rhythm.AT_ONCE:
        return moment
    weekday = None if follower.rhythm is Rhythm.DAILY else THURSDAY if follower.weekday is None else follower.weekday
    return next_digest(moment, follower.hour or time(18), weekday, follower.zone_at(moment), follower.quiet_at(moment))


def in_order(of: Reading) -> Faults:
    """At each place news come in the order in which they were confirmed; a doubt that was looked into may come late."""
    for home, lines in of.by_place.items():
        last = 0
        for line in lines:
            news = [one.event for one in line.told if one.kind in NEWS]
            if line.action is Action.EDIT or line.outcome not in STANDS or not news or home == TIMELINE:
                continue
            if news[0] < last:
                yield f"out of order after {last}: {line}"
            last = max(last, *news)


def nothing_left_behind(of: Reading) -> Faults:
    """When all is over nothing is under way any more, and nothing that was due long ago still waits."""
    long_ago = of.campaign.ends - timedelta(days=8)
    # Who was killed at the very last has no successor any more that could say so.
    under_way = sa.and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at < of.campaign.turns[-1])
    waits = sa.and_(Delivery.state == DeliveryState.DUE, Delivery.due_at < long_ago)
    with of.database.read() as session:
        left = session.execute(
            sa.select(Delivery.id, Delivery.state, Delivery.due_at, Destination.address)
            .join(Destination, Destination.id == Delivery.destination_id)
            .where(Destination.ended_at.is_(None), sa.or_(under_way, waits))
        )
        for number, state, due, address in left:
            yield f"left behind: delivery {number} to {address}, {state} since {due}"
        for number in session.scalars(
            sa.select(Event.id).where(Event.fanned_out_at.is_(None), Event.created_at < long_ago)
        ):
            yield f"left behind: event {number}"
