"""Lists from files: what an importer read becomes rows, in one short transaction, whatever the size of the file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import ListRecord, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.services.hushed import refuse_in_silence
from pledgebot.services.lists import find_round
from pledgebot.services.names import names_changed
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.bulk import insert_rows
from pledgebot.store.tables import (
    Answer,
    Base,
    CandidateList,
    Constituency,
    ContactRow,
    Installation,
    NameAlias,
    NameDigest,
    Subscription,
)

BATCH = 500
LONGEST_REPORT = 50
"""How many names of each kind a report keeps: of a national file nobody reads more."""


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
        work.take(batch, keep_digests=row.lineages_closed_at is None)
    report = work.finish()
    if report.changed.count:
        refuse_in_silence(session, now)
    names_changed(session)
    note(
        session, by, "list.import", f"round:{round_key}", now,
        source=source, added=report.added.count, changed=report.changed.count, missing=report.missing.count,
    )  # fmt: skip
    return report


def _batches(records: Iterable[ListRecord], size: int) -> Iterator[list[ListRecord]]:
    """Yield records by so many or a few more, so that the lists of one place that stand together stay together."""
    batch: list[ListRecord] = []
    for _place, of_place in groupby(records, attrgetter("constituency")):
        batch.extend(of_place)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Known:
    """A list that is there already."""

    id: int
    panel: int | None
    name: str
    normal: str
    short_name: str | None
    head: str | None
    nuance: str | None
    nuance_source: str | None
    nuance_year: int | None


_LISTS, _DIGESTS, _PLACES = (
    Base.metadata.tables[table.__tablename__] for table in (CandidateList, NameDigest, Constituency)
)
_NEW = (
    "round_id", "constituency_id", "panel", "name", "normal", "short_name", "head", "nuance", "nuance_source",
    "nuance_year", "status", "created_at", "changed_at",
)  # fmt: skip
_UPDATE = (
    sa.update(_LISTS)
    .where(_LISTS.c.id == sa.bindparam("number"))
    .values({
        name: sa.bindparam(f"new_{name}")
        for name in ("panel", "name", "normal", "short_name", "head", "nuance", "nuance_source", "nuance_year", "changed_at")
    })
)  # fmt: skip


class _Import:
    """One import under way. It looks at the places of one batch at a time, so that a national file stays small in memory."""

    def __init__(self, session: Session, round_id: int, source: str, year: int, now: datetime) -> None:
        # A round without any list yet, the common case of a national file, has nothing to be compared with.
        self.session = session
        self.round_id = round_id
        self.source = source
        self.year = year
        self.now = now
        self.report = ImportReport()
        self._touched: set[int] = set()
        self._seen: set[int] = set()
        first = sa.select(_LISTS.c.id).where(_LISTS.c.round_id == round_id).limit(1)
        self._fresh = session.scalar(first) is None

    def take(self, batch: Sequence[ListRecord], *, keep_digests: bool) -> None:
        """Add or change the lists of one batch."""
        places = self._place_numbers(batch)
        self._touched.update(places.values())
        there = [] if self._fresh else self._known_in(places.values())
        known = _KnownLists(there)
        added: list[tuple[object, ...]] = []
        changed: list[tuple[_Known, ListRecord]] = []
        for record in batch:
            row = known.find(places[record.constituency], record)
            if row is None:
                added.append(self._new(places[record.constituency], record))
                self.report.added.add(label(record.panel, record.name))
            elif self._changes(row, record):
                changed.append((row, record))
        self._write(added, changed)
        if self._fresh and not (keep_digests and any(record.members for record in batch)):
            return
        numbers = self._numbers_in(places.values())
        if not self._fresh:
            self._seen.update(numbers.keys() - {row.id for _place, row in there})
        if keep_digests:
            self._store_digests(places, batch, {where: number for number, where in numbers.items()})

    def _changes(self, row: _Known, record: ListRecord) -> bool:
        """Count a list that is there already, and tell whether the file changes it."""
        self._seen.add(row.id)
        if _is_another(row, record):
            self._refuse_if_used(row, record)
        if self._differs(row, record):
            self.report.changed.add(label(record.panel, record.name))
            return True
        self.report.unchanged.add(row.name)
        return False

    def _write(self, added: Sequence[tuple[object, ...]], changed: Sequence[tuple[_Known, ListRecord]]) -> None:
        # Panel numbers that change hands are free for a moment: two lists of one place cannot have the same one.
        moved = [row.id for row, record in changed if record.panel is not None and record.panel != row.panel]
        if moved:
            self.session.execute(sa.update(_LISTS).where(_LISTS.c.id.in_(moved)).values(panel=None))
        if added:
            insert_rows(self.session, _LISTS, _NEW, added)
        if changed:
            self.session.execute(_UPDATE, [self._changed(row, record) for row, record in changed])
            self._keep_former_names(changed)

    def _refuse_if_used(self, row: _Known, record: ListRecord) -> None:
        """Refuse that a list takes over the row of another one on which something was recorded: its words would change mouths."""
        for table in (Answer, ContactRow, Subscription):
            if self.session.scalar(sa.select(table.id).where(table.list_id == row.id).limit(1)) is not None:
                raise Refused(
                    Objection.PANEL_TAKEN, panel=record.panel, name=f"{row.name} / {record.name}", list=row.id
                )

    def _place_numbers(self, batch: Sequence[ListRecord]) -> dict[str, int]:
        """Return the places of a batch, made where they are new."""
        labels = {record.constituency: record.constituency_label for record in batch}
        known = self._places_of(labels)
        new = [(code, text or code) for code, text in labels.items() if code not in known]
        if new:
            insert_rows(self.session, _PLACES, ("code", "label"), new)
            known |= self._places_of([code for code in labels if code not in known])
        return known

    def _places_of(self, codes: Iterable[str]) -> dict[str, int]:
        rows = self.session.execute(sa.select(_PLACES.c.code, _PLACES.c.id).where(_PLACES.c.code.in_(codes)))
        return {row.code: row.id for row in rows}

    def _known_in(self, places: Iterable[int]) -> list[tuple[int, _Known]]:
        row = _LISTS.c
        rows = self.session.execute(
            sa.select(
                row.constituency_id, row.id, row.panel, row.name, row.normal, row.short_name, row.head,
                row.nuance, row.nuance_source, row.nuance_year,
            ).where(row.round_id == self.round_id, row.constituency_id.in_(set(places)))
        )  # fmt: skip
        return [(place, _Known(*values)) for place, *values in rows]

    def _new(self, place: int, record: ListRecord) -> tuple[object, ...]:
        """Return the values of `_NEW` for a list that is not there yet."""
        sourced = record.nuance is not None
        return (
            self.round_id,
            place,
            record.panel,
            record.name,
            normalise(record.name),
            record.short_name,
            record.head,
            record.nuance,
            self.source if sourced else None,
            self.year if sourced else None,
            ListStatus.STANDING,
            self.now,
            self.now,
        )

    def _differs(self, row: _Known, record: ListRecord) -> bool:
        """Tell whether a file says something else than what is known; a field that it leaves empty says nothing."""
        told = (record.name, record.short_name or row.short_name, record.head or row.head, record.panel or row.panel)
        return told != (row.name, row.short_name, row.head, row.panel) or self._renuanced(row, record)

    def _renuanced(self, row: _Known, record: ListRecord) -> bool:
        return record.nuance is not None and (record.nuance, self.year) != (row.nuance, row.nuance_year)

    def _changed(self, row: _Known, record: ListRecord) -> dict[str, object]:
        nuance = (row.nuance, row.nuance_source, row.nuance_year)
        if self._renuanced(row, record):
            nuance = (record.nuance, self.source, self.year)
        return {
            "number": row.id,
            "new_panel": record.panel or row.panel,
            "new_name": record.name,
            "new_normal": normalise(record.name),
            "new_short_name": record.short_name or row.short_name,
            "new_head": record.head or row.head,
            "new_nuance": nuance[0],
            "new_nuance_source": nuance[1],
            "new_nuance_year": nuance[2],
            "new_changed_at": self.now,
        }

    def _keep_former_names(self, changed: Sequence[tuple[_Known, ListRecord]]) -> None:
        former = {(row.id, row.normal): row.name for row, record in changed if normalise(record.name) != row.normal}
        numbers = {number for number, _normal in former}
        known = self.session.execute(
            sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.in_(numbers))
        )
        there = {(row.list_id, row.normal) for row in known}
        self.session.add_all(
            NameAlias(list_id=number, alias=name, normal=normal)
            for (number, normal), name in former.items()
            if (number, normal) not in there
        )

    def _numbers_in(self, places: Iterable[int]) -> dict[int, tuple[int, int | None]]:
        """Return list → (place, panel) of the lists in some places."""
        row = _LISTS.c
        rows = self.session.execute(
            sa.select(row.id, row.constituency_id, row.panel).where(
                row.round_id == self.round_id, row.constituency_id.in_(set(places))
            )
        )
        return {number: (place, panel) for number, place, panel in rows}

    def _store_digests(
        self, places: dict[str, int], batch: Sequence[ListRecord], numbers: dict[tuple[int, int | None], int]
    ) -> None:
        rows = [
            (numbers[places[record.constituency], record.panel], record.members)
            for record in batch
            if record.members and record.panel is not None
        ]
        if rows and not self._fresh:
            self.session.execute(sa.delete(_DIGESTS).where(_DIGESTS.c.list_id.in_([row[0] for row in rows])))
        if rows:
            insert_rows(self.session, _DIGESTS, ("list_id", "digests"), rows)

    def finish(self) -> ImportReport:
        """See what the file does not have, and return the report."""
        if self._fresh:
            return replace(self.report, constituencies=len(self._touched))
        row = _LISTS.c
        rows = self.session.execute(
            sa.select(row.id, row.constituency_id, row.panel, row.name)
            .where(row.round_id == self.round_id)
            .order_by(row.constituency_id, row.panel, row.normal)
            .execution_options(yield_per=BATCH)
        )
        for number, place, panel, name in rows:
            if place in self._touched and number not in self._seen:
                (self.report.provisional if panel is None else self.report.missing).add(label(panel, name))
        return replace(self.report, constituencies=len(self._touched))


class _KnownLists:
    """The lists that are there in some places, found as a file names them."""

    def __init__(self, rows: Iterable[tuple[int, _Known]]) -> None:
        self._by_panel: dict[tuple[int, int], _Known] = {}
        self._by_name: dict[tuple[int, str], _Known] = {}
        self._numbered: dict[tuple[int, str], _Known] = {}
        self._doubled: set[tuple[int, str]] = set()
        for place, row in rows:
            if row.panel is None:
                self._by_name[place, row.normal] = row
            else:
                self._by_panel[place, row.panel] = row
                if (place, row.normal) in self._numbered:
                    self._doubled.add((place, row.normal))
                self._numbered.setdefault((place, row.normal), row)

    def find(self, place: int, record: ListRecord) -> _Known | None:
        """Return the list that a record is about: by its name in its place, whatever its panel, else by its panel.

        A name that two lists of a place bear tells nothing.
        """
        named = place, normalise(record.name)
        if record.panel is None:
            return self._by_name.get(named) or self._numbered.get(named)
        same_panel = self._by_panel.get((place, record.panel))
        if same_panel is not None and same_panel.normal == named[1]:
            return same_panel
        return (self._numbered.get(named) if named not in self._doubled else None) or same_panel


def _is_another(row: _Known, record: ListRecord) -> bool:
    """Tell whether a record says another name and another head than the list that has its panel number."""
    renamed = normalise(record.name) != row.normal
    return renamed and bool(record.head and row.head) and normalise(record.head or "") != normalise(row.head or "")


def label(panel: int | None, name: str) -> str:
    """Return how a report calls a list."""
    return f"{panel}. {name}" if panel is not None else name
