"""Who says what: the table, a list's card, a banner's, one demand, two lists side by side, the history."""

from datetime import UTC, tzinfo

from pledgebot.domain.progress import Progress, Stage
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Heading,
    Inlines,
    Message,
    Paragraph,
    clean,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import Telling, cell_items, silence_of, told_standings
from pledgebot.messages.subjects import lineage, list_name, list_note, list_title, nuance, round_name
from pledgebot.services.views import BannerView, CellView, DemandRows, DemandView, ListView, RoundView, TableView


def table(view: TableView, tr: Translator) -> Message:
    """Return what every list of one place says on every demand, briefly; the words are on each list's card."""
    telling = Telling(tr, view.round.zone, brief=True)
    blocks: list[Block] = [
        heading(tr._("What the lists say: {place}").format(place=clean(view.constituency))),
        paragraph(_round(view.round, tr)),
    ]
    for row in view.rows:
        blocks.append(heading(list_title(row.head, tr)))
        blocks.append(_cells(row.cells, row.progress, telling, row.head.banner))
    if not view.rows:
        blocks.append(paragraph(tr._("No list is known here yet.")))
    elif view.demands:
        blocks.append(paragraph(tr._("The words of one list, with their proof: /list NAME")))
    return Message(tuple(blocks), tr.language)


def _round(view: RoundView, tr: Translator) -> str:
    return tr._("{election}, {round}, {day}").format(
        election=tr.pick(view.election), round=round_name(view.number, tr), day=tr.day(view.day)
    )


def _cells(
    cells: tuple[CellView, ...], progress: Progress | None, telling: Telling, banner: str | None = None
) -> Bullets:
    return Bullets(tuple(item for cell in cells for item in cell_items(cell, progress, telling, banner)))


def list_card(view: ListView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return everything known of one list; `zone` is where the days of contacts begin."""
    head = view.head
    telling = Telling(tr, zone)
    blocks: list[Block] = [heading(list_name(head)), paragraph(_list_facts(view, tr)), *_nuance(view, tr)]
    blocks.append(_cells(view.cells, view.progress, telling, head.banner))
    blocks.append(paragraph(tr._("Conversation with this list: {stage}.").format(stage=_stage(view.progress, telling))))
    return Message(tuple(blocks), tr.language)


def _list_facts(view: ListView, tr: Translator) -> str:
    head = view.head
    where = tr._("{place}, {round}.").format(place=clean(head.constituency), round=round_name(head.round_number, tr))
    note = list_note(head, tr)
    facts = [where, f"{note[:1].upper()}{note[1:]}." if note else ""]
    if head.head:
        facts.append(tr._("Head of list: {name}.").format(name=clean(head.head)))
    if head.banner:
        facts.append(tr._("Banner: {name}.").format(name=clean(head.banner)))
    facts.append(lineage(head, tr))
    names = [clean(name) for name in (head.short_name, *view.aliases) if name]
    if names:
        facts.append(tr._("Also called: {names}.").format(names=tr.join(names)))
    return " ".join(filter(None, facts))


def _nuance(view: ListView, tr: Translator) -> list[Block]:
    told = nuance(view.head, tr)
    return [Paragraph(told)] if told else []


def _stage(progress: Progress, telling: Telling) -> str:
    if progress.stage is Stage.ANSWERED:
        return labels.stage(progress.stage, telling.tr)
    return silence_of(progress, telling) if _silent(progress) else labels.stage(progress.stage, telling.tr)


def _silent(progress: Progress) -> bool:
    """Tell whether the words for silence can be said: they need a date, but for a list that was never asked."""
    return progress.since is not None or progress.stage is Stage.NOT_CONTACTED


def banner_card(view: BannerView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return a banner's own positions, its lists, and those of them that say otherwise."""
    telling = Telling(tr, zone)
    blocks: list[Block] = [
        heading(clean(view.name)),
        paragraph(tr._("Banner of several lists, {round}.").format(round=round_name(view.round_number, tr))),
        _cells(view.cells, None, telling),
        *_members(view, tr),
    ]
    if view.exceptions:
        blocks.append(heading(tr._("Lists whose position differs from their banner's")))
    for row in view.exceptions:
        where = sentence("{name}, {place}", name=list_title(row.head, tr), place=clean(row.head.constituency))
        blocks.append(Heading(where))
        blocks.append(_cells(row.cells, row.progress, Telling(tr, zone, brief=True), view.name))
    return Message(tuple(blocks), tr.language)


def _members(view: BannerView, tr: Translator) -> list[Block]:
    count = len(view.lists)
    title = tr.n("{count} list under this banner", "{count} lists under this banner", count).format(count=count)
    items = tuple(
        sentence("{name}, {place}", name=list_title(head, tr), place=clean(head.constituency)) for head in view.lists
    )
    return [heading(title), Bullets(items)] if items else [heading(title)]


def demand_rows(view: DemandRows, tr: Translator) -> Message:
    """Return what every list of one place says on one demand, with its words."""
    telling = Telling(tr, view.round.zone)
    items = [
        item
        for head, cell, progress in view.rows
        for item in _named_items(list_title(head, tr), cell, progress, telling, head.banner)
    ]
    blocks: list[Block] = [
        heading(tr.pick(view.demand.title)),
        paragraph(f"{clean(view.constituency)}. {_round(view.round, tr)}."),
        Bullets(tuple(items)) if items else paragraph(tr._("No list is known here yet.")),
    ]
    return Message(tuple(blocks), tr.language)


def _named_items(
    name: str, cell: CellView, progress: Progress | None, telling: Telling, banner: str | None
) -> list[Inlines]:
    return [
        sentence("{name} — {standing}", name=f"{name} – {part}" if part else name, standing=standing)
        for part, standing in told_standings(cell, progress, telling, banner)
    ]


def compare(a: ListView, b: ListView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return two lists side by side, demand by demand."""
    telling = Telling(tr, zone)
    blocks: list[Block] = [
        heading(tr._("{a} and {b}, side by side").format(a=list_name(a.head), b=list_name(b.head))),
        Bullets(tuple(sentence("{name}, {place}, {round}", name=list_title(view.head, tr),
                               place=clean(view.head.constituency), round=round_name(view.head.round_number, tr))
                      for view in (a, b))),
    ]  # fmt: skip
    for demand in _demands_of(a, b):
        blocks.append(heading(tr.pick(demand.title)))
        blocks.append(Bullets(tuple(_compared(demand, a, telling) + _compared(demand, b, telling))))
    return Message(tuple(blocks), tr.language)


def _demands_of(*views: ListView) -> list[DemandView]:
    return list({cell.demand.key: cell.demand for view in views for cell in view.cells}.values())


def _compared(demand: DemandView, view: ListView, telling: Telling) -> list[Inlines]:
    cell = next((cell for cell in view.cells if cell.demand.key == demand.key), None)
    name = list_name(view.head)
    if cell is None:
        return [sentence("{name} — {told}", name=name, told=silence_of(None, telling))]
    return _named_items(name, cell, view.progress, telling, view.head.banner)
