"""The account's profile: what it has to say, and putting right what differs; nothing is posted or changed twice."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.pieces import Counted, counting, pieces
from pledgebot.channels.mastodon.records import Account, Limits, Status
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.domain.errors import Unusable
from pledgebot.messages import mastodon_profile as words
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.mastodon_profile import Identity
from pledgebot.messages.render import plain

_LOOKED_THROUGH = 200
"""So many own posts are looked through for one that was posted, and not pinned."""


@dataclass(frozen=True)
class Profile:
    """What a profile has to say. `titles` begin the pinned post whatever it says; `names` are those of the bot's own fields."""

    note: str
    fields: tuple[tuple[str, str], ...]
    most_fields: int
    names: frozenset[str]
    pinned: str
    titles: tuple[str, ...]
    language: str


def profile_of(who: Identity, limits: Limits) -> Profile:
    """Return the profile of an account on an instance. Raises `Unusable` where a text cannot be made to fit."""
    first = translator(who.languages[0])
    # An address that is cut leads elsewhere.
    fields = tuple((name, value) for name, value in words.fields(who, first) if len(value) <= limits.field)
    return Profile(
        note=_note(who, limits.note),
        fields=fields[: limits.fields],
        most_fields=limits.fields,
        names=frozenset[str]().union(*(words.field_names(translator(language)) for language in LANGUAGES)),
        pinned=_post(who, limits),
        titles=tuple(_titles()),
        language=who.languages[0],
    )


Before = Callable[[], None]
"""Is asked before each change, and raises where it may not be made."""


async def put_right(gateway: Gateway, who: Identity, *, before: Before | None) -> AsyncIterator[str]:
    """Change what differs, and yield a line for each change once it is made; none where all is right.

    `before` is asked whether a change may be made, in the moment before it is; without it nothing is changed, and the lines say
    what would be. Raises the failures of `domain.delivery`, `Unusable`, and what `before` raises. It may be called again after
    any of them: what was done is seen.
    """
    account = await gateway.verify()
    wanted = profile_of(who, await gateway.limits())
    for steps in (
        _account(gateway, account, wanted, before),
        _policy(gateway, before),
        _pinned(gateway, account, wanted, before),
    ):
        async for line in steps:
            yield line


async def _account(gateway: Gateway, account: Account, wanted: Profile, before: Before | None) -> AsyncIterator[str]:
    bot = True if not account.bot else None
    note = wanted.note if not _same(account.note, wanted.note) else None
    has = tuple(field for field in account.fields if any(field))
    shall = _with_others(wanted, has)
    fields = shall if [*map(_bare, has)] != [*map(_bare, shall)] else None
    if before is not None and (bot, note, fields) != (None, None, None):
        before()
        await gateway.set_profile(bot=bot, note=note, fields=fields)
    if bot:
        yield "marked as automated"
    if note:
        yield "the note"
    if fields is not None:
        for line in _told(has, fields):
            yield line


def _with_others(wanted: Profile, has: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the bot's fields, then those that somebody else put there, as far as there is room."""
    others = [field for field in has if field[0] not in wanted.names]
    return (*wanted.fields, *others)[: wanted.most_fields]


def _told(has: Sequence[tuple[str, str]], shall: Sequence[tuple[str, str]]) -> Iterator[str]:
    before, after = dict(map(_bare, has)), dict(map(_bare, shall))
    told = [f"the field {name}: {value}" for name, value in after.items() if before.get(name) != value]
    told += [f"the field {name}: taken away" for name in before if name not in after]
    yield from told or ["the order of the fields"]


async def _policy(gateway: Gateway, before: Before | None) -> AsyncIterator[str]:
    policy = await gateway.policy()
    if policy is None or policy.private_mentions == "accept":
        return
    if before is not None:
        before()
        await gateway.set_policy(private_mentions="accept")
    yield "private mentions of strangers are let through"


async def _pinned(gateway: Gateway, account: Account, wanted: Profile, before: Before | None) -> AsyncIterator[str]:
    pinned = await gateway.pinned()
    if any(_same(post.text, wanted.pinned) for post in pinned):
        return
    outdated = next((post for post in pinned if _flat(post.text).startswith(wanted.titles)), None)
    if outdated is not None:
        if before is not None:
            before()
            await gateway.edit(outdated.id, wanted.pinned)
        yield f"the words of the pinned post {outdated.url}"
        return
    standing = await _standing(gateway, wanted)
    if before is not None:
        before()
        standing = standing or await _posted(gateway, account, wanted)
        before()
        await _pin(gateway, standing[-1].id)
    yield f"pinned: {standing[-1].url}" if standing else "a post that says how to ask, pinned"


async def _standing(gateway: Gateway, wanted: Profile) -> tuple[Status, ...]:
    """Return the posts that could be pinned, the newest first: one that was posted before something went wrong."""
    return tuple(
        post
        for post in await gateway.recent(limit=_LOOKED_THROUGH)
        if post.visibility == "public" and post.in_reply_to is None and _same(post.text, wanted.pinned)
    )


async def _posted(gateway: Gateway, account: Account, wanted: Profile) -> tuple[Status, ...]:
    """Post what is to be pinned, and return all that stands there of it now: of two that ran at once, the older stays.

    Whoever came second takes its own away again. Both see the same order, so that exactly one is left.
    """
    key = hashlib.sha256(f"pinned\n{account.id}\n{wanted.pinned}".encode()).hexdigest()[:32]
    try:
        mine = (await gateway.post(wanted.pinned, key=key, visibility="public", language=wanted.language)).id
    except Uncertain:
        mine = ""
    standing = await _standing(gateway, wanted)
    if not standing:
        raise TemporaryFailure("nobody knows whether the post was taken; try again in a minute")
    if mine in {post.id for post in standing[:-1]}:
        await gateway.delete(mine)
    return standing


async def _pin(gateway: Gateway, post: str) -> None:
    try:
        await gateway.pin(post)
    except (PermanentFailure, TemporaryFailure):
        # Refused, or answered with a fault, where somebody pinned it at the same time; or it is done, and was not told.
        if all(one.id != post for one in await gateway.pinned()):
            raise


def _note(who: Identity, room: int) -> str:
    """Return the note, as whole as it fits: in all languages, without the letter's title, in the first language alone."""
    speaking = [translator(language) for language in who.languages]
    for chosen in (speaking, speaking[:1]):
        for title in (True, False):
            text = "\n\n".join(plain(words.note(who, tr, title=title)) for tr in chosen)
            if len(text) <= room:
                return text
    raise Unusable(
        f"mastodon: a note of the profile has room for {room} characters; shorten legal.publisher or legal.contact"
    )


def _post(who: Identity, limits: Limits) -> str:
    """Return the post that is pinned, as whole as it fits into one, just as it is posted."""
    counted = Counted(limits.characters, counting(mainline=limits.mainline))
    speaking = [translator(language) for language in who.languages]
    for chosen in (speaking, speaking[:1]):
        for following in (True, False):
            parts = [pieces(words.how_to_ask(who, tr, following=following), counted) for tr in chosen]
            text = "\n\n".join(part[0].text for part in parts)
            if all(len(part) == 1 for part in parts) and counted.length(text) <= counted.limit:
                return text
    raise Unusable(f"mastodon: posts of {limits.characters} characters are too short to say in one how to ask")


def _titles() -> Iterator[str]:
    for language in LANGUAGES:
        title = words.how_to_ask_title(translator(language))
        yield _flat(title)
        yield _flat(f"{words.example_line(language)} {title}")


def _same(one: str, other: str) -> bool:
    """Tell whether two texts are the same but for their spaces, with which servers are free."""
    return _flat(one) == _flat(other)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _bare(field: tuple[str, str]) -> tuple[str, str]:
    return _flat(field[0]), _flat(field[1])
