"""Who asks too much is answered so often, told once, and then kept waiting; everybody else is answered meanwhile."""

from datetime import timedelta

import pytest

from factories.services import installed
from factories.telegram_life import caught_up, living, played, responder_on
from fakes.telegram import Chat, TelegramServer
from pledgebot.chat.telegram.responder import Responder
from pledgebot.clock import MovedClock
from pledgebot.domain.budgets import PER_CHAT, PER_USER
from pledgebot.store.engine import Database

DATES, TOO_MUCH = "dimanche 15 mars 2026", "Trop de questions"
QUESTIONS = 40


@pytest.fixture
def responder(database: Database, clock: MovedClock) -> Responder:
    """Who decides what is answered, in the installation of the example."""
    installed(database)
    return responder_on(database, clock)


def heard_in(chat: Chat) -> tuple[int, int]:
    """Return how many answers and how many words of refusal stand in a chat, and see that nothing else does."""
    texts = [message.text for message in chat.from_bot]
    answers, refusals = sum(DATES in text for text in texts), sum(TOO_MUCH in text for text in texts)
    assert answers + refusals == len(texts)
    return answers, refusals


def test_one_person_who_asks_on_and_on_keeps_nobody_waiting(responder: Responder, clock: MovedClock) -> None:
    async def play(server: TelegramServer) -> None:
        alix, bo = server.world.user("Alix"), server.world.user("Bo")
        async with living(server, responder):
            for _ in range(QUESTIONS):
                alix.write("/dates")
            bo.write("/dates")
            await bo.heard(DATES)
            await caught_up(server, responder.database)
            assert heard_in(alix.chat) == (PER_USER.capacity, 1)
            assert heard_in(bo.chat) == (1, 0)
            # Half of it comes back in half a minute; a word is said again only when there was a rest.
            clock.move(by=timedelta(seconds=6))
            for _ in range(5):
                alix.write("/dates")
            await caught_up(server, responder.database)
            assert heard_in(alix.chat) == (PER_USER.capacity + 2, 1)
            clock.move(by=timedelta(minutes=1))
            alix.write("/dates")
            await caught_up(server, responder.database)
            assert heard_in(alix.chat) == (PER_USER.capacity + 3, 1)

    played(play)


def test_a_group_shares_one_budget_and_private_chats_have_their_own(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        people = [server.world.user(f"Person {number}") for number in range(5)]
        group = server.world.group("Exemple", people=people, bot=True)
        other = server.world.group("Autre", people=people, bot=True)
        # That it was let in is not what this is about.
        server.world.updates.clear()
        async with living(server, responder):
            for _ in range(5):
                for person in people:
                    person.write_in(group, "/dates")
            people[0].write("/dates")
            people[1].write_in(other, "/dates")
            await people[0].heard(DATES)
            await caught_up(server, responder.database)
        assert heard_in(group) == (PER_CHAT.capacity, 1)
        assert heard_in(other) == (1, 0)
        assert heard_in(people[0].chat) == (1, 0)

    played(play)


def test_presses_and_inline_questions_count_like_any_other(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder):
            alix.write("/dates")
            shown = await alix.heard(DATES)
            presses = [alix.send_data(shown, "dates") for _ in range(10)]
            questions = [alix.ask_inline("exemple") for _ in range(9)]
            await caught_up(server, responder.database)
            assert all(press.answer is not None and not press.answer.text for press in presses)
            assert all(question.results for question in questions)
            refused, unanswered = alix.send_data(shown, "dates"), alix.ask_inline("exemple")
            alix.write("/dates")
            answer = await refused.answered()
            await caught_up(server, responder.database)
        assert TOO_MUCH in answer.text
        assert not unanswered.results
        assert heard_in(alix.chat) == (11, 0)

    played(play)
