"""Questions that came at the same moment are answered in one reading transaction, each as if it were alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from factories.services import an_answer, confirmed, installed
from factories.telegram_life import responder_on
from pledgebot.chat.telegram.acts import Outcome
from pledgebot.chat.telegram.responder import Live, Responder
from pledgebot.chat.telegram.turns import Person, Turn, What
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Spot
from pledgebot.domain.errors import Unusable
from pledgebot.services.answers import Subject
from pledgebot.services.list_views import list_view
from pledgebot.services.revision import Remembered
from pledgebot.services.subscribers import set_language
from pledgebot.store.engine import Database, Session, fetch
from pledgebot.store.tables import CandidateList

TEXTS = ("/dates", "Liste Exemple A", "/stances", "liste exemple b", "/letter", "nothing of the kind", "/dates")


def asked(*texts: str) -> list[tuple[Turn, Live]]:
    """Return texts that different people write in private."""
    people = enumerate(texts, 7_000_000_001)
    turns = (Turn(n, What.TEXT, Person(n, "fr"), Spot("telegram", str(n)), text, 9) for n, text in people)
    return [(turn, Live()) for turn in turns]


@dataclass
class Faulty(Responder):
    """Cannot answer one thing."""

    def shown(self, session: Session, turn: Turn, live: Live) -> Outcome | None:
        """Answer, unless it is that thing."""
        if "poison" in turn.text:
            raise ZeroDivisionError("a fault of ours")
        return super().shown(session, turn, live)


class Away(Database):
    """A database that went away; counts how often it was tried."""

    tries = 0

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Say that it is away."""
        self.tries += 1
        raise Unusable("database: away")
        yield  # a context manager needs one


def test_together_everybody_gets_what_they_would_get_alone(database: Database, clock: MovedClock) -> None:
    installed(database)
    alone = [responder_on(database, clock).respond(0, turn, live) for turn, live in asked(*TEXTS)]
    assert responder_on(database, clock).respond_all(asked(*TEXTS)) == alone
    assert responder_on(database, clock).respond_all([]) == []


def test_each_is_answered_in_the_language_of_their_own_place(sqlite_url: str, clock: MovedClock) -> None:
    database = Database(sqlite_url)
    installed(database)
    turns = asked("/dates", "/dates", "/dates")
    with database.begin() as session:
        set_language(session, turns[1][0].spot, "en", clock.now())
        set_language(session, replace(turns[2][0].spot, thread="7"), "en", clock.now())
    with plans(database) as found:
        together = responder_on(database, clock).respond_all(turns)
    languages = [act.message.language for one in together if isinstance(one, Outcome) for act in one.acts]
    assert languages == ["fr", "en", "fr"]
    assert not [plan for plan in found if "SCAN destination" in plan]
    database.close()


def test_what_may_have_effects_is_left_to_be_done_by_itself(database: Database, clock: MovedClock) -> None:
    installed(database)
    decided = responder_on(database, clock).respond_all(asked("/dates", "/subscribe", "/dates"))
    assert [outcome is None for outcome in decided] == [False, True, False]


def test_a_fault_takes_the_answer_from_nobody_else(database: Database, clock: MovedClock) -> None:
    installed(database)
    decided = responder_on(database, clock, Faulty).respond_all(asked("/dates", "poison", "/letter", "poison"))
    assert [type(outcome) for outcome in decided] == [Outcome, ZeroDivisionError, Outcome, ZeroDivisionError]


def test_a_database_that_is_away_is_tried_once_for_all(database: Database, clock: MovedClock) -> None:
    away = Away(database.url.render_as_string(hide_password=False))
    decided = responder_on(away, clock).respond_all(asked("/dates", "/letter"))
    assert [str(outcome) for outcome in decided] == ["database: away"] * 2
    assert away.tries == 1
    away.close()


# What a question reads


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """Collect how SQLite goes about each SELECT that is read meanwhile."""
    found: list[str] = []

    def explain(connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        if statement.startswith("SELECT"):
            driver = connection.connection.driver_connection
            assert driver is not None
            found.extend(str(row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    sa.event.listen(database._read, "before_cursor_execute", explain)  # noqa: SLF001 - nothing public shows statements
    yield found
    sa.event.remove(database._read, "before_cursor_execute", explain)  # noqa: SLF001 - as above


def test_a_question_about_a_list_looks_through_no_other_answers(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL chooses its plan by how much there is")
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(Subject(list_id=there.list_a), {"cameras": Position.COMMITTED}), there)
        # As it looks where thousands of lists answered, none of them as a banner.
        session.execute(sa.text("ANALYZE"))
        session.execute(sa.text("DELETE FROM sqlite_stat1 WHERE tbl <> 'answer'"))
        session.execute(sa.text("UPDATE sqlite_stat1 SET stat = '9000 1' WHERE tbl = 'answer'"))
        session.execute(sa.text("UPDATE sqlite_stat1 SET stat = '9000 9000' WHERE idx = 'ix_answer_banner_id'"))
    known = Remembered()
    with database.read() as session:
        # What is read once for a revision may look through anything.
        list_view(session, there.list_b, known)
    with plans(database) as found, database.read() as session:
        list_view(session, there.list_a, known)
    scanned = {match[1] for plan in found if (match := re.match(r"SCAN (\w+)", plan))}
    assert found
    assert not scanned & {"answer", "stance", "contact", "candidate_list", "name_alias", "evidence"}


def test_in_a_writing_transaction_rows_are_read_with_what_is_not_written_yet(database: Database) -> None:
    there = installed(database)
    named = sa.select(CandidateList.name).where(CandidateList.id == there.list_a)
    with database.begin() as session:
        session.get_one(CandidateList, there.list_a).name = "Liste Exemple Z"
        assert fetch(session, named).scalar() == "Liste Exemple Z"
    with database.read() as session:
        assert fetch(session, named).scalar() == "Liste Exemple Z"
