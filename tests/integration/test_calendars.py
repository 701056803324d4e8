"""What is to come, as a person checks it: silences by the clocks of each place, reminders, digests; nothing that is past."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from campaign.cast import ISLAND, PLACES
from factories.marseille import CITY, a_town_plan
from factories.services import NOW, install, installed
from pledgebot.domain.audience import Rhythm, Spot, TopicKind
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.policy import Policy
from pledgebot.messages.calendar import coming as worded
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain
from pledgebot.services.calendars import CalendarView, coming
from pledgebot.services.installation import InstallationPlan, sync_installation
from pledgebot.services.reminders import raise_due
from pledgebot.services.subscribers import Topic, set_quiet_hours, set_rhythm, subscribe
from pledgebot.store.engine import Database
from pledgebot.store.tables import Destination, Round

pytestmark = pytest.mark.engines("sqlite")

DAYS = (date(2026, 3, 15), date(2026, 3, 22))


def read(database: Database, now: datetime = NOW, days: int | None = None) -> CalendarView:
    with database.read() as session:
        return coming(session, now, days)


def said(view: CalendarView, language: str = "en") -> str:
    return plain(worded(view, translator(language))).replace("\u00a0", " ").replace("\u202f", " ")


def set_up(database: Database, plan: InstallationPlan) -> None:
    with database.begin() as session:
        sync_installation(session, plan, NOW)


@pytest.mark.engines("sqlite", "postgresql")
def test_each_clock_has_its_silence_and_whoever_hears_of_all_has_the_widest(database: Database) -> None:
    set_up(database, a_town_plan(PLACES, *DAYS))
    first = [window for window in read(database).windows if window.number == 1]
    assert [(str(window.zone), len(window.places)) for window in first] == [
        ("Indian/Reunion", 1), ("Europe/Paris", 0), ("Pacific/Tahiti", 1),
    ]  # fmt: skip
    text = said(read(database))
    assert "Europe/Paris: nothing is sent from Friday, 13 March 2026 at 23:50 to Sunday, 15 March 2026 at 20:00" in text
    assert "Indian/Reunion (Saint-Exemple de La Réunion): nothing is sent from Friday, 13 March 2026 at 23:50" in text
    # Réunion is three hours ahead of Paris, Tahiti eleven behind: its polls close at 19:00 there.
    assert (
        "is sent nothing from Friday, 13 March 2026 at 20:50 to Monday, 16 March 2026 at 06:00 (Europe/Paris)" in text
    )


def test_reminders_and_refusals_are_told_with_their_local_times(database: Database) -> None:
    installed(database)
    text = said(read(database))
    assert "Wednesday, 11 March 2026 at 10:00: last call to the lists, 4 days before the first round" in text
    assert "no new refusal is confirmed from Thursday, 12 March 2026 at 12:00 on" in text
    assert "Friday, 13 March 2026 at 10:00: the silence begins (first round)" in text
    assert "second round, Sunday, 22 March 2026" in text
    assert "vendredi 13 mars 2026 à 10:00 : la réserve commence (premier tour)" in said(read(database), "fr")


def test_what_is_past_or_was_told_is_not_shown_any_more(database: Database) -> None:
    installed(database)
    then = datetime(2026, 3, 12, 10, tzinfo=UTC)
    assert {planned.days_left for planned in read(database, then).public if planned.number == 1} == {3}
    with database.begin() as session:
        raise_due(session, then)
    assert {planned.number for planned in read(database, then).public} == {2}
    between = read(database, datetime(2026, 3, 15, 19, tzinfo=UTC))
    assert [window.number for window in between.windows] == [2]
    after = said(read(database, datetime(2026, 5, 1, tzinfo=UTC)))
    assert after.count("Nothing is ahead.") == 4
    assert "every day" not in after


def test_only_so_many_days_are_shown(database: Database) -> None:
    installed(database)
    view = read(database, datetime(2026, 3, 8, 12, tzinfo=UTC), days=4)
    assert (view.windows, [planned.days_left for planned in view.public]) == ((), [7, 4, 3])


@pytest.mark.engines("sqlite", "postgresql")
def test_digests_are_counted_by_their_moment(database: Database) -> None:
    with database.begin() as session:
        install(session)
        for number, (rhythm, hour) in enumerate(
            [(Rhythm.DAILY, None), (Rhythm.DAILY, time(18)), (Rhythm.WEEKLY, time(8)), (Rhythm.AT_ONCE, None)]
        ):
            spot = Spot("telegram", f"{number}")
            subscribe(session, spot, Topic(TopicKind.ALL), "en", NOW)
            set_rhythm(session, spot, rhythm, hour, NOW)
        set_quiet_hours(session, Spot("telegram", "2"), (time(22), time(9)), NOW)
        session.execute(sa.update(Destination).where(Destination.address == "2").values(weekday=4))
    view = read(database, datetime(2026, 3, 12, 12, tzinfo=UTC))
    assert [(one.subscribers, one.rhythm, one.is_silent) for one in view.digests] == [
        (2, Rhythm.DAILY, False), (1, Rhythm.WEEKLY, False),
    ]  # fmt: skip
    text = said(view)
    assert "Thursday, 12 March 2026 at 18:00: 2 subscribers, once a day" in text
    assert "Friday, 13 March 2026 at 09:00: 1 subscriber, once a week" in text
    silent = said(read(database, datetime(2026, 3, 14, 12, tzinfo=UTC)))
    assert "18:00: 2 subscribers, once a day; it waits for the end of the silence" in silent


@pytest.mark.parametrize("known", ["no round", "a zone that is none"])
def test_without_a_calendar_nothing_can_be_said_in_public(database: Database, known: str) -> None:
    if known != "no round":
        installed(database)
        with database.begin() as session:
            session.execute(sa.update(Round).values(zone="Mars/Olympus"))
    view = read(database)
    assert not view.known
    assert "nothing is sent to the public" in said(view)


def test_a_rule_without_silence_is_named(database: Database) -> None:
    set_up(database, replace(a_town_plan(PLACES, *DAYS), policy=Policy(rule=SilenceRule.NONE)))
    assert "None is kept: the rule is “none”" in said(read(database))


def test_many_places_of_one_clock_are_counted(database: Database) -> None:
    many = [replace(plan, code=f"{ISLAND}{number}", label=f"Saint-Exemple {number}") for number in range(8)
            for plan in PLACES if plan.code == ISLAND]  # fmt: skip
    set_up(database, a_town_plan((*(plan for plan in PLACES if plan.code == CITY), *many), *DAYS))
    assert "Saint-Exemple 4 and 3 more)" in said(read(database))
    assert read(database, NOW + timedelta(days=60)).windows == ()
