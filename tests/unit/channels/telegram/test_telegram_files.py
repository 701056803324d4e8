"""A kept file is sent as it is, so that it can be looked at as proof."""

import asyncio
import time

import telegram

from fakes.telegram import TelegramServer
from pledgebot.channels.telegram import AiohttpRequest, TelegramVoice
from pledgebot.pace import Pace


def test_a_proof_is_sent_as_a_document_byte_for_byte() -> None:
    async def play() -> None:
        async with TelegramServer() as server:
            noe = server.world.user("Noé")
            noe.start()
            bot = telegram.Bot(
                server.token, base_url=server.base_url, request=AiohttpRequest(), get_updates_request=AiohttpRequest()
            )
            async with bot:
                await TelegramVoice(bot, Pace(time.monotonic)).show(
                    str(noe.id), "", b"%PDF fictional", "application/pdf"
                )
            document = noe.sees[-1].document
            assert document is not None
            assert (document.content, document.name) == (b"%PDF fictional", "proof.pdf")

    asyncio.run(play())
