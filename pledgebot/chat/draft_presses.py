"""What the buttons of a draft's screens do to it. A press comes from outside: what does not fit changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from pledgebot.chat.draft_desk import Desk, Turn
from pledgebot.chat.draft_things import chosen, dated, positioned
from pledgebot.domain import draft as form
from pledgebot.domain.answer import AnswerKind, Contradiction, SourceKind, SpeakerRole
from pledgebot.domain.draft import Draft, Said, Step
from pledgebot.messages.presses import number
from pledgebot.services.facts import subject_facts
from pledgebot.services.lookup import HitKind
from pledgebot.services.new_answers import LARGEST_NUMBER

E = TypeVar("E", bound=StrEnum)
Values = Sequence[str]

KINDS = {"list": HitKind.LIST, "banner": HitKind.BANNER}


def pressed(desk: Desk, draft: Draft, step: str, values: Values) -> Turn:
    """Return what a press makes of a draft; one that does not fit its step leaves it as it is."""
    act = _ACTS.get(step)
    return act(desk, draft, values) if act is not None else Turn(draft)


def row_number(values: Values) -> int | None:
    """Return the row number that a press names first, None for what is none."""
    found = number(values[0]) if values else None
    return found if found is not None and 0 < found < LARGEST_NUMBER else None


def _member(of: type[E], values: Values) -> E | None:
    return next((member for member in of if values and member.value == values[0]), None)


def _subject(kind: HitKind) -> Callable[[Desk, Draft, Values], Turn]:
    def act(desk: Desk, draft: Draft, values: Values) -> Turn:
        found = row_number(values)
        if found is None or draft.step is not Step.LIST or draft.kind is AnswerKind.CORRECTION:
            return Turn(draft)
        return chosen(desk, draft, kind, found)

    return act


def _place(_desk: Desk, draft: Draft, values: Values) -> Turn:
    found = row_number(values)
    return Turn(replace(draft, place=found, query="") if found is not None and draft.step is Step.LIST else draft)


def _position(desk: Desk, draft: Draft, values: Values) -> Turn:
    said = _member(Said, values)
    return positioned(desk, draft, said) if said is not None and draft.step is Step.POSITIONS else Turn(draft)


def _everywhere(desk: Desk, draft: Draft, values: Values) -> Turn:
    said = _member(Said, values)
    if said is None or said is Said.NOTHING:
        return Turn(draft)
    return Turn(form.say_all(draft, said, desk.questions))


def _split(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.split(draft, desk.questions))


def _whole(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.unite(draft, desk.questions))


def _source(desk: Desk, draft: Draft, values: Values) -> Turn:
    source = _member(SourceKind, values)
    if source is None or draft.step is not Step.SOURCE:
        return Turn(draft)
    return Turn(form.choose_source(draft, source, desk.questions))


def _drop(_desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.drop_proof(draft))


def _same(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.keep_proof(draft, desk.questions))


def _join(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.join_proofs(draft, desk.questions) if draft.step is Step.PROOF else draft)


def _date(desk: Desk, draft: Draft, values: Values) -> Turn:
    known: dict[str, date | None] = {
        "today": desk.today,
        "yesterday": desk.today - timedelta(days=1),
        "offered": draft.offered,
    }
    day = known.get(values[0]) if values else None
    return dated(desk, draft, day) if day is not None and draft.step is Step.DATE else Turn(draft)


def _who(desk: Desk, draft: Draft, values: Values) -> Turn:
    role = _member(SpeakerRole, values)
    if draft.step is not Step.SPEAKER or not draft.has_subject or role not in {SpeakerRole.HEAD, SpeakerRole.LIST}:
        return Turn(draft)
    head = subject_facts(desk.session, draft.list_id, draft.banner_id).head
    if role is SpeakerRole.HEAD and not head:
        return Turn(draft)
    return Turn(form.choose_speaker(draft, role, head, desk.questions))


def _role(desk: Desk, draft: Draft, values: Values) -> Turn:
    role = _member(SpeakerRole, values)
    if draft.step is not Step.SPEAKER or not form.half_named(draft) or role is None:
        return Turn(draft)
    return Turn(form.choose_speaker(draft, role, draft.speaker, desk.questions))


def _contradiction(_desk: Desk, draft: Draft, values: Values) -> Turn:
    word = _member(Contradiction, values)
    return Turn(form.decide(draft, word) if word is not None and draft.step is Step.PREVIEW else draft)


def _go(desk: Desk, draft: Draft, values: Values) -> Turn:
    step = _member(Step, values)
    return Turn(form.go(draft, step, desk.questions) if step is not None else draft)


def _slot(desk: Desk, draft: Draft, values: Values) -> Turn:
    asked = form.slots(draft, desk.questions)
    place = number(values[0]) if values else None
    if place is None or not 0 <= place < len(asked):
        return Turn(draft)
    return Turn(form.go(draft, Step.POSITIONS, desk.questions, asked[place]))


def _back(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.back(draft, desk.questions))


def _on(desk: Desk, draft: Draft, _values: Values) -> Turn:
    return Turn(form.onward(draft, desk.questions))


_ACTS: dict[str, Callable[[Desk, Draft, Values], Turn]] = {
    "list": _subject(HitKind.LIST),
    "banner": _subject(HitKind.BANNER),
    "place": _place,
    "pos": _position,
    "all": _everywhere,
    "split": _split,
    "whole": _whole,
    "src": _source,
    "drop": _drop,
    "same": _same,
    "join": _join,
    "date": _date,
    "who": _who,
    "role": _role,
    "con": _contradiction,
    "go": _go,
    "slot": _slot,
    "back": _back,
    "on": _on,
}
