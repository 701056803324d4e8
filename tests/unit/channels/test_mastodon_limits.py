"""What servers say of their limits, in their description and in the headers of their replies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.channels.mastodon.headers import LONGEST_WAIT, SHORTEST_WAIT, rate, server_date, wait
from pledgebot.channels.mastodon.limits import limits_of
from pledgebot.channels.mastodon.records import Limits, Rate
from pledgebot.channels.mastodon.values import moment, plain

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MASTODON = {
    "domain": "social.example.org",
    "version": "4.5.1",
    "api_versions": {"mastodon": 7},
    "configuration": {
        "statuses": {"max_characters": 1000, "max_media_attachments": 5, "characters_reserved_per_url": 24},
        "media_attachments": {"description_limit": 10000, "image_size_limit": 16777216},
        "accounts": {"max_note_length": 600, "max_profile_fields": 6, "profile_field_value_limit": 300},
    },
    "rules": [{"id": "1", "text": "Be kind."}, {"id": "2", "text": "Label what a program writes."}],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(MASTODON)) | st.text(), inner),
    max_leaves=20,
)


def test_an_instance_of_mastodon_says_all() -> None:
    rules = ("Be kind.", "Label what a program writes.")

    assert limits_of(MASTODON) == Limits(
        1000, 24, 5, 10000, 16777216, mainline=True, rules=rules, version="4.5.1", domain="social.example.org",
        note=600, fields=6, field=300,
    )  # fmt: skip


def test_what_an_instance_leaves_out_is_what_mastodon_has() -> None:
    assert limits_of({}) == Limits(500, None, 4, 1500)
    assert limits_of({"api_versions": {"mastodon": 2}}).per_url == 23
    assert limits_of({"max_toot_chars": 5000, "uri": "https://old.example.org/"}).characters == 5000
    assert limits_of({"uri": "https://old.example.org/"}).domain == "old.example.org"


@given(st.dictionaries(st.sampled_from(sorted(MASTODON)), JSON))
def test_no_description_makes_an_impossible_limit(description: dict[str, object]) -> None:
    limits = limits_of(description)

    assert min(limits.characters, limits.media, limits.description, limits.image_bytes) > 0
    assert min(limits.note, limits.fields, limits.field) > 0
    assert limits.per_url is None or limits.per_url > 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-RateLimit-Reset": "2026-03-01T12:01:30.123Z"}, timedelta(seconds=90, milliseconds=123)),
        ({"X-RateLimit-Reset": "1772366490"}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": "Sun, 01 Mar 2026 12:01:30 GMT"}, timedelta(seconds=90)),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "Sun, 01 Mar 2026 12:01:30 GMT"}, timedelta(seconds=90)),
        ({"Retry-After": "90", "X-RateLimit-Reset": "2026-03-01T14:00:00Z"}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": "2026-03-01T11:59:59Z"}, timedelta(seconds=1)),
        ({"X-RateLimit-Reset": "120"}, timedelta(minutes=5)),
        ({"X-RateLimit-Reset": "9999999999"}, timedelta(hours=3)),
        ({"Retry-After": "99999999999"}, timedelta(hours=3)),
        ({"Retry-After": "-1"}, timedelta(minutes=5)),
        ({}, timedelta(minutes=5)),
        # A clock that is an hour wrong on our side changes nothing.
        ({"Date": "Sun, 01 Mar 2026 13:00:00 GMT", "X-RateLimit-Reset": "2026-03-01T13:01:30Z"}, timedelta(seconds=90)),
    ],
)
def test_a_wait_is_read_however_the_server_writes_it(headers: dict[str, str], expected: timedelta) -> None:
    assert wait(headers, NOW) == expected


@given(
    st.dictionaries(st.sampled_from(["Date", "Retry-After", "X-RateLimit-Reset", "X-RateLimit-Remaining"]), st.text())
)
def test_no_header_makes_a_wait_that_is_absurd(headers: dict[str, str]) -> None:
    assert SHORTEST_WAIT <= wait(headers, NOW) <= LONGEST_WAIT
    server_date(headers)
    rate(headers)


def test_what_is_left_is_read_where_it_is_said() -> None:
    headers = {"X-RateLimit-Remaining": "7", "X-RateLimit-Limit": "300", "X-RateLimit-Reset": "2026-03-01T12:05:00Z"}

    assert rate(headers) == Rate(7, 300, NOW + timedelta(minutes=5))
    assert rate({"X-RateLimit-Remaining": "7"}) == Rate(7, None, None)
    assert rate({}) is None
    assert server_date({"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}) == NOW
    assert server_date({"Date": "today"}) is None


def test_html_becomes_the_text_that_was_typed() -> None:
    html = (
        '<p>Liste Exemple A&nbsp;: <strong>pour</strong><br />voir <a href="https://exemple.invalid/a">'
        '<span class="invisible">https://</span><span>exemple.invalid/a</span></a></p><p>R&amp;D &lt;3</p>'
    )

    assert plain(html) == "Liste Exemple A\u00a0: pour\nvoir https://exemple.invalid/a\n\nR&D <3"


@given(st.text())
def test_no_html_is_too_broken_to_be_read(html: str) -> None:
    assert isinstance(plain(html), str)


def test_a_moment_is_read_as_utc_or_not_at_all() -> None:
    assert moment("2026-03-01T13:00:00+01:00") == NOW
    assert moment(NOW.replace(tzinfo=None)) == NOW
    assert moment("yesterday") is None
    assert moment(7) is None
