"""One contract for every medium, the fake included: a message goes out whole, and the receipt names it."""

import asyncio
import io
import re

import pytest

from fakes.channels import ScriptedChannel
from pledgebot.channels.base import Channel, Outgoing
from pledgebot.channels.console import ConsoleChannel
from pledgebot.channels.preview import MASTODON_LIMIT
from pledgebot.domain.delivery import Action, PermanentFailure
from pledgebot.messages.document import Bullets, Heading, Link, Message, Paragraph, Strong, Text

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


@pytest.fixture(params=["console", "fake"])
def channel(request: pytest.FixtureRequest) -> Channel:
    """Every medium that pledgebot speaks, and the fake that stands for them in tests."""
    return ConsoleChannel(io.StringIO()) if request.param == "console" else ScriptedChannel()


def test_a_send_gives_a_receipt_of_its_own(channel: Channel) -> None:
    first = asyncio.run(channel.send(Outgoing(1, "terminal", "", MESSAGE)))
    second = asyncio.run(channel.send(Outgoing(2, "terminal", "", MESSAGE, Action.REPLY, first.remote_id)))
    assert first.remote_id
    assert first.remote_id != second.remote_id
    assert channel.name == "console"


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
