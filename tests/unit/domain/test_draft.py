from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain import draft as form
from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.draft import Draft, HeldProof, Original, Question, Said, Slot, Step
from pledgebot.domain.draft_corrections import put_right

LETTER = (Question("retraction", ("video", "observatory")), Question("cameras"), Question("committee"))
RETRACTION, CAMERAS, COMMITTEE = (Slot(question.demand) for question in LETTER)
VIDEO, OBSERVATORY = Slot("retraction", "video"), Slot("retraction", "observatory")
DAY = date(2026, 2, 1)
WORDS = HeldProof(url="https://example.org/words", quote="We will do it.")
BARE = HeldProof(url="https://example.org/words")
FILE = HeldProof(file="ab" * 32)


def about(draft: Draft | None = None) -> Draft:
    draft = draft or Draft()
    only = () if draft.kind is AnswerKind.STATEMENT else (CAMERAS, VIDEO)
    return form.choose_subject(draft, LETTER, list_id=1, banner_id=None, only=only)


def whole() -> Draft:
    """A draft in which nothing is missing."""
    draft = form.say_all(about(), Said.COMMITTED, LETTER)
    draft = form.choose_source(draft, SourceKind.EMAIL, LETTER)
    draft = form.add_proof(draft, WORDS, LETTER)
    draft = form.choose_day(draft, DAY, LETTER)
    return form.choose_speaker(draft, SpeakerRole.HEAD, "Ada Exemple", LETTER)


def test_each_thing_given_leads_to_the_next_step() -> None:
    draft = about()
    assert (draft.step, draft.at) == (Step.POSITIONS, RETRACTION)
    for following in (CAMERAS, COMMITTEE):
        draft = form.say(draft, Said.COMMITTED, LETTER)
        assert (draft.step, draft.at) == (Step.POSITIONS, following)
    draft = form.say(draft, Said.REFUSED, LETTER)
    assert (draft.step, draft.at) == (Step.SOURCE, None)
    draft = form.choose_source(draft, SourceKind.LETTER, LETTER)
    assert draft.step is Step.PROOF
    draft = form.add_proof(draft, WORDS, LETTER)
    assert draft.step is Step.DATE
    draft = form.choose_day(draft, DAY, LETTER)
    assert draft.step is Step.SPEAKER
    assert form.choose_speaker(draft, SpeakerRole.LIST, None, LETTER).step is Step.PREVIEW


def test_what_was_given_already_is_not_asked_again() -> None:
    draft = form.go(whole(), Step.SOURCE, LETTER)
    assert form.choose_source(draft, SourceKind.LETTER, LETTER).step is Step.PREVIEW


def test_every_step_leads_back_to_the_one_before() -> None:
    draft, seen = whole(), []
    while form.can_go_back(draft, LETTER):
        seen.append((draft.step, draft.at))
        draft = form.back(draft, LETTER)
    assert seen == [
        (Step.PREVIEW, None), (Step.SPEAKER, None), (Step.DATE, None), (Step.PROOF, None), (Step.SOURCE, None),
        (Step.POSITIONS, COMMITTEE), (Step.POSITIONS, CAMERAS), (Step.POSITIONS, RETRACTION),
    ]  # fmt: skip
    assert draft.step is Step.LIST
    assert form.onward(draft, LETTER).step is Step.PREVIEW


def test_the_choice_of_a_change_leads_back_to_where_the_draft_was() -> None:
    assert form.back(form.go(whole(), Step.CHANGE, LETTER), LETTER).step is Step.PREVIEW


def test_a_search_for_a_list_is_left_before_the_step_is() -> None:
    searching = replace(Draft(), query="exemple")
    assert form.back(searching, LETTER) == Draft()
    assert form.back(replace(Draft(), place=3), LETTER) == Draft()
    assert not form.can_go_back(Draft(), LETTER)


def test_a_demand_may_be_answered_by_its_parts() -> None:
    draft = form.split(about(), LETTER)
    assert form.slots(draft, LETTER) == (VIDEO, OBSERVATORY, CAMERAS, COMMITTEE)
    assert draft.at == VIDEO
    draft = form.say(draft, Said.PARTIAL, LETTER)
    assert draft.at == OBSERVATORY
    draft = form.unite(draft, LETTER)
    assert (draft.at, draft.on(VIDEO)) == (RETRACTION, None)
    assert form.slots(draft, LETTER) == (RETRACTION, CAMERAS, COMMITTEE)


def test_only_a_demand_with_parts_can_be_split() -> None:
    assert form.can_split(about(), RETRACTION, LETTER)
    assert not form.can_split(about(), CAMERAS, LETTER)
    assert not form.can_split(form.split(about(), LETTER), VIDEO, LETTER)
    cameras = form.go(about(), Step.POSITIONS, LETTER, CAMERAS)
    assert form.split(cameras, LETTER) == cameras


def test_nothing_said_on_any_demand_is_no_answer() -> None:
    draft = form.say_all(about(), Said.NOTHING, LETTER)
    assert (draft.step, draft.at) == (Step.POSITIONS, RETRACTION)
    assert form.say(draft, Said.UNCLEAR, LETTER).step is Step.SOURCE


@pytest.mark.parametrize(
    ("kind", "said", "fits"),
    [
        (AnswerKind.STATEMENT, Said.COMMITTED, True),
        (AnswerKind.STATEMENT, Said.BACK, False),
        (AnswerKind.STATEMENT, Said.NOTHING, True),
        (AnswerKind.CORRECTION, Said.BACK, False),
        (AnswerKind.WITHDRAWAL, Said.BACK, True),
        (AnswerKind.WITHDRAWAL, Said.REFUSED, False),
        (AnswerKind.WITHDRAWAL, Said.NOTHING, True),
    ],
)
def test_only_a_withdrawal_takes_a_word_back(kind: AnswerKind, said: Said, fits: bool) -> None:
    assert form.fits(said, kind) is fits


def test_a_link_waits_for_its_words_or_its_capture() -> None:
    asked = form.go(about(), Step.PROOF, LETTER)
    draft = form.add_proof(asked, BARE, LETTER)
    assert form.is_missing(draft, Step.PROOF, LETTER)
    assert form.add_proof(draft, HeldProof(quote="Yes."), LETTER).proofs == (replace(BARE, quote="Yes."),)
    assert form.add_proof(draft, FILE, LETTER).proofs == (replace(BARE, file=FILE.file),)
    other = HeldProof(url="https://example.org/other", quote="No.")
    assert form.add_proof(draft, other, LETTER).proofs == (BARE, other)


def test_a_link_after_its_words_can_be_joined_to_them() -> None:
    draft = form.add_proof(form.add_proof(whole(), FILE, LETTER), BARE, LETTER)
    assert draft.step is Step.PROOF
    assert form.can_join(draft)
    joined = form.join_proofs(draft, LETTER)
    assert joined.proofs == (WORDS, replace(FILE, url=BARE.url))
    assert joined.step is Step.PREVIEW
    assert form.join_proofs(joined, LETTER) == joined
    assert not form.can_join(form.add_proof(whole(), BARE, LETTER))


def test_a_proof_sent_early_is_kept_and_the_step_stays() -> None:
    draft = form.add_proof(about(), WORDS, LETTER)
    assert (draft.step, draft.proofs) == (Step.POSITIONS, (WORDS,))
    draft = form.choose_source(form.say_all(draft, Said.REFUSED, LETTER), SourceKind.EMAIL, LETTER)
    assert draft.step is Step.DATE


def test_an_entry_takes_so_many_proofs_and_no_more() -> None:
    draft = whole()
    for _again in range(form.MOST_PROOFS + 3):
        draft = form.add_proof(draft, FILE, LETTER)
    assert len(draft.proofs) == form.MOST_PROOFS
    asked = form.go(draft, Step.PROOF, LETTER)
    assert len(form.drop_proof(asked).proofs) == form.MOST_PROOFS - 1
    assert form.drop_proof(draft) == draft


def test_what_was_decided_on_a_contradiction_is_void_when_the_answer_changes() -> None:
    decided = form.decide(whole(), Contradiction.BESIDE)
    for changed in (
        form.choose_day(decided, DAY, LETTER),
        form.choose_source(decided, SourceKind.LETTER, LETTER),
        form.say(form.go(decided, Step.POSITIONS, LETTER), Said.REFUSED, LETTER),
        form.split(form.go(decided, Step.POSITIONS, LETTER), LETTER),
        form.choose_subject(decided, LETTER, list_id=2, banner_id=None),
    ):
        assert changed.contradiction is None


def test_the_head_of_one_list_did_not_speak_for_another() -> None:
    moved = form.choose_subject(whole(), LETTER, list_id=None, banner_id=1)
    assert (moved.speaker, moved.role, moved.step) == (None, None, Step.SPEAKER)
    itself = form.choose_speaker(whole(), SpeakerRole.LIST, None, LETTER)
    assert form.choose_subject(itself, LETTER, list_id=2, banner_id=None).step is Step.PREVIEW


def test_a_name_without_a_role_asks_for_it() -> None:
    draft = form.choose_speaker(form.go(whole(), Step.SPEAKER, LETTER), None, "Zoé Exemple", LETTER)
    assert (draft.step, form.half_named(draft)) == (Step.SPEAKER, True)
    assert form.back(draft, LETTER).speaker is None
    assert form.choose_speaker(draft, SpeakerRole.CANDIDATE, draft.speaker, LETTER).step is Step.PREVIEW


def test_a_correction_has_a_reason_and_no_other_list() -> None:
    steps = form.steps_of(AnswerKind.CORRECTION)
    assert Step.LIST not in steps
    assert Step.REASON in steps
    draft = replace(whole(), kind=AnswerKind.CORRECTION, target=3, only=(CAMERAS,), said=((CAMERAS, Said.PARTIAL),))
    assert form.onward(draft, LETTER).step is Step.REASON
    assert form.go(draft, Step.LIST, LETTER) == draft
    assert form.give_reason(draft, "a typing error", LETTER).step is Step.PREVIEW


ENTRY = Original(
    ((CAMERAS, Said.COMMITTED), (VIDEO, Said.REFUSED)), SourceKind.EMAIL, DAY, "Ada", SpeakerRole.HEAD, (WORDS,)
)


def correction() -> Draft:
    """A correction of an entry of two positions, of which nothing is changed yet."""
    return Draft(
        kind=AnswerKind.CORRECTION, step=Step.CHANGE, target=3, list_id=1, only=(CAMERAS, VIDEO), said=ENTRY.said,
        source=ENTRY.source, proofs=ENTRY.proofs, said_on=ENTRY.said_on, speaker=ENTRY.speaker, role=ENTRY.role,
        original=ENTRY,
    )  # fmt: skip


def changing(slot: Slot, said: Said, draft: Draft | None = None) -> Draft:
    """A correction in which a position was changed."""
    asked = form.go(draft or correction(), Step.POSITIONS, LETTER, slot)
    return form.say(asked, said, LETTER)


def test_a_correction_puts_right_only_what_it_changes() -> None:
    draft = changing(CAMERAS, Said.REFUSED)
    assert put_right(draft) == (CAMERAS,)
    assert put_right(changing(VIDEO, Said.PARTIAL, draft)) == (CAMERAS, VIDEO)
    assert put_right(form.add_proof(draft, FILE, LETTER)) == (CAMERAS,)


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: form.choose_day(draft, date(2026, 1, 30), LETTER),
        lambda draft: form.choose_source(draft, SourceKind.LETTER, LETTER),
        lambda draft: form.choose_speaker(draft, SpeakerRole.LIST, None, LETTER),
        lambda draft: form.choose_speaker(draft, SpeakerRole.HEAD, "Zoé", LETTER),
        lambda draft: form.add_proof(draft, FILE, LETTER),
    ],
)
def test_what_belongs_to_the_whole_entry_puts_all_of_it_right(change: Callable[[Draft], Draft]) -> None:
    assert put_right(correction()) == ()
    assert put_right(change(correction())) == (CAMERAS, VIDEO)


def test_a_correction_that_changes_nothing_asks_what_to_change() -> None:
    assert form.onward(correction(), LETTER).step is Step.CHANGE
    assert not form.can_go_back(correction(), LETTER)
    for same in (Said.COMMITTED, Said.NOTHING):
        draft = changing(CAMERAS, same, changing(CAMERAS, Said.REFUSED))
        assert (draft.step, draft.on(CAMERAS)) == (Step.CHANGE, Said.COMMITTED)


def test_a_changed_position_asks_for_its_proof_which_leads() -> None:
    draft = changing(CAMERAS, Said.REFUSED)
    assert draft.step is Step.PROOF
    assert form.add_proof(draft, FILE, LETTER).proofs == (FILE, WORDS)
    more = form.add_proof(form.add_proof(draft, FILE, LETTER), HeldProof(quote="No."), LETTER)
    assert more.proofs == (FILE, HeldProof(quote="No."), WORDS)
    assert form.last_proof(more) == HeldProof(quote="No.")
    assert form.drop_proof(form.go(more, Step.PROOF, LETTER)).proofs == (FILE, WORDS)
    same = form.keep_proof(draft, LETTER)
    assert (same.step, same.proofs) == (Step.REASON, (WORDS,))
    assert changing(VIDEO, Said.PARTIAL, same).step is Step.PROOF
    assert changing(CAMERAS, Said.UNCLEAR, same).step is Step.REASON


def test_a_link_can_be_joined_only_to_what_the_correction_brings_itself() -> None:
    draft = form.add_proof(changing(CAMERAS, Said.REFUSED), BARE, LETTER)
    assert not form.can_join(draft)
    shown = form.add_proof(changing(CAMERAS, Said.REFUSED), FILE, LETTER)
    both = form.add_proof(form.go(shown, Step.PROOF, LETTER), BARE, LETTER)
    assert form.can_join(both)
    assert form.join_proofs(both, LETTER).proofs == (replace(FILE, url=BARE.url), WORDS)


def test_a_correction_that_was_begun_before_its_entry_was_kept_says_everything() -> None:
    old = replace(correction(), original=None)
    assert put_right(old) == (CAMERAS, VIDEO)
    assert form.onward(old, LETTER).step is Step.REASON


def test_back_leads_from_what_is_changed_to_the_menu() -> None:
    menu = form.go(whole(), Step.CHANGE, LETTER)
    for step in (Step.POSITIONS, Step.SOURCE, Step.PROOF, Step.DATE, Step.SPEAKER, Step.LIST):
        assert form.back(form.go(menu, step, LETTER), LETTER) == menu
    assert form.back(changing(CAMERAS, Said.REFUSED), LETTER).step is Step.CHANGE
    proof = form.go(form.go(menu, Step.DATE, LETTER), Step.PROOF, LETTER)
    assert form.back(proof, LETTER).step is Step.CHANGE


def test_back_leads_from_the_first_part_to_the_whole_while_nothing_is_said_on_a_part() -> None:
    parted = form.split(about(), LETTER)
    assert form.back(parted, LETTER).at == RETRACTION
    assert form.slots(form.back(parted, LETTER), LETTER)[0] == RETRACTION
    said = form.say(parted, Said.PARTIAL, LETTER)
    assert form.back(said, LETTER).at == VIDEO
    assert form.back(form.back(said, LETTER), LETTER).step is Step.LIST


_sayings = st.sampled_from(Said)
_acts = st.one_of(
    st.builds(lambda said: lambda draft: form.say(draft, said, LETTER), _sayings),
    st.builds(lambda said: lambda draft: form.say_all(draft, said, LETTER), _sayings),
    st.builds(lambda step: lambda draft: form.go(draft, step, LETTER), st.sampled_from(Step)),
    st.builds(lambda proof: lambda draft: form.add_proof(draft, proof, LETTER), st.sampled_from([WORDS, BARE, FILE])),
    st.builds(
        lambda role: lambda draft: form.choose_speaker(draft, role, "Ada", LETTER),
        st.one_of(st.none(), st.sampled_from(SpeakerRole)),
    ),
    st.sampled_from(
        [
            lambda draft: form.back(draft, LETTER),
            lambda draft: form.onward(draft, LETTER),
            lambda draft: form.split(draft, LETTER),
            lambda draft: form.unite(draft, LETTER),
            lambda draft: form.join_proofs(draft, LETTER),
            form.drop_proof,
            lambda draft: form.keep_proof(draft, LETTER),
            lambda draft: about(draft) if draft.kind is not AnswerKind.CORRECTION else draft,
            lambda draft: form.choose_source(draft, SourceKind.EMAIL, LETTER),
            lambda draft: form.choose_day(draft, DAY, LETTER),
            lambda draft: form.give_reason(draft, "why", LETTER),
        ]
    ),
)


@given(
    st.sampled_from([AnswerKind.STATEMENT, AnswerKind.CORRECTION, AnswerKind.WITHDRAWAL]), st.lists(_acts, max_size=30)
)
def test_whatever_is_done_the_preview_is_reached_only_when_nothing_is_missing(
    kind: AnswerKind, acts: list[object]
) -> None:
    draft = Draft(kind=kind) if kind is not AnswerKind.CORRECTION else correction()
    for act in acts:
        draft = act(draft)  # type: ignore[operator] # one of the functions above
        asked = form.slots(draft, LETTER)
        assert (draft.step is Step.POSITIONS) == (draft.at is not None)
        assert draft.at is None or draft.at in asked
        assert len(dict(draft.said)) == len(draft.said)
        demands = {slot.demand for slot in asked if not slot.part}
        assert not any(slot.part and slot.demand in demands for slot in asked)
        if draft.step is Step.PREVIEW:
            assert not any(form.is_missing(draft, step, LETTER) for step in form.steps_of(kind))
            assert any(said is not Said.NOTHING for _slot, said in draft.said)
            assert kind is not AnswerKind.CORRECTION or put_right(draft)


@given(st.sampled_from(Said))
def test_only_a_position_is_one(said: Said) -> None:
    assert (said.position is None) == (said in {Said.BACK, Said.NOTHING})
    assert said.position is None or said.position in Position
