"""The pages on places, lists, their positions, banners and demands.

All of these are functions of what was read and of a `Setting` alone: the server and the export write the same.
"""

from dataclasses import dataclass

from markupsafe import Markup

from pledgebot.domain.answer import Position
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import Titles
from pledgebot.domain.progress import Stage
from pledgebot.messages import labels
from pledgebot.messages.cells import Sign
from pledgebot.messages.document import Text, clean
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import Telling, silence_of
from pledgebot.messages.subjects import list_name, list_note, nuance, round_name
from pledgebot.services.board_views import BannerPage, DemandPage, ListPage, PlacePage, StancePage, Wording
from pledgebot.services.views import CellView, ListHead, ListView
from pledgebot.web import addresses
from pledgebot.web.pages import banner_line, index_links
from pledgebot.web.pages_parts import (
    frame_code,
    legend,
    list_named,
    round_line,
    shown_entries,
    shown_table,
    standing_rows,
)
from pledgebot.web.rendering import named, page, paragraphs, told
from pledgebot.web.setting import Setting
from pledgebot.web.signs import drawing
from pledgebot.web.words import words


@dataclass(frozen=True)
class ShownList:
    """A list in an enumeration."""

    address: str
    name: Markup
    place: Markup
    round: str
    note: str


@dataclass(frozen=True)
class ShownPosition:
    """A position on one demand, with the address of the page that says more; `more` tells whether there is more."""

    title: str
    address: str
    rows: list[tuple[str | None, Markup, Markup]]
    more: bool = False


def render_place(view: PlacePage, setting: Setting) -> str:
    """Return the table lists × demands of a constituency."""
    tr, table = setting.tr, shown_table(view.table, setting)
    title = clean(view.table.constituency)
    return page(
        "place.html",
        setting,
        title=title,
        description=table.caption,
        picture=addresses.card(setting.page),
        view=view.table,
        round=round_line(view.table.round, tr),
        caption=table.caption,
        columns=table.columns,
        rows=table.rows,
        legend=legend(table.signs, table.rows),
        parent=view.parent,
        parts=view.parts,
        others=[_shown_list(head, setting) for head in view.others],
        frame=frame_code(setting, title),
    )


def _shown_list(head: ListHead, setting: Setting) -> ShownList:
    return ShownList(
        setting.same_day(addresses.candidate_list(setting.tr.language, head.id)),
        list_named(head),
        named(head.constituency),
        round_name(head.round_number, setting.tr),
        list_note(head, setting.tr),
    )


def render_list(view: ListPage, setting: Setting) -> str:
    """Return the page of a list: what it is, its position on each demand, how far the conversation is."""
    tr, head = setting.tr, view.view.head
    telling = Telling(tr, setting.zone)
    title = list_name(head)
    return page(
        "list.html",
        setting,
        title=title,
        description=tr._("What the list {name} says on each demand").format(name=title),
        picture=addresses.card(setting.page),
        feeds=((words(tr.language)["follow_list"], addresses.feed(tr.language, of=f"list/{head.id}")),)
        if setting.fed
        else (),
        head=head,
        heading=list_named(head),
        lead=_lead(head, tr),
        facts=_facts(view.view, setting),
        cells=[_position(cell, view.view, telling, setting) for cell in view.view.cells],
        conversation=tr._("Conversation with this list: {stage}.").format(stage=_stage(view.view, telling)),
        entries=shown_entries(view.history, setting),
        frame=frame_code(setting, title),
    )


def _lead(head: ListHead, tr: Translator) -> str:
    where = tr._("{place}, {round}.").format(place=clean(head.constituency), round=round_name(head.round_number, tr))
    note = list_note(head, tr)
    return f"{where} {note[:1].upper()}{note[1:]}." if note else where


def _facts(view: ListView, setting: Setting) -> list[Markup]:
    """Return what a list is, one fact a line; lists and banners that are named are linked."""
    tr, head = setting.tr, view.head
    facts: list[Markup] = []
    if head.head:
        facts.append(_filled(tr._("Head of list: {name}."), name=named(head.head)))
    if head.banner:
        address = addresses.banner(tr.language, head.banner_id or 0)
        facts.append(_filled(tr._("Banner: {name}."), name=_linked(setting.same_day(address), named(head.banner))))
    facts += _descent(head, setting)
    names = [named(name) for name in (head.short_name, *view.aliases) if name]
    if names:
        facts.append(_filled(tr._("Also called: {names}."), names=Markup(", ").join(names)))
    attributed = nuance(head, tr)
    if attributed:
        facts.append(told((*attributed, Text(".")), tr.language))
    return facts


def _descent(head: ListHead, setting: Setting) -> list[Markup]:
    tr = setting.tr
    facts = []
    for kind, template in (
        (LineageKind.CONTINUES, tr._("Continues: {names}.")),
        (LineageKind.MERGED, tr._("Merged from: {names}.")),
    ):
        names = [_to_list(parent.id, parent.name, setting) for parent in head.parents if parent.kind is kind]
        if names:
            facts.append(_filled(template, names=Markup(", ").join(names)))
    later = [_to_list(number, name, setting) for number, name in zip(head.successor_ids, head.successors, strict=False)]
    if later:
        facts.append(_filled(tr._("Goes on in: {names}."), names=Markup(", ").join(later)))
    return facts


def _to_list(number: int | None, name: str, setting: Setting) -> Markup:
    if number is None:
        return named(name)
    return _linked(setting.same_day(addresses.candidate_list(setting.tr.language, number)), named(name))


def _linked(address: str, label: Markup) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, label)


def _filled(template: str, **parts: Markup) -> Markup:
    """Return a sentence of ours whose places are filled with marked up names."""
    return Markup(template).format(**parts)  # noqa: S704 - a sentence of the catalogue; `format` escapes the rest


def _position(cell: CellView, row: ListView, telling: Telling, setting: Setting) -> ShownPosition:
    return ShownPosition(
        clean(telling.tr.pick(cell.demand.title)),
        setting.same_day(addresses.stance(telling.tr.language, row.head.id, cell.demand.key)),
        standing_rows(cell, row.progress, telling, row.head.banner),
        more=cell.standing.known or bool(cell.parts),
    )


def _stage(view: ListView, telling: Telling) -> str:
    progress = view.progress
    dated = progress.since is not None or progress.stage is Stage.NOT_CONTACTED
    if progress.stage is Stage.ANSWERED or not dated:
        return labels.stage(progress.stage, telling.tr)
    return silence_of(progress, telling)


def render_stance(view: StancePage, setting: Setting) -> str:
    """Return the page of a list's position on one demand: what counts, with its proof, and the whole history."""
    tr, head = setting.tr, view.view.head
    demand_title = clean(tr.pick(view.demand.title))
    cell = next(cell for cell in view.view.cells if cell.demand.id == view.demand.id)
    title = f"{list_name(head)} – {demand_title}"
    return page(
        "stance.html",
        setting,
        title=title,
        picture=addresses.card(addresses.candidate_list(tr.language, head.id)),
        head=head,
        demand=view.demand,
        demand_title=demand_title,
        list_name=list_named(head),
        rows=standing_rows(cell, view.view.progress, Telling(tr, setting.zone), head.banner),
        histories=[
            (_of_whom(one.subject, head, tr), shown_entries(one, setting, view.proofs)) for one in view.histories
        ],
    )


def _of_whom(subject: str, head: ListHead, tr: Translator) -> Markup | None:
    """Return whose history follows, where it is not the list's own."""
    return None if subject == head.name else _filled(tr._("Of {name}:"), name=named(subject))


def render_banner(view: BannerPage, setting: Setting) -> str:
    """Return the page of a banner: its own positions, its lists, those that say otherwise, and its history."""
    tr, banner = setting.tr, view.view
    telling = Telling(tr, setting.zone)
    title = clean(banner.name)
    return page(
        "banner.html",
        setting,
        title=title,
        description=tr._("What the banner {name} says on each demand").format(name=title),
        picture=addresses.card(setting.page),
        view=banner,
        lead=tr._("Banner of several lists, {round}.").format(round=round_name(banner.round_number, tr)),
        cells=[
            ShownPosition(
                clean(tr.pick(cell.demand.title)),
                setting.same_day(addresses.demand(tr.language, cell.demand.key)),
                standing_rows(cell, None, telling),
            )
            for cell in banner.cells
        ],
        exceptions=[_shown_list(one.head, setting) for one in banner.exceptions],
        members=[_shown_list(head, setting) for head in banner.lists],
        entries=shown_entries(view.history, setting, view.proofs),
        frame=frame_code(setting, title),
    )


def render_demand(view: DemandPage, setting: Setting) -> str:
    """Return the page of a demand: its text, how answers are judged, who says what, its former wordings."""
    tr, demand = setting.tr, view.demand
    title = clean(tr.pick(demand.title))
    shown = [shown_table(table, setting, demand) for table in view.tables if table.rows]
    worded = paragraphs(tr.pick(demand.text), tr.language)
    return page(
        "demand.html",
        setting,
        title=title,
        description=worded[0] if worded else title,
        feeds=((words(tr.language)["follow_demand"], addresses.feed(tr.language, of=f"demand/{demand.key}")),),
        heading=tr._("Demand {number}: {title}").format(number=demand.number, title=title),
        text=worded,
        parts=[clean(tr.pick(part)) for _key, part in demand.parts],
        tests=_tests(demand.tests, tr),
        tables=shown,
        places=[(label, address) for label, address, _note in index_links(view.places, setting)],
        banners=[banner_line(one, tr) for one in view.banners],
        wordings=[_wording(one, setting) for one in view.wordings] if len(view.wordings) > 1 else [],
    )


def _tests(tests: dict[Position, Titles], tr: Translator) -> list[tuple[Markup, str, str]]:
    return [
        (
            drawing(Sign(member.value)),
            labels.position(member, tr),
            " ".join(paragraphs(tr.pick(tests[member]), tr.language)),
        )
        for member in Position
        if member in tests
    ]


@dataclass(frozen=True)
class _ShownWording:
    title: str
    text: tuple[str, ...]
    tests: list[tuple[Markup, str, str]]


def _wording(one: Wording, setting: Setting) -> _ShownWording:
    tr = setting.tr
    since = tr.short_day(one.since.astimezone(setting.zone).date())
    return _ShownWording(
        tr._("Wording {number}, since {date}").format(number=one.number, date=since),
        paragraphs(tr.pick(one.demand.text), tr.language),
        _tests(one.demand.tests, tr),
    )
