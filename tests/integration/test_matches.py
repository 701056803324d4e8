"""Provisional lists meet the official file: proposed, confirmed by a person, and everything stays with the list."""

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, a_list, an_answer, confirmed, everything, installed
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.election import LineageKind, ListRecord
from pledgebot.domain.errors import Refused
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.services import queries
from pledgebot.services.answers import Subject
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import ListDetails, add_alias, edit_list, withdraw_list
from pledgebot.services.lookup import HitKind, find
from pledgebot.services.matches import confirm_match, propose_matches
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.store.engine import Database
from pledgebot.store.tables import CandidateList, Destination, Lineage, Subscription


def file(*lists: tuple[int, str, str | None]) -> list[ListRecord]:
    """Return the lists of an official file in Marseille."""
    return [ListRecord(9, "13055", "Marseille", panel, name, None, head, "LDIV", 2026) for panel, name, head in lists]


OFFICIAL = file(
    (1, "LISTE EXEMPLE A POUR TOUS", "Exemple ADA"),
    (2, "Liste Exemple B", "Bob Exemple"),
    (3, "TOUT AUTRE CHOSE", "Zoé Ailleurs"),
)


@pytest.fixture
def there(database: Database) -> Installed:
    """Provisional lists with everything that hangs on one, and the official file imported beside them."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        add_alias(session, "LEA", there.alix, NOW, list_id=there.list_a)
        log_contact(session, NewContact(there.list_b, ContactKind.SENT, Medium.EMAIL, NOW), there.alix, NOW)
        follower = Destination(
            channel="console", address="f", audience=Audience.SUBSCRIBER, language="fr",
            consented_at=NOW, created_at=NOW,
        )  # fmt: skip
        session.add(follower)
        session.flush()
        session.add(Subscription(destination_id=follower.id, topic=TopicKind.LIST, list_id=there.list_a))
        import_lists(session, OFFICIAL, "2026-t1", "file.csv", there.alix, NOW)
    return there


def official(database: Database, panel: int) -> int:
    """Return the number of the file's list with a panel number."""
    with database.read() as session:
        return session.scalars(sa.select(CandidateList.id).where(CandidateList.panel == panel)).one()


def test_nothing_is_matched_silently(database: Database, there: Installed) -> None:
    with database.read() as session:
        assert len(session.scalars(sa.select(CandidateList)).all()) == 6
        assert queries.list_view(session, there.list_a).head.provisional


def test_matches_are_proposed_by_head_and_by_name(database: Database, there: Installed) -> None:
    with database.read() as session:
        views = propose_matches(session, 1)
    found = {(v.provisional, v.panel, v.same_head) for v in views}
    assert (there.list_a, 1, True) in found
    assert (there.list_b, 2, False) in found
    assert not [v for v in views if v.panel == 3]


def test_a_confirmed_match_keeps_answers_aliases_contacts_and_subscriptions(
    database: Database, there: Installed
) -> None:
    for ours, panel in ((there.list_a, 1), (there.list_b, 2)):
        theirs = official(database, panel)
        with database.begin() as session:
            confirm_match(session, ours, theirs, there.alix, NOW)
    with database.read() as session:
        view = queries.list_view(session, there.list_a)
        assert (view.head.panel, view.head.name, view.head.head) == (1, "LISTE EXEMPLE A POUR TOUS", "Exemple ADA")
        assert set(view.aliases) == {"LEA", "Liste Exemple A"}
        assert [c.standing.counts.position for c in view.cells if c.standing.counts] == [Position.COMMITTED]
        assert queries.list_view(session, there.list_b).progress.stage is Stage.CONTACTED
        assert session.scalars(sa.select(Subscription.list_id).where(Subscription.list_id.is_not(None))).all() == [
            there.list_a
        ]
        for name in ("LEA", "liste exemple a", "liste exemple a pour tous"):
            sure = find(session, name, [HitKind.LIST], 1).sure
            assert sure is not None
            assert sure.id == there.list_a
        assert len(session.scalars(sa.select(CandidateList)).all()) == 4


def test_importing_again_after_a_match_changes_nothing(database: Database, there: Installed) -> None:
    theirs = official(database, 1)
    with database.begin() as session:
        confirm_match(session, there.list_a, theirs, there.alix, NOW)
        report = import_lists(session, OFFICIAL, "2026-t1", "file.csv", there.alix, NOW)
    assert (report.added.count, report.changed.count, report.unchanged.count) == (0, 0, 3)


def test_impossible_matches_are_refused_and_leave_everything_as_it_was(database: Database, there: Installed) -> None:
    theirs = official(database, 3)
    with database.begin() as session:
        confirmed(session, an_answer(Subject(theirs), {"cameras": Position.REFUSED}), there)
        elsewhere = a_list(session, "Second Round", there.alix, round_key="2026-t2")
    before = everything(database)
    cases = [
        (there.list_a, theirs, "both_answered"),
        (theirs, there.list_a, "not_provisional"),
        (there.list_a, there.list_b, "not_official"),
        (elsewhere, theirs, "other_round"),
        (there.list_a, 999, "unknown_list"),
    ]
    for ours, other, reason in cases:
        with pytest.raises(Refused, match=reason), database.begin() as session:
            confirm_match(session, ours, other, there.alix, NOW)
    assert everything(database) == before


def test_of_one_lineage_said_twice_the_confirmed_one_stays_and_two_that_exclude_each_other_are_refused(
    database: Database, there: Installed
) -> None:
    theirs = official(database, 1)
    with database.begin() as session:
        first = [a_list(session, f"Parent {x}", there.alix) for x in "AB"]
        session.add(Lineage(child_id=theirs, parent_id=first[0], kind=LineageKind.CONTINUES, common=2, of_child=3))
        session.add(
            Lineage(
                child_id=there.list_a, parent_id=first[0], kind=LineageKind.CONTINUES,
                confirmed_at=NOW, confirmed_by=there.noe.organizer,
            )
        )  # fmt: skip
    with database.begin() as session:
        confirm_match(session, there.list_a, theirs, there.alix, NOW)
        kept = session.scalars(sa.select(Lineage)).one()
        assert (kept.child_id, kept.confirmed_at) == (there.list_a, NOW)
    second = official(database, 2)
    with database.begin() as session:
        for child, parent, kind in (
            (there.list_b, first[0], LineageKind.MERGED),
            (second, first[1], LineageKind.CONTINUES),
        ):
            session.add(
                Lineage(child_id=child, parent_id=parent, kind=kind, confirmed_at=NOW, confirmed_by=there.noe.organizer)
            )
    with pytest.raises(Refused, match="other_lineage"), database.begin() as session:
        confirm_match(session, there.list_b, second, there.alix, NOW)


def test_a_withdrawn_list_is_not_matched_and_a_banner_is_kept(database: Database, there: Installed) -> None:
    theirs = official(database, 1)
    with database.begin() as session:
        edit_list(session, theirs, ListDetails(banner="Bannière X"), there.alix, NOW)
        confirm_match(session, there.list_a, theirs, there.alix, NOW)
        assert queries.list_view(session, there.list_a).head.banner == "Bannière X"
        withdraw_list(session, there.list_b, there.alix, NOW)
    second = official(database, 2)
    with pytest.raises(Refused, match="not_standing"), database.begin() as session:
        confirm_match(session, there.list_b, second, there.alix, NOW)
