"""Half-typed answers as rows: one per organizer and chat, with a revision by which an old button is known as old."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import cast

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledgebot.domain import draft as form
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.files import delete_unused_files, files_in
from pledgebot.store.tables import Draft as Row
from pledgebot.store.types import Json

Content = dict[str, Json]

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_SUBMITTED = "submitted"


@dataclass(frozen=True)
class StoredDraft:
    """What is kept for an organizer in a chat: a draft, or none any more and the number of the entry that it became."""

    revision: int
    draft: form.Draft | None = None
    submitted: int | None = None


def load_draft(session: Session, organizer_id: int, chat: str) -> StoredDraft | None:
    """Return what is kept for an organizer in a chat; None where they never drafted anything."""
    row = session.execute(sa.select(Row.revision, Row.content).where(*_of(organizer_id, chat))).first()
    if row is None:
        return None
    submitted = row.content.get(_SUBMITTED)
    return StoredDraft(row.revision, _draft_from(row.content), submitted if isinstance(submitted, int) else None)


def save_draft(
    session: Session, organizer_id: int, chat: str, draft: form.Draft, revision: int | None, now: datetime
) -> int:
    """Keep a draft in place of the one of that revision (None: of nothing), and return its own revision.

    Refuses with `DRAFT_CHANGED` when something else was kept meanwhile. Files that only the former draft had are deleted.
    """
    content = cast("Content", _drafts().dump_python(draft, mode="json"))
    return _replace(session, organizer_id, chat, content, revision, now)


def close_draft(
    session: Session, organizer_id: int, chat: str, revision: int, now: datetime, submitted: int | None = None
) -> None:
    """Drop the draft of that revision, and keep the number of the entry that it became, if it became one.

    The row stays until the next draft begins: a button of the dropped one finds that it is over. Refuses with
    `DRAFT_CHANGED` as `save_draft` does.
    """
    content: Content = {} if submitted is None else {_SUBMITTED: submitted}
    _replace(session, organizer_id, chat, content, revision, now)


def drop_draft(session: Session, organizer_id: int, chat: str, now: datetime) -> bool:
    """Drop whatever is drafted in a chat, and tell whether there was something."""
    stored = load_draft(session, organizer_id, chat)
    if stored is None or stored.draft is None:
        return False
    close_draft(session, organizer_id, chat, stored.revision, now)
    return True


def forget_drafts(session: Session, organizer_id: int, chat: str | None = None) -> int:
    """Delete what an organizer drafted in one chat, or everywhere, with its files; return how many rows that were."""
    chosen = (Row.organizer_id == organizer_id,) if chat is None else _of(organizer_id, chat)
    contents = session.scalars(sa.delete(Row).where(*chosen).returning(Row.content)).all()
    _clear(session, contents)
    return len(contents)


def forget_drafts_about(session: Session, answer_id: int, now: datetime) -> int:
    """Drop every draft that corrects an entry, with the words and files that it took from there; return how many.

    The rows stay, as those of every draft that is over: a button of one finds that it is.
    """
    drafted = session.execute(sa.select(Row.organizer_id, Row.chat, Row.revision, Row.content).with_for_update()).all()
    about = [row for row in drafted if row.content.get("target") == answer_id]
    for row in about:
        _replace(session, row.organizer_id, row.chat, {}, row.revision, now)
    return len(about)


def _replace(
    session: Session, organizer_id: int, chat: str, content: Content, revision: int | None, now: datetime
) -> int:
    if revision is None:
        return _insert(session, organizer_id, chat, content, now)
    before = session.scalar(sa.select(Row.content).where(*_of(organizer_id, chat), Row.revision == revision))
    # The database decides who of two was first: the other one's revision is no longer there.
    raised = session.scalar(
        sa.update(Row)
        .where(*_of(organizer_id, chat), Row.revision == revision)
        .values(content=content, revision=revision + 1, changed_at=now)
        .returning(Row.revision)
        .execution_options(synchronize_session=False)
    )
    if raised is None or before is None:
        raise Refused(Objection.DRAFT_CHANGED)
    _clear(session, [before], files_in(content))
    return raised


def _insert(session: Session, organizer_id: int, chat: str, content: Content, now: datetime) -> int:
    # Not 1: the buttons of a draft that was forgotten with its row must not fit the next one.
    revision = int((now - _BEGINNING).total_seconds())
    row = {"organizer_id": organizer_id, "chat": chat, "content": content, "revision": revision, "changed_at": now}
    try:
        with session.begin_nested():
            session.execute(sa.insert(Row).values(**row))
    except IntegrityError:
        raise Refused(Objection.DRAFT_CHANGED) from None
    return revision


def _clear(session: Session, contents: Iterable[Content], kept: Iterable[str] = ()) -> None:
    """Delete the files of former contents that nothing uses any more."""
    held = {digest for content in contents for digest in files_in(content)}
    delete_unused_files(session, held.difference(kept))


def _of(organizer_id: int, chat: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return Row.organizer_id == organizer_id, Row.chat == chat


@cache
def _drafts() -> TypeAdapter[form.Draft]:
    return TypeAdapter(form.Draft)


def _draft_from(content: Content) -> form.Draft | None:
    """Return the draft that a row holds; None for one that is over, and for one that this program cannot read."""
    if "step" not in content:
        return None
    try:
        return _drafts().validate_python(content)
    except ValidationError:
        return None
