"""Languages: gettext catalogues, plurals, and dates by Babel. Source sentences are English; every language has them all."""

import gettext
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path

LANGUAGES = ("fr", "en")
"""The languages that pledgebot speaks; the first is the one for anybody whose language it does not."""

LOCALE = Path(__file__).parent.parent / "locale"
DOMAIN = "pledgebot"

_A_MONDAY = date(2024, 1, 1)

# English dates and lists in the European manner: day before month, no comma before "and".
_BABEL_LOCALES = {"en": "en_GB"}


class Translator:
    """Says things in one language. Sentences are marked for extraction by the names of its methods."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue
        self._locale = _BABEL_LOCALES.get(language, language)

    def _(self, message: str) -> str:
        """Return a sentence in this language."""
        return self._catalogue.gettext(message)

    def n(self, one: str, many: str, count: int) -> str:
        """Return the sentence that fits a number; the number itself is put in by `.format(count=…)`."""
        return self._catalogue.ngettext(one, many, count)

    def p(self, context: str, message: str) -> str:
        """Return a word whose translation depends on where it stands."""
        return self._catalogue.pgettext(context, message)

    def pick(self, titles: Mapping[str, str]) -> str:
        """Return a text that the letter gives in several languages: in this one, else in any; empty when there is none."""
        return titles.get(self.language) or next((text for text in titles.values() if text), "")

    def day(self, day: date) -> str:
        """Return a date with its weekday, such as "Sunday, 15 March 2026"."""
        return self._date(day, self.p("date pattern", "EEEE, d MMMM y"))

    def short_day(self, day: date) -> str:
        """Return a date without its weekday, such as "15 March 2026"."""
        return self._date(day, self.p("date pattern", "d MMMM y"))

    def weekday(self, number: int) -> str:
        """Return the name of a day of the week, of which Monday is 0."""
        return self._date(_A_MONDAY + timedelta(days=number), "EEEE")

    def short_weekday(self, number: int) -> str:
        """Return the short name of a day of the week, such as "Mon", of which Monday is 0."""
        return self._date(_A_MONDAY + timedelta(days=number), "EEE")

    def moment(self, moment: datetime, zone: tzinfo) -> str:
        """Return an aware moment as the clocks of a zone show it, such as "Sunday, 15 March 2026 at 20:00"."""
        local = moment.astimezone(zone)
        return self._("{day} at {time}").format(day=self.day(local.date()), time=f"{local:%H:%M}")

    def number(self, number: int) -> str:
        """Return a whole number as it is written in this language, such as "4,210"."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self._locale)

    def join(self, words: Iterable[str]) -> str:
        """Return words as an enumeration: "A, B and C"."""
        from babel.lists import format_list

        return format_list(list(words), locale=self._locale)

    def _date(self, day: date, pattern: str) -> str:
        # Only the first of a month is an ordinal in French, which no pattern of Babel knows.
        if self.language == "fr" and day.day == 1:
            pattern = pattern.replace("d ", "d'er' ")
        return _formatted(day, pattern, self._locale)


# A campaign has some hundred days, and every answer names several of them.
@lru_cache(maxsize=1024)
def _formatted(day: date, pattern: str, locale: str) -> str:
    from babel.dates import format_date

    return format_date(day, pattern, locale=locale)


def translator(language: str | None) -> Translator:
    """Return the translator for a language code such as `fr` or `en-GB`; an unknown one gets the first language."""
    known = (language or "").replace("_", "-").split("-")[0].lower()
    return _loaded(known if known in LANGUAGES else LANGUAGES[0])


@cache
def _loaded(language: str) -> Translator:
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as compiled:
        return Translator(language, gettext.GNUTranslations(compiled))
