"""The state as it stood at a moment is what was read at that moment, whatever came afterwards."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.services import (
    SECOND,
    Installed,
    a_list,
    a_plan,
    an_answer,
    confirm,
    confirmed,
    correcting,
    install,
    quoting,
    record,
    undone,
    withdrawing,
)
from pledgebot.domain.answer import AnswerKind, AnswerState, Contradiction, Position, SourceKind, StanceState
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.policy import Policy
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.services import queries
from pledgebot.services.answers import NewAnswer, Subject, amend_answer, get_answer
from pledgebot.services.decisions import reject_answer, request_removal
from pledgebot.services.directory import HitKind
from pledgebot.services.lineages import set_lineage, show_lineages, undo_lineage
from pledgebot.services.list_views import views_of
from pledgebot.services.lists import merge_lists, reinstate_list, withdraw_list
from pledgebot.services.lookup import find
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.proofs import proof_view
from pledgebot.services.revision import Remembered
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Answer

BEGIN = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""The Monday between the rounds, when lists of both are known."""

T = datetime(2026, 3, 20, 23, 0, tzinfo=UTC)
"""The Saturday before the second round, 00:00 in Paris."""

MINUTE = timedelta(minutes=1)
BEFORE, AFTER = T - MINUTE, T + MINUTE
DEMANDS = ("cameras", "committee", "retraction/video")
SOURCES = (SourceKind.EMAIL, SourceKind.PROGRAMME, SourceKind.REPORTED_SPEECH)


@dataclass
class Course:
    """A course of acts on one example: B, C under a banner and A in the first round, D and E in the second."""

    session: Session
    there: Installed
    heirs: tuple[int, int]
    answers: list[int] = field(default_factory=list)

    @property
    def lists(self) -> tuple[int, ...]:
        """All of them."""
        return (self.there.list_a, self.there.list_b, self.there.list_c, *self.heirs)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Of whom something may be said."""
        return (self.there.of_banner, *(Subject(list_id=number) for number in self.lists))

    def said(self, seed: int) -> NewAnswer:
        """Return one of the things that somebody may have said."""
        position = (*Position, Position.REFUSED)[seed % 5]
        first, second = DEMANDS[seed % 3], DEMANDS[seed // 3 % 3]
        return an_answer(
            self.subjects[seed // 5 % len(self.subjects)],
            {first: position, second: Position.COMMITTED},
            said=date(2026, 3, 1 + seed // 7 % 9),
            source=SOURCES[seed // 11 % 3],
            contradiction=(Contradiction.REPLACES, Contradiction.BESIDE)[seed // 13 % 2],
            proofs=(quoting(f"words {seed}"),),
        )


def _one(course: Course, seed: int, state: AnswerState = AnswerState.CONFIRMED) -> Answer:
    """Return one of the entries in a state."""
    rows = [get_answer(course.session, number) for number in course.answers]
    found = [row for row in rows if row.state is state]
    if not found:
        raise Refused(Objection.UNKNOWN_ANSWER)
    return found[seed % len(found)]


def _of(course: Course, seed: int) -> int:
    return course.lists[seed % len(course.lists)]


def do_record(course: Course, seed: int, now: datetime) -> None:
    course.answers.append(record(course.session, course.said(seed), course.there.alix, now))


def do_tell(course: Course, seed: int, now: datetime) -> None:
    course.answers.append(confirmed(course.session, course.said(seed), course.there, now))


def do_confirm(course: Course, seed: int, now: datetime) -> None:
    confirm(course.session, _one(course, seed, AnswerState.PENDING).id, course.there.noe, now)


def do_reject(course: Course, seed: int, now: datetime) -> None:
    row = _one(course, seed, AnswerState.PENDING)
    reject_answer(course.session, row.id, row.version, "no", course.there.noe, now)


def do_amend(course: Course, seed: int, now: datetime) -> None:
    """Change what a waiting statement says, not where: what it had said before is kept nowhere."""
    row = _one(course, seed, AnswerState.PENDING)
    if row.kind is not AnswerKind.STATEMENT:
        raise Refused(Objection.UNKNOWN_ANSWER)
    subject = Subject(list_id=row.list_id, banner_id=row.banner_id)
    new = replace(course.said(seed), subject=subject, source=row.source_kind)
    amend_answer(course.session, row.id, new, course.there.alix, now)


def do_correct(course: Course, seed: int, now: datetime) -> None:
    row = _one(course, seed)
    new = replace(course.said(seed), subject=Subject(list_id=row.list_id, banner_id=row.banner_id))
    course.answers.append(record(course.session, correcting(row.id, new), course.there.alix, now))


def do_withdraw(course: Course, seed: int, now: datetime) -> None:
    course.answers.append(confirmed(course.session, withdrawing(course.said(seed)), course.there, now))


def do_undo(course: Course, seed: int, now: datetime) -> None:
    undone(course.session, _one(course, seed).id, course.there.noe, now)


def do_descend(course: Course, seed: int, now: datetime) -> None:
    child, parent = course.heirs[seed % 2], course.lists[seed // 2 % 3]
    set_lineage(course.session, child, parent, list(LineageKind)[seed // 6 % 2], course.there.alix, now)


def do_undo_descent(course: Course, seed: int, now: datetime) -> None:
    asked = queries.current_round(course.session, BEGIN).id
    known = show_lineages(course.session, asked)
    undo_lineage(course.session, known[seed % len(known)].id if known else 0, course.there.alix, now)


def do_contact(course: Course, seed: int, now: datetime) -> None:
    told = NewContact(_of(course, seed), list(ContactKind)[seed // 5 % 4], Medium.EMAIL, now - timedelta(days=seed % 3))
    log_contact(course.session, told, course.there.alix, now)


def do_leave(course: Course, seed: int, now: datetime) -> None:
    withdraw_list(course.session, _of(course, seed), course.there.alix, now)


def do_stay(course: Course, seed: int, now: datetime) -> None:
    reinstate_list(course.session, _of(course, seed), course.there.alix, now)


def do_merge(course: Course, seed: int, now: datetime) -> None:
    merge_lists(course.session, (_of(course, seed),), _of(course, seed // 5), course.there.alix, now)


def do_add(course: Course, seed: int, now: datetime) -> None:
    a_list(course.session, f"Liste Exemple N{seed}", course.there.alix, now, round_key=SECOND, banner="Bannière 2")


ACTS: tuple[Callable[[Course, int, datetime], None], ...] = (
    do_record, do_tell, do_tell, do_confirm, do_confirm, do_reject, do_amend, do_correct, do_withdraw, do_undo, do_descend,
    do_undo_descent, do_contact, do_leave, do_stay, do_merge, do_add,
)  # fmt: skip
Act = tuple[Callable[[Course, int, datetime], None], int, int]


def acts(chance: Random, many: int) -> list[Act]:
    """Return so many acts: what is done, with what, and how many minutes after the one before."""
    return [(chance.choice(ACTS), chance.randrange(10_000), chance.randrange(2)) for _act in range(many)]


def go(course: Course, acts: Iterable[Act], now: datetime) -> int:
    """Do acts in their order, some of them at one moment, and return how many were done: the others were refused."""
    done = 0
    for act, seed, minutes in acts:
        now += minutes * MINUTE
        with suppress(Refused), course.session.begin_nested():
            act(course, seed, now)
            done += 1
    return done


def seen(course: Course, as_of: datetime | None = None) -> list[object]:
    """Return what is asked for, now or as it stood."""
    session, there = course.session, course.there
    place = find(session, "Marseille", (HitKind.PLACE,), queries.current_round(session, T).id).hits[0].id
    whole = queries.table(session, place, T, as_of=as_of)
    return [
        whole,
        queries.banner_view(session, there.banner, as_of=as_of),
        *views_of(session, course.lists, whole.demands, as_of=as_of),
        *(
            queries.history(session, list_id=one.list_id, banner_id=one.banner_id, as_of=as_of)
            for one in course.subjects
        ),
        proof_view(session, 1, as_of=as_of),
    ]


def course_on(session: Session, there: Installed) -> Course:
    """Add the lists of the second round."""
    heirs = tuple(a_list(session, f"Liste Exemple {name}", there.alix, BEGIN, round_key=SECOND) for name in "DE")
    return Course(session, there, (heirs[0], heirs[1]))


def example_in(database: Database, now: datetime) -> Installed:
    """Install the example without the limit of the last days: even a refusal may be confirmed in them."""
    with database.begin() as session:
        return install(session, now, replace(a_plan(), policy=Policy(negative_days=0)))


@pytest.fixture(scope="module")
def example(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Installed]]:
    """An installation in which nothing stays of what a course does."""
    path = tmp_path_factory.mktemp("moments") / "shared.db"
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, path)}")
    yield database, example_in(database, BEGIN - timedelta(days=9))
    database.close()


@settings(max_examples=8)
@given(seed=st.integers(0, 1 << 32))
def test_as_of_a_moment_everything_is_as_it_was_read_at_it(example: tuple[Database, Installed], seed: int) -> None:
    database, there = example
    chance = Random(seed)  # noqa: S311 - not for secrets
    with database.begin() as session, session.begin_nested() as attempt:
        course = course_on(session, there)
        done = go(course, acts(chance, 25), BEGIN)
        at_the_moment = seen(course)
        # The first of them may come at the very moment: it does not count yet.
        done += go(course, acts(chance, 15), T)
        assert seen(course, T) == at_the_moment
        assert done
        attempt.rollback()


@pytest.fixture
def course(database: Database) -> Iterator[Course]:
    """An example on either engine, in one transaction."""
    there = example_in(database, BEGIN)
    with database.begin() as session:
        yield course_on(session, there)


def cameras(course: Course, number: int, as_of: datetime | None = T) -> tuple[Position | None, bool]:
    """Return what a list says on the cameras, and whether that is being corrected."""
    view = queries.list_view(course.session, number, as_of=as_of)
    counts = next(cell for cell in view.cells if cell.demand.key == "cameras").standing.counts
    return (counts.position, counts.being_corrected) if counts is not None else (None, False)


def test_what_is_confirmed_or_undone_at_the_moment_or_later_changes_nothing_of_it(course: Course) -> None:
    session, there = course.session, course.there
    committed = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, BEFORE)
    refused = an_answer(there.a, {"cameras": Position.REFUSED}, said=date(2026, 3, 15))
    confirmed(session, replace(refused, contradiction=Contradiction.REPLACES), there, T)
    on_b = confirmed(session, an_answer(there.b, {"cameras": Position.PARTIAL}), there, BEFORE)
    undone(session, on_b, there.noe, T)

    assert cameras(course, there.list_a, None) == (Position.REFUSED, False)
    assert cameras(course, there.list_a) == (Position.COMMITTED, False)
    assert cameras(course, there.list_b, None) == (None, False)
    assert cameras(course, there.list_b) == (Position.PARTIAL, False)
    (entry,) = queries.history(session, list_id=there.list_a, as_of=T).entries
    assert (entry.answer, entry.stances[0].state) == (committed, StanceState.CURRENT)
    assert not queries.history(session, list_id=there.list_b, as_of=T).entries[0].undone
    assert queries.list_view(session, there.list_b, as_of=T).progress.stage is Stage.ANSWERED


def test_what_waited_is_told_as_it_waited(course: Course) -> None:
    session, there = course.session, course.there
    first = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, BEFORE)
    correction = correcting(first, an_answer(there.a, {"cameras": Position.PARTIAL}))
    confirm(session, record(session, correction, there.alix, BEFORE), there.noe, AFTER)
    record(session, an_answer(there.b, {"cameras": Position.REFUSED}), there.alix, AFTER)
    waiting = record(session, an_answer(there.c, {"cameras": Position.REFUSED}), there.alix, BEFORE)
    amend_answer(session, waiting, an_answer(there.c, {"committee": Position.REFUSED}), there.alix, AFTER)

    assert cameras(course, there.list_a) == (Position.COMMITTED, True)
    assert queries.list_view(session, there.list_b, as_of=T).progress.stage is Stage.NOT_CONTACTED
    received = queries.list_view(session, there.list_c, as_of=T).progress
    assert (received.stage, received.since) == (Stage.RECEIVED, BEFORE)
    assert proof_view(session, waiting, as_of=T) is None


def test_descent_contacts_and_lists_that_came_later_are_not_there_yet_and_what_went_is(course: Course) -> None:
    session, there, (heir, other) = course.session, course.there, course.heirs
    confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, BEFORE)
    kept = set_lineage(session, other, there.list_a, LineageKind.CONTINUES, there.alix, BEFORE)
    undo_lineage(session, kept, there.alix, T)
    set_lineage(session, heir, there.list_a, LineageKind.CONTINUES, there.alix, T)
    backdated = NewContact(heir, ContactKind.SENT, Medium.EMAIL, BEFORE)
    log_contact(session, backdated, there.alix, AFTER)
    new = a_list(session, "Liste Exemple N", there.alix, T, round_key=SECOND)
    withdraw_list(session, other, there.alix, T)

    assert [cameras(course, number)[0] for number in (heir, other)] == [None, Position.COMMITTED]
    assert [cameras(course, number, None)[0] for number in (heir, other)] == [Position.COMMITTED, None]
    assert queries.list_view(session, heir, as_of=T).progress.stage is Stage.NOT_CONTACTED
    assert queries.list_view(session, other, as_of=T).head.status is ListStatus.STANDING
    with pytest.raises(Refused, match=Objection.UNKNOWN_LIST):
        queries.list_view(session, new, as_of=T)


def test_what_the_law_had_removed_later_is_not_shown_as_of_an_earlier_moment(course: Course) -> None:
    session, there = course.session, course.there
    answer = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, BEFORE)
    removal = request_removal(session, answer, "court order", there.alix, AFTER)
    confirm(session, removal, there.noe, AFTER)

    (entry,) = queries.history(session, list_id=there.list_a, as_of=T).entries
    assert (entry.removed, entry.proof, entry.speaker) == (True, None, None)
    view = proof_view(session, answer, as_of=T)
    assert view is not None
    assert view.proofs == ()
    assert cameras(course, there.list_a) == (Position.COMMITTED, False)


def test_a_remembered_moment_is_told_apart_from_now_and_from_other_moments(database: Database) -> None:
    there = example_in(database, BEGIN)
    known = Remembered()
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, T)
    with database.read() as session:
        read = [queries.list_view(session, there.list_a, known, as_of=moment) for moment in (T, AFTER, None, T)]
    assert [view.progress.stage for view in read] == [Stage.NOT_CONTACTED, *[Stage.ANSWERED] * 2, Stage.NOT_CONTACTED]
