"""The pages on the whole board: the first one, the index of places, about, data, search, and the one that says there is none.

All of these are functions of what was read and of a `Setting` alone: the server and the export write the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pledgebot.domain.letter import Letter
from pledgebot.messages.document import clean, echoed
from pledgebot.messages.i18n import Translator
from pledgebot.messages.subjects import round_name
from pledgebot.services.board_views import BannerHead, HomeView
from pledgebot.services.views import PlaceView
from pledgebot.web import addresses
from pledgebot.web.rendering import named, page, paragraphs
from pledgebot.web.setting import Setting
from pledgebot.web.words import data_words, method, privacy, words

ON_A_PAGE = 500
"""How many places one page names: some fifty kilobytes."""

Links = list[tuple[Markup, str, str]]
"""(Label, address, note) of links to places, or to pages of their index."""


@dataclass(frozen=True)
class ShownBanner:
    """A banner in an enumeration."""

    id: int
    name: str
    note: str


def banner_line(one: BannerHead, tr: Translator) -> ShownBanner:
    """Return a banner as it stands in an enumeration: with its round and the number of its lists."""
    lists = tr.n("{count} list", "{count} lists", one.lists).format(count=tr.number(one.lists))
    return ShownBanner(one.id, one.name, f"{round_name(one.round_number, tr)}, {lists}")


def render_home(view: HomeView, setting: Setting) -> str:
    """Return the first page: the letter, the search, the demands, the places (an index of them when they are many)."""
    tr, letter = setting.tr, view.letter
    summary = paragraphs(tr.pick(letter.summary), tr.language) if letter is not None else ()
    title = clean(setting.title) or words(tr.language)["home"]
    signed = ""
    if letter is not None and letter.signatories:
        signed = tr._("Signed by: {names}.").format(names=tr.join(map(clean, letter.signatories)))
    web = letter is not None and letter.url is not None and letter.url.startswith(("http://", "https://"))
    return page(
        "home.html",
        setting,
        title=title,
        description=summary[0] if summary else title,
        summary=summary,
        letter_url=letter.url if web and letter is not None else None,
        signed=signed,
        demands=[
            (clean(tr.pick(one.title)), setting.link(addresses.demand(tr.language, one.key))) for one in view.demands
        ],
        places=index_links(view.places, setting),
        banners=[banner_line(one, tr) for one in view.banners],
    )


def chunks(places: Sequence[PlaceView]) -> list[Sequence[PlaceView]]:
    """Return the places of each page of the index, in order; none when the first page of the board holds them all."""
    if len(places) <= ON_A_PAGE:
        return []
    return [places[start : start + ON_A_PAGE] for start in range(0, len(places), ON_A_PAGE)]


def index_links(places: Sequence[PlaceView], setting: Setting) -> Links:
    """Return links to all places, or to the pages of their index when they are many."""
    many = chunks(places)
    if not many:
        return _place_links(places, setting)
    tr = setting.tr
    return [
        (
            Markup("{} – {}").format(named(chunk[0].label), named(chunk[-1].label)),
            setting.link(addresses.places(tr.language, number)),
            "",
        )
        for number, chunk in enumerate(many, 1)
    ]


def _place_links(places: Sequence[PlaceView], setting: Setting) -> Links:
    tr = setting.tr
    return [
        (
            named(place.label),
            setting.same_day(addresses.place(tr.language, place.code)),
            tr.n("{count} list", "{count} lists", place.lists).format(count=tr.number(place.lists)),
        )
        for place in places
    ]


def render_places(places: Sequence[PlaceView], number: int, setting: Setting) -> str:
    """Return one page of the index of places, of those that `chunks` makes: its number counts from 1, `places` are its own."""
    first, last = clean(places[0].label), clean(places[-1].label)
    heading = setting.tr._("Constituencies from {first} to {last}").format(first=first, last=last)
    return page(
        "places.html", setting, title=heading, heading=heading, number=number, places=_place_links(places, setting)
    )


def render_about(letter: Letter | None, setting: Setting, *, silent: bool = True) -> str:
    """Return the page on the method, the publisher, the right of reply and privacy; `silent`: the law knows a silence."""
    tr, masthead = setting.tr, setting.masthead
    title = words(tr.language)["about"]
    legal = [
        tr._("Publisher: {name}.").format(name=clean(masthead.publisher)),
        tr._("Contact: {contact}").format(contact=clean(masthead.contact)),
        tr._("Host: {name}.").format(name=clean(masthead.host)),
        tr._("This notice is that of article 1-1 of the French law n° 2004-575 of 21 June 2004 (LCEN)."),
    ]
    reply = [
        tr._(
            "Whoever is named or designated here may have an answer published, free of charge, within three months of the "
            "publication: it is placed with what it answers, and stays as long. Write to: {contact}"
        ).format(contact=clean(masthead.contact)),
        tr._(
            "Whoever finds a mistake may write to the same address: what is wrong is corrected in sight, with the reason."
        ),
    ]
    bots = [_bot(name, where, tr) for name, where in masthead.bots.items()]
    notices: list[tuple[str, str, Sequence[str]]] = [
        (tr._("Legal notice"), "legal", legal),
        (tr._("Right of reply and corrections"), "reply", reply),
        (tr.p("board", "Privacy"), "privacy", list(privacy(tr.language))),
    ]
    if bots:
        notices.append((tr._("The bot that answers and announces"), "bots", bots))
    if letter is not None and letter.source:
        source = tr._("The text of the letter is from: {source}.").format(source=clean(letter.source).rstrip("."))
        notices.append((tr.p("board", "The letter"), "letter", [source]))
    return page("about.html", setting, title=title, sections=method(tr.language, silent=silent), notices=notices)


def _bot(network: str, where: str, tr: Translator) -> Markup:
    link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(where)
    return Markup(tr._("{name}: {standing}")).format(name=clean(network), standing=link)  # noqa: S704 - ours


def render_data(setting: Setting) -> str:
    """Return the page on the open data."""
    tr = setting.tr
    d = data_words(tr.language)
    last = ""
    if setting.last is not None:
        day = tr.short_day(setting.last.confirmed_at.astimezone(setting.zone).date())
        last = tr._("The last entry is link {number}, confirmed on {date}. Its hash:").format(
            number=setting.last.seq, date=day
        )
    return page(
        "data.html",
        setting,
        title=words(tr.language)["data"],
        description=d["intro"],
        d=d,
        last=last,
        files=[
            (addresses.STANCES_CSV, d["csv"]),
            (addresses.STANCES_JSON, d["json"]),
            (addresses.STANCES_SCHEMA, d["schema"]),
            (addresses.LEDGER, d["ledger"]),
            (addresses.feed(tr.language), d["feed"]),
            (addresses.CALENDAR, d["calendar"]),
        ],
    )


def render_search(asked: str, hits: Sequence[tuple[str, str]], setting: Setting, *, more: bool = False) -> str:
    """Return what was found for a question: (label, address) each; `more` says that there is more than that."""
    tr = setting.tr
    note = ""
    if asked and not hits:
        note = tr._("Nothing is called “{asked}” here. Try another spelling, or fewer words.").format(
            asked=echoed(asked)
        )
    elif more:
        note = tr._("There is more: add a word, such as the town.")
    return page(
        "search.html",
        setting,
        title=words(tr.language)["search"],
        indexed=False,
        asked=clean(asked),
        hits=hits,
        note=note,
    )


def render_missing(setting: Setting, note: str = "") -> str:
    """Return the page for an address where nothing stands; `note` says why, where that is known."""
    w = words(setting.tr.language)
    return page("missing.html", setting, title=w["not_found"], indexed=False, note=note or w["not_found_note"])
