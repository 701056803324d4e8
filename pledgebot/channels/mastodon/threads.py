"""Threads: posted part after part, found again after a doubt, gone on with where they broke off, changed in place."""

import asyncio
import hashlib
import logging
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.errors import Missing
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.pieces import Piece
from pledgebot.channels.mastodon.records import Picture as Hung
from pledgebot.channels.mastodon.records import Posted, Status
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.messages.document import Picture

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=10)
"""So far may the instance's clock be behind ours when its posts of a time are looked at."""
_PRIVATE = "direct"
_RECENT = 120
"""So many of the account's own posts are looked through."""


class KeptBack(TemporaryFailure):
    """Provably not posted: our own budgets have no room for it yet."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("kept back by the pace", wait)


class Unreadable(PermanentFailure):
    """Nothing was sent: a picture cannot be read, or not be drawn."""


@dataclass(frozen=True)
class Manner:
    """How a thread is posted. `key` names what is posted: the same for every attempt, another one for everything else.

    `answers` and `digests` say whose budget it is (`Budgets.ready_in`). `to` are the names of the account for which a private
    thread is, with its host and, on the instance itself, without; none for what everybody may read.
    """

    key: str
    visibility: str
    language: str
    warning: str = ""
    answers: bool = False
    digests: bool = False
    to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Threads:
    """An account's means to post."""

    gateway: Gateway
    budgets: Budgets
    pictures: Callable[[str], bytes]

    async def post(
        self, parts: Sequence[Piece], manner: Manner, *, reply_to: str | None = None, standing: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Post the parts that do not stand yet, each below the one before, and return the ids of all.

        The first one answers `reply_to`, if that is still there. Raises the failures of `domain.delivery`: what was posted
        before one is found by `find`, so that trying again goes on from there.
        """
        ids = list(standing)
        for index, part in enumerate(parts[len(ids) :], start=len(ids)):
            above = ids[-1] if ids else reply_to
            try:
                ids.append((await self._one(part, manner, index, above)).id)
            except Missing:
                if above is None:
                    raise
                # What was to be answered is gone: the words stand by themselves.
                ids.append((await self._one(part, manner, index, None)).id)
            except PermanentFailure as failure:
                if not ids:
                    raise
                raise Uncertain(f"part {index + 1} of {len(parts)} was refused: {failure.reason}") from failure
        return tuple(ids)

    async def _one(self, part: Piece, manner: Manner, index: int, above: str | None) -> Posted:
        media = [picture.id for picture in await self._hung(part)]
        wait = self.budgets.ready_in(answers=manner.answers, digests=manner.digests)
        if wait > timedelta(0):
            raise KeptBack(wait)
        # Counted before: nobody may know afterwards whether it was taken.
        self.budgets.posted()
        return await self.gateway.post(
            part.text,
            key=_key(manner.key, index, part.text),
            visibility=manner.visibility,
            language=manner.language,
            warning=manner.warning,
            reply_to=above,
            media=media,
        )

    async def _hung(self, part: Piece) -> list[Hung]:
        """Upload the pictures of a part; words are not kept back by one that cannot be drawn."""
        hung = []
        for picture in part.pictures:
            try:
                media = await upload(picture, self.gateway, self.budgets, self.pictures)
            except Unreadable as failure:
                if not part.text:
                    raise
                log.error("picture_left_out: %s", failure.reason)  # noqa: TRY400 - its words hold those of the message
            else:
                hung.append(Hung(media, picture.description))
        return hung

    async def find(
        self, parts: Sequence[Piece], manner: Manner, *, since: datetime, reply_to: str | None = None
    ) -> tuple[str, ...]:
        """Return the ids of those first parts that stand among the account's own posts since a moment.

        They are known by their words, blanks aside, by whom they are for, and each later one by standing below the one before.
        Where copies stand the oldest is taken.
        """
        recent = await self.gateway.recent(limit=_RECENT)
        late = [post for post in reversed(recent) if post.created is None or post.created >= since - CLOCKS_DIFFER]
        own = [post for post in late if _is_for(post, manner.to)]
        ids: list[str] = []
        for part in parts:
            above = ids[-1] if ids else reply_to
            found = _below(own, above, part.text) or (_below(own, None, part.text) if not ids else None)
            if found is None:
                break
            ids.append(found)
        return tuple(ids)

    async def rewrite(
        self, old: Sequence[str], parts: Sequence[Piece], manner: Manner, *, since: datetime, repeated: bool
    ) -> tuple[str, ...]:
        """Put parts in the place of posts, and return the ids that stand then.

        A post that says and shows it already is left alone, since whoever boosted it is told of every edit. Its pictures give
        way to those of the part, be it to none: an old one would go on saying what is not so. Parts that are left over are
        posted below, posts that are left over deleted. Raises as `post` does.
        """
        kept = tuple(old[: len(parts)])
        for post, part in zip(kept, parts, strict=False):
            await self._change(post, part, manner.warning)
        for post in reversed(old[len(parts) :]):
            await self.gateway.delete(post)
        further = parts[len(kept) :]
        if not further:
            return kept
        done = await self.find(further, manner, since=since, reply_to=kept[-1]) if repeated else ()
        return (*kept, *await self.post(further, manner, reply_to=kept[-1], standing=done))

    async def _change(self, post: str, part: Piece, warning: str) -> None:
        status = await self.gateway.status(post)
        if not same_words(status.text, part.text) or not _same_pictures(status, part):
            await self.gateway.edit(post, part.text, warning=warning, pictures=await self._hung(part))


def _same_pictures(status: Status, part: Piece) -> bool:
    """Tell whether a post has the pictures of a part: each with the description that says what is on it."""
    said = [picture.description for picture in part.pictures]
    return len(said) == len(status.pictures) and all(
        same_words(one.description, other) for one, other in zip(status.pictures, said, strict=True)
    )


async def upload(
    picture: Picture,
    gateway: Gateway,
    budgets: Budgets,
    pictures: Callable[[str], bytes],
    *,
    answers: bool = False,
) -> str:
    """Upload a picture, if the budget has room, and return its id. Raises the failures of `domain.delivery`."""
    wait = budgets.ready_in(answers=answers, pictures=1)
    if wait > timedelta(0):
        raise KeptBack(wait)
    try:
        content = await asyncio.to_thread(pictures, picture.key)
    except (OSError, LookupError) as error:
        raise Unreadable(f"a picture cannot be read: {type(error).__name__}") from error
    budgets.uploaded()
    return await gateway.upload(content, "image/png", picture.description)


def _is_for(post: Status, to: Sequence[str]) -> bool:
    """Tell whether a post is for an account alone, or for everybody where none is named: the same words go to many.

    A server may not say whom a post mentions: then its first word does.
    """
    if not to:
        return post.visibility != _PRIVATE
    if post.visibility not in {_PRIVATE, ""}:
        return False
    names = {name.casefold() for name in to}
    if post.mentions:
        return any(one.acct.casefold() in names for one in post.mentions)
    first = post.text.partition(" ")[0].lstrip("@").casefold()
    return first in names | {name.partition("@")[0] for name in names}


def _below(posts: Sequence[Status], above: str | None, text: str) -> str | None:
    """Return the oldest post with these words, below another one where that is named."""
    return next((post.id for post in posts if above in {None, post.in_reply_to} and same_words(post.text, text)), None)


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts are one post's: as it was typed, and as the server shows it.

    Servers make other blanks of blanks and leave a mention's host out; signs that nobody sees are left aside.
    """
    return _essence(one) == _essence(other)


def _essence(text: str) -> str:
    words = _LEADING.sub("", unicodedata.normalize("NFC", text))
    return _UNSEEN.sub("", words)


_LEADING = re.compile(r"\A(?:\s*@[\w.+-]+(?:@[\w.:-]+)?(?=\s|\Z))+")
_UNSEEN = re.compile(r"[\s\u200b\u2060\ufeff]+")


def _key(name: str, index: int, text: str) -> str:
    """Return what is sent as Idempotency-Key: with the words, so that another database's delivery is never taken for this one."""
    return f"{name}-{index + 1}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
