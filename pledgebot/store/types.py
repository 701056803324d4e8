"""Column types and the base of every table."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

E = TypeVar("E", bound=StrEnum)

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class Base(DeclarativeBase):
    """Every table. Constraints are named, so that a migration on SQLite can find them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite would store the wall clock of any zone and give it back naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of SQLAlchemy
        """Return an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(of: type[E]) -> sa.Enum:
    """Return the column type of an enum: its value, as text. Which values are allowed is a CHECK of its table."""
    return sa.Enum(of, native_enum=False, length=24, values_callable=lambda e: [member.value for member in e])


def one_of(column: str, members: Iterable[StrEnum]) -> sa.CheckConstraint:
    """Return the CHECK that a column holds one of these values."""
    values = ", ".join(f"'{member.value}'" for member in members)
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def check(name: str, rule: str) -> sa.CheckConstraint:
    """Return a named CHECK."""
    return sa.CheckConstraint(rule, name=name)


def exactly_one_of(*columns: str) -> str:
    """Return the SQL rule that exactly one of these columns has a value."""
    return " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns) + " = 1"
