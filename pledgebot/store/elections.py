"""Tables of the election: demands, rounds, constituencies, banners, lists and their descent."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.store.types import Base, Json, Moment, check, exactly_one_of, one_of, word


class DemandRow(Base):
    """One demand of the letter. A demand with stances is retired, never deleted."""

    __tablename__ = "demand"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    place: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class DemandVersion(Base):
    """One wording of a demand with its tests. Stances keep the version that they were judged by."""

    __tablename__ = "demand_version"
    __table_args__ = (sa.UniqueConstraint("demand_id", "number"), sa.UniqueConstraint("id", "demand_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(sa.ForeignKey("demand.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Json]] = mapped_column(sa.JSON)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    since: Mapped[datetime] = mapped_column(Moment)


class Round(Base):
    """One polling day of one election. The silence is computed from it."""

    __tablename__ = "round"
    __table_args__ = (check("number_positive", "number >= 1"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    number: Mapped[int]
    election: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    day: Mapped[date]
    closes: Mapped[time]
    zone: Mapped[str] = mapped_column(sa.String(64))
    lineages_closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Constituency(Base):
    """Where a list stands. A zone and a closing hour of its own override the round's."""

    __tablename__ = "constituency"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    label: Mapped[str] = mapped_column(sa.String(200))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("constituency.id"), index=True)
    zone: Mapped[str | None] = mapped_column(sa.String(64))
    closes: Mapped[time | None]


class ConstituencyAlias(Base):
    """A postcode, an arrondissement or a sector by which a constituency is asked for."""

    __tablename__ = "constituency_alias"
    __table_args__ = (sa.UniqueConstraint("constituency_id", "normal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    constituency_id: Mapped[int] = mapped_column(sa.ForeignKey("constituency.id"))
    alias: Mapped[str] = mapped_column(sa.String(200))
    normal: Mapped[str] = mapped_column(sa.String(200), index=True)


class Banner(Base):
    """A name under which lists of several constituencies stand in one round."""

    __tablename__ = "banner"
    __table_args__ = (sa.UniqueConstraint("round_id", "normal"), sa.UniqueConstraint("id", "round_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(sa.String(500))
    normal: Mapped[str] = mapped_column(sa.String(500), index=True)


class CandidateList(Base):
    """One list in one round and constituency; provisional as long as it has no panel number.

    The nuance is the prefecture's word: it is kept with its source, never as the list's own label.
    """

    __tablename__ = "candidate_list"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "constituency_id", "panel"),
        sa.ForeignKeyConstraint(["banner_id", "round_id"], ["banner.id", "banner.round_id"]),
        sa.Index("ix_candidate_list_place", "constituency_id", "round_id"),
        check("panel_positive", "panel IS NULL OR panel >= 1"),
        check("named", "name <> ''"),
        check("nuance_sourced", "nuance IS NULL OR nuance_source IS NOT NULL"),
        one_of("status", ListStatus),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"))
    constituency_id: Mapped[int] = mapped_column(sa.ForeignKey("constituency.id"))
    panel: Mapped[int | None]
    name: Mapped[str] = mapped_column(sa.String(500))
    normal: Mapped[str] = mapped_column(sa.String(500))
    short_name: Mapped[str | None] = mapped_column(sa.String(300))
    head: Mapped[str | None] = mapped_column(sa.String(200))
    nuance: Mapped[str | None] = mapped_column(sa.String(16))
    nuance_source: Mapped[str | None] = mapped_column(sa.String(200))
    nuance_year: Mapped[int | None]
    banner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("banner.id"), index=True)
    status: Mapped[ListStatus] = mapped_column(word(ListStatus))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class NameAlias(Base):
    """Initials or an everyday name of a list or a banner."""

    __tablename__ = "name_alias"
    __table_args__ = (
        check("one_subject", exactly_one_of("list_id", "banner_id")),
        sa.UniqueConstraint("list_id", "normal"),
        sa.UniqueConstraint("banner_id", "normal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidate_list.id"))
    banner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("banner.id"))
    alias: Mapped[str] = mapped_column(sa.String(500))
    normal: Mapped[str] = mapped_column(sa.String(500), index=True)


class Lineage(Base):
    """A list descends from an earlier one. It counts only when a person confirmed it.

    `common` of the child's `of_child` candidates stood on the parent: what the proposal rests on.
    """

    __tablename__ = "lineage"
    __table_args__ = (
        sa.UniqueConstraint("child_id", "parent_id"),
        check("two_lists", "child_id <> parent_id"),
        check("common_counted", "common IS NULL OR (common >= 0 AND common <= of_child)"),
        check("confirmed_by_person", "(confirmed_at IS NULL) = (confirmed_by IS NULL)"),
        one_of("kind", LineageKind),
        sa.Index(
            "ix_lineage_continues_once",
            "child_id",
            unique=True,
            sqlite_where=sa.text("kind = 'continues' AND confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("kind = 'continues' AND confirmed_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate_list.id"))
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate_list.id"), index=True)
    kind: Mapped[LineageKind] = mapped_column(word(LineageKind))
    common: Mapped[int | None]
    of_child: Mapped[int | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))


class NameDigest(Base):
    """The candidates of a list as digests of eight bytes each, keyed by this database's secret.

    They serve to propose lineages between rounds, and are deleted when the second round's lineages are closed.
    """

    __tablename__ = "name_digest"
    __table_args__ = (check("whole", "length(digests) % 8 = 0"),)

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate_list.id", ondelete="CASCADE"), primary_key=True)
    digests: Mapped[bytes] = mapped_column(sa.LargeBinary)
