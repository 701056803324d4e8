"""Claims: what is claimed may have been sent. What is told together is claimed together. No network here."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import Facts, News
from pledgebot.services import bundles
from pledgebot.services.bundles import Member
from pledgebot.services.due import numbers
from pledgebot.services.facts import facts_from
from pledgebot.services.posts import trail_of
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json


@dataclass(frozen=True)
class Worded:
    """A due delivery, or several as one message, with the message as JSON and all the facts that it was made from."""

    delivery: int
    facts: Facts
    language: str
    content: Mapping[str, object]
    trail: tuple[News, ...] = ()
    members: tuple[Member, ...] = ()

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return numbers(self.delivery, self.members)


def claim_deliveries(session: Session, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim deliveries for this worker, store their words, and return those that are its own now.

    What is told together is claimed together or not at all. Words made from facts that changed meanwhile (content removed, a
    correction) are not said: such a delivery stays due.
    """
    claimed: set[int] = set()
    items = list(worded)
    _lock_places_of(session, [item.delivery for item in items])
    for item in items:
        if not _still_so(session, item):
            continue
        bundle = bundles.keep_together(session, item.members, now) if item.members else None
        if item.members and bundle is None:
            continue
        wording = _keep_wording(session, item, now)
        won = session.scalars(
            sa.update(Delivery)
            .where(Delivery.id.in_(item.deliveries), Delivery.state == DeliveryState.DUE)
            .values(
                state=DeliveryState.CLAIMED,
                claimed_at=now,
                claim_token=token,
                wording_id=wording,
                bundle_id=bundle,
                attempts=Delivery.attempts + 1,
            )
            .returning(Delivery.id)
        )
        claimed.update(won)
    return frozenset(claimed)


def _lock_places_of(session: Session, deliveries: Collection[int]) -> None:
    """Keep the places of deliveries from being changed or deleted until the transaction ends: they are locked first."""
    there = sa.select(Delivery.destination_id).where(Delivery.id.in_(deliveries))
    session.execute(
        sa.select(Destination.id)
        .where(Destination.id.in_(there))
        .order_by(Destination.id)
        .with_for_update(of=Destination, read=True, key_share=True)
    )


def _still_so(session: Session, item: Worded) -> bool:
    """Tell whether what was worded is still what is to be said; it stays so until the transaction ends."""
    if item.members:
        return bundles.still_said(session, item.members)
    locked = sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id == item.delivery)
    event = session.scalar(locked.with_for_update(of=Event).execution_options(populate_existing=True))
    if event is None or facts_from(event.kind, event.facts) != item.facts:
        return False
    return trail_of(session, session.get_one(Delivery, item.delivery), event, lock=True) == item.trail


def _keep_wording(session: Session, item: Worded, now: datetime) -> int:
    content = cast("dict[str, Json]", bundles.with_events(item.content, item.members))
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    # Locked, so that nobody forgets as unused in this moment what is about to be used.
    same = sa.select(Wording.id).where(Wording.hash == digest)
    known = session.scalar(same.with_for_update(read=True, key_share=True))
    if known is not None:
        return known
    wording = Wording(hash=digest, language=item.language, content=content, created_at=now)
    session.add(wording)
    session.flush()
    return wording.id
