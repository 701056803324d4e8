"""One contract for every medium, the fake included: a message goes out whole, and the receipt names it."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from telegram import Bot

from fakes.channels import ScriptedChannel
from fakes.moments import LeapingMoments
from fakes.telegram import TelegramServer
from pledgebot.channels.base import Channel, Outgoing
from pledgebot.channels.console import ConsoleChannel
from pledgebot.channels.pictures import read_card
from pledgebot.channels.preview import MASTODON_LIMIT
from pledgebot.channels.telegram import AiohttpRequest, TelegramChannel
from pledgebot.domain.delivery import Action, PermanentFailure
from pledgebot.messages.card import Card, Entry, Row
from pledgebot.messages.card_words import described, pictures_of
from pledgebot.messages.cells import Sign
from pledgebot.messages.document import Bullets, Button, Heading, Link, Message, Paragraph, Picture, Quote, Strong, Text
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain
from pledgebot.pace import Pace

HOSTILE = "[red]<b>Liste & fils</b>[/red] \u202eexemple"
MESSAGE = Message(
    blocks=(
        Heading((Text(HOSTILE),)),
        Bullets(((Text("Caméras — "), Strong("s’engage")),)),
        Paragraph((Link("voir la source", "https://example.org/x"),)),
    ),
    language="fr",
    hashtags=("MoinsDeCameras",),
)


@dataclass(frozen=True)
class Medium:
    """A channel that is open, a place there, and what was said in it so far."""

    channel: Channel
    address: str
    said: Callable[[], str]


@asynccontextmanager
async def console() -> AsyncIterator[Medium]:
    stream = io.StringIO()
    yield Medium(ConsoleChannel(stream), "terminal", stream.getvalue)


@asynccontextmanager
async def scripted() -> AsyncIterator[Medium]:
    channel = ScriptedChannel()
    yield Medium(
        channel, "terminal", lambda: "\n".join(plain(described(outgoing.message)) for outgoing in channel.received)
    )


@asynccontextmanager
async def telegram() -> AsyncIterator[Medium]:
    moments, request = LeapingMoments(), AiohttpRequest()
    async with TelegramServer() as server:
        await request.initialize()
        try:
            alix = server.world.user("Alix")
            alix.start()
            bot = Bot(server.token, base_url=server.base_url, request=request)
            channel = TelegramChannel(bot, Pace(moments.time, moments), lambda: "exemple_bot", read_card)
            yield Medium(channel, str(alix.id), alix.chat.transcript)
        finally:
            await request.shutdown()


Play = Callable[[Callable[[Medium], Awaitable[None]]], None]
MEDIA = {"console": console, "fake": scripted, "telegram": telegram}


@pytest.fixture(params=MEDIA)
def play(request: pytest.FixtureRequest) -> Play:
    """Play a scene in every medium that pledgebot speaks, and in the fake that stands for them in tests."""

    def played(scene: Callable[[Medium], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with MEDIA[request.param]() as medium:
                await scene(medium)

        asyncio.run(whole())

    return played


def test_a_send_gives_a_receipt_of_its_own(play: Play) -> None:
    async def scene(medium: Medium) -> None:
        first = await medium.channel.send(Outgoing(1, medium.address, "", MESSAGE))
        again = Outgoing(2, medium.address, "", MESSAGE, Action.REPLY, first.remote_id)
        second = await medium.channel.send(again)
        assert first.remote_id
        assert first.remote_id != second.remote_id
        assert medium.channel.name

    play(scene)


def test_a_message_goes_out_whole(play: Play) -> None:
    long = tuple(Paragraph((Text(f"Phrase {n}. " * 40),)) for n in range(20))
    quoted = Quote((Text("Oui & « non » <b>"),))
    message = Message((*MESSAGE.blocks, quoted, *long), "fr", buttons=((Button("Voir", press="list-1"),),))

    async def scene(medium: Medium) -> None:
        await medium.channel.send(Outgoing(1, medium.address, "", message))
        said = re.sub(r"\s+", " ", re.sub("[│╭╮╰╯─]", " ", medium.said()))
        for n in range(20):
            assert said.count(f"Phrase {n}.") >= 40
        for words in ("<b>Liste & fils</b>", "voir la source", "s’engage", "<b>"):
            assert words in said

    play(scene)


CARD = Card(
    title="Nouvelle réponse",
    subtitle="Villexemple",
    head="Demande",
    columns=("Position",),
    rows=(Row("Caméras", "", ((Entry(Sign.REFUSED, "refuse"),),)),),
    footer=(),
    language="fr",
)
PICTURES = pictures_of(CARD, translator("fr"))


@pytest.mark.parametrize("pictures", [PICTURES, PICTURES * 3, (Picture("card:[99]", PICTURES[0].description),)])
def test_a_card_never_keeps_its_words_back_and_who_does_not_see_it_reads_it(
    play: Play, pictures: tuple[Picture, ...]
) -> None:
    async def scene(medium: Medium) -> None:
        sent = await medium.channel.send(Outgoing(1, medium.address, "", replace(MESSAGE, pictures=pictures)))
        assert sent.remote_id
        said = re.sub(r"\s+", " ", re.sub("[│╭╮╰╯─]", " ", medium.said()))
        assert "<b>Liste & fils</b>" in said
        assert "Caméras : refuse" in said
        if not medium.channel.edits:
            return
        new = Message((Paragraph((Text("Corrigé"),)),), "fr")
        await medium.channel.send(Outgoing(2, medium.address, "", new, Action.EDIT, sent.remote_id))
        assert "Corrigé" in medium.said()
        assert "refuse" not in medium.said()

    play(scene)


def test_every_medium_says_when_it_is_ready(play: Play) -> None:
    async def scene(medium: Medium) -> None:
        assert medium.channel.ready_in(medium.address) == timedelta(0)
        assert medium.channel.edits in {True, False}

    play(scene)


def test_a_medium_that_edits_puts_the_new_words_in_the_place_of_the_old(play: Play) -> None:
    async def scene(medium: Medium) -> None:
        if not medium.channel.edits:
            return
        sent = await medium.channel.send(Outgoing(1, medium.address, "", MESSAGE))
        new = Message((Paragraph((Text("Corrigé"),)),), "fr")
        edit = Outgoing(2, medium.address, "", new, Action.EDIT, sent.remote_id)
        assert (await medium.channel.send(edit)).remote_id == sent.remote_id
        assert "Corrigé" in medium.said()

    play(scene)


def shown(message: Message, action: Action = Action.SEND) -> str:
    """Return what the console shows."""
    stream = io.StringIO()
    asyncio.run(ConsoleChannel(stream).send(Outgoing(1, "terminal", "", message, action)))
    return stream.getvalue()


def test_the_console_shows_a_post_as_both_networks_will() -> None:
    text = shown(MESSAGE)
    assert "Telegram" in text
    assert "Mastodon 1/1" in text
    assert "[red]<b>Liste & fils</b>[/red]" in text
    assert "voir la source (https://example.org/x)" in text
    assert text.count("#MoinsDeCameras") == 2


def test_the_console_says_that_a_post_answers_another() -> None:
    assert "reply" in shown(MESSAGE, Action.REPLY)
    assert "edited" in shown(MESSAGE, Action.EDIT)


def test_the_console_shows_a_long_post_as_a_thread_within_the_limit() -> None:
    long = Message(tuple(Paragraph((Text(f"Phrase {n}. " * 12),)) for n in range(12)), "fr")
    lengths = [int(found) for found in re.findall(rf"(\d+)/{MASTODON_LIMIT}", shown(long))]
    assert len(lengths) > 3
    assert max(lengths) <= MASTODON_LIMIT


def test_a_console_that_is_gone_is_a_permanent_failure() -> None:
    stream = io.StringIO()
    channel = ConsoleChannel(stream)
    stream.close()
    with pytest.raises(PermanentFailure):
        asyncio.run(channel.send(Outgoing(1, "terminal", "", MESSAGE)))
