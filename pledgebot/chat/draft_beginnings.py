"""How a draft begins: by a command, by a button that says the same, or by a link that leads from a group to a private chat."""

from collections.abc import Callable
from datetime import datetime

from pledgebot.chat.draft_desk import Desk, Turn
from pledgebot.chat.draft_presses import KINDS, row_number
from pledgebot.chat.draft_things import chosen, named
from pledgebot.chat.grammar import Request, Verb
from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.draft import Draft
from pledgebot.domain.errors import Refused
from pledgebot.messages.presses import number, token
from pledgebot.services import queries
from pledgebot.services.draft_answers import correction_of
from pledgebot.services.lookup import Directories, Hit, HitKind, find
from pledgebot.services.new_answers import LARGEST_NUMBER
from pledgebot.store.engine import Database

Values = tuple[str | int, ...]
"""What a button says of the draft that it begins: the word of its kind, then the entry, or the list or banner."""

_WORDS = {AnswerKind.STATEMENT: "log", AnswerKind.CORRECTION: "correct", AnswerKind.WITHDRAWAL: "withdraw"}
_KIND_OF = {word: kind for kind, word in _WORDS.items()}


def new(desk: Desk, request: Request) -> Turn:
    """Return the draft with which a command begins; refuses a correction of what cannot be corrected."""
    if request.verb is Verb.CORRECT:
        answer, reason = entry_number(request.about)
        return Turn(correction_of(desk.session, answer or 0, reason or None, desk.questions))
    draft = Draft(kind=_kind(request))
    if not request.about.strip():
        return Turn(draft)
    return noted(desk, draft, lambda: named(desk, draft, request.about)) or Turn(draft)


def _kind(request: Request) -> AnswerKind:
    return AnswerKind.WITHDRAWAL if request.verb is Verb.WITHDRAW else AnswerKind.STATEMENT


def again(desk: Desk, values: tuple[str, ...]) -> Turn | None:
    """Return the draft that a button begins; None for values that no button of ours says."""
    kind = _KIND_OF.get(values[0]) if values else None
    found = row_number(values[-1:])
    if kind is AnswerKind.CORRECTION:
        return Turn(correction_of(desk.session, found or 0, None, desk.questions))
    if kind is None:
        return None
    draft = Draft(kind=kind)
    if len(values) == 3 and values[1] in KINDS and found is not None:  # noqa: PLR2004 - word, kind, number
        return chosen(desk, draft, KINDS[values[1]], found)
    return Turn(draft)


def values_of(draft: Draft) -> Values:
    """Return what a button has to say so that `again` makes this draft."""
    word = _WORDS[draft.kind]
    if draft.target is not None:
        return (word, draft.target)
    if draft.list_id is not None:
        return (word, "list", draft.list_id)
    return (word, "banner", draft.banner_id) if draft.banner_id is not None else (word,)


def token_of(database: Database, request: Request, now: datetime, directories: Directories | None = None) -> str:
    """Return the token by which a command's draft is opened elsewhere: with the entry or list that it names, if certain.

    It fits a deep link, and opens a draft only: a reason or a name that may mean several things is asked for there.
    """
    if request.verb is Verb.CORRECT:
        answer = entry_number(request.about)[0]
        return token("log", "correct", answer) if answer is not None else token("log")
    word = _WORDS[_kind(request)]
    hit = _meant(database, request.about, now, directories)
    if hit is not None:
        return token("log", word, next(name for name, kind in KINDS.items() if kind is hit.kind), hit.id)
    return token("log") if word == "log" else token("log", word)


def _meant(database: Database, name: str, now: datetime, directories: Directories | None) -> Hit | None:
    """Return the list or banner that a name means, None unless that is certain."""
    if not name.strip():
        return None
    try:
        with database.read() as session:
            asked = queries.current_round(session, now)
            return find(session, name, (HitKind.LIST, HitKind.BANNER), asked.id, directories or Directories()).sure
    except Refused:
        return None


def entry_number(text: str) -> tuple[int | None, str]:
    """Read `12 the reason`."""
    first, _blank, rest = text.strip().removeprefix("#").partition(" ")
    found = number(first) if len(first) < len(str(LARGEST_NUMBER)) + 1 else None
    return found, rest.strip()


def noted(desk: Desk, draft: Draft, take: Callable[[], Turn | None]) -> Turn | None:
    """Return what came of something, or the draft as it was with the reason why it was refused."""
    try:
        return take()
    except Refused as refused:
        return Turn(draft, desk.refusal(refused))
