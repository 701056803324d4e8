"""What the emulator answers is understood by python-telegram-bot: its Bot, and its Application with its own polling."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from aiohttp import ClientSession
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, InlineQueryHandler
from telegram.request import HTTPXRequest

from fakes.telegram import TelegramServer
from fakes.telegram.server import TOKEN

T = TypeVar("T")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def request() -> HTTPXRequest:
    """A transport that uses no proxy."""
    return HTTPXRequest(httpx_kwargs={"trust_env": False})


@asynccontextmanager
async def bot_of(server: TelegramServer, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A bot that talks to the emulator."""
    bot = Bot(
        token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=request(),
        get_updates_request=request(),
    )
    async with bot:
        yield bot


def played(scene: Callable[[TelegramServer, Bot], Coroutine[object, object, T]]) -> T:
    """Run a scene with a server and a bot in one loop."""

    async def run() -> T:
        async with TelegramServer() as server, bot_of(server) as bot:
            return await scene(server, bot)

    return asyncio.run(run())


def test_the_library_knows_the_bot_and_its_messages_come_back_with_their_entities() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        alix = server.world.user("Alix")
        alix.start()
        assert (bot.username, bot.first_name) == ("promesses_test_bot", "Promesses")
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="o")]])
        sent = await bot.send_message(
            alix.id,
            "😀 <b>Liste &amp; <i>Exemple</i></b>",
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=ReplyParameters(1),
        )
        assert sent.text == "😀 Liste & Exemple"
        assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 3, 15), ("italic", 11, 7)]
        assert sent.parse_entities() == dict(zip(sent.entities, ["Liste & Exemple", "Exemple"], strict=True))
        assert sent.reply_markup == keyboard
        assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
        assert sent.reply_to_message is not None
        assert sent.reply_to_message.text == "/start"
        edited = await sent.edit_text("Autre")
        assert getattr(edited, "text", None) == "Autre"
        assert alix.sees[-1].edits == 1
        assert alix.sees[-1].buttons == ()
        assert await bot.delete_message(alix.id, sent.message_id)
        assert [message.text for message in alix.sees] == ["/start"]

    played(scene)


def test_photos_documents_and_albums_go_both_ways() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        alix = server.world.user("Alix")
        alix.start()
        photo = await bot.send_photo(alix.id, PNG, caption="<u>Une</u> carte", parse_mode=ParseMode.HTML)
        assert (photo.photo[-1].width, photo.photo[-1].height) == (1, 1)
        assert photo.caption == "Une carte"
        again = await bot.send_photo(alix.id, photo.photo[-1].file_id)
        assert again.photo == photo.photo
        document = await bot.send_document(alix.id, b"%PDF-1.7 example", filename="réponse.pdf")
        assert document.document is not None
        assert document.document.file_name == "réponse.pdf"
        file = await document.document.get_file()
        assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7 example"
        album = await bot.send_media_group(alix.id, [InputMediaPhoto(PNG, caption="un"), InputMediaPhoto(PNG)])
        assert len({message.media_group_id for message in album}) == 1
        alix.send_document(b"%PDF-1.7 proof", "preuve.pdf", caption="La preuve")
        alix.send_document(name="grand.pdf", size=25_000_000)
        _start, update, big = await bot.get_updates()
        assert update.message is not None
        assert update.message.document is not None
        assert update.message.caption == "La preuve"
        received = await update.message.document.get_file()
        assert bytes(await received.download_as_bytearray()) == b"%PDF-1.7 proof"
        assert big.message is not None
        assert big.message.document is not None
        with pytest.raises(BadRequest, match=r"^File is too big$"):
            await big.message.document.get_file()

    played(scene)


def test_files_over_the_limits_are_refused() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        alix = server.world.user("Alix")
        alix.start()
        with pytest.raises(BadRequest, match="too big for a photo"):
            await bot.send_photo(alix.id, PNG + bytes(10 * 1024 * 1024))
        with pytest.raises(BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
            await bot.send_photo(alix.id, b"no picture")
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_document(alix.id, b"", filename="vide.pdf")
        with pytest.raises(NetworkError, match="Request Entity Too Large"):
            await bot.send_document(alix.id, bytes(50 * 1024 * 1024 + 1), filename="grand.pdf", write_timeout=30)
        assert alix.chat.from_bot == []

    played(scene)


def test_parameters_may_stand_in_the_query_string() -> None:
    async def run() -> None:
        async with TelegramServer() as server, ClientSession() as session:
            alix = server.world.user("Alix")
            alix.start()
            query = {"chat_id": str(alix.id), "text": "à <b>b</b>", "parse_mode": "HTML"}
            async with session.get(f"{server.base_url}{TOKEN}/sendMessage", params=query) as reply:
                assert reply.status == 200
            assert alix.sees[-1].text == "à b"

    asyncio.run(run())


def test_every_kind_of_update_is_understood() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        world = server.world
        await bot.get_updates(allowed_updates=Update.ALL_TYPES)
        alix, noe = world.user("Alix"), world.user("Noé", hides=True)
        alix.start("liste-3")
        alix.edit(alix.write("une faute"), "une faute corrigée")
        group = world.group("Organisation", people=[alix])
        group.add_bot(by=alix)
        group.add(noe)
        topic = group.topic("Réponses")
        alix.write_in(topic, "/listes")
        group.promote(alix, anonymous=True)
        alix.write_in(group, "/aide")
        group.promote_bot()
        group.remove(noe)
        channel = world.channel("Nouvelles", username="nouvelles_exemple", people=[alix], bot=True)
        post = channel.post("Bonjour")
        alix.forward(post)
        small = world.group("Petit", people=[noe], small=True, bot=True)
        noe.write_in(small, "/aide")
        noe.forward(small.messages[-1], to=noe.chat)
        small.migrate()
        alix.block()
        alix.unblock()
        group.kick_bot()
        updates = await bot.get_updates()
        numbers = [update.update_id for update in updates]
        assert numbers == list(range(numbers[0], numbers[0] + len(updates)))
        kinds = {kind for update in updates for kind in Update.ALL_TYPES if getattr(update, kind) is not None}
        assert kinds == {"message", "edited_message", "my_chat_member", "chat_member", "channel_post"}
        assert {"migrate_to_chat_id", "migrate_from_chat_id"} <= {
            key for update in updates if update.message for key in update.message.to_dict()
        }
        assert all(update.effective_chat is not None for update in updates)

    played(scene)


def test_administrators_and_members_are_described() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        world = server.world
        alix, noe = world.user("Alix"), world.user("Noé")
        group = world.group("Organisation", people=[alix, noe], bot=True)
        group.promote(noe, "can_delete_messages", by=alix)
        group.restrict_bot("can_send_photos")
        assert {member.user.first_name for member in await bot.get_chat_administrators(group.id)} == {"Alix", "Noé"}
        assert (await bot.get_chat_member(group.id, noe.id)).status == "administrator"
        assert (await bot.get_chat_member(group.id, bot.id)).status == "restricted"
        assert (await bot.get_chat_member(group.id, world.user("Camille").id)).status == "left"
        assert (await bot.get_chat(group.id)).title == "Organisation"
        assert await bot.leave_chat(group.id)

    played(scene)


def test_refusals_become_the_librarys_errors() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        world = server.world
        alix, noe = world.user("Alix"), world.user("Noé")
        alix.start()
        alix.block()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(alix.id, "a")
        with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
            await bot.send_message(noe.id, "a")
        small = world.group("Petit", people=[noe], small=True, bot=True)
        new = small.migrate()
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(small.id, "a")
        assert caught.value.new_chat_id == new.id
        await bot.set_webhook("https://exemple.invalid/telegram")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()

    played(scene)


def test_a_wrong_token_is_no_token() -> None:
    async def run() -> None:
        async with TelegramServer() as server:
            with pytest.raises(InvalidToken):
                async with bot_of(server, "42:wrong"):
                    pass

    asyncio.run(run())


def test_commands_are_set_by_scope_and_language() -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        alix = server.world.user("Alix", language="fr")
        alix.start()
        await bot.set_my_commands([BotCommand("help", "Help")])
        await bot.set_my_commands([BotCommand("aide", "Aide")], language_code="fr")
        assert alix.menu() == {"aide": "Aide"}
        await bot.set_my_commands([BotCommand("log", "Log")], scope=BotCommandScopeChat(alix.id))
        assert alix.menu() == {"log": "Log"}
        assert await bot.get_my_commands() == (BotCommand("help", "Help"),)
        with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
            await bot.set_my_commands([BotCommand("écrire", "Écrire")])

    played(scene)


async def _start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Encore", callback_data="more")]])
    await update.message.reply_text(f"Bonjour {' '.join(context.args or [])}", reply_markup=keyboard)


async def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    del context
    assert update.callback_query is not None
    await update.callback_query.answer("Voilà", show_alert=True)
    await update.callback_query.edit_message_text("La suite")


async def _asked(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    del context
    assert update.inline_query is not None
    content = InputTextMessageContent("<b>A</b>", parse_mode=ParseMode.HTML)
    await update.inline_query.answer([InlineQueryResultArticle("1", "Liste Exemple A", content)], is_personal=True)


def test_an_application_with_the_librarys_polling_talks_to_people_in_a_thread_of_their_own() -> None:
    with TelegramServer.threaded() as server:
        alix = server.world.user("Alix")

        async def serve(over: asyncio.Event) -> None:
            application = (
                Application.builder().token(TOKEN).base_url(server.base_url).base_file_url(server.base_file_url)
                .request(request()).get_updates_request(request()).job_queue(None).build()
            )  # fmt: skip
            application.add_handler(CommandHandler("start", _start))
            application.add_handler(CallbackQueryHandler(_pressed))
            application.add_handler(InlineQueryHandler(_asked))
            async with application:
                await application.start()
                assert application.updater is not None
                await application.updater.start_polling(timeout=5)
                await over.wait()
                await application.updater.stop()
                await application.stop()

        async def run() -> None:
            over = asyncio.Event()
            serving = asyncio.create_task(serve(over))
            await asyncio.to_thread(talk)
            over.set()
            await serving

        def talk() -> None:
            alix.start("liste-3")
            hello = alix.wait_for("Bonjour liste-3")
            assert hello.labels == [["Encore"]]
            answer = alix.press(hello, "Encore").wait()
            assert (answer.text, answer.alert) == ("Voilà", True)
            assert alix.wait_for("La suite").id == hello.id
            question = alix.ask_inline("exemple")
            assert [result.title for result in question.wait()] == ["Liste Exemple A"]
            assert question.personal
            chosen = alix.choose(question, "Exemple A")
            assert (chosen.text, chosen.parts("bold"), chosen.via_bot) == ("A", ["A"], True)

        asyncio.run(run())


@pytest.mark.parametrize("order", ["drops", "loses_reply", "garbles", "answers_html", "fails"])
def test_troubles_reach_the_library_and_the_record_says_what_was_done(order: str) -> None:
    async def scene(server: TelegramServer, bot: Bot) -> None:
        alix = server.world.user("Alix")
        alix.start()
        getattr(server, order)("sendMessage")
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(alix.id, "Bonjour")
        assert isinstance(caught.value, NetworkError) is (order != "garbles")
        done = order in {"loses_reply", "garbles"}
        [call] = server.calls_of("sendMessage")
        assert call.done is done
        assert (call.status is None) is (order in {"drops", "loses_reply"})
        assert len(alix.chat.from_bot) == int(done)
        await bot.send_message(alix.id, "Bonjour")
        assert len(alix.chat.from_bot) == int(done) + 1

    played(scene)
