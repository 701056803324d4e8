"""Tables of what is told: places, what they follow, events, wordings, deliveries."""

from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.store.types import Base, Json, Moment, check, one_of, word


def _known(name: str, column: str) -> sa.Index:
    rule = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, sqlite_where=rule, postgresql_where=rule)


class Destination(Base):
    """A place that can be written to. Of a follower nothing else is kept than what stands here and what it follows.

    `created_at` is from when on it is told: whoever comes back after an end starts from then, not from the backlog.
    `asked_to_stay_at` and `stays_at` say that a person was asked to stay for the mandate, and did.
    """

    __tablename__ = "destination"
    __table_args__ = (
        sa.UniqueConstraint("channel", "address", "thread"),
        sa.Index(
            "ix_destination_organizers",
            "id",
            sqlite_where=sa.text("audience = 'organizers'"),
            postgresql_where=sa.text("audience = 'organizers'"),
        ),
        one_of("audience", Audience),
        one_of("place", PlaceKind),
        one_of("rhythm", Rhythm),
        check("weekday_known", "weekday BETWEEN 0 AND 6"),
        check("quiet_hours_whole", "(quiet_from IS NULL) = (quiet_to IS NULL)"),
        check("consented", "audience <> 'subscriber' OR consented_at IS NOT NULL"),
        # To see at once when very many places end.
        _known("ix_destination_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200))
    thread: Mapped[str] = mapped_column(sa.String(64), default="")
    audience: Mapped[Audience] = mapped_column(word(Audience))
    place: Mapped[PlaceKind] = mapped_column(word(PlaceKind), default=PlaceKind.CHANNEL, server_default="channel")
    language: Mapped[str] = mapped_column(sa.String(8))
    rhythm: Mapped[Rhythm] = mapped_column(word(Rhythm), default=Rhythm.AT_ONCE)
    hour: Mapped[time | None]
    weekday: Mapped[int | None]
    zone: Mapped[str | None] = mapped_column(sa.String(64))
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    consented_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_to_stay_at: Mapped[datetime | None] = mapped_column(Moment)
    stays_at: Mapped[datetime | None] = mapped_column(Moment)


def _once(column: str) -> sa.Index:
    condition = sa.text(f"{column} IS NOT NULL")
    return sa.Index(
        f"ix_subscription_{column}_once",
        "destination_id",
        column,
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


class Subscription(Base):
    """One topic that a destination follows."""

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("topic", TopicKind),
        check("constituency_named", "(topic = 'constituency') = (constituency_id IS NOT NULL)"),
        check("banner_named", "(topic = 'banner') = (banner_id IS NOT NULL)"),
        check("list_named", "(topic = 'list') = (list_id IS NOT NULL)"),
        check("demand_named", "(topic = 'demand') = (demand_id IS NOT NULL)"),
        sa.Index(
            "ix_subscription_all_once",
            "destination_id",
            unique=True,
            sqlite_where=sa.text("topic = 'all'"),
            postgresql_where=sa.text("topic = 'all'"),
        ),
        _once("constituency_id"),
        _once("banner_id"),
        _once("list_id"),
        _once("demand_id"),
        # Whoever follows one thing is found in the order of destinations.
        *(
            sa.Index(f"ix_subscription_{column}", column, "destination_id")
            for column in ("constituency_id", "banner_id", "list_id", "demand_id")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination_id: Mapped[int] = mapped_column(sa.ForeignKey("destination.id", ondelete="CASCADE"), index=True)
    topic: Mapped[TopicKind] = mapped_column(word(TopicKind))
    constituency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("constituency.id"))
    banner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("banner.id"))
    list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidate_list.id"))
    demand_id: Mapped[int | None] = mapped_column(sa.ForeignKey("demand.id"))


class Event(Base):
    """One thing to announce. `fanned_to` is the last destination reached by the fan-out, `fanned_out_at` its end.

    Of a large broadcast the first few go out before all the others: from `tried_at` on nothing waits for them, be it that they
    arrived, that it went to few, or that a person was asked. `paid_at` is when `paid_by` agreed to pay the network for sending
    it faster.

    `revision` is the version of a waiting entry that organizers are asked about; of everything else there is one.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.UniqueConstraint("answer_id", "kind", "revision"),
        one_of("audience", Audience),
        check("expires_later", "expires_at IS NULL OR expires_at > not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(word(EventKind))
    audience: Mapped[Audience] = mapped_column(word(Audience))
    answer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("answer.id"))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    topics: Mapped[dict[str, list[int]]] = mapped_column(sa.JSON)
    facts: Mapped[dict[str, Json]] = mapped_column(sa.JSON)
    facts_version: Mapped[int]
    priority: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
    not_before: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    fanned_to: Mapped[int] = mapped_column(default=0)
    fanned_out_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    tried_at: Mapped[datetime | None] = mapped_column(Moment)
    paid_at: Mapped[datetime | None] = mapped_column(Moment)
    paid_by: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))


class Wording(Base):
    """What is said: made once from an event, shared by all who get the same, used again by every retry."""

    __tablename__ = "wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    content: Mapped[dict[str, Json]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Bundle(Base):
    """Several deliveries to one destination that become one message: a digest, or what quiet hours kept."""

    __tablename__ = "bundle"
    __table_args__ = (sa.UniqueConstraint("destination_id", "occurrence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    destination_id: Mapped[int] = mapped_column(sa.ForeignKey("destination.id", ondelete="CASCADE"))
    occurrence: Mapped[str] = mapped_column(sa.String(64))


class Delivery(Base):
    """One part of one event to one destination."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "destination_id", "part", "action"),
        one_of("state", DeliveryState),
        one_of("action", Action),
        check("sent_proved", "state <> 'sent' OR remote_id IS NOT NULL OR settled_by IS NOT NULL"),
        check("sent_when", "(state = 'sent') = (sent_at IS NOT NULL)"),
        check(
            "claim_whole",
            "state <> 'claimed' OR (claimed_at IS NOT NULL AND claim_token IS NOT NULL AND wording_id IS NOT NULL)",
        ),
        check("acts_on_named", "action = 'send' OR acts_on_id IS NOT NULL"),
        check("reason_given", "state NOT IN ('failed', 'uncertain', 'held', 'cancelled') OR reason IS NOT NULL"),
        sa.Index("ix_delivery_due", "state", "due_at", "id"),
        sa.Index("ix_delivery_destination", "destination_id", "id"),
        _known("ix_delivery_sent_at", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    destination_id: Mapped[int] = mapped_column(sa.ForeignKey("destination.id", ondelete="CASCADE"))
    part: Mapped[int] = mapped_column(default=1)
    action: Mapped[Action] = mapped_column(word(Action), default=Action.SEND)
    acts_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bundle.id"), index=True)
    state: Mapped[DeliveryState] = mapped_column(word(DeliveryState), default=DeliveryState.DUE)
    due_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    wording_id: Mapped[int | None] = mapped_column(sa.ForeignKey("wording.id"), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    claim_token: Mapped[int | None]
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    remote_id: Mapped[str | None] = mapped_column(sa.Text)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))
