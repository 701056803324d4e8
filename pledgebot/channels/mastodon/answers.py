"""Answers to mentions: posted part after part below the mention, and looked for there before anything is repeated."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pledgebot.channels.base import read_picture
from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.pieces import URL_LENGTH, Counted, counting, pieces
from pledgebot.channels.mastodon.records import Limits, Status
from pledgebot.channels.mastodon.threads import KeptBack, Unreadable, same_words, upload
from pledgebot.domain.delivery import TemporaryFailure
from pledgebot.messages.card_words import shortened
from pledgebot.messages.document import Message, Picture

log = logging.getLogger(__name__)

_RECENT = 120
"""So many of the account's own posts are looked through."""


@dataclass(frozen=True)
class _Manner:
    key: str
    visibility: str
    language: str
    warning: str


@dataclass(frozen=True)
class Answers:
    """An account's means to answer. `limits` says what the instance takes, `pictures` reads the picture of a key."""

    gateway: Gateway
    budgets: Budgets
    limits: Callable[[], Awaitable[Limits]]
    pictures: Callable[[str], bytes] = read_picture

    async def cut(self) -> Callable[[Message, str, str], tuple[str, ...]]:
        """Return what makes texts of a message, a mention to stand before each, and a content warning."""
        limits = await self.limits()
        count = counting(mainline=limits.mainline, per_url=limits.per_url or URL_LENGTH)

        def texts(message: Message, to: str, warning: str) -> tuple[str, ...]:
            room = Counted(limits.characters - count(warning), count, limits.media)
            return tuple(piece.text for piece in pieces(message, room, to=to) if piece.text)

        return texts

    async def say(
        self,
        texts: Sequence[str],
        *,
        key: str,
        visibility: str,
        language: str,
        warning: str,
        reply_to: str,
        repeated: bool,
        pictures: Sequence[Picture] = (),
    ) -> tuple[str, ...]:
        """Post texts as an answer, pictures with the first, and return their ids.

        What stands below `reply_to` already is not posted again. Raises the failures of `domain.delivery`: `Missing` where the
        post that was to be answered is gone.
        """
        manner = _Manner(key, visibility, language, warning)
        try:
            ids = await self._standing(texts, reply_to) if repeated else []
            for text in texts[len(ids) :]:
                media = await self._uploaded(pictures, language) if not ids else []
                ids.append(await self._one(text, manner, len(ids), ids[-1] if ids else reply_to, media))
            return tuple(ids)
        except KeptBack:
            raise
        except TemporaryFailure as failure:
            if failure.retry_after is not None:
                self.budgets.hold(failure.retry_after)
            raise
        finally:
            self.budgets.asked(self.gateway.take_asked())

    async def _uploaded(self, pictures: Sequence[Picture], language: str) -> list[str]:
        if not pictures:
            return []
        limits = await self.limits()
        described = [shortened(picture, language, limits.description) for picture in pictures[: limits.media]]
        uploaded = []
        for one in described:
            try:
                uploaded.append(await upload(one, self.gateway, self.budgets, self.pictures, answers=True))
            except Unreadable as failure:
                log.error("picture_left_out: %s", failure.reason)  # noqa: TRY400 - its words hold those of the message
        return uploaded

    async def _one(self, text: str, manner: "_Manner", index: int, above: str, media: Sequence[str]) -> str:
        wait = self.budgets.ready_in(answers=True)
        if wait > timedelta(0):
            raise KeptBack(wait)
        # Counted before: nobody may know afterwards whether it was taken.
        self.budgets.posted()
        posted = await self.gateway.post(
            text,
            key=_key(manner.key, index, text),
            visibility=manner.visibility,
            language=manner.language,
            warning=manner.warning,
            reply_to=above,
            media=media,
        )
        return posted.id

    async def _standing(self, texts: Sequence[str], reply_to: str) -> list[str]:
        """Return the ids of the first texts that stand already, each below the one before."""
        own = tuple(reversed(await self.gateway.recent(limit=_RECENT)))
        ids: list[str] = []
        for text in texts:
            found = _below(own, ids[-1] if ids else reply_to, text)
            if found is None:
                break
            ids.append(found)
        return ids


def _below(posts: Sequence[Status], above: str, text: str) -> str | None:
    """Return the oldest post with these words that answers another one.

    Two people may ask the same, and are told the same: only where it stands says whose answer it is.
    """
    return next((post.id for post in posts if post.in_reply_to == above and same_words(post.text, text)), None)


def _key(name: str, index: int, text: str) -> str:
    return f"{name}-{index + 1}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
