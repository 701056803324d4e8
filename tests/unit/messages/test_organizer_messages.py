"""What organizers read by chat: entries with their buttons, lists with their numbers, how the bot does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from factories.documents import HOSTILE
from factories.views import PARIS, answer_facts, entry_view, list_head, round_view
from pledgebot.domain.answer import AnswerState
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import ListStatus
from pledgebot.domain.progress import ContactKind, Medium, Progress, Stage
from pledgebot.domain.words import CONTACT_WORDS, MEDIUM_WORDS, contact_from, medium_from, normalise
from pledgebot.messages import labels, organizers, outreach
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain, telegram_html
from pledgebot.messages.status import status
from pledgebot.services.chases import ChaseView, ContactView, ConversationsView, ConversationView
from pledgebot.services.people import Role
from pledgebot.services.status import StatusView

EN = translator("en")
NOON = datetime(2026, 2, 8, 12, tzinfo=UTC)


def read(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


def tokens(message: Message) -> list[str]:
    return [button.press for row in message.buttons for button in row]


def a_conversation(name: str = "Liste Exemple A", **changes: object) -> ConversationView:
    view = ConversationView(
        list_head(id=12, name=name, panel=3),
        Progress(Stage.CONTACTED, NOON),
        ChaseView(12, name, "Villexemple", "Zoé", NOON),
        ("LEA",),
        (ContactView(ContactKind.SENT, Medium.EMAIL, NOON, "Zoé"),),
    )
    return replace(view, **changes)


def a_status() -> StatusView:
    asked = round_view()
    return StatusView(
        now=NOON,
        round=asked,
        silence=asked.silence,
        last_update_at=NOON,
        waiting_updates=2,
        set_aside_updates=1,
        oldest_unsent=None,
        deliveries={DeliveryState.SENT: 7, DeliveryState.FAILED: 1},
        entries_waiting=3,
        lists={Stage.NOT_CONTACTED: 4, Stage.DECLINED: 0},
        ledger_entries=5,
        subscribers=6,
    )


def test_whoever_joins_reads_who_they_are_and_what_they_may_do() -> None:
    text = read(organizers.joined("Max  Exemple", {Role.ADMIN, Role.RECORDER}, EN))
    assert "You have joined as Max Exemple" in text
    assert "Your roles: records answers and administers." in text
    assert "/log" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_and_every_reason_has_words_of_its_own(language: str) -> None:
    tr = translator(language)
    roles = {organizers.role_word(role, tr) for role in Role}
    reasons = {organizers.rejection_reason(reason, tr) for reason in organizers.REASONS}
    assert (len(roles), len(reasons)) == (len(Role), len(organizers.REASONS))


@pytest.mark.parametrize("state", AnswerState)
def test_only_an_entry_that_waits_has_buttons(state: AnswerState) -> None:
    shown = tokens(organizers.entry(entry_view(state), EN))
    assert shown == (["confirm-12-2", "reject-12-2", "ask-12-2"] if state is AnswerState.PENDING else [])


def test_an_example_says_so_once_on_every_screen() -> None:
    view = entry_view(facts=answer_facts(fictional=True))
    for message in (
        organizers.entry(view, EN),
        organizers.changed(view, EN),
        organizers.why_reject(view, EN),
        organizers.undone(view, "Noé", EN),
    ):
        assert read(message).startswith("Example: fictional")
        assert read(message).count("Example: fictional") == 1


def test_a_list_is_told_with_its_number_stage_and_whoever_has_it() -> None:
    text = read(outreach.lists(ConversationsView((a_conversation(),), more=2), EN, PARIS))
    assert (
        "#12 = 3. Liste Exemple A (Villexemple) — asked, 8 February 2026 — taken by Zoé until Sunday, 8 February 2026 at 13:00"
        in text
    )
    assert "2 more lists" in text
    assert "1 more list." in read(outreach.lists(ConversationsView((a_conversation(),), more=1), EN, PARIS))
    assert "more list" not in read(outreach.lists(ConversationsView((a_conversation(),)), EN, PARIS))
    assert "No list is known yet." in read(outreach.lists(ConversationsView(()), EN, PARIS))


def test_a_conversation_shows_its_contacts_and_what_can_be_logged() -> None:
    message = outreach.conversation(a_conversation(), EN, PARIS, done="Logged.")
    text = read(message)
    assert text.startswith("Logged.")
    assert "8 February 2026: letter sent, e-mail (Zoé)" in text
    # What a list did is said of it in public at once: that is not one press.
    ours = {ContactKind.SENT, ContactKind.REMINDED}
    for kind in ContactKind:
        assert labels.contact_kind(kind, EN) in text
        assert (f"contact-12-{kind.value}-email" in tokens(message)) is (kind in ours)


def test_a_list_that_no_longer_stands_is_said_not_to() -> None:
    view = a_conversation(head=list_head(status=ListStatus.WITHDRAWN))
    assert "status: withdrawn" in read(outreach.list_changed(view, "Done.", EN))


def test_the_status_is_told_in_numbers() -> None:
    text = read(status(a_status(), EN))
    for told in (
        "next electoral silence: from Saturday, 14 March 2026 at 00:00 to Sunday, 15 March 2026 at 20:00",
        "last update received: Sunday, 8 February 2026 at 13:00",
        "updates that wait: 2",
        "could not be handled: 1",
        "oldest message that should have gone out: none",
        "messages: sent: 7, failed: 1",
        "entries that wait for a second person: 3",
        "not yet asked: 4",
        "entries in the ledger: 5",
        "subscribers: 6",
    ):
        assert told in text
    assert "declined" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_makes_markup_or_lines_of_its_own(name: str) -> None:
    view = a_conversation(name, aliases=(name,), contacts=(ContactView(ContactKind.SENT, Medium.EMAIL, NOON, name),))
    for message in (
        organizers.joined(name, Role, EN),
        outreach.lists(ConversationsView((view,)), EN),
        outreach.chases([ChaseView(1, name, name, name, NOON)], ConversationsView((view,)), EN),
        outreach.conversation(view, EN),
        outreach.which_list(name, [(1, name)], "chase", EN),
    ):
        html = telegram_html(message)
        assert "<script" not in html
        assert all(len(button.text) <= 64 and "\n" not in button.text for row in message.buttons for button in row)
        assert all(read_token(token) is not None for token in tokens(message))


def test_no_word_names_both_what_happened_and_by_what_way() -> None:
    assert not set(CONTACT_WORDS) & set(MEDIUM_WORDS)
    assert all(word == normalise(word) for word in (*CONTACT_WORDS, *MEDIUM_WORDS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_of_a_contact_can_be_written_too(language: str) -> None:
    tr = translator(language)
    for kind in (ContactKind.SENT, ContactKind.REMINDED):
        assert contact_from(labels.contact_kind(kind, tr)) is kind, labels.contact_kind(kind, tr)
    for medium in Medium:
        assert medium_from(labels.medium(medium, tr)) is medium, labels.medium(medium, tr)
