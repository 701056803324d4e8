"""An installation whose bot is on Mastodon, and the command line beside it."""

import json
import os
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from factories.command_line import CommandLine, Outcome, config_text
from fakes.mastodon import MastodonServer
from pledgebot.channels.mastodon.login import SCOPES
from pledgebot.messages.mastodon_profile import Identity
from pledgebot.store.engine import Database

WHO = Identity(
    letter={"fr": "Lettre ouverte d’exemple", "en": "Example open letter"},
    publisher="Collectif Exemple",
    contact="contact@exemple.invalid",
    languages=("fr", "en"),
    fictional=False,
    letter_url="https://exemple.invalid/lettre",
    board_url="https://exemple.invalid/tableau",
    telegram="exemple_bot",
)
"""Whose account it is in tests that need no installation."""


@dataclass
class Office:
    """`pledgebot` in a folder whose configuration names a server; `secrets` never stand in what a command writes."""

    cli: CommandLine
    server: MastodonServer
    secrets: tuple[str, ...] = ()

    def settle(
        self, *lines: str, token: str | None = None, base_url: str = "", more: str = "", config: str = ""
    ) -> None:
        """Write the configuration: lines of the table [mastodon], and what stands before it."""
        given = [f'token = "{token}"'] if token else []
        table = ["[mastodon]", f'base_url = "{base_url or self.server.base_url}"', *given, *lines]
        written = config or config_text(self.cli.url)
        (self.cli.folder / "config.toml").write_text("\n".join([written, more, *table, ""]), "utf-8")
        self.secrets += (token,) if token else ()

    def __call__(self, *arguments: str, typed: str | None = None) -> Outcome:
        """Run a command."""
        outcome = self.cli(*arguments, typed=typed)
        assert "Traceback" not in outcome.text
        assert not any(secret in outcome.text for secret in self.secrets)
        return outcome

    def done(self, *arguments: str, typed: str | None = None) -> list[str]:
        """Run a command that has to work, and return the lines that it wrote."""
        outcome = self(*arguments, typed=typed)
        assert (outcome.status, outcome.err) == (0, ""), outcome
        return outcome.out.splitlines()

    def refused(self, *arguments: str, saying: str, typed: str | None = None) -> None:
        """Run a command that has to be refused in one line."""
        outcome = self(*arguments, typed=typed)
        assert outcome.status == 1, outcome
        (line,) = outcome.err.splitlines()
        assert saying in line


@contextmanager
def office_beside(
    server: MastodonServer, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    """Open the command line of an installation in a folder, with nothing set in the environment and no configuration yet."""
    for name in [name for name in os.environ if name.startswith("PLEDGEBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(folder)
    database = Database(url)
    yield Office(CommandLine(folder, database, monkeypatch, capsys), server)
    database.close()


def code_of(user: str = "bot") -> str:
    """Return the code that the server shows to somebody who allowed an application."""
    return f"mockcode_{user}"


def granted(server: MastodonServer, scopes: tuple[str, ...] = SCOPES) -> str:
    """Return a token of the bot that may do these things."""
    app = _object(as_bot(server, "POST", "/api/v1/apps", client_name="pledgebot", scopes=" ".join(scopes)))
    ids = {name: str(app[name]) for name in ("client_id", "client_secret")}
    token = as_bot(server, "POST", "/oauth/token", grant_type="authorization_code", code=code_of(), **ids)
    return str(_object(token)["access_token"])


def as_bot(server: MastodonServer, method: str, path: str, **fields: str) -> object:
    """Do something with the bot's account behind the bot's back, and return what the server answers."""
    headers = {"authorization": f"Bearer {server.token()}", "content-type": "application/x-www-form-urlencoded"}
    reply = server.request(method, path, headers, urllib.parse.urlencode(fields).encode())
    assert reply.status < 300, (reply.status, reply.body)
    return json.loads(reply.body)


def account_of(server: MastodonServer) -> Mapping[str, object]:
    """Return what the server knows of the bot's account."""
    return _object(as_bot(server, "GET", "/api/v1/accounts/verify_credentials"))


def policy_of(server: MastodonServer) -> Mapping[str, object]:
    """Return whose mentions the server lets through to the bot."""
    return _object(as_bot(server, "GET", "/api/v2/notifications/policy"))


def pinned(server: MastodonServer) -> list[str]:
    """Return the ids of the posts that are pinned to the bot's profile."""
    path = f"/api/v1/accounts/{account_of(server)['id']}/statuses?pinned=true"
    reply = as_bot(server, "GET", path)
    assert isinstance(reply, list)
    return [post["id"] for post in reply]


def _object(reply: object) -> Mapping[str, object]:
    assert isinstance(reply, dict)
    return reply
