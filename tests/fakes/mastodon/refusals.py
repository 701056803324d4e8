"""What real servers refuse and mastodon-mock takes: posts that are too long, as each server counts, and replies to nothing."""

import json
import urllib.parse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mastodon import Mastodon

from fakes.mastodon.faults import Reply

if TYPE_CHECKING:
    from fakes.mastodon.server import MastodonServer

_STATUSES = "/api/v1/statuses"


def refuse(server: "MastodonServer", method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
    """Return what a real server answers to a post that it does not take, None where it takes it."""
    path = target.partition("?")[0]
    if (method, path) != ("POST", _STATUSES) and not (method == "PUT" and path.startswith(f"{_STATUSES}/")):
        return None
    fields = _fields(headers, body)
    written, warning = fields.get("status", ""), fields.get("spoiler_text", "")
    if _length(written, warning, mainline=server.mainline) > server.characters:
        text = f"Text character limit of {server.characters} exceeded"
        return _refusal(422, f"Validation failed: {text}") if server.mainline else _refusal(400, f"Bad Request: {text}")
    parent = fields.get("in_reply_to_id")
    if server.behind.ours and parent and _is_missing(server, parent, headers):
        return _refusal(404, "The post you are trying to reply to does not appear to exist")
    return None


def _is_missing(server: "MastodonServer", post: str, headers: Mapping[str, str]) -> bool:
    kept = {name: value for name, value in headers.items() if name == "authorization"}
    return server.behind.ask("GET", f"{_STATUSES}/{post}", kept, b"").status == 404


def _length(written: str, warning: str, *, mainline: bool) -> int:
    return Mastodon.get_status_length(written, warning) if mainline else len(written) + len(warning)


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    if headers.get("content-type", "").startswith("application/json"):
        return {name: value for name, value in json.loads(body).items() if isinstance(value, str)}
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def _refusal(status: int, error: str) -> Reply:
    return Reply(status, json.dumps({"error": error}).encode(), {"Content-Type": "application/json"})
