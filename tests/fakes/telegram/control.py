"""The control protocol of `tests/scenarios/README.md` beside our emulator: who drives the people does it over HTTP.

`PYTHONPATH=tests python -m fakes.telegram.control --port N` starts it, prints its address, and serves until it is interrupted.
"""

import argparse
import asyncio
import base64
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from aiohttp import web

from fakes.telegram.chats import Chat
from fakes.telegram.people import Person
from fakes.telegram.places import Channel, Group, Place, Topic
from fakes.telegram.queries import Press, Question
from fakes.telegram.refusals import Json
from fakes.telegram.server import TelegramServer
from fakes.telegram.things import Message
from fakes.telegram.world import World

LONGEST_WAIT = 20.0


@dataclass
class Driven:
    """One bot with a world of its own."""

    server: TelegramServer
    presses: dict[str, Press] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    topics: dict[tuple[int, int], Topic] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The bot's world."""
        return self.server.world

    def person(self, number: object) -> Person:
        """Return a person by number."""
        return self.world.people[_whole(number)]

    def chat(self, number: object) -> Chat:
        """Return a chat by number; a person's own chat has the person's."""
        found = self.world.chat_of(str(_whole(number)))
        if found is None:
            raise LookupError(f"no chat {number}")
        return found

    def message(self, told: Json) -> Message:
        """Return the message that `chat` and `message` name."""
        found = self.chat(told["chat"]).find(_whole(told["message"]))
        if found is None:
            raise LookupError("no such message")
        return found

    def where(self, told: Json) -> Chat | Topic:
        """Return the place that `to` and `thread` name."""
        chat = self.chat(told["to"])
        return self.topics[chat.id, _whole(told["thread"])] if told.get("thread") else chat

    # What people do: each takes what was told, and returns what came of it.

    def write(self, who: Person, told: Json) -> Json:
        """Write in private, in a group or in a topic."""
        return self._said(who.write_in(self.where(told), str(told["text"])))

    def start(self, who: Person, told: Json) -> Json:
        """Press Start."""
        return self._said(who.start(str(told.get("payload", ""))))

    def press(self, who: Person, told: Json) -> Json:
        """Press a button of a message by its data."""
        press = who.send_data(self.message(told), str(told["data"]), stale=bool(told.get("stale")))
        self.presses[press.id] = press
        return {"press": press.id, "chat": _whole(told["chat"]), "revision": self.world.revision}

    def photo(self, who: Person, told: Json) -> Json:
        """Send a photo."""
        return self._said(who.send_photo(_content(told), caption=str(told.get("caption", "")), to=self.where(told)))

    def document(self, who: Person, told: Json) -> Json:
        """Send a file, perhaps of a declared size."""
        size = _whole(told["size"]) if told.get("size") is not None else None
        caption, name = str(told.get("caption", "")), str(told["name"])
        return self._said(who.send_document(_content(told), name, caption=caption, to=self.where(told), size=size))

    def forward(self, who: Person, told: Json) -> Json:
        """Forward a message."""
        return self._said(who.forward(self.message(told), self.where(told)))

    def edit(self, who: Person, told: Json) -> Json:
        """Edit an own message."""
        return self._said(who.edit(self.message(told), str(told["text"])))

    def inline(self, who: Person, told: Json) -> Json:
        """Ask inline."""
        question = who.ask_inline(str(told["text"]))
        self.questions[question.id] = question
        return {"question": question.id}

    def block(self, who: Person, _told: Json) -> Json:
        """Block the bot."""
        who.block()
        return {}

    # What is done to places

    def promote(self, who: Person, told: Json) -> Json:
        """Make somebody an administrator of a place."""
        self._place(told).promote(who, anonymous=bool(told.get("anonymous")))
        return {}

    def topic(self, _who: Person, told: Json) -> Json:
        """Open a topic in a group."""
        group = self._group(told)
        topic = group.topic(str(told["text"]))
        self.topics[group.id, topic.id] = topic
        return {"thread": topic.id}

    def migrate(self, _who: Person, told: Json) -> Json:
        """Turn a group into a supergroup."""
        return {"id": self._group(told).migrate().id}

    def post(self, _who: Person, told: Json) -> Json:
        """Post in a channel."""
        channel = self.chat(told["to"])
        if not isinstance(channel, Channel):
            raise TypeError("not a channel")
        return self._said(channel.post(str(told["text"])))

    def _place(self, told: Json) -> Place:
        place = self.chat(told["to"])
        if not isinstance(place, Place):
            raise TypeError("a private chat has no administrators")
        return place

    def _group(self, told: Json) -> Group:
        group = self.chat(told["to"])
        if not isinstance(group, Group):
            raise TypeError("not a group")
        return group

    def _said(self, message: Message) -> Json:
        return {"revision": message.revision, **shown(message)}


ACTS: dict[str, Callable[[Driven, Person, Json], Json]] = {
    "write": Driven.write, "start": Driven.start, "press": Driven.press, "photo": Driven.photo,
    "document": Driven.document, "forward": Driven.forward, "edit": Driven.edit, "inline": Driven.inline,
    "block": Driven.block, "promote": Driven.promote, "topic": Driven.topic, "migrate": Driven.migrate,
    "post": Driven.post,
}  # fmt: skip


def shown(message: Message) -> Json:
    """Return a message as the protocol shows it."""
    return {
        "chat": message.chat.id,
        "message": message.id,
        "text": message.text,
        "from_bot": message.from_bot,
        "edits": message.edits,
        "thread": message.thread,
        "dropped_entities": message.dropped_entities,
        "remarks": list(message.remarks),
        "buttons": [[{"label": one.label, "data": one.data, "url": one.url} for one in row] for row in message.buttons],
    }


class Control:
    """Serves the protocol; every bot that is asked for gets an emulator of its own, which ends with this one."""

    def __init__(self) -> None:
        self._bots: dict[str, Driven] = {}
        self._open = AsyncExitStack()

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/control/bots", self._new_bot)
        for method, path, handler in (
            ("POST", "people", self._new_person),
            ("POST", "places", self._new_place),
            ("POST", "acts", self._act),
            ("GET", "chats/{number}", self._chat),
            ("GET", "presses/{number}", self._press),
            ("GET", "questions/{number}", self._question),
            ("GET", "refused", self._refused),
        ):
            app.router.add_route(method, f"/control/{{bot}}/{path}", _careful(handler))
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        await self._open.aclose()

    def _of(self, request: web.Request) -> Driven:
        return self._bots[request.match_info["bot"]]

    async def _new_bot(self, _request: web.Request) -> web.Response:
        server = await self._open.enter_async_context(TelegramServer())
        server.world.reads_all = True
        key = str(len(self._bots) + 1)
        self._bots[key] = Driven(server)
        return web.json_response(
            {
                "control": f"/control/{key}",
                "token": server.token,
                "base_url": server.base_url,
                "base_file_url": server.base_file_url,
                "username": server.world.bot.username,
            }
        )

    async def _new_person(self, request: web.Request) -> web.Response:
        told, world = await request.json(), self._of(request).world
        person = world.user(told["name"], language=told.get("language", ""), username=told.get("username", ""))
        return web.json_response({"id": person.id})

    async def _new_place(self, request: web.Request) -> web.Response:
        told, driven = await request.json(), self._of(request)
        people = [driven.person(number) for number in told.get("people", [])]
        world, username, bot = driven.world, told.get("username", ""), bool(told.get("bot"))
        if told["kind"] == "channel":
            place: Place = world.channel(told["title"], people=people, bot=bot, username=username)
        else:
            small = told["kind"] == "group"
            place = world.group(told["title"], people=people, small=small, bot=bot, username=username)
        return web.json_response({"id": place.id})

    async def _act(self, request: web.Request) -> web.Response:
        told, driven = await request.json(), self._of(request)
        who = driven.person(told["who"]) if told.get("who") is not None else driven.world.bot
        return web.json_response(ACTS[told["act"]](driven, who, told))

    async def _chat(self, request: web.Request) -> web.Response:
        chat, after = self._of(request).chat(request.match_info["number"]), int(request.query.get("after", "0"))
        world = chat.world

        def news() -> list[Message] | None:
            return [message for message in chat.messages if message.revision > after] or None

        try:
            found = await world.turns.until(news, _wait(request), str)
        except AssertionError:
            found = []
        revision = max((message.revision for message in found), default=after)
        return web.json_response({"revision": revision, "messages": [shown(message) for message in found]})

    async def _press(self, request: web.Request) -> web.Response:
        answer = await self._of(request).presses[request.match_info["number"]].answered(_wait(request))
        return web.json_response({"text": answer.text, "alert": answer.alert})

    async def _question(self, request: web.Request) -> web.Response:
        results = await self._of(request).questions[request.match_info["number"]].answered(_wait(request))
        told = [{"title": one.title, "description": one.description, "text": one.content.text} for one in results]
        return web.json_response({"results": told})

    async def _refused(self, request: web.Request) -> web.Response:
        calls = self._of(request).server.calls
        refused = [{"method": call.method, "why": str(call.answer)} for call in calls if call.status == 400]
        return web.json_response({"refused": refused})


def _careful(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Say what was wrong with a request, and that something was waited for in vain."""

    async def answered(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except AssertionError as vain:
            return web.json_response({"error": str(vain)}, status=504)
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answered


def _wait(request: web.Request) -> float:
    return min(float(request.query.get("wait", "0")), LONGEST_WAIT)


def _content(told: Json) -> bytes:
    return base64.b64decode(str(told.get("content", "")))


def _whole(number: object) -> int:
    return int(str(number))


async def serve(port: int, told: Callable[[str], object]) -> None:
    """Serve until cancelled; `told` is given the address."""
    runner = web.AppRunner(Control().app(), access_log=None, handle_signals=False, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        told(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Start the emulator as a server of its own."""
    parser = argparse.ArgumentParser(prog="fakes.telegram.control", description="The emulator as a server of its own.")
    parser.add_argument("--port", type=int, default=0, help="where to listen; else on a free port")

    # Whoever was started in the background of a script ignores it, and would never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def say(address: str) -> None:
        sys.stdout.write(f"PLEDGEBOT_TEST_TELEGRAM_URL={address}\n")
        sys.stdout.flush()

    try:
        asyncio.run(serve(parser.parse_args().port, say))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
