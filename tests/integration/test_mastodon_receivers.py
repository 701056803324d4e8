"""The same words go to many on Mastodon: what one of them has says nothing of the others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fakes.mastodon import MastodonServer, mastodon_server
from fakes.mastodon.process import DOMAIN
from pledgebot.channels.base import Outgoing
from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.channel import TIMELINE, MastodonChannel, Style
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.clock import SystemClock
from pledgebot.messages.document import Message, paragraph

ALICE, BOB = f"alice@{DOMAIN}", f"bob@{DOMAIN}"


def told(server: MastodonServer, delivery: int, address: str, *, repeated: bool) -> str:
    """Tell one receiver that the Liste Exemple A said yes, and return the posts."""
    message = Message((paragraph("Liste Exemple A : « oui »"),), "fr")
    since = datetime.now(UTC) - timedelta(seconds=5)

    async def act() -> str:
        gateway = Gateway(server.base_url, server.token(), SystemClock(), timedelta(seconds=5))
        channel = MastodonChannel(
            gateway, Budgets(lambda: datetime.now(UTC), reserve=150), Style(), lambda: datetime.now(UTC)
        )
        try:
            return (
                await channel.send(Outgoing(delivery, address, "", message, repeated=repeated, since=since))
            ).remote_id
        finally:
            gateway.close()

    return asyncio.run(act())


@pytest.mark.parametrize(("first", "second"), [(TIMELINE, ALICE), (ALICE, TIMELINE), (ALICE, BOB)])
def test_a_doubt_about_one_is_not_settled_by_what_another_has(first: str, second: str) -> None:
    with mastodon_server() as server:
        told(server, 1, first, repeated=False)
        told(server, 2, second, repeated=True)
        assert len(server.statuses()) == 2


def test_somebody_elsewhere_of_the_same_name_is_somebody_else() -> None:
    with mastodon_server() as server:
        told(server, 1, ALICE, repeated=False)
        told(server, 2, "alice@elsewhere.test", repeated=True)
        assert len(server.statuses()) == 2
