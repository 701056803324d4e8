"""From Thursday noon no new refusal is confirmed: the entry waits, is seen as waiting, and is confirmed after the close."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from factories.services import (
    NOW,
    Installed,
    a_plan,
    an_answer,
    confirm,
    confirmed,
    correcting,
    install,
    installed,
    record,
    withdrawing,
)
from pledgebot.chat import organizers
from pledgebot.chat.answers import Asker
from pledgebot.domain.answer import AnswerState, Contradiction, Position
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.policy import Policy
from pledgebot.domain.progress import Stage
from pledgebot.messages.i18n import translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services.answers import NewAnswer, Subject, get_answer
from pledgebot.services.decisions import reject_answer, request_removal
from pledgebot.services.installation import PlacePlan, sync_installation
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.queries import list_view
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Banner, Round

YES, PARTLY, NO, VAGUE = Position.COMMITTED, Position.PARTIAL, Position.REFUSED, Position.UNCLEAR
NOON = datetime(2026, 3, 12, 11, tzinfo=UTC)
CLOSED = datetime(2026, 3, 15, 19, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SAID = date(2026, 3, 10)
ENGLISH = (
    "So shortly before the vote, a refusal or a step back waits: the list could not answer it any more. "
    "Until: Sunday, 15 March 2026 at 20:00. Entry: 1."
)
FRENCH = (
    "Si peu avant le vote, un refus ou un recul attend : la liste ne pourrait plus y répondre. "
    "Jusqu’au : dimanche 15 mars 2026 à 20:00. Entrée : 1."
)


@pytest.fixture
def small(sqlite_url: str) -> Database:
    """A database of the small kind, for what is no matter of SQL."""
    return Database(sqlite_url)


def later(subject: Subject, position: Position, demand: str = "cameras") -> NewAnswer:
    """Return what a list says in the last week, in place of what it said before."""
    return an_answer(subject, {demand: position}, said=SAID, contradiction=Contradiction.REPLACES)


def may_be_confirmed(database: Database, new: NewAnswer, there: Installed, at: datetime) -> bool:
    """Record an entry, and tell whether it can be confirmed at a moment; nothing of it is kept."""
    held = False
    with database.begin() as session:
        number = record(session, new, there.alix, at)
        session.flush()
        inside = session.begin_nested()
        try:
            confirm(session, number, there.noe, at)
        except Refused as refused:
            held = refused.objection is Objection.TOO_LATE_TO_ANSWER
            if not held:
                raise
        inside.rollback()
        reject_answer(session, number, get_answer(session, number).version, "tried", there.noe, at)
    return not held


def test_a_new_refusal_is_held_from_thursday_noon_until_the_polls_have_closed(database: Database) -> None:
    there = installed(database)
    refusal = later(there.a, NO)
    for at, may in [
        (NOON - SECOND, True),
        (NOON, False),
        (CLOSED - SECOND, False),
        (CLOSED, True),
        (NOON + timedelta(days=7), False),
        (CLOSED + timedelta(days=7), True),
    ]:
        assert may_be_confirmed(database, refusal, there, at) is may, at


@pytest.mark.parametrize(
    ("earlier", "says", "may"),
    [
        ({}, {"cameras": PARTLY}, True),
        ({}, {"cameras": VAGUE}, True),
        ({"cameras": YES}, {"cameras": PARTLY}, False),
        ({"cameras": PARTLY}, {"cameras": YES}, True),
        ({"cameras": NO}, {"cameras": VAGUE}, True),
        ({"cameras": YES}, {"committee": PARTLY}, True),
        ({"cameras": YES}, {"committee": YES, "cameras": VAGUE}, False),
        ({"retraction": YES}, {"retraction/video": PARTLY}, False),
        ({"retraction": PARTLY}, {"retraction/video": PARTLY}, True),
    ],
)
def test_only_what_leaves_a_list_with_less_is_held(
    small: Database, earlier: dict[str, Position | None], says: dict[str, Position | None], may: bool
) -> None:
    there = installed(small)
    if earlier:
        with small.begin() as session:
            confirmed(session, an_answer(there.a, earlier), there)
    new = an_answer(there.a, says, said=SAID, contradiction=Contradiction.REPLACES)
    assert may_be_confirmed(small, new, there, NOON) is may


def test_a_word_taken_back_is_held_but_not_our_own_errors_nor_what_the_law_wants_removed(small: Database) -> None:
    there = installed(small)
    with small.begin() as session:
        number = confirmed(session, an_answer(there.a, {"cameras": YES, "committee": NO}), there)
    taken_back = withdrawing(later(there.a, YES))
    assert not may_be_confirmed(small, taken_back, there, NOON)
    assert may_be_confirmed(small, withdrawing(later(there.a, NO, "committee")), there, NOON)
    assert may_be_confirmed(small, correcting(number, later(there.a, NO)), there, NOON)
    with small.begin() as session:
        confirm(session, request_removal(session, number, "a court said so", there.alix, NOON), there.noe, NOON)


def test_what_was_said_before_what_counts_is_a_step_back_from_nothing(small: Database) -> None:
    there = installed(small)
    with small.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}, said=SAID), there, NOON - SECOND)
    assert may_be_confirmed(small, an_answer(there.a, {"cameras": PARTLY}), there, NOON)
    assert not may_be_confirmed(small, later(there.a, PARTLY), there, NOON)


def test_a_list_steps_back_from_what_its_banner_promised(small: Database) -> None:
    there = installed(small)
    with small.begin() as session:
        confirmed(session, an_answer(there.of_banner, {"cameras": YES}), there)
    assert not may_be_confirmed(small, later(there.b, PARTLY), there, NOON)
    assert not may_be_confirmed(small, later(there.of_banner, PARTLY), there, NOON)
    assert may_be_confirmed(small, later(there.a, PARTLY), there, NOON)


def test_it_goes_by_the_clocks_of_the_place_and_of_a_banner_by_all_of_its_places(small: Database) -> None:
    with small.begin() as session:
        there = install(session)
        islands = (
            PlacePlan("987", "Polynésie", zone="Pacific/Tahiti", closes=time(18)),
            PlacePlan("98735", "Atoll Exemple", parent="987"),
            PlacePlan("988", "Nouvelle-Calédonie", zone="Pacific/Noumea", closes=time(18)),
        )
        sync_installation(session, replace(a_plan(), places=(*a_plan().places, *islands)), NOW)
        details = ListDetails(name="Liste du Pacifique", banner="Bannière du Pacifique")
        atoll, _far = (add_list(session, Place(code, None), details, there.alix, NOW) for code in ("98735", "988"))
        banner = session.scalars(sa.select(Banner.id).where(Banner.name == "Bannière du Pacifique")).one()
    tahiti = (datetime(2026, 3, 12, 22, tzinfo=UTC), datetime(2026, 3, 16, 4, tzinfo=UTC))
    noumea = datetime(2026, 3, 12, 1, tzinfo=UTC)
    for subject, begins, ends in [
        (there.a, NOON, CLOSED),
        (Subject(list_id=atoll), *tahiti),
        (Subject(banner_id=banner), noumea, tahiti[1]),
    ]:
        for at, may in [(begins - SECOND, True), (begins, False), (ends - SECOND, False), (ends, True)]:
            assert may_be_confirmed(small, later(subject, NO), there, at) is may, (subject, at)


@pytest.mark.parametrize(
    ("policy", "held"),
    [
        (Policy(negative_days=0), False),
        (Policy(rule=SilenceRule.NONE), False),
        (Policy(negative_days=2), False),
        (Policy(negative_hour=time(11)), True),
    ],
)
def test_the_configuration_says_from_when(small: Database, policy: Policy, held: bool) -> None:
    with small.begin() as session:
        there = install(session, plan=replace(a_plan(), policy=policy))
    at = NOON - SECOND if held else NOON
    assert may_be_confirmed(small, later(there.a, NO), there, at) is not held


def test_by_a_calendar_that_cannot_be_read_no_refusal_is_confirmed(small: Database) -> None:
    there = installed(small)
    with small.begin() as session:
        session.execute(sa.update(Round).values(zone="Europe/Nowhere"))
    assert not may_be_confirmed(small, later(there.a, NO), there, NOON)
    assert may_be_confirmed(small, later(there.a, YES), there, NOON)


def waiting(database: Database, there: Installed) -> int:
    """Record a refusal on Thursday."""
    with database.begin() as session:
        return record(session, later(there.a, NO), there.alix, NOON - timedelta(hours=2))


Reading = Callable[[Session], object]


def test_a_follower_sees_that_an_answer_came_and_nothing_of_what_it_says(small: Database) -> None:
    there = installed(small)
    waiting(small, there)
    with small.read() as session:
        view = list_view(session, there.list_a)
    assert view.progress.stage is Stage.RECEIVED
    assert all(cell.standing.counts is None for cell in view.cells)


@pytest.mark.parametrize(("language", "line"), [("en", ENGLISH), ("fr", FRENCH)])
def test_whoever_presses_confirm_is_told_why_and_until_when_and_confirms_afterwards(
    small: Database, language: str, line: str
) -> None:
    there = installed(small)
    number = waiting(small, there)
    press = read_token(f"confirm-{number}-1")
    assert press is not None
    reply = organizers.press(small, press, Asker(language, there.noe), NOON)
    assert reply is not None
    shown = "\n".join([reply.notice, *map(plain, reply.messages)]).replace("\u00a0", " ").replace("\u202f", " ")
    assert shown.strip() == line
    with small.read() as session:
        assert get_answer(session, number).state is AnswerState.PENDING
    assert organizers.press(small, press, Asker(language, there.noe), CLOSED) is not None
    with small.read() as session:
        assert get_answer(session, number).state is AnswerState.CONFIRMED


def test_where_no_end_is_known_none_is_named() -> None:
    assert "Until" not in objection(translator("en"), Objection.TOO_LATE_TO_ANSWER, {"until": None})
