"""The open data: the table as CSV and JSON with its schema, and the ledger that anyone can verify."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pledgebot.services.board_entries import ledger_lines
from pledgebot.web import addresses
from pledgebot.web.page import CSV, JSON, JSON_LINES, JSON_SCHEMA
from pledgebot.web.producers import Producer
from pledgebot.web.reading import Reading
from pledgebot.web.spool import written
from pledgebot.web.stances_csv import stances_csv
from pledgebot.web.stances_json import stances_json

SCHEMA = Path(__file__).parent / "schemas" / "stances.schema.json"


def ledger(reading: Reading) -> Iterator[bytes]:
    """Yield the ledger, a line of JSON for each entry."""
    return (f"{line}\n".encode() for line in ledger_lines(reading.session, reading.as_of))


def schema() -> bytes:
    """Return the description of the JSON file (JSON Schema 2020-12)."""
    return SCHEMA.read_bytes()


FILES: dict[str, tuple[Callable[[Reading], Iterator[bytes]], str]] = {
    addresses.STANCES_CSV: (stances_csv, CSV),
    addresses.STANCES_JSON: (stances_json, JSON),
    addresses.STANCES_SCHEMA: (lambda _reading: iter([schema()]), JSON_SCHEMA),
    addresses.LEDGER: (ledger, JSON_LINES),
}
"""Every data file by its address: what yields it, and its media type."""


def _producer(address: str) -> Producer:
    chunks, media_type = FILES[address]
    return lambda reading, _match: written(chunks(reading), media_type)


PRODUCERS: "dict[re.Pattern[str], Producer]" = {re.compile(re.escape(address)): _producer(address) for address in FILES}
"""The producers of the data files, as `producers.py` collects them."""
