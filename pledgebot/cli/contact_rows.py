"""Spreadsheets of contacts: rows become contacts by the same service as everywhere."""

from collections.abc import Iterable
from datetime import datetime, time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebot.bootstrap import Bot
from pledgebot.cli.shared import find_list, terminal_translator
from pledgebot.domain.audience import moment_at
from pledgebot.domain.errors import Objection, Refused, Unusable
from pledgebot.importers.contacts import ContactRecord
from pledgebot.messages.objections import objection
from pledgebot.services.facts import election_zone
from pledgebot.services.lists import find_round, get_list
from pledgebot.services.lookup import HitKind, find, standing_in
from pledgebot.services.outreach import NewContact, log_contacts
from pledgebot.services.people import Actor
from pledgebot.services.queries import current_round

if TYPE_CHECKING:
    from pledgebot.store.engine import Session

_NOON = time(12)


def log_rows(session: "Session", bot: Bot, file: Path, rows: Iterable[ContactRecord], actor: Actor) -> tuple[int, int]:
    """Log every row; return how many were new, and how many were on record already.

    All faults are said at once, each with its line, and then nothing is logged.
    """
    zone, now = election_zone(session), bot.clock.now()
    contacts: list[NewContact] = []
    faults: list[str] = []
    for row in rows:
        try:
            contacts.append(_contact(session, bot, row, zone, now))
        except Refused as refused:
            reason = objection(terminal_translator(), refused.objection, refused.facts)
            faults.append(f"{file}: line {row.line}: {reason}")
    if faults:
        raise Unusable("\n".join([*faults, "nothing was logged"]))
    return log_contacts(session, contacts, zone, actor, now)


def _contact(session: "Session", bot: Bot, row: ContactRecord, zone: tzinfo, now: datetime) -> NewContact:
    if row.day > now.astimezone(zone).date():
        raise Refused(Objection.SAID_IN_FUTURE, day=row.day)
    # Of a contact of today of which only the day is known noon may be still to come.
    moment = min(moment_at(row.day, row.hour or _NOON, zone), now)
    return NewContact(_list(session, bot, row), row.kind, row.medium, moment, row.template, row.note)


def _list(session: "Session", bot: Bot, row: ContactRecord) -> int:
    """Return the list that a row names; its constituency tells apart lists of one name."""
    if row.list.lstrip("#").isdecimal():
        return get_list(session, find_list(session, bot, row.list)).id
    asked = find_round(session, row.round).id if row.round else current_round(session, bot.clock.now()).id
    hits = find(session, row.list, [HitKind.LIST], asked).hits
    if row.constituency:
        hits = standing_in(session, hits, row.constituency)
    if len(hits) > 1:
        raise Refused(Objection.AMBIGUOUS_LIST, name=row.list, known=[f"#{hit.id} {hit.label}" for hit in hits])
    if not hits:
        raise Refused(Objection.UNKNOWN_LIST, name=row.list)
    return hits[0].id
