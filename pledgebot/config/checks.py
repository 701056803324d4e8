"""What the parts of a configuration have to be to each other.

These checks look at plain data and skip whatever has the wrong type, so that they speak even when something else in the
file is wrong: all faults are said at once.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

from pledgebot.config.faults import nearest
from pledgebot.config.fields import KeyPath, Loc, table_at
from pledgebot.config.shape import BUILTIN, LANGUAGES, builtin_letters, letter_path

Found = Iterator[tuple[Loc, str]]
"""Places and reasons; what is expected there is the field's description."""

Rows = list[tuple[int, dict[str, object]]]


def settings_faults(data: dict[str, object], folder: Path) -> Found:
    """Find what does not fit together in a configuration."""
    yield from _letter(data, folder)
    yield from _languages(data)
    yield from _rounds(rows(data, ("election", "rounds")))
    yield from _constituencies(rows(data, ("election", "constituencies")))
    yield from _silence(data)
    yield from _destinations(data)
    yield from _webhook(data)
    yield from _instance(data)


def rows(data: dict[str, object], path: KeyPath) -> Rows:
    """Return the tables of a list, each with its place; whatever is no table is left out."""
    table = table_at(data, path[:-1]) or {}
    return [(place, row) for place, row in enumerate(items(table.get(path[-1]))) if isinstance(row, dict)]


def items(value: object) -> list[object]:
    """Return the items of a list, none when it is not one."""
    return list(value) if isinstance(value, list | tuple) else []


def twice(values: Iterable[tuple[Loc, Hashable]], what: str) -> Found:
    """Find values that stand there a second time; None does not count."""
    seen: set[Hashable] = set()
    for loc, value in values:
        if value is not None and value in seen:
            yield loc, f"the same {what} twice"
        seen.add(value)


def text_of(value: object) -> str | None:
    """Return a value when it is a text, without space around it."""
    return value.strip() if isinstance(value, str) else None


def _letter(data: dict[str, object], folder: Path) -> Found:
    letter = text_of(data.get("letter"))
    if not letter:
        return
    if letter.startswith(BUILTIN):
        known = builtin_letters()
        if letter not in known:
            near = nearest(letter, known)
            yield ("letter",), "no such letter travels with pledgebot" + (f"; did you mean {near}?" if near else "")
    elif not _is_file(letter_path(letter, folder)):
        yield ("letter",), "there is no such file"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _languages(data: dict[str, object]) -> Found:
    languages = [text if isinstance(text, str) else None for text in items(data.get("languages"))]
    yield from twice(((("languages", place), language) for place, language in enumerate(languages)), "language")
    names = table_at(data, ("election", "name"))
    if names is not None:
        wanted = [language for language in dict.fromkeys(languages) if language in LANGUAGES]
        yield from ((("election", "name", language), "missing") for language in wanted if language not in names)
        if not wanted and not names:
            yield ("election", "name"), "missing"


def _rounds(rounds: Rows) -> Found:
    before: Loc = ("election", "rounds")
    numbers = [((*before, place, "number"), whole(row.get("number"))) for place, row in rounds]
    days = [((*before, place, "date"), day(row.get("date"))) for place, row in rounds]
    yield from twice(numbers, "round number")
    yield from twice(days, "polling day")
    for (_loc, earlier), (loc, later) in pairwise(days):
        if earlier is not None and later is not None and later < earlier:
            yield loc, "earlier than the round before it"
    for (_loc, lower), (loc, higher) in pairwise(numbers):
        if lower is not None and higher is not None and higher < lower:
            yield loc, "lower than that of the round before it"


def whole(value: object) -> int | None:
    """Return a value when it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def day(value: object) -> date | None:
    """Return a value when it is a day without an hour."""
    return value if type(value) is date else None


def _constituencies(places: Rows) -> Found:
    before: Loc = ("election", "constituencies")
    codes = [((*before, place, "code"), text_of(row.get("code"))) for place, row in places]
    yield from twice(codes, "constituency code")
    parents = {text_of(row.get("code")): text_of(row.get("parent")) for _place, row in places}
    for place, row in places:
        code, parent = text_of(row.get("code")), text_of(row.get("parent"))
        loc: Loc = (*before, place, "parent")
        if parent is None:
            continue
        if parent not in parents:
            near = nearest(parent, [known for known in parents if known is not None])
            yield loc, "no such constituency" + (f"; did you mean {near}?" if near else "")
        elif _in_circle(code, parents):
            yield loc, "lies in itself"


def _in_circle(code: str | None, parents: dict[str | None, str | None]) -> bool:
    """Tell whether going from parent to parent leads back to a code."""
    seen: set[str] = set()
    above = parents.get(code)
    while above is not None and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _silence(data: dict[str, object]) -> Found:
    silence = table_at(data, ("silence",)) or {}
    if text_of(silence.get("rule")) == "none" and silence.get("reason") is None:
        yield ("silence", "reason"), "missing"


def _destinations(data: dict[str, object]) -> Found:
    languages = items(data.get("languages"))
    destinations = rows(data, ("destinations",))
    for place, row in destinations:
        language = row.get("language")
        if language in LANGUAGES and language not in languages:
            yield ("destinations", place, "language"), "not among languages"
        yield from _address(data, place, row)
    yield from twice(
        (
            (("destinations", place, "address"), (channel, address, text_of(row.get("thread"))))
            for place, row in destinations
            if (channel := text_of(row.get("channel"))) and (address := text_of(row.get("address")))
        ),
        "destination",
    )


_CHAT = re.compile(r"-?\d{1,15}")


def _address(data: dict[str, object], place: int, row: dict[str, object]) -> Found:
    """Find what is wrong with a destination's address: each medium has its own kind."""
    address, channel = text_of(row.get("address")), text_of(row.get("channel"))
    if address is None:
        return
    if channel == "console" and address != "terminal":
        yield ("destinations", place, "address"), 'the console has only "terminal"'
    if channel == "telegram" and not _CHAT.fullmatch(address):
        # A name can be taken by somebody else once it is given up; a number stays.
        yield ("destinations", place, "address"), "not the number of a chat"
    if channel == "telegram" and (table_at(data, ("telegram",)) or {}).get("token") is None:
        yield ("destinations", place, "channel"), "telegram has no token: fill in [telegram]"
    if channel == "mastodon":
        yield from _timeline(data, place, row)


def _timeline(data: dict[str, object], place: int, row: dict[str, object]) -> Found:
    """Find what is wrong with a destination on Mastodon: there is only the account's own timeline, which is public."""
    account = table_at(data, ("mastodon",)) or {}
    if text_of(row.get("address")) != "timeline":
        yield ("destinations", place, "address"), 'mastodon has only "timeline"'
    if row.get("thread") is not None:
        yield ("destinations", place, "thread"), "mastodon has no topics"
    if row.get("audience") == "organizers":
        yield ("destinations", place, "audience"), "what is posted on mastodon is public"
    # A token whose file cannot be read stands there as None, and that was said.
    if account.get("base_url") is None or "token" not in account:
        yield ("destinations", place, "channel"), "mastodon has no account: fill in base_url and token of [mastodon]"


def _instance(data: dict[str, object]) -> Found:
    """Find a token of which nobody knows where it is one."""
    account = table_at(data, ("mastodon",)) or {}
    if account.get("token") is not None and account.get("base_url") is None:
        yield ("mastodon", "base_url"), "missing, and mastodon.token needs it"


def _webhook(data: dict[str, object]) -> Found:
    """Find a webhook that Telegram could not call."""
    if (table_at(data, ("telegram",)) or {}).get("webhook") is not True:
        return
    public = text_of((table_at(data, ("web",)) or {}).get("public_url"))
    if public is None:
        yield ("web", "public_url"), "missing, and telegram.webhook needs it"
