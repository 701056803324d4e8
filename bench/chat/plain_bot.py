"""The plain contender: a python-telegram-bot application as it is usually written, on the library's own transport."""

import html
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
import telegram
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from chat.clocked import Clocked
from pledgebot.domain.answer import AnswerState, StanceState
from pledgebot.domain.words import normalise
from pledgebot.store.tables import (
    Answer,
    CandidateList,
    Constituency,
    ContactRow,
    DemandRow,
    DemandVersion,
    Evidence,
    Stance,
)


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
