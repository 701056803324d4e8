"""`pledgebot deliveries`: dead letters are listed, sent again, cancelled and settled; each refusal is one clear line."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from factories.command_line import CommandLine
from pledgebot.domain.audience import Audience, PlaceKind, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.store.tables import Delivery, Destination, Event, Subscription

BY = ("--as", "Zoé")


@pytest.fixture
def late(told: CommandLine) -> CommandLine:
    """Deliveries of the confirmed entry in every state, by the name of the state; `{event}` is its event."""
    now = datetime.now(UTC)
    with told.database.begin() as session:
        event = session.scalars(
            sa.select(Event).where(Event.answer_id == told.numbers["confirmed"], Event.audience == Audience.PUBLIC)
        ).one()
        event.fanned_out_at = now
        told.numbers["event"] = event.id
        for number, state in enumerate(DeliveryState):
            place = Destination(
                channel="telegram", address=f"secret{number}", audience=Audience.SUBSCRIBER, place=PlaceKind.PRIVATE,
                language="fr", consented_at=now, created_at=now,
            )  # fmt: skip
            session.add(place)
            session.flush()
            reason = state in {"failed", "uncertain", "held", "cancelled"}
            sent = {"sent_at": now, "remote_id": "7"} if state is DeliveryState.SENT else {}
            row = Delivery(
                event_id=event.id, destination_id=place.id, due_at=now, reason="no answer" if reason else None,
                state=state if state is not DeliveryState.CLAIMED else DeliveryState.DUE, **sent,
            )  # fmt: skip
            session.add(row)
            session.flush()
            told.numbers[state.value] = row.id
    return told


def state(cli: CommandLine, name: str) -> str:
    with cli.database.read() as session:
        return session.scalars(sa.select(Delivery.state).where(Delivery.id == cli.numbers[name])).one().value


def test_deliveries_are_shown_by_event_and_counted(late: CommandLine) -> None:
    assert len(late.data("deliveries", "show", "--event", "{event}")) == 7
    assert late.data("deliveries", "show", "--event", "1", "--state", "failed") == []
    [line] = late.done("deliveries", "show", "--event", "{event}", "--state", "failed").splitlines()
    assert line.endswith(
        f"telegram answer_confirmed answer {late.numbers['confirmed']} event {late.numbers['event']}: no answer"
    )
    assert "secret" not in late.done("deliveries", "show")
    told = late.done("deliveries", "count", "--event", "{event}")
    assert told == "In all: due: 2, sent: 1, uncertain: 1, failed: 1, held: 1, cancelled: 1\n"
    counted = json.loads(late.done("deliveries", "count", "--json"))
    assert counted["states"]["failed"] == 1
    assert late.done("deliveries", "count", "--event", "404") == "Nothing was sent yet.\n"


def test_what_failed_or_is_in_doubt_is_sent_again(late: CommandLine) -> None:
    assert late.done("deliveries", "retry", "{failed}", *BY) == "Zoé: 1 message is sent again.\n"
    assert late.done("deliveries", "retry", "--event", "{event}", *BY) == "Zoé: 1 message is sent again.\n"
    assert {state(late, name) for name in ("failed", "uncertain")} == {"due"}
    assert state(late, "held") == "held"
    late.refused("deliveries", "retry", "--state", "failed", *BY, status=1, saying="no such delivery")


def test_some_of_what_is_named_may_be_refused(late: CommandLine) -> None:
    outcome = late("deliveries", "retry", "{failed}", "{sent}", "{cancelled}", "99999", *BY)
    assert (outcome.status, outcome.out) == (1, "Zoé: 1 message is sent again.\n")
    assert sorted(outcome.err.splitlines()) == sorted(
        [
            f"delivery {late.numbers['sent']}: it was sent, which cannot be taken back",
            f"delivery {late.numbers['cancelled']}: it was cancelled",
            "delivery 99999: no message has this number",
        ]
    )


def test_a_doubt_is_settled_by_who_looked(late: CommandLine) -> None:
    late.refused("deliveries", "settle", "{failed}", "--not-sent", *BY, status=1, saying="it is not in doubt")
    assert late.done("deliveries", "settle", "{uncertain}", "--sent", *BY) == "Zoé: 1 message arrived.\n"
    assert state(late, "uncertain") == "sent"
    late.refused("deliveries", "settle", "{uncertain}", "--not-sent", *BY, status=1, saying="cannot be taken back")


def test_what_waits_or_failed_is_cancelled_and_a_doubt_stays_one(late: CommandLine) -> None:
    told = late.done("deliveries", "cancel", "{failed}", "{due}", "{held}", "{uncertain}", *BY)
    assert told.startswith("Zoé: 4 messages are left.\n1 of them is in doubt: what may have arrived cannot be taken")
    assert {state(late, name) for name in ("failed", "due", "held")} == {"cancelled"}
    assert state(late, "uncertain") == "uncertain"
    assert "left in doubt: 1" in late.done("deliveries", "count")
    late.refused("deliveries", "retry", "{uncertain}", *BY, status=1, saying="somebody decided to leave it")


def test_a_whole_event_is_cancelled_by_who_confirms(late: CommandLine) -> None:
    late.refused("deliveries", "cancel", "--event", "{event}", *BY, status=1, saying="role does not allow")
    late.refused("deliveries", "cancel", "--event", "404", "--as", "Noé", status=1, saying="No message has this number")
    told = late.done("deliveries", "cancel", "--event", "{event}", "--as", "Noé")
    assert "goes to nobody else" in told
    assert "Noé: 5 messages are left." in told


BAD = [
    (("retry", *BY), 2, "expected numbers, --event or --state"),
    (("retry", "1", "--event", "1", *BY), 2, "expected either numbers, or"),
    (("retry", "--state", "sent", *BY), 2, "expected failed, uncertain"),
    (("cancel", "--state", "claimed", *BY), 2, "expected due, held, failed, uncertain"),
    (("retry", "0", *BY), 2, "greater than or equal to 1"),
    (("retry", "99999999999", *BY), 2, "less than or equal to"),
    (("settle", "1", *BY), 2, "--sent"),
    (("settle", "--sent", *BY), 2, "NUMBER"),
    (("retry", "{failed}", "--as", "Nobody"), 1, "Nobody of this name"),
    (("count", "--event", "x"), 2, "valid integer"),
    (("pay", "{event}", "--yes", "--as", "Alix"), 1, "switched off"),
]


def test_bad_input_changes_nothing(late: CommandLine, subtests: pytest.Subtests) -> None:
    for arguments, status, saying in BAD:
        with subtests.test(" ".join(arguments)):
            late.refused("deliveries", *arguments, status=status, saying=saying)


def test_paying_asks_first(late: CommandLine) -> None:
    config = late.folder / "config.toml"
    config.write_text(f"{config.read_text('utf-8')}\n[telegram]\npaid_broadcasts = true\n", "utf-8")
    late.done("deliveries", "count")
    late.refused("deliveries", "pay", "{event}", "--yes", "--as", "Alix", status=1, saying="no large broadcast")
    now = datetime.now(UTC)
    with late.database.begin() as session:
        places = [
            {"channel": "telegram", "address": str(one), "thread": "", "audience": Audience.SUBSCRIBER, "language": "fr",
             "place": PlaceKind.PRIVATE, "consented_at": now, "created_at": now - timedelta(days=1)}
            for one in range(1000)
        ]  # fmt: skip
        session.execute(sa.insert(Destination), places)
        numbers = session.scalars(sa.select(Destination.id).where(Destination.address.in_(map(str, range(1000)))))
        session.execute(sa.insert(Subscription), [{"destination_id": one, "topic": TopicKind.ALL} for one in numbers])
        session.get_one(Event, late.numbers["event"]).fanned_out_at = None
    asked = late("deliveries", "pay", "{event}", "--as", "Alix", typed="n\n")
    assert asked.status == 1
    assert "It costs up to 101 Telegram Stars" in asked.out
    assert late.done("deliveries", "pay", "{event}", "--yes", "--as", "Alix").startswith(
        "Alix agreed to pay up to 101 Stars"
    )
    late.refused("deliveries", "pay", "{event}", "--yes", "--as", "Alix", status=1, saying="paid for already")
