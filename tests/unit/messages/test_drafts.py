from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.documents import HOSTILE
from factories.views import entry_view
from pledgebot.domain.answer import AnswerKind, Position, SourceKind, SpeakerRole
from pledgebot.domain.draft import Draft, HeldProof, Said, Slot, Step
from pledgebot.domain.events import SubjectFacts
from pledgebot.messages import drafts, organizers
from pledgebot.messages.announcements import EVENT_OF, preview_blocks
from pledgebot.messages.document import Button, Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.presses import LONGEST, read_token
from pledgebot.messages.render import plain, telegram_html
from pledgebot.services.draft_views import DraftView, SlotView
from pledgebot.services.lookup import Hit, HitKind

EN = translator("en")
CAMERAS, VIDEO = Slot("cameras"), Slot("retraction", "video-surveillance")
KINDS = [AnswerKind.STATEMENT, AnswerKind.CORRECTION, AnswerKind.WITHDRAWAL]
LARGEST = 2_147_483_647


def a_view(draft: Draft, **changes: object) -> DraftView:
    """Return a draft as a screen shows it, with two demands of which one is answered."""
    view = DraftView(
        draft=draft,
        revision=LARGEST,
        subject=SubjectFacts(
            "Liste Exemple A", is_banner=False, head="Ada Exemple", panel=1, constituencies=("Marseille",)
        ),
        slots=(
            SlotView(CAMERAS, {"en": "Cameras", "fr": "Caméras"}, None, Said.COMMITTED),
            SlotView(VIDEO, {"en": "Retraction", "fr": "Retrait"}, {"en": "Video", "fr": "Vidéo"}, None),
        ),
        can_split=True,
        can_go_back=True,
        can_go_on=True,
        choices=tuple(Hit(kind, LARGEST, f"Liste Exemple {kind}") for kind in HitKind),
        more=True,
        today=date(2026, 2, 8),
    )
    return replace(view, **changes)  # type: ignore[arg-type] # fields of the view


def full(step: Step, kind: AnswerKind = AnswerKind.STATEMENT) -> Draft:
    return Draft(
        kind=kind,
        step=step,
        target=LARGEST if kind is AnswerKind.CORRECTION else None,
        list_id=1,
        at=CAMERAS,
        said=((CAMERAS, Said.COMMITTED),),
        source=SourceKind.EMAIL,
        proofs=(HeldProof(quote="We will."), HeldProof(url="https://example.org/words")),
        said_on=date(2026, 2, 1),
        offered=date(2026, 1, 30),
        by="Ada Exemple",
        speaker="Zoé Exemple",
        role=SpeakerRole.CANDIDATE,
        reason="a typing error",
    )


def read(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


def buttons_of(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", list(Step))
def test_every_step_of_every_kind_has_words_and_a_way_out(step: Step, kind: AnswerKind, language: str) -> None:
    message = drafts.screen(a_view(full(step, kind)), translator(language), "A note.")
    assert read(message).startswith("A note.")
    assert "Liste Exemple A" in read(message)
    for button in buttons_of(message):
        assert any(map(str.isalnum, button.text))
        assert len(button.text) <= 64
        press = read_token(button.press)
        assert len(button.press) <= LONGEST
        assert press is not None
        assert (press.verb, press.arguments[0]) == ("w", str(LARGEST))
    assert {"cancel", "back"} <= {button.press.split("-")[2] for button in buttons_of(message)}


@pytest.mark.parametrize("step", list(Step))
def test_hostile_names_and_words_stay_words(step: Step) -> None:
    for hostile in HOSTILE:
        draft = replace(full(step), query=hostile, speaker=hostile, reason=hostile, by=hostile, role=None)
        subject = SubjectFacts(hostile, is_banner=False, head=hostile, panel=None, constituencies=(hostile,))
        message = drafts.screen(a_view(draft, subject=subject, choices=(Hit(HitKind.LIST, 1, hostile),)), EN)
        assert "<script>" not in telegram_html(message)
        assert "\u202e" not in plain(message)
        assert all(button.text and "\u202e" not in button.text for button in buttons_of(message))


@given(st.text(max_size=100))
def test_a_button_always_has_a_word(name: str) -> None:
    choices = (Hit(HitKind.LIST, 1, name), Hit(HitKind.BANNER, 2, name), Hit(HitKind.PLACE, 3, name))
    message = drafts.screen(a_view(Draft(), choices=choices), EN)
    assert all(button.text.strip() for button in buttons_of(message))


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_is_word_for_word_what_organizers_confirm(kind: AnswerKind) -> None:
    entry = entry_view(kind=kind)
    message = drafts.preview(a_view(full(Step.PREVIEW, kind)), entry, EN)
    posted = plain(Message(tuple(preview_blocks(entry.facts, EVENT_OF[kind], EN)), "en"))
    assert posted in plain(message)
    assert posted in plain(organizers.entry(entry, EN))
    assert "1 further proof is kept with it." in read(message)
    assert "Submit" in {button.text for button in buttons_of(message)}


def test_an_example_says_in_the_preview_that_it_is_one() -> None:
    entry = entry_view()
    entry = replace(entry, facts=replace(entry.facts, fictional=True))
    message = drafts.preview(a_view(full(Step.PREVIEW)), entry, EN)
    assert read(message).startswith("Example: fictional lists and people.")


def test_what_cannot_be_submitted_offers_no_submit() -> None:
    view = a_view(full(Step.PREVIEW))
    facts = {"demand": "cameras", "position": Position.REFUSED, "day": date(2026, 1, 5)}
    undecided = drafts.undecided(view, facts, EN)
    assert "Demand: Cameras. On record: refused. Date: 5 January 2026." in read(undecided)
    assert {"it replaces what was said before", "both stand side by side, as contradictory"} <= {
        button.text for button in buttons_of(undecided)
    }
    for message in (undecided, drafts.not_yet(view, "Because.", EN)):
        assert "Submit" not in {button.text for button in buttons_of(message)}
        assert "Change something" in {button.text for button in buttons_of(message)}
    assert "Because." in read(drafts.not_yet(view, "Because.", EN))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_at_an_old_button_fits_its_place(language: str) -> None:
    assert 0 < len(drafts.stale(translator(language))) <= 200


def test_a_closed_draft_says_what_became_of_it() -> None:
    assert "already recorded: entry 12." in read(drafts.closed(12, EN))
    assert "recorded" not in read(drafts.closed(None, EN))


def test_a_file_that_is_too_large_says_what_to_do_instead() -> None:
    told = read(drafts.too_large(20, EN))
    assert "larger than 20 MB" in told
    assert "the pages that matter" in told
    assert "a link followed by the words" in told


def test_an_open_draft_can_be_gone_on_with_or_dropped() -> None:
    message = drafts.open_already(a_view(full(Step.DATE)), ("withdraw", "banner", LARGEST), EN)
    presses = [read_token(button.press) for button in buttons_of(message)]
    assert [press.arguments[1:] for press in presses if press is not None] == [
        ("show",),
        ("anew", "withdraw", "banner", str(LARGEST)),
    ]


def test_a_link_without_words_is_called_so_and_can_be_joined() -> None:
    message = drafts.screen(a_view(full(Step.PROOF)), EN)
    assert "proof: quotation and link that waits for its words" in read(message)
    assert "It belongs to what was sent before" in {button.text for button in buttons_of(message)}


def test_the_kinds_of_draft_ask_differently_about_a_demand() -> None:
    asked = {kind: read(drafts.screen(a_view(full(Step.POSITIONS, kind)), EN)) for kind in KINDS}
    assert "What is said on “Cameras”?" in asked[AnswerKind.STATEMENT]
    assert "What is right on “Cameras”?" in asked[AnswerKind.CORRECTION]
    assert "Is the word on “Cameras” taken back?" in asked[AnswerKind.WITHDRAWAL]


def test_a_draft_is_thrown_away_only_after_a_word_on_what_it_holds() -> None:
    asked = drafts.throw_away(a_view(full(Step.DATE)), EN)
    assert read(asked).startswith("Throw away what was noted for Liste Exemple A?")
    assert [press.press.split("-")[2] for press in buttons_of(asked)] == ["discard", "show"]
    assert read(drafts.throw_away(a_view(Draft(), subject=None), EN)).startswith("Throw away what was noted so far?")


@pytest.mark.parametrize("step", list(Step))
def test_to_cancel_stands_alone_and_last(step: Step) -> None:
    rows = drafts.screen(a_view(full(step)), EN).buttons
    assert [[button.press.split("-")[2] for button in row] for row in rows][-2:] == [["back"], ["cancel"]]


@pytest.mark.parametrize(
    ("name", "button", "told"),
    [
        ("Bannière Exemple", "Bannière Exemple", "Bannière Exemple"),
        ("BANNER of examples", "BANNER of examples", "BANNER of examples"),
        ("Les Exemples", "Les Exemples (banner)", "Banner Les Exemples"),
    ],
)
def test_a_banner_is_called_one_once(name: str, button: str, told: str) -> None:
    choices = (Hit(HitKind.BANNER, 2, name),)
    shown = drafts.screen(a_view(Draft(), choices=choices), EN)
    assert button in {one.text for one in buttons_of(shown)}
    subject = SubjectFacts(name, is_banner=True, head=None, panel=None, constituencies=("Marseille",))
    assert f"• {told}\n" in read(drafts.screen(a_view(full(Step.DATE), subject=subject), EN))
    posted = replace(entry_view(), facts=replace(entry_view().facts, subject=subject))
    assert f"\n{told}, for its lists in: Marseille." in read(drafts.preview(a_view(full(Step.PREVIEW)), posted, EN))


def test_the_menu_says_what_the_proofs_are() -> None:
    held = (HeldProof(quote="We will."), HeldProof(file="ab" * 32))
    menu = drafts.screen(a_view(replace(full(Step.CHANGE), proofs=held)), EN)
    assert "Proof — quotation and file" in {button.text for button in buttons_of(menu)}


def test_a_banner_that_spoke_for_itself_is_not_called_a_list() -> None:
    subject = SubjectFacts("Les Exemples", is_banner=True, head=None, panel=None, constituencies=())
    entry = entry_view()
    facts = replace(entry.facts, subject=subject, speaker=None, speaker_role=SpeakerRole.LIST)
    told = read(drafts.preview(a_view(full(Step.PREVIEW)), replace(entry, facts=facts), EN))
    assert ", by the banner, " in told
    assert "by the list" not in told


def test_only_a_statement_is_counted_in_steps() -> None:
    assert "step 5 of 7" in read(drafts.screen(a_view(full(Step.DATE)), EN))
    assert "step" not in read(drafts.screen(a_view(full(Step.DATE, AnswerKind.CORRECTION)), EN))
