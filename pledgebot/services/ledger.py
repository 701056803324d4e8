"""The chain over confirmed entries: appended, verified, exported.

Each link is the SHA-256 of canonical JSON (RFC 8785) that names the previous link. Free text, names, links, files and
organizers' labels enter as SHA-256(16 random bytes ‖ text), so that one can be blanked on legal demand: text and salt are
erased, a `removal` entry follows, and verification still passes and says what was removed.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pledgebot.domain.answer import StanceState, settle
from pledgebot.services.standing import statements_on, undone_answers
from pledgebot.store.tables import Answer, DemandRow, DemandVersion, Evidence, LedgerEntry, LedgerHead, Stance
from pledgebot.store.types import Json

GENESIS = "0" * 64
BODY_VERSION = 1
REMOVED = "…"
"""What stands in the tables where a text was erased that they require."""

PRIVATE_FIELDS = frozenset({"recorded_by", "confirmed_by"})
"""Fields that name organizers: they never leave the database."""

_SALT = re.compile(r"[0-9a-f]{32}")

Body = dict[str, Json]
Fields = dict[str, dict[str, str] | None]


@dataclass(frozen=True)
class Link:
    """The end of the chain, or one entry of it."""

    seq: int
    hash: str


@dataclass(frozen=True)
class LedgerFault:
    """One thing that is wrong with a ledger: at which entry (None for the ledger as a whole), and what."""

    seq: int | None
    problem: str


@dataclass(frozen=True)
class LedgerCheck:
    """The result of a verification: how many entries, the last link, which entries had content removed, what is wrong."""

    entries: int
    head: Link
    removed: tuple[int, ...]
    faults: tuple[LedgerFault, ...]


def digest_field(salt: str, text: str) -> str:
    """Return the digest by which a text enters the chain; `salt` is hexadecimal."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def lock_head(session: Session) -> Link:
    """Lock the end of the chain for this transaction, and return it."""
    locked = sa.select(LedgerHead).where(LedgerHead.id == 1).with_for_update()
    head = session.scalar(locked.execution_options(populate_existing=True))
    if head is None:
        # The first two confirmations may come at one time: the second waits for the first one's row, and reads it.
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(LedgerHead).values(id=1, seq=0, hash=GENESIS).on_conflict_do_nothing())
        head = session.scalars(locked.execution_options(populate_existing=True)).one()
    return Link(head.seq, head.hash)


def append_entry(session: Session, facts: Mapping[str, Json], texts: Mapping[str, str | None]) -> Link:
    """Append an entry at the end of the chain, which the caller has locked, and return it.

    `facts` enter as they are; `texts` enter by their digests. A text that is None is not there at all.
    """
    head = session.get_one(LedgerHead, 1)
    fields: Fields = {
        name: {"salt": secrets.token_hex(16), "text": text} for name, text in texts.items() if text is not None
    }
    body: Body = {
        "v": BODY_VERSION,
        "seq": head.seq + 1,
        "prev": head.hash,
        **facts,
        "digests": {name: digest_field(field["salt"], field["text"]) for name, field in fields.items() if field},
    }
    canonical = rfc8785.dumps(body).decode()
    link = Link(head.seq + 1, hashlib.sha256(canonical.encode()).hexdigest())
    session.add(LedgerEntry(seq=link.seq, prev_hash=head.hash, hash=link.hash, body=canonical, fields=fields))
    head.seq, head.hash = link.seq, link.hash
    session.flush()
    return link


def blank_fields(session: Session, seq: int, names: Callable[[str], bool]) -> tuple[str, ...]:
    """Erase texts of an entry and their salts, and return the names of those erased. Their digests stay in the chain."""
    entry = session.get_one(LedgerEntry, seq)
    erased = tuple(name for name, field in entry.fields.items() if field is not None and names(name))
    entry.fields = {name: None if name in erased else field for name, field in entry.fields.items()}
    return erased


def verify_ledger(session: Session, head: str | None = None) -> LedgerCheck:
    """Verify the chain, the texts, and that the tables say what the chain says.

    `head` is a hash that was published or noted: the entry that bears it has to be there, which finds a missing tail.
    """
    exported = [_exported(entry) for entry in session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.seq))]
    check = verify_entries(exported, head)
    faults = list(check.faults)
    end = session.get(LedgerHead, 1) or LedgerHead(seq=0, hash=GENESIS)
    if (end.seq, end.hash) != (check.head.seq, check.head.hash):
        faults.append(LedgerFault(None, f"the ledger should end with link {end.seq} ({end.hash[:12]}…), and does not"))
    bodies = {cast("int", entry["seq"]): entry for entry in exported}
    faults += _table_faults(session, bodies)
    return LedgerCheck(check.entries, check.head, check.removed, tuple(faults))


def _exported(entry: LedgerEntry) -> Body:
    return {"seq": entry.seq, "hash": entry.hash, "body": entry.body, "fields": cast("Json", entry.fields)}


def export_ledger(session: Session) -> Iterable[str]:
    """Yield the ledger as lines of JSON that anyone can verify; organizers are not named."""
    for entry in session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.seq)):
        public = {name: field for name, field in entry.fields.items() if name not in PRIVATE_FIELDS}
        yield json.dumps({**_exported(entry), "fields": public}, ensure_ascii=False)


def verify_entries(entries: Iterable[Body], head: str | None = None) -> LedgerCheck:
    """Verify exported entries by themselves: each with `seq`, `hash`, `body` (canonical JSON as text) and `fields`.

    One without content may name the `removal` entry that says why, if the export ends before that one.
    """
    faults: list[LedgerFault] = []
    removed: list[int] = []
    promised: dict[int, int] = {}
    announced: set[int] = set()
    hashes: set[str] = set()
    last = Link(0, GENESIS)
    count = 0
    for entry in entries:
        count += 1
        link, problems, blanked, names_removed = _entry_problems(entry, last)
        faults += [LedgerFault(link.seq, problem) for problem in problems]
        if blanked:
            removed.append(link.seq)
            removal = entry.get("removal")
            promised[link.seq] = removal if isinstance(removal, int) else 0
        announced |= names_removed
        hashes.add(link.hash)
        last = link
    faults += [
        LedgerFault(seq, "content is missing, and no removal entry says why")
        for seq in removed
        if seq not in announced and promised[seq] <= last.seq
    ]
    if head is not None and head.lower() not in hashes | {GENESIS}:
        faults.append(
            LedgerFault(None, f"no entry has the hash {head[:12]}…: the end of the ledger is missing or changed")
        )
    return LedgerCheck(count, last, tuple(removed), tuple(faults))


def _entry_problems(entry: Body, last: Link) -> tuple[Link, list[str], bool, set[int]]:
    """Return the entry's link, what is wrong with it, whether content was blanked, and which entries it says it blanked."""
    problems: list[str] = []
    seq, stated, text = entry.get("seq"), entry.get("hash"), entry.get("body")
    if not isinstance(seq, int) or not isinstance(stated, str) or not isinstance(text, str):
        return last, ["not an entry of a ledger"], False, set()
    body = _parsed(text)
    if not _is_intact(body, text, stated):
        problems.append("its content was changed")
    body = body or {}
    if seq != last.seq + 1:
        problems.append(f"link {last.seq + 1} should stand here: one is missing or out of order")
    elif body.get("seq") != seq:
        problems.append("its number was changed")
    if body.get("prev") != last.hash:
        problems.append("does not follow from the link before it")
    blanked = _field_problems(body, entry.get("fields"), problems)
    target = body.get("removes")
    return Link(seq, stated), problems, blanked, {target} if isinstance(target, int) else set()


def _is_intact(body: Body | None, text: str, stated: str) -> bool:
    """Tell whether a body is canonical JSON with the stated hash; what cannot be written canonically is not."""
    try:
        return hashlib.sha256(text.encode()).hexdigest() == stated and rfc8785.dumps(body).decode() == text
    except ValueError:
        return False


def _parsed(text: str) -> Body | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _field_problems(body: Body, fields: Json, problems: list[str]) -> bool:
    digests = body.get("digests")
    given = fields if isinstance(fields, dict) else {}
    blanked = False
    known = digests if isinstance(digests, dict) else {}
    problems += [f"{name} is not in the ledger" for name in given if name not in known]
    for name, expected in known.items():
        if name not in given:
            if name not in PRIVATE_FIELDS:
                problems.append(f"{name} is missing")
            continue
        field = given[name]
        if field is None:
            blanked = True
        elif not isinstance(field, dict) or _digest_of(field) != expected:
            problems.append(f"{name} was changed")
    return blanked


def _digest_of(field: Mapping[str, Json]) -> str | None:
    salt, text = field.get("salt"), field.get("text")
    # Bytes can be written in several ways; one is enough, and a changed character is always seen.
    if not isinstance(salt, str) or not isinstance(text, str) or _SALT.fullmatch(salt) is None:
        return None
    try:
        return digest_field(salt, text)
    except ValueError:
        return None


def _table_faults(session: Session, entries: Mapping[int, Body]) -> list[LedgerFault]:
    """Compare what the tables show with what the chain says."""
    faults: list[LedgerFault] = []
    for answer in session.scalars(sa.select(Answer).where(Answer.seq.is_not(None)).order_by(Answer.seq)):
        seq = answer.seq or 0
        entry = entries.get(seq)
        body = _parsed(cast("str", entry["body"])) if entry is not None else None
        if body is None:
            continue
        fields = cast("Fields", entry["fields"] if entry else {})
        differing = [name for name, shown in ledger_facts(session, answer).items() if body.get(name) != shown]
        differing += [] if _same_subject(answer, body.get("subject")) else ["subject"]
        differing += [
            name for name, text in ledger_texts(session, answer).items() if not _same_text(text, fields, name)
        ]
        faults += [LedgerFault(seq, f"{name} differs between the table and the ledger") for name in differing]
    faults += _state_faults(session)
    faults += _wording_faults(session)
    unanswered = set(entries) - set(session.scalars(sa.select(Answer.seq).where(Answer.seq.is_not(None))))
    faults += [LedgerFault(seq, "its answer is missing from the table") for seq in sorted(s for s in unanswered if s)]
    return faults


def _state_faults(session: Session) -> list[LedgerFault]:
    """Settle everything once more: what counts in the table has to be what the ledger's entries give."""
    undone = undone_answers(session)
    confirmed = session.execute(
        sa.select(Stance, Answer.seq).join(Answer, Answer.id == Stance.answer_id).where(Answer.seq.is_not(None))
    ).all()
    seqs = {stance.id: seq for stance, seq in confirmed}
    faults: list[LedgerFault] = []
    checked: set[tuple[int | None, int | None, int, str]] = set()
    for stance, _seq in confirmed:
        place = (stance.list_id, stance.banner_id, stance.demand_id, stance.part)
        if place in checked or stance.state is StanceState.REJECTED:
            continue
        checked.add(place)
        statements = statements_on(session, stance)
        settlement = settle(statements, undone)
        wrong = [
            said.stance
            for said in statements
            if session.get_one(Stance, said.stance).state != settlement.state_of(said.stance)
        ]
        faults += [
            LedgerFault(seqs[number], "what counts differs between the table and the ledger") for number in wrong
        ]
    return faults


def _wording_faults(session: Session) -> list[LedgerFault]:
    """See that the demands still read as they did when answers were judged by them."""
    return [
        LedgerFault(None, f"the wording of demand {key}, version {version.number}, was changed")
        for version, key in session.execute(
            sa.select(DemandVersion, DemandRow.key).join(DemandRow, DemandRow.id == DemandVersion.demand_id)
        )
        if hashlib.sha256(rfc8785.dumps(version.content)).hexdigest() != version.content_hash
    ]


def _same_subject(answer: Answer, subject: Json) -> bool:
    """Compare by number: a list may have got its panel number, and another name, since it was confirmed."""
    stated = subject if isinstance(subject, dict) else {}
    return (stated.get("list"), stated.get("banner")) == (answer.list_id, answer.banner_id)


def _same_text(shown: str | None, fields: Fields, name: str) -> bool:
    """Compare a text with the ledger's; of one that was blanked, the table keeps nothing but the sign that it was."""
    field = fields.get(name)
    if field is not None:
        return shown == field["text"]
    return shown is None or (name in fields and shown == REMOVED)


def ledger_facts(session: Session, answer: Answer) -> dict[str, Json]:
    """Return what an answer says by rule and number: kind, target, source, role, day, positions, kinds of proof."""
    target = session.get(Answer, answer.target_id) if answer.target_id is not None else None
    positions = session.execute(
        sa.select(DemandRow.key, DemandVersion.number, DemandVersion.content_hash, Stance.part, Stance.position)
        .join(DemandVersion, DemandVersion.id == Stance.demand_version_id)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.answer_id == answer.id, Stance.state != "rejected")
        .order_by(DemandRow.key, Stance.part)
    )
    kinds = session.scalars(sa.select(Evidence.kind).where(Evidence.answer_id == answer.id).order_by(Evidence.place))
    return {
        "kind": answer.kind.value,
        "target": target.seq if target is not None else None,
        "source": answer.source_kind.value,
        "role": answer.speaker_role.value,
        "said_on": answer.said_on.isoformat(),
        "contradiction": answer.contradiction.value,
        "positions": [
            {
                "demand": key,
                "version": number,
                "test": content_hash,
                "part": part,
                "position": position.value if position is not None else None,
            }
            for key, number, content_hash, part, position in positions
        ],
        "evidence": [kind.value for kind in kinds],
    }


def ledger_texts(session: Session, answer: Answer) -> dict[str, str | None]:
    """Return the texts of an answer that enter by digest and that the tables hold too."""
    texts: dict[str, str | None] = {"speaker": answer.speaker, "reason": answer.reason}
    proofs = session.scalars(sa.select(Evidence).where(Evidence.answer_id == answer.id).order_by(Evidence.place))
    for proof in proofs:
        texts[f"evidence.{proof.place}.url"] = proof.url
        texts[f"evidence.{proof.place}.quote"] = proof.quote
        texts[f"evidence.{proof.place}.file"] = proof.blob_sha256
    return texts
