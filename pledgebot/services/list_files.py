"""Lists from files: what an importer read becomes rows, in one short transaction, whatever the size of the file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import ListRecord, ListStatus
from pledgebot.domain.words import normalise
from pledgebot.services.lists import find_round
from pledgebot.services.names import names_changed
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import CandidateList, Constituency, Installation, NameAlias, NameDigest

BATCH = 1000
LONGEST_REPORT = 50
"""How many names of each kind a report keeps: of a national file nobody reads more."""

X = TypeVar("X")


@dataclass
class Names:
    """How many there are, and the first of them by name."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < LONGEST_REPORT:
            self.first.append(name)


@dataclass(frozen=True)
class ImportReport:
    """What an import did: the lists that it added, changed and found missing, and how many it left as they were.

    `missing` are lists with a panel number in a constituency of the file that the file does not have: they stay, and a
    person decides. `provisional` are lists recorded by hand in these constituencies: they may be among those of the file,
    and nothing is matched silently.
    """

    added: Names = field(default_factory=Names)
    changed: Names = field(default_factory=Names)
    missing: Names = field(default_factory=Names)
    provisional: Names = field(default_factory=Names)
    unchanged: Names = field(default_factory=Names)
    constituencies: int = 0


def digest_secret(session: Session) -> bytes:
    """Return the secret of this database by which candidates' names become digests."""
    return bytes.fromhex(session.get_one(Installation, 1).secret)


def import_lists(
    session: Session,
    records: Iterable[ListRecord],
    round_key: str,
    source: str,
    by: Actor,
    now: datetime,
    year: int | None = None,
) -> ImportReport:
    """Bring the lists of a file into one round. Importing the same file again changes nothing; nothing is deleted.

    A list is known by its panel number in its constituency; without one (a spreadsheet of provisional lists), by its name,
    also when it has got a panel number since. A former name stays as an alias. Refuses an unknown round.
    `source` and `year` say where a nuance is from: the same code means different things in different years.
    """
    require_role(session, by, Role.RECORDER)
    row = find_round(session, round_key)
    work = _Import(session, row.id, source, year if year is not None else row.day.year, now)
    for batch in _batches(records, BATCH):
        work.take(batch)
    report = work.finish(keep_digests=row.lineages_closed_at is None)
    names_changed(session)
    note(
        session, by, "list.import", f"round:{round_key}", now,
        source=source, added=report.added.count, changed=report.changed.count, missing=report.missing.count,
    )  # fmt: skip
    return report


def _batches(items: Iterable[X], size: int) -> Iterator[list[X]]:
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch


_Known = tuple[int, str, str | None, str | None, str | None, int | None]
"""A list that is there: number, name, short name, head, nuance, year of the nuance."""


class _Import:
    """One import under way: what is there already, and what was seen."""

    def __init__(self, session: Session, round_id: int, source: str, year: int, now: datetime) -> None:
        self.session = session
        self.round_id = round_id
        self.source = source
        self.year = year
        self.now = now
        self.report = ImportReport()
        places = session.execute(sa.select(Constituency.code, Constituency.id))
        self._places: dict[str, int] = {row.code: row.id for row in places}
        self._touched: set[int] = set()
        self._by_panel: dict[tuple[int, int], _Known] = {}
        self._by_name: dict[tuple[int, str], _Known] = {}
        self._numbered: dict[tuple[int, str], _Known] = {}
        self._former: dict[tuple[int, str], str] = {}
        self._seen: set[int] = set()
        self._digests: dict[tuple[int, int], bytes] = {}
        self._read_known()

    def _read_known(self) -> None:
        table = CandidateList
        rows = self.session.execute(
            sa.select(
                table.constituency_id, table.panel, table.normal,
                table.id, table.name, table.short_name, table.head, table.nuance, table.nuance_year,
            ).where(table.round_id == self.round_id)
        )  # fmt: skip
        for place, panel, normal, number, name, short_name, head, nuance, year in rows:
            values: _Known = (number, name, short_name, head, nuance, year)
            if panel is not None:
                self._by_panel[place, panel] = values
                self._numbered.setdefault((place, normal), values)
            else:
                self._by_name[place, normal] = values

    def take(self, batch: Sequence[ListRecord]) -> None:
        """Add or change the lists of one batch."""
        self._add_places(batch)
        added: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        for record in batch:
            place = self._places[record.constituency]
            self._touched.add(place)
            known = self._find(place, record)
            if known is None:
                added.append(self._new(place, record))
                self.report.added.add(label(record.panel, record.name))
            else:
                self._seen.add(known[0])
                self._compare(known, record, changed)
            if record.members and record.panel is not None:
                self._digests[place, record.panel] = record.members
        if added:
            self.session.execute(sa.insert(CandidateList), added)
        if changed:
            self.session.execute(sa.update(CandidateList), changed)

    def _find(self, place: int, record: ListRecord) -> _Known | None:
        if record.panel is not None:
            return self._by_panel.get((place, record.panel))
        named = place, normalise(record.name)
        return self._by_name.get(named) or self._numbered.get(named)

    def _add_places(self, batch: Sequence[ListRecord]) -> None:
        new = {r.constituency: r.constituency_label for r in batch if r.constituency not in self._places}
        if new:
            rows = self.session.execute(
                sa.insert(Constituency).returning(Constituency.code, Constituency.id),
                [{"code": code, "label": text or code} for code, text in new.items()],
            )
            self._places.update((row.code, row.id) for row in rows)

    def _new(self, place: int, record: ListRecord) -> dict[str, object]:
        return {
            "round_id": self.round_id,
            "constituency_id": place,
            "panel": record.panel,
            "name": record.name,
            "normal": normalise(record.name),
            "short_name": record.short_name,
            "head": record.head,
            "status": ListStatus.STANDING,
            "created_at": self.now,
            "changed_at": self.now,
            **self._nuance(record),
        }

    def _nuance(self, record: ListRecord) -> dict[str, object]:
        if record.nuance is None:
            return {"nuance": None, "nuance_source": None, "nuance_year": None}
        return {"nuance": record.nuance, "nuance_source": self.source, "nuance_year": self.year}

    def _compare(self, known: _Known, record: ListRecord, changed: list[dict[str, object]]) -> None:
        """Take over what the file says; a field that it leaves empty takes nothing away."""
        number, name, short_name, head, nuance, year = known
        told = (record.name, record.short_name or short_name, record.head or head)
        other_nuance = record.nuance is not None and (record.nuance, self.year) != (nuance, year)
        if told == (name, short_name, head) and not other_nuance:
            self.report.unchanged.add(name)
            return
        values: dict[str, object] = {
            "id": number,
            "name": told[0],
            "normal": normalise(told[0]),
            "short_name": told[1],
            "head": told[2],
            "changed_at": self.now,
        }
        if values["normal"] != normalise(name):
            self._former[number, normalise(name)] = name
        changed.append({**values, **(self._nuance(record) if other_nuance else {})})
        self.report.changed.add(label(record.panel, record.name))

    def finish(self, *, keep_digests: bool) -> ImportReport:
        """Store the digests, see what the file does not have, and return the report."""
        if keep_digests:
            self._store_digests()
        self._keep_former_names()
        for (place, panel), known in sorted(self._by_panel.items()):
            if place in self._touched and known[0] not in self._seen:
                self.report.missing.add(label(panel, known[1]))
        for (place, _normal), known in sorted(self._by_name.items()):
            if place in self._touched and known[0] not in self._seen:
                self.report.provisional.add(known[1])
        return ImportReport(
            self.report.added,
            self.report.changed,
            self.report.missing,
            self.report.provisional,
            self.report.unchanged,
            len(self._touched),
        )

    def _keep_former_names(self) -> None:
        for batch in _batches(self._former.items(), BATCH):
            numbers = [number for (number, _normal), _name in batch]
            known = self.session.execute(
                sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.in_(numbers))
            )
            there = {(number, normal) for number, normal in known}
            self.session.add_all(
                NameAlias(list_id=key[0], alias=name, normal=key[1]) for key, name in batch if key not in there
            )

    def _store_digests(self) -> None:
        table = CandidateList
        rows = self.session.execute(
            sa.select(table.id, table.constituency_id, table.panel).where(
                table.round_id == self.round_id, table.panel.is_not(None)
            )
        )
        found = ((number, self._digests.get((place, panel or 0))) for number, place, panel in rows)
        values = [{"list_id": number, "digests": members} for number, members in found if members is not None]
        for batch in _batches(values, BATCH):
            self.session.execute(sa.delete(NameDigest).where(NameDigest.list_id.in_([v["list_id"] for v in batch])))
            self.session.execute(sa.insert(NameDigest), batch)


def label(panel: int | None, name: str) -> str:
    """Return how a report calls a list."""
    return f"{panel}. {name}" if panel is not None else name
