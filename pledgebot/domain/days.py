"""The day that a person means, as people write days in French and English: in words, in figures, as a day of the week."""

import re
from datetime import date, timedelta

from pledgebot.domain.words import date_from, normalise

LONGEST_AGO = 10
"""In years: what is said to be older is a slip of the finger. A council sits for six."""

_LEAP = 8
"""A 29 February is at most so many years away from the next one."""

_AGO = {
    "today": 0, "aujourd'hui": 0, "ce jour": 0, "ce matin": 0, "ce soir": 0, "this morning": 0, "tonight": 0,
    "yesterday": 1, "hier": 1, "hier soir": 1, "hier matin": 1, "last night": 1,
    "avant-hier": 2, "avant hier": 2, "the day before yesterday": 2, "day before yesterday": 2,
}  # fmt: skip

_WEEKDAYS = {
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip

_MONTHS = {
    "janvier": 1, "janv": 1, "january": 1, "jan": 1,
    "fevrier": 2, "fevr": 2, "fev": 2, "february": 2, "feb": 2,
    "mars": 3, "march": 3, "mar": 3,
    "avril": 4, "avr": 4, "april": 4, "apr": 4,
    "mai": 5, "may": 5,
    "juin": 6, "june": 6, "jun": 6,
    "juillet": 7, "juil": 7, "july": 7, "jul": 7,
    "aout": 8, "august": 8, "aug": 8,
    "septembre": 9, "september": 9, "sept": 9, "sep": 9,
    "octobre": 10, "october": 10, "oct": 10,
    "novembre": 11, "november": 11, "nov": 11,
    "decembre": 12, "december": 12, "dec": 12,
}  # fmt: skip

_YEAR = r"(?:,? ([0-9]{4}))?"
_DAY = r"([0-9]{1,2})(?:er|st|nd|rd|th)?"
_DAY_MONTH = re.compile(rf"(?:the )?{_DAY}(?: of)? ([a-z]+)\.?{_YEAR}")
_MONTH_DAY = re.compile(rf"([a-z]+)\.? {_DAY}{_YEAR}")
_FIGURES = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?")
_LAST = re.compile(r"(?:(?P<of>[a-z]+) dernier|last (?P<on>[a-z]+))")


def day_from(text: str, today: date) -> date | None:
    """Return the day that a text means, None for one that means none. Figures are read day first, in English too.

    Without a year it is the latest such day that is not after `today`; so is a day of the week, which before "last" or
    "dernier" is not today. A day of the week beside a date has to be that of the date.
    """
    words = normalise(text).rstrip(".,; ").removeprefix("le ").removeprefix("on ")
    if words in _AGO:
        return today - timedelta(days=_AGO[words])
    if (last := _LAST.fullmatch(words)) is not None:
        weekday = _WEEKDAYS.get(last["of"] or last["on"])
        return _latest_weekday(weekday, today - timedelta(days=1)) if weekday is not None else None
    if words in _WEEKDAYS:
        return _latest_weekday(_WEEKDAYS[words], today)
    first, _blank, rest = words.partition(" ")
    weekday = _WEEKDAYS.get(first.rstrip(",."))
    if weekday is None:
        return _written(words, today)
    day = _written(rest.removeprefix("le "), today)
    return day if day is not None and day.weekday() == weekday else None


def is_absurd(day: date, today: date) -> bool:
    """Tell whether a day lies so far back that it is a slip of the finger."""
    return day.year < today.year - LONGEST_AGO


def _latest_weekday(weekday: int, latest: date) -> date:
    return latest - timedelta(days=(latest.weekday() - weekday) % 7)


def _written(words: str, today: date) -> date | None:
    """Read a date in figures or with the name of its month."""
    if (whole := date_from(words)) is not None:
        return whole
    if match := _FIGURES.fullmatch(words):
        return _day(match[1], int(match[3]), match[4], today)
    if match := _DAY_MONTH.fullmatch(words):
        return _day(match[1], _MONTHS.get(match[2]), match[3], today)
    if match := _MONTH_DAY.fullmatch(words):
        return _day(match[2], _MONTHS.get(match[1]), match[3], today)
    return None


def _day(day: str, month: int | None, year: str | None, today: date) -> date | None:
    if month is None:
        return None
    if year is not None:
        return _real(int(year) + (2000 if len(year) < 4 else 0), month, int(day))  # noqa: PLR2004 - the digits of a year
    known = (_real(today.year - ago, month, int(day)) for ago in range(_LEAP + 1) if today.year > ago)
    return next((one for one in known if one is not None and one <= today), None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
