"""Our own contender: the whole of `pledgebot run` on an installation with so many followers, and one announcement."""

import asyncio
import logging
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa

from pledgebot.bootstrap import installation_plan, opened_bot
from pledgebot.config import load_letter, load_settings
from pledgebot.domain.answer import Position, SourceKind, SpeakerRole
from pledgebot.domain.audience import Audience, PlaceKind, TopicKind
from pledgebot.runtime import run_bot
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.installation import sync_installation
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.schema import upgrade_schema
from pledgebot.store.tables import Destination, Event, Subscription

TOKEN = "42:" + "A" * 35
_CONFIG = """
letter = "builtin:marseille-2020"
languages = ["fr", "en"]
database.url = "{url}"
legal = {{ publisher = "Collectif Exemple", contact = "contact@exemple.invalid", host = "Hébergeur Exemple" }}
[telegram]
token = "{token}"
paid_broadcasts = true
base_url = "http://127.0.0.1:{port}/bot"
base_file_url = "http://127.0.0.1:{port}/file/bot"
[election]
zone = "Europe/Paris"
name.fr = "Élections municipales (exemple)"
name.en = "Municipal elections (example)"
rounds = [{{ number = 1, date = 2099-03-15, closes = 20:00:00 }}, {{ number = 2, date = 2099-03-22, closes = 20:00:00 }}]
constituencies = [{{ code = "13055", label = "Marseille" }}]
[limits]
most_receivers = 100000000
"""
_ROWS = 10_000
"""So many rows are written together."""


def build(folder: Path, url: str, followers: int, *, port: int = 9, channel: str = "telegram") -> Database:
    """Make an installation: two organizers, one list, people who follow everything. Returns its database, open."""
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(url=url, token=TOKEN, port=port), "utf-8")
    settings = load_settings(config, {})
    database, now = Database(url), datetime.now(UTC)
    upgrade_schema(database)
    with database.begin() as session:
        sync_installation(session, installation_plan(settings, load_letter(settings.letter_path())), now)
        add_organizer(session, "Alix", frozenset(Role), None, now)
        alix = find_actor(session, "Alix", "bench")
        add_organizer(session, "Noé", frozenset(Role), alix, now)
        add_list(session, Place("13055"), ListDetails("Liste Exemple A"), alix, now)
        for first in range(1, followers + 1, _ROWS):
            numbers = range(first, min(first + _ROWS, followers + 1))
            session.execute(sa.insert(Destination), [_follower(number, channel, now) for number in numbers])
            session.execute(
                sa.insert(Subscription), [{"destination_id": number, "topic": TopicKind.ALL} for number in numbers]
            )
    return database


def _follower(number: int, channel: str, now: datetime) -> dict[str, object]:
    return {
        "id": number, "channel": channel, "address": str(1_000_000 + number), "thread": "", "language": "fr",
        "audience": Audience.SUBSCRIBER, "place": PlaceKind.PRIVATE, "consented_at": now, "created_at": now,
    }  # fmt: skip


def announce(database: Database, *, paid: bool = False) -> None:
    """Let the list say yes, and two people confirm it: from now on it is to be told, at the pace that is `paid` for or not."""
    now = datetime.now(UTC)
    with database.begin() as session:
        new = NewAnswer(
            subject=Subject(list_id=1),
            positions=(Taken("cameras", Position.COMMITTED),),
            source=SourceKind.EMAIL,
            role=SpeakerRole.HEAD,
            said_on=date(2020, 2, 1),
            speaker="Ada Exemple",
            proofs=(Proof(quote="Nous réduirons fortement le nombre de caméras."),),
        )
        alix, noe = find_actor(session, "Alix", "bench"), find_actor(session, "Noé", "bench")
        confirm_answer(session, record_answer(session, new, alix, now), 1, noe, now)
        if paid:
            session.execute(sa.update(Event).values(paid_at=now, paid_by=alix.organizer))


def contend(folder: Path) -> None:
    """Be `pledgebot run`."""
    logging.basicConfig(level=logging.WARNING)
    with opened_bot(folder / "config.toml", working=True) as bot:
        asyncio.run(run_bot(bot))


if __name__ == "__main__":
    contend(Path(sys.argv[1]))
