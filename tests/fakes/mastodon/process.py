"""What stands behind the gate: another server, or the process of the tests.

That one is started when the first test needs it, the same for all of a run, wiped between them.
"""

import atexit
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from factories.processes import environment
from fakes.mastodon.faults import Reply

DOMAIN = "social.example.org"
ELSEWHERE = "ailleurs.example.org"
BOT = "bot"
PEOPLE = ("alice", "bob", "carol")
ROBOT = "robot"
STRANGER = "dora"
_EVERYBODY = (BOT, *PEOPLE, ROBOT, STRANGER)
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host", "accept-encoding"}


@dataclass(frozen=True)
class Behind:
    """A server, and the tokens of the accounts that act there. `ours` says that it may be wiped, and takes what others refuse."""

    url: str
    tokens: Mapping[str, str]
    ours: bool = False

    def token(self, user: str) -> str:
        """Return the token of an account."""
        if user not in self.tokens:
            raise LookupError(f"nobody is called {user}")
        return self.tokens[user]

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Ask the server."""
        url = urllib.parse.urlsplit(self.url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.netloc, timeout=30)
        try:
            # Whoever changes a reply has to read it: it is not to be compressed.
            sent = {name: value for name, value in headers.items() if name.lower() not in _HOP}
            connection.request(method, url.path.rstrip("/") + target, body or None, sent)
            response = connection.getresponse()
            kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP}
            return Reply(response.status, response.read(), kept)
        finally:
            connection.close()


def mock() -> Behind:
    """Return the server of the tests."""
    return Behind(f"http://127.0.0.1:{mock_port()}", {user: token_of(user) for user in _EVERYBODY}, ours=True)


def token_of(user: str) -> str:
    """Return the token of an account that the server of the tests begins with."""
    return f"token-of-{user}"


@cache
def mock_port() -> int:
    """Return the port of the one server of this run; the first call starts it."""
    folder = Path(tempfile.mkdtemp(prefix="mastodon-mock-"))
    # The warnings of libraries that only the mock uses are none of ours.
    process = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("mock_process.py")),
            json.dumps(_configuration(folder)),
            str(folder),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(TMPDIR=str(folder), PYTHONWARNINGS="ignore"),
        cwd=folder,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(_stop, process, folder)
    # The line is written when the port listens already; a process that dies instead closes the pipe.
    line = process.stdout.readline()
    assert line, "mastodon-mock did not start"
    return int(line)


def _configuration(folder: Path) -> dict[str, object]:
    accounts: list[dict[str, object]] = [
        {"username": user, "access_token": token_of(user), "bot": user == ROBOT} for user in _EVERYBODY
    ]
    accounts[-1]["domain"] = ELSEWHERE
    return {
        "domain": DOMAIN,
        "media_storage_path": str(folder / "media"),
        "rules": ["Label what a program writes."],
        "seed": {"accounts": accounts},
        "streaming": {"enabled": False},
        "faults": {"enabled": False},
    }


def _stop(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)
