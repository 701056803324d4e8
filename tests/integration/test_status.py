"""How the bot does: numbers only, right at every moment, and never a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, a_plan, an_answer, confirmed, installed, record
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import Hush
from pledgebot.domain.progress import Stage
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain
from pledgebot.messages.status import status as worded
from pledgebot.services.installation import PlacePlan, sync_installation
from pledgebot.services.status import status
from pledgebot.services.stopped import keep_stopped
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, Destination, Event, Inbox, InboxState, Round

YES = Position.COMMITTED
HOUR = timedelta(hours=1)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def update(number: int, received: datetime, state: InboxState) -> Inbox:
    payload = None if state is InboxState.DONE else "{}"
    return Inbox(
        source="telegram", external_id=str(number), chat="4711", payload=payload, received_at=received, state=state
    )


def follower(number: int, *, ended: bool = False) -> Destination:
    return Destination(
        channel="telegram",
        address=f"secret{number}",
        thread="",
        audience=Audience.SUBSCRIBER,
        language="fr",
        consented_at=NOW,
        created_at=NOW,
        ended_at=NOW if ended else None,
    )


def test_a_bot_without_a_calendar_has_a_status_too(database: Database) -> None:
    with database.read() as session:
        view = status(session, NOW)
    assert (view.round, view.silence, view.lists) == (None, None, {})
    assert (view.hush, view.until) == (Hush.NO_CALENDAR, None)
    assert "no polling day is known" in plain(worded(view, translator("en")))


@pytest.mark.usefixtures("there")
def test_the_silence_is_the_one_that_holds_or_the_next(database: Database) -> None:
    eve, close = datetime(2026, 3, 13, 23, tzinfo=UTC), datetime(2026, 3, 15, 19, tzinfo=UTC)
    with database.read() as session:
        for now in (NOW, eve, close - HOUR):
            silence = status(session, now).silence
            assert silence is not None
            assert (silence.begins, silence.ends) == (eve, close)
        assert "electoral silence now" in plain(worded(status(session, eve), translator("en")))
        assert "next electoral silence" in plain(worded(status(session, NOW), translator("en")))
        second = status(session, close).silence
        assert second is not None
        assert second.begins == eve + timedelta(days=7)
        after = status(session, close + timedelta(days=7))
        assert after.silence is None
        assert "none is ahead" in plain(worded(after, translator("en")))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_why_nothing_goes_out_and_until_when(sqlite_url: str, language: str) -> None:
    database, tr = Database(sqlite_url), translator(language)
    installed(database)
    eve, close = datetime(2026, 3, 13, 23, tzinfo=UTC), datetime(2026, 3, 15, 19, tzinfo=UTC)

    def says(now: datetime) -> str:
        with database.read() as session:
            return plain(worded(status(session, now), tr)).replace("\u00a0", " ")

    in_silence = tr._("electoral silence now, until {end}").format(end=tr.moment(close, ZoneInfo("Europe/Paris")))
    assert in_silence in says(eve)
    assert in_silence in says(eve - timedelta(minutes=10)), "the margin counts"
    assert in_silence not in says(eve - timedelta(minutes=11))
    with database.begin() as session:
        keep_stopped(session, Hush.CLOCK_OFF, NOW, timedelta(minutes=-5))
    assert {"en": "clock is 5 minutes off", "fr": "fausse de 5 minutes"}[language] in says(NOW)
    with database.begin() as session:
        keep_stopped(session, Hush.FREE, NOW)
        sync_installation(session, replace(a_plan(), places=(PlacePlan("987", "Îles", zone="Pacific/Tahiti"),)), NOW)
    some = {"en": "electoral silence now in some places", "fr": "réserve électorale en ce moment à certains endroits"}
    assert some[language] in says(eve)
    last = tr.moment(datetime(2026, 3, 16, 6, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    assert last in says(eve)
    with database.begin() as session:
        session.execute(sa.update(Round).values(zone="Europe/Nowhere"))
    assert {"en": "the calendar cannot be read", "fr": "le calendrier est illisible"}[language] in says(NOW)
    database.close()


@pytest.mark.usefixtures("there")
def test_what_came_in_and_what_waits(database: Database) -> None:
    with database.begin() as session:
        session.add(update(1, NOW - 3 * HOUR, InboxState.DONE))
        session.add(update(2, NOW - HOUR, InboxState.NEW))
        session.add(update(3, NOW - 2 * HOUR, InboxState.SET_ASIDE))
        session.add(update(4, NOW - 2 * HOUR, InboxState.NEW))
    with database.read() as session:
        view = status(session, NOW)
    assert (view.last_update_at, view.waiting_updates, view.set_aside_updates) == (NOW - HOUR, 2, 1)


def test_what_goes_out_what_is_on_record_and_who_follows(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        places = [follower(1), follower(2), follower(3, ended=True)]
        session.add_all(places)
        session.flush()
        event = session.query(Event).first()
        assert event is not None
        for place, state, due in zip(
            places,
            (DeliveryState.DUE, DeliveryState.DUE, DeliveryState.FAILED),
            (NOW - HOUR, NOW + HOUR, NOW - 9 * HOUR),
            strict=True,
        ):
            reason = "blocked" if state is DeliveryState.FAILED else None
            session.add(Delivery(event_id=event.id, destination_id=place.id, state=state, due_at=due, reason=reason))
    with database.read() as session:
        view = status(session, NOW)
    assert view.oldest_unsent == NOW - HOUR
    assert view.deliveries == {DeliveryState.DUE: 2, DeliveryState.FAILED: 1}
    assert (view.entries_waiting, view.ledger_entries, view.subscribers) == (1, 1, 2)
    assert view.lists[Stage.ANSWERED] == 1
    assert view.lists[Stage.RECEIVED] == 1
    assert view.lists[Stage.NOT_CONTACTED] == 1
    text = plain(worded(view, translator("en")))
    assert "secret" not in text
    for told in ("subscribers: 2", "entries in the ledger: 1", "due: 2", "failed: 1", "answered: 1"):
        assert told in text
