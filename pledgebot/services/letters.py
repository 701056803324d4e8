"""The letter and its demands as stored JSON, and back."""

from functools import cache
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from pledgebot.domain.letter import Demand, Letter
from pledgebot.store.tables import Installation
from pledgebot.store.types import Json

Content = dict[str, Json]


@cache
def _letters() -> TypeAdapter[Letter]:
    return TypeAdapter(Letter)


@cache
def _demands() -> TypeAdapter[Demand]:
    return TypeAdapter(Demand)


def demand_content(demand: Demand) -> Content:
    """Return what a version of a demand keeps: everything by which stances are judged, asked for and shown."""
    return cast("Content", _demands().dump_python(demand, mode="json"))


def demand_from(content: Content) -> Demand:
    """Return the demand that a stored version holds."""
    return _demands().validate_python(content)


def letter_content(letter: Letter) -> Content:
    """Return the letter as it is kept, so that every mouth can quote it."""
    return cast("Content", _letters().dump_python(letter, mode="json"))


def read_letter(session: Session) -> Letter | None:
    """Return the letter that this installation serves; None before the first synchronisation."""
    installation = session.get(Installation, 1)
    if installation is None or installation.letter is None:
        return None
    return _letters().validate_python(installation.letter)
