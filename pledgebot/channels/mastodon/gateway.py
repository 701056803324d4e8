"""One account on a server with Mastodon's API: typed, asynchronous, one request at a time.

Mastodon.py is synchronous, and neither it nor the session below it may be used from two threads: each account has a client and
a single thread of its own. An await that is cancelled does not stop that thread: what it was sending may still go out, so
whoever gave up waiting for a post must treat it as a doubt. Every method raises the failures of `domain.delivery` and nothing
else; a read, and a write that may be repeated without harm, never raises `Uncertain`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pledgebot.channels.mastodon.client import Hearing, make_client
from pledgebot.channels.mastodon.limits import limits_of
from pledgebot.channels.mastodon.paging import Page, everything, since
from pledgebot.channels.mastodon.reading import (
    account_of,
    media_of,
    mention_of,
    policy_of,
    posted_of,
    source_of,
    status_of,
)
from pledgebot.channels.mastodon.records import (
    Account,
    Limits,
    Mentions,
    Picture,
    Policy,
    Posted,
    Rate,
    Source,
    Status,
)
from pledgebot.channels.mastodon.values import entries, mapping, required, text
from pledgebot.clock import Clock, ClockWatch
from pledgebot.domain.delivery import TemporaryFailure
from pledgebot.domain.tallies import Tallies

if TYPE_CHECKING:
    from mastodon import Mastodon

T = TypeVar("T")

TIMEOUT = timedelta(seconds=20)
PAGE = 40
"""The most that every server gives at once."""
PAGES = 10
"""So many pages of mentions are read in one call."""
PATIENCE = timedelta(seconds=30)
"""How long a picture is waited for that the server still works on."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 5.0
_REPLY_TIMEOUTS = 3
"""So many times as long as one wait for bytes the whole body of a reply may take."""


class Gateway:
    """An account. `base_url` is an address with or without `https://`; `http://` is for tests and servers on loopback."""

    def __init__(
        self,
        base_url: str,
        token: str,
        clock: Clock,
        timeout: timedelta = TIMEOUT,
        *,
        watch: ClockWatch | None = None,
        tallies: Tallies | None = None,
    ) -> None:
        self._hearing = Hearing(clock, watch, _REPLY_TIMEOUTS * timeout, tallies)
        self._make = partial(make_client, base_url, token, timeout, self._hearing)
        self._client: Mastodon | None = None
        self._own_id: str | None = None
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="mastodon")
        self._closed = False
        self._taken = 0

    @property
    def server_date(self) -> datetime | None:
        """The server's clock in UTC, as the last reply told it; None before, and where it tells none."""
        return self._hearing.date

    @property
    def rate(self) -> Rate | None:
        """What the server said last of its own limit; None as long as it said nothing."""
        return self._hearing.rate

    def take_asked(self) -> int:
        """Return how many requests went out since this was last called: what counts against the server's limit."""
        asked, self._taken = self._hearing.asked - self._taken, self._hearing.asked
        return asked

    def close(self) -> None:
        """Send nothing more. What is on its way goes on in its thread, until its timeout at most."""
        self._closed = True
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.session.close()

    async def verify(self) -> Account:
        """Return the account whose token it is."""
        account = await self._ask(lambda client: account_of(client.account_verify_credentials()))
        self._own_id = account.id
        return account

    async def limits(self) -> Limits:
        """Return what the instance takes, from version 2 of its description or, where that is missing, version 1."""
        reply = await self._ask_if_there(lambda client: mapping(client.instance_v2()))
        return limits_of(reply if reply is not None else await self._ask(lambda client: mapping(client.instance_v1())))

    async def scopes(self) -> frozenset[str] | None:
        """Return what the account's application may ask for; None where the server does not tell (Mastodon does from 4.3)."""
        reply = await self._ask_if_there(lambda client: mapping(client.app_verify_credentials()))
        scopes = entries(mapping(reply).get("scopes"))
        return frozenset(map(text, scopes)) or None

    async def post(
        self,
        written: str,
        *,
        key: str,
        visibility: str,
        language: str | None = None,
        warning: str = "",
        reply_to: str | None = None,
        media: Sequence[str] = (),
    ) -> Posted:
        """Post, and return what the server made of it. Raises `Uncertain` where nobody knows.

        `key` is sent as Idempotency-Key, by which Mastodon knows a repetition for an hour; other servers ignore it.
        """
        return await self._ask(
            lambda client: posted_of(
                client.status_post(
                    written,
                    in_reply_to_id=reply_to,
                    media_ids=list(media) or None,
                    visibility=visibility,
                    spoiler_text=warning or None,
                    language=language,
                    idempotency_key=key,
                )
            ),
            doubt=True,
        )

    async def edit(self, post: str, written: str, *, warning: str = "", pictures: Sequence[Picture] = ()) -> Posted:
        """Change a post in place. Pictures that are not named are taken away; everybody who boosted it is told.

        Raises `Missing` where it is not there, `Uncertain` where nobody knows.
        """
        described = [{"id": picture.id, "description": picture.description} for picture in pictures]
        # The ids of the pictures follow from their descriptions; the library cannot be given both.
        return await self._ask(
            lambda client: posted_of(
                client.status_update(post, written, spoiler_text=warning, media_attributes=described or None)
            ),
            doubt=True,
        )

    async def delete(self, post: str) -> bool:
        """Delete a post, and tell whether it was still there."""
        return await self._ask_if_there(lambda client: mapping(client.status_delete(post))) is not None

    async def upload(
        self,
        content: bytes,
        media_type: str,
        description: str,
        *,
        patience: timedelta = PATIENCE,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> str:
        """Upload a picture with its alt text, wait until the server can post it, and return its id.

        `pause` waits so many seconds. Raises TemporaryFailure where the server takes longer than `patience`. An upload may be
        repeated: what is never posted, servers throw away.
        """
        media, ready = await self._ask(
            lambda client: media_of(client.media_post(content, mime_type=media_type, description=description or None))
        )
        waited, seconds = 0.0, _FIRST_PAUSE
        while not ready:
            if waited + seconds > patience.total_seconds():
                raise TemporaryFailure("a picture is still being processed")
            await pause(seconds)
            waited, seconds = waited + seconds, min(seconds * 2, _LONGEST_PAUSE)
            _, ready = await self._ask(lambda client: media_of(client.media(media)))
        return media

    async def status(self, post: str) -> Status:
        """Return a post. Raises `Missing` where it is not there."""
        return await self._ask(lambda client: status_of(client.status(post)))

    async def source(self, post: str) -> Source:
        """Return what a post of the account was typed as. Raises `Missing` where it is not there."""
        return await self._ask(lambda client: source_of(client.status_source(post)))

    async def recent(self, after: str | None = None, *, limit: int = PAGE) -> tuple[Status, ...]:
        """Return the account's own posts, the newest first: all visibilities and replies, no boosts; those after an id only."""
        me = await self._me()
        found: dict[str, Status] = {}
        oldest: str | None = None
        while len(found) < limit:
            page = await self._own(me, since_id=after, max_id=oldest, limit=min(PAGE, limit - len(found)))
            # Only a page without anything new is the last one: servers leave posts out of a page after counting them.
            if not any(status.id not in found for status in page):
                break
            found |= {status.id: status for status in page}
            oldest = page[-1].id
        return tuple(found.values())[:limit]

    async def pinned(self) -> tuple[Status, ...]:
        """Return the posts that are pinned to the account's profile."""
        me = await self._me()
        return await self._ask(
            lambda client: tuple(map(status_of, entries(client.account_statuses(me, pinned=True, limit=PAGE))))
        )

    async def pin(self, post: str) -> None:
        """Pin a post of the account to its profile; to pin it again is refused by some servers."""
        await self._ask(lambda client: required(mapping(client.status_pin(post)).get("id")))

    async def mentions(self, after: str | None, *, pages: int = PAGES) -> Mentions:
        """Return the mentions since a notification, the oldest first, at most `pages` times forty in one call.

        Ids are never compared: pages are read upwards from the cursor, and its next value is the first of the last page.
        Without a cursor the newest pages are read downwards instead.
        """
        if after is None:
            return await everything(lambda below: self._notifications(max_id=below), pages)
        return await since(lambda above: self._notifications(min_id=above), after, pages)

    async def newest_notification(self) -> str | None:
        """Return the id of the newest notification of any kind: where a bot begins that was never here before."""
        reply = await self._ask(lambda client: entries(client.notifications(limit=1)))
        return required(mapping(reply[0]).get("id")) if reply else None

    async def accept_follow_requests(self) -> int:
        """Let those follow the account who asked, forty of them at most, and return how many there were."""
        asking = await self._ask(
            lambda client: [required(mapping(one).get("id")) for one in entries(client.follow_requests(limit=PAGE))]
        )
        for person in asking:
            await self._ask_if_there(partial(_let_follow, person))
        return len(asking)

    async def account_id(self, acct: str) -> str | None:
        """Return the id of an account by its name (`alice@exemple.invalid`), None where the server knows none of that name."""
        reply = await self._ask_if_there(lambda client: mapping(client.account_lookup(acct)))
        return required(reply.get("id")) if reply is not None else None

    async def blocked_by(self, people: Sequence[str]) -> frozenset[str]:
        """Return those of at most forty accounts that blocked this one."""
        reply = await self._ask(lambda client: entries(client.account_relationships(list(people)))) if people else ()
        return frozenset(text(one.get("id")) for one in map(mapping, reply) if one.get("blocked_by") is True)

    async def policy(self) -> Policy | None:
        """Return whose notifications the server lets through; None where it knows no such policy (Mastodon does from 4.3)."""
        reply = await self._ask_if_there(lambda client: mapping(client.notifications_policy()))
        return policy_of(reply) if reply is not None else None

    async def set_policy(self, *, private_mentions: str = "accept", limited_accounts: str | None = None) -> Policy:
        """Say whose notifications the server is to let through (`accept`, `filter`, `drop`); the rest stays as it is."""
        return await self._ask(
            lambda client: policy_of(
                client.update_notifications_policy(
                    for_private_mentions=private_mentions, for_limited_accounts=limited_accounts
                )
            )
        )

    async def set_profile(
        self,
        *,
        bot: bool | None = None,
        note: str | None = None,
        fields: Sequence[tuple[str, str]] | None = None,
        locked: bool | None = None,
    ) -> Account:
        """Change what is given of the profile; `fields` replaces all of them."""
        named = list(fields) if fields is not None else None
        return await self._ask(
            lambda client: account_of(
                client.account_update_credentials(bot=bot, note=note, fields=named, locked=locked)
            )
        )

    async def _me(self) -> str:
        return self._own_id or (await self.verify()).id

    async def _own(self, me: str, *, since_id: str | None, max_id: str | None, limit: int) -> list[Status]:
        return await self._ask(
            lambda client: [
                status_of(one)
                for one in entries(
                    client.account_statuses(me, exclude_reblogs=True, since_id=since_id, max_id=max_id, limit=limit)
                )
            ]
        )

    async def _notifications(self, *, min_id: str | None = None, max_id: str | None = None) -> Page:
        return await self._ask(
            lambda client: [
                (required(mapping(one).get("id")), mention_of(one))
                for one in entries(client.notifications(types=["mention"], min_id=min_id, max_id=max_id, limit=PAGE))
            ]
        )

    async def _ask_if_there(self, ask: "Callable[[Mastodon], T]") -> T | None:
        """Return what a server answers; None where it does not know what it is asked for."""
        from pledgebot.channels.mastodon.errors import Missing

        try:
            return await self._ask(ask)
        except Missing:
            return None

    async def _ask(self, ask: "Callable[[Mastodon], T]", *, doubt: bool = False) -> T:
        if self._closed:
            raise TemporaryFailure("the connection to the server is closed")
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._work, ask, doubt)

    def _work(self, ask: "Callable[[Mastodon], T]", doubt: bool) -> T:
        """Ask in the account's own thread, where the client is made, too: importing it takes half a second."""
        from pledgebot.channels.mastodon.errors import translate

        try:
            if self._client is None:
                self._client = self._make()
            self._hearing.asked += 1
            return ask(self._client)
        except Exception as error:  # noqa: BLE001 - whatever a reply makes of the library is translated
            # Not "from error": the library's errors quote what was sent and what came back, and would be logged.
            raise translate(error, wait=self._hearing.wait, doubt=doubt) from None
        finally:
            self._hearing.done()


def _let_follow(person: str, client: "Mastodon") -> object:
    return client.follow_request_authorize(person)
