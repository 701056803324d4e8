"""What stands at a place of an entry that is corrected, or whose content is removed; and what a corrected message says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.answer import AnswerKind, AnswerState
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import EventKind, News, Said
from pledgebot.services.bundles import digest_now
from pledgebot.services.facts import answer_facts_from
from pledgebot.store.tables import Answer, Delivery, Destination, Event

UNSENT = frozenset({DeliveryState.DUE, DeliveryState.HELD})
_MAY_STAND = frozenset({DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.CLAIMED})


@dataclass
class Held:
    """What one place has of an entry: what was not sent yet, and the messages that stand there or may, oldest first.

    `replaced` are the numbers of those whose content was removed already.
    """

    unsent: list[Delivery] = field(default_factory=list)
    posts: list[Delivery] = field(default_factory=list)
    replaced: set[int] = field(default_factory=set)


def concerned_by(session: Session, event: Event) -> frozenset[int]:
    """Return the entries whose messages a correction or a removal concerns.

    A removal concerns the corrections of its entry too: they may have repeated what is removed.
    """
    target = session.scalar(sa.select(Answer.target_id).where(Answer.id == event.answer_id))
    if target is None:
        return frozenset()
    found = {target}
    return frozenset(found | _corrections_of(session, found) if event.kind is EventKind.CONTENT_REMOVED else found)


def _corrections_of(session: Session, answers: Collection[int]) -> set[int]:
    """Return the confirmed corrections of entries, those of corrections too."""
    found: set[int] = set()
    waiting = set(answers)
    while waiting:
        corrections = session.scalars(
            sa.select(Answer.id).where(
                Answer.target_id.in_(waiting),
                Answer.kind == AnswerKind.CORRECTION,
                Answer.state == AnswerState.CONFIRMED,
            )
        )
        waiting = set(corrections) - found
        found |= waiting
    return found


def has_of(answers: Collection[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a destination has messages about entries, or is to get them."""
    return (
        sa.select(Delivery.id)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.destination_id == Destination.id,
            Event.answer_id.in_(answers),
            Event.audience != Audience.ORGANIZERS,
            Delivery.state.not_in([DeliveryState.FAILED, DeliveryState.CANCELLED]),
        )
        .exists()
    )


def held_of(session: Session, answers: Collection[int], target: int, destinations: Sequence[int]) -> dict[int, Held]:
    """Return what places have of entries; of what was not sent yet only that about the target itself."""
    edited = aliased(Delivery)
    rows = session.execute(
        sa.select(Delivery, Event.answer_id, edited)
        .join(Event, Event.id == Delivery.event_id)
        .outerjoin(edited, sa.and_(Delivery.action == Action.EDIT, edited.id == Delivery.acts_on_id))
        .where(
            Event.answer_id.in_(answers),
            Event.audience != Audience.ORGANIZERS,
            Delivery.destination_id.in_(destinations),
        )
        .order_by(Delivery.id)
    )
    held: dict[int, Held] = {}
    for delivery, answer, changed in rows:
        here = held.setdefault(delivery.destination_id, Held())
        post = changed or delivery
        if delivery.state in UNSENT and answer == target:
            here.unsent.append(delivery)
        if post.state in _MAY_STAND and post not in here.posts:
            here.posts.append(post)
    return _with_replaced(session, held)


def _with_replaced(session: Session, held: dict[int, Held]) -> dict[int, Held]:
    posts = [post.id for here in held.values() for post in here.posts]
    replaced = set(
        session.scalars(
            sa.select(Delivery.acts_on_id)
            .join(Event, Event.id == Delivery.event_id)
            .where(
                Delivery.action == Action.EDIT,
                Delivery.acts_on_id.in_(posts),
                Event.kind == EventKind.CONTENT_REMOVED,
            )
        )
    )
    for here in held.values():
        here.posts.sort(key=lambda post: post.id)
        here.replaced = {post.id for post in here.posts if post.id in replaced}
    return held


_ASKED_ABOUT = (EventKind.ANSWER_PENDING, EventKind.ENTRY_ASKED, EventKind.ENTRY_EXPLAINED, EventKind.ENTRY_WAITS)
_WILL_STAND = (DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENT)


def asked_about(session: Session, event: Event, destinations: Sequence[int]) -> dict[int, list[Delivery]]:
    """Return the messages of each place in which organizers were asked about the entry of an event, oldest first.

    After a decision those are all that hold buttons for it; before it only those that show the entry in its version.
    """
    shown = (Event.kind == EventKind.ANSWER_PENDING, Event.revision == event.facts["version"])
    wanted = (Event.kind.in_(_ASKED_ABOUT),) if event.kind is EventKind.ENTRY_DECIDED else shown
    stands = sa.or_(Delivery.state.in_(_WILL_STAND), Delivery.remote_id.is_not(None))
    rows = session.scalars(
        sa.select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Event.answer_id == event.answer_id,
            *wanted,
            Delivery.action != Action.EDIT,
            Delivery.destination_id.in_(destinations),
            stands,
        )
        .order_by(Delivery.id)
    )
    found: dict[int, list[Delivery]] = {}
    for delivery in rows:
        found.setdefault(delivery.destination_id, []).append(delivery)
    return found


def trail_of(session: Session, delivery: Delivery, event: Event, *, lock: bool = False) -> tuple[News, ...]:
    """Return what the message that a correction edits said, then each correction of it up to this one, oldest first.

    Of a digest out of which content is removed it is all that the digest still says. Empty for everything else. `lock` keeps
    the facts as they are until the transaction ends.
    """
    if delivery.action is Action.EDIT and event.kind is EventKind.CONTENT_REMOVED:
        return digest_now(session, delivery.acts_on_id, lock=lock)
    if delivery.action is not Action.EDIT or event.kind is not EventKind.ANSWER_CORRECTED:
        return ()
    first = session.scalars(
        sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id == delivery.acts_on_id)
    ).one()
    own = sa.select(Answer.seq).where(Answer.id == event.answer_id).scalar_subquery()
    corrections = _corrections_of(session, {first.answer_id} if first.answer_id is not None else ())
    rows = (
        sa.select(Event)
        .join(Answer, Answer.id == Event.answer_id)
        .where(
            sa.or_(
                Event.id == first.id,
                sa.and_(
                    Event.answer_id.in_(corrections),
                    Event.kind == EventKind.ANSWER_CORRECTED,
                    Event.cancelled_at.is_(None),
                    Answer.seq <= own,
                ),
            )
        )
        .order_by(Answer.seq)
    )
    if lock:
        rows = rows.with_for_update(of=Event).execution_options(populate_existing=True)
    return tuple(Said(row.kind, answer_facts_from(row.facts)) for row in session.scalars(rows))
