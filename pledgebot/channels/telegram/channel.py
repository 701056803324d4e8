"""Telegram as a medium: what the dispatcher sends there, and the receipt."""

import math
from collections.abc import Callable
from datetime import timedelta

import telegram

from pledgebot.channels.base import Outgoing, read_picture
from pledgebot.channels.telegram.photos import Photos
from pledgebot.channels.telegram.planned import Renderings
from pledgebot.channels.telegram.sending import change, deliver
from pledgebot.domain.delivery import Action, PermanentFailure, Receipt
from pledgebot.pace import PAID_PER_SECOND, PER_SECOND, Lane, Pace

LEAST_AT_ONCE = 4
MOST_AT_ONCE = 32
"""So many messages of a broadcast may be in doubt after a crash: those under way, and those whose receipts are being written."""
MOST_AT_ONCE_PAID = 250
"""The same for a broadcast that is paid for."""
_IN_THE_BOOKS = 0.1
"""So many seconds a message is claimed before it leaves, and not settled after its receipt, at most."""


class TelegramChannel:
    """Sends, answers and edits in chats, groups, topics and channels.

    An address is a chat's number or a channel's `@name`, a thread a topic's number or nothing. A receipt names the numbers of
    the messages there, with spaces between. `username` tells the bot's name once Telegram told it; `pictures` reads the
    picture of a key, which is a path unless it says otherwise. Nothing is paid for unless the installation `pays`.
    """

    name = "telegram"
    edits = True
    looks = False

    def __init__(
        self,
        bot: telegram.Bot,
        pace: Pace,
        username: Callable[[], str],
        pictures: Callable[[str], bytes] = read_picture,
        *,
        pays: bool = False,
    ) -> None:
        self._bot = bot
        self._pace = pace
        self._username = username
        self._pictures = pictures
        self._pays = pays
        self._renderings = Renderings()
        self._photos = Photos()

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:
        """Return how long the pace still keeps a message to this chat back; zero when it may go now."""
        return self._pace.ready_in(address, paid=paid and self._pays)

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Let a message to this chat go now, if the pace allows."""
        return self._pace.take(address, paid=paid and self._pays)

    def leave(self) -> None:
        """Say that the first of what was taken leaves now."""
        self._pace.leave()

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:
        """Return how many messages fill the pace when one takes so long, half as much again, and its books besides."""
        paid = paid and self._pays
        per_second = PAID_PER_SECOND if paid else PER_SECOND
        needed = math.ceil(per_second * (latency.total_seconds() * 1.5 + _IN_THE_BOOKS))
        return max(LEAST_AT_ONCE, min(needed, MOST_AT_ONCE_PAID if paid else MOST_AT_ONCE))

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send a message, and return its numbers there. Raises the failures of `domain.delivery`."""
        acts_on = _numbers(outgoing.acts_on)
        if outgoing.action is Action.EDIT:
            if not acts_on:
                raise PermanentFailure("nothing that could be edited")
            numbers = await change(
                self._bot,
                self._pace,
                outgoing.address,
                acts_on,
                outgoing.message,
                lane=Lane.BROADCAST,
                thread=outgoing.thread,
                username=self._username(),
                pictures=self._pictures,
                photos=self._photos,
                admitted=outgoing.admitted,
            )
        else:
            numbers = await deliver(
                self._bot,
                self._pace,
                outgoing.address,
                outgoing.thread,
                outgoing.message,
                lane=Lane.BROADCAST,
                reply_to=acts_on[0] if outgoing.action is Action.REPLY and acts_on else None,
                username=self._username(),
                pictures=self._pictures,
                photos=self._photos,
                renderings=self._renderings,
                admitted=outgoing.admitted,
                paid=outgoing.paid and self._pays,
            )
        return Receipt(" ".join(map(str, numbers)))


def _numbers(remote_id: str | None) -> tuple[int, ...]:
    """Return the numbers in a receipt; one that another medium gave has none."""
    parts = (remote_id or "").split()
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
