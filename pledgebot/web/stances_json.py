"""The table, the demands and the whole history as one JSON object. Organizers are not named."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pledgebot.domain.events import ProofFacts
from pledgebot.services.board_entries import LoggedEntry, logged_entries
from pledgebot.services.board_rows import Marks, banner_rows, marks_of, rounds_by_number, wordings
from pledgebot.services.board_views import last_entry
from pledgebot.services.letters import read_letter
from pledgebot.services.queries import demands, is_fictional
from pledgebot.services.views import ListView, RoundView, StanceView
from pledgebot.store.types import Json
from pledgebot.web import addresses
from pledgebot.web.reading import Reading
from pledgebot.web.stances_data import (
    WITHDRAWN,
    StancePlace,
    answers_in,
    day_of,
    places_of,
    position_of,
    read_in_batches,
    version_of,
    word_of,
)

VERSION = 1
"""Raised when a field's sense changes; new fields may come without it."""


def stances_json(reading: Reading) -> Iterator[bytes]:
    """Yield the table, the demands and the whole history as one JSON object, which `schemas/stances.schema.json` describes."""
    yield from _object(
        [
            *_head(reading).items(),
            ("banners", _banners(reading)),
            ("lists", _lists(reading)),
            ("entries", (_entry(one) for one in logged_entries(reading.session, reading.known, reading.as_of))),
        ]
    )


def _object(members: Sequence[tuple[str, Json | Iterator[Json]]]) -> Iterator[bytes]:
    """Yield an object as JSON whose members may be endless arrays: one element on a line, none held."""
    opening = "{\n"
    for name, value in members:
        if isinstance(value, Iterator):
            yield f"{opening}{json.dumps(name)}: [".encode()
            between = "\n"
            for element in value:
                yield f"{between}{_dumped(element)}".encode()
                between = ",\n"
            yield b"\n]"
        else:
            yield f"{opening}{json.dumps(name)}: {_dumped(value)}".encode()
        opening = ",\n"
    yield b"\n}\n"


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _head(reading: Reading) -> dict[str, Json]:
    masthead, known, session = reading.masthead, reading.known, reading.session
    letter = known.read(session, read_letter)
    last = last_entry(session, reading.as_of)
    name, address = masthead.licence
    return {
        "schema": f"{masthead.root}{addresses.STANCES_SCHEMA}" if masthead.root else "stances.schema.json",
        "version": VERSION,
        "publisher": {"name": masthead.publisher, "contact": masthead.contact},
        "licence": {"name": name, "url": address},
        "fictional": is_fictional(session, known),
        "last_entry": None
        if last is None
        else {"number": last.seq, "hash": last.hash, "confirmed_at": _moment(last.confirmed_at)},
        "letter": None if letter is None else {"title": dict(letter.title), "source": letter.source, "url": letter.url},
        "demands": _demands(reading),
        "rounds": [
            {
                "key": one.key,
                "number": one.number,
                "election": dict(one.election),
                "day": one.day.isoformat(),
                "zone": one.zone.key,
            }
            for one in rounds_by_number(session, known).values()
        ],
    }


def _demands(reading: Reading) -> list[Json]:
    versions = wordings(reading.session, reading.as_of)
    return [
        {
            "key": demand.key,
            "number": demand.number,
            "version": versions[demand.id][-1].number,
            "versions": [
                {
                    "number": one.number,
                    "since": _moment(one.since),
                    "sha256": one.sha256,
                    "title": dict(one.demand.title),
                    "text": dict(one.demand.text),
                    "tests": {position.value: dict(test) for position, test in one.demand.tests.items()},
                    "parts": [{"key": part.key, "title": dict(part.title)} for part in one.demand.parts],
                }
                for one in versions[demand.id]
            ],
        }
        for demand in reading.known.read(reading.session, demands)
    ]


def _banners(reading: Reading) -> Iterator[Json]:
    rounds = rounds_by_number(reading.session, reading.known)
    rows = banner_rows(reading.session, reading.known, reading.as_of)
    marks = marks_of(reading.session, answers_in(cell for row in rows for cell in row.cells))
    for row in rows:
        yield {
            "id": row.id,
            "name": row.name,
            "round": rounds[row.round_id].key,
            "stances": [_stance(place, marks) for place in places_of(row.cells)],
        }


def _lists(reading: Reading) -> Iterator[Json]:
    for places, rounds, marks in read_in_batches(reading):
        for place, views in places:
            for view in views:
                yield _list(view, rounds[place.round_id], marks)


def _list(view: ListView, asked: RoundView, marks: Marks) -> Json:
    head = view.head
    return {
        "id": head.id,
        "round": asked.key,
        "constituency": {"code": head.constituency_code, "label": head.constituency},
        "panel": head.panel,
        "name": head.name,
        "short_name": head.short_name,
        "head": head.head,
        "banner": head.banner_id,
        "status": head.status.value,
        "fate": head.fate.value,
        "nuance": None if head.nuance is None else {"code": head.nuance, "source": head.nuance_source},
        "descends_from": [
            {"list": parent.id, "name": parent.name, "kind": parent.kind.value} for parent in head.parents
        ],
        "conversation": {"stage": view.progress.stage.value, "since": day_of(view.progress.since, asked.zone)},
        "stances": [_stance(place, marks) for place in places_of(view.cells)],
    }


def _stance(place: StancePlace, marks: Marks) -> Json:
    shown, standing = place.shown, place.standing
    return {
        "demand": place.cell.demand.key,
        "part": place.part or None,
        "position": position_of(place),
        "origin": standing.origin.value,
        "contradictory": place.contradictory,
        "statement": _statement(place, shown, marks) if shown is not None else None,
        "beside": [_statement(place, one, marks) for one in standing.beside],
        "inherited_from": [
            {"name": name, "position": position_of(StancePlace(place.cell, place.part, parent))}
            for name, parent in standing.parents
        ],
    }


def _statement(place: StancePlace, one: StanceView, marks: Marks) -> Json:
    return {
        "entry": one.seq,
        "hash": marks.hashes.get(one.answer),
        "position": word_of(one),
        "said_on": one.said_on.isoformat(),
        "source": one.source.value,
        "speaker_role": one.role.value,
        "demand_version": version_of(place, one, marks),
        "being_corrected": one.being_corrected,
    }


def _entry(one: LoggedEntry) -> Json:
    return {
        "number": one.number,
        "hash": one.hash,
        "kind": one.kind.value,
        "list": one.list_id,
        "banner": one.banner_id,
        "said_on": one.said_on.isoformat(),
        "confirmed_at": _moment(one.confirmed_at),
        "source": one.source.value,
        "speaker": one.speaker,
        "speaker_role": one.role.value,
        "reason": one.reason,
        "target": one.target,
        "undone": one.undone,
        "removed": one.removed,
        "positions": [
            {
                "demand": stance.demand,
                "part": stance.part or None,
                "demand_version": stance.version,
                "position": stance.position.value if stance.position is not None else WITHDRAWN,
                "state": stance.state.value,
            }
            for stance in one.stances
        ],
        "proofs": [_proof(proof) for proof in one.proofs],
    }


def _proof(proof: ProofFacts) -> Json:
    return {"kind": proof.kind.value, "url": proof.url, "quote": proof.quote, "file_sha256": proof.file_sha256}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
