"""Claims: what is claimed may have been sent. What is told together is claimed together. No network here."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import Facts, News
from pledgebot.services import bundles
from pledgebot.services.brakes import stopped_among
from pledgebot.services.bundles import Member
from pledgebot.services.due import Due, numbers
from pledgebot.services.facts import facts_from
from pledgebot.services.posts import trail_of
from pledgebot.store.engine import run
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json


@dataclass(frozen=True)
class Words:
    """A message as JSON, in its language: kept once for all who get it."""

    language: str
    content: Mapping[str, object]

    @cached_property
    def hash(self) -> str:
        """By what the same words are known."""
        return hashlib.sha256(rfc8785.dumps(cast("dict[str, Json]", self.content))).hexdigest()


@dataclass(frozen=True)
class Worded:
    """A due delivery, or several as one message, with the words of it and all the facts that they were made from.

    `event` and `stored` are the event and the text of its facts, where those alone were told.
    """

    delivery: int
    event: int
    facts: Facts
    stored: str
    words: Words
    trail: tuple[News, ...] = ()
    members: tuple[Member, ...] = ()
    edits: bool = False

    @classmethod
    def of(cls, due: Due, words: Words) -> "Worded":
        """Return a due delivery with its words."""
        edits = due.action is Action.EDIT
        return cls(due.delivery, due.event, due.facts, due.stored, words, due.trail, due.members, edits)

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return numbers(self.delivery, self.members)

    @property
    def is_plain(self) -> bool:
        """Tell whether it says what one event says, and nothing besides: so it is with nearly all of a broadcast."""
        return not self.members and not self.edits


_DELIVERY = cast("sa.Table", Delivery.__table__)
_CLAIM = (
    sa.update(_DELIVERY)
    .where(_DELIVERY.c.id.in_(sa.bindparam("claimed", expanding=True)), _DELIVERY.c.state == DeliveryState.DUE)
    .values(
        state=DeliveryState.CLAIMED,
        claimed_at=sa.bindparam("at"),
        claim_token=sa.bindparam("token"),
        wording_id=sa.bindparam("wording"),
        bundle_id=sa.bindparam("bundle"),
        attempts=_DELIVERY.c.attempts + 1,
    )
    .returning(_DELIVERY.c.id)
)
_STORED = (
    sa.select(Event.id, sa.cast(Event.facts, sa.Text))
    .where(Event.id.in_(sa.bindparam("events", expanding=True)))
    .order_by(Event.id)
    .with_for_update(of=Event, read=True)
)
"""Locked, so that nobody changes in this moment what is about to be said."""
_KEPT = sa.select(Wording.id).where(Wording.hash == sa.bindparam("hash")).with_for_update(read=True, key_share=True)
"""Locked, so that nobody forgets as unused in this moment what is about to be used."""


def claim_deliveries(session: Session, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim deliveries for this worker, store their words, and return those that are its own now.

    What is told together is claimed together or not at all. Words made from facts that changed meanwhile (content removed, a
    correction) are not said: such a delivery stays due.
    """
    items = list(worded)
    stopped = stopped_among(session, [number for item in items for number in item.deliveries])
    items = [item for item in items if stopped.isdisjoint(item.deliveries)]
    _lock_places_of(session, [item.delivery for item in items])
    claimed = _claim_plain(session, [item for item in items if item.is_plain], token, now)
    for item in items:
        if item.is_plain or not _still_so(session, item):
            continue
        bundle = bundles.keep_together(session, item.members, now) if item.members else None
        if item.members and bundle is None:
            continue
        words = Words(item.words.language, bundles.with_events(item.words.content, item.members))
        claimed |= _claim(session, item.deliveries, words, token, now, bundle)
    return frozenset(claimed)


def _claim_plain(session: Session, items: Sequence[Worded], token: int, now: datetime) -> set[int]:
    """Claim what one event each says, all that has the same words by one statement."""
    if not items:
        return set()
    events = list({item.event for item in items})
    stored = {row[0]: row[1] for row in run(session, _STORED, {"events": events})}
    groups: dict[str, tuple[Words, list[int]]] = {}
    for item in items:
        if stored.get(item.event) == item.stored:
            groups.setdefault(item.words.hash, (item.words, []))[1].append(item.delivery)
    claimed: set[int] = set()
    for words, deliveries in groups.values():
        claimed |= _claim(session, deliveries, words, token, now, None)
    return claimed


def _claim(
    session: Session, deliveries: Sequence[int], words: Words, token: int, now: datetime, bundle: int | None
) -> set[int]:
    values = {
        "claimed": list(deliveries), "at": now, "token": token,
        "wording": _keep_wording(session, words, now), "bundle": bundle,
    }  # fmt: skip
    return set(run(session, _CLAIM, values).scalars())


def _lock_places_of(session: Session, deliveries: Collection[int]) -> None:
    """Keep the places of deliveries from being changed or deleted until the transaction ends: they are locked first.

    Whoever writes to an SQLite database writes alone.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
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
    event = session.scalar(
        sa.select(Event)
        .where(Event.id == item.event)
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )
    delivery = session.get(Delivery, item.delivery)
    if event is None or delivery is None or facts_from(event.kind, event.facts) != item.facts:
        return False
    return trail_of(session, delivery, event, lock=True) == item.trail


def _keep_wording(session: Session, words: Words, now: datetime) -> int:
    known = run(session, _KEPT, {"hash": words.hash}).scalar()
    if known is not None:
        return int(known)
    wording = Wording(
        hash=words.hash, language=words.language, content=cast("dict[str, Json]", words.content), created_at=now
    )
    session.add(wording)
    session.flush()
    return wording.id
