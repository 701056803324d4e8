"""`/log` in one line: an answer with everything that belongs to it, as it can be pasted from a note."""

from datetime import date

from pledgebot.chat.errand import Errand, usage
from pledgebot.chat.grammar import Request
from pledgebot.domain import days
from pledgebot.domain.answer import Contradiction, Position, SpeakerRole
from pledgebot.domain.words import contradiction_from, normalise, position_from, role_from, source_from
from pledgebot.messages import organizers
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import Translator
from pledgebot.services import queries
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.lookup import HitKind, find

# The fields of `/log`, in both languages, without accents.
_FIELDS = {
    "source": "source", "date": "date", "dit le": "date", "said on": "date", "qui": "speaker", "who": "speaker",
    "speaker": "speaker", "role": "role", "qualite": "role", "lien": "link", "link": "link", "citation": "quote",
    "quote": "quote", "contradiction": "contradiction",
}  # fmt: skip


def log(errand: Errand, request: Request) -> Message:
    """Record an answer from one line; every fault is said at once, and nothing is recorded then."""
    tr = errand.tr
    if not request.about:
        return usage(tr, tr._("Whose answer? Give the list or the banner, then what it said:"), example(tr))
    faults: list[str] = []
    new = _new_answer(errand, request, faults)
    if new is None:
        return usage(tr, tr._("Nothing was recorded:"), example(tr), faults=tuple(faults))
    number = record_answer(errand.session, new, errand.by, errand.now)
    return organizers.recorded(queries.entry(errand.session, number), tr)


def example(tr: Translator) -> str:
    """Return one line with everything that belongs to an answer."""
    return tr._(
        "/log LIST | cameras = committed | source = letter | date = 2026-02-14 | who = NAME | role = head | "
        "link = https://… | quote = the words"
    )


def _new_answer(errand: Errand, request: Request, faults: list[str]) -> NewAnswer | None:
    tr = errand.tr
    hit = errand.one(request.about, HitKind.LIST, HitKind.BANNER)
    given = {_FIELDS[key]: value for key, value in request.fields.items() if key in _FIELDS}
    positions = [_taken(errand, key, value, faults) for key, value in request.fields.items() if key not in _FIELDS]
    source = source_from(given.get("source", ""))
    day = day_from(errand, given.get("date", ""))
    if source is None:
        faults.append(
            tr._("source: expected letter, e-mail, programme, public post, recorded speech or reported speech")
        )
    if day is None:
        faults.append(tr._("date: expected the day it was said, such as 2026-02-14 or 14/02/2026"))
    if not positions:
        faults.append(tr._("no position: expected DEMAND = committed, partial, refused or unclear"))
    role, contradiction = _role(given, faults, tr), _contradiction(given, faults, tr)
    if faults or source is None or day is None:
        return None
    return NewAnswer(
        subject=Subject(hit.id) if hit.kind is HitKind.LIST else Subject(banner_id=hit.id),
        positions=tuple(taken for taken in positions if taken is not None),
        source=source,
        role=role,
        said_on=day,
        proofs=_proofs(given),
        speaker=given.get("speaker"),
        contradiction=contradiction,
    )


def _taken(errand: Errand, key: str, value: str, faults: list[str]) -> Taken | None:
    """Read `cameras = committed` or `retraction/observatory = partial`."""
    name, _slash, part = key.partition("/")
    found = find(errand.session, name, (HitKind.DEMAND,), errand.asked.id, errand.directories)
    position: Position | None = position_from(value)
    if found.sure is None:
        faults.append(errand.tr._("{name}: no demand is called that").format(name=name))
        return None
    if position is None:
        faults.append(errand.tr._("{name}: expected committed, partial, refused or unclear").format(name=name))
        return None
    return Taken(found.sure.label, position, normalise(part))


def day_from(errand: Errand, text: str) -> date | None:
    """Return the day that a text means, as `domain.days` reads it in the zone of the election; None for anything else."""
    return days.day_from(text, errand.now.astimezone(errand.zone).date())


def _role(given: dict[str, str], faults: list[str], tr: Translator) -> SpeakerRole:
    role = role_from(given["role"]) if given.get("role") else SpeakerRole.LIST
    if role is None:
        faults.append(tr._("role: expected head, candidate, spokesperson or list"))
    return role or SpeakerRole.LIST


def _contradiction(given: dict[str, str], faults: list[str], tr: Translator) -> Contradiction | None:
    if not given.get("contradiction"):
        return None
    told = contradiction_from(given["contradiction"])
    if told is None:
        faults.append(tr._("contradiction: expected replaces or beside"))
    return told


def _proofs(given: dict[str, str]) -> tuple[Proof, ...]:
    link, quote = given.get("link"), given.get("quote")
    return (Proof(link or None, (quote or "").strip('«»"“” \u00a0\u202f') or None),) if link or quote else ()
