"""Rhythms, hours, time zones and languages as people write them, in French and English. Pure."""

import re
from dataclasses import dataclass
from datetime import time

from pledgebot.domain.audience import QuietHours, Rhythm, hour_from, hours_from
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.domain.zones import zone_named

_AT_ONCE = re.compile(
    r"\b(at once|immediately|immediate|instantly|now|tout de suite|aussitot|immediatement|immediat|instantane|direct|at_once)\b"
)
_DAILY = re.compile(
    r"\b(daily|every day|each day|once a day|quotidien|quotidienne|tous les jours|chaque jour|une fois par jour|par jour|"
    r"day|jour)\b"
)
_WEEKLY = re.compile(
    r"\b(weekly|every week|each week|once a week|hebdo|hebdomadaire|toutes les semaines|chaque semaine|"
    r"une fois par semaine|par semaine|week|semaine)\b"
)
_RHYTHMS = ((_AT_ONCE, Rhythm.AT_ONCE), (_DAILY, Rhythm.DAILY), (_WEEKLY, Rhythm.WEEKLY))

_DAY_NAMES = (
    "monday|lundi",
    "tuesday|mardi",
    "wednesday|mercredi",
    "thursday|jeudi",
    "friday|vendredi",
    "saturday|samedi",
    "sunday|dimanche",
)
_DAYS = tuple(re.compile(rf"\b(?:{names})s?\b") for names in _DAY_NAMES)
"""How the days of the week are written, Monday first."""
_SMALL = re.compile(r"\b(a|at|les|le|la|the|vers|around|on|every|each|tous|chaque)\b|,")

_NONE = frozenset({"none", "no", "off", "never", "nothing", "aucun", "aucune", "non", "rien", "jamais", "sans"})

_LANGUAGES = {
    "fr": "fr", "francais": "fr", "french": "fr", "francaise": "fr",
    "en": "en", "anglais": "en", "english": "en", "anglaise": "en",
}  # fmt: skip


@dataclass(frozen=True)
class Digest:
    """How often, at what hour and on which day of the week (Monday is 0) somebody wants to hear, each as far as it was said."""

    rhythm: Rhythm | None
    hour: time | None
    weekday: int | None = None


def read_digest(text: str) -> Digest:
    """Read `daily 18h`, `weekly monday`, `at once`, `tous les jours à 8 h 30`. Refuses what is none: HOURS_UNREADABLE."""
    rest = normalise(text)
    rhythm = next((member for pattern, member in _RHYTHMS if pattern.search(rest)), None)
    days = [number for number, pattern in enumerate(_DAYS) if pattern.search(rest)]
    if len(days) > 1 or (days and rhythm in {Rhythm.AT_ONCE, Rhythm.DAILY}):
        raise Refused(Objection.HOURS_UNREADABLE, name=text)
    for pattern in (*(pattern for pattern, _member in _RHYTHMS), *_DAYS, _SMALL):
        rest = pattern.sub(" ", rest)
    rest = rest.strip()
    hour = hour_from(rest) if rest else None
    if (rest and hour is None) or (rhythm is None and hour is None and not days):
        raise Refused(Objection.HOURS_UNREADABLE, name=text)
    return Digest(Rhythm.WEEKLY, hour, days[0]) if days else Digest(rhythm, hour)


def read_quiet(text: str) -> QuietHours | None:
    """Read `22h-7h`, `de 22h à 7h`, `22:30 to 06:00`, or `none`, which is None. Refuses anything else: HOURS_UNREADABLE."""
    words = normalise(text).split()
    if words and all(word in _NONE for word in words):
        return None
    hours = hours_from(text)
    if hours is None or hours[0] == hours[1]:
        raise Refused(Objection.HOURS_UNREADABLE, name=text)
    return hours


def read_zone(text: str) -> str:
    """Return the IANA name of a time zone by that name or the words of its place. Refuses anything else: ZONE_UNKNOWN."""
    zone = zone_named(text)
    if zone is None:
        raise Refused(Objection.ZONE_UNKNOWN, name=text)
    return zone


def read_language(text: str) -> str:
    """Return the code of a language by its code or name. Refuses one that is not spoken here: LANGUAGE_UNKNOWN."""
    code = _LANGUAGES.get(normalise(text))
    if code is None:
        raise Refused(Objection.LANGUAGE_UNKNOWN, name=text)
    return code
