"""The buttons of a draft's screens. Each carries the revision that it was made for, and words that say what it does."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.draft import Said, Step, can_join, half_named, last_proof, steps_of
from pledgebot.domain.draft_corrections import changes_nothing, unproved
from pledgebot.messages import labels
from pledgebot.messages.document import Button, Buttons, clean
from pledgebot.messages.draft_words import proof_word, proofs_word, said_word, shortened, slot_title, speaker_words
from pledgebot.messages.i18n import Translator
from pledgebot.messages.presses import token
from pledgebot.messages.subjects import says_banner
from pledgebot.services.draft_views import DraftView
from pledgebot.services.lookup import HitKind

Row = tuple[Button, ...]

_KINDS = {HitKind.LIST: "list", HitKind.BANNER: "banner", HitKind.PLACE: "place"}


def buttons(view: DraftView, tr: Translator) -> Buttons:
    """Return the buttons of the step where a draft is, and below them those to go back, to go on and to cancel."""
    return (*_ROWS[view.draft.step](view, tr), *_around(view, tr))


def of_preview(view: DraftView, tr: Translator, *, can_submit: bool) -> Buttons:
    """Return the buttons under a preview: submit (if it can be), change, back, cancel."""
    rows: list[Row] = []
    if can_submit:
        rows.append((_button(view, tr._("Submit"), "submit"),))
    rows.append((_button(view, tr._("Change something"), "go", Step.CHANGE.value),))
    return (*rows, *_around(view, tr))


def of_contradiction(view: DraftView, tr: Translator) -> Buttons:
    """Return the buttons that say what an answer does to the one that it contradicts."""
    rows = [(_button(view, labels.contradiction(one, tr), "con", one.value),) for one in Contradiction]
    return (*rows, *of_preview(view, tr, can_submit=False))


def of_open(view: DraftView, anew: Sequence[str | int], tr: Translator) -> Buttons:
    """Return the buttons that choose between the draft that is open and a new one."""
    return (
        (_button(view, tr._("Go on with this draft"), "show"),),
        (_button(view, tr._("Drop it and begin the new one"), "anew", *anew),),
    )


def of_throwing_away(view: DraftView, tr: Translator) -> Buttons:
    """Return the buttons that throw a draft away or keep it."""
    return ((_button(view, tr._("Throw away"), "discard"), _button(view, tr._("Keep"), "show")),)


def way_back(revision: int, tr: Translator) -> Button:
    """Return the button that leads from anything else back to the open draft; it works when that has changed, too."""
    return Button(tr._("Go on with the draft"), press=token("w", revision, "show"))


def step_names(tr: Translator) -> dict[Step, str]:
    """Return the name of each step."""
    return {
        Step.LIST: tr.p("step", "list or banner"),
        Step.POSITIONS: tr.p("step", "position"),
        Step.SOURCE: tr.p("step", "kind of source"),
        Step.PROOF: tr.p("step", "proof"),
        Step.DATE: tr.p("step", "date"),
        Step.SPEAKER: tr.p("step", "who spoke"),
        Step.REASON: tr.p("step", "reason"),
        Step.PREVIEW: tr.p("step", "read and submit"),
        Step.CHANGE: tr.p("step", "what to change"),
    }


def _button(view: DraftView, text: str, step: str, *values: str | int) -> Button:
    # A name may be made of signs that are not shown: a button without words is refused by the networks.
    return Button(shortened(text) or "…", press=token("w", view.revision, step, *values))


def _around(view: DraftView, tr: Translator) -> list[Row]:
    rows: list[Row] = []
    # In a correction that is what "stays as it was" says.
    corrected = view.draft.kind is AnswerKind.CORRECTION and view.draft.step is Step.POSITIONS
    if view.can_go_on and view.draft.step is not Step.CHANGE and not corrected:
        text = tr._("That is all, go on") if view.draft.step is Step.PROOF else tr._("Leave it as it is, go on")
        rows.append((_button(view, text, "on"),))
    if view.can_go_back:
        rows.append((_button(view, tr._("Back"), "back"),))
    # Alone, and last: it stands where no thumb falls by mistake.
    return [*rows, (_button(view, tr._("Cancel and drop the draft"), "cancel"),)]


def _lists(view: DraftView, tr: Translator) -> list[Row]:
    rows: list[Row] = []
    for hit in view.choices:
        if hit.kind in _KINDS:
            text = shortened(hit.label, 45)
            if hit.kind is HitKind.BANNER and not says_banner(hit.label):
                text = tr._("{name} (banner)").format(name=text)
            if hit.kind is HitKind.PLACE:
                text = tr._("{name} (place)").format(name=text)
            rows.append((_button(view, text, _KINDS[hit.kind], hit.id),))
    return rows


def _positions(view: DraftView, tr: Translator) -> list[Row]:
    draft, at = view.draft, view.at
    if at is None:
        return []
    untouched = not draft.split and all(one.said is None for one in view.slots)
    nothing = _button(view, said_word(Said.NOTHING, draft.kind, tr), "pos", Said.NOTHING.value)
    if draft.kind is AnswerKind.WITHDRAWAL:
        rows: list[Row] = [(_button(view, said_word(Said.BACK, draft.kind, tr), "pos", Said.BACK.value),), (nothing,)]
        every = [(tr._("All of them: word taken back"), Said.BACK)]
    else:
        words = [_button(view, labels.position(one, tr), "pos", one.value) for one in Position]
        rows = [(words[0], words[1]), (words[2], words[3]), (nothing,)]
        every = [(_all(one, tr), Said(one.value)) for one in (Position.COMMITTED, Position.REFUSED)]
    if untouched and len(view.slots) > 1 and draft.kind is not AnswerKind.CORRECTION:
        rows = [*((_button(view, text, "all", said.value),) for text, said in every), *rows]
    if view.can_split:
        rows.append((_button(view, tr._("A part of it only"), "split"),))
    elif at.slot.demand in draft.split:
        rows.append((_button(view, tr._("The whole demand at once"), "whole"),))
    return rows


def _all(position: Position, tr: Translator) -> str:
    return tr._("All of them: {position}").format(position=labels.position(position, tr))


def _sources(view: DraftView, tr: Translator) -> list[Row]:
    return _pairs([_button(view, labels.source_kind(one, tr), "src", one.value) for one in SourceKind])


def _proofs(view: DraftView, tr: Translator) -> list[Row]:
    rows: list[Row] = []
    if can_join(view.draft):
        rows.append((_button(view, tr._("It belongs to what was sent before"), "join"),))
    if view.draft.proofs and unproved(view.draft):
        rows.append((_button(view, tr._("The same proof holds"), "same"),))
    last = last_proof(view.draft)
    if last is not None:
        told = tr._("Remove the last proof ({proof})").format(proof=proof_word(last, tr))
        rows.append((_button(view, told, "drop"),))
    return rows


def _days(view: DraftView, tr: Translator) -> list[Row]:
    today, yesterday = view.today, view.today - timedelta(days=1)
    rows: list[Row] = [
        (
            _day(view, tr._("Today, {date}"), "today", today, tr),
            _day(view, tr._("Yesterday, {date}"), "yesterday", yesterday, tr),
        )
    ]
    offered = view.draft.offered
    if offered is not None and offered not in {today, yesterday}:
        rows.append((_day(view, tr._("As forwarded, {date}"), "offered", offered, tr),))
    return [*rows, (_button(view, tr._("Add or remove a proof"), "go", Step.PROOF.value),)]


def _day(view: DraftView, text: str, word: str, day: date, tr: Translator) -> Button:
    return _button(view, text.format(date=tr.short_day(day)), "date", word)


def _speakers(view: DraftView, tr: Translator) -> list[Row]:
    if half_named(view.draft):
        named = (SpeakerRole.HEAD, SpeakerRole.CANDIDATE, SpeakerRole.SPOKESPERSON)
        return [(_button(view, labels.speaker_role(one, tr), "role", one.value),) for one in named]
    rows: list[Row] = []
    head = view.subject.head if view.subject is not None else None
    if head:
        told = tr._("{name}, head of list").format(name=shortened(head, 40))
        rows.append((_button(view, told, "who", SpeakerRole.HEAD.value),))
    itself = tr._("The list itself") if view.draft.banner_id is None else tr._("The banner itself")
    return [*rows, (_button(view, itself, "who", SpeakerRole.LIST.value),)]


def _changes(view: DraftView, tr: Translator) -> list[Row]:
    """Return a button for everything that can be changed, with what it is now."""
    draft, names = view.draft, step_names(tr)
    rows: list[Row] = []
    for step in steps_of(draft.kind):
        if step is Step.POSITIONS:
            for number, slot in enumerate(view.slots):
                told = said_word(slot.said, draft.kind, tr) if slot.said is not None else "?"
                text = f"{shortened(slot_title(slot, tr), 35)} — {told}"
                rows.append((_button(view, text, "slot", number),))
        elif step is not Step.PREVIEW:
            value = _value(view, step, tr)
            text = f"{names[step]} — {value}" if value else names[step]
            rows.append((_button(view, f"{text[:1].upper()}{text[1:]}", "go", step.value),))
    if draft.kind is AnswerKind.CORRECTION and changes_nothing(draft):
        return rows
    return [*rows, (_button(view, tr._("Nothing more, go on"), "on"),)]


def _value(view: DraftView, step: Step, tr: Translator) -> str:
    draft = view.draft
    if step is Step.LIST:
        return clean(view.subject.name) if view.subject is not None else ""
    if step is Step.SOURCE:
        return labels.source_kind(draft.source, tr) if draft.source is not None else ""
    if step is Step.PROOF:
        return proofs_word(draft.proofs, tr)
    if step is Step.DATE:
        return tr.short_day(draft.said_on) if draft.said_on is not None else ""
    return speaker_words(draft, tr) if step is Step.SPEAKER else draft.reason or ""


def _pairs(single: Iterable[Button]) -> list[Row]:
    row = list(single)
    return [tuple(row[place : place + 2]) for place in range(0, len(row), 2)]


def _none(_view: DraftView, _tr: Translator) -> list[Row]:
    return []


_ROWS: dict[Step, Callable[[DraftView, Translator], list[Row]]] = {
    Step.LIST: _lists,
    Step.POSITIONS: _positions,
    Step.SOURCE: _sources,
    Step.PROOF: _proofs,
    Step.DATE: _days,
    Step.SPEAKER: _speakers,
    Step.REASON: _none,
    Step.CHANGE: _changes,
    Step.PREVIEW: _none,
}
