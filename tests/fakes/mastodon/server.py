"""A server with Mastodon's API for tests: mastodon-mock in a process of its own, a gate before it, and people who write there.

Another server may stand behind the gate as well.
"""

import json
import math
import re
import urllib.parse
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from fakes.mastodon.faults import Fault, Reply, answer
from fakes.mastodon.gate import Asked, Gate, Trap
from fakes.mastodon.imitations import Rewrite, everywhere, numbers, opaque
from fakes.mastodon.process import BOT, Behind, mock
from fakes.mastodon.refusals import refuse

Thing = dict[str, object]


class MastodonServer:
    """The server. `base_url` is what a bot is given; all that it asks there stands in `asked`.

    `characters` is the limit of a post, counted as Mastodon counts unless `mainline` is False. `forgetful` servers ignore the
    Idempotency-Key; those with `opaque_ids` name everything by ULIDs. `behind` is what stands behind the gate: of a server that
    is not the tests' own only those posts count that are made from now on.
    """

    def __init__(self, behind: Behind | None = None) -> None:
        self.behind = behind or mock()
        self.characters = 500
        self.mainline = True
        self.forgetful = False
        self.opaque_ids = False
        self._rewrites: list[tuple[re.Pattern[str], Rewrite]] = []
        self.earlier: Mapping[str, frozenset[str]] = {}
        self._gate = Gate(self.request)
        if not self.behind.ours:
            self._look_around()

    def _look_around(self) -> None:
        """Take note of a stranger's limit, and of what stands there already."""
        instance = json.loads(self.behind.ask("GET", "/api/v2/instance", {}, b"").body)
        self.characters = int(instance["configuration"]["statuses"]["max_characters"])
        self.mainline = "mastodon" in instance.get("api_versions", {})
        self.earlier = {user: self.as_user(user).newest() for user in self.behind.tokens}

    @property
    def base_url(self) -> str:
        """The address of the server, with the gate before it."""
        return self._gate.base_url

    @property
    def asked(self) -> list[Asked]:
        """What was asked through the gate so far."""
        return list(self._gate.asked)

    def asked_for(self, method: str, path: str = ".*") -> list[Asked]:
        """Return what was asked with a method and a path (a regular expression, without query)."""
        return [asked for asked in self.asked if asked.method == method and re.fullmatch(path, asked.path)]

    def token(self, user: str = BOT) -> str:
        """Return the token of bot, alice, bob, carol, robot (a bot), or dora (of another server)."""
        return self.behind.token(user)

    def as_user(self, user: str) -> "Actor":
        """Return somebody who acts on the server, past the gate."""
        return Actor(self, user)

    def statuses(self, user: str = BOT) -> list[Thing]:
        """Return all posts of an account, as it sees them itself: the oldest first."""
        return self.as_user(user).statuses()

    def fault(self, fault: Fault, method: str | None = None, path: str = ".*", times: float = math.inf) -> Trap:
        """Have requests harmed, so many times or until the trap is lifted (it is a context manager, too)."""
        trap = Trap(fault, method, re.compile(path), times)
        self._gate.traps.append(trap)
        return trap

    def down(self) -> Trap:
        """Have every request answered 503, until the trap is lifted."""
        return self.fault(answer(503))

    def rewrite(self, rewrite: Rewrite, path: str = ".*") -> None:
        """Have every object in the replies of a path rewritten (see `imitations`)."""
        self._rewrites.append((re.compile(path), rewrite))

    def close(self) -> None:
        """Refuse connections from now on."""
        self._gate.close()

    def request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Ask the server itself, as a bot or a person does: rules and imitations apply, faults do not."""
        if self.opaque_ids:
            target, body = numbers(target.encode()).decode(), numbers(body)
        kept = dict(headers)
        if self.forgetful:
            kept.pop("idempotency-key", None)
        refusal = refuse(self, method, target, kept, body)
        return refusal or self._imitate(target.partition("?")[0], self.behind.ask(method, target, kept, body))

    def _imitate(self, path: str, reply: Reply) -> Reply:
        rewrites = [rewrite for pattern, rewrite in self._rewrites if pattern.fullmatch(path.rstrip("/"))]
        if path.startswith("/api/v") and path.rstrip("/").endswith("/instance"):
            rewrites.append(self._limits)
        if self.opaque_ids:
            rewrites.append(opaque)
        try:
            value = json.loads(reply.body)
        except ValueError:
            return reply
        for rewrite in rewrites:
            value = everywhere(value, rewrite)
        return replace(reply, body=json.dumps(value).encode())

    def _limits(self, thing: Mapping[str, object]) -> Mapping[str, object]:
        changed = {name: value for name, value in thing.items() if self.mainline or name != "api_versions"}
        return {**changed, "max_characters": self.characters} if "max_characters" in thing else changed


class Actor:
    """An account that acts by itself. What it gets back is the server's JSON."""

    def __init__(self, server: MastodonServer, user: str) -> None:
        self._server = server
        self._user = user
        self._token = server.behind.token(user)

    @property
    def id(self) -> str:
        """The id of the account."""
        return str(self.account()["id"])

    @property
    def acct(self) -> str:
        """The name of the account, as its server calls it."""
        return str(self.account()["acct"])

    def account(self) -> Thing:
        """Return the account."""
        return self._get("/api/v1/accounts/verify_credentials")

    def post(
        self,
        text: str,
        visibility: str = "public",
        *,
        reply_to: str | None = None,
        language: str | None = None,
        warning: str = "",
    ) -> Thing:
        """Post something; `@bot` in the text is a mention."""
        return self._object(
            "POST",
            "/api/v1/statuses",
            status=text,
            visibility=visibility,
            in_reply_to_id=reply_to,
            language=language,
            spoiler_text=warning,
        )

    def edit(self, post: str, text: str) -> Thing:
        """Change a post."""
        return self._object("PUT", f"/api/v1/statuses/{post}", status=text)

    def delete(self, post: str) -> None:
        """Delete a post."""
        self._object("DELETE", f"/api/v1/statuses/{post}")

    def boost(self, post: str) -> Thing:
        """Boost a post."""
        return self._object("POST", f"/api/v1/statuses/{post}/reblog")

    def read(self, post: str) -> Thing:
        """Return a post as this account sees it."""
        return self._get(f"/api/v1/statuses/{post}")

    def statuses(self) -> list[Thing]:
        """Return all posts of this account, the oldest first; at another server those that came since the beginning."""
        earlier = self._server.earlier.get(self._user, frozenset())
        return list(reversed(self._all(f"/api/v1/accounts/{self.id}/statuses", earlier)))

    def newest(self) -> frozenset[str]:
        """Return the ids of its newest posts."""
        page = self._ask("GET", f"/api/v1/accounts/{self.id}/statuses?limit=40", {})
        assert isinstance(page, Sequence)
        return frozenset(str(post["id"]) for post in page)

    def newest_mention(self) -> str | None:
        """Return the id of the newest notification of a mention."""
        page = self._ask("GET", "/api/v1/notifications?types[]=mention&limit=1", {})
        assert isinstance(page, Sequence)
        return str(page[0]["id"]) if page else None

    def notifications(self) -> list[Thing]:
        """Return all notifications of this account, the oldest first."""
        return list(reversed(self._all("/api/v1/notifications")))

    def follow(self, user: str) -> Thing:
        """Follow an account, or ask to where it is locked."""
        return self._object("POST", f"/api/v1/accounts/{self._server.as_user(user).id}/follow")

    def block(self, user: str) -> Thing:
        """Block an account."""
        return self._object("POST", f"/api/v1/accounts/{self._server.as_user(user).id}/block")

    def lock(self) -> Thing:
        """Have followers ask first."""
        return self._object("PATCH", "/api/v1/accounts/update_credentials", locked="true")

    def followers(self) -> list[Thing]:
        """Return who follows this account."""
        return self._all(f"/api/v1/accounts/{self.id}/followers")

    def policy(self, **policy: str) -> Thing:
        """Set whose notifications are let through: `for_private_mentions="filter"`."""
        return self._object("PATCH", "/api/v2/notifications/policy", **policy)

    def _get(self, path: str) -> Thing:
        return self._object("GET", path)

    def _all(self, path: str, earlier: Collection[str] = ()) -> list[Thing]:
        found: list[Thing] = []
        below = ""
        while page := self._ask("GET", f"{path}?limit=40{below}", {}):
            assert isinstance(page, Sequence)
            new = [thing for thing in page if thing["id"] not in earlier]
            found += new
            below = f"&max_id={page[-1]['id']}"
            if "follow" in path or len(new) < len(page):
                break
        return found

    def _object(self, method: str, path: str, **fields: str | None) -> Thing:
        thing = self._ask(method, path, fields)
        assert isinstance(thing, dict)
        return thing

    def _ask(self, method: str, path: str, fields: Mapping[str, str | None]) -> object:
        body = urllib.parse.urlencode({name: value for name, value in fields.items() if value is not None}).encode()
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/x-www-form-urlencoded"}
        reply = self._server.request(method, path, headers, body)
        assert reply.status < 300, (reply.status, reply.body)
        return json.loads(reply.body)


@contextmanager
def mastodon_server() -> Iterator[MastodonServer]:
    """Return a server on which nobody wrote anything yet. One at a time: they share the process behind them."""
    assert mock().ask("POST", "/api/v1/_mock/reset", {}, b"").status == 200
    server = MastodonServer()
    try:
        yield server
    finally:
        server.close()
