"""Reading mentions page by page with opaque ids: they are never compared, only handed back to the server that gave them."""

from collections.abc import Awaitable, Callable

from pledgebot.channels.mastodon.records import Mention, Mentions

Page = list[tuple[str, Mention | None]]
"""Ids of notifications, the newest first, each with its mention where it is one that can be read."""


async def since(fetch: Callable[[str], Awaitable[Page]], after: str, pages: int) -> Mentions:
    """Return what came after a notification, read upwards: `fetch` gives the page right above an id."""
    cursor, seen = after, {after}
    found: list[Mention] = []
    for _ in range(pages):
        page = await fetch(cursor)
        # A server that does not know `min_id` gives the same page again.
        new = [(number, mention) for number, mention in page if number not in seen]
        if not new:
            return Mentions(tuple(found), cursor, more=False)
        seen |= {number for number, _ in new}
        found += [mention for _, mention in reversed(new) if mention is not None]
        cursor = page[0][0]
    return Mentions(tuple(found), cursor, more=True)


async def everything(fetch: Callable[[str | None], Awaitable[Page]], pages: int) -> Mentions:
    """Return the newest pages, read downwards: `fetch` gives the page right below an id, or the newest of all.

    What lies deeper than `pages` is never read: `more` stays False.
    """
    found: dict[str, Mention | None] = {}
    for _ in range(pages):
        page = await fetch(next(reversed(found), None))
        if all(number in found for number, _ in page):
            break
        found |= {number: mention for number, mention in page if number not in found}
    mentions = [mention for mention in found.values() if mention is not None]
    return Mentions(tuple(reversed(mentions)), next(iter(found), None), more=False)
