"""People, groups, topics and channels behave towards the bot as in Telegram."""

import asyncio
from collections.abc import Iterator
from typing import cast

import pytest

from fakes.telegram import ANONYMOUS_ADMIN, TelegramServer
from fakes.telegram.client import ask, updates
from fakes.telegram.refusals import Json


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """A server in a thread."""
    with TelegramServer.threaded() as running:
        yield running


def told(server: TelegramServer) -> list[tuple[str, Json]]:
    """Return and confirm what waits for the bot: kind and body."""
    found = updates(server)
    if found:
        updates(server, offset=cast("int", found[-1]["update_id"]) + 1)
    return [(kind, cast("Json", body)) for update in found for kind, body in update.items() if kind != "update_id"]


def texts(server: TelegramServer) -> list[object]:
    """Return the texts that waited for the bot."""
    return [body["text"] for _kind, body in told(server) if "text" in body]


def answer(server: TelegramServer, chat: int, text: str, *buttons: tuple[str, str], **more: object) -> int:
    """Let the bot write; the buttons are labels with data or addresses, one in each row."""
    rows = [[{"text": label, "url" if "://" in does else "callback_data": does}] for label, does in buttons]
    given = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
    return cast("Json", ask(server, "sendMessage", chat_id=chat, text=text, **given, **more).result)["message_id"]  # type: ignore[return-value]  # a number


def test_in_groups_the_bot_gets_what_is_meant_for_it(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation", people=[alix], bot=True)
    number = answer(server, group.id, "Bonjour")
    told(server)
    sent = group.find(number)
    for text in ("bonjour", "/aide", "/aide@promesses_test_bot", "/aide@other_bot", "@promesses_test_bot exemple"):
        alix.write_in(group, text)
    alix.write_in(group, "oui", reply_to=sent)
    alix.write_in(group, "non", reply_to=group.messages[-2])
    heard = ["/aide", "/aide@promesses_test_bot", "@promesses_test_bot exemple", "oui"]
    assert texts(server) == heard
    server.world.reads_all = True
    alix.write_in(group, "bonjour")
    assert texts(server) == ["bonjour"]
    server.world.reads_all = False
    group.promote_bot()
    alix.write_in(group, "bonjour encore")
    assert texts(server) == ["bonjour encore"]
    group.kick_bot()
    told(server)
    alix.write_in(group, "/aide")
    assert told(server) == []


def test_the_bot_is_told_of_its_own_standing(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation", people=[alix])
    group.add_bot(by=alix)
    group.promote_bot(by=alix)
    group.demote_bot()
    group.kick_bot()
    channel = server.world.channel("Nouvelles", people=[alix], bot=True)
    alix.block()
    alix.unblock()
    changes = [
        (
            cast("Json", body["chat"])["id"],
            cast("Json", body["old_chat_member"])["status"],
            cast("Json", body["new_chat_member"])["status"],
        )
        for kind, body in told(server)
        if kind == "my_chat_member"
    ]
    assert changes == [
        (group.id, "left", "member"), (group.id, "member", "administrator"), (group.id, "administrator", "member"),
        (group.id, "member", "kicked"), (channel.id, "left", "administrator"), (alix.id, "member", "kicked"),
        (alix.id, "kicked", "member"),
    ]  # fmt: skip


def test_an_anonymous_administrator_has_no_name_but_a_press_has(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation", people=[alix], bot=True)
    group.promote(alix, anonymous=True)
    number = answer(server, group.id, "Confirmer ?", ("Confirmer", "c:1"))
    told(server)
    alix.write_in(group, "/confirm")
    message = group.find(number)
    assert message is not None
    alix.press(message, "Confirmer")
    (_message, said), (_callback, pressed) = told(server)
    assert cast("Json", said["from"])["id"] == ANONYMOUS_ADMIN
    assert cast("Json", said["sender_chat"])["id"] == group.id
    assert cast("Json", pressed["from"])["id"] == alix.id
    assert pressed["data"] == "c:1"


def test_in_a_topic_whoever_replies_to_nobody_replies_to_its_first_message(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation", people=[alix], bot=True)
    topic = group.topic("Réponses")
    told(server)
    alix.write_in(topic, "/listes")
    [(_kind, body)] = told(server)
    assert (body["message_thread_id"], body["is_topic_message"]) == (topic.id, True)
    assert "forum_topic_created" in cast("Json", body["reply_to_message"])
    alix.write_in(group, "/listes")
    assert "message_thread_id" not in told(server)[0][1]


def test_a_button_that_links_to_the_bot_starts_it_with_its_payload(server: TelegramServer) -> None:
    noe = server.world.user("Noé")
    group = server.world.group("Organisation", people=[noe], bot=True)
    number = answer(
        server,
        group.id,
        "a",
        ("Détails", "https://t.me/promesses_test_bot?start=liste-3"),
        ("Tableau", "https://exemple.invalid/"),
    )
    message = group.find(number)
    assert message is not None
    led = noe.press(message, "Détails").led_to
    assert led is not None
    assert (led.text, led.chat) == ("/start liste-3", noe.chat)
    assert noe.press(message, "Tableau").led_to is None
    with pytest.raises(LookupError, match="no button"):
        noe.press(message, "Rien")


def test_waiting_begins_with_what_a_person_did_last_and_sees_edits(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    number = answer(server, alix.id, "Bonjour", ("Suite", "s"))
    first = alix.wait_for("Bonjour")
    alix.press(first, "Suite")
    ask(server, "editMessageText", chat_id=alix.id, message_id=number, text="La suite")
    second = alix.wait_for("La suite")
    assert (second.id, second.edits, first.text) == (number, 1, "Bonjour")
    with pytest.raises(AssertionError, match=r"Bonjour.*\n.*Alix"):
        alix.wait_for("Bonjour", timeout=0.01)


def test_what_was_said_before_a_persons_last_act_is_no_answer_to_it(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    answer(server, alix.id, "Bonjour")
    alix.write("encore")
    with pytest.raises(AssertionError):
        alix.wait_for("Bonjour", timeout=0.01)
    assert alix.chat.wait_for("Bonjour").text == "Bonjour"
    number = answer(server, alix.id, "Bonjour")
    assert alix.wait_for("Bonjour").id == number


def test_stale_and_forged_presses(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    answer(server, alix.id, "a", ("Oui", "o"))
    told(server)
    alix.press(alix.sees[-1], "Oui", stale=True)
    alix.send_data(alix.sees[-1], "\x00" * 64)
    stale, forged = (body for _kind, body in told(server))
    assert cast("Json", stale["message"])["date"] == 0
    assert forged["data"] == "\x00" * 64


def test_forwarded_messages_say_where_they_come_from(server: TelegramServer) -> None:
    world = server.world
    alix, noe, camille = world.user("Alix"), world.user("Noé"), world.user("Camille", hides=True)
    group = world.group("Voisins", people=[noe, camille])
    channel = world.channel("Nouvelles", people=[noe])
    alix.start()
    told(server)
    for message in (noe.write_in(group, "a"), camille.write_in(group, "b"), channel.post("c")):
        alix.forward(message)
    origins = [cast("Json", body["forward_origin"]) for _kind, body in told(server)]
    assert [origin["type"] for origin in origins] == ["user", "hidden_user", "channel"]
    assert origins[1]["sender_user_name"] == "Camille"


def test_an_edited_message_comes_as_such(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.edit(alix.write("/liste b"), "/liste a")
    assert [(kind, body["text"]) for kind, body in told(server)] == [
        ("message", "/liste b"),
        ("edited_message", "/liste a"),
    ]


def test_people_have_numbers_of_both_sizes_and_chats_theirs(server: TelegramServer) -> None:
    people = [server.world.user(name) for name in ("Alix", "Noé", "Camille", "Dominique")]
    assert {person.id > 2**32 for person in people} == {True, False}
    assert server.world.group("a").id < -1_000_000_000_000
    assert -1_000_000_000_000 < server.world.group("b", small=True).id < 0


def test_who_has_blocked_the_bot_or_is_not_there_cannot_write(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation")
    alix.block()
    with pytest.raises(ValueError, match="blocked"):
        alix.write("a")
    with pytest.raises(ValueError, match="cannot write"):
        alix.write_in(group, "a")


def test_the_narrowest_menu_is_shown(server: TelegramServer) -> None:
    alix = server.world.user("Alix", language="fr")
    group = server.world.group("Organisation", people=[alix, server.world.user("Noé")], bot=True)

    def put(name: str, scope: Json, language: str = "") -> None:
        menu = [{"command": name, "description": name}]
        ask(server, "setMyCommands", commands=menu, scope=scope, language_code=language)

    put("everywhere", {"type": "default"})
    put("partout", {"type": "default"}, "fr")
    assert list(alix.menu(group)) == ["partout"]
    put("groups", {"type": "all_group_chats"})
    assert list(alix.menu(group)) == ["groups"]
    put("admins", {"type": "chat_administrators", "chat_id": group.id})
    assert (list(alix.menu(group)), list(alix.menu())) == (["admins"], ["partout"])
    ask(server, "deleteMyCommands", scope={"type": "chat_administrators", "chat_id": group.id})
    assert list(alix.menu(group)) == ["groups"]


def test_a_message_sent_inline_can_be_pressed_and_edited(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    server.world.inline_feedback = True
    question = alix.ask_inline("exemple")
    content = {"message_text": "<b>A</b>", "parse_mode": "HTML"}
    keyboard = {"inline_keyboard": [[{"text": "Oui", "callback_data": "o"}]]}
    article = {"type": "article", "id": "1", "title": "A", "input_message_content": content, "reply_markup": keyboard}
    ask(server, "answerInlineQuery", inline_query_id=question.id, results=[article])
    message = alix.choose(question, "A")
    alix.press(message, "Oui")
    kinds = told(server)
    assert [kind for kind, _body in kinds] == ["inline_query", "message", "chosen_inline_result", "callback_query"]
    number = kinds[-1][1]["inline_message_id"]
    assert ask(server, "editMessageText", inline_message_id=number, text="B").result is True
    assert alix.sees[-1].text == "B"


def test_in_a_loop_of_ones_own_waiting_is_awaited() -> None:
    async def run() -> None:
        async with TelegramServer() as server:
            alix = server.world.user("Alix")
            alix.start()
            waiting = asyncio.create_task(alix.heard("Bonjour"))
            await asyncio.to_thread(answer, server, alix.id, "Bonjour")
            assert (await waiting).text == "Bonjour"
            with pytest.raises(RuntimeError, match="would block"):
                alix.wait_for("Bonjour")

    asyncio.run(run())
