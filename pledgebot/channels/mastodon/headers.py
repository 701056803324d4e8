"""What the headers of a reply say: the server's clock, what is left of its limit, and how long it wants to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pledgebot.channels.mastodon.records import Rate

LONGEST_WAIT = timedelta(hours=3)
"""The longest window that Mastodon has, that of posts; a server that names a longer wait is asked again after it."""
SHORTEST_WAIT = timedelta(seconds=1)
UNNAMED_WAIT = timedelta(minutes=5)
"""The window of requests: so long at most does it take when a server does not say when it ends."""
_STALE = timedelta(minutes=1)
"""An end that passed so long ago is none."""

_DIGITS = 15


def server_date(headers: Mapping[str, str]) -> datetime | None:
    """Return the server's time, in UTC; None where it tells none that can be read."""
    return _http_date(headers.get("Date", ""))


def rate(headers: Mapping[str, str]) -> Rate | None:
    """Return what is left of the server's limit; None where it does not say so."""
    remaining = _number(headers.get("X-RateLimit-Remaining", ""))
    if remaining is None:
        return None
    return Rate(remaining, _number(headers.get("X-RateLimit-Limit", "")), _reset(headers))


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long a server that says "too many requests" wants to be left alone, between a second and three hours.

    Mastodon names a date in ISO 8601, GoToSocial seconds since 1970; others use `Retry-After`, seconds or a date. It is the
    server's clock that counts, where it tells it: `now` is asked only where it does not.
    """
    here = server_date(headers) or now
    retry_after = headers.get("Retry-After", "")
    seconds, date = _number(retry_after), _http_date(retry_after) or _reset(headers)
    if seconds is not None:
        named = timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    elif date is not None and date > here - _STALE:
        named = date - here
    else:
        named = UNNAMED_WAIT
    return min(max(named, SHORTEST_WAIT), LONGEST_WAIT)


def _reset(headers: Mapping[str, str]) -> datetime | None:
    written = headers.get("X-RateLimit-Reset", "")
    seconds = _number(written)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        return _aware(datetime.fromisoformat(written))
    except (ValueError, OverflowError, OSError):
        return _http_date(written)


def _http_date(written: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(written))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _DIGITS else None
