"""`kill -9` in the middle: every question is answered, every effect happens once, every announcement goes out at most once."""

from pathlib import Path

from factories.telegram import Local, local_play
from fakes.telegram import Gate, Message, Person
from fakes.telegram.orders import Where
from scenarios.stage import answer, eventually
from scenarios.telegram_organizers import Taps


def to(*people: object) -> Where:
    """Return which calls are for these chats."""
    chats = {str(getattr(person, "id")) for person in people}  # noqa: B009 - people, groups and channels alike
    return lambda given: given.text("chat_id") in chats


def killed_at(local: Local, gate: Gate, *, arrives: bool = False) -> None:
    """Kill the bot when a call of its stands before a gate; `arrives` says that the call is carried out all the same."""
    assert gate.reached.wait(15), "the bot never came to that call"
    local.bots.kill()
    if arrives:
        before = len(local.server.calls)
        gate.open()
        local.server.world.wait_until(lambda: len(local.server.calls) > before, "the call arrives")
    local.bots.start()


def answers(person: Person, words: str) -> list[Message]:
    """Return how often somebody was told something."""
    return [shown for shown in person.chat.from_bot if words in shown.text]


def caught_up(local: Local) -> None:
    """Wait until nothing is left to be answered."""
    todo = "SELECT 1 FROM inbox WHERE state IN ('new', 'answered')"
    eventually(lambda: local.town.select(todo) == [], "every update is done")


def test_questions_and_subscriptions_survive(tmp_path: Path) -> None:
    with local_play(tmp_path) as local:
        server, world = local.server, local.server.world
        people = [world.user(name, language="en") for name in ("Ann", "Ben", "Cid", "Dee", "Eve")]
        for person in people:
            person.start()
        for person in people:
            person.wait_for("Welcome")
        ann, ben, cid, dee, eve = people

        # Fetched, but not committed.
        polls = len(server.calls_of("getUpdates"))
        with local.town.locked():
            ann.write("/dates")
            world.wait_until(lambda: len(server.calls_of("getUpdates")) > polls, "the update is fetched")
            local.bots.kill()
        local.bots.start()
        ann.wait_for("2099")
        caught_up(local)

        # Committed and answered, but not acknowledged: it comes again.
        gate = server.holds("getUpdates")
        ben.write("/dates")
        ben.wait_for("2099")
        caught_up(local)
        killed_at(local, gate)

        # The answer under way: lost, or arrived without the bot's knowing.
        gate = server.holds("sendMessage", where=to(cid))
        cid.write("/dates")
        killed_at(local, gate)
        cid.wait_for("2099")
        caught_up(local)
        gate = server.holds("sendMessage", where=to(dee))
        dee.write("/dates")
        killed_at(local, gate, arrives=True)
        # A crash may repeat an answer once: the next one waits until nothing is under way.
        caught_up(local)

        # The effects committed, the reply not sent.
        gate = server.holds("sendMessage", where=to(eve))
        eve.write("/subscribe yes: everything")
        killed_at(local, gate)
        eve.wait_for("What you are told")

        caught_up(local)
        counts = [len(answers(person, "2099")) for person in (ann, ben, cid)]
        assert counts == [1, 1, 1]
        assert 1 <= len(answers(dee, "2099")) <= 2
        assert len(answers(eve, "What you are told")) == 1
        assert local.town.select("SELECT count(*) FROM destination WHERE address = ?", str(eve.id)) == [(1,)]
        assert local.town.select("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
        local.town.announced("After five crashes.")
        eve.wait_for("After five crashes.")
        assert len(answers(eve, "After five crashes.")) == 1


def test_a_draft_a_decision_and_a_fan_out_survive(tmp_path: Path) -> None:
    with local_play(tmp_path) as local:
        server, play, town = local.server, local.play, local.town
        rita, vera = play.organizer("Rita"), play.organizer("Vera", "recorder", "verifier", "admin")
        subs = [play.subscriber(name) for name in ("Sub one", "Sub two", "Sub three")]

        # In the middle of the draft: the press decided, its screen not shown.
        taps = Taps(rita, answer(rita, "/log Liste Exemple A", "What is said on"))
        gate = server.holds("editMessageText", where=to(rita))
        rita.press(taps.shown, "All of them: committed")
        killed_at(local, gate)
        taps.shown = rita.wait_for("Where was it said?")
        taps.tap("letter", "Send the proof now")
        rita.write("“We signed it.”")
        taps.shown = rita.wait_for("When was it said?")
        taps.tap("Today", "Who spoke?")
        taps.tap("The list itself", "This is what will be posted")

        # Submitted, not shown.
        gate = server.holds("editMessageText", where=to(rita))
        rita.press(taps.shown, "Submit")
        killed_at(local, gate)
        rita.wait_for("is recorded")
        entry = play.organization.wait_for("We signed it.")

        # Confirmed, not shown; and while it is announced, one message is under way.
        shown = server.holds("editMessageText", where=to(play.organization))
        sent = server.holds("sendMessage", where=to(subs[1]))
        vera.press(entry, "Confirm")
        assert shown.reached.wait(15)
        # The others go side by side with it: before their receipts are written down, they would be in doubt too.
        others = (subs[0].chat, subs[2].chat, play.news)
        settled = "SELECT count(*) FROM delivery JOIN destination ON destination.id = destination_id WHERE state = 'sent' AND "
        there = " OR ".join(f"address = '{chat.id}'" for chat in others)
        eventually(lambda: town.select(f"{settled}({there})") == [(3,)], "the others are told")
        killed_at(local, sent, arrives=True)
        vera.wait_for(play.organization, "is confirmed by Vera")
        caught_up(local)
        unsure = "SELECT count(*) FROM delivery WHERE state NOT IN ('sent', 'uncertain')"
        eventually(lambda: town.select(unsure) == [(0,)], "nothing waits")

        assert town.select("SELECT count(*) FROM answer") == [(1,)]
        assert town.select("SELECT count(*) FROM audit WHERE action = 'answer.confirm'") == [(1,)]
        assert town.select("SELECT count(*) FROM ledger_entry") == [(1,)]
        [(doubts,)] = town.select("SELECT count(*) FROM delivery WHERE state = 'uncertain'")
        # What was under way when the process died, and the edit of the group's message, if that is what the gate held.
        assert int(str(doubts)) <= 2
        told = [
            len([s for s in chat.from_bot if "We signed it." in s.text])
            for chat in (*(x.chat for x in subs), play.news)
        ]
        assert told == [1, 1, 1, 1]
        assert len([s for s in play.organization.from_bot if "Vera" in s.text]) == 1
