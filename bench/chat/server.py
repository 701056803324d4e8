"""As much of Telegram as is asked for."""

import asyncio
import html
import json
import re
import sys
from html.parser import HTMLParser

from aiohttp import web
from bench_questions import records

from chat.mixes import MIXES, update

BATCH = 100
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot", "can_join_groups": True}


class Marks(HTMLParser):
    """Looks whether every mark that is opened is closed, and is one of Telegram's."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.right = True
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the parent has it
        """Take an opening mark."""
        self.right &= tag in {"b", "i", "a", "blockquote", "code"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Take a closing mark."""
        self.right &= bool(self.open) and self.open.pop() == tag


class Server:
    """As much of Telegram as is asked for: updates in batches, replies that it looks at, who it is."""

    def __init__(self, asked: dict[str, list[str]]) -> None:
        self.updates = {
            mix: [json.dumps(update(number, text)) for number, text in enumerate(texts, 1)]
            for mix, texts in asked.items()
        }
        self.replies: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call: /bot1:CONTENDER.MIX/METHOD."""
        _one, _colon, run = request.match_info["token"].partition(":")
        given = await self._given(request)
        method = request.match_info["method"].lower()
        if method == "getme":
            return self._result(json.dumps(ME))
        if method == "howmany":
            return web.Response(text=str(len(self.updates[run.partition(".")[2]])))
        if method == "getupdates":
            first = max(int(str(given.get("offset") or 1)), 1)
            found = self.updates[run.partition(".")[2]][first - 1 : first - 1 + BATCH]
            if not found and str(given.get("timeout", "0")) != "0":
                await asyncio.sleep(1)
            return self._result(f"[{','.join(found)}]")
        if method == "sendmessage":
            return self._sent(run, given)
        return web.json_response({"ok": True, "result": True})

    async def _given(self, request: web.Request) -> dict[str, object]:
        if request.content_type == "application/json":
            return dict(await request.json())
        return {**request.query, **await request.post()}

    def _sent(self, run: str, given: dict[str, object]) -> web.Response:
        text, marks = str(given.get("text", "")), Marks(str(given.get("text", "")))
        shown = len(html.unescape(re.sub("<[^>]*>", "", text)).encode("utf-16-le")) // 2
        buttons = json.loads(str(given.get("reply_markup") or "{}"))
        keys = [key for row in buttons.get("inline_keyboard", []) for key in row]
        right = marks.right and not marks.open and 0 < shown <= 4096  # noqa: PLR2004 - Telegram's limit
        if not right or any(len(str(key.get("callback_data", "")).encode()) > 64 for key in keys):  # noqa: PLR2004 - the same
            self.refused[run] = self.refused.get(run, 0) + 1
            return web.json_response(
                {"ok": False, "error_code": 400, "description": "Bad Request: refused"}, status=400
            )
        self.replies[run] = self.replies.get(run, 0) + 1
        chat = {"id": int(str(given["chat_id"])), "type": "private", "first_name": "Ada"}
        return self._result(json.dumps({"message_id": 1, "date": 0, "chat": chat, "from": ME, "text": "…"}))

    def _result(self, result: str) -> web.Response:
        return web.Response(text=f'{{"ok":true,"result":{result}}}', content_type="application/json")

    async def told(self, _request: web.Request) -> web.Response:
        """Say how many replies came and how many were refused."""
        return web.json_response({"replies": self.replies, "refused": self.refused})


async def serve(many: int) -> None:
    """Serve until the standard input ends; the port is the first line said."""
    lists = records()
    server = Server({mix: make(lists, many) for mix, make in MIXES.items()})
    application = web.Application(client_max_size=1 << 22)
    application.router.add_get("/told", server.told)
    application.router.add_route("*", "/bot{token}/{method}", server.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()
