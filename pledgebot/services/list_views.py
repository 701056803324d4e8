"""Lists as they are shown: what they are, what became of them, what they say, how far the conversation is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, SourceKind
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import Contact, Progress, Stage, progress_of
from pledgebot.services.as_of import Past, lineages_at, past_of
from pledgebot.services.demands import demands
from pledgebot.services.descent import Family, Standpoint
from pledgebot.services.positions import Positions, any_descent
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import calendar
from pledgebot.services.standing import undone_answers
from pledgebot.services.views import (
    DemandView,
    ListHead,
    ListView,
)
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    ContactRow,
    Lineage,
    NameAlias,
)

_TO_US = (SourceKind.LETTER, SourceKind.EMAIL, SourceKind.PUBLIC_POST, SourceKind.RECORDED_SPEECH)
"""The sources by which a list answers: a programme and what others report are no answer to a letter."""

_HEADS = (
    sa.select(
        CandidateList.id,
        CandidateList.name,
        CandidateList.short_name,
        CandidateList.head,
        CandidateList.panel,
        CandidateList.round_id,
        CandidateList.constituency_id,
        CandidateList.banner_id,
        CandidateList.status,
        CandidateList.nuance,
        CandidateList.nuance_source,
        CandidateList.nuance_year,
        Constituency.label,
        Constituency.code,
        Banner.name.label("banner"),
    )
    .join(Constituency, Constituency.id == CandidateList.constituency_id)
    .outerjoin(Banner, Banner.id == CandidateList.banner_id)
    .where(CandidateList.id.in_(sa.bindparam("lists")))
)
_ALIASES = (
    sa.select(NameAlias.list_id, NameAlias.alias)
    .where(NameAlias.list_id.in_(sa.bindparam("lists")))
    .order_by(NameAlias.id)
)
_CONTACTS = sa.select(ContactRow.list_id, ContactRow.kind, ContactRow.at).where(
    ContactRow.list_id.in_(sa.bindparam("lists"))
)
_CONTACTS_LOGGED = _CONTACTS.order_by(ContactRow.id)
_RECORDED = (
    sa.select(Answer.id, Answer.list_id, Answer.banner_id, Answer.recorded_at, Answer.state, Answer.decided_at)
    .where(Answer.kind == AnswerKind.STATEMENT, Answer.source_kind.in_(_TO_US))
    .order_by(Answer.recorded_at.desc())
)
_ANSWERED = _RECORDED.where(Answer.state.in_((AnswerState.CONFIRMED, AnswerState.PENDING)))
# Apart: asked for both at once, SQLite looks at every answer there is.
_OF_LISTS, _OF_BANNERS = Answer.list_id.in_(sa.bindparam("lists")), Answer.banner_id.in_(sa.bindparam("banners"))
_ANSWERED_BY_LISTS, _ANSWERED_BY_BANNERS = _ANSWERED.where(_OF_LISTS), _ANSWERED.where(_OF_BANNERS)
_RECORDED_BY_LISTS, _RECORDED_BY_BANNERS = _RECORDED.where(_OF_LISTS), _RECORDED.where(_OF_BANNERS)
_CONTINUED = sa.select(Lineage.child_id, Lineage.parent_id).where(
    Lineage.child_id.in_(sa.bindparam("lists")),
    Lineage.kind == LineageKind.CONTINUES,
    Lineage.confirmed_at.is_not(None),
)
_UNDER = sa.select(CandidateList.id, CandidateList.banner_id).where(CandidateList.id.in_(sa.bindparam("lists")))


def list_view(
    session: Session, list_id: int, known: Remembered | None = None, *, as_of: datetime | None = None
) -> ListView:
    """Return one list with its standing on each demand, now or as it was at a moment."""
    known = known or Remembered()
    views = list(views_of(session, [list_id], known.read(session, demands), known, as_of=as_of))
    if not views:
        raise Refused(Objection.UNKNOWN_LIST, name=str(list_id))
    return views[0]


def list_views(
    session: Session, rows: Sequence[CandidateList], columns: Iterable[DemandView], known: Remembered | None = None
) -> Iterable[ListView]:
    """Yield lists with their standing on these demands, read in a few queries for all of them."""
    return views_of(session, [row.id for row in rows], columns, known)


def views_of(
    session: Session,
    lists: Sequence[int],
    columns: Iterable[DemandView],
    known: Remembered | None = None,
    *,
    as_of: datetime | None = None,
) -> Iterable[ListView]:
    """Yield lists by their numbers with their standing on these demands; numbers of no list are left out.

    With `as_of` everything is as it stood at that moment, and lists that were added later are left out too.
    """
    known = known or Remembered()
    past = past_of(session, as_of, known)
    rows = _rows(session, lists, past)
    if not rows:
        return
    under = {row.id: row.banner_id for row in rows}
    positions = Positions(session, under, known=known, under=under, past=past)
    progress = _progress(session, under, known, past)
    aliases: dict[int | None, list[str]] = defaultdict(list)
    for owner, alias in fetch(session, _ALIASES, {"lists": list(under)}):
        aliases[owner].append(alias)
    columns = tuple(columns)
    for head in _heads(session, rows, known, past):
        yield ListView(head, positions.cells_of_list(head.id, columns), progress[head.id], tuple(aliases[head.id]))


def list_heads(session: Session, rows: Sequence[CandidateList], known: Remembered | None = None) -> list[ListHead]:
    """Return what lists are, without what they said."""
    return heads_of(session, [row.id for row in rows], known)


def heads_of(
    session: Session, lists: Sequence[int], known: Remembered | None = None, *, as_of: datetime | None = None
) -> list[ListHead]:
    """Return what lists are by their numbers, in that order; numbers of no list, or of none at that moment, are left out."""
    known = known or Remembered()
    past = past_of(session, as_of, known)
    return _heads(session, _rows(session, lists, past), known, past)


Row = sa.Row[
    int, str, str | None, str | None, int | None, int, int, int | None, ListStatus, str | None, str | None, int | None,
    str, str, str | None,
]  # fmt: skip
"""A list as `_HEADS` reads it."""


def _rows(session: Session, lists: Sequence[int], past: Past | None) -> list[Row]:
    heads = _HEADS if past is None else _HEADS.where(CandidateList.created_at < past.moment)
    found = {row.id: row for row in fetch(session, heads, {"lists": list(lists)})} if lists else {}
    return [found[number] for number in lists if number in found]


def _heads(session: Session, rows: Sequence[Row], known: Remembered, past: Past | None) -> list[ListHead]:
    rounds = {view.id: view for view in known.read(session, calendar)}
    former = past.statuses if past is not None else {}
    status = {row.id: former.get(row.id, row.status) for row in rows}
    standpoints = [Standpoint(row.id, row.round_id, row.constituency_id, status[row.id]) for row in rows]
    family = Family(session, standpoints, known, past)
    return [
        ListHead(
            id=row.id,
            name=row.name,
            short_name=row.short_name,
            head=row.head,
            panel=row.panel,
            constituency=row.label,
            constituency_code=row.code,
            round_key=rounds[row.round_id].key,
            round_number=rounds[row.round_id].number,
            status=status[row.id],
            banner=row.banner,
            nuance=row.nuance,
            nuance_source=_nuance_source(row.nuance_source, row.nuance_year),
            merged_into=family.merged_into(row.id),
            fate=family.fate(row.id),
            successors=family.successors(row.id),
            parents=family.parents(row.id),
            banner_id=row.banner_id,
            successor_ids=family.successor_ids(row.id),
        )
        for row in rows
    ]


def _nuance_source(source: str | None, year: int | None) -> str | None:
    """Return where a nuance is from, with its year: the same code means different things in different years."""
    return source if source is None or year is None else f"{source}, {year}"


def _progress(
    session: Session, banner_of: Mapping[int, int | None], known: Remembered, past: Past | None
) -> dict[int, Progress]:
    """Return how far the conversation with lists is, of which the banners are given."""
    contacts = _contacts(session, banner_of, past)
    undone = known.read(session, undone_answers) if past is None else past.undone
    answered: dict[tuple[int | None, int | None], datetime] = {}
    waiting: dict[tuple[int | None, int | None], datetime] = {}
    for answer in _answers(session, banner_of, past):
        if answer.state is AnswerState.PENDING:
            waiting[answer.list_id, answer.banner_id] = answer.recorded_at
        elif answer.id not in undone:
            answered[answer.list_id, answer.banner_id] = answer.recorded_at
    own = {
        number: progress_of(
            contacts[number],
            answered_at=answered.get((number, None)) or answered.get((None, banner or 0)),
            waiting_since=waiting.get((number, None)) or waiting.get((None, banner or 0)),
        )
        for number, banner in banner_of.items()
    }
    if not (known.read(session, any_descent) or (past is not None and past.taken_back)):
        return own
    silent = [number for number, progress in own.items() if progress.stage is Stage.NOT_CONTACTED]
    return own | _continued_progress(session, silent, known, past)


def _contacts(session: Session, lists: Mapping[int, int | None], past: Past | None) -> Mapping[int, Sequence[Contact]]:
    """Return the contacts with lists, without those that were logged after a moment: the last ones of each."""
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for row in fetch(session, _CONTACTS if past is None else _CONTACTS_LOGGED, {"lists": list(lists)}):
        contacts[row.list_id].append(Contact(row.kind, row.at))
    for number, many in past.logged_since.items() if past is not None else ():
        if number in contacts:
            del contacts[number][-many:]
    return contacts


class _Answered(NamedTuple):
    """An answer to the letter in the state that it had at a moment."""

    id: int
    list_id: int | None
    banner_id: int | None
    recorded_at: datetime
    state: AnswerState


def _answers(
    session: Session, banner_of: Mapping[int, int | None], past: Past | None
) -> Iterable[_Answered | sa.Row[int, int | None, int | None, datetime, AnswerState, datetime | None]]:
    """Return the answers of lists and their banners that are confirmed or wait, those recorded last first."""
    banners = [banner for banner in set(banner_of.values()) if banner is not None]
    of_lists, of_banners = (_ANSWERED_BY_LISTS, _ANSWERED_BY_BANNERS)
    if past is not None:
        of_lists, of_banners = (_RECORDED_BY_LISTS, _RECORDED_BY_BANNERS)
    by_lists = fetch(session, of_lists, {"lists": list(banner_of)})
    by_banners = fetch(session, of_banners, {"banners": banners}) if banners else ()
    rows = chain(by_lists, by_banners)
    if past is None:
        return rows
    then = (
        _Answered(row.id, row.list_id, row.banner_id, past.written_at(row.id, row.recorded_at), state)
        for row in rows
        if (state := past.state_of(row.id, row.state, row.recorded_at, row.decided_at)) is not None
        and state is not AnswerState.REJECTED
    )
    return sorted(then, key=lambda one: one.recorded_at, reverse=True)


def _continued_progress(
    session: Session, lists: Sequence[int], known: Remembered, past: Past | None
) -> dict[int, Progress]:
    """Return the progress of the lists that these continue: the conversation goes on with the same people."""
    if past is None:
        continued = [(row.child_id, row.parent_id) for row in fetch(session, _CONTINUED, {"lists": list(lists)})]
    else:
        then = [one for one in lineages_at(session, past, lists) if one.confirmed and one.child_id in lists]
        continued = [(one.child_id, one.parent_id) for one in then if one.kind is LineageKind.CONTINUES]
    if not continued:
        return {}
    rows = fetch(session, _UNDER, {"lists": [parent for _child, parent in continued]})
    progress = _progress(session, {row.id: row.banner_id for row in rows}, known, past)
    return {child: progress[parent] for child, parent in continued}
