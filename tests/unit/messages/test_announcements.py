from dataclasses import replace
from datetime import date

import pytest

from factories.documents import HOSTILE
from factories.recalled import facts_of
from factories.views import FILE_PROOF, PART, PROOF, answer_facts, notice_facts, stance_facts, subject_facts
from pledgebot.domain.answer import AnswerKind, Position, SourceKind, SpeakerRole
from pledgebot.domain.events import NOTICES, AnswerFacts, EventKind
from pledgebot.messages.announcements import EVENT_OF, announce, future_kind
from pledgebot.messages.document import Button, from_json, to_json
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.render import plain, telegram_html, web_html

FR, EN = translator("fr"), translator("en")


def told(facts: AnswerFacts, kind: EventKind = EventKind.ANSWER_CONFIRMED, language: str = "en") -> str:
    """Return an announcement as it is read, with ordinary spaces."""
    text = plain(announce(facts, kind, translator(language), "https://board.test"))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("render", [plain, telegram_html, web_html])
def test_every_event_is_told_in_every_language_by_every_renderer(
    kind: EventKind, language: str, render: object
) -> None:
    for position in (*Position, None):
        for source in SourceKind:
            for role in SpeakerRole:
                stance = stance_facts(position, was=Position.REFUSED, contradicts=Position.UNCLEAR, part_title=PART)
                facts = answer_facts(
                    stance, source_kind=source, speaker_role=role, speaker=None, reason="Erreur", proof=FILE_PROOF
                )
                message = announce(facts_of(kind, facts), kind, translator(language))
                assert callable(render)
                assert ("Liste Exemple A" if kind not in NOTICES else "") in render(message)
                assert from_json(to_json(message)) == message


def test_a_new_answer_says_who_said_what_when_and_where_the_proof_is() -> None:
    assert told(answer_facts(), language="fr") == (
        "Nouvelle réponse : Liste Exemple A\n"
        "Liste Exemple A, tête de liste : Camille Exemple, Villexemple, panneau 3.\n\n"
        "• Moins de caméras — s’engage\n\n"
        "Dit le 14 février 2026, par Camille Exemple (tête de liste), dans un courrier.\n\n"
        "« Nous retirerons les caméras. »\n\n"
        "Preuve : voir la source (https://exemple.test/lettre)\n\n"
        "Lettre ouverte : Lettre ouverte aux listes\n\n"
        "Ce que dit chaque liste (https://board.test)\n\n"
        "Registre : maillon 7, empreinte abcd1234" + "0" * 56
    )


def test_a_part_stands_after_its_demand() -> None:
    assert "Fewer cameras – Mobile cameras — committed" in told(answer_facts(stance_facts(part_title=PART)))


def test_what_was_said_before_is_told() -> None:
    assert "committed — before: refused" in told(answer_facts(stance_facts(was=Position.REFUSED)))


def test_a_contradiction_is_named() -> None:
    text = told(answer_facts(stance_facts(contradicts=Position.REFUSED)))
    assert "committed — contradictory: also on record is “refused”" in text


def test_an_older_statement_is_not_told_as_news() -> None:
    text = told(answer_facts(stance_facts(counts=False)))
    assert text.startswith("Added to the record: Liste Exemple A")
    assert "committed — earlier statement, already replaced" in text


def test_hearsay_is_named_as_such_and_never_said_to_have_been_replaced() -> None:
    text = told(answer_facts(stance_facts(counts=False), source_kind=SourceKind.REPORTED_SPEECH, speaker=None))
    assert "by the head of the list, reported by others." in text
    assert "changes nothing of what is on record" in text


def test_a_private_file_is_named_by_its_digest() -> None:
    text = told(answer_facts(proof=FILE_PROOF))
    assert "Proof: file kept by the collective (SHA-256 begins abcd1234…)" in text


def test_a_list_before_the_official_filing_is_called_provisional() -> None:
    subject = subject_facts(panel=None)
    assert "provisional list, before the official filing" in told(answer_facts(subject=subject))
    assert "liste provisoire, avant le dépôt officiel" in told(answer_facts(subject=subject), language="fr")
    assert "provisional" not in told(answer_facts())


def test_a_list_that_left_the_race_is_said_to_have_left() -> None:
    assert "no longer standing" in told(answer_facts(subject=subject_facts(withdrawn=True)))


def test_a_banner_is_named_with_its_constituencies() -> None:
    banner = subject_facts(
        name="Bannière Exemple", is_banner=True, head=None, panel=None, constituencies=("Secteur 1", "Secteur 2")
    )
    text = told(answer_facts(subject=banner))
    assert "Bannière Exemple, for its lists in: Secteur 1 and Secteur 2." in text
    assert "provisional" not in text


def test_a_correction_says_what_was_what_is_and_why() -> None:
    facts = answer_facts(stance_facts(was=Position.REFUSED), reason="Mauvaise liste", corrects_said_on=date(2026, 2, 1))
    text = told(facts, EventKind.ANSWER_CORRECTED)
    assert text.startswith("Correction: Liste Exemple A")
    assert "What we published on the words of 1 February 2026 contained an error." in text
    assert "we had written: refused; right is: committed" in text
    assert "Reason for the correction: Mauvaise liste" in text


def test_a_correction_of_the_proof_alone_says_that_the_position_stays() -> None:
    assert "position unchanged: committed" in told(answer_facts(), EventKind.ANSWER_CORRECTED)


def test_a_position_that_was_never_taken_is_corrected_to_none() -> None:
    text = told(answer_facts(stance_facts(None, was=Position.REFUSED)), EventKind.ANSWER_CORRECTED)
    assert "we had written: refused; right is: no position on this demand" in text


def test_a_word_taken_back_says_when_and_what_it_was() -> None:
    facts = answer_facts(stance_facts(None, was=Position.COMMITTED), said_on=date(2026, 3, 1))
    text = told(facts, EventKind.ANSWER_WITHDRAWN)
    assert "Fewer cameras — took its word back on 1 March 2026 — before: committed" in text
    assert "a retiré sa position le 1er mars 2026 — avant : s’engage" in told(facts, EventKind.ANSWER_WITHDRAWN, "fr")


def test_removed_content_is_not_told_again() -> None:
    facts = replace(
        answer_facts(said_on=date(2026, 3, 2)), stances=(), reason="Ordonnance", corrects_said_on=date(2026, 2, 14)
    )
    message = announce(facts, EventKind.CONTENT_REMOVED, EN, removed_on=date(2026, 3, 2))
    text = plain(message)
    assert "Content removed on legal demand on 2 March 2026: Ordonnance" in text
    assert "It concerns words of 14 February 2026." in text
    assert PROOF.quote is not None
    assert PROOF.quote not in text
    assert facts.speaker is not None


def test_a_removal_without_its_day_invents_none() -> None:
    facts = replace(answer_facts(), stances=(), reason="Ordonnance")
    assert "Content removed on legal demand: Ordonnance" in told(facts, EventKind.CONTENT_REMOVED)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (answer_facts(), EventKind.ANSWER_CONFIRMED),
        (answer_facts(corrects_said_on=date(2026, 2, 1)), EventKind.ANSWER_CORRECTED),
        (answer_facts(stance_facts(None)), EventKind.ANSWER_WITHDRAWN),
        (replace(answer_facts(), stances=()), EventKind.CONTENT_REMOVED),
    ],
)
def test_organizers_see_exactly_what_will_be_posted(facts: AnswerFacts, kind: EventKind) -> None:
    assert future_kind(facts) is kind
    pending = announce(facts, EventKind.ANSWER_PENDING, EN).blocks
    posted = announce(facts, kind, EN).blocks
    assert pending[-len(posted) :] == posted


def test_organizers_are_told_how_to_confirm_the_version_that_they_see() -> None:
    text = told(answer_facts(), EventKind.ANSWER_PENDING)
    assert text.startswith("Entry 12 waits for a second person")
    assert "/confirm 12 2" in text
    assert "/reject 12" in text


@pytest.mark.parametrize(("kind", "event"), EVENT_OF.items())
def test_the_preview_goes_by_the_kind_of_the_entry_where_it_is_known(kind: AnswerKind, event: EventKind) -> None:
    assert future_kind(answer_facts(kind=kind)) is event


@pytest.mark.parametrize(("language", "words"), [("en", ["Confirm", "Reject", "Ask"]), ("fr", None)])
def test_organizers_decide_by_buttons_on_the_version_that_they_see(language: str, words: list[str] | None) -> None:
    (row,) = announce(answer_facts(), EventKind.ANSWER_PENDING, translator(language), "https://board.test").buttons
    assert [button.press for button in row] == ["confirm-12-2", "reject-12-2", "ask-12-2"]
    assert words is None or [button.text for button in row] == words


@pytest.mark.parametrize("banner", [True, False])
def test_an_announcement_leads_to_the_board_and_to_whom_it_is_about(*, banner: bool) -> None:
    facts = answer_facts(subject=subject_facts(is_banner=banner, id=3))
    text = "More on this banner" if banner else "More on this list"
    press = "banner-3" if banner else "list-3"
    message = announce(facts, EventKind.ANSWER_CONFIRMED, EN, "https://board.test")
    board = Button("What every list says", url="https://board.test")
    assert message.buttons == ((board,), (Button(text, press=press),))
    assert announce(facts, EventKind.ANSWER_CONFIRMED, EN).buttons == ((Button(text, press=press),),)
    assert announce(answer_facts(), EventKind.ANSWER_CONFIRMED, EN).buttons == ()


def test_whether_somebody_stays_is_asked_with_the_last_day_to_answer() -> None:
    text = plain(announce(notice_facts(), EventKind.STAY_ASKED, EN))
    assert text == (
        "The election is over. Do you stay?\n"
        "Election of the example, last round on 22 March 2026\n\n"
        "Open letter: Open letter to the lists\n\n"
        "Shall this bot go on telling you whether the word was kept?\n\n"
        "Without an answer by 21 April 2026 your subscription is deleted, with everything kept for it."
    )
    assert plain(announce(notice_facts(fictional=True), EventKind.STAY_ASKED, EN)).startswith("Example: ")


@pytest.mark.parametrize(
    ("spot", "presses"),
    [
        (("4711", ""), ["s-4711-0-stay", "s-4711-0-leave"]),
        (("-1001234567890", "7"), ["s-n1001234567890-7-stay", "s-n1001234567890-7-leave"]),
        (("terminal", ""), []),
        (None, []),
    ],
)
def test_one_stays_or_leaves_by_a_button_for_ones_own_place(spot: tuple[str, str] | None, presses: list[str]) -> None:
    message = announce(notice_facts(), EventKind.STAY_ASKED, FR, spot=spot)
    assert [button.press for row in message.buttons for button in row] == presses


def test_an_example_says_so_first() -> None:
    facts = answer_facts(fictional=True)
    assert told(facts, language="fr").startswith("Exemple : listes et personnes fictives.\n")
    assert told(facts).startswith("Example: fictional lists and people.\n")
    assert "xample: " not in told(answer_facts())


def test_hashtags_are_passed_on() -> None:
    assert announce(answer_facts(), EventKind.ANSWER_CONFIRMED, FR, hashtags=["a", "b"]).hashtags == ("a", "b")


def test_only_an_undone_confirmation_is_not_announced() -> None:
    assert EventKind.ANSWER_PENDING not in EVENT_OF.values()
    assert {kind.value for kind in EVENT_OF} == {"statement", "correction", "withdrawal", "removal"}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", EventKind)
def test_hostile_names_are_escaped(name: str, kind: EventKind) -> None:
    subject = subject_facts(name=name, head=name, constituencies=(name,))
    facts = answer_facts(subject=subject, speaker=name, reason=name, proof=replace(PROOF, quote=name))
    for language in LANGUAGES:
        message = announce(facts_of(kind, facts, name), kind, translator(language))
        for rendered in (telegram_html(message), web_html(message)):
            assert "<script" not in rendered
            assert "<i>" not in rendered
            assert "\u202e" not in rendered
