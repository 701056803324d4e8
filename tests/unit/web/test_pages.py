import re
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from lxml import html

from factories.views import (
    FILE_PROOF,
    NOWHERE,
    PARIS,
    PROOF,
    banner_view,
    cell_view,
    demand_view,
    history_entry,
    history_view,
    letter,
    list_head,
    list_view,
    place_view,
    stance_view,
    standing,
    table_view,
)
from factories.web import MASTHEAD
from pledgebot.domain.answer import AnswerKind, Position
from pledgebot.domain.events import ProofFacts
from pledgebot.domain.progress import Stage
from pledgebot.messages.card_signs import INK_OF
from pledgebot.messages.cells import Sign
from pledgebot.messages.i18n import translator
from pledgebot.services.board_views import (
    BannerHead,
    BannerPage,
    DemandPage,
    HomeView,
    LastEntry,
    ListPage,
    PlacePage,
    StancePage,
    Wording,
)
from pledgebot.web.board_pages import style
from pledgebot.web.pages import (
    ON_A_PAGE,
    chunks,
    render_about,
    render_data,
    render_home,
    render_missing,
    render_places,
    render_search,
)
from pledgebot.web.pages_lists import render_banner, render_demand, render_list, render_place, render_stance
from pledgebot.web.setting import Setting

LAST = LastEntry(7, "abcdef0123456789" * 4, datetime(2026, 2, 14, 23, 30, tzinfo=UTC))
HOSTILE = (
    '<script>alert("x")</script>',
    "\u202eerutcerid\u202c",
    "N" * 300,
    "🦄 & <b>Élan</b> 'x' \"y\"",
    "</title></a></bdi>{{ 7*7 }}{% raw %}",
    "line\nbreak\u2028\u0000",
)


def setting(page: str, language: str = "fr", **changes: object) -> Setting:
    """Return where and for whom a page is rendered."""
    whole = Setting(translator(language), page, MASTHEAD, "Lettre d’exemple", LAST, PARIS, fictional=True)
    return replace(whole, **changes)  # type: ignore[arg-type] # the dataclass checks the names


def all_pages(name: str, language: str = "fr", **changes: object) -> dict[str, str]:
    """Return every kind of page, with a name wherever there is one."""
    demand = demand_view(title={"fr": name, "en": name}, text={"fr": name, "en": name})
    head = list_head(name=name, head=name, constituency=name, banner=name, short_name=name, nuance=name)
    proof = ProofFacts(PROOF.kind, f"https://exemple.test/?q={quote(name)}", name, None)
    own = standing(Position.REFUSED, counts=stance_view(Position.REFUSED, speaker=name, proof=proof))
    view = list_view(own, Stage.ANSWERED, head=head, aliases=(name,))
    view = replace(view, cells=(cell_view(own, demand=demand),))
    entry = history_entry(speaker=name, reason=name, proof=proof)
    history = history_view(entry, subject=name, constituency=name, demand=demand)
    proofs = {entry.answer: (proof, FILE_PROOF)}
    place = place_view(label=name)
    table = replace(table_view(view), constituency=name, demands=(demand,))
    banner = replace(banner_view(own), name=name, lists=(head,), exceptions=(view,))
    banners = (BannerHead(3, name, 1, 2),)
    wording = Wording(1, datetime(2026, 1, 1, tzinfo=UTC), letter().demands[0])

    def at(page: str) -> Setting:
        return setting(f"{language}/{page}", language, **changes)

    lists = PlacePage(table, place, (place,), (head,))
    home = HomeView(letter(), (demand,), (place,), banners)
    return {
        "home": render_home(home, at("")),
        "places": render_places((place,), 1, at("places/1/")),
        "place": render_place(lists, at("place/13055/")),
        "list": render_list(ListPage(view, history), at("list/12/")),
        "stance": render_stance(StancePage(view, demand, (history,), proofs), at("list/12/cameras/")),
        "banner": render_banner(BannerPage(banner, history, proofs), at("banner/3/")),
        "demand": render_demand(
            DemandPage(demand, (wording, wording), (table,), (place,), banners), at("demand/cameras/")
        ),
        "about": render_about(letter(), at("about/")),
        "data": render_data(at("data/")),
        "search": render_search(name, ((name, f"{language}/list/12/"),), at("search")),
        "missing": render_missing(at("")),
    }


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", [*HOSTILE, "Liste Exemple A"])
def test_every_page_is_well_formed_and_nobodys_name_becomes_markup(name: str, language: str) -> None:
    for kind, page in all_pages(name, language).items():
        assert len(page.encode()) < 200_000, kind
        tree = html.document_fromstring(page)
        assert tree.get("lang") == language
        assert len(tree.xpath("//h1")) == 1, kind
        assert tree.xpath("count(//main)") == tree.xpath("count(//title)") == 1
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), kind
        for named in tree.xpath("//@aria-labelledby | //label/@for"):
            assert named in ids, (kind, named)
        assert not tree.xpath("//script | //style | //@style | //@onclick | //b | //iframe"), kind
        assert all(str(link).startswith(("../", "./", "#", "https://")) for link in tree.xpath("//a/@href")), kind
        assert "{{" not in page.replace("{{ 7*7 }}", ""), kind
        assert not set(page) & set("\u0000\u202a\u202b\u202d\u202e\u2066"), kind


def test_the_words_of_a_quotation_stand_there_as_they_were_said() -> None:
    tree = html.document_fromstring(all_pages("“Non” & <peut-être>")["stance"])
    assert tree.xpath("string(//blockquote)").strip() == "“Non” & <peut-être>"


def test_an_address_that_is_no_web_address_leads_nowhere() -> None:
    proof = ProofFacts(PROOF.kind, "javascript:alert(1)", "mots", None)
    entry = history_entry(proof=proof)
    view = list_view(standing(counts=stance_view(proof=proof)))
    page = render_stance(
        StancePage(view, view.cells[0].demand, (history_view(entry),), {entry.answer: (proof,)}),
        setting("fr/list/12/cameras/"),
    )
    assert not [href for href in html.document_fromstring(page).xpath("//@href") if "javascript" in href]


def test_a_page_is_cited_with_its_publisher_the_ledger_and_the_day_of_the_last_entry() -> None:
    page = all_pages("Liste Exemple A")["place"]
    # By the clocks of Paris the last entry is of the day after.
    cited = html.document_fromstring(page).xpath("string(//p[@class='citation'])")
    assert cited.startswith("Collectif Exemple, «\u00a0Liste Exemple A\u00a0», Lettre d’exemple, ")
    assert "15 février 2026 (maillon 7 du registre, empreinte abcdef012345)" in cited
    assert cited.endswith("https://tableau.exemple.test/at/2026-02-15/fr/place/13055/")


def test_without_an_address_of_its_own_a_page_names_none() -> None:
    page = all_pages("Liste Exemple A", masthead=replace(MASTHEAD, root=None))["place"]
    assert "exemple.test/at" not in page
    assert "og:image" not in page
    assert "iframe" not in page


def test_exported_files_have_no_search_no_past_days_and_no_frames() -> None:
    for kind, page in all_pages("Liste Exemple A", live=False).items():
        if kind != "search":
            assert "<form" not in page, kind
        assert "/at/" not in page, kind
        assert "iframe" not in page, kind


def test_a_frame_leads_out_of_itself_and_names_the_publisher() -> None:
    pages = all_pages("Liste Exemple A", framed=True)
    for kind in ("place", "list", "banner"):
        tree = html.document_fromstring(pages[kind])
        links = tree.xpath("//a")
        assert links
        assert {(link.get("target"), link.get("rel", "").split(" ", 1)[0]) for link in links} == {
            ("_blank", "noopener")
        }
        assert not tree.xpath("//nav | //header | //form")
        assert "Collectif Exemple" in pages[kind]
        assert f"exemple.test/at/2026-02-15/fr/{kind}/" in tree.xpath("string(//p[@class='citation'])")


def test_a_page_of_a_day_says_so_leads_back_and_stays_on_its_day() -> None:
    tree = html.document_fromstring(all_pages("Liste Exemple A", day=date(2026, 2, 20))["place"])
    note = tree.xpath("//p[contains(@class, 'day')]")[0]
    assert note.text_content().startswith("État à la fin du vendredi 20 février 2026.")
    assert note.xpath("a/@href") == ["../../../../../fr/place/13055/"]
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    rows = tree.xpath("//table//a/@href")
    assert rows
    assert all(href.startswith("../../../../../at/2026-02-20/fr/") for href in rows)
    assert tree.xpath("//meta[@property='og:image']/@content") == [
        "https://tableau.exemple.test/at/2026-02-20/cards/fr/place/13055.png"
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "(compte aujourd’hui)"),
        ({"day": date(2026, 2, 20)}, "(comptait alors)"),
        ({"day": date(2026, 2, 20), "unfinished": True}, "(compte aujourd’hui)"),
    ],
)
def test_of_a_day_that_is_past_nothing_is_said_of_today(changes: dict[str, object], told: str) -> None:
    pages = all_pages("Liste Exemple A", **changes)
    for kind in ("list", "stance", "banner"):
        assert [word for word in ("(compte aujourd’hui)", "(comptait alors)") if word in pages[kind]] == [told]


def test_signs_have_the_colours_that_they_have_on_the_card() -> None:
    rules = re.findall(r"^((?:\.sign\.\w+(?:, )?)+) { color: var\(--(\w+)\)", style().decode(), re.MULTILINE)
    coloured = {one.removeprefix(".sign."): colour for signs, colour in rules for one in signs.split(", ")}
    board = {sign: coloured.get(sign.value, "plain") for sign in Sign}
    pairs = {(INK_OF[sign], colour) for sign, colour in board.items()}
    assert len(pairs) == len({ink for ink, _colour in pairs}) == len({colour for _ink, colour in pairs})


def test_a_demand_that_was_reworded_does_not_claim_that_its_tests_came_before_every_answer() -> None:
    page = all_pages("Liste Exemple A")["demand"]
    assert "avant les réponses" not in page
    assert "en vigueur quand elle a été enregistrée" in page


def test_a_page_that_does_not_exist_names_no_address_of_its_own() -> None:
    page = render_missing(setting("fr/", depth=2))
    assert "canonical" not in page
    assert "og:url" not in page


def test_the_bot_is_named_and_linked_in_the_typography_of_the_language() -> None:
    masthead = replace(MASTHEAD, bots={"Telegram": "https://t.me/exemple_bot"})
    page = render_about(letter(), setting("fr/about/", masthead=masthead))
    assert 'Telegram\u00a0: <a href="https://t.me/exemple_bot"' in page


def test_a_large_country_is_an_index_of_pages_that_stay_small() -> None:
    places = tuple(place_view(code=f"{number:05}", label=f"Commune Exemple {number:05}") for number in range(35_000))
    pages = chunks(places)
    assert sum(map(len, pages)) == 35_000
    home = render_home(HomeView(letter(), (), places, ()), setting("fr/"))
    index = render_places(pages[0], 1, setting("fr/places/1/"))
    assert max(len(home), len(index)) < 100_000
    assert f"../fr/places/{len(pages)}/" in home
    assert chunks(places[:ON_A_PAGE]) == []


def test_silences_are_told_apart_in_the_table() -> None:
    rows = [
        list_view(NOWHERE, stage) for stage in (Stage.NOT_CONTACTED, Stage.CONTACTED, Stage.ANSWERED, Stage.DECLINED)
    ]
    page = render_place(PlacePage(table_view(*rows)), setting("fr/place/13055/"))
    cells = html.document_fromstring(page).xpath("//td//*[contains(@class, 'word')]")
    assert len({cell.text_content() for cell in cells}) == len(rows)
    signs = html.document_fromstring(page).xpath("//td//*[local-name()='svg']/@class")
    assert len(set(signs)) == len(rows)


def test_content_that_was_removed_is_not_shown_and_its_removal_is() -> None:
    removed = history_entry(removed=True, reason=None, proof=None)
    removal = history_entry(
        AnswerKind.REMOVAL, answer=99, target=removed.answer, reason="Décision de justice", stances=(), proof=None
    )
    view = list_view(standing(counts=stance_view(proof=None)))
    page = render_stance(
        StancePage(view, view.cells[0].demand, (history_view(removal, removed),), {removed.answer: (PROOF,)}),
        setting("fr/list/12/cameras/"),
    )
    assert "Décision de justice" in page
    assert "Nous retirerons les caméras." not in page
