"""What organizers do by chat: log an answer in one line, look at what waits, confirm, reject."""

from datetime import date, datetime

from pledgebot.chat.grammar import Request, Verb
from pledgebot.domain.answer import Contradiction, Position, SpeakerRole
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import contradiction_from, date_from, normalise, position_from, role_from, source_from
from pledgebot.messages import about, organizers
from pledgebot.messages.document import Bullets, Message, Paragraph, Text
from pledgebot.messages.i18n import Translator
from pledgebot.services import queries
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer, reject_answer
from pledgebot.services.lookup import HitKind, find
from pledgebot.services.people import Actor
from pledgebot.services.views import RoundView
from pledgebot.store.engine import Session

# The fields of `/log`, in both languages, without accents.
_FIELDS = {
    "source": "source", "date": "date", "dit le": "date", "said on": "date", "qui": "speaker", "who": "speaker",
    "speaker": "speaker", "role": "role", "qualite": "role", "lien": "link", "link": "link", "citation": "quote",
    "quote": "quote", "contradiction": "contradiction",
}  # fmt: skip


def answer(session: Session, request: Request, by: Actor, tr: Translator, now: datetime) -> Message:
    """Do what an organizer asks, and say what was done."""
    if request.verb is Verb.PENDING:
        return organizers.pending(queries.entries(session), tr)
    if request.verb is Verb.LOG:
        return _log(session, request, by, tr, now)
    number, version, rest = _numbers(request.about)
    if number is None:
        return about.help_text(tr, organizer=True)
    view = queries.entry(session, number)
    if version is None:
        # The version that a person saw is part of the command: without it the entry is shown first.
        return organizers.entry(view, tr)
    if request.verb is Verb.CONFIRM:
        confirm_answer(session, number, version, by, now)
        return organizers.confirmed(queries.entry(session, number), tr)
    reject_answer(session, number, version, rest, by, now)
    return organizers.rejected(queries.entry(session, number), tr)


def _numbers(text: str) -> tuple[int | None, int | None, str]:
    """Read `12 1 reason…`: the entry, the version that was shown, what follows."""
    words = text.split()
    numbers = [int(word) if word.isdecimal() else None for word in words[:2]]
    number = numbers[0] if numbers else None
    version = numbers[1] if len(numbers) > 1 else None
    return number, version, " ".join(words[2:] if version is not None else words[1:])


def _log(session: Session, request: Request, by: Actor, tr: Translator, now: datetime) -> Message:
    if not request.about:
        return Message((Paragraph((Text(_example(tr)),)),), tr.language)
    faults: list[str] = []
    new = _new_answer(session, request, faults, tr, now)
    if new is None:
        return Message(
            (
                Paragraph((Text(tr._("Nothing was recorded:")),)),
                Bullets(tuple((Text(fault),) for fault in faults)),
                Paragraph((Text(_example(tr)),)),
            ),
            tr.language,
        )
    number = record_answer(session, new, by, now)
    return organizers.recorded(queries.entry(session, number), tr)


def _example(tr: Translator) -> str:
    return tr._(
        "For example: /log LIST | cameras = committed | source = letter | date = 2026-02-14 | who = NAME | role = head | "
        "link = https://… | quote = the words"
    )


def _new_answer(
    session: Session, request: Request, faults: list[str], tr: Translator, now: datetime
) -> NewAnswer | None:
    """Read the fields of `/log`; every fault is said at once, and nothing is recorded then."""
    asked = queries.current_round(session, now)
    subject = _subject(session, request.about, asked.id)
    given = {_FIELDS[key]: value for key, value in request.fields.items() if key in _FIELDS}
    positions = [
        _taken(session, key, value, asked.id, faults, tr) for key, value in request.fields.items() if key not in _FIELDS
    ]
    source = source_from(given.get("source", ""))
    day = _day(given.get("date", ""), now, asked)
    role = role_from(given.get("role", "")) or SpeakerRole.LIST
    contradiction = _contradiction(given.get("contradiction", ""))
    if source is None:
        faults.append(
            tr._("source: expected letter, e-mail, programme, public post, recorded speech or reported speech")
        )
    if day is None:
        faults.append(tr._("date: expected the day it was said, such as 2026-02-14 or 14/02/2026"))
    if not positions:
        faults.append(tr._("no position: expected DEMAND = committed, partial, refused or unclear"))
    if faults or source is None or day is None:
        return None
    return NewAnswer(
        subject=subject,
        positions=tuple(taken for taken in positions if taken is not None),
        source=source,
        role=role,
        said_on=day,
        proofs=_proofs(given),
        speaker=given.get("speaker"),
        contradiction=contradiction,
    )


def _subject(session: Session, name: str, round_id: int) -> Subject:
    found = find(session, name, (HitKind.LIST, HitKind.BANNER), round_id)
    if found.sure is None and found.hits:
        raise Refused(Objection.AMBIGUOUS_LIST, name=name, known=[f"#{hit.id} {hit.label}" for hit in found.hits])
    if found.sure is None:
        raise Refused(Objection.UNKNOWN_LIST, name=name)
    return Subject(found.sure.id) if found.sure.kind is HitKind.LIST else Subject(banner_id=found.sure.id)


def _taken(session: Session, key: str, value: str, round_id: int, faults: list[str], tr: Translator) -> Taken | None:
    """Read `cameras = committed` or `retraction/observatory = partial`."""
    name, _slash, part = key.partition("/")
    found = find(session, name, (HitKind.DEMAND,), round_id)
    position: Position | None = position_from(value)
    if found.sure is None:
        faults.append(tr._("{name}: no demand is called that").format(name=name))
        return None
    if position is None:
        faults.append(tr._("{name}: expected committed, partial, refused or unclear").format(name=name))
        return None
    return Taken(found.sure.label, position, normalise(part))


def _day(text: str, now: datetime, asked: RoundView) -> date | None:
    if normalise(text) in {"today", "aujourd'hui"}:
        return now.astimezone(asked.zone).date()
    return date_from(text)


def _contradiction(text: str) -> Contradiction | None:
    return contradiction_from(text) if text else None


def _proofs(given: dict[str, str]) -> tuple[Proof, ...]:
    link, quote = given.get("link"), given.get("quote")
    return (Proof(link or None, (quote or "").strip('«»"“” \u00a0\u202f') or None),) if link or quote else ()
