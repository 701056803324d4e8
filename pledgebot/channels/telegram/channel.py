"""Telegram as a medium: what the dispatcher sends there, and the receipt."""

from collections.abc import Callable
from datetime import timedelta

import telegram

from pledgebot.channels.base import Outgoing, read_picture
from pledgebot.channels.telegram.sending import change, deliver
from pledgebot.domain.delivery import Action, PermanentFailure, Receipt
from pledgebot.pace import Lane, Pace


class TelegramChannel:
    """Sends, answers and edits in chats, groups, topics and channels.

    An address is a chat's number or a channel's `@name`, a thread a topic's number or nothing. A receipt names the numbers of
    the messages there, with spaces between. `username` tells the bot's name once Telegram told it; `pictures` reads the
    picture of a key, which is a path unless it says otherwise.
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
    ) -> None:
        self._bot = bot
        self._pace = pace
        self._username = username
        self._pictures = pictures

    def ready_in(self, address: str) -> timedelta:
        """Return how long the pace still keeps a message to this chat back; zero when it may go now."""
        return self._pace.ready_in(address)

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
            )
        return Receipt(" ".join(map(str, numbers)))


def _numbers(remote_id: str | None) -> tuple[int, ...]:
    """Return the numbers in a receipt; one that another medium gave has none."""
    parts = (remote_id or "").split()
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
