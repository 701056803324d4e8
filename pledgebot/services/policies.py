"""What the installation decided about silence and reminders, as it is kept."""

from functools import cache
from typing import cast

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from pledgebot.domain.policy import Policy
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Installation
from pledgebot.store.types import Json

_POLICY = sa.select(Installation.policy)


@cache
def _adapter() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


def policy_content(policy: Policy) -> dict[str, Json]:
    """Return a policy as it is stored."""
    return cast("dict[str, Json]", _adapter().dump_python(policy, mode="json"))


def policy(session: Session) -> Policy:
    """Return the installation's policy; before it was ever stored, the default one."""
    stored = fetch(session, _POLICY).scalar()
    return _adapter().validate_python(stored) if stored is not None else Policy()
