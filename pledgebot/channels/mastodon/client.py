"""One client of Mastodon.py, made so that it asks once, never waits by itself, and reads no file."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Timer
from typing import TYPE_CHECKING

import pledgebot
from pledgebot.channels.mastodon.headers import rate, server_date, wait
from pledgebot.channels.mastodon.records import Rate
from pledgebot.clock import Clock, ClockWatch
from pledgebot.domain.tallies import Tallies

if TYPE_CHECKING:
    from mastodon import Mastodon
    from requests import Response

NETWORK = "mastodon"
"""The name by which its clock is told apart from others."""
LONGEST = timedelta(minutes=1)
"""For how long the body of one reply is read: whoever tells it byte by byte keeps all others waiting."""
_VERSION = "4.3.0"
_OURS = ("X-RateLimit-Remaining", "X-RateLimit-Limit", "X-RateLimit-Reset", "Link", "Deprecation")


class Hearing:
    """What the last reply said beside its body. It is written in the thread of the client, one reply at a time.

    What replies say of the time is told to `watch`, and those that ask for patience are counted in `tallies`. The body of a
    reply is read for `longest` at most.
    """

    def __init__(
        self,
        clock: Clock,
        watch: ClockWatch | None = None,
        longest: timedelta = LONGEST,
        tallies: Tallies | None = None,
    ) -> None:
        self._clock = clock
        self._watch = watch or ClockWatch()
        self._tallies = tallies or Tallies()
        self._longest = longest
        self._cutting: Timer | None = None
        self.asked = 0
        self.date: datetime | None = None
        self.rate: Rate | None = None
        self.wait: timedelta | None = None

    def hear(self, response: "Response", **_: object) -> None:
        """Note what a reply's headers say, and take away those that only the library would trip over.

        A limit's end that it cannot parse is an error to it even when the post was stored; a page's addresses are not needed,
        and a deprecation is none of the operator's business. Raises `Redirected` where a write would be repeated elsewhere as a
        read.
        """
        headers: Mapping[str, str] = response.headers
        heard = self._clock.now()
        self._watch.hear(NETWORK, heard - response.elapsed, heard, headers)
        self.asked += response.is_redirect
        self.date = server_date(headers)
        self.rate = rate(headers) or self.rate
        self._limit(response)
        self.wait = None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.wait = wait(headers, self._clock.now())
            self._tallies.refused(NETWORK, self.wait or timedelta())
        for name in _OURS:
            response.headers.pop(name, None)
        if response.is_redirect and response.request.method not in {"GET", "HEAD"}:
            from pledgebot.channels.mastodon.errors import Redirected

            response.close()
            raise Redirected

    def done(self) -> None:
        """Note that a reply was read, or that there is none: nothing is cut off any more."""
        if self._cutting is not None:
            self._cutting.cancel()
            self._cutting = None

    def _limit(self, response: "Response") -> None:
        """Cut a reply off that is still being told when it has had its time: each wait for bytes is short, there may be many."""
        self.done()
        self._cutting = Timer(self._longest.total_seconds(), _cut_off, (response,))
        self._cutting.daemon = True
        self._cutting.start()


def _cut_off(response: "Response") -> None:
    # It may have ended in this very moment.
    with suppress(ValueError, RuntimeError, OSError):
        response.raw.shutdown()


def make_client(base_url: str, token: str, timeout: timedelta, hearing: Hearing) -> "Mastodon":
    """Return a client of an account. It asks nothing yet.

    The version is pinned: with an instance that is down, finding it out makes hundreds of requests. Only this mode looks at
    the pin, and nothing that the gateway calls needs more than it says. The token is handed over afterwards, for one that is
    the name of a file would be read from there. `timeout` limits the connecting, and each wait for bytes; all of them together
    are limited by `hearing`.
    """
    import requests
    from mastodon import Mastodon

    session = requests.Session()
    session.hooks["response"].append(hearing.hear)
    client = Mastodon(
        api_base_url=base_url,
        session=session,
        request_timeout=timeout.total_seconds(),
        ratelimit_method="throw",
        mastodon_version=_VERSION,
        version_check_mode="created",
        user_agent=f"pledgebot/{pledgebot.__version__}",
    )
    client.access_token = token
    return client
