"""The second round: lineages are proposed by common candidates, confirmed and undone by a person; positions follow."""

from datetime import UTC, datetime
from hashlib import blake2b

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import NOW, Installed, a_plan, add_people, an_answer, confirmed, everything
from pledgebot.chat.answers import Asker, answer
from pledgebot.domain.answer import Origin, Position
from pledgebot.domain.election import Fate, LineageKind, ListRecord, descents
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import EventKind
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.messages.render import plain
from pledgebot.services import lineages, queries
from pledgebot.services.answers import Subject
from pledgebot.services.installation import sync_installation
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Actor
from pledgebot.services.topics import topics_of
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Answer, CandidateList, Event, Lineage, NameDigest, Round

BETWEEN = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def members(*names: str) -> bytes:
    """Return the digests of some candidates."""
    return b"".join(sorted(blake2b(name.encode(), digest_size=8).digest() for name in names))


def a_record(panel: int, name: str, people: str, place: str = "13055", label: str = "Marseille") -> ListRecord:
    """Return a list as a file gives it; each letter is a candidate."""
    return ListRecord(1, place, label, panel, name, None, f"Head {people[0]}", "LDIV", 2026, members(*people))


FIRST = (
    a_record(1, "Exemple A", "abcde"),
    a_record(2, "Exemple B", "fghij"),
    a_record(3, "Exemple C", "klmno"),
    a_record(4, "Exemple D", "pqrst"),
)
SECOND = (a_record(1, "Exemple B", "fghij"), a_record(2, "Exemple A et C", "aklbm"))


class Town:
    """Marseille between the rounds, with fictional lists."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin() as session:
            sync_installation(session, a_plan(), NOW)
            self.alix, self.noe, _zoe = add_people(session)
            import_lists(session, FIRST, "2026-t1", "tour-1.csv", self.alix, NOW)
            self.a, self.b, self.c, self.d = (self.number(session, f"Exemple {x}", 1) for x in "ABCD")
            there = Installed(self.alix, self.noe, self.noe, self.a, self.b, self.c, 0)
            confirmed(session, an_answer(Subject(self.a), {"cameras": Position.COMMITTED}), there)
            confirmed(session, an_answer(Subject(self.b), {"cameras": Position.REFUSED}), there)

    def number(self, session: Session, name: str, round_number: int) -> int:
        """Return a list's number."""
        return session.scalars(
            sa.select(CandidateList.id)
            .join(Round, Round.id == CandidateList.round_id)
            .where(CandidateList.name == name, Round.number == round_number)
        ).one()

    def second_round(self) -> int:
        """Import the lists of the second round; return how many lineages are proposed."""
        with self.database.begin() as session:
            import_lists(session, SECOND, "2026-t2", "tour-2.csv", self.alix, BETWEEN)
            self.second = session.scalars(sa.select(Round.id).where(Round.number == 2)).one()
            proposed = lineages.propose_lineages(session, self.second)
            self.b2 = self.number(session, "Exemple B", 2)
            self.ac = self.number(session, "Exemple A et C", 2)
        return proposed

    def confirm_all(self, by: Actor | None = None) -> None:
        """Confirm every proposal."""
        with self.database.begin() as session:
            views = lineages.show_lineages(session, self.second)
            lineages.confirm_lineages(session, [view.id for view in views], by or self.noe, BETWEEN)

    def standing(self, list_id: int) -> tuple[Origin, Position | None]:
        """Return where a list's position on the cameras comes from, and the position."""
        with self.database.read() as session:
            cell = next(c for c in queries.list_view(session, list_id).cells if c.demand.key == "cameras")
        return cell.standing.origin, cell.standing.counts.position if cell.standing.counts else None

    def fate(self, list_id: int) -> Fate:
        """Return what became of a list."""
        with self.database.read() as session:
            return queries.list_view(session, list_id).head.fate

    def ask(self, text: str) -> str:
        """Return the answer to a follower between the rounds."""
        return plain(answer(self.database, text, Asker("en"), BETWEEN))


@pytest.fixture
def town(database: Database) -> Town:
    """Marseille before the file of the second round."""
    return Town(database)


def test_lineages_are_proposed_by_common_candidates_and_count_only_when_confirmed(town: Town) -> None:
    assert town.second_round() == 3
    with town.database.read() as session:
        views = lineages.show_lineages(session, town.second)
    assert [(v.child, v.parent, v.kind, v.common, v.of_child, v.confirmed) for v in views] == [
        ("Exemple B", "Exemple B", LineageKind.CONTINUES, 5, 5, False),
        ("Exemple A et C", "Exemple C", LineageKind.MERGED, 3, 5, False),
        ("Exemple A et C", "Exemple A", LineageKind.MERGED, 2, 5, False),
    ]
    assert town.standing(town.b2) == (Origin.NOWHERE, None)
    assert town.standing(town.ac) == (Origin.NOWHERE, None)


def test_a_confirmed_lineage_carries_positions_and_a_merger_is_to_be_confirmed(town: Town) -> None:
    town.second_round()
    town.confirm_all()
    assert town.standing(town.b2) == (Origin.CONTINUED, Position.REFUSED)
    assert town.standing(town.ac) == (Origin.INHERITED, None)
    said = town.ask("exemple a et c")
    assert "inherited, to be confirmed" in said
    assert "Exemple A" in said
    assert "committed" in said
    assert "no position known" in said


def test_the_merged_lists_own_word_ends_the_inheritance(town: Town) -> None:
    town.second_round()
    town.confirm_all()
    there = Installed(town.alix, town.noe, town.noe, town.a, town.b, town.c, 0)
    with town.database.begin() as session:
        confirmed(session, an_answer(Subject(town.ac), {"cameras": Position.PARTIAL}), there)
    assert town.standing(town.ac) == (Origin.OWN, Position.PARTIAL)


def test_undoing_a_lineage_brings_everything_back_as_it_was(town: Town) -> None:
    town.second_round()
    before = everything(town.database)
    town.confirm_all()
    with town.database.begin() as session:
        for view in lineages.show_lineages(session, town.second):
            lineages.undo_lineage(session, view.id, town.noe, BETWEEN)
    after = everything(town.database)
    for table in set(before) - {"audit", "installation", "event", "reminder"}:
        assert after[table] == before[table]
    with town.database.read() as session:
        mergers = session.scalars(sa.select(Event).where(Event.kind == EventKind.LISTS_MERGED)).all()
    # Told to nobody yet, the merger is not told at all.
    assert [event.cancelled_at for event in mergers] == [BETWEEN]
    assert town.standing(town.b2) == (Origin.NOWHERE, None)


def test_a_list_that_no_longer_stands_answers_what_became_of_it(town: Town) -> None:
    assert town.fate(town.d) is Fate.STANDING
    town.second_round()
    assert [town.fate(x) for x in (town.a, town.b, town.c, town.d)] == [*[Fate.OPEN] * 3, Fate.NOT_STANDING]
    assert "not confirmed yet" in town.ask("exemple c")
    town.confirm_all()
    fates = [town.fate(x) for x in (town.a, town.b, town.c, town.d)]
    assert fates == [Fate.MERGED, Fate.CONTINUED, Fate.MERGED, Fate.NOT_STANDING]
    assert "Merged into Exemple A et C" in town.ask("/list exemple c")
    assert "Does not stand in the next round" in town.ask("exemple d")
    assert "second round" in town.ask("/stances")


def test_importing_again_keeps_what_a_person_confirmed(town: Town) -> None:
    town.second_round()
    town.confirm_all()
    assert town.second_round() == 0
    assert town.standing(town.b2) == (Origin.CONTINUED, Position.REFUSED)


def test_only_one_list_can_be_continued_and_a_continuation_is_no_merger(town: Town) -> None:
    town.second_round()
    with town.database.begin() as session:
        lineages.set_lineage(session, town.ac, town.a, LineageKind.CONTINUES, town.noe, BETWEEN)
    assert town.standing(town.ac) == (Origin.CONTINUED, Position.COMMITTED)
    for kind in LineageKind:
        with pytest.raises(Refused, match="other_lineage"), town.database.begin() as session:
            lineages.set_lineage(session, town.ac, town.c, kind, town.noe, BETWEEN)


def test_a_lineage_by_hand_needs_the_same_place_and_the_round_before(town: Town) -> None:
    town.second_round()
    with pytest.raises(Refused, match="other_round"), town.database.begin() as session:
        lineages.set_lineage(session, town.a, town.b, LineageKind.CONTINUES, town.noe, BETWEEN)
    with town.database.begin() as session:
        import_lists(session, (a_record(1, "Ailleurs", "xyz", "13057", "Mas"),), "2026-t1", "f", town.alix, NOW)
        other = town.number(session, "Ailleurs", 1)
    with pytest.raises(Refused, match="other_constituency"), town.database.begin() as session:
        lineages.set_lineage(session, town.ac, other, LineageKind.MERGED, town.noe, BETWEEN)


def test_closing_the_round_drops_proposals_and_deletes_the_digests(town: Town) -> None:
    town.second_round()
    with town.database.begin() as session:
        first = lineages.show_lineages(session, town.second)[0]
        lineages.confirm_lineages(session, [first.id], town.noe, BETWEEN)
        assert lineages.close_lineages(session, town.second, town.noe, BETWEEN) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(NameDigest)) == 0
        assert [row.confirmed_at is not None for row in session.scalars(sa.select(Lineage))] == [True]
    with town.database.begin() as session:
        import_lists(session, SECOND, "2026-t2", "tour-2.csv", town.alix, BETWEEN)
        assert session.scalar(sa.select(sa.func.count()).select_from(NameDigest)) == 0


def test_whoever_follows_a_list_hears_of_its_heirs(town: Town) -> None:
    town.second_round()
    town.confirm_all()
    there = Installed(town.alix, town.noe, town.noe, town.a, town.b, town.c, 0)
    with town.database.begin() as session:
        number = confirmed(session, an_answer(Subject(town.ac), {"cameras": Position.PARTIAL}), there)
        topics = topics_of(session, session.get_one(Answer, number))
    assert topics.lists == tuple(sorted((town.a, town.c, town.ac)))


def test_the_conversation_goes_on_with_the_list_that_continues(town: Town) -> None:
    with town.database.begin() as session:
        contact = NewContact(town.d, ContactKind.SENT, Medium.EMAIL, NOW)
        log_contact(session, contact, town.alix, NOW)
        second = (a_record(4, "Exemple D", "pqrst"),)
        import_lists(session, second, "2026-t2", "tour-2.csv", town.alix, BETWEEN)
        heir = town.number(session, "Exemple D", 2)
        assert queries.list_view(session, heir).progress.stage is Stage.NOT_CONTACTED
        lineages.set_lineage(session, heir, town.d, LineageKind.CONTINUES, town.noe, BETWEEN)
        assert queries.list_view(session, heir).progress.stage is Stage.CONTACTED


def test_a_town_that_the_first_round_decided_keeps_its_first_round_table(town: Town) -> None:
    assert "first round" in town.ask("/stances")
    town.second_round()
    assert "second round" in town.ask("/stances")


people = st.frozensets(st.binary(min_size=8, max_size=8), min_size=1, max_size=6)


@given(
    parents=st.dictionaries(st.integers(1, 6), people, max_size=4),
    children=st.dictionaries(st.integers(7, 12), people, max_size=4),
)
def test_proposals_name_exactly_the_lists_with_common_candidates(
    parents: dict[int, frozenset[bytes]], children: dict[int, frozenset[bytes]]
) -> None:
    found = list(descents(children, parents))
    assert {(child, one.parent) for child, one in found} == {
        (child, parent) for child in children for parent in parents if children[child] & parents[parent]
    }
    for child, one in found:
        alone = [other for other, _descent in found].count(child) == 1
        assert one.kind is (LineageKind.CONTINUES if alone else LineageKind.MERGED)
        assert one.common == len(children[child] & parents[one.parent])


def test_importing_again_keeps_the_proposals_of_a_half_confirmed_merger(town: Town) -> None:
    town.second_round()
    with town.database.begin() as session:
        views = lineages.show_lineages(session, town.second)
        lineages.confirm_lineages(session, [views[1].id], town.noe, BETWEEN)
    before = [(view.id, view.confirmed) for view in views[:1] + views[2:]]
    town.second_round()
    with town.database.read() as session:
        again = lineages.show_lineages(session, town.second)
    assert [(view.id, view.confirmed) for view in again if view.id != views[1].id] == before


def test_a_provisional_list_of_the_next_round_says_nothing_of_those_before(town: Town) -> None:
    with town.database.begin() as session:
        add_list(session, Place("13055", "2026-t2"), ListDetails(name="Exemple B"), town.alix, BETWEEN)
    assert town.fate(town.d) is Fate.OPEN
    assert "not confirmed yet" in town.ask("exemple d")


def test_a_closed_round_stays_without_digests_when_the_first_rounds_file_comes_again(town: Town) -> None:
    town.second_round()
    with town.database.begin() as session:
        lineages.close_lineages(session, town.second, town.noe, BETWEEN)
        import_lists(session, FIRST, "2026-t1", "tour-1.csv", town.alix, BETWEEN)
        assert session.scalar(sa.select(sa.func.count()).select_from(NameDigest)) == 0
    assert town.fate(town.d) is Fate.NOT_STANDING
