"""A client without a library: a call, and what the server says to it as it stands on the wire."""

import http.client
import json
from dataclasses import dataclass

from fakes.telegram.refusals import Json
from fakes.telegram.server import TelegramServer


@dataclass(frozen=True)
class Reply:
    """A status and a body."""

    status: int
    body: Json

    @property
    def result(self) -> object:
        """What a call returned that went well."""
        if self.status != 200:
            raise AssertionError(f"{self.status}: {self.description}")
        return self.body["result"]

    @property
    def description(self) -> str:
        """Why it went wrong."""
        return str(self.body.get("description", ""))


def ask(server: TelegramServer, method: str, token: str = "", /, **parameters: object) -> Reply:
    """Call a method with JSON, and block until it is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        path = f"/bot{token or server.token}/{method}"
        connection.request("POST", path, json.dumps(parameters), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return Reply(answer.status, json.loads(answer.read()))
    finally:
        connection.close()


def updates(server: TelegramServer, **parameters: object) -> list[Json]:
    """Return the updates that wait for the bot; with an `offset` those before it are confirmed."""
    found = ask(server, "getUpdates", **parameters).result
    if not isinstance(found, list):
        raise TypeError("no list of updates")
    return found
