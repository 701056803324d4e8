"""Cards of what stands now: the table of a place, a banner and its exceptions, one list. From the views that questions return."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from pledgebot.domain.answer import Standing
from pledgebot.messages.card import Card, Entry, Row
from pledgebot.messages.cells import cells_of
from pledgebot.messages.document import clean
from pledgebot.messages.i18n import Translator
from pledgebot.messages.subjects import banner_name, list_name, list_note, round_name
from pledgebot.messages.typography import typeset
from pledgebot.services.views import BannerView, CellView, DemandView, ListView, RoundView, StanceView, TableView


@dataclass(frozen=True)
class Imprint:
    """Where a card comes from: who publishes it, the letter's title in each language, the board; whether all is invented."""

    publisher: str = ""
    letter: Mapping[str, str] = field(default_factory=dict)
    board_url: str | None = None
    fictional: bool = False


def table_card(view: TableView, tr: Translator, imprint: Imprint) -> Card:
    """Return the card of a place: its lists down, in panel order (before there is one, alphabetical), the demands across."""
    subtitle = _round(view.round, tr)
    if not view.rows:
        subtitle = f"{subtitle}. {tr._('No list is known here yet.')}"
    return _card(
        tr,
        imprint,
        title=tr._("What the lists say: {place}").format(place=clean(view.constituency)),
        subtitle=subtitle,
        head=tr.p("card", "List"),
        demands=view.demands,
        rows=[_list_row(row, view.demands, tr, view.round.zone, list_note(row.head, tr)) for row in view.rows],
        cells=[cell for row in view.rows for cell in row.cells],
    )


def banner_card(view: BannerView, tr: Translator, imprint: Imprint, zone: tzinfo = UTC) -> Card:
    """Return the card of a banner: its own positions first, then those of its lists that stand elsewhere."""
    demands = tuple(cell.demand for cell in view.cells)
    exceptions = [
        _list_row(
            one, demands, tr, zone, ", ".join(filter(None, (clean(one.head.constituency), list_note(one.head, tr))))
        )
        for one in view.exceptions
    ]
    subtitle = tr._("Banner of several lists, {round}.").format(round=round_name(view.round_number, tr))
    if exceptions:
        subtitle = f"{subtitle} {tr._('Below it: its lists whose position differs.')}"
    return _card(
        tr,
        imprint,
        title=banner_name(view.name, tr),
        subtitle=subtitle,
        head=tr.p("card", "Banner, lists") if exceptions else tr.p("card", "Banner"),
        demands=demands,
        rows=[_banner_row(view, demands, tr, zone), *exceptions],
        cells=[*view.cells, *(cell for one in view.exceptions for cell in one.cells)],
    )


def city_card(place: str, views: Iterable[BannerView], tr: Translator, imprint: Imprint, zone: tzinfo = UTC) -> Card:
    """Return the card of a city whose parts vote apart: the banners' own positions; each part has a card of its own."""
    banners = tuple(views)
    demands = tuple({cell.demand.id: cell.demand for view in banners for cell in view.cells}.values())
    return _card(
        tr,
        imprint,
        title=tr._("What the banners say: {place}").format(place=clean(place)),
        subtitle=tr._("Banners of several lists. A list may say otherwise: see the card of its constituency."),
        head=tr.p("card", "Banner"),
        demands=demands,
        rows=[_banner_row(view, demands, tr, zone) for view in banners],
        cells=[cell for view in banners for cell in view.cells],
    )


def list_card(view: ListView, tr: Translator, imprint: Imprint, zone: tzinfo = UTC) -> Card:
    """Return the card of one list, its demands down."""
    head = view.head
    where = [f"{clean(head.constituency)}, {round_name(head.round_number, tr)}"]
    if head.banner:
        where.append(tr._("Banner: {name}").format(name=clean(head.banner)))
    note = list_note(head, tr)
    rows = tuple(
        Row(typeset(tr.pick(cell.demand.title), tr.language), "", (_box(cell, view, tr, zone),)) for cell in view.cells
    )
    return Card(
        title=_set(list_name(head), tr),
        subtitle=_set(". ".join([*where, *([f"{note[:1].upper()}{note[1:]}"] if note else [])]), tr),
        head=tr.p("card", "Demand"),
        columns=(tr.p("card", "Position"),) if rows else (),
        rows=rows,
        footer=_footer(view.cells, tr, imprint),
        language=tr.language,
        example=example(tr, fictional=imprint.fictional),
    )


def example(tr: Translator, *, fictional: bool) -> str:
    """Return the words that say that a card is an example; nothing for one that is none."""
    return _set(tr._("Example: fictional lists and people."), tr) if fictional else ""


def _card(
    tr: Translator,
    imprint: Imprint,
    *,
    title: str,
    subtitle: str,
    head: str,
    demands: tuple[DemandView, ...],
    rows: list[Row],
    cells: Iterable[CellView],
) -> Card:
    return Card(
        title=_set(title, tr),
        subtitle=_set(subtitle, tr),
        head=head,
        columns=tuple(_set(tr.pick(demand.title), tr) for demand in demands) if rows else (),
        rows=tuple(rows),
        footer=_footer(cells, tr, imprint),
        language=tr.language,
        example=example(tr, fictional=imprint.fictional),
    )


def _list_row(view: ListView, demands: tuple[DemandView, ...], tr: Translator, zone: tzinfo, note: str) -> Row:
    known = {cell.demand.id: cell for cell in view.cells}
    boxes = tuple(_box(known[one.id], view, tr, zone) if one.id in known else () for one in demands)
    return Row(_set(list_name(view.head), tr), _set(note, tr), boxes)


def _banner_row(view: BannerView, demands: tuple[DemandView, ...], tr: Translator, zone: tzinfo) -> Row:
    known = {cell.demand.id: cell for cell in view.cells}
    count = len(view.lists)
    note = tr.n("{count} list under this banner", "{count} lists under this banner", count).format(count=count)
    boxes = tuple(_box(known[one.id], None, tr, zone) if one.id in known else () for one in demands)
    return Row(_set(banner_name(view.name, tr), tr), _set(note, tr), boxes)


def _box(cell: CellView, view: ListView | None, tr: Translator, zone: tzinfo) -> tuple[Entry, ...]:
    progress, banner = (view.progress, view.head.banner) if view is not None else (None, None)
    return tuple(
        Entry(
            found.sign,
            _set(found.word, tr),
            tuple(_set(note, tr) for note in found.notes),
            _set(part or "", tr),
            inherited=found.inherited,
        )
        for part, found in cells_of(cell, progress, tr, banner, zone)
    )


def _round(view: RoundView, tr: Translator) -> str:
    return tr._("{election}, {round}, {day}").format(
        election=tr.pick(view.election), round=round_name(view.number, tr), day=tr.day(view.day)
    )


def _footer(cells: Iterable[CellView], tr: Translator, imprint: Imprint) -> tuple[str, ...]:
    """Return what stands below: the last words that are shown with their entry, the letter, who publishes this and where."""
    said = [view for cell in cells for standing in _standings(cell) for view in _shown(standing)]
    lines = []
    if said:
        last = max(said, key=lambda view: view.seq)
        told = tr._("Last confirmed answer: entry {number} of the ledger, words of {date}.")
        lines.append(told.format(number=last.seq, date=tr.short_day(last.said_on)))
    letter = tr.pick(imprint.letter)
    if letter:
        lines.append(tr._("Open letter: {title}").format(title=letter))
    if imprint.publisher:
        lines.append(tr._("Published by {publisher}").format(publisher=clean(imprint.publisher)))
    if imprint.board_url:
        lines.append(tr._("Every word and every proof: {address}").format(address=imprint.board_url))
    return tuple(_set(line, tr) for line in lines)


def _standings(cell: CellView) -> Iterable[Standing[StanceView]]:
    return (cell.standing, *(part for _titles, part in cell.parts))


def _shown(standing: Standing[StanceView]) -> Iterable[StanceView]:
    yield from (view for view in (standing.counts, standing.withdrawn, *standing.beside) if view is not None)
    for _name, parent in standing.parents:
        yield from _shown(parent)


def _set(words: str, tr: Translator) -> str:
    return typeset(words, tr.language)
