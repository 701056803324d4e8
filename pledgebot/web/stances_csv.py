"""The table as CSV: a line for each list and demand. Organizers are not named."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pledgebot.services.board_rows import Marks
from pledgebot.services.views import ListView, RoundView
from pledgebot.web.reading import Reading
from pledgebot.web.stances_data import StancePlace, day_of, places_of, position_of, read_in_batches, version_of, word_of

COLUMNS = (
    "round", "constituency", "constituency_label", "list", "panel", "list_name", "banner", "demand", "part",
    "demand_version", "position", "origin", "contradictory", "also_positions", "also_entries", "being_corrected",
    "inherited_positions", "stage", "stage_since", "said_on", "source", "speaker_role", "entry", "entry_hash",
    "proof_url", "proof_quote", "proof_file_sha256",
)  # fmt: skip
"""The columns of the table, in their order; docs/data.md says what each means."""

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
"""By what a cell begins that a spreadsheet would run."""

_RUN_WITHIN = re.compile(r"([;\t\r\n][\"' ]*)(?=[=+\-@])")
"""Where another cell begins that would be run, for a spreadsheet that parts cells at semicolons, as in France."""


def stances_csv(reading: Reading) -> Iterator[bytes]:
    """Yield the table as CSV (RFC 4180, UTF-8): a line for each list and demand, and for each part that was spoken of apart."""
    yield _lines([COLUMNS])
    for places, rounds, marks in read_in_batches(reading):
        yield _lines(
            row for place, views in places for view in views for row in _rows(view, rounds[place.round_id], marks)
        )


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _harmless(value: object) -> object:
    """Return a cell as it may be opened in a spreadsheet: what would be run as a formula begins with an apostrophe."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    within = _RUN_WITHIN.sub(r"\1'", value)
    return f"'{within}" if value.startswith(_RUN) else within


def _rows(view: ListView, asked: RoundView, marks: Marks) -> Iterator[tuple[object, ...]]:
    head = view.head
    for place in places_of(view.cells):
        shown = place.shown
        proof = (shown.proof if shown is not None else None) or _NO_PROOF
        yield (
            asked.key, head.constituency_code, head.constituency, head.id, head.panel, head.name, head.banner,
            place.cell.demand.key, place.part, version_of(place, shown, marks) if shown is not None else None,
            position_of(place), place.standing.origin.value, place.contradictory,
            ";".join(word_of(one) for one in place.standing.beside),
            ";".join(str(one.seq) for one in place.standing.beside),
            any(one.being_corrected for one in place.statements),
            ";".join(position_of(StancePlace(place.cell, place.part, parent)) or "unknown"
                     for _name, parent in place.standing.parents),
            view.progress.stage.value, day_of(view.progress.since, asked.zone),
            shown.said_on.isoformat() if shown is not None else None,
            shown.source.value if shown is not None else None,
            shown.role.value if shown is not None else None,
            shown.seq if shown is not None else None,
            marks.hashes.get(shown.answer) if shown is not None else None,
            proof.url, proof.quote, proof.file_sha256,
        )  # fmt: skip


@dataclass(frozen=True)
class _NoProof:
    url: None = None
    quote: None = None
    file_sha256: None = None


_NO_PROOF = _NoProof()
