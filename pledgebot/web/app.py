"""The web application: one route for each thing that it does."""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pledgebot.domain.errors import Unusable
from pledgebot.web.board_app import BoardApp

LARGEST = 1024 * 1024
"""How large an update may be, in bytes; Telegram's are far smaller."""

TELEGRAM_PATH = "/telegram"
"""Where Telegram brings its updates; what makes it safe is the secret, not the path."""


@dataclass(frozen=True)
class Webhook:
    """Where a network brings its updates: what proves it, and what commits an update before it is acknowledged."""

    secret: str
    keep: Callable[[object], Awaitable[None]]


def build_app(
    telegram: Webhook | None = None, *, board: BoardApp | None = None, extra: Sequence[Route] = ()
) -> Starlette:
    """Return the application. Without a webhook its path does not exist; whatever has no route of its own is the board's."""
    routes = [Route("/healthz", _alive), *extra]
    if telegram is not None:
        routes.append(Route(TELEGRAM_PATH, _Receiving(telegram).receive, methods=["POST"]))
    if board is not None:
        routes.append(Route("/{path:path}", board, methods=None))
    return Starlette(routes=routes)


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("alive\n")


class _Receiving:
    """Takes Telegram's updates: https://core.telegram.org/bots/api#setwebhook."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    async def receive(self, request: Request) -> Response:
        """Answer 200 only when the update is committed; anything else makes Telegram bring it again."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        # Compared in constant time: how long it takes must not tell how much of it was right.
        if not hmac.compare_digest(given.encode(), self._webhook.secret.encode()):
            return PlainTextResponse("", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("", 413)
        try:
            update = json.loads(body)
        except ValueError:
            # What cannot be read now cannot be read later: it is not asked for again.
            return PlainTextResponse("", 200)
        try:
            await self._webhook.keep(update)
        except Unusable:
            return PlainTextResponse("", 503)
        return PlainTextResponse("", 200)


async def _body(request: Request) -> bytes | None:
    """Return the body of a request, None when it is larger than anything that is wanted here."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
