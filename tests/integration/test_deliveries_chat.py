"""`/deliveries`: what waits for a person is shown, settled by one tap for all that tell the same, and never twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, an_answer, confirmed, everything, installed
from pledgebot.chat import answers, organizers
from pledgebot.chat.asker import Asker
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.messages.deliveries import doubts_left
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import translator
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services.doubts_told import tell_doubts
from pledgebot.services.facts import facts_from
from pledgebot.services.people import Actor
from pledgebot.services.policies import policy, policy_content
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit, Delivery, Destination, Event, Installation, Subscription

DUE, SENT, UNCERTAIN = DeliveryState.DUE, DeliveryState.SENT, DeliveryState.UNCERTAIN
FAILED, CANCELLED = DeliveryState.FAILED, DeliveryState.CANCELLED
MINUTE = timedelta(minutes=1)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def an_event(database: Database, there: Installed) -> int:
    """Confirm an entry on list A that is told to nobody by itself, and return its event."""
    with database.begin() as session:
        entry = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        event = session.scalars(
            sa.select(Event).where(Event.answer_id == entry, Event.kind == EventKind.ANSWER_CONFIRMED)
        ).one()
        event.fanned_out_at = NOW
        return event.id


def left(
    database: Database, event: int, many: int, state: DeliveryState = UNCERTAIN, *, public: bool = False
) -> list[int]:
    """Let messages of an event to so many new places on Telegram stand in a state, and return their numbers."""
    with database.begin() as session:
        highest = session.scalar(sa.select(sa.func.max(Destination.id))) or 0
        numbers = []
        for one in range(highest + 1, highest + many + 1):
            session.add(
                Destination(
                    id=one, channel="telegram", address=f"secret{one}" if not public else f"@exemple{one}",
                    audience=Audience.PUBLIC if public else Audience.SUBSCRIBER, language="fr", created_at=NOW,
                    place=PlaceKind.CHANNEL if public else PlaceKind.PRIVATE, consented_at=None if public else NOW,
                )
            )  # fmt: skip
            session.flush()
            row = Delivery(
                event_id=event, destination_id=one, state=state, due_at=NOW - MINUTE, attempts=1,
                reason="the worker stopped while it was sending",
            )  # fmt: skip
            session.add(row)
            session.flush()
            numbers.append(row.id)
        return numbers


def shown(database: Database, text: str, by: Actor | None, language: str = "en") -> Message:
    return answers.answer(database, text, Asker(language, by), NOW)


def read(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


def tokens(message: Message) -> list[str]:
    return [button.press for row in message.buttons for button in row]


def token(message: Message, word: str) -> str:
    [found] = [one for one in tokens(message) if f"-{word}-" in one]
    return found


def press(database: Database, said: str, by: Actor | None, language: str = "en") -> Reply | None:
    read_press = read_token(said)
    assert read_press is not None
    return answers.press(database, read_press, Asker(language, by), NOW)


def pressed(database: Database, said: str, by: Actor, language: str = "en") -> Message:
    reply = press(database, said, by, language)
    assert reply is not None
    assert reply.in_place or not reply.messages
    return reply.messages[0] if reply.messages else Message((), "en", (reply.notice,))


def states(database: Database, numbers: list[int]) -> set[DeliveryState]:
    with database.read() as session:
        return set(session.scalars(sa.select(Delivery.state).where(Delivery.id.in_(numbers))))


def audited(database: Database) -> list[tuple[str, int | None]]:
    with database.read() as session:
        rows = session.execute(
            sa.select(Audit.action, Audit.organizer_id).where(
                sa.or_(Audit.action.like("delivery.settle.%"), Audit.action == "event.pay")
            )
        )
        return [(action, organizer) for action, organizer in rows]


def test_a_crash_that_left_thirty_doubts_is_one_entry_and_one_tap(database: Database, there: Installed) -> None:
    event = an_event(database, there)
    numbers = [*left(database, event, 2, public=True), *left(database, event, 28)]
    page = shown(database, "/deliveries", there.noe)
    text = read(page)
    assert "1 group of messages waits for you" in text
    assert "In doubt: new answer, Liste Exemple A" in text
    assert "30 messages: @exemple2 on Telegram, @exemple3 on Telegram, 28 followers on Telegram" in text
    assert "why: the bot was stopped while it was sending" in text
    assert "secret" not in text
    done = read(pressed(database, token(page, "sent"), there.noe))
    assert done.startswith("Example: fictional lists and people.\n\nNoé: 30 messages arrived.")
    assert "No message waits for a person." in done
    assert states(database, numbers) == {SENT}
    assert audited(database) == [("delivery.settle.sent", there.noe.organizer)]


def test_a_second_organizers_tap_says_what_became_of_it(database: Database, there: Installed) -> None:
    numbers = left(database, an_event(database, there), 3)
    page = shown(database, "/deliveries", there.noe)
    pressed(database, token(page, "again"), there.noe)
    assert states(database, numbers) == {DUE}
    before = everything(database)
    for word in ("sent", "again", "leave"):
        stale = read(pressed(database, token(page, word), there.zoe))
        assert "Decided before, Sunday, 8 February 2026 at 13:00. Noé: 3 messages are sent again." in stale
    assert everything(database) == before


def test_what_came_to_wait_meanwhile_is_shown_before_it_is_settled(database: Database, there: Installed) -> None:
    event = an_event(database, there)
    first = left(database, event, 1)
    failing = left(database, event, 2, FAILED)
    page = shown(database, "/deliveries", there.noe)
    later = left(database, event, 1)
    # What came after what was shown is not meant by the button: it waits on.
    [doubt, *_rest] = [one for one in tokens(page) if "-sent-" in one]
    assert "1 message arrived" in read(pressed(database, doubt, there.noe))
    assert (states(database, first), states(database, later)) == ({SENT}, {UNCERTAIN})
    with database.begin() as session:
        session.execute(sa.update(Delivery).where(Delivery.id == first[0]).values(state=FAILED, sent_at=None))
    [again] = [one for one in tokens(page) if "-f-again-" in one]
    assert "Meanwhile there are more of them" in (press(database, again, there.noe) or Reply()).notice
    assert states(database, [*first, *failing]) == {FAILED}


def test_what_is_left_waits_no_more(database: Database, there: Installed) -> None:
    event = an_event(database, there)
    doubts, failures = left(database, event, 2), left(database, event, 2, FAILED)
    page = shown(database, "/deliveries", there.noe)
    for one in [one for one in tokens(page) if "-leave-" in one]:
        text = read(pressed(database, one, there.zoe))
        assert "Zoé: 2 messages are left." in text
    assert (states(database, doubts), states(database, failures)) == ({UNCERTAIN}, {CANCELLED})
    assert "left in doubt: 2" in text
    assert "No message waits for a person." in text


def test_what_has_lost_its_meaning_is_not_offered_to_be_sent_again(database: Database, there: Installed) -> None:
    event = an_event(database, there)
    left(database, event, 1)
    page = shown(database, "/deliveries", there.noe)
    with database.begin() as session:
        session.get_one(Event, event).expires_at = NOW + timedelta(seconds=1) - MINUTE
        session.get_one(Event, event).not_before = NOW - 2 * MINUTE
    later = shown(database, "/deliveries", there.noe)
    assert "its time has passed" in read(later)
    assert not [one for one in tokens(later) if "-again-" in one]
    assert "1 left as before: it came too late" in read(pressed(database, token(page, "again"), there.noe))


def test_many_groups_are_paged(database: Database, there: Installed) -> None:
    for _one in range(7):
        left(database, an_event(database, there), 1)
    first = shown(database, "/envois", there.noe, "fr")
    assert "7 groupes de messages vous attendent" in read(first)
    assert "5. En doute : nouvelle réponse" in read(first)
    assert "deliveries-2" in tokens(first)
    second = pressed(database, "deliveries-2", there.noe, "fr")
    assert "6. En doute" in read(second)
    assert "1 message : 1 abonné·e sur Telegram" in read(second)
    assert "deliveries-1" in tokens(second)
    # A page that is not there any more is the last one.
    assert read(pressed(database, "deliveries-99", there.noe, "fr")) == read(second)
    settled_there = pressed(database, next(one for one in tokens(second) if "-sent-" in one), there.noe, "fr")
    assert "6 groupes" in read(settled_there)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_settles_in_its_own_place(database: Database, there: Installed, language: str) -> None:
    event = an_event(database, there)
    left(database, event, 3)
    with database.begin() as session:
        assert tell_doubts(session, NOW + 2 * MINUTE) == 1
    with database.read() as session:
        notice = session.scalars(sa.select(Event).where(Event.kind == EventKind.DOUBTS_LEFT)).one()
        message = doubts_left(facts_from(notice.kind, notice.facts), translator(language))
    done = pressed(database, token(message, "leave"), there.noe, language)
    told = {"en": "Noé: 3 messages are left.", "fr": "Noé : 3 messages sont laissés."}[language]
    assert told in read(done)
    assert tokens(done) == ["deliveries"]
    assert read(pressed(database, token(message, "sent"), there.zoe, language)).count("Noé") == 1


def test_nobody_else_sees_or_settles_anything(database: Database, there: Installed) -> None:
    numbers = left(database, an_event(database, there), 2)
    page = shown(database, "/deliveries", there.noe)
    before = everything(database)
    assert "In doubt" not in read(shown(database, "/deliveries", None))
    for one in tokens(page):
        assert press(database, one, None) is None
    assert everything(database) == before
    assert states(database, numbers) == {UNCERTAIN}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "said",
    ["settle", "settle-1", "settle-1-x-sent-1-1-0", "settle-1-u-lost-1-1-0", "settle-99-u-sent-1-1-0",
     "settle-n1-u-sent-1-1-0", "settle-1-u-sent-1-99999999999-0", "deliveries-x", "deliveries-1-2", "pay", "pay-x",
     "pay-1-no-3", "pay-1-yes-x"],
)  # fmt: skip
def test_a_forged_button_does_nothing(database: Database, there: Installed, said: str) -> None:
    left(database, an_event(database, there), 2)
    before = everything(database)
    assert press(database, said, there.noe) is None
    assert everything(database) == before


# Paying.


@pytest.fixture
def large(database: Database, there: Installed) -> int:
    """An event that 1,205 followers on Telegram are still to hear of, and one person elsewhere."""
    with database.begin() as session:
        kept = replace(policy(session), paid_broadcasts=True)
        session.execute(sa.update(Installation).values(policy=policy_content(kept)))
        places = [
            {"channel": "telegram", "address": str(one), "thread": "", "audience": Audience.SUBSCRIBER, "language": "fr",
             "place": PlaceKind.PRIVATE, "consented_at": NOW, "created_at": NOW - MINUTE}
            for one in range(1205)
        ]  # fmt: skip
        session.execute(sa.insert(Destination), [*places, places[0] | {"channel": "mastodon"}])
        numbers = session.scalars(sa.select(Destination.id).where(Destination.audience == Audience.SUBSCRIBER)).all()
        session.execute(sa.insert(Subscription), [{"destination_id": one, "topic": TopicKind.ALL} for one in numbers])
        entry = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        event = session.scalars(
            sa.select(Event).where(Event.answer_id == entry, Event.kind == EventKind.ANSWER_CONFIRMED)
        ).one()
        for one in sorted(numbers)[:5]:
            session.add(Delivery(event_id=event.id, destination_id=one, state=DUE, due_at=NOW))
        event.fanned_to = sorted(numbers)[4]
        return event.id


def test_paying_asks_with_the_number_and_the_cost_and_is_agreed_to_once(
    database: Database, there: Installed, large: int
) -> None:
    page = shown(database, "/deliveries", there.alix)
    assert f"message {large} (new answer, Liste Exemple A): 1,205 are still to be sent on Telegram" in read(page)
    asked = press(database, f"pay-{large}", there.alix)
    assert asked is not None
    [question] = asked.messages
    assert "It costs up to 121 Telegram Stars, 0.1 for each message, out of the bot's balance of Stars." in read(
        question
    )
    assert question.buttons[0][0].text == "Yes, pay up to 121 Stars"
    assert audited(database) == []
    yes = token(question, "yes")
    refused = press(database, yes, there.noe)
    assert refused is not None
    assert "role does not allow" in refused.notice
    assert "Alix agreed to pay up to 121 Stars" in read(pressed(database, yes, there.alix))
    again = press(database, yes, there.alix)
    assert again is not None
    assert "paid for already" in again.notice
    assert audited(database) == [("event.pay", there.alix.organizer)]
    with database.read() as session:
        event = session.get_one(Event, large)
        assert (event.paid_at, event.paid_by) == (NOW, there.alix.organizer)
    assert "Stars" not in read(shown(database, "/deliveries", there.alix))


@pytest.mark.engines("sqlite")
def test_more_messages_than_were_shown_are_asked_about_again(database: Database, there: Installed, large: int) -> None:
    reply = press(database, f"pay-{large}-yes-1204", there.alix)
    assert reply is not None
    assert "more messages" in reply.notice
    assert audited(database) == []


@pytest.mark.engines("sqlite")
def test_nothing_is_offered_where_paying_is_off_or_little_is_left(
    database: Database, there: Installed, large: int
) -> None:
    with database.begin() as session:
        few = sa.select(Destination.id).where(Destination.channel == "telegram").limit(206)
        session.execute(sa.update(Destination).where(Destination.id.in_(few)).values(ended_at=NOW))
    assert "Stars" not in read(shown(database, "/deliveries", there.alix))
    assert "no large broadcast" in (press(database, f"pay-{large}", there.alix) or Reply()).notice
    with database.begin() as session:
        kept = replace(policy(session), paid_broadcasts=False)
        session.execute(sa.update(Installation).values(policy=policy_content(kept)))
        session.execute(sa.update(Destination).values(ended_at=None))
    assert "Stars" not in read(shown(database, "/deliveries", there.alix))
    assert "switched off" in (press(database, f"pay-{large}-yes-9999", there.alix) or Reply()).notice
    assert audited(database) == []


def test_the_page_and_its_buttons_belong_to_organizers() -> None:
    assert {"deliveries", "settle", "pay"} <= answers.ORGANIZER_PRESSES
    assert organizers.takes(answers.parse("/deliveries"))
