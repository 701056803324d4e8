"""What is asked, and the updates in which it comes."""

import random
from collections.abc import Callable, Sequence

import bench_questions
from bench_questions import NOW, questions

from chat.database import ANSWERED
from pledgebot.domain.election import ListRecord

POPULAR, OF_POPULAR, MISTYPED = 200, 0.8, 0.1

# Ways of asking that both contenders understand: by a name, a head of list, a place, a demand in a place.
_WAYS = (
    "{name}", "{name}", "{lower}", "/list {name}", "{head}", "{place}", "{code}", "/stances {place}", "caméras {place}",
)  # fmt: skip
_ALSO = ("{head} caméras", "/demand caméras", "/stances", "/letter", "/dates", "/start")


def by_name(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions that both answer from the same rows: four of five about a few things, the rest about anything."""
    rng = random.Random(11)  # noqa: S311 - a repeatable choice, not a secret
    return [_put(rng.choice(_WAYS), one) for one in _asked_about(rng, lists, many)]


def as_people_ask(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions as they come, of which the plain bot makes no sense of many: typing errors, free words, no place."""
    rng = random.Random(12)  # noqa: S311 - a repeatable choice, not a secret
    anything = [text for text in questions(lists) if text.strip()]
    asked = []
    for one in _asked_about(rng, lists, many):
        if rng.random() >= OF_POPULAR:
            asked.append(rng.choice(anything))
            continue
        text = _put(rng.choice(_WAYS + _ALSO), one)
        asked.append(bench_questions.mistyped(rng, text) if rng.random() < MISTYPED and "/" not in text else text)
    return asked


def _asked_about(rng: random.Random, lists: Sequence[ListRecord], many: int) -> list[ListRecord]:
    """Return what is asked about: four times in five one of a few, the first of them most often, else any list."""
    popular = rng.sample(lists[:ANSWERED], POPULAR)
    weights = [1 / place for place in range(1, POPULAR + 1)]
    often = iter(rng.choices(popular, weights, k=many))
    return [next(often) if rng.random() < OF_POPULAR else rng.choice(lists) for _ in range(many)]


def _put(way: str, one: ListRecord) -> str:
    return way.format(
        name=one.name, lower=one.name.lower(), head=one.head, place=one.constituency_label, code=one.constituency
    )


def distinct(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions of every kind of which no two are the same."""
    return list(dict.fromkeys(text for text in questions(lists) if text.strip()))[:many]


MIXES: dict[str, Callable[[Sequence[ListRecord], int], list[str]]] = {
    "by name": by_name,
    "as people ask": as_people_ask,
    "all distinct": distinct,
}


def update(number: int, text: str) -> dict[str, object]:
    """Return a private message as Telegram brings it; each comes from another person."""
    person = {"id": 1_000_000 + number, "first_name": "Ada", "language_code": "fr"}
    message: dict[str, object] = {
        "message_id": number,
        "date": int(NOW.timestamp()),
        "chat": {"id": person["id"], "type": "private", "first_name": "Ada"},
        "from": {**person, "is_bot": False},
        "text": text[:4096],
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    return {"update_id": number, "message": message}
