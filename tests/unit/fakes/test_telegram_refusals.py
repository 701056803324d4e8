"""What Telegram refuses is refused in its own words, and the limits are where it has them."""

from collections.abc import Iterator

import pytest

from fakes.telegram import TelegramServer
from fakes.telegram.client import Reply, ask


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """A server in a thread, with a clock that stands."""
    with TelegramServer.threaded(now=lambda: 1_770_000_000.0) as running:
        yield running


def say(server: TelegramServer, chat: object, text: str = "a", **more: object) -> Reply:
    """Send a text."""
    return ask(server, "sendMessage", chat_id=chat, text=text, **more)


def refused(reply: Reply) -> tuple[int, str]:
    """Return code and words of a refusal; both stand in the body too."""
    assert reply.body["error_code"] == reply.status
    return reply.status, reply.description


def test_strangers_and_unknown_methods(server: TelegramServer) -> None:
    assert refused(ask(server, "getMe", "1:x")) == (401, "Unauthorized")
    assert refused(ask(server, "getYou")) == (404, "Not Found: method not found")
    assert ask(server, "GETME").status == 200


def test_chats_that_are_not_there_or_not_open(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    assert refused(say(server, 42)) == (400, "Bad Request: chat not found")
    assert refused(say(server, "@nobody_here")) == (400, "Bad Request: chat not found")
    assert refused(say(server, "")) == (400, "Bad Request: chat_id is empty")
    assert refused(say(server, alix.id)) == (403, "Forbidden: bot can't initiate conversation with a user")
    alix.start()
    assert say(server, alix.id).status == 200
    alix.block()
    assert refused(say(server, alix.id)) == (403, "Forbidden: bot was blocked by the user")
    alix.start()
    assert say(server, alix.id).status == 200
    alix.delete_account()
    assert refused(say(server, alix.id)) == (403, "Forbidden: user is deactivated")


def test_groups_without_the_bot_or_without_rights(server: TelegramServer) -> None:
    world = server.world
    group = world.group("Organisation")
    assert refused(say(server, group.id)) == (400, "Bad Request: chat not found")
    group.add_bot()
    group.forbid("can_send_messages")
    words = "Bad Request: not enough rights to send text messages to the chat"
    assert refused(say(server, group.id)) == (400, words)
    group.promote_bot()
    assert say(server, group.id).status == 200
    group.kick_bot()
    assert refused(say(server, group.id)) == (403, "Forbidden: bot was kicked from the supergroup chat")
    group.add_bot()
    assert ask(server, "leaveChat", chat_id=group.id).result is True
    assert refused(say(server, group.id)) == (403, "Forbidden: bot is not a member of the supergroup chat")


def test_channels_want_an_administrator(server: TelegramServer) -> None:
    channel = server.world.channel("Nouvelles", username="nouvelles_exemple")
    assert refused(say(server, "@nouvelles_exemple")) == (403, "Forbidden: bot is not a member of the channel chat")
    channel.promote_bot("can_edit_messages")
    words = "Bad Request: need administrator rights in the channel chat"
    assert refused(say(server, channel.id)) == (400, words)
    channel.promote_bot()
    sent = say(server, "@Nouvelles_Exemple").result
    assert isinstance(sent, dict)
    assert "from" not in sent
    assert sent["sender_chat"]["id"] == channel.id
    markup = {"force_reply": True}
    assert refused(say(server, channel.id, reply_markup=markup)) == (400, "Bad Request: inline keyboard expected")


def test_a_group_that_migrated_says_where_to(server: TelegramServer) -> None:
    small = server.world.group("Petit", small=True, bot=True)
    new = small.migrate()
    reply = say(server, small.id)
    assert refused(reply) == (400, "Bad Request: group chat was upgraded to a supergroup chat")
    assert reply.body["parameters"] == {"migrate_to_chat_id": new.id}
    assert say(server, new.id).status == 200


def test_topics_that_are_not_there(server: TelegramServer) -> None:
    group = server.world.group("Organisation", bot=True)
    topic = group.topic("Réponses")
    assert say(server, group.id, message_thread_id=topic.id).status == 200
    assert [message.text for message in topic.messages if message.text] == ["a"]
    for thread in (1, topic.id + 50):
        reply = say(server, group.id, message_thread_id=thread)
        assert refused(reply) == (400, "Bad Request: message thread not found")
    topic.close()
    assert refused(say(server, group.id, message_thread_id=topic.id)) == (400, "Bad Request: TOPIC_CLOSED")
    topic.delete()
    assert say(server, group.id, message_thread_id=topic.id).status == 400


def test_texts_are_measured_after_parsing_in_utf_16_units(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    assert say(server, alix.id, "😀" * 2048).status == 200
    assert refused(say(server, alix.id, "😀" * 2048 + "a")) == (400, "Bad Request: message is too long")
    assert say(server, alix.id, "<b>" + "a" * 4096 + "</b>", parse_mode="HTML").status == 200
    assert refused(say(server, alix.id, " \n ")) == (400, "Bad Request: message text is empty")
    assert refused(say(server, alix.id, "<b></b>", parse_mode="html")) == (400, "Bad Request: message text is empty")
    assert refused(say(server, alix.id, "a", parse_mode="Html5")) == (400, "Bad Request: unsupported parse_mode")
    assert say(server, alix.id, "*a*", parse_mode="MarkdownV2").status == 501
    reply = say(server, alix.id, reply_parameters={"message_id": 999})
    assert refused(reply) == (400, "Bad Request: message to be replied not found")
    allowed = {"message_id": 999, "allow_sending_without_reply": True}
    assert say(server, alix.id, reply_parameters=allowed).status == 200


def test_dropped_entities_are_for_tests_to_see(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    sent = say(server, alix.id, "<b>x</b> " * 101, parse_mode="HTML").result
    assert isinstance(sent, dict)
    assert len(sent["entities"]) == 100
    assert (alix.sees[-1].dropped_entities, alix.sees[-1].html) == (1, "<b>x</b> " * 101)


def test_edits(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    own = alix.write("/start")
    say(server, alix.id, "a", reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]})
    sent = alix.sees[-1]

    def edit(number: int, text: str, **more: object) -> Reply:
        return ask(server, "editMessageText", chat_id=alix.id, message_id=number, text=text, **more)

    assert refused(edit(999, "b")) == (400, "Bad Request: message to edit not found")
    assert refused(edit(own.id, "b")) == (400, "Bad Request: message can't be edited")
    assert edit(sent.id, "a").status == 200, "the keyboard is gone"
    code, words = refused(edit(sent.id, "a"))
    assert (code, words.partition(":")[2].partition(":")[0]) == (400, " message is not modified")
    markup = ask(server, "editMessageCaption", chat_id=alix.id, message_id=sent.id, caption="x")
    assert refused(markup) == (400, "Bad Request: there is no caption in the message to edit")
    assert ask(server, "deleteMessage", chat_id=alix.id, message_id=sent.id).result is True
    gone = ask(server, "deleteMessage", chat_id=alix.id, message_id=sent.id)
    assert refused(gone) == (400, "Bad Request: message to delete not found")


def test_what_is_older_than_two_days_stays(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    say(server, alix.id)
    server.world.now = lambda: 1_770_000_000.0 + 48 * 3600 + 1
    reply = ask(server, "deleteMessage", chat_id=alix.id, message_id=alix.sees[-1].id)
    assert refused(reply) == (400, "Bad Request: message can't be deleted")


def test_the_messages_of_others_are_deleted_by_administrators_only(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    group = server.world.group("Organisation", people=[alix], bot=True)
    said = alix.write_in(group, "Bonjour")
    reply = ask(server, "deleteMessage", chat_id=group.id, message_id=said.id)
    assert refused(reply) == (400, "Bad Request: message can't be deleted")
    group.promote_bot()
    assert ask(server, "deleteMessage", chat_id=group.id, message_id=said.id).result is True


def test_presses_are_answered_once_and_in_time(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    say(server, alix.id, reply_markup={"inline_keyboard": [[{"text": "Oui", "callback_data": "o"}]]})
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"

    def answer(number: str, **more: object) -> Reply:
        return ask(server, "answerCallbackQuery", callback_query_id=number, **more)

    press = alix.press(alix.sees[-1], "Oui")
    assert refused(answer(press.id, text="x" * 201)) == (400, "Bad Request: MESSAGE_TOO_LONG")
    assert answer(press.id, text="Voilà").result is True
    assert press.wait().text == "Voilà"
    assert refused(answer(press.id)) == (400, old)
    assert refused(answer("42")) == (400, old)
    second = alix.press(alix.sees[-1], "o")
    second.expire()
    assert refused(answer(second.id)) == (400, old)
    third = alix.press(alix.sees[-1], "o")
    server.world.now = lambda: 1_770_000_061.0
    assert refused(answer(third.id)) == (400, old)


def test_inline_answers(server: TelegramServer) -> None:
    alix = server.world.user("Alix")

    def article(number: str) -> dict[str, object]:
        return {"type": "article", "id": number, "title": "A", "input_message_content": {"message_text": "a"}}

    def answer(results: list[dict[str, object]], **more: object) -> Reply:
        number = alix.ask_inline("exemple").id
        return ask(server, "answerInlineQuery", inline_query_id=number, results=results, **more)

    assert refused(answer([article(str(n)) for n in range(51)])) == (400, "Bad Request: RESULTS_TOO_MUCH")
    assert refused(answer([article("1")] * 2)) == (400, "Bad Request: RESULT_ID_DUPLICATE")
    assert refused(answer([article("x" * 65)])) == (400, "Bad Request: RESULT_ID_INVALID")
    button = {"text": "Aide", "start_parameter": "a b"}
    assert refused(answer([], button=button)) == (400, "Bad Request: START_PARAM_INVALID")
    empty = article("1") | {"input_message_content": {"message_text": ""}}
    assert refused(answer([empty])) == (400, "Bad Request: message text is empty")
    assert answer([article("1")], button={"text": "Aide", "start_parameter": "help"}).result is True


def test_files_that_are_none_or_too_big(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    big = alix.send_document(name="grand.pdf", size=20 * 1024 * 1024 + 1)
    assert big.document is not None
    assert refused(ask(server, "getFile", file_id=big.document.id)) == (400, "Bad Request: file is too big")
    words = "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert refused(ask(server, "getFile", file_id="x")) == (400, words)

    def send(**more: object) -> Reply:
        return ask(server, "sendPhoto", chat_id=alix.id, **more)

    assert refused(send()) == (400, "Bad Request: there is no photo in the request")
    assert refused(send(photo="x")) == (400, "Bad Request: wrong file identifier/HTTP URL specified")
    assert refused(send(photo=big.document.id)) == (400, "Bad Request: can't use file of type Document as Photo")
    shown = alix.send_photo(b"")
    assert shown.photo is not None
    reply = send(photo=shown.photo.id, caption="é" * 1025)
    assert refused(reply) == (400, "Bad Request: message caption is too long")
    assert send(photo=shown.photo.id, caption="é" * 1024).status == 200


def test_commands_and_descriptions(server: TelegramServer) -> None:
    def put(name: str, text: str = "x", **more: object) -> Reply:
        return ask(server, "setMyCommands", commands=[{"command": name, "description": text}], **more)

    assert put("aide").result is True
    assert refused(put("Aide")) == (400, "Bad Request: BOT_COMMAND_INVALID")
    assert refused(put("é")) == (400, "Bad Request: BOT_COMMAND_INVALID")
    assert refused(put("a" * 33)) == (400, "Bad Request: BOT_COMMAND_INVALID")
    assert refused(put("aide", "")) == (400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    assert refused(put("aide", language_code="fra")) == (400, "Bad Request: invalid language code specified")
    scope = {"type": "chat", "chat_id": 42}
    assert refused(put("aide", scope=scope)) == (400, "Bad Request: chat not found")
    many = [{"command": f"a{n}", "description": "x"} for n in range(101)]
    assert refused(ask(server, "setMyCommands", commands=many)) == (400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    assert ask(server, "setMyDescription", description="x" * 513).status == 400
    assert ask(server, "setMyShortDescription", short_description="Bonjour", language_code="fr").result is True
    assert ask(server, "getMyShortDescription", language_code="fr").result == {"short_description": "Bonjour"}


def test_administrators_are_asked_for_in_the_right_place(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    words = "Bad Request: there are no administrators in the private chat"
    assert refused(ask(server, "getChatAdministrators", chat_id=alix.id)) == (400, words)
    group = server.world.group("Organisation", people=[alix], bot=True)
    reply = ask(server, "getChatMember", chat_id=group.id, user_id=5)
    assert refused(reply) == (400, "Bad Request: PARTICIPANT_ID_INVALID")
    group.kick_bot()
    assert ask(server, "getChatAdministrators", chat_id=group.id).status == 403
