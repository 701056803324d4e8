"""What happens place by place: what is wrong is put right where it stands, entries are talked of where they were asked about."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import OF_ENTRIES, EventKind
from pledgebot.services.doubts import doubt_again
from pledgebot.services.facts import answer_facts_from, election_zone, facts_content
from pledgebot.services.hearers import is_told
from pledgebot.services.posts import Held, asked_about, concerned_by, has_of, held_of
from pledgebot.services.rhythms import due_at
from pledgebot.store.tables import Answer, Delivery, Destination, Event

STEPS_BATCH = 500
"""At so many places at most in one transaction."""

_CONCERNS = frozenset({EventKind.ANSWER_CORRECTED, EventKind.CONTENT_REMOVED})
"""What concerns an earlier entry, and is told wherever that one stands."""

_BELOW_WHAT_ASKED = OF_ENTRIES | {EventKind.ENTRY_WAITS}
"""What is told where organizers were asked about an entry; that it waits is told everywhere else too."""

STEP_BY_STEP = _CONCERNS | _BELOW_WHAT_ASKED
"""The kinds of event of which each place may have something else to be done."""

Step = tuple[Action, Delivery | None]
"""One thing to do at a place, and the message there that it acts on."""


def tell_step_by_step(session: Session, event: Event, most: int, now: datetime, editable: Collection[str]) -> int:
    """Write the deliveries of an event for its next destinations, and return how many it reached.

    `editable` are the media where a message that was sent can be changed.
    """
    most = min(most, STEPS_BATCH)
    concerned = concerned_by(session, event) if event.kind in _CONCERNS else frozenset()
    places = _next_places(session, event, concerned, most)
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
    if places:
        event.fanned_to = places[-1][0].id
    if len(places) < most:
        event.fanned_out_at = now
    session.flush()
    return len(places)


def _next_places(
    session: Session, event: Event, concerned: Collection[int], batch: int
) -> list[tuple[Destination, bool]]:
    """Return the next places of an event, and whether each is to be told, or only has what has to be put right."""
    told = is_told(event)
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


def _known(session: Session, event: Event, concerned: Collection[int], places: list[int]) -> dict[int, Held]:
    if not concerned:
        return {}
    target = session.scalars(sa.select(Answer.target_id).where(Answer.id == event.answer_id)).one()
    doubt_again(session, concerned, places)
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
