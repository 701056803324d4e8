"""Who may write: roles, the last admin, invitations; power ends at once."""

import hashlib
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import NOW, Installed, an_answer, confirm, everything, installed, record
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.chases import open_chases, take_list
from pledgebot.services.people import (
    INVITATION_LIFE,
    Actor,
    Role,
    accept_invitation,
    actor_of,
    add_organizer,
    addresses_of_organizers,
    find_actor,
    identity_of,
    invite_again,
    organizers,
    remove_organizer,
    require_role,
    roles,
)
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit, Draft, Invitation, Organizer, OrganizerIdentity

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


def invited(database: Database, there: Installed, name: str = "Max") -> str:
    with database.begin() as session:
        return add_organizer(session, name, frozenset({Role.RECORDER}), there.alix, NOW)


def join(database: Database, token: str, account: str = "4711", now: datetime = NOW) -> Actor:
    with database.begin() as session:
        return accept_invitation(session, token, "telegram", account, now)


def outcome(database: Database, token: str, account: str) -> str:
    try:
        join(database, token, account)
    except Refused as refused:
        return refused.objection
    return "joined"


def test_whoever_has_the_invitation_joins_their_account(database: Database, there: Installed) -> None:
    token = invited(database, there)
    maxime = join(database, token)
    assert (maxime.name, maxime.via) == ("Max", "telegram")
    with database.read() as session:
        assert actor_of(session, "telegram", "4711") == maxime
        assert actor_of(session, "mastodon", "4711") is None
        assert actor_of(session, "telegram", "4712") is None
        assert identity_of(session, maxime.organizer, "telegram") == "4711"
        assert identity_of(session, maxime.organizer, "mastodon") is None
        assert roles(session, maxime) == {Role.RECORDER}
        assert addresses_of_organizers(session, "telegram") == ("4711",)
        assert addresses_of_organizers(session, "mastodon") == ()


def test_the_audit_log_says_who_joined_by_which_road_and_not_from_which_account(
    database: Database, there: Installed
) -> None:
    maxime = join(database, invited(database, there), account="4711004711")
    with database.read() as session:
        line = session.scalars(sa.select(Audit).where(Audit.action == "organizer.join")).one()
        assert (line.organizer_id, line.via, line.subject) == (
            maxime.organizer,
            "telegram",
            f"organizer:{maxime.organizer}",
        )
        assert "4711004711" not in repr(session.execute(sa.select(Audit.__table__)).all())


def test_an_invitation_that_does_not_work_does_not_tell_why(database: Database, there: Installed) -> None:
    used, late = invited(database, there), invited(database, there, "Mia")
    join(database, used)
    for token, now in ((used, NOW), (late, NOW + INVITATION_LIFE), ("", NOW), ("0" * 48, NOW), ("\ud800", NOW)):
        with pytest.raises(Refused) as caught, database.begin() as session:
            accept_invitation(session, token, "telegram", "4712", now)
        assert (caught.value.objection, caught.value.facts) == (Objection.INVITATION_INVALID, {})
    assert join(database, late, "4712", NOW + INVITATION_LIFE - timedelta(seconds=1)).name == "Mia"


def test_of_two_who_use_one_invitation_at_once_one_joins(database: Database, there: Installed) -> None:
    token = invited(database, there)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda account: outcome(database, token, account), ("1", "2", "3", "4")))
    assert sorted(outcomes) == [*[Objection.INVITATION_INVALID] * 3, "joined"]
    with database.read() as session:
        assert len(session.scalars(sa.select(OrganizerIdentity)).all()) == 1


def test_of_two_invitations_used_by_one_account_at_once_one_counts(database: Database, there: Installed) -> None:
    tokens = [invited(database, there, name) for name in ("Max", "Mia")]

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda token: outcome(database, token, "4711"), tokens))
    assert sorted(outcomes) == [Objection.ALREADY_JOINED, "joined"]


def test_an_account_belongs_to_one_organizer_and_the_invitation_is_not_used_up(
    database: Database, there: Installed
) -> None:
    join(database, invited(database, there))
    token = invited(database, there, "Mia")
    refusal = refused(database, lambda session: accept_invitation(session, token, "telegram", "4711", NOW))
    assert refusal is Objection.ALREADY_JOINED
    assert join(database, token, "4712").name == "Mia"


def test_a_new_account_takes_the_place_of_the_lost_one(database: Database, there: Installed) -> None:
    maxime = join(database, invited(database, there))
    with database.begin() as session:
        token = invite_again(session, "max", there.alix, NOW)
    assert join(database, token, "4712") == maxime
    with database.read() as session:
        assert actor_of(session, "telegram", "4711") is None
        assert identity_of(session, maxime.organizer, "telegram") == "4712"


def test_the_same_account_may_join_again_as_the_same_person(database: Database, there: Installed) -> None:
    maxime = join(database, invited(database, there))
    with database.begin() as session:
        token = invite_again(session, "Max", there.alix, NOW)
    assert join(database, token) == maxime


def test_a_new_invitation_makes_those_void_that_the_person_did_not_use(database: Database, there: Installed) -> None:
    first, hers = invited(database, there), invited(database, there, "Mia")
    with database.begin() as session:
        second = invite_again(session, "Max", there.alix, NOW)
    refusal = refused(database, lambda session: accept_invitation(session, first, "telegram", "4711", NOW))
    assert refusal is Objection.INVITATION_INVALID
    assert join(database, second).name == "Max"
    assert join(database, hers, "4712").name == "Mia"


@pytest.mark.parametrize(
    ("name", "by", "objection"),
    [
        ("Max", "alix", Objection.UNKNOWN_ORGANIZER),
        ("Zoé", "noe", Objection.ROLE_MISSING),
        ("", "alix", Objection.UNKNOWN_ORGANIZER),
    ],
)
def test_an_invitation_that_is_not_given(
    database: Database, there: Installed, name: str, by: str, objection: Objection
) -> None:
    assert refused(database, lambda session: invite_again(session, name, getattr(there, by), NOW)) is objection


def test_whoever_is_removed_has_no_account_no_draft_and_no_list_any_more(database: Database, there: Installed) -> None:
    token = invited(database, there)
    maxime = join(database, token)
    with database.begin() as session:
        session.add(Draft(organizer_id=maxime.organizer, chat="4711", content={}, changed_at=NOW))
        take_list(session, there.list_a, maxime, NOW)
        take_list(session, there.list_b, there.noe, NOW)
        remove_organizer(session, "Max", there.alix, NOW)
    with database.read() as session:
        assert actor_of(session, "telegram", "4711") is None
        assert roles(session, maxime) == frozenset()
        assert session.scalars(sa.select(Draft)).all() == []
        assert [chase.by for chase in open_chases(session, NOW)] == ["Noé"]
        assert addresses_of_organizers(session, "telegram") == ()
    assert join(database, invited(database, there, "Mia")).name == "Mia"


def test_no_two_invitations_are_alike(database: Database, there: Installed) -> None:
    tokens = [invited(database, there, f"Person {number}") for number in range(5)]
    assert all(one != other for one, other in itertools.combinations(tokens, 2))
