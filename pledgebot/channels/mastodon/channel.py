"""Mastodon as a medium: posts and threads on the account's own timeline, private mentions, edits; never a second copy."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pledgebot.channels.base import Outgoing, read_picture
from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.pieces import URL_LENGTH, Counted, Piece, counting, pieces
from pledgebot.channels.mastodon.records import Limits
from pledgebot.channels.mastodon.threads import KeptBack, Manner, Threads
from pledgebot.domain.delivery import Action, PermanentFailure, Receipt, TemporaryFailure
from pledgebot.messages.card_words import shortened

TIMELINE = "timeline"
"""The address of the account's own timeline; every other one is an account that is written to in private."""
LIMITS_LIVE = timedelta(hours=6)
"""After so long the instance is asked again what it takes: it may be updated while the bot runs."""


@dataclass(frozen=True)
class Style:
    """How the bot posts there: the visibility of announcements and of reminders, and a content warning, if one is wanted."""

    announcements: str = "public"
    reminders: str = "unlisted"
    warning: str = ""


class MastodonChannel:
    """Posts, answers and edits. An address is `timeline` or an account such as `alice@exemple.invalid`.

    A receipt names the ids of the posts of a thread, with spaces between. A delivery that was tried before is looked for among
    the account's own posts first: what stands there already is not posted again, and a thread that broke off goes on where it
    broke. `pictures` reads the picture of a key.
    """

    name = "mastodon"
    edits = True
    looks = True

    def __init__(
        self,
        gateway: Gateway,
        budgets: Budgets,
        style: Style,
        now: Callable[[], datetime],
        pictures: Callable[[str], bytes] = read_picture,
    ) -> None:
        self._gateway = gateway
        self._budgets = budgets
        self._style = style
        self._now = now
        self._threads = Threads(gateway, budgets, pictures)
        self._limits: tuple[datetime, Limits] | None = None

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:  # noqa: ARG002 - nothing is sold there
        """Return how long the budgets still keep a message to this place back; zero when it may go now."""
        return self._budgets.ready_in(digests=address not in {"", TIMELINE})

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Tell whether the budgets have room; each request is counted when it is made."""
        return not self.ready_in(address, paid=paid)

    def leave(self) -> None:
        """Do nothing: nothing was counted."""

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:  # noqa: ARG002 - the budgets are for hours
        """Return one: a post that is looked for among the account's own is alone on its way."""
        return 1

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send a message, and return the ids of its posts. Raises the failures of `domain.delivery`."""
        try:
            return Receipt(" ".join(await self._sent(outgoing)))
        except KeptBack:
            raise
        except TemporaryFailure as failure:
            if failure.retry_after is not None:
                self._budgets.hold(failure.retry_after)
            raise
        finally:
            self._budgets.asked(self._gateway.take_asked())

    async def _sent(self, outgoing: Outgoing) -> tuple[str, ...]:
        limits = await self.limits()
        to = self._names(outgoing, limits)
        manner = self._manner(outgoing, to)
        parts = self._parts(outgoing, to, limits)
        old = tuple((outgoing.acts_on or "").split())
        if outgoing.action is Action.EDIT:
            if not old:
                raise PermanentFailure("nothing that could be edited")
            return await self._threads.rewrite(old, parts, manner, since=outgoing.since, repeated=outgoing.repeated)
        above = old[0] if old else None
        found = (
            await self._threads.find(parts, manner, since=outgoing.since, reply_to=above) if outgoing.repeated else ()
        )
        return await self._threads.post(parts, manner, reply_to=above, standing=found)

    def _names(self, outgoing: Outgoing, limits: Limits) -> tuple[str, ...]:
        """Return how the account is called that is written to, first as people there call it; nothing for everybody."""
        if outgoing.address == TIMELINE:
            return ()
        # An account of the instance itself is called without its host.
        return tuple(dict.fromkeys((outgoing.address.removesuffix(f"@{limits.domain}"), outgoing.address)))

    def _manner(self, outgoing: Outgoing, to: tuple[str, ...]) -> Manner:
        private = bool(to)
        public = self._style.reminders if outgoing.reminder else self._style.announcements
        return Manner(
            key=f"delivery-{outgoing.delivery}",
            visibility="direct" if private else public,
            language=outgoing.message.language,
            warning=self._style.warning,
            digests=private,
            to=to,
        )

    def _parts(self, outgoing: Outgoing, to: tuple[str, ...], limits: Limits) -> tuple[Piece, ...]:
        count = counting(mainline=limits.mainline, per_url=limits.per_url or URL_LENGTH)
        room = Counted(limits.characters - count(self._style.warning), count, limits.media)
        described = tuple(
            shortened(picture, outgoing.message.language, limits.description) for picture in outgoing.message.pictures
        )
        parts = pieces(replace(outgoing.message, pictures=described), room, to=f"@{to[0]}" if to else "")
        if not parts:
            raise PermanentFailure("a message of nothing")
        return parts

    async def limits(self) -> Limits:
        """Return what the instance takes, asked again every few hours."""
        if self._limits is None or self._limits[0] + LIMITS_LIVE <= self._now():
            self._limits = (self._now(), await self._gateway.limits())
        return self._limits[1]
