"""The card: what it holds, how it flows, what it looks like and what is said of it in words."""

import struct
import time
import unicodedata
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from factories.views import (
    NOWHERE,
    answer_facts,
    banner_view,
    cell_view,
    demand_view,
    list_head,
    list_view,
    stance_facts,
    stance_view,
    standing,
    table_view,
)
from pledgebot.channels.pictures import read_card
from pledgebot.domain.answer import Origin, Position, Standing
from pledgebot.domain.events import EventKind, Said
from pledgebot.domain.progress import Stage
from pledgebot.messages.card import Card, Entry, Row, card_of, key_of
from pledgebot.messages.card_draw import draw
from pledgebot.messages.card_facts import change_card, corrected_card, digest_card
from pledgebot.messages.card_ink import COLOURS, PAPER, Face, Ink, legible, width
from pledgebot.messages.card_layout import (
    BESIDE,
    MOST_COLUMNS,
    NAME,
    PAD,
    TALLEST,
    card_height,
    entry_height,
    grid,
    head_height,
    pages,
    wrap,
)
from pledgebot.messages.card_signs import INK_OF, sign_mask
from pledgebot.messages.card_views import Imprint, banner_card, city_card, list_card, table_card
from pledgebot.messages.card_words import LONGEST, describe, pictures_of, shortened
from pledgebot.messages.cells import Sign
from pledgebot.messages.i18n import translator

FR, EN = translator("fr"), translator("en")
IMPRINT = Imprint("Collectif Exemple", {"fr": "Lettre ouverte", "en": "Open letter"}, "https://exemple.test/")
HOSTILE = "<script>alert(1)</script> \u202eטסט 😀👩‍👩‍👧 " + "Anticonstitutionnellement" * 10


def card(rows: int = 3, columns: int = 2, name: str = "Liste Exemple") -> Card:
    """Return a card of so many rows and columns."""
    entry = Entry(Sign.COMMITTED, "s’engage", ("avant : refuse",))
    return Card(
        title="Ce que disent les listes",
        subtitle="Premier tour",
        head="Liste",
        columns=tuple(f"Demande {number}" for number in range(columns)),
        rows=tuple(Row(f"{name} {number}", "", ((entry,),) * columns) for number in range(rows)),
        footer=("Publié par un collectif",),
        language="fr",
    )


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG."""
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def luminance(colour: tuple[int, int, int]) -> float:
    """Return relative luminance, as https://www.w3.org/TR/WCAG22/#dfn-relative-luminance defines it."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_key_holds_the_whole_card_and_gives_it_back() -> None:
    whole = replace(card(), example="Exemple", page=2, pages=3)
    assert card_of(key_of(whole)) == whole
    assert card_of("/some/path.png") is None


@pytest.mark.parametrize(
    "key", ["card:", "card:{}", "card:[]", 'card:[2,"a"]', 'card:[1,2,"","",[],[],[],"fr","",1,1]']
)
def test_a_card_that_cannot_be_read_is_a_picture_that_cannot_be_read(key: str) -> None:
    with pytest.raises(LookupError):
        read_card(key)


def test_the_same_card_is_the_same_picture_1200_wide_small_and_quick() -> None:
    page = pages(card(rows=5, columns=3))[0]
    first = draw(page)
    began = time.process_time()
    assert draw(page) == first
    assert time.process_time() - began < 0.5  # 0.1 on a machine that does nothing else
    assert size_of(first)[0] == 1200
    assert len(first) < 200 * 1024


@given(st.integers(0, 40), st.integers(0, 12), st.integers(0, 300))
def test_nothing_of_a_table_is_cut_and_no_card_is_taller_than_a_telephone_can_show(
    rows: int, columns: int, letters: int
) -> None:
    whole = card(rows, columns, "mot " * (letters // 4))
    flowed = pages(whole)
    seen = [(title, row.name) for page in flowed for row in page.rows for title in page.columns]
    assert sorted(seen) == sorted((title, row.name) for row in whole.rows for title in whole.columns)
    assert [page.page for page in flowed] == list(range(1, len(flowed) + 1))
    assert {page.pages for page in flowed} == {len(flowed)}
    assert all(len(page.columns) <= MOST_COLUMNS for page in flowed)
    assert all(card_height(page) <= TALLEST or len(page.rows) == 1 for page in flowed)


@given(st.text(max_size=400), st.integers(60, 500))
def test_whatever_the_words_each_line_fits_and_what_is_cut_is_seen_to_be(text: str, room: int) -> None:
    lines = wrap(text, NAME, room)
    assert len(lines) <= NAME.most
    assert all(width(line, NAME.face, NAME.size) <= room or len(line) == 1 for line in lines)
    kept = "".join(lines).replace(" ", "")
    whole = legible(text).replace(" ", "")
    assert kept == whole or (lines[-1].endswith("…") and whole.startswith(kept.removesuffix("…")))


def test_what_the_font_lacks_is_one_box_and_what_nobody_sees_is_left_out() -> None:
    box = "\uffff"
    assert legible("Ville\u202f! « Œuvre » Ω ж") == "Ville\u202f! « Œuvre » Ω ж"
    assert legible("A 😀😀👩\u200d👧 B") == f"A {box} B"
    assert legible("e\u0301\u200b") == "é"
    assert legible("ｆull") == "full"
    assert legible("Une\nligne\u2028seule") == "Une ligne seule"


def test_hostile_names_are_drawn_harmlessly() -> None:
    view = table_view(list_view(standing(), head=list_head(name=HOSTILE, panel=None)))
    made = table_card(view, FR, IMPRINT)
    assert "\u202e" not in made.rows[0].name
    [picture] = pictures_of(made, FR)
    assert size_of(read_card(picture.key))[0] == 1200
    assert "Anticonstitutionnellement" * 10 in picture.description


def test_all_that_is_written_reads_well_on_paper() -> None:
    paper = luminance(PAPER)
    for ink in set(Ink) - {Ink.LINE, Ink.VEIL}:
        assert (paper + 0.05) / (luminance(COLOURS[ink]) + 0.05) >= 4.5
    # The titles of the columns and what is inherited stand on a veil.
    veil = luminance(COLOURS[Ink.VEIL])
    for ink in (Ink.BLACK, Ink.GREY, *INK_OF.values()):
        assert (veil + 0.05) / (luminance(COLOURS[ink]) + 0.05) >= 4.5


def test_every_sign_has_a_shape_of_its_own() -> None:
    shapes = [sign_mask(sign, 38) for sign in Sign]
    for number, one in enumerate(shapes):
        for other in shapes[:number]:
            points = zip(one.tobytes(), other.tobytes(), strict=True)
            assert sum(abs(a - b) > 128 for a, b in points) > 60


def test_the_table_says_each_position_by_a_sign_and_a_word_and_tells_the_silences_apart() -> None:
    inherited = Standing(Origin.INHERITED, parents=(("Liste Exemple Z", standing()),))
    rows = [
        list_view(standing(), Stage.ANSWERED),
        list_view(NOWHERE, Stage.CONTACTED, head=list_head(id=2, panel=4)),
        list_view(NOWHERE, Stage.NOT_CONTACTED, head=list_head(id=3, panel=5)),
        list_view(inherited, head=list_head(id=4, panel=6)),
    ]
    made = table_card(table_view(*rows), EN, IMPRINT)
    [one], [silent], [unasked], [heir] = (row.boxes[0] for row in made.rows)
    assert (one.sign, one.word, one.inherited) == (Sign.COMMITTED, "committed", False)
    assert (silent.sign, silent.word) == (Sign.NO_ANSWER, "no answer yet")
    assert (unasked.sign, unasked.word) == (Sign.NOT_ASKED, "not yet asked")
    assert (heir.sign, heir.inherited) == (Sign.COMMITTED, True)
    assert [row.name for row in made.rows][:2] == ["3. Liste Exemple A", "4. Liste Exemple A"]
    assert made.footer[0] == "Last confirmed answer: entry 7 of the ledger, words of 14 February 2026."
    assert "Published by Collectif Exemple" in made.footer
    drawn = Image.open(BytesIO(draw(made)))
    assert drawn.mode == "P"


def test_only_what_is_inherited_is_marked_as_inherited() -> None:
    own = replace(card(rows=1, columns=1), rows=(Row("A", "", ((Entry(Sign.REFUSED, "refuse", part="Partie"),),)),))
    heir = Entry(Sign.COMMITTED, "s’engage", inherited=True)
    both = replace(own, rows=(Row("A", "", ((heir, *own.rows[0].boxes[0]),)),))
    plain = replace(both, rows=(Row("A", "", ((replace(heir, inherited=False), *own.rows[0].boxes[0]),)),))
    marked, unmarked = (Image.open(BytesIO(draw(one))).convert("RGB") for one in (both, plain))
    changed = ImageChops.difference(marked, unmarked).getbbox()
    top = head_height(both, grid(1))
    assert changed is not None
    assert top < changed[1]
    # The entry below, which the list said itself, stands as it stood.
    assert changed[3] <= top + PAD + entry_height(heir, grid(1).room(1)) + PAD


def test_of_what_differs_by_list_of_origin_each_is_legible_on_the_picture() -> None:
    parents = tuple((f"Liste Exemple pour une ville où l’on vit {number}", standing()) for number in range(4))
    view = list_view(Standing(Origin.INHERITED, parents=parents))
    made = table_card(replace(table_view(view), demands=(demand_view(),)), FR, IMPRINT)
    [entry] = made.rows[0].boxes[0]
    assert not any(line.endswith("…") for note in entry.notes for line in wrap(note, BESIDE, grid(3).room(1)))


def test_whatever_goes_wrong_with_drawing_is_a_picture_that_cannot_be_read() -> None:
    heir = Entry(Sign.COMMITTED, "s’engage", inherited=True)
    narrow = replace(card(columns=500), rows=(Row("A", "", ((heir,),)),))
    with pytest.raises(ValueError, match="Width"):
        draw(narrow)
    with pytest.raises(LookupError):
        read_card(key_of(narrow))


def test_what_a_description_leaves_out_of_one_list_is_not_sought_by_the_names_of_lists() -> None:
    demands = [cell_view(demand=demand_view(id=n, title={"fr": f"Demande {n} " * 9, "en": "x"})) for n in range(20)]
    [first, *_] = pictures_of(list_card(list_view(cells=tuple(demands)), FR, IMPRINT), FR)
    told = describe(card_of(first.key) or card(), FR, 400)
    assert "le texte les dit aussi" in told
    assert "par leur nom" not in told


def test_a_card_of_something_empty_says_so() -> None:
    made = table_card(table_view(), EN, IMPRINT)
    assert "No list is known here yet." in made.subtitle
    assert size_of(draw(made))[0] == 1200


def test_a_banner_comes_before_its_lists_that_say_otherwise() -> None:
    other = list_view(standing(Position.REFUSED), head=list_head(id=2, name="Liste Exemple B", panel=4))
    made = banner_card(banner_view(standing(), other), EN, IMPRINT)
    assert [row.name for row in made.rows] == ["Bannière Exemple", "4. Liste Exemple B"]
    assert [row.boxes[0][0].sign for row in made.rows] == [Sign.COMMITTED, Sign.REFUSED]
    city = city_card("Villexemple", [banner_view(standing()), banner_view()], EN, IMPRINT)
    assert [row.boxes[0][0].word for row in city.rows] == ["committed", "no position known"]


def test_the_card_of_a_list_has_its_demands_down_with_their_parts() -> None:
    part = ({"fr": "Caméras mobiles", "en": "Mobile cameras"}, standing(Position.REFUSED))
    view = list_view(cells=(cell_view(standing(), parts=(part,)), cell_view(demand=demand_view(id=2, key="debat"))))
    made = list_card(view, EN, IMPRINT)
    assert [[(one.part, one.word) for one in row.boxes[0]] for row in made.rows] == [
        [("", "committed"), ("Mobile cameras", "refused")],
        [("", "not yet asked")],
    ]


def test_the_card_of_an_announcement_says_what_it_says_and_no_more() -> None:
    facts = answer_facts(stances=(stance_facts(was=Position.REFUSED), stance_facts(position=None)), fictional=True)
    made = change_card(Said(EventKind.ANSWER_CONFIRMED, facts), EN)
    assert made.title == "New answer: Liste Exemple A"
    assert [row.boxes[0][0].sign for row in made.rows] == [Sign.COMMITTED, Sign.TAKEN_BACK]
    assert made.rows[0].boxes[0][0].notes == ("before: refused",)
    assert made.example == "Example: fictional lists and people."
    wrong = change_card(Said(EventKind.ANSWER_CORRECTED, facts), EN)
    assert wrong.rows[0].boxes[0][0].notes == ("we had written: refused",)
    gone = change_card(Said(EventKind.CONTENT_REMOVED, facts), EN)
    assert (gone.title, gone.rows) == ("Content removed: Liste Exemple A", ())


def test_the_card_of_a_correction_does_not_repeat_the_error() -> None:
    first = answer_facts(stances=(stance_facts(position=Position.REFUSED),))
    right = answer_facts(stances=(stance_facts(position=Position.COMMITTED, was=Position.REFUSED),))
    trail = [Said(EventKind.ANSWER_CONFIRMED, first), Said(EventKind.ANSWER_CORRECTED, right)]
    made = corrected_card(trail, EN)
    [row] = made.rows
    assert (row.boxes[0][0].sign, row.boxes[0][0].notes) == (Sign.COMMITTED, ())
    assert "refused" not in describe(made, EN)


def test_the_card_of_a_digest_has_a_row_for_each_answer_in_their_order() -> None:
    news = [
        Said(EventKind.ANSWER_CORRECTED, answer_facts(seq=9, stances=(stance_facts(position=Position.REFUSED),))),
        Said(EventKind.ANSWER_CONFIRMED, answer_facts(seq=8)),
    ]
    made = digest_card(news, EN)
    assert [row.boxes[0][0].sign for row in made.rows] == [Sign.COMMITTED, Sign.REFUSED]
    assert "correction" in made.rows[1].note
    assert made.rows[0].boxes[0][0].part == "Fewer cameras"


def test_a_description_says_the_same_in_sentences() -> None:
    view = table_view(list_view(standing()), list_view(NOWHERE, Stage.CONTACTED, head=list_head(id=2, name="Liste B")))
    told = describe(table_card(view, FR, IMPRINT), FR)
    assert told.startswith("Image\u00a0: Ce que disent les listes\u00a0: Villexemple.")
    assert "Dernière réponse confirmée\u00a0: entrée 7 du registre, propos du 14 février 2026. Lettre ouverte" in told
    hashed = replace(card(), footer=(f"Registre : maillon 7, empreinte {'a' * 64}",))
    assert "Registre" not in describe(hashed, FR)
    assert "3. Liste Exemple A\u00a0: s’engage." in told
    assert "3. Liste B\u00a0: pas encore de réponse (sollicitée le 1er février 2026)." in told


@given(st.integers(0, 30), st.integers(1, 3), st.integers(0, 1500))
def test_a_description_that_is_too_long_loses_whole_sentences_and_says_how_many(
    rows: int, columns: int, most: int
) -> None:
    made = card(rows, columns)
    told, whole = describe(made, EN, most), describe(made, EN, 10**6)
    assert len(told) <= max(most, 70)
    names = [row.name for row in made.rows if f"{row.name}: " in told]
    assert names == [row.name for row in made.rows][: len(names)]
    left = len(made.rows) - len(names)
    below = " Publié par un collectif."
    assert whole.endswith(below if rows else ".")
    assert (
        told in {whole, whole.removesuffix(below)}
        or f"{left} more line" in told
        or told.startswith("Picture of the positions")
    )


def test_each_picture_describes_its_own_rows() -> None:
    pictures = pictures_of(card(rows=30), EN)
    assert len(pictures) > 1
    assert all(len(picture.description) <= LONGEST for picture in pictures)
    assert pictures[0].description.startswith(f"Picture 1 of {len(pictures)}: ")
    assert not any("Liste Exemple 29" in picture.description for picture in pictures[:-1])
    shorter = shortened(pictures[0], "en", 300)
    assert len(shorter.description) <= 300
    assert shorter.key == pictures[0].key


def test_what_is_drawn_is_what_is_described() -> None:
    view = table_view(list_view(replace(standing(), beside=(stance_view(Position.REFUSED),))))
    made = table_card(view, FR, IMPRINT)
    words = [one.word for row in made.rows for box in row.boxes for one in box]
    assert words == ["contradictoire"]
    assert all(word in describe(made, FR) for word in words)
    assert width("x", Face.REGULAR, 20) > 0
    assert unicodedata.is_normalized("NFC", made.title)
