"""The buttons under answers: what a reader may go on to. Pure: from the views that the words are made of.

Buttons shorten what can also be asked in words, so those that find no room are left out, and the message says how to ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pledgebot.domain.answer import AnswerKind, Standing
from pledgebot.messages.document import Button, Buttons, Message, clean, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.messages.presses import token
from pledgebot.messages.subjects import list_name
from pledgebot.services.directory import Hit, HitKind
from pledgebot.services.proofs import ProofView
from pledgebot.services.views import (
    BannerView,
    CellView,
    DemandRows,
    DemandView,
    HistoryView,
    ListHead,
    ListView,
    PlaceView,
    StanceView,
    TableView,
)

MOST = 90
"""How many buttons stand under one message at most; Telegram takes 100."""

LONGEST = 64
"""How many characters a label has at most: what does not fit on a telephone is cut by it anyway."""

_WITHOUT_PROOF = {AnswerKind.UNDO, AnswerKind.REMOVAL}
_PAIR = 2


@dataclass(frozen=True)
class Keyboard:
    """Rows of buttons, and whether there was room for all of them."""

    rows: Buttons
    whole: bool = True


def pressing(text: str, verb: str, *arguments: str | int) -> Button:
    """Return a button with a label cut to what fits, and the token of what it does."""
    words = clean(text) or "…"
    return Button(words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…", press=token(verb, *arguments))


def with_buttons(message: Message, keyboard: Keyboard, tr: Translator) -> Message:
    """Return a message with its buttons; where some found no room it says how the rest is asked for."""
    blocks = message.blocks
    if not keyboard.whole:
        blocks = (*blocks, paragraph(tr._("There are more than there are buttons: write the name of what you seek.")))
    return replace(message, blocks=blocks, buttons=keyboard.rows)


def fitted(many: Sequence[Button], after: Iterable[Sequence[Button]] = ()) -> Keyboard:
    """Return buttons one to a row as far as there is room, and after them rows that always stand."""
    tail = tuple(tuple(row) for row in after if row)[:MOST]
    room = max(MOST - sum(map(len, tail)), 0)
    return Keyboard((*((button,) for button in many[:room]), *tail), whole=len(many) <= room)


def pairs(many: Sequence[Button]) -> Buttons:
    """Return buttons two to a row."""
    return tuple(tuple(many[start : start + _PAIR]) for start in range(0, len(many), _PAIR))


def table(view: TableView, place: int, tr: Translator, *, only: bool) -> Keyboard:
    """Return a button for each list and each demand of a place; where it is not the only one, the way to the others."""
    demands = [_demand(one, place, tr) for one in view.demands]
    after = [
        [_picture("place", place, tr)],
        *pairs(demands),
        *([] if only else [[pressing(tr._("Other places"), "stances")]]),
    ]
    return fitted([_list(row.head) for row in view.rows], after)


def list_card(view: ListView, tr: Translator, *, banner: int | None, place: int | None, narrowed: bool) -> Keyboard:
    """Return the proof of each entry, the history, the banner and the table.

    `narrowed` says that only one demand was asked about: then the whole is offered too.
    """
    number = view.head.id
    onward = [pressing(tr._("History"), "history", "list", number), _to_table(place, tr)]
    more = [pressing(tr._("Everything that this list says"), "list", number)] if narrowed else []
    of_banner = (
        [pressing(tr._("Banner: {name}").format(name=view.head.banner or ""), "banner", banner)] if banner else []
    )
    return fitted(_proofs(view.cells, tr), [more, of_banner, [_picture("list", number, tr)], onward])


def banner_card(view: BannerView, tr: Translator, *, place: int | None, narrowed: bool) -> Keyboard:
    """Return the lists of a banner, the proof of its entries, its history, and the table."""
    onward = [pressing(tr._("History"), "history", "banner", view.id), _to_table(place, tr)]
    more = [pressing(tr._("Everything that this banner says"), "banner", view.id)] if narrowed else []
    lists = [pressing(f"{list_name(head)} ({head.constituency})", "list", head.id) for head in view.lists]
    shown = [_picture("banner", view.id, tr)]
    return fitted(lists, [*([proof] for proof in _proofs(view.cells, tr)), more, shown, onward])


def in_words(kind: str, number: int, tr: Translator) -> Buttons:
    """Return the way from a picture to the words: of a list, a banner or a place."""
    return ((pressing(tr._("The same in words"), kind, number),),)


def pictures_of_places(places: Sequence[PlaceView], tr: Translator) -> Buttons:
    """Return a button for the picture of each place."""
    return fitted([_picture("place", one.id, tr, f"{one.label} ({one.code})") for one in places]).rows


def _picture(kind: str, number: int, tr: Translator, text: str = "") -> Button:
    return pressing(text or tr._("See the picture"), "card", kind, number)


def demand_rows(view: DemandRows, place: int, tr: Translator) -> Keyboard:
    """Return the lists that a demand was put to, and the table."""
    return fitted([_list(head) for head, _cell, _progress in view.rows], [[_to_table(place, tr)]])


def demand(tr: Translator) -> Keyboard:
    """Return where to go from the words of a demand."""
    return fitted([], [[pressing(tr._("The letter"), "letter"), _to_table(None, tr)]])


def history(
    view: HistoryView, tr: Translator, *, list_id: int | None, banner_id: int | None, place: int | None
) -> Keyboard:
    """Return the proof of each entry, the list or banner itself, and the table."""
    proofs = [
        _proof(entry.answer, tr) for entry in view.entries if entry.kind not in _WITHOUT_PROOF and not entry.removed
    ]
    return fitted(proofs, [[*_subject(view.subject, list_id, banner_id), _to_table(place, tr)]])


def proof(view: ProofView, tr: Translator, *, place: int | None) -> Keyboard:
    """Return the way back from a proof: the list or banner, its history, the table."""
    kind, number = ("list", view.list_id) if view.list_id is not None else ("banner", view.banner_id)
    back = [pressing(tr._("History"), "history", kind, number)] if number is not None else []
    return fitted([], [_subject(view.subject, view.list_id, view.banner_id), [*back, _to_table(place, tr)]])


def compare(a: ListHead, b: ListHead, tr: Translator, *, place: int | None) -> Keyboard:
    """Return both lists and the table."""
    return fitted([_list(a), _list(b)], [[_to_table(place, tr)]])


def letter(demands: Iterable[DemandView], tr: Translator) -> Keyboard:
    """Return each demand of the letter and the table."""
    return fitted([_demand(one, None, tr) for one in demands], [[_to_table(None, tr)]])


def beginnings(tr: Translator) -> Keyboard:
    """Return where one may begin: the table, the letter, the calendar, the help, what is kept."""
    return fitted(
        [],
        [
            [_to_table(None, tr), pressing(tr._("The letter"), "letter")],
            [pressing(tr._("Polling days"), "dates"), pressing(tr._("Help"), "help")],
        ],
    )


def places(parts: Iterable[PlaceView], tr: Translator, demand_id: int | None = None) -> Keyboard:
    """Return a button for each place that was offered: to its table, or to what its lists say on a demand."""
    return fitted([_place(part, demand_id) for part in parts], [[pressing(tr._("The letter"), "letter")]])


def choice(
    hits: Sequence[tuple[Hit, str]],
    tr: Translator,
    *,
    place: int | None,
    to_history: bool = False,
    in_place: Hit | None,
) -> Keyboard:
    """Return a button for each thing that was offered, under the label with which it was.

    `in_place` is the place in which something was asked for; `to_history` leads to the history of lists and banners.
    """
    options = [_option(hit, label, to_history=to_history, in_place=in_place) for hit, label in hits]
    return fitted(options, [[_to_table(place, tr)]])


def _option(hit: Hit, label: str, *, to_history: bool, in_place: Hit | None) -> Button:
    if to_history and hit.kind in {HitKind.LIST, HitKind.BANNER}:
        return pressing(label, "history", hit.kind.value, hit.id)
    if hit.kind is HitKind.DEMAND and in_place is not None and in_place.kind is HitKind.PLACE:
        return pressing(label, "demand", hit.id, in_place.id)
    return pressing(label, hit.kind.value, hit.id)


def _to_table(place: int | None, tr: Translator) -> Button:
    text = tr._("Table of all lists")
    return pressing(text, "stances") if place is None else pressing(text, "place", place)


def _list(head: ListHead) -> Button:
    return pressing(list_name(head), "list", head.id)


def _demand(view: DemandView, place: int | None, tr: Translator) -> Button:
    return pressing(tr.pick(view.title), "demand", view.id, *([] if place is None else [place]))


def _place(view: PlaceView, demand_id: int | None) -> Button:
    label = f"{view.label} ({view.code})"
    return pressing(label, "place", view.id) if demand_id is None else pressing(label, "demand", demand_id, view.id)


def _subject(name: str, list_id: int | None, banner_id: int | None) -> list[Button]:
    if list_id is not None:
        return [pressing(name, "list", list_id)]
    return [pressing(name, "banner", banner_id)] if banner_id is not None else []


def _proof(answer: int, tr: Translator) -> Button:
    return pressing(tr._("Proof of entry {number}").format(number=answer), "proof", answer)


def _proofs(cells: Iterable[CellView], tr: Translator) -> list[Button]:
    """Return a button for the proof of each entry on which these positions stand, each entry once."""
    shown = {view.answer: view for cell in cells for view in _statements(cell)}
    return [_proof(view.answer, tr) for view in shown.values() if view.proof is not None]


def _statements(cell: CellView) -> Iterable[StanceView]:
    for standing in (cell.standing, *(part for _titles, part in cell.parts)):
        yield from _said(standing)


def _said(standing: Standing[StanceView]) -> Iterable[StanceView]:
    yield from (view for view in (standing.counts, standing.withdrawn, *standing.beside) if view is not None)
    for _name, parent in standing.parents:
        yield from _said(parent)
