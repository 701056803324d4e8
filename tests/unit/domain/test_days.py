from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.days import day_from, is_absurd
from pledgebot.messages.i18n import LANGUAGES, translator

TODAY = date(2026, 2, 18)
"""A Wednesday."""
SAID = date(2026, 2, 17)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))

CASES = {
    "17 février 2026": SAID, "17 fevrier 2026": SAID, "le 17 février": SAID, "17 février": SAID, "17 févr. 2026": SAID,
    "mardi 17 février 2026": SAID, "mardi 17 février": SAID, "Mardi le 17/02": SAID, "1er février": date(2026, 2, 1),
    "12/02": date(2026, 2, 12), "12/02/2026": date(2026, 2, 12), "12.02.2026": date(2026, 2, 12),
    "12-02-2026": date(2026, 2, 12), "12/2/26": date(2026, 2, 12), "12.02": date(2026, 2, 12),
    "2026-02-12": date(2026, 2, 12), "02/12": date(2025, 12, 2), "02/12/2025": date(2025, 12, 2),
    "hier": SAID, "Hier soir": SAID, "aujourd’hui": TODAY, "aujourd'hui": TODAY, "avant-hier": date(2026, 2, 16),
    "lundi": date(2026, 2, 16), "mercredi": TODAY, "jeudi": date(2026, 2, 12), "lundi dernier": date(2026, 2, 16),
    "mercredi dernier": date(2026, 2, 11), "last Wednesday": date(2026, 2, 11), "Monday": date(2026, 2, 16),
    "on Monday": date(2026, 2, 16), "yesterday": SAID, "today": TODAY, "the day before yesterday": date(2026, 2, 16),
    "February 17, 2026": SAID, "17 February 2026": SAID, "Tuesday, 17 February 2026": SAID, "Feb 17": SAID,
    "17th of February": SAID, "the 17th of February 2026": SAID, "Feb. 17, 2026": SAID, "February 17": SAID,
    "20 février": date(2025, 2, 20), "31 décembre": date(2025, 12, 31), "29 février": date(2024, 2, 29),
    "18 février": TODAY, "19/02": date(2025, 2, 19), "19/02/2026": date(2026, 2, 19),
}  # fmt: skip

NO_DAYS = [
    "", "février", "32 février", "30/02", "30/02/2026", "12/13/2026", "2026-13-01", "17", "2026", "la semaine dernière",
    "last week", "lundi prochain", "dernier", "lundi 17 février 2026", "17 brumaire", "17/02.2026", "oui", "0/0", "1/1/0000",
    "29 février 2025", "٢/02/2026",
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), CASES.items())
def test_a_day_is_understood_as_people_write_it(text: str, day: date) -> None:
    assert day_from(text, TODAY) == day


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_names_no_day_is_none(text: str) -> None:
    assert day_from(text, TODAY) is None


@given(DAYS, st.sampled_from(LANGUAGES))
def test_what_the_bot_writes_it_understands(day: date, language: str) -> None:
    tr = translator(language)
    assert day_from(tr.short_day(day), TODAY) == day
    assert day_from(tr.day(day), TODAY) == day


@given(DAYS, st.integers(0, 364), st.sampled_from(LANGUAGES))
def test_without_a_year_it_is_the_latest_that_is_not_in_the_future(today: date, ago: int, language: str) -> None:
    day = today - timedelta(days=ago)
    short = translator(language).short_day(day).removesuffix(f" {day.year}")
    assert day_from(short, today) == day
    assert day_from(f"{day:%d/%m}", today) == day


@given(st.text(max_size=30), DAYS)
def test_any_text_at_all_is_a_day_or_none(text: str, today: date) -> None:
    found = day_from(text, today)
    assert found is None or isinstance(found, date)


def test_a_day_of_another_age_is_a_slip_of_the_finger() -> None:
    assert is_absurd(date(1926, 2, 17), TODAY)
    assert is_absurd(date(206, 2, 17), TODAY)
    assert not is_absurd(date(2020, 3, 15), TODAY)
    assert not is_absurd(date(2027, 3, 15), TODAY)
