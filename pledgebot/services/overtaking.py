"""What must not be said any more at a place, because something newer about the same was said, or is to be said, since."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.store.tables import Answer, Delivery, Event, Stance

_LATER, _CAUSE, _TOLD, _MINE = aliased(Delivery), aliased(Event), aliased(Answer), aliased(Answer)
_BEFORE, _SINCE = aliased(Stance), aliased(Stance)
"""Made once: the columns of a new alias cost more than the question that is asked with them."""
_NEVER_THERE = (DeliveryState.FAILED, DeliveryState.CANCELLED)


def changed_since() -> sa.ColumnElement[bool]:
    """Return the condition that the message which a delivery changes was changed once more since.

    Done now, the earlier change would undo the later one.
    """
    later = _LATER
    newer = sa.select(later.id).where(
        later.acts_on_id == Delivery.acts_on_id,
        later.action == Action.EDIT,
        later.id > Delivery.id,
        later.state.not_in(_NEVER_THERE),
    )
    return sa.and_(Delivery.action == Action.EDIT, newer.exists())


def told_since() -> sa.ColumnElement[bool]:
    """Return the condition, on a delivery with its event, that what it tells is out of date at its place.

    It is when its entry was corrected or removed, and when its place hears something newer of the same list or banner on one
    of the same demands: said now, the older would be the last word. Of organizers it is never.
    """
    return sa.and_(Event.audience != Audience.ORGANIZERS, sa.or_(_put_right(), _newer_there()))


def _put_right() -> sa.ColumnElement[bool]:
    correction = _TOLD
    return (
        sa.select(correction.id)
        .where(correction.target_id == Event.answer_id, correction.state == AnswerState.CONFIRMED)
        .exists()
    )


def _newer_there() -> sa.ColumnElement[bool]:
    later, cause, told, mine, before, since = _LATER, _CAUSE, _TOLD, _MINE, _BEFORE, _SINCE
    return (
        sa.select(later.id)
        .join(cause, cause.id == later.event_id)
        .join(told, told.id == cause.answer_id)
        .join(mine, sa.or_(mine.list_id == told.list_id, mine.banner_id == told.banner_id))
        .join(since, since.answer_id == told.id)
        .join(before, sa.and_(before.answer_id == mine.id, before.demand_id == since.demand_id))
        .where(
            mine.id == Event.answer_id,
            later.destination_id == Delivery.destination_id,
            later.id > Delivery.id,
            later.event_id > Delivery.event_id,
            later.action != Action.EDIT,
            later.state.not_in(_NEVER_THERE),
            # What is told by the same message does not come after it.
            sa.or_(Delivery.bundle_id.is_(None), later.bundle_id.is_distinct_from(Delivery.bundle_id)),
        )
        .exists()
    )
