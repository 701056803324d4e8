"""Lists from files: what an importer read becomes rows, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import ListRecord, ListStatus
from pledgebot.domain.words import normalise
from pledgebot.services.lists import find_round, keep_former_name
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import CandidateList, Constituency


@dataclass(frozen=True)
class ImportReport:
    """What an import did: names of the lists that it added, changed and found missing, and those it left as they were.

    `missing` are lists with a panel number in a constituency of the file that the file does not have: they stay, and a
    person decides. `provisional` are lists recorded by hand that look like one of the file: nothing is matched silently.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    missing: tuple[str, ...]
    provisional: tuple[str, ...]
    constituencies: int


def import_lists(
    session: Session, records: Sequence[ListRecord], round_key: str, source: str, by: Actor, now: datetime
) -> ImportReport:
    """Bring the lists of a file into one round. Importing the same file again changes nothing; nothing is deleted.

    A list is known by its panel number in its constituency; without one (a spreadsheet of provisional lists), by its name,
    also when it has got a panel number since. Refuses an unknown round.
    """
    require_role(session, by, Role.RECORDER)
    round_id = find_round(session, round_key).id
    places = _places(session, records)
    known = _Known(session, round_id, set(places.values()))
    added: list[str] = []
    changed: list[str] = []
    seen: set[int] = set()
    for record in records:
        row = known.find(places[record.constituency], record)
        former = row.name if row is not None else record.name
        if row is None:
            row = _new(record, round_id, places[record.constituency], now)
            session.add(row)
            added.append(_label(row))
        elif _update(row, record, source):
            row.changed_at = now
            keep_former_name(session, row, former)
            changed.append(_label(row))
        if record.nuance and row.nuance is None:
            row.nuance, row.nuance_source = record.nuance, source
        seen.add(id(row))
    session.flush()
    report = ImportReport(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=len(records) - len(added) - len(changed),
        missing=tuple(_label(row) for row in known.rows if id(row) not in seen and row.panel is not None),
        provisional=tuple(known.lookalikes(records, seen, places)),
        constituencies=len(places),
    )
    note(session, by, "list.import", f"round:{round_key}", now, source=source, added=len(added), changed=len(changed))
    return report


class _Known:
    """The lists of one round in some constituencies, found by panel number or name."""

    def __init__(self, session: Session, round_id: int, constituencies: set[int]) -> None:
        everything = session.scalars(sa.select(CandidateList).where(CandidateList.round_id == round_id))
        self.rows = [row for row in everything if row.constituency_id in constituencies]
        self._by_panel = {(row.constituency_id, row.panel): row for row in self.rows if row.panel is not None}
        self._provisional = {(row.constituency_id, row.normal): row for row in self.rows if row.panel is None}
        named = {(row.constituency_id, row.normal): row for row in reversed(self.rows)}
        self._by_name = {**named, **self._provisional}

    def find(self, constituency: int, record: ListRecord) -> CandidateList | None:
        if record.panel is not None:
            return self._by_panel.get((constituency, record.panel))
        return self._by_name.get((constituency, normalise(record.name)))

    def lookalikes(self, records: Iterable[ListRecord], seen: set[int], places: dict[str, int]) -> list[str]:
        named = {(places[record.constituency], normalise(record.name)) for record in records}
        return [_label(row) for key, row in self._provisional.items() if key in named and id(row) not in seen]


def _places(session: Session, records: Iterable[ListRecord]) -> dict[str, int]:
    wanted = {record.constituency: record.constituency_label for record in records}
    rows = {row.code: row for row in session.scalars(sa.select(Constituency)) if row.code in wanted}
    for code, label in wanted.items():
        if code not in rows:
            rows[code] = Constituency(code=code, label=label or code)
            session.add(rows[code])
    session.flush()
    return {code: row.id for code, row in rows.items()}


def _new(record: ListRecord, round_id: int, constituency: int, now: datetime) -> CandidateList:
    return CandidateList(
        round_id=round_id,
        constituency_id=constituency,
        panel=record.panel,
        name=record.name,
        normal=normalise(record.name),
        short_name=record.short_name,
        head=record.head,
        status=ListStatus.STANDING,
        created_at=now,
        changed_at=now,
    )


def _update(row: CandidateList, record: ListRecord, source: str) -> bool:
    """Take over what the file says; a field that it leaves empty takes nothing away. Tell whether anything changed."""
    before = (row.name, row.short_name, row.head, row.nuance)
    row.name, row.normal = record.name, normalise(record.name)
    row.short_name = record.short_name or row.short_name
    row.head = record.head or row.head
    if record.nuance and record.nuance != row.nuance:
        row.nuance, row.nuance_source = record.nuance, source
    return before != (row.name, row.short_name, row.head, row.nuance)


def _label(row: CandidateList) -> str:
    panel = f"{row.panel}. " if row.panel is not None else ""
    return f"{panel}{row.name}"
