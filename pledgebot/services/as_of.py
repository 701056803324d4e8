"""The state as it stood at a moment: computed from what the rows say of when they came to count, and stored nowhere.

Of an answer that is when it was recorded and decided, of a lineage when it was confirmed, of a list when it was added. What
the rows do not say stands in the audit log: which contacts were logged since, which list withdrew, which lineage was taken
back, which waiting entry was changed. Names, panels and banners are those of today, and content that was removed stays so.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, StanceState, Statement, settle
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.progress import ContactKind
from pledgebot.services.revision import Remembered
from pledgebot.store.tables import Answer, Audit, Lineage, Stance

_CONTACTED = tuple(f"contact.{kind.value}" for kind in ContactKind)
_RECORDED = tuple(f"answer.record.{kind.value}" for kind in AnswerKind)
_AMENDED = "answer.amend"
_TAKEN_BACK = "lineage.undo"
_WAS = {
    "list.withdraw": ListStatus.STANDING,
    "list.merge": ListStatus.STANDING,
    "list.reinstate": ListStatus.WITHDRAWN,
}
"""What a list was before an act."""

_SINCE = (
    sa.select(Audit.action, Audit.subject, Audit.details)
    .where(
        Audit.at >= sa.bindparam("moment"), Audit.action.in_([*_CONTACTED, *_RECORDED, _AMENDED, _TAKEN_BACK, *_WAS])
    )
    .order_by(Audit.id)
)
_WRITTEN = (
    sa.select(Audit.subject, sa.func.max(Audit.at))
    .where(
        Audit.at < sa.bindparam("moment"),
        Audit.action.in_([*_RECORDED, _AMENDED]),
        Audit.subject.in_(sa.bindparam("subjects")),
    )
    .group_by(Audit.subject)
)
_UNDONE = sa.select(Answer.target_id).where(
    Answer.kind == AnswerKind.UNDO,
    Answer.state == AnswerState.CONFIRMED,
    Answer.decided_at < sa.bindparam("moment"),
)
_CORRECTIONS = (
    sa.select(Answer.id, Answer.state, Answer.recorded_at, Answer.decided_at, Answer.target_id, Stance.demand_id)
    .join(Stance, Stance.answer_id == Answer.id)
    .where(Answer.kind == AnswerKind.CORRECTION)
)
_SAID = (
    sa.select(
        Stance.id,
        Stance.list_id,
        Stance.banner_id,
        Stance.demand_id,
        Stance.part,
        Stance.position,
        Answer.id.label("answer"),
        Answer.seq,
        Answer.kind,
        Answer.target_id,
        Answer.source_kind,
        Answer.said_on,
        Answer.contradiction,
    )
    .join(Answer, Answer.id == Stance.answer_id)
    .where(
        Answer.state == AnswerState.CONFIRMED,
        Answer.decided_at < sa.bindparam("moment"),
        Stance.state != StanceState.REJECTED,
    )
)
_SAID_BY_LISTS = _SAID.where(Answer.list_id.in_(sa.bindparam("lists")))
_SAID_BY_BANNERS = _SAID.where(Answer.banner_id.in_(sa.bindparam("banners")))
_RELATED = sa.select(Lineage.id, Lineage.child_id, Lineage.parent_id, Lineage.kind, Lineage.confirmed_at).where(
    sa.or_(Lineage.child_id.in_(sa.bindparam("lists")), Lineage.parent_id.in_(sa.bindparam("lists")))
)


@dataclass(frozen=True)
class LineageThen:
    """A lineage as it was: `confirmed` says whether a person had confirmed it by then."""

    id: int
    child_id: int
    parent_id: int
    kind: LineageKind
    confirmed: bool = True


@dataclass(frozen=True)
class Past:
    """What is known of a moment for all subjects: whatever came to count at it or later does not count yet.

    `undone` are the entries taken back by then, `corrected` those of which a correction waited, each with its demand.
    `statuses` are the former ones of lists that withdrew, merged or were reinstated since; `logged_since` says how many
    contacts with a list were logged since; `written` when a waiting entry that was changed since had last been written.
    """

    moment: datetime
    undone: frozenset[int] = frozenset()
    corrected: frozenset[tuple[int | None, int]] = frozenset()
    statuses: Mapping[int, ListStatus] = field(default_factory=dict)
    logged_since: Mapping[int, int] = field(default_factory=dict)
    written: Mapping[int, datetime] = field(default_factory=dict)
    taken_back: tuple[LineageThen, ...] = ()

    def written_at(self, answer: int, recorded_at: datetime) -> datetime:
        """Return when an entry had last been recorded or changed, of which the row says a moment that may be later."""
        return self.written.get(answer, recorded_at)

    def state_of(
        self, answer: int, state: AnswerState, recorded_at: datetime, decided_at: datetime | None
    ) -> AnswerState | None:
        """Return the state in which an entry was; None for one that was not recorded yet."""
        if decided_at is not None and decided_at < self.moment:
            return state
        return AnswerState.PENDING if self.written_at(answer, recorded_at) < self.moment else None


def past_of(session: Session, as_of: datetime | None, known: Remembered) -> Past | None:
    """Return what is known of a moment, read once for each revision; None for the state as it is now."""
    if as_of is None:
        return None
    key: Hashable = ("past", as_of)
    return known.read_one(session, key, lambda reading: read_past(reading, as_of))


def read_past(session: Session, moment: datetime) -> Past:
    """Read what is known of a moment (aware)."""
    at = {"moment": moment}
    statuses: dict[int, ListStatus] = {}
    logged: Counter[int] = Counter()
    recorded: set[str] = set()
    amended: set[str] = set()
    taken_back: list[LineageThen] = []
    for action, named, details in session.execute(_SINCE, at):
        subject = named or ""
        if action in _CONTACTED:
            logged[_number(subject)] += 1
        elif action in _RECORDED:
            recorded.add(subject)
        elif action == _AMENDED:
            amended.add(subject)
        elif action == _TAKEN_BACK:
            taken_back += _lineage_lost(_number(subject), details, moment)
        else:
            statuses.setdefault(_number(subject), _WAS[action])
    changed = sorted(amended - recorded)
    rows = session.execute(_WRITTEN, {**at, "subjects": changed}).all() if changed else ()
    past = Past(
        moment=moment,
        undone=frozenset(answer for answer in session.scalars(_UNDONE, at) if answer is not None),
        statuses=statuses,
        logged_since=logged,
        written={_number(subject or ""): when for subject, when in rows},
        taken_back=tuple(taken_back),
    )
    return _with_corrections(session, past)


def _with_corrections(session: Session, past: Past) -> Past:
    waiting = frozenset(
        (row.target_id, row.demand_id)
        for row in session.execute(_CORRECTIONS)
        if past.state_of(row.id, row.state, row.recorded_at, row.decided_at) is AnswerState.PENDING
    )
    return Past(**{**vars(past), "corrected": waiting})


def _lineage_lost(number: int, details: Mapping[str, object], moment: datetime) -> list[LineageThen]:
    """Return a lineage that was taken back since, if it had been confirmed by the moment."""
    confirmed, kind = details.get("confirmed_at"), details.get("kind")
    if not isinstance(confirmed, str) or datetime.fromisoformat(confirmed) >= moment:
        return []
    child, parent = (int(str(details[name])) for name in ("child", "parent"))
    return [LineageThen(number, child, parent, LineageKind(str(kind)))]


def _number(subject: str) -> int:
    """Return the row's number in the subject of a line of the audit log, such as `list:12`."""
    return int(subject.partition(":")[2])


def states_at(
    session: Session, past: Past, lists: Iterable[int] = (), banners: Iterable[int] = ()
) -> dict[int, StanceState]:
    """Return stance → state of everything that lists and banners had said and that was confirmed by then."""
    wanted = {"lists": list(lists), "banners": list(banners)}
    of = ((_SAID_BY_LISTS, "lists"), (_SAID_BY_BANNERS, "banners"))
    rows = chain.from_iterable(
        session.execute(said, {"moment": past.moment, by: wanted[by]}) for said, by in of if wanted[by]
    )
    said: dict[tuple[int | None, int | None, int, str], list[Statement]] = defaultdict(list)
    for row in rows:
        said[row.list_id, row.banner_id, row.demand_id, row.part].append(
            Statement(
                stance=row.id,
                answer=row.answer,
                seq=row.seq or 0,
                kind=row.kind,
                target=row.target_id,
                position=row.position,
                source=row.source_kind,
                said_on=row.said_on,
                contradiction=row.contradiction,
            )
        )
    settled = [(statements, settle(statements, past.undone)) for statements in said.values()]
    return {one.stance: settlement.state_of(one.stance) for statements, settlement in settled for one in statements}


def lineages_at(session: Session, past: Past, lists: Sequence[int]) -> list[LineageThen]:
    """Return the lineages from and to some lists, those with `confirmed` that had been by then, in their order."""
    asked = set(lists)
    # By the two lists and not by their numbers: that of a deleted row may be another one's by now.
    found = {(one.child_id, one.parent_id): one for one in past.taken_back if asked & {one.child_id, one.parent_id}}
    for row in session.execute(_RELATED, {"lists": list(asked)}) if asked else ():
        confirmed = row.confirmed_at is not None and row.confirmed_at < past.moment
        if confirmed or (row.child_id, row.parent_id) not in found:
            found[row.child_id, row.parent_id] = LineageThen(row.id, row.child_id, row.parent_id, row.kind, confirmed)
    return sorted(found.values(), key=lambda one: one.id)
