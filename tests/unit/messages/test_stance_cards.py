"""What a position, and each way of not having one, is called: the sentences that a list's lawyer will read."""

from collections.abc import Callable

import pytest

from factories.documents import HOSTILE
from factories.views import (
    ASKED,
    FILE_PROOF,
    NOWHERE,
    PART,
    PROOF,
    banner_view,
    cell_view,
    demand_rows_view,
    demand_view,
    history_entry,
    history_view,
    list_head,
    list_view,
    stance_view,
    standing,
    table_view,
)
from pledgebot.domain.answer import AnswerKind, Origin, Position, SourceKind, StanceState, Standing
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.progress import Progress, Stage
from pledgebot.messages import histories, stances
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, Translator, translator
from pledgebot.messages.render import plain, telegram_html, web_html
from pledgebot.services.views import HistoryEntry, HistoryStance, ListHead, ListView, ParentView, StanceView


def read(message: Message) -> str:
    """Return a message as it is read, with ordinary spaces."""
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


def card(view: ListView, language: str = "en") -> str:
    return read(stances.list_card(view, translator(language)))


def first_item(view: ListView, language: str = "en") -> str:
    return next(line for line in card(view, language).splitlines() if line.startswith("• "))


SILENCES = {
    "not asked": list_view(stage=Stage.NOT_CONTACTED),
    "asked": list_view(stage=Stage.CONTACTED),
    "asked again": list_view(stage=Stage.REMINDED),
    "declined": list_view(stage=Stage.DECLINED),
    "being checked": list_view(stage=Stage.RECEIVED),
    "answered on something else": list_view(stage=Stage.ANSWERED),
    "refused": list_view(standing(Position.REFUSED), Stage.ANSWERED),
    "unclear": list_view(standing(Position.UNCLEAR), Stage.ANSWERED),
    "withdrawn": list_view(Standing(Origin.OWN, withdrawn=stance_view(None)), Stage.ANSWERED),
    "asked at an unknown time": list_view(progress=Progress(Stage.CONTACTED)),
}

SENTENCES = {
    "en": {
        "not asked": "not yet asked",
        "asked": "no answer yet, asked on 1 February 2026",
        "asked again": "no answer yet, last asked on 1 February 2026",
        "declined": "declined to answer on 1 February 2026",
        "being checked": "an answer came; being checked since 1 February 2026",
        "answered on something else": "answered, without a position on this demand",
        "refused": "refused — said on 14 February 2026",
        "unclear": "unclear — said on 14 February 2026",
        "withdrawn": "took its word back on 14 February 2026",
        "asked at an unknown time": "no position known",
    },
    "fr": {
        "not asked": "pas encore sollicitée",
        "asked": "pas encore de réponse, sollicitée le 1er février 2026",
        "asked again": "pas encore de réponse, relancée le 1er février 2026",
        "declined": "a fait savoir le 1er février 2026 ne pas souhaiter répondre",
        "being checked": "réponse reçue, en cours de vérification depuis le 1er février 2026",
        "answered on something else": "a répondu, sans position sur cette demande",
        "refused": "refuse — dit le 14 février 2026",
        "unclear": "réponse peu claire — dit le 14 février 2026",
        "withdrawn": "a retiré sa position le 14 février 2026",
        "asked at an unknown time": "aucune position connue",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", SILENCES)
def test_every_silence_has_its_own_sentence(case: str, language: str) -> None:
    title = {"fr": "Moins de caméras", "en": "Fewer cameras"}[language]
    item = first_item(SILENCES[case], language)
    assert item.startswith(f"• {title} — {SENTENCES[language][case]}")
    others = {sentence for other, sentence in SENTENCES[language].items() if other != case}
    assert not any(f"— {other}" in item for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_positions_are_strong(language: str) -> None:
    """Refused and not known never look alike, not even to a reader who skims."""
    strong = {
        case: "<b>" in telegram_html(stances.list_card(view, translator(language))).split("•")[1]
        for case, view in SILENCES.items()
    }
    assert {case for case, marked in strong.items() if marked} == {"refused", "unclear", "withdrawn"}


def test_a_position_is_told_with_who_when_where_and_proof() -> None:
    assert first_item(list_view(standing())) == (
        "• Fewer cameras — committed — said on 14 February 2026, by Camille Exemple (head of list), in a letter — "
        "proof: “Nous retirerons les caméras.”, see the source (https://exemple.test/lettre)"
    )


def test_a_private_file_is_said_to_be_kept() -> None:
    item = first_item(list_view(standing(counts=stance_view(proof=FILE_PROOF))))
    assert item.endswith("proof: file kept by the collective (SHA-256 begins abcd1234…)")


def test_a_removed_proof_is_said_to_be_removed() -> None:
    assert first_item(list_view(standing(counts=stance_view(proof=None)))).endswith("— proof removed")


def test_hearsay_is_always_named() -> None:
    heard = stance_view(source=SourceKind.REPORTED_SPEECH, speaker=None)
    assert "by the head of the list, reported by others" in first_item(list_view(standing(counts=heard)))
    french = first_item(list_view(standing(counts=heard)), "fr")
    assert "par la tête de liste, propos rapportés par d’autres" in french


def test_a_contradiction_shows_both() -> None:
    both = standing(beside=(stance_view(Position.REFUSED),))
    item = first_item(list_view(both))
    assert "contradictory: committed — said on" in item
    assert "/ and also: refused — said on" in item


def test_an_entry_that_is_being_corrected_says_so() -> None:
    item = first_item(list_view(standing(counts=stance_view(being_corrected=True))))
    assert "committed (being corrected) — said on" in item


def test_a_position_of_the_first_round_says_so() -> None:
    assert first_item(list_view(standing(origin=Origin.CONTINUED))).endswith("— said in the first round")


def test_a_position_of_the_banner_names_it() -> None:
    view = list_view(standing(origin=Origin.BANNER), head=list_head(banner="Bannière Exemple"))
    assert first_item(view).endswith("— position of its banner Bannière Exemple")


@pytest.mark.parametrize("origin", [Origin.INHERITED, Origin.CONTINUED])
def test_an_inherited_position_is_to_be_confirmed_and_names_every_parent(origin: Origin) -> None:
    parents = (("Liste Exemple B", standing(Position.REFUSED)), ("Liste Exemple C", NOWHERE))
    item = first_item(list_view(Standing(origin, parents=parents)))
    assert "inherited, to be confirmed: Liste Exemple B: refused — said on" in item
    assert item.endswith("; Liste Exemple C: no position known")


def test_parts_stand_after_their_demand_and_hide_no_whole() -> None:
    part_only = list_view(cells=(cell_view(parts=((PART, standing()),)),))
    assert first_item(part_only).startswith("• Fewer cameras – Mobile cameras — committed")
    both = list_view(cells=(cell_view(standing(Position.REFUSED), parts=((PART, standing()),)),))
    assert "• Fewer cameras — refused" in card(both)
    assert "• Fewer cameras – Mobile cameras — committed" in card(both)


def test_a_list_card_says_what_the_list_is() -> None:
    head = list_head(
        banner="Bannière Exemple",
        parents=(ParentView("Liste X", LineageKind.CONTINUES), ParentView("Liste Y", LineageKind.MERGED)),
    )
    text = card(list_view(head=head))
    assert text.startswith("3. Liste Exemple A\nVillexemple, first round. Head of list: Camille Exemple.")
    assert "Banner: Bannière Exemple." in text
    assert "Continues: Liste X. Merged from: Liste Y." in text
    assert "Also called: LEA and Exemple A." in text
    assert text.endswith("Conversation with this list: not yet asked.")


def test_nuance_is_the_prefectures_word_and_stands_on_the_card_only() -> None:
    view = list_view(head=list_head(nuance="LUG", nuance_source="fichier du 27 février 2026"))
    assert "nuance attributed by the prefecture: LUG (fichier du 27 février 2026)" in card(view)
    others = (
        stances.table(table_view(view), translator("en")),
        stances.demand_rows(demand_rows_view(view), translator("en")),
    )
    assert not any("LUG" in plain(message) for message in others)


@pytest.mark.parametrize(
    ("head", "note"),
    [
        (list_head(panel=None), "(provisional list, before the official filing)"),
        (list_head(status=ListStatus.WITHDRAWN), "(list withdrawn)"),
        (list_head(status=ListStatus.MERGED, merged_into="Liste B"), "(merged into Liste B)"),
        (list_head(status=ListStatus.MERGED), "(merged into another list)"),
    ],
)
def test_a_table_says_what_must_be_known_of_a_list_first(head: ListHead, note: str) -> None:
    view = list_view(head=head)
    assert f"Liste Exemple A {note}\n" in read(stances.table(table_view(view), translator("en")))


def test_a_table_is_brief_but_keeps_the_link() -> None:
    text = read(stances.table(table_view(list_view(standing())), translator("en")))
    assert text.startswith(
        "What the lists say: Villexemple\nMunicipal elections 2026, first round, Sunday, 15 March 2026"
    )
    assert "proof: see the source (https://exemple.test/lettre)" in text
    assert PROOF.quote is not None
    assert PROOF.quote not in text


def test_an_empty_table_says_so() -> None:
    assert "No list is known here yet." in plain(stances.table(table_view(), translator("en")))
    assert "No list is known here yet." in plain(stances.demand_rows(demand_rows_view(), translator("en")))


def test_a_banner_card_shows_its_lists_and_those_that_differ() -> None:
    odd = list_view(standing(Position.REFUSED), head=list_head(name="Liste Exemple C"))
    text = read(stances.banner_card(banner_view(standing(), odd), translator("en")))
    assert "Banner of several lists, first round." in text
    assert "2 lists under this banner\n• 3. Liste Exemple A, Villexemple\n• 4. Liste Exemple B, Secteur 2" in text
    assert "3. Liste Exemple C, Villexemple\n• Fewer cameras — refused" in text
    assert "no position known" in read(stances.banner_card(banner_view(), translator("en")))


def test_two_lists_stand_side_by_side_on_every_demand_that_either_knows() -> None:
    other = cell_view(standing(Position.REFUSED), demand=demand_view(key="retrait", title={"en": "Retraction"}))
    a = list_view(standing())
    b = list_view(head=list_head(name="Liste Exemple B", panel=4), cells=(other,))
    text = read(stances.compare(a, b, translator("en")))
    assert text.startswith("3. Liste Exemple A and 4. Liste Exemple B, side by side")
    assert "Fewer cameras\n• 3. Liste Exemple A — committed" in text
    assert "• 4. Liste Exemple B — no position known" in text
    assert "Retraction\n• 3. Liste Exemple A — no position known\n• 4. Liste Exemple B — refused" in text


def history(*entries: HistoryEntry, language: str = "en") -> str:
    return read(histories.history(history_view(*entries), translator(language)))


def test_history_tells_what_became_of_each_entry() -> None:
    old = history_entry(stances=(HistoryStance({"en": "Cameras"}, PART, Position.REFUSED, StanceState.SUPERSEDED),))
    assert history(old) == (
        "History: Liste Exemple A (Villexemple)\n"
        "Entry 12, confirmed on 15 February 2026: answer\n"
        "• Cameras – Mobile cameras — refused (replaced)\n"
        "• said on 14 February 2026, by Camille Exemple (head of list), in a letter — proof: "
        "“Nous retirerons les caméras.”, see the source (https://exemple.test/lettre)"
    )


def test_history_tells_corrections_with_their_reason() -> None:
    text = history(history_entry(AnswerKind.CORRECTION, target=3, reason="Mauvaise liste"))
    assert "• corrects entry 3\n" in text
    assert text.endswith("• reason: Mauvaise liste")


def test_history_says_what_was_removed_when_and_why_and_nothing_more() -> None:
    blanked = history_entry(removed=True, proof=None, speaker=None)
    removal = history_entry(AnswerKind.REMOVAL, answer=14, seq=9, target=12, reason="Ordonnance", stances=())
    text = history(removal, blanked)
    assert "content removed on legal demand on 15 February 2026: Ordonnance" in text
    assert "removes the content of entry 12" in text
    assert "said on" not in text
    assert "• content removed on legal demand" in history(blanked)


def test_history_says_what_was_undone() -> None:
    assert "this entry was undone before it was announced" in history(history_entry(undone=True))


def test_an_empty_history_says_so() -> None:
    assert "Nothing is on record yet." in history()


EVERYTHING: dict[str, Callable[[ListView, Translator], Message]] = {
    "table": lambda view, tr: stances.table(table_view(view), tr),
    "list": stances.list_card,
    "banner": lambda view, tr: stances.banner_card(banner_view(view.cells[0].standing, view), tr),
    "demand": lambda view, tr: stances.demand_rows(demand_rows_view(view), tr),
    "compare": lambda view, tr: stances.compare(view, view, tr),
}


def every_standing() -> list[Standing[StanceView]]:
    one, other = stance_view(Position.UNCLEAR), stance_view(Position.REFUSED)
    return [
        made
        for origin in Origin
        for made in (
            Standing(origin),
            Standing(origin, one),
            Standing(origin, one, (other,)),
            Standing(origin, withdrawn=stance_view(None)),
            Standing(origin, None, (other,), stance_view(None)),
            Standing(origin, parents=(("Liste B", Standing(Origin.OWN, one)),)),
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shown", EVERYTHING)
@pytest.mark.parametrize("render", [plain, telegram_html, web_html])
def test_every_standing_and_stage_is_told(shown: str, language: str, render: Callable[[Message], str]) -> None:
    tr = translator(language)
    for own in every_standing():
        for stage in Stage:
            text = render(EVERYTHING[shown](list_view(own, stage), tr))
            assert "Liste Exemple A" in text
            assert " — \n" not in text
            assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_a_history_is_told(language: str) -> None:
    for kind in AnswerKind:
        for state in StanceState:
            for position in (*Position, None):
                entry = history_entry(
                    kind, target=3, stances=(HistoryStance({"fr": "D"}, None, position, state),), reason="Motif"
                )
                assert "{" not in history(entry, language=language)


@pytest.mark.parametrize("shown", EVERYTHING)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_escaped(shown: str, name: str) -> None:
    head = list_head(name=name, head=name, constituency=name, nuance=name, short_name=name)
    view = list_view(standing(counts=stance_view(speaker=name)), head=head, aliases=(name,))
    for rendered in (telegram_html, web_html):
        text = rendered(EVERYTHING[shown](view, translator("fr")))
        assert "<script" not in text
        assert "\u202e" not in text


def test_contacts_are_dated_in_the_zone_of_the_place() -> None:
    late = ASKED.replace(day=28, hour=23, minute=30)
    view = list_view(progress=Progress(Stage.CONTACTED, late))
    assert "asked on 1 March 2026" in read(stances.table(table_view(view), translator("en")))
    assert "asked on 28 February 2026" in card(view)
