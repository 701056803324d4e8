import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import BadRequest

from fakes.moments import LeapingMoments
from fakes.telegram import Call, Chat, Limits, Person, TelegramServer
from pledgebot.channels.base import Outgoing
from pledgebot.channels.pictures import read_card
from pledgebot.channels.telegram import AiohttpRequest, TelegramChannel, change, deliver
from pledgebot.channels.telegram.photos import Photos
from pledgebot.channels.telegram.pieces import CAPTION, pieces
from pledgebot.domain.delivery import Action, Gone, Interrupted, Moved, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.messages.card import KEY, Card, Entry, Row
from pledgebot.messages.card_words import pictures_of
from pledgebot.messages.cells import Sign
from pledgebot.messages.document import (
    Button,
    Heading,
    Link,
    Message,
    Paragraph,
    Picture,
    Quote,
    Strong,
    Text,
    paragraph,
)
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain, telegram_fits
from pledgebot.pace import Lane, Pace

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def picture(key: str) -> bytes:
    """Return the picture of a key: a card is drawn, one other is known."""
    return read_card(key) if key.startswith(KEY) else {"carte": PNG}[key]


MESSAGE = Message(
    (
        Heading((Text("Liste Exemple A <&>"),)),
        Paragraph(
            (Text("Caméras : "), Strong("s’engage"), Text(", "), Link("preuve", "https://example.org/x?a=1&b=2"))
        ),
        Quote((Text("Oui, dit @quelquun #jamais"),)),
    ),
    "fr",
    ("lettre",),
    buttons=((Button("La liste", press="list-12"), Button("Le tableau", url="https://example.org")),),
)
PICTURE = Picture("carte", "Un tableau : la Liste Exemple A s’engage.")


def long_message(parts: int) -> Message:
    """Return a message of several parts, each a paragraph."""
    blocks = tuple(paragraph(f"Partie {n}. " + "mot " * 800) for n in range(1, parts + 1))
    return Message(blocks, "fr", buttons=MESSAGE.buttons)


@dataclass
class Stage:
    """A server, a person in a private chat with the bot, and the channel under test."""

    server: TelegramServer
    bot: Bot
    moments: LeapingMoments
    pace: Pace
    channel: TelegramChannel
    alix: Person

    async def send(
        self, message: Message, action: Action = Action.SEND, acts_on: str | None = None, *, to: Chat | None = None,
        thread: str = "",
    ) -> str:  # fmt: skip
        """Send through the channel; return the number, or numbers, of the receipt."""
        chat = to or self.alix.chat
        receipt = await self.channel.send(Outgoing(1, str(chat.id), thread, message, action, acts_on))
        return receipt.remote_id

    def texts(self) -> list[str]:
        """Return what the bot said in the private chat."""
        return [message.text for message in self.alix.chat.from_bot]

    def calls(self, *methods: str) -> list[Call]:
        """Return the calls of some methods."""
        return [call for method in methods for call in self.server.calls_of(method)]


def played(scene: Callable[[Stage], Coroutine[None, None, None]]) -> None:
    """Play a scene with a server of its own."""

    async def whole() -> None:
        request, moments = AiohttpRequest(read_timeout=5), LeapingMoments()
        async with TelegramServer() as server:
            bot = Bot(server.token, base_url=server.base_url, request=request)
            await request.initialize()
            alix = server.world.user("Alix")
            alix.start()
            pace = Pace(moments.time, moments)
            channel = TelegramChannel(bot, pace, lambda: "promesses_test_bot", picture)
            try:
                await scene(Stage(server, bot, moments, pace, channel, alix))
            finally:
                await request.shutdown()

    asyncio.run(whole())


def test_a_message_goes_out_with_its_marks_links_and_buttons() -> None:
    async def scene(it: Stage) -> None:
        assert it.channel.name == "telegram"
        assert it.channel.edits
        number = await it.send(MESSAGE)
        [sent] = it.alix.chat.from_bot
        assert number == str(sent.id)
        assert sent.text.startswith("Liste Exemple A <&>\nCaméras\u00a0: s’engage, preuve")
        assert {entity.type for entity in sent.entities} == {"bold", "text_link", "blockquote", "hashtag"}
        assert [[button.label for button in row] for row in sent.buttons] == [["La liste", "Le tableau"]]
        [call] = it.calls("sendMessage")
        assert call.parameters["link_preview_options"] == {"is_disabled": True}

    played(scene)


def test_a_quotation_names_nobody_on_telegram() -> None:
    async def scene(it: Stage) -> None:
        await it.send(MESSAGE)
        [sent] = it.alix.chat.from_bot
        assert [entity.type for entity in sent.entities if entity.type in {"mention", "hashtag"}] == ["hashtag"]

    played(scene)


def test_a_reply_answers_the_message_or_stands_alone_when_that_is_gone() -> None:
    async def scene(it: Stage) -> None:
        first = await it.send(MESSAGE)
        await it.send(MESSAGE, Action.REPLY, first)
        assert it.alix.chat.last.reply_to == int(first)
        await it.send(MESSAGE, Action.REPLY, "9999")
        assert it.alix.chat.last.reply_to is None
        await it.send(MESSAGE, Action.REPLY, "console-3")
        assert len(it.alix.chat.from_bot) == 4

    played(scene)


def test_topics_get_what_is_theirs_and_general_needs_no_number() -> None:
    async def scene(it: Stage) -> None:
        group = it.server.world.group("Organisation", people=[it.alix], bot=True)
        topic = group.topic("Réponses")
        await it.send(MESSAGE, to=group, thread=str(topic.id))
        for general in ("", "0", "1"):
            await it.send(MESSAGE, to=group, thread=general)
        threads = [call.parameters.get("message_thread_id") for call in it.calls("sendMessage")]
        assert threads == [str(topic.id), None, None, None]

    played(scene)


def test_a_long_message_goes_in_parts_with_the_buttons_below_the_last() -> None:
    async def scene(it: Stage) -> None:
        numbers = await it.send(long_message(3))
        sent = it.alix.chat.from_bot
        assert numbers == " ".join(str(message.id) for message in sent)
        assert [message.text[:8] for message in sent] == ["Partie 1", "Partie 2", "Partie 3"]
        assert [bool(message.buttons) for message in sent] == [False, False, True]
        assert it.moments.now >= 2

    played(scene)


def test_a_part_of_an_example_says_that_it_is_one() -> None:
    async def scene(it: Stage) -> None:
        await it.send(frame(long_message(2), translator("fr"), fictional=True))
        line = plain(frame(Message((), "fr"), translator("fr"), fictional=True))
        assert [text.startswith(line) for text in it.texts()] == [True, True]

    played(scene)


def test_more_than_a_hundred_entities_make_a_second_part() -> None:
    async def scene(it: Stage) -> None:
        rows = tuple(paragraph(Strong(f"Liste {n}"), " ", Link("voir", "https://example.org")) for n in range(60))
        await it.send(Message(rows, "fr"))
        sent = it.alix.chat.from_bot
        assert len(sent) == 2
        assert not any(message.dropped_entities for message in sent)
        assert sum(len(message.entities) for message in sent) == 120

    played(scene)


def test_a_later_part_that_is_refused_leaves_the_whole_in_doubt() -> None:
    async def scene(it: Stage) -> None:
        it.server.fails("sendMessage", 400, where=lambda given: given.text("text").startswith("Partie 2"))
        with pytest.raises(Uncertain, match="part 2 of 3 was not sent: Telegram refuses this message"):
            await it.send(long_message(3))
        assert len(it.texts()) == 1

    played(scene)


def test_a_later_part_whose_answer_is_lost_leaves_the_whole_in_doubt() -> None:
    async def scene(it: Stage) -> None:
        it.server.loses_reply("sendMessage", where=lambda given: given.text("text").startswith("Partie 3"))
        with pytest.raises(Uncertain, match="part 3 of 3 may not have been sent"):
            await it.send(long_message(3))

    played(scene)


def test_a_later_part_of_an_answer_that_has_to_wait_goes_out_later_and_alone() -> None:
    async def scene(it: Stage) -> None:
        message = long_message(3)

        async def answer(gone: int = 0) -> tuple[int, ...]:
            return await deliver(it.bot, it.pace, it.alix.id, 0, message, lane=Lane.ANSWER, gone=gone)

        it.server.fails("sendMessage", retry_after=30, where=lambda given: given.text("text").startswith("Partie 2"))
        with pytest.raises(Interrupted) as stopped:
            await answer()
        assert (stopped.value.sent, stopped.value.retry_after) == (1, timedelta(seconds=30))
        with pytest.raises(TemporaryFailure, match="pace") as kept_back:
            await answer(stopped.value.sent)
        assert not isinstance(kept_back.value, Interrupted)
        it.moments.now += 30
        assert len(await answer(stopped.value.sent)) == 2
        assert [text[:8] for text in it.texts()] == ["Partie 1", "Partie 2", "Partie 3"]

    played(scene)


def test_a_longer_text_that_has_to_wait_counts_what_took_the_place_of_old_parts() -> None:
    async def scene(it: Stage) -> None:
        [number] = await deliver(it.bot, it.pace, it.alix.id, 0, MESSAGE, lane=Lane.ANSWER)
        it.server.fails("sendMessage", retry_after=30)
        with pytest.raises(Interrupted) as stopped:
            await change(it.bot, it.pace, it.alix.id, number, long_message(3), lane=Lane.ANSWER)
        assert stopped.value.sent == 1

    played(scene)


def test_a_post_of_which_a_part_has_to_wait_is_in_doubt() -> None:
    async def scene(it: Stage) -> None:
        it.server.fails("sendMessage", retry_after=30, where=lambda given: given.text("text").startswith("Partie 2"))
        with pytest.raises(Uncertain, match="part 2 of 3 was not sent"):
            await it.send(long_message(3))

    played(scene)


def test_a_very_long_wait_is_kept_and_told_without_saying_whose(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(it: Stage) -> None:
        it.server.fails("sendMessage", retry_after=43_837)
        with pytest.raises(TemporaryFailure):
            await it.send(MESSAGE)
        assert it.channel.ready_in("999") == timedelta(seconds=43_837)
        [record] = [record for record in caplog.records if "telegram_asks_to_wait" in record.message]
        assert record.levelname == "ERROR"
        assert "43837 seconds" in record.message
        assert str(it.alix.id) not in record.message

    played(scene)


def test_failures_of_the_first_part_are_what_they_are() -> None:
    async def scene(it: Stage) -> None:
        it.server.fails("sendMessage", 403)
        with pytest.raises(Gone):
            await it.send(long_message(3))
        it.server.loses_reply("sendMessage")
        with pytest.raises(Uncertain, match="no usable answer"):
            await it.send(MESSAGE)
        group = it.server.world.group("Petit", people=[it.alix], small=True, bot=True)
        new = group.migrate()
        with pytest.raises(Moved) as moved:
            await it.send(MESSAGE, to=group)
        assert moved.value.address == str(new.id)

    played(scene)


def test_a_message_of_nothing_is_refused_before_telegram_does() -> None:
    async def scene(it: Stage) -> None:
        with pytest.raises(PermanentFailure, match="nothing"):
            await it.send(Message((Paragraph((Text("  "),)),), "fr"))
        assert it.calls("sendMessage") == []

    played(scene)


def test_a_correction_stands_where_the_message_stood() -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(MESSAGE)
        again = await it.send(replace(MESSAGE, blocks=(paragraph("Corrigé"),)), Action.EDIT, number)
        assert again == number
        [message] = it.alix.chat.from_bot
        assert message.text == "Corrigé\n\n#lettre"
        assert message.buttons

    played(scene)


def test_a_correction_that_changes_nothing_is_done() -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(MESSAGE)
        assert await it.send(MESSAGE, Action.EDIT, number) == number

    played(scene)


def test_what_is_gone_cannot_be_corrected() -> None:
    async def scene(it: Stage) -> None:
        for acts_on in ("9999", None, "console-3"):
            with pytest.raises(PermanentFailure):
                await it.send(MESSAGE, Action.EDIT, acts_on)

    played(scene)


def test_a_message_of_several_parts_is_corrected_part_by_part() -> None:
    async def scene(it: Stage) -> None:
        numbers = await it.send(long_message(3))
        blocks = tuple(paragraph(f"Autre {n}. " + "mot " * 800) for n in range(1, 4))
        assert await it.send(Message(blocks, "fr"), Action.EDIT, numbers) == numbers
        assert [text[:7] for text in it.texts()] == ["Autre 1", "Autre 2", "Autre 3"]

    played(scene)


def test_a_correction_that_is_longer_goes_on_in_new_parts() -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(MESSAGE)
        numbers = await it.send(long_message(2), Action.EDIT, number)
        assert numbers.split()[0] == number
        assert numbers == " ".join(str(message.id) for message in it.alix.chat.from_bot)
        assert [text[:8] for text in it.texts()] == ["Partie 1", "Partie 2"]

    played(scene)


def test_a_correction_that_is_shorter_leaves_nothing_of_the_old_words() -> None:
    async def scene(it: Stage) -> None:
        numbers = await it.send(long_message(3))
        assert await it.send(MESSAGE, Action.EDIT, numbers) == numbers.split()[0]
        [text] = it.texts()
        assert text.startswith("Liste Exemple A")
        assert await it.send(MESSAGE, Action.EDIT, numbers) == numbers.split()[0]

    played(scene)


def test_old_parts_that_may_not_be_deleted_lose_their_words() -> None:
    async def scene(it: Stage) -> None:
        numbers = await it.send(long_message(2))
        it.server.fails("deleteMessage", 400, "Bad Request: message can't be deleted")
        await it.send(MESSAGE, Action.EDIT, numbers)
        assert it.texts()[1] == "…"

    played(scene)


def test_a_correction_that_failed_half_way_can_be_tried_again() -> None:
    async def scene(it: Stage) -> None:
        numbers = await it.send(long_message(2))
        new = Message(tuple(paragraph(f"Autre {n}. " + "mot " * 800) for n in (1, 2)), "fr")
        it.server.fails("editMessageText", 429, retry_after=1, where=lambda given: "Autre 2" in given.text("text"))
        with pytest.raises(TemporaryFailure):
            await it.send(new, Action.EDIT, numbers)
        assert await it.send(new, Action.EDIT, numbers) == numbers

    played(scene)


def pictured(message: Message = MESSAGE, *pictures: Picture) -> Message:
    """Return a message with pictures."""
    return replace(message, pictures=pictures or (PICTURE,))


def test_a_picture_goes_with_the_words_and_its_description_below() -> None:
    async def scene(it: Stage) -> None:
        await it.send(pictured())
        [sent] = it.alix.chat.from_bot
        assert sent.file is not None
        assert sent.text.startswith("Liste Exemple A")
        assert sent.text.endswith(f"{PICTURE.description.replace(' :', chr(160) + ':')}\n\n#lettre")
        assert sent.buttons

    played(scene)


def test_a_picture_goes_before_words_that_do_not_fit_below() -> None:
    async def scene(it: Stage) -> None:
        await it.send(pictured(long_message(2)))
        first, *rest = it.alix.chat.from_bot
        assert first.file is not None
        assert first.text.startswith("Un tableau")
        assert [message.text[:8] for message in rest] == ["Partie 1", "Partie 2"]
        assert not first.buttons
        assert rest[-1].buttons

    played(scene)


def test_a_description_that_does_not_fit_below_follows() -> None:
    async def scene(it: Stage) -> None:
        await it.send(pictured(MESSAGE, Picture("carte", "Un tableau. " * 120)))
        first, described, said = it.alix.chat.from_bot
        assert (first.file is not None, first.text) == (True, "")
        assert described.text.startswith("Un tableau.")
        assert said.text.startswith("Liste")

    played(scene)


def test_each_picture_has_its_own_description() -> None:
    async def scene(it: Stage) -> None:
        await it.send(pictured(MESSAGE, Picture("carte", "Une"), Picture("carte", "Deux")))
        assert [message.text[:5] for message in it.alix.chat.from_bot] == ["Une", "Deux", "Liste"]

    played(scene)


CARD = Card(
    title="Nouvelle réponse : Liste Exemple A",
    subtitle="Villexemple",
    head="Demande",
    columns=("Position",),
    rows=tuple(Row(f"Demande {number}", "", ((Entry(Sign.COMMITTED, "s’engage"),),)) for number in range(1, 12)),
    footer=("Lettre ouverte : Exemple",),
    language="fr",
)


def carded(message: Message = MESSAGE, card: Card = CARD) -> Message:
    """Return a message with a card."""
    return replace(message, pictures=pictures_of(card, translator("fr")))


def test_a_card_goes_with_as_much_of_its_description_as_finds_room_below_the_words() -> None:
    async def scene(it: Stage) -> None:
        await it.send(carded(replace(MESSAGE, blocks=(paragraph("mot " * 190),))))
        [sent] = it.alix.chat.from_bot
        assert sent.file is not None
        assert "lignes de plus sont dans l’image" in sent.text
        assert len(sent.text) <= CAPTION

    played(scene)


def test_words_that_say_all_that_is_on_a_card_are_not_said_twice() -> None:
    async def scene(it: Stage) -> None:
        words = [paragraph(f"Demande {number} — s’engage") for number in range(1, 12)]
        await it.send(carded(replace(MESSAGE, blocks=tuple(words))))
        [sent] = it.alix.chat.from_bot
        assert sent.text.count("Demande 3") == 1
        assert "disent la même chose" in sent.text.replace("\u00a0", " ")
        await it.send(carded(replace(MESSAGE, blocks=(*words[:4], *words[5:]))))
        assert it.texts()[1].count("Demande 3") == 2

    played(scene)


def test_a_correction_changes_the_picture_and_its_words_and_what_was_sent_once_is_not_uploaded_again() -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(carded())
        bea = it.server.world.user("Béa")
        bea.start()
        await it.send(carded(), to=bea.chat)
        before = it.alix.chat.from_bot[0].file
        assert before is not None
        assert bea.chat.from_bot[0].file == before
        right = carded(
            replace(MESSAGE, blocks=(paragraph("Corrigé"),)), replace(CARD, title="Corrigé : Liste Exemple A")
        )
        assert await it.send(right, Action.EDIT, number) == number
        [sent] = it.alix.chat.from_bot
        assert sent.text.startswith("Corrigé")
        assert sent.file is not None
        assert sent.file.unique_id != before.unique_id
        assert await it.send(right, Action.EDIT, number) == number

    played(scene)


def test_a_photo_that_telegram_does_not_know_any_more_is_uploaded_again() -> None:
    async def scene(it: Stage) -> None:
        photos = Photos()
        photos.keep("carte", None)
        photos._known["carte"] = "AgAC-unknown"  # noqa: SLF001 - a number of another time
        pace = it.pace
        for _twice in range(2):
            await deliver(it.bot, pace, it.alix.id, 0, pictured(), lane=Lane.ANSWER, pictures=picture, photos=photos)
        first, second = it.alix.chat.from_bot
        assert first.file is not None
        assert first.file == second.file
        assert len(it.calls("sendPhoto")) == 3

    played(scene)


def test_where_a_correction_has_no_picture_the_old_one_is_not_left_to_be_seen() -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(carded())
        before = it.alix.chat.from_bot[0].file
        new = replace(MESSAGE, blocks=(paragraph("Sans image"),))
        assert await it.send(new, Action.EDIT, number) == number
        [sent] = it.alix.chat.from_bot
        assert sent.text.startswith("Sans image")
        assert sent.file is not None
        assert before is not None
        assert sent.file.unique_id != before.unique_id

    played(scene)


def words_alone(text: str) -> Message:
    """Return words that find no room below a picture."""
    return replace(MESSAGE, blocks=(paragraph(f"{text} " * 300),))


TWO_CARDS = (*pictures_of(CARD, translator("fr")), *pictures_of(replace(CARD, title="Deux"), translator("fr")))


@pytest.mark.parametrize(
    "before", [carded(), carded(words_alone("avant")), replace(words_alone("avant"), pictures=TWO_CARDS)]
)
@pytest.mark.parametrize("after", [words_alone("après"), carded(words_alone("après"), replace(CARD, title="Corrigé"))])
def test_whatever_the_pieces_were_no_old_picture_and_no_old_word_is_left(before: Message, after: Message) -> None:
    async def scene(it: Stage) -> None:
        number = await it.send(before)
        old = {sent.file.unique_id for sent in it.alix.chat.from_bot if sent.file is not None}
        for _twice in range(2):
            number = await it.send(after, Action.EDIT, number)
            standing = it.alix.chat.from_bot
            assert number == " ".join(str(sent.id) for sent in standing)
            assert not old & {sent.file.unique_id for sent in standing if sent.file is not None}
            assert sum(sent.text.count("après") for sent in standing) == 300
            # An empty picture says so in words, too.
            assert all(sent.text and "avant" not in sent.text for sent in standing)

    played(scene)


def test_a_picture_that_cannot_be_read_does_not_keep_its_words_back(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(it: Stage) -> None:
        await deliver(
            it.bot, it.pace, it.alix.id, 0, pictured(MESSAGE, Picture("gone", "Un tableau")), lane=Lane.ANSWER
        )
        [sent] = it.alix.chat.from_bot
        assert sent.file is None
        assert sent.text.startswith("Liste Exemple A")
        assert "Un tableau" in sent.text

    played(scene)
    assert "picture_left_out" in caplog.text


def test_two_who_meet_the_same_forgotten_photo_both_send_it_anew() -> None:
    async def whole() -> None:
        photos = Photos()
        photos._known["carte"] = "AgAC-unknown"  # noqa: SLF001 - a number of another time
        both_refused = asyncio.Barrier(2)

        async def send(photo: str | bytes) -> str:
            if isinstance(photo, bytes):
                return "sent"
            await both_refused.wait()
            raise BadRequest("Wrong file identifier/HTTP URL specified")

        assert await asyncio.gather(*(photos.send("carte", PNG, send) for _two in range(2))) == ["sent", "sent"]

    asyncio.run(whole())


def test_a_picture_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "carte.png"
    path.write_bytes(PNG)

    async def scene(it: Stage) -> None:
        message = pictured(MESSAGE, Picture(str(path), "Un tableau"))
        await deliver(it.bot, it.pace, it.alix.id, 0, message, lane=Lane.ANSWER)
        assert it.alix.chat.last.file is not None

    played(scene)


def test_buttons_in_a_group_lead_to_the_private_chat() -> None:
    async def scene(it: Stage) -> None:
        group = it.server.world.group("Quartier", people=[it.alix], bot=True)
        await it.send(MESSAGE, to=group)
        [[button, _]] = group.last.buttons
        assert button.does == "https://t.me/promesses_test_bot?start=list-12"

    played(scene)


def test_a_channel_is_reached_by_its_name() -> None:
    async def scene(it: Stage) -> None:
        channel = it.server.world.channel("Nouvelles", username="nouvelles_exemple", people=[it.alix], bot=True)
        await it.channel.send(Outgoing(1, "@nouvelles_exemple", "", MESSAGE))
        assert channel.last.text.startswith("Liste Exemple A")

    played(scene)


def test_answers_and_changes_go_the_same_road() -> None:
    async def scene(it: Stage) -> None:
        [number] = await deliver(
            it.bot, it.pace, it.alix.id, 0, MESSAGE, lane=Lane.ANSWER, reply_to=1, username="promesses_test_bot"
        )
        assert it.alix.chat.last.reply_to == 1
        longer = await change(it.bot, it.pace, str(it.alix.id), number, long_message(2), lane=Lane.ANSWER)
        assert longer[0] == number
        assert len(longer) == 2

    played(scene)


def test_a_bot_that_keeps_its_pace_is_never_refused() -> None:
    async def scene(it: Stage) -> None:
        it.server.world.now = lambda: 1_800_000_000 + it.moments.now
        it.server.limit(Limits())
        group = it.server.world.group("Quartier", people=[it.alix], bot=True)
        people = [it.server.world.user(f"P{n}") for n in range(40)]
        for person in people:
            person.start()
        targets = [person.chat for person in people] * 2 + [group] * 19
        await asyncio.gather(*(it.send(MESSAGE, to=chat) for chat in targets))
        assert it.server.counter.refused == 0

    played(scene)


def test_flood_control_holds_the_chat_or_everything_back() -> None:
    async def scene(it: Stage) -> None:
        group = it.server.world.group("Quartier", people=[it.alix], bot=True)
        it.server.fails("sendMessage", retry_after=30)
        with pytest.raises(TemporaryFailure) as failure:
            await it.send(MESSAGE, to=group)
        assert failure.value.retry_after == timedelta(seconds=30)
        assert it.channel.ready_in(str(group.id)) == timedelta(seconds=30)
        assert it.channel.ready_in(str(it.alix.id)) == timedelta(0)
        it.server.fails("sendMessage", retry_after=40)
        with pytest.raises(TemporaryFailure):
            await it.send(MESSAGE)
        assert it.channel.ready_in("999") == timedelta(seconds=40)
        with it.pace.deadlines() as deadlines:
            assert deadlines == {str(group.id): timedelta(seconds=30), None: timedelta(seconds=40)}

    played(scene)


def test_what_would_wait_for_long_is_given_back_unsent() -> None:
    async def scene(it: Stage) -> None:
        it.pace.hold(None, timedelta(minutes=5))
        with pytest.raises(TemporaryFailure, match="pace") as failure:
            await it.send(MESSAGE)
        assert failure.value.retry_after == timedelta(minutes=5)
        assert it.calls("sendMessage") == []

    played(scene)


def test_a_token_that_is_refused_stops_all_sending_for_a_while() -> None:
    async def scene(it: Stage) -> None:
        it.server.fails("sendMessage", 401)
        with pytest.raises(TemporaryFailure, match="token"):
            await it.send(MESSAGE)
        assert it.channel.ready_in("999") == timedelta(minutes=5)
        # Whoever corrects the token and starts again does not wait.
        assert not it.pace.changed

    played(scene)


def test_what_was_let_go_before_telegram_asked_to_wait_does_not_knock() -> None:
    async def scene(it: Stage) -> None:
        assert it.channel.take(str(it.alix.id))
        it.pace.hold(None, timedelta(hours=12))
        with pytest.raises(TemporaryFailure, match="pace") as failure:
            await it.channel.send(Outgoing(1, str(it.alix.id), "", MESSAGE, admitted=True))
        assert failure.value.retry_after == timedelta(hours=12)
        assert it.calls("sendMessage") == []

    played(scene)


def test_what_is_paid_for_and_waits_for_its_turn_itself_counts_once() -> None:
    """What was taken and never said to leave would be mistaken for all that leaves later, and slow it down for good."""

    async def scene(it: Stage) -> None:
        channel = TelegramChannel(it.bot, it.pace, lambda: "promesses_test_bot", picture, pays=True)
        await channel.send(Outgoing(1, str(it.alix.id), "", MESSAGE, paid=True))
        assert len(it.calls("sendMessage")) == 1
        assert not it.pace._leaving  # noqa: SLF001

    played(scene)


@pytest.mark.parametrize("words", [0, 100, 180, 260, 900])
def test_whatever_its_length_nothing_of_a_message_with_a_picture_is_lost(words: int) -> None:
    message = replace(MESSAGE, blocks=(*MESSAGE.blocks, paragraph("mot " * words)), pictures=(PICTURE,))
    made = pieces(message)
    said = " ".join(plain(piece.words) for piece in made)
    assert said.count("mot") == words
    assert PICTURE.description.split(" : ")[1] in said
    assert all(telegram_fits(piece.words, CAPTION if piece.picture else 4096) for piece in made)
    assert sum(bool(piece.words.buttons) for piece in made) == 1


def test_buttons_of_a_message_without_words_stand_below_its_picture() -> None:
    message = Message((), "fr", pictures=(Picture("carte", "Un tableau. " * 120),), buttons=MESSAGE.buttons)
    assert sum(bool(piece.words.buttons) for piece in pieces(message)) == 1
