"""One client of Mastodon.py, made so that it asks once, never waits by itself, and reads no file."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pledgebot
from pledgebot.channels.mastodon.headers import rate, server_date, wait
from pledgebot.channels.mastodon.records import Rate
from pledgebot.clock import Clock

if TYPE_CHECKING:
    from mastodon import Mastodon
    from requests import Response

_VERSION = "4.3.0"
_OURS = ("X-RateLimit-Remaining", "X-RateLimit-Limit", "X-RateLimit-Reset", "Link", "Deprecation")


class Hearing:
    """What the last reply said beside its body. It is written in the thread of the client, one reply at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
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
        self.asked += response.is_redirect
        self.date = server_date(headers)
        self.rate = rate(headers) or self.rate
        self.wait = wait(headers, self._clock.now()) if response.status_code == 429 else None  # noqa: PLR2004 - HTTP
        for name in _OURS:
            response.headers.pop(name, None)
        if response.is_redirect and response.request.method not in {"GET", "HEAD"}:
            from pledgebot.channels.mastodon.errors import Redirected

            response.close()
            raise Redirected


def make_client(base_url: str, token: str, timeout: timedelta, hearing: Hearing) -> "Mastodon":
    """Return a client of an account. It asks nothing yet.

    The version is pinned: with an instance that is down, finding it out makes hundreds of requests. Only this mode looks at
    the pin, and nothing that the gateway calls needs more than it says. The token is handed over afterwards, for one that is
    the name of a file would be read from there. `timeout` limits the connecting, and each wait for bytes.
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
