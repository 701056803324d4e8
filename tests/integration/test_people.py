"""Who may write: roles, the last admin, invitations; power ends at once."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import NOW, Installed, an_answer, confirm, everything, installed, record
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.people import (
    INVITATION_LIFE,
    Role,
    add_organizer,
    find_actor,
    organizers,
    remove_organizer,
    require_role,
)
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit, Invitation, Organizer

YES = Position.COMMITTED
EVERY = frozenset(Role)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def refused(database: Database, act: Callable[[Session], object]) -> Objection:
    before = everything(database)
    with pytest.raises(Refused) as caught, database.begin() as session:
        act(session)
    assert everything(database) == before
    return caught.value.objection


def test_the_first_organizer_is_added_from_the_command_line_and_the_next_by_an_admin(database: Database) -> None:
    with database.begin() as session:
        add_organizer(session, "  Alix   Exemple ", EVERY, None, NOW)
        alix = find_actor(session, "alix exemple", "cli")
        assert (alix.name, alix.via) == ("Alix Exemple", "cli")
        add_organizer(session, "Noé", frozenset({Role.RECORDER}), alix, NOW)
        assert [(one.name, one.roles) for one in organizers(session)] == [
            ("Alix Exemple", EVERY),
            ("Noé", frozenset({Role.RECORDER})),
        ]
    assert refused(database, lambda session: add_organizer(session, "Zoé", EVERY, None, NOW)) is Objection.ROLE_MISSING
    with database.read() as session:
        noe = find_actor(session, "Noé", "cli")
    assert refused(database, lambda session: add_organizer(session, "Zoé", EVERY, noe, NOW)) is Objection.ROLE_MISSING


@pytest.mark.parametrize(
    ("name", "objection"),
    [
        ("", Objection.EMPTY_NAME),
        (" \t", Objection.EMPTY_NAME),
        ("noé", Objection.NAME_TAKEN),
        ("NOÉ", Objection.NAME_TAKEN),
        ("  Noé ", Objection.NAME_TAKEN),
        ("Noe\u0301", Objection.NAME_TAKEN),
    ],
)
def test_a_name_is_somebodys_own(database: Database, there: Installed, name: str, objection: Objection) -> None:
    assert refused(database, lambda session: add_organizer(session, name, EVERY, there.alix, NOW)) is objection


@pytest.mark.parametrize("written", ["Élodie", "élodie", "ÉLODIE", " élodie ", "E\u0301lodie"])
def test_a_name_that_begins_with_an_accent_is_found(database: Database, there: Installed, written: str) -> None:
    """SQLite knows no other capitals than those of ASCII."""
    with database.begin() as session:
        add_organizer(session, "Élodie", EVERY, there.alix, NOW)
        assert find_actor(session, written, "cli").name == "Élodie"


def test_a_stranger_is_nobody(database: Database, there: Installed) -> None:
    assert refused(database, lambda session: find_actor(session, "Max", "cli")) is Objection.UNKNOWN_ORGANIZER
    assert there.alix.name == "Alix"


@pytest.mark.parametrize(
    ("person", "roles", "allowed"),
    [
        ("alix", {Role.ADMIN}, True),
        ("noe", {Role.VERIFIER}, True),
        ("noe", {Role.ADMIN}, False),
        ("zoe", {Role.RECORDER}, True),
        ("zoe", {Role.VERIFIER}, False),
        ("zoe", {Role.VERIFIER, Role.RECORDER}, True),
    ],
)
def test_one_of_the_roles_is_needed(
    database: Database, there: Installed, person: str, roles: set[Role], *, allowed: bool
) -> None:
    actor = getattr(there, person)
    if allowed:
        with database.begin() as session:
            require_role(session, actor, *roles)
    else:
        assert refused(database, lambda session: require_role(session, actor, *roles)) is Objection.ROLE_MISSING


@pytest.mark.parametrize("needed", Role)
def test_an_admin_has_every_role(database: Database, there: Installed, needed: Role) -> None:
    with database.begin() as session:
        add_organizer(session, "Max", frozenset({Role.ADMIN}), there.alix, NOW)
        require_role(session, find_actor(session, "Max", "cli"), needed)


def test_who_is_removed_loses_their_power_at_once_and_what_they_recorded_stays(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        mine = record(session, an_answer(there.a, {"cameras": YES}), there.noe)
        other = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        remove_organizer(session, "noé", there.alix, NOW)
        assert [one.name for one in organizers(session)] == ["Alix", "Zoé"]
    for act in (
        lambda session: confirm(session, other, there.noe),
        lambda session: record(session, an_answer(there.c, {"cameras": YES}), there.noe),
        lambda session: find_actor(session, "Noé", "telegram"),
    ):
        assert refused(database, act) is Objection.NO_LONGER_ORGANIZER
    with database.begin() as session:
        confirm(session, mine, there.alix)
        assert (
            session.scalars(sa.select(Audit.action).order_by(Audit.id.desc()).offset(1)).first() == "organizer.remove"
        )


def test_a_removed_persons_name_is_not_given_to_another(database: Database, there: Installed) -> None:
    with database.begin() as session:
        remove_organizer(session, "Noé", there.alix, NOW)
    assert (
        refused(database, lambda session: add_organizer(session, "Noé", EVERY, there.alix, NOW)) is Objection.NAME_TAKEN
    )


def test_the_last_admin_stays(database: Database, there: Installed) -> None:
    assert refused(database, lambda session: remove_organizer(session, "Alix", there.alix, NOW)) is Objection.LAST_ADMIN
    with database.begin() as session:
        add_organizer(session, "Max", frozenset({Role.ADMIN}), there.alix, NOW)
        remove_organizer(session, "Alix", there.alix, NOW)
        session.flush()
        maxime = find_actor(session, "Max", "cli")
    assert refused(database, lambda session: remove_organizer(session, "Max", maxime, NOW)) is Objection.LAST_ADMIN


@pytest.mark.parametrize(("name", "objection"), [("Max", Objection.UNKNOWN_ORGANIZER), ("Zoé", Objection.ROLE_MISSING)])
def test_a_removal_that_is_refused(database: Database, there: Installed, name: str, objection: Objection) -> None:
    by = there.zoe if objection is Objection.ROLE_MISSING else there.alix
    assert refused(database, lambda session: remove_organizer(session, name, by, NOW)) is objection


def test_of_an_invitation_only_the_hash_is_kept(database: Database, there: Installed) -> None:
    with database.begin() as session:
        token = add_organizer(session, "Max", frozenset({Role.RECORDER}), there.alix, NOW)
        another = add_organizer(session, "Mia", frozenset({Role.RECORDER}), there.alix, NOW)
    assert len(token) >= 32
    assert token != another
    assert token not in repr(everything(database))
    with database.begin() as session:
        digest = hashlib.sha256(token.encode()).hexdigest()
        kept = session.scalars(sa.select(Invitation).where(Invitation.token_hash == digest)).one()
        assert (kept.expires_at, kept.used_at) == (NOW + INVITATION_LIFE, None)
        assert timedelta(days=7) > INVITATION_LIFE
        remove_organizer(session, "Max", there.alix, NOW)
        left = sa.select(Invitation).join(Organizer, Organizer.id == Invitation.organizer_id)
        assert session.scalars(left.where(Organizer.name == "Max")).all() == []
