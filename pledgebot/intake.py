"""Files come in: an importer reads the whole of one into a temporary file, then a service moves it in one short transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pledgebot.domain.errors import Unusable
from pledgebot.importers.digests import name_digest
from pledgebot.importers.staging import Staged, stage
from pledgebot.services.lineages import propose_lineages
from pledgebot.services.list_files import ImportReport, digest_secret, import_lists
from pledgebot.services.lists import find_round
from pledgebot.services.matches import propose_matches
from pledgebot.services.people import find_actor
from pledgebot.services.queries import current_round
from pledgebot.store.engine import Database, Session


@dataclass(frozen=True)
class Source:
    """A file of lists: which round it is of (None: its official name says it, or the current one), which communes of it."""

    path: Path
    round: str | None = None
    communes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Intake:
    """What came of a file: the report, what was repaired in it, and how many proposals wait for a person."""

    report: ImportReport
    round: str
    rows: int
    dropped: int
    repairs: tuple[str, ...]
    lineages: int
    matches: int


def take_in(
    database: Database,
    source: Source,
    by: str,
    via: str,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Intake:
    """Import a file of lists into its round, and propose what follows: matches with lists by hand, lineages.

    The file is read before anything is written, so a fault (`Unusable`) leaves nothing half imported; the transaction that
    follows is short, and questions are answered meanwhile.
    """
    with database.read() as session:
        find_actor(session, by, via)
        secret = digest_secret(session)
    with stage(source.path, communes=source.communes, digest=name_digest(secret), progress=progress) as staged:
        if not staged.lists:
            wanted = ", ".join(sorted(source.communes)) or "any commune"
            raise Unusable(f"{source.path}: no list of {wanted} in it; nothing was imported")
        with database.begin() as session:
            return _move(session, source, staged, by, via, now)


def _move(session: Session, source: Source, staged: Staged, by: str, via: str, now: datetime) -> Intake:
    actor = find_actor(session, by, via)
    row = find_round(session, _round(session, source, staged, now))
    for whose, number in (("form", staged.form_round), ("name", staged.round)):
        if number not in {None, row.number}:
            said = f"is of round {number} by its {whose}, not of round {row.number}"
            raise Unusable(f"{source.path}: {said}; nothing was imported")
    report = import_lists(session, staged.records(), row.key, source.path.name, actor, now, year=staged.year)
    return Intake(
        report=report,
        round=row.key,
        rows=staged.rows,
        dropped=staged.dropped,
        repairs=staged.repairs,
        lineages=propose_lineages(session, row.id) if row.lineages_closed_at is None else 0,
        matches=len(propose_matches(session, row.id)),
    )


def _round(session: Session, source: Source, staged: Staged, now: datetime) -> str:
    """Return the round that a file is of: named by a person, by the official name, or for a spreadsheet the current one."""
    if source.round is not None:
        return source.round
    if staged.round is not None:
        return str(staged.round)
    if staged.form is not None:
        raise Unusable(f"{source.path}: of which round is it? Its name does not say; add --round 1 or --round 2")
    return current_round(session, now).key
