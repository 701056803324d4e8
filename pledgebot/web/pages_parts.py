"""What several pages show: a cell, a standing in full, a table, an entry of the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from pledgebot.domain.answer import AnswerKind, StanceState
from pledgebot.domain.events import ProofFacts
from pledgebot.domain.progress import Progress
from pledgebot.messages import labels
from pledgebot.messages.cells import Cell, Sign, cells_of
from pledgebot.messages.document import Strong, clean, clean_words, sentence
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import Telling, blanked, demand_title, said, told_standings
from pledgebot.messages.subjects import list_note, round_name
from pledgebot.services.views import (
    CellView,
    DemandView,
    HistoryEntry,
    HistoryStance,
    HistoryView,
    ListHead,
    ListView,
    RoundView,
    TableView,
)
from pledgebot.web import addresses
from pledgebot.web.rendering import named, told
from pledgebot.web.setting import Setting
from pledgebot.web.signs import drawing

_WEB = ("http://", "https://")
_OF_OUR_OWN_DOING = {AnswerKind.UNDO, AnswerKind.REMOVAL}


@dataclass(frozen=True)
class ShownCell:
    """One cell as a template shows it; `day` is `said_on` in words, empty where the notes say a day already."""

    word: str
    notes: tuple[str, ...]
    said_on: date | None
    day: str
    inherited: bool


ShownCells = list[tuple[str | None, ShownCell, Markup]]
"""(Title of the part or None, cell, drawing)."""


@dataclass(frozen=True)
class ShownRow:
    """One list of a table: its address, name, head and note, and for each column (title, cells, address)."""

    address: str
    name: Markup
    head: Markup | None
    note: str
    cells: list[tuple[str, ShownCells, str]]


@dataclass(frozen=True)
class ShownTable:
    """A table lists × demands: its columns as (title, address)."""

    caption: str
    columns: list[tuple[str, str]]
    rows: list[ShownRow]
    signs: frozenset[Sign]


def list_named(head: ListHead) -> Markup:
    """Return a list's name with its panel number, the number outside of what the name may turn around."""
    panel = f"{head.panel}. " if head.panel is not None else ""
    return Markup("{}{}").format(panel, named(head.name))


def round_line(view: RoundView, tr: Translator) -> str:
    """Return the election, the round and its day."""
    return tr._("{election}, {round}, {day}").format(
        election=clean(tr.pick(view.election)), round=round_name(view.number, tr), day=tr.day(view.day)
    )


def shown_cells(cell: CellView, row: ListView, telling: Telling) -> tuple[ShownCells, set[Sign]]:
    """Return what stands in a list's cell on a demand, and its signs."""
    tr = telling.tr
    found = cells_of(cell, row.progress, tr, row.head.banner, telling.zone)
    shown = [(part, _shown(one, tr), drawing(one.sign)) for part, one in found]
    return shown, {one.sign for _part, one in found}


_DATED = frozenset({Sign.NO_ANSWER, Sign.DECLINED, Sign.BEING_CHECKED, Sign.NOT_ASKED, Sign.NO_POSITION})
"""Signs whose notes say their day, or that need none."""


def _shown(cell: Cell, tr: Translator) -> ShownCell:
    dated = cell.said_on is not None and cell.sign not in _DATED
    day = tr.short_day(cell.said_on) if dated and cell.said_on is not None else ""
    return ShownCell(cell.word, cell.notes, cell.said_on, day, cell.inherited)


def shown_table(view: TableView, setting: Setting, only: DemandView | None = None) -> ShownTable:
    """Return the table of a constituency, of all demands or of one."""
    tr, language = setting.tr, setting.tr.language
    telling = Telling(tr, view.round.zone, brief=True)
    demands = [one for one in view.demands if only is None or one.id == only.id]
    titles = {one.id: clean(tr.pick(one.title)) for one in demands}
    signs: set[Sign] = set()
    rows = []
    for row in view.rows:
        cells = []
        for cell in row.cells:
            if cell.demand.id not in titles:
                continue
            shown, its = shown_cells(cell, row, telling)
            signs |= its
            address = setting.same_day(addresses.stance(language, row.head.id, cell.demand.key))
            cells.append((titles[cell.demand.id], shown, address))
        rows.append(_shown_row(row.head, cells, setting))
    caption = tr._("What the lists say: {place}").format(place=clean(view.constituency))
    columns = [(titles[one.id], setting.same_day(addresses.demand(language, one.key))) for one in demands]
    return ShownTable(caption, columns, rows, frozenset(signs))


def _shown_row(head: ListHead, cells: list[tuple[str, ShownCells, str]], setting: Setting) -> ShownRow:
    address = setting.same_day(addresses.candidate_list(setting.tr.language, head.id))
    leader = named(head.head) if head.head else None
    return ShownRow(address, list_named(head), leader, list_note(head, setting.tr), cells)


def legend(signs: Iterable[Sign], rows: Iterable[ShownRow]) -> list[tuple[Markup, str]]:
    """Return each sign of a table with its word, in one order whatever table it is."""
    words = {sign: cell.word for row in rows for _title, shown, _address in row.cells for _part, cell, sign in shown}
    wanted = [drawing(sign) for sign in Sign if sign in set(signs)]
    return [(sign, words[sign]) for sign in wanted if sign in words]


def standing_rows(
    cell: CellView, progress: Progress | None, telling: Telling, banner: str | None = None
) -> list[tuple[str | None, Markup, Markup]]:
    """Return a standing on a demand in full: (title of the part or None, drawing, words with their proof)."""
    found = cells_of(cell, progress, telling.tr, banner, telling.zone)
    words = told_standings(cell, progress, telling, banner)
    return [
        (part, drawing(one.sign), told(inlines, telling.tr.language))
        for (part, one), (_part, inlines) in zip(found, words, strict=True)
    ]


@dataclass(frozen=True)
class ShownEntry:
    """One entry of the history as a template shows it; `gone` says that it does not count any more."""

    number: int
    title: str
    positions: list[tuple[Markup, Markup]]
    lines: list[str]
    proofs: list[tuple[str | None, str | None, str | None]]
    chained: str
    hash: str
    gone: bool


def shown_entries(
    view: HistoryView, setting: Setting, proofs: Mapping[int, tuple[ProofFacts, ...]] | None = None
) -> list[ShownEntry]:
    """Return the entries of a history, newest first. Without `proofs` each shows its lead proof alone."""
    telling = Telling(setting.tr, setting.zone)
    removals = {entry.target: entry for entry in view.entries if entry.kind is AnswerKind.REMOVAL}
    shown = []
    for entry in view.entries:
        lead = (entry.proof,) if entry.proof is not None else ()
        its = lead if proofs is None else proofs.get(entry.answer, ())
        shown.append(_shown_entry(entry, () if entry.removed else its, removals.get(entry.answer), telling, setting))
    return shown


def _shown_entry(
    entry: HistoryEntry,
    proofs: Sequence[ProofFacts],
    removal: HistoryEntry | None,
    telling: Telling,
    setting: Setting,
) -> ShownEntry:
    tr = telling.tr
    title = tr._("Entry {number}, confirmed on {date}: {kind}").format(
        number=entry.answer, date=telling.day(entry.confirmed_at), kind=labels.answer_kind(entry.kind, tr)
    )
    return ShownEntry(
        number=entry.answer,
        title=title,
        positions=[_position(one, setting) for one in entry.stances],
        lines=_lines(entry, removal, telling),
        proofs=[_proof(one, tr) for one in proofs],
        chained=tr._("Link {number} of the ledger, hash:").format(number=entry.seq),
        hash=entry.hash,
        gone=entry.undone or entry.removed,
    )


def _lines(entry: HistoryEntry, removal: HistoryEntry | None, telling: Telling) -> list[str]:
    tr = telling.tr
    lines = []
    if entry.undone:
        lines.append(tr._("This entry was undone before it was announced: it does not count."))
    if entry.target is not None:
        lines.append(_about(entry.kind, entry.target, tr))
    if entry.removed:
        lines.append(_begun(blanked(removal, telling)))
    elif entry.kind not in _OF_OUR_OWN_DOING:
        lines.append(_begun(said(entry.said_on, entry.speaker, entry.role, entry.source, tr)))
    if entry.reason and not entry.removed:
        lines.append(_begun(tr._("reason: {reason}").format(reason=clean(entry.reason))))
    return lines


def _about(kind: AnswerKind, target: int, tr: Translator) -> str:
    """Return what an entry does to another one."""
    templates = {
        AnswerKind.CORRECTION: tr._("corrects entry {number}"),
        AnswerKind.UNDO: tr._("undoes entry {number}"),
        AnswerKind.REMOVAL: tr._("removes the content of entry {number}"),
    }
    return _begun(templates.get(kind, tr._("concerns entry {number}")).format(number=target))


def _begun(line: str) -> str:
    """Return a line as a sentence."""
    return f"{line[:1].upper()}{line[1:]}{'' if line.endswith(('.', '!', '?')) else '.'}"


def _position(one: HistoryStance, setting: Setting) -> tuple[Markup, Markup]:
    tr = setting.tr
    sign = Sign.TAKEN_BACK if one.position is None else Sign(one.position.value)
    word = tr._("word taken back") if one.position is None else labels.position(one.position, tr)
    words = sentence(
        "{title} — {word} ({state})",
        title=demand_title(one.title, one.part_title, tr),
        word=Strong(word),
        state=_became(one.state, setting),
    )
    return drawing(sign), told(words, tr.language)


def _became(state: StanceState, setting: Setting) -> str:
    """Return what became of a stance by the moment that is shown: of a day that is past nothing is said of today."""
    if state is StanceState.CURRENT and setting.day is not None and not setting.unfinished:
        return setting.tr.p("stance state", "counted then")
    return labels.stance_state(state, setting.tr)


def _proof(one: ProofFacts, tr: Translator) -> tuple[str | None, str | None, str | None]:
    """Return the quoted words, the address, and what is said of a kept file."""
    kept = tr._("A file that the collective keeps and does not publish, SHA-256: {digest}")
    return (
        clean_words(one.quote) if one.quote else None,
        clean(one.url) if one.url and one.url.startswith(_WEB) else None,
        kept.format(digest=one.file_sha256) if one.file_sha256 else None,
    )


def frame_code(setting: Setting, title: str) -> str | None:
    """Return the HTML by which another site shows a page in a frame; None where nobody knows the board's address."""
    source = setting.absolute(addresses.embedded(setting.page))
    if source is None or not setting.live or setting.day is not None or setting.framed:
        return None
    shown = Markup('<iframe src="{}" title="{}" width="100%" height="600" loading="lazy"></iframe>')
    return str(shown.format(source, clean(title)))
