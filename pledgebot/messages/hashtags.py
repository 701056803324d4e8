"""Hashtags by which people follow a subject natively: one for each demand, one for each town."""

import re

from pledgebot.domain.events import AnswerFacts

MOST_TOWNS = 3
"""A banner may stand in many towns: more hashtags than words help nobody."""

_AFTER_THE_TOWN = re.compile(r"\s*[,(/–—]|\s-\s|\s\d")
_WORD = re.compile(r"[^\W_]+")


def hashtags_of(*facts: AnswerFacts) -> tuple[str, ...]:
    """Return the hashtags of the demands that are spoken of, then those of the towns, each once and without its sign."""
    demands = [stance.hashtag for one in facts for stance in one.stances if stance.hashtag]
    towns = dict.fromkeys(town_hashtag(label) for one in facts for label in one.subject.constituencies)
    return tuple(dict.fromkeys([*demands, *[town for town in towns if town][:MOST_TOWNS]]))


def town_hashtag(label: str) -> str:
    """Return the hashtag of the town that a place is or lies in: "Marseille, 3e secteur" is Marseille's; "" where it has none."""
    return camel_case(_AFTER_THE_TOWN.split(label.strip(), maxsplit=1)[0])


def camel_case(words: str) -> str:
    """Return words as one, each with a capital, so that a screen reader tells them apart; "" where no letter is among them."""
    joined = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(words))
    return joined if re.search(r"[^\W\d_]", joined) else ""
