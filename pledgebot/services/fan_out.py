"""Fanning out: an event becomes its deliveries, for each place that is to hear of it. Resumable; no network here."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience, PlaceKind, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.election import Hush
from pledgebot.domain.events import OF_ENTRIES, EventKind
from pledgebot.services.facts import answer_facts_from, election_zone, facts_content
from pledgebot.services.gate import OPEN, Gate
from pledgebot.services.posts import Held, asked_about, concerned_by, has_of, held_of
from pledgebot.services.rhythms import due_at
from pledgebot.store.tables import Answer, Delivery, Destination, Event, Subscription

FAN_OUT_BATCH = 500

_PUT_RIGHT = frozenset({EventKind.ANSWER_CORRECTED, EventKind.CONTENT_REMOVED})
"""What concerns an earlier entry, and is told wherever that one stands."""

_OF_PLACES = frozenset({EventKind.DAYS_LEFT, EventKind.LAST_CALL})
"""What is said once of the whole election, and of each constituency to those who follow only a part of it."""

_BELOW_WHAT_ASKED = OF_ENTRIES | {EventKind.ENTRY_WAITS}
"""What is told where organizers were asked about an entry; that it waits is told everywhere else too."""

Step = tuple[Action, Delivery | None]
"""One thing to do at a place, and the message there that it acts on."""


def fan_out(
    session: Session,
    now: datetime,
    batch: int = FAN_OUT_BATCH,
    *,
    gate: Gate = OPEN,
    editable: Collection[str] = (),
) -> int:
    """Write the deliveries of the oldest open event for its next destinations, and return how many it reached.

    While nobody of the public may be spoken to, by the `gate`, what is for it waits, and can still be undone. `editable` are
    the media where a message that was sent can be changed: there a correction or a removal reaches the message itself.

    The cursor moves in the same transaction: a crash in between repeats nothing and leaves nobody out. Whoever came after
    the event was published is told what comes next, not what was.
    """
    event = session.scalar(
        sa.select(Event)
        .where(_open(now, gate))
        .order_by(Event.priority.desc(), Event.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if event is None:
        return 0
    concerned = concerned_by(session, event) if event.kind in _PUT_RIGHT else frozenset()
    places = _next_places(session, event, concerned, batch)
    numbers = [place.id for place, _follows in places]
    known = _known(session, event, concerned, numbers)
    asked = asked_about(session, event, numbers) if event.kind in _BELOW_WHAT_ASKED else {}
    zone = election_zone(session)
    for place, follows in places:
        edits = place.channel in editable
        if event.kind in OF_ENTRIES or asked.get(place.id):
            steps = _entry_steps(event.kind, asked.get(place.id, []), edits=edits)
        else:
            steps = _steps(session, event, known.get(place.id, Held()), edits=edits, follows=follows)
        for part, (action, on) in _numbered(steps):
            delayed = action is not Action.EDIT and place.audience is not Audience.ORGANIZERS
            due = due_at(place, max(now, event.not_before), zone, event.expires_at) if delayed else event.not_before
            session.add(_delivery(event, place, part, action, on, due))
        if event.kind is EventKind.STAY_ASKED:
            place.asked_to_stay_at = now
    if places:
        event.fanned_to = places[-1][0].id
    if len(places) < batch:
        event.fanned_out_at = now
    session.flush()
    return len(places)


def open_events(session: Session, now: datetime, gate: Gate = OPEN) -> bool:
    """Tell whether an event waits that may be fanned out now."""
    return session.scalar(sa.select(Event.id).where(_open(now, gate)).limit(1)) is not None


def _open(now: datetime, gate: Gate) -> sa.ColumnElement[bool]:
    return sa.and_(
        Event.fanned_out_at.is_(None),
        Event.not_before <= now,
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
        sa.true() if gate.hush is Hush.FREE else _open_in_silence(gate),
    )


def _open_in_silence(gate: Gate) -> sa.ColumnElement[bool]:
    """Return the condition of what is fanned out although nobody of the public may be spoken to.

    What was begun is ended: it cannot be undone any more, its messages wait, and a removal has to find them all. A removal
    of what nobody was told yet has nothing to remove, and follows it afterwards.
    """
    organizers, begun = Event.audience == Audience.ORGANIZERS, Event.fanned_to > 0
    if not gate.lets_removals_through:
        return sa.or_(organizers, begun)
    told = aliased(Event)
    untold = (
        sa.select(told.id)
        .join(Answer, Answer.target_id == told.answer_id)
        .where(
            Answer.id == Event.answer_id,
            told.audience != Audience.ORGANIZERS,
            told.fanned_out_at.is_(None),
            told.fanned_to == 0,
        )
    )
    return sa.or_(organizers, begun, sa.and_(Event.kind == EventKind.CONTENT_REMOVED, ~untold.exists()))


def _next_places(
    session: Session, event: Event, concerned: Collection[int], batch: int
) -> list[tuple[Destination, bool]]:
    """Return the next places of an event, and whether each is to be told, or only has what has to be put right."""
    told = _is_told(event)
    wanted = told
    if concerned:
        has = sa.and_(Destination.audience != Audience.ORGANIZERS, has_of(concerned))
        wanted = sa.or_(told, has)
    rows = session.execute(
        sa.select(Destination, told)
        .where(Destination.id > event.fanned_to, Destination.ended_at.is_(None), wanted)
        .order_by(Destination.id)
        .limit(batch)
        # Locked against deletion before anything is written for them; who is gone by then is passed over.
        .with_for_update(of=Destination, read=True, key_share=True)
    )
    return [(place, bool(follows)) for place, follows in rows]


def _is_told(event: Event) -> sa.ColumnElement[bool]:
    known_then = Destination.created_at <= event.created_at
    if event.kind is EventKind.STAY_ASKED:
        return sa.and_(
            known_then,
            Destination.audience == Audience.SUBSCRIBER,
            Destination.place == PlaceKind.PRIVATE,
            Destination.stays_at.is_(None),
            Destination.asked_to_stay_at.is_(None),
        )
    for_organizers = Destination.audience == Audience.ORGANIZERS
    mine = sa.select(Subscription.id).where(Subscription.destination_id == Destination.id)
    told = sa.and_(
        known_then,
        for_organizers if event.audience is Audience.ORGANIZERS else ~for_organizers,
        mine.where(_follows(event.topics)).exists(),
    )
    if event.kind in _OF_PLACES and event.topics["constituencies"]:
        # Of one constituency: whoever hears of the whole election hears of it there.
        whole = Subscription.topic.in_([TopicKind.ALL, TopicKind.DEMAND])
        return sa.and_(told, ~mine.where(whole).exists())
    return told


def _follows(topics: dict[str, list[int]]) -> sa.ColumnElement[bool]:
    return sa.or_(
        Subscription.topic == TopicKind.ALL,
        Subscription.list_id.in_(topics["lists"]),
        Subscription.banner_id.in_(topics["banners"]),
        Subscription.constituency_id.in_(topics["constituencies"]),
        Subscription.demand_id.in_(topics["demands"]),
    )


def _known(session: Session, event: Event, concerned: Collection[int], places: list[int]) -> dict[int, Held]:
    if not concerned:
        return {}
    target = session.scalars(sa.select(Answer.target_id).where(Answer.id == event.answer_id)).one()
    return held_of(session, concerned, target or 0, places)


def _numbered(steps: Iterator[Step]) -> Iterator[tuple[int, Step]]:
    """Give each step its part: several messages at one place may be edited, of everything else there is one."""
    edits = 0
    for action, on in steps:
        edits += action is Action.EDIT
        yield (edits if action is Action.EDIT else 1), (action, on)


def _delivery(
    event: Event, place: Destination, part: int, action: Action, on: Delivery | None, due: datetime
) -> Delivery:
    return Delivery(
        event_id=event.id,
        destination_id=place.id,
        part=part,
        action=action,
        acts_on_id=on.id if on is not None else None,
        state=DeliveryState.DUE,
        due_at=due,
    )


def _steps(session: Session, event: Event, held: Held, *, edits: bool, follows: bool) -> Iterator[Step]:
    """Yield what is done at one place: messages that stand there are edited or answered, else one of its own is sent.

    Where the earlier message has not gone out yet it does not go out as it was: of a correction only what stays right is
    said, and of removed content nothing, so that there is nothing to take back either. A place that no longer follows has
    what is wrong put right where it stands, and is told nothing more.
    """
    removal = event.kind is EventKind.CONTENT_REMOVED
    for unsent in held.unsent:
        _leave_unsaid(session, event, unsent)
    changed = [post for post in held.posts if edits and _can_edit(post, held, removal=removal)]
    if removal and changed:
        _leave_uncorrected(session, changed)
    digests: set[int] = set()
    for post in changed:
        # A digest that tells several of them is one message, which is changed once.
        if post.bundle_id is None or post.bundle_id not in digests:
            yield Action.EDIT, post
        digests |= {post.bundle_id} if post.bundle_id is not None else set()
    told_already = removal and (held.posts[:1] == changed[:1] if held.posts else bool(held.unsent))
    if not follows or told_already:
        return
    yield (Action.REPLY, held.posts[0]) if held.posts else (Action.SEND, None)


def _entry_steps(kind: EventKind, asked: list[Delivery], *, edits: bool) -> Iterator[Step]:
    """Yield what is done where organizers were asked about an entry: a question and a decision change those messages.

    An answer is a message of its own below them, and so is that the entry still waits, and a question where nothing can be
    changed.
    """
    if kind in {EventKind.ENTRY_EXPLAINED, EventKind.ENTRY_WAITS} or (kind is EventKind.ENTRY_ASKED and not edits):
        if asked:
            yield Action.REPLY, asked[-1]
    elif edits:
        for post in asked:
            yield Action.EDIT, post


def _can_edit(post: Delivery, held: Held, *, removal: bool) -> bool:
    """Tell whether a message can be changed; one whose content was removed says nothing that could be corrected.

    Out of a digest content is removed, but it is not corrected there: the rest of it would be hard to tell from what changed.
    """
    return bool(post.remote_id) and (removal or (post.id not in held.replaced and post.bundle_id is None))


def _leave_unsaid(session: Session, event: Event, unsent: Delivery) -> None:
    """Take out of an unsent message what was corrected or removed since; cancel it when nothing is left."""
    if event.kind is EventKind.CONTENT_REMOVED:
        unsent.state, unsent.reason = DeliveryState.CANCELLED, "its content was removed before it was sent"
        return
    announced = session.get_one(Event, unsent.event_id)
    facts = answer_facts_from(announced.facts)
    put_right = {(one.demand, _named(one.part_title)) for one in answer_facts_from(event.facts).stances}
    left = tuple(one for one in facts.stances if (one.demand, _named(one.part_title)) not in put_right)
    if left:
        announced.facts = facts_content(announced.kind, replace(facts, stances=left))
        unsent.wording_id = None
    else:
        unsent.state, unsent.reason = DeliveryState.CANCELLED, "corrected before it was sent"


def _leave_uncorrected(session: Session, posts: Sequence[Delivery]) -> None:
    """Cancel corrections in place, not made yet, of messages whose content is removed: made later, they would bring it back."""
    corrections = sa.select(Event.id).where(Event.kind == EventKind.ANSWER_CORRECTED)
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.acts_on_id.in_([post.id for post in posts]),
            Delivery.action == Action.EDIT,
            Delivery.state == DeliveryState.DUE,
            Delivery.event_id.in_(corrections),
        )
        .values(state=DeliveryState.CANCELLED, reason="the content was removed before it was corrected")
    )


def _named(titles: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((titles or {}).items()))
