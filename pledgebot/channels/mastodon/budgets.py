"""What an account may still do on its instance: requests, posts, pictures. One for everything that it does there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pledgebot.domain.quota import Quota

REQUESTS = Quota(300, timedelta(minutes=5))
POSTS = Quota(300, timedelta(hours=3))
MEDIA = Quota(30, timedelta(minutes=30))
"""https://docs.joinmastodon.org/api/rate-limits/; posts: https://github.com/mastodon/mastodon/blob/main/app/lib/rate_limiter.rb"""

KEPT_FOR_ANSWERS = 60
"""So many of the requests in five minutes are left by whoever posts, so that people who ask are answered."""


KEPT_FOR_POSTS = 12
"""So many pictures answers leave for posts: whoever asks for pictures again and again must not hold an announcement up."""


@dataclass
class Budgets:
    """What was spent so far. `now` tells the time; `reserve` is how many posts private digests leave for all the others.

    Whoever sends asks `ready_in` first and says afterwards what was done. `changed` says that there is something to store.
    """

    now: Callable[[], datetime]
    reserve: int
    requests: Quota = REQUESTS
    posts: Quota = POSTS
    media: Quota = MEDIA
    changed: bool = False

    def ready_in(self, *, answers: bool = False, digests: bool = False, pictures: int = 0) -> timedelta:
        """Return how long until one more post may go; zero when it may go now.

        Answers to people go before all others, but leave pictures for the public's posts; private digests never take what is
        reserved for the public and for answers.
        """
        now = self.now()
        waits = [
            self.requests.ready_in(now, 0 if answers else KEPT_FOR_ANSWERS),
            self.posts.ready_in(now, self.reserve if digests else 0),
        ]
        if pictures:
            kept = KEPT_FOR_POSTS if answers else 0
            waits.append(self.media.ready_in(now, min(pictures + kept, self.media.limit) - 1))
        return max(waits)

    def may_ask(self) -> timedelta:
        """Return how long until one more request may go that posts nothing."""
        return self.requests.ready_in(self.now())

    def asked(self, count: int) -> None:
        """Note requests that were made."""
        if count > 0:
            self.requests, self.changed = self.requests.spend(self.now(), count), True

    def posted(self) -> None:
        """Note one post, also where nobody knows whether it was taken."""
        self.posts, self.changed = self.posts.spend(self.now()), True

    def uploaded(self) -> None:
        """Note one picture."""
        self.media, self.changed = self.media.spend(self.now()), True

    def hold(self, wait: timedelta) -> None:
        """Make no request before a server's own wait is over."""
        self.requests, self.changed = self.requests.hold(self.now() + wait), True

    def quotas(self) -> dict[str, Quota]:
        """Return all of them by name, to be stored."""
        return {"requests": self.requests, "posts": self.posts, "media": self.media}

    def refill(self, stored: Mapping[str, Quota]) -> None:
        """Go on from what was stored."""
        self.requests, self.posts, self.media = stored["requests"], stored["posts"], stored["media"]
