"""Questions on Telegram, from the update's JSON to the reply that leaves over HTTP: ours beside a plain bot, in one run.

Both contenders are processes of their own and fetch the same updates from one local server by `getUpdates`. The plain one is
a python-telegram-bot application on the library's own transport: it finds a list or a place by indexed SELECTs of SQLAlchemy
Core, reads the same rows (list, place, demands, stances with their proofs, contacts) and replies with the same facts.
Usage: bench_chat.py [DATABASE FILE] [QUESTIONS]
"""

import asyncio
import html
import json
import os
import platform
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import telegram
from aiohttp import ClientSession, web
from telegram.ext import Application, CommandHandler, ContextTypes, ExtBot, MessageHandler, filters

sys.path.insert(0, str(Path(__file__).parent))

import bench_questions
from bench_questions import NOW, questions, records

from pledgebot.channels.telegram.transport import AiohttpRequest
from pledgebot.channels.telegram.voice import TelegramVoice
from pledgebot.chat.telegram.acts import Say
from pledgebot.chat.telegram.life import Account, TelegramLife
from pledgebot.chat.telegram.responder import Live, Manners, Responder
from pledgebot.chat.telegram.turns import written
from pledgebot.chat.telegram.updates import received
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import AnswerState, Position, SourceKind, SpeakerRole, StanceState
from pledgebot.domain.election import ListRecord
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.words import normalise
from pledgebot.messages.document import Message
from pledgebot.pace import Pace
from pledgebot.services import inbox
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Answer,
    CandidateList,
    Constituency,
    ContactRow,
    DemandRow,
    DemandVersion,
    Evidence,
    Inbox,
    Stance,
)

QUESTIONS, WARMING, BATCH = 4_000, 200, 100
POPULAR, OF_POPULAR, MISTYPED = 200, 0.8, 0.1
ANSWERED, CONTACTED = 1_500, 3_000
"""How many lists answered (all demands), and how many were written to."""
DEMANDS = ("cameras", "committee", "moratorium")
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot", "can_join_groups": True}
PARIS = ZoneInfo("Europe/Paris")


# The database: that of bench_questions, where lists have answered and were written to.


def build(path: Path) -> None:
    """Build the database, whole or not at all; the plain bot gets the indexes that it asks by."""
    plain = Path(tempfile.gettempdir()) / "pledgebot-bench-questions.db"
    if not plain.exists():
        bench_questions.build(plain, records())
    half = path.with_suffix(".building")
    shutil.copy(plain, half)
    database = Database(f"sqlite:///{half}")
    with database.begin() as session:
        alix = find_actor(session, "Alix", "bench")
        add_organizer(session, "Noé", frozenset(Role), alix, NOW)
        noe = find_actor(session, "Noé", "bench")
        keys = session.scalars(sa.select(DemandRow.key)).all()
        for number in range(1, ANSWERED + 1):
            new = NewAnswer(
                subject=Subject(list_id=number),
                positions=tuple(Taken(key, list(Position)[(number + at) % 3]) for at, key in enumerate(keys)),
                source=SourceKind.EMAIL, role=SpeakerRole.HEAD, said_on=date(2026, 2, 1), speaker="Ada Exemple",
                proofs=(Proof(url="https://example.org/words", quote="We say what we will do."),),
            )  # fmt: skip
            confirm_answer(session, record_answer(session, new, alix, NOW), 1, noe, NOW)
        for number in range(1, CONTACTED + 1):
            contact = NewContact(number, ContactKind.SENT, Medium.EMAIL, NOW - timedelta(days=3))
            log_contact(session, contact, alix, NOW)
    database.close()
    with closing(sqlite3.connect(half)) as connection, connection:
        for table, column in (("candidate_list", "normal"), ("candidate_list", "head"), ("constituency", "label")):
            connection.execute(f"CREATE INDEX bench_{table}_{column} ON {table} ({column})")
        connection.execute("ANALYZE")
    half.rename(path)


# What is asked.


# Ways of asking that both contenders understand: by a name, a head of list, a place, a demand in a place.
_WAYS = (
    "{name}", "{name}", "{lower}", "/list {name}", "{head}", "{place}", "{code}", "/stances {place}", "caméras {place}",
)  # fmt: skip
_ALSO = ("{head} caméras", "/demand caméras", "/stances", "/letter", "/dates", "/start")


def by_name(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions that both answer from the same rows: four of five about a few things, the rest about anything."""
    rng = random.Random(11)  # noqa: S311 - a repeatable choice, not a secret
    return [_put(rng.choice(_WAYS), one) for one in _asked_about(rng, lists, many)]


def as_people_ask(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions as they come, of which the plain bot makes no sense of many: typing errors, free words, no place."""
    rng = random.Random(12)  # noqa: S311 - a repeatable choice, not a secret
    anything = [text for text in questions(lists) if text.strip()]
    asked = []
    for one in _asked_about(rng, lists, many):
        if rng.random() >= OF_POPULAR:
            asked.append(rng.choice(anything))
            continue
        text = _put(rng.choice(_WAYS + _ALSO), one)
        asked.append(bench_questions.mistyped(rng, text) if rng.random() < MISTYPED and "/" not in text else text)
    return asked


def _asked_about(rng: random.Random, lists: Sequence[ListRecord], many: int) -> list[ListRecord]:
    """Return what is asked about: four times in five one of a few, the first of them most often, else any list."""
    popular = rng.sample(lists[:ANSWERED], POPULAR)
    weights = [1 / place for place in range(1, POPULAR + 1)]
    often = iter(rng.choices(popular, weights, k=many))
    return [next(often) if rng.random() < OF_POPULAR else rng.choice(lists) for _ in range(many)]


def _put(way: str, one: ListRecord) -> str:
    return way.format(
        name=one.name, lower=one.name.lower(), head=one.head, place=one.constituency_label, code=one.constituency
    )


def distinct(lists: Sequence[ListRecord], many: int) -> list[str]:
    """Return questions of every kind of which no two are the same."""
    return list(dict.fromkeys(text for text in questions(lists) if text.strip()))[:many]


MIXES: dict[str, Callable[[Sequence[ListRecord], int], list[str]]] = {
    "by name": by_name,
    "as people ask": as_people_ask,
    "all distinct": distinct,
}


def update(number: int, text: str) -> dict[str, object]:
    """Return a private message as Telegram brings it; each comes from another person."""
    person = {"id": 1_000_000 + number, "first_name": "Ada", "language_code": "fr"}
    message: dict[str, object] = {
        "message_id": number,
        "date": int(NOW.timestamp()),
        "chat": {"id": person["id"], "type": "private", "first_name": "Ada"},
        "from": {**person, "is_bot": False},
        "text": text[:4096],
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    return {"update_id": number, "message": message}


# The server.


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


# The contenders. Each handles one update after the other, so that time can be told by question.

Handle = Callable[[object], Awaitable[object]]


@dataclass
class Clocked:
    """Times how long updates take, in milliseconds, once it is warm."""

    own: list[float]
    wall: list[float]
    spent: float = 0.0

    async def one(self, handle: Handle, raw: object) -> None:
        """Handle one update."""
        own, wall = time.process_time(), time.perf_counter()
        await handle(raw)
        self.own.append((time.process_time() - own) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    async def all(self, fetch: Callable[[int], Awaitable[Sequence[object]]], handle: Handle) -> None:
        """Fetch and handle until nothing is left; what it takes to get warm is not counted."""
        offset, began = 1, _spent()
        while updates := await fetch(offset):
            for raw in updates:
                await self.one(handle, raw)
            offset += len(updates)
            if offset == WARMING + 1:
                self.own.clear()
                self.wall.clear()
                began = _spent()
        self.spent = (_spent() - began) * 1000


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def ours(path: Path, port: int, token: str, clocked: Clocked) -> dict[str, float]:
    """Answer as `pledgebot run` does: raw updates are committed to the inbox, answered, and marked as done together."""
    database, clock = Database(f"sqlite:///{path}"), MovedClock(NOW)
    responder = Responder(database, clock, Manners(("fr", "en"), "https://example.org"), "bench_bot")
    before = _spent()
    with database.read() as session:
        responder.directories.fresh(session)
    built = _spent() - before
    fetching = AiohttpRequest()
    async with telegram.Bot(
        token, base_url=f"http://127.0.0.1:{port}/bot", request=AiohttpRequest(), get_updates_request=fetching
    ) as bot:
        voice = TelegramVoice(bot, unhurried())

        async def fetch(offset: int) -> Sequence[object]:
            # Raw, as they go into the inbox.
            raw = await fetching.post(f"{bot.base_url}/getUpdates?offset={offset}")
            updates = list(raw) if isinstance(raw, list) else []
            with database.begin() as session:
                inbox.mark_done(session, [item.id for item in inbox.waiting(session, "telegram", BATCH)], NOW)
                inbox.keep_updates(session, "telegram", received(updates), NOW)
            with database.read() as session:
                inbox.waiting(session, "telegram", BATCH)
            return updates

        async def handle(raw: object) -> None:
            turn = written(telegram.Update.de_json(cast("dict[str, object]", raw), bot), "bench_bot", PARIS)
            if turn is None:
                return
            for act in responder.respond(0, turn, Live()).acts:
                if isinstance(act, Say):
                    await voice.say(act.chat, act.thread, act.message, act.reply_to)

        await clocked.all(fetch, handle)
    database.close()
    recall = responder.recall
    return {"hits": recall.hits / max(1, recall.hits + recall.misses), "directory": built}


class _Fast:
    """Timers of a loop whose seconds are thousandths."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.TimerHandle:
        """Call something later, but not that much later."""
        return asyncio.get_running_loop().call_later(delay / _FASTER, callback)


_FASTER = 1000.0


def unhurried() -> Pace:
    """Return a pace on a clock that runs a thousand times too fast, so that thirty a second make nobody wait."""
    return Pace(lambda: time.monotonic() * _FASTER, _Fast())


class Counting(TelegramVoice):
    """Counts what was said, and says when it was the last."""

    def __init__(self, bot: telegram.Bot, pace: Pace, last: int) -> None:
        super().__init__(bot, pace)
        self.said, self.last, self.began = 0, last, 0.0
        self.over = asyncio.Event()

    async def say(self, chat: str, thread: str, message: Message, reply_to: int | None = None) -> None:
        """Say something."""
        await super().say(chat, thread, message, reply_to)
        self.said += 1
        if self.said == WARMING:
            self.began = _spent()
        if self.said == self.last:
            self.over.set()


async def whole(path: Path, port: int, token: str, clocked: Clocked) -> dict[str, float]:
    """Answer with everything that `pledgebot run` has on Telegram: polling, inbox, dispatch, chats side by side."""
    database, clock = Database(f"sqlite:///{path}"), MovedClock(NOW)
    with database.begin() as session:
        session.execute(sa.delete(Inbox))
    responder = Responder(database, clock, Manners(("fr", "en"), "https://example.org"))
    with database.read() as session:
        responder.directories.fresh(session)
    threads = ThreadPoolExecutor(4)
    base = f"http://127.0.0.1:{port}/bot"
    many = int(await _asked(base, token))
    polling = AiohttpRequest(connections=1)
    bot: ExtBot[None] = ExtBot(token, base_url=base, request=AiohttpRequest(), get_updates_request=polling)
    voice = Counting(bot, unhurried(), many)

    async def cross(work: Callable[[], object]) -> object:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    life = TelegramLife(Account(bot, polling, voice), responder, PARIS, cross, lambda: True)
    living = asyncio.create_task(life.run())
    await voice.over.wait()
    clocked.spent = (_spent() - voice.began) * 1000
    clocked.own, clocked.wall = [0.0] * (many - WARMING), [0.0] * (many - WARMING)
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    database.close()
    recall = responder.recall
    return {"hits": recall.hits / max(1, recall.hits + recall.misses)}


async def _asked(base: str, token: str) -> str:
    async with ClientSession() as session, session.get(f"{base}{token}/howMany") as told:
        return await told.text()


class Plain:
    """A bot as it is usually written: handlers, one engine, SELECTs of Core, words put together by hand."""

    def __init__(self, path: Path) -> None:
        self.engine = sa.create_engine(f"sqlite:///{path}")

    async def about(self, update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a command or a text."""
        message = update.message
        if message is None or message.text is None:
            return
        asked = " ".join(context.args) if context.args is not None else message.text
        with self.engine.connect() as connection:
            reply = self.found(connection, asked.strip()) if asked.strip() else "Which list or place?"
        await message.reply_text(reply[:4000], parse_mode="HTML")

    def found(self, connection: sa.Connection, asked: str) -> str:
        """Find a list by name or head, a place by code or label, a demand in a place; by whole names only."""
        lists = sa.select(CandidateList.__table__, Constituency.label.label("place"), Constituency.code).join(
            Constituency, Constituency.id == CandidateList.constituency_id
        )
        for condition in (CandidateList.normal == normalise(asked), CandidateList.head == asked):
            row = connection.execute(lists.where(condition)).first()
            if row is not None:
                return self.cards(connection, [row])
        first, _blank, rest = asked.partition(" ")
        for words in (asked, rest):
            place = connection.execute(
                sa.select(Constituency.id).where(sa.or_(Constituency.code == words, Constituency.label == words))
            ).scalar()
            if place is not None:
                rows = connection.execute(lists.where(CandidateList.constituency_id == place)).all()
                return self.cards(connection, rows, first if words == rest else "")
        return f"Nothing is known under “{html.escape(asked)}”."

    def cards(self, connection: sa.Connection, rows: Sequence[sa.Row[tuple[object, ...]]], demand: str = "") -> str:
        """Put what lists say into words."""
        ids = [row.id for row in rows]
        demands = connection.execute(
            sa.select(DemandRow.id, DemandRow.key, DemandVersion.content)
            .join(DemandVersion, DemandVersion.demand_id == DemandRow.id)
            .where(DemandRow.retired_at.is_(None))
            .order_by(DemandRow.place)
        ).all()
        stances = connection.execute(
            sa.select(Stance.list_id, Stance.demand_id, Stance.position, Answer.said_on, Answer.speaker,
                      Answer.source_kind, Evidence.url, Evidence.quote)
            .join(Answer, Answer.id == Stance.answer_id)
            .join(Evidence, Evidence.id == Answer.lead_evidence_id)
            .where(Answer.list_id.in_(ids), Answer.state == AnswerState.CONFIRMED, Stance.state == StanceState.CURRENT)
        ).all()  # fmt: skip
        contacts = connection.execute(
            sa.select(ContactRow.list_id, ContactRow.kind, ContactRow.at).where(ContactRow.list_id.in_(ids))
        ).all()
        said = {(row.list_id, row.demand_id): row for row in stances}
        asked = {row.list_id: row.at for row in contacts}
        lines = ["<b>Example: fictional lists and people.</b>"]
        for row in rows:
            lines.append(
                f"\n<b>{row.panel}. {html.escape(row.name)}</b>\n{html.escape(row.place)}, {html.escape(row.head or '')}"
            )
            for one in demands:
                if demand and not normalise(one.key).startswith(normalise(demand)[:4]):
                    continue
                stance = said.get((row.id, one.id))
                title = html.escape(one.content["title"]["fr"])
                if stance is None:
                    when = asked.get(row.id)
                    lines.append(
                        f"• {title} — " + (f"no answer yet, asked on {when:%d/%m/%Y}" if when else "not yet asked")
                    )
                    continue
                lines.append(
                    f"• {title} — <b>{stance.position.value}</b> — {stance.said_on:%d/%m/%Y}, {html.escape(stance.speaker)}, "
                    f"{stance.source_kind.value} — “{html.escape(stance.quote)}”, "
                    f'<a href="{html.escape(stance.url)}">see the source</a>'
                )
        return "\n".join(lines)


async def plain(path: Path, port: int, token: str, clocked: Clocked) -> dict[str, float]:
    """Answer as a usual bot does, on the library's own transport."""
    bot = Plain(path)
    application = (
        Application.builder()
        .token(token)
        .base_url(f"http://127.0.0.1:{port}/bot")
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handler(CommandHandler(["list", "stances", "demand", "letter", "dates", "start"], bot.about))
    application.add_handler(MessageHandler(filters.TEXT, bot.about))
    async with application:
        await application.start()

        async def fetch(offset: int) -> Sequence[object]:
            return await application.bot.get_updates(offset=offset, timeout=0)

        await clocked.all(fetch, application.process_update)
        await application.stop()
    return {}


CONTENDERS = {"ours": ours, "whole": whole, "plain": plain}
"""`ours` handles one question after the other, so that each can be timed; `whole` is what a process spends in all."""


def contend(name: str, mix: str, path: Path, port: int) -> None:
    """Run one contender and print its figures as JSON."""
    clocked = Clocked([], [])
    more = asyncio.run(CONTENDERS[name](path, port, f"1:{name}.{mix}", clocked))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"own": clocked.own, "wall": clocked.wall, "spent": clocked.spent, "peak": peak, **more}
    print(json.dumps(figures))


# The run.


def show(name: str, figures: dict[str, object]) -> float:
    """Print a contender's figures, and return what a question costs it in milliseconds of processor time."""
    own, wall = (sorted(figures[kind]) for kind in ("own", "wall"))  # type: ignore[call-overload]  # lists of numbers, from JSON
    mean = float(str(figures["spent"])) / len(own)
    parts = "  ".join(
        f"{kind} p50 {of[len(of) // 2]:.2f} p99 {of[len(of) * 99 // 100]:.2f} max {of[-1]:.2f}"
        for kind, of in (("own", own), ("wall", wall))
    )
    extra = f"  by heart {float(str(figures['hits'])):.0%}" if "hits" in figures else ""
    print(
        f"{name:<6} {len(own):>5} × ms  CPU in all {mean:.2f}  {parts}  RSS {float(str(figures['peak'])):.0f} MB{extra}"
    )
    return mean


def main(path: Path, many: int) -> None:
    """Build the database if there is none, let both answer the same, and print."""
    if not path.exists():
        build(path)
    this = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*this, "--serve", str(many)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        port = (server.stdout.readline() if server.stdout is not None else "").strip()
        for mix in MIXES:
            print(f"\n{mix}: {many} questions, {WARMING} of them to warm up")
            costs = {}
            for name in CONTENDERS:
                run = subprocess.run([*this, "--contend", name, mix, str(path), port], capture_output=True, check=True)  # noqa: S603 - ourselves
                costs[name] = show(name, json.loads(run.stdout))
            for name in ("ours", "whole"):
                print(f"ratio of processor time, {name} to plain: {costs[name] / costs['plain']:.2f}")
        from urllib.request import urlopen

        with urlopen(f"http://127.0.0.1:{port}/told") as told:
            print(f"\nserver: {json.load(told)}")
        if server.stdin is not None:
            server.stdin.close()
    load = os.getloadavg()[0]
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--serve"]:
        asyncio.run(serve(int(arguments[1])))
    elif arguments[:1] == ["--contend"]:
        contend(arguments[1], arguments[2], Path(arguments[3]), int(arguments[4]))
    else:
        main(
            Path(arguments[0]) if arguments else Path(tempfile.gettempdir()) / "pledgebot-bench-chat.db",
            int(arguments[1]) if len(arguments) > 1 else QUESTIONS,
        )
