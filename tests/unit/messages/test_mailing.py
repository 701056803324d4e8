"""What lists are written: the same words for all, in the letter's language, to be copied or opened as a mail."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.recalled import mail_facts
from pledgebot.config.letter import load_letter
from pledgebot.domain.organizer_calendar import History
from pledgebot.domain.recalled import MailFacts
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import translator
from pledgebot.messages.mailing import (
    MAILTO_LENGTH,
    Addressee,
    Mail,
    letter_mail,
    mail_for,
    mailto,
    ready_text,
    reminder_mail,
)
from pledgebot.messages.render import plain, telegram_fits, telegram_html
from pledgebot.services.mails import NextMail

LETTERS = Path(__file__).parents[3] / "pledgebot" / "letters"
ADA = Addressee("Liste Exemple A", "Ada Exemple", date(2026, 2, 3))


def spaced(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def fields(address: str) -> dict[str, str]:
    """Return the fields of a mail's address, as a mail program reads them: a plus sign is a plus sign."""
    parts = urlsplit(address)
    assert (parts.scheme, parts.path, parts.fragment) == ("mailto", "", "")
    return {name: values[0] for name, values in parse_qs(parts.query.replace("+", "%2B"), strict_parsing=True).items()}


def test_the_letter_is_filled_in_with_the_name_of_the_list_and_its_head() -> None:
    mail = letter_mail(mail_facts(), ADA)
    assert (mail.template, mail.subject) == ("letter", "La position de Liste Exemple A")
    assert spaced(mail.body) == (
        "Bonjour Ada Exemple,\n\nNos demandes (https://exemple.test/lettre) :\n\n1. Retrait\n2. Moins de caméras\n\n"
        "À contact@exemple.test avant le jeudi 12 mars 2026.\n\nListe Exemple A"
    )


def test_a_reminder_says_when_the_letter_was_sent_and_that_all_are_treated_alike() -> None:
    mail = reminder_mail(mail_facts(), ADA, 2)
    assert (mail.template, spaced(mail.subject)) == ("reminder-2", "Rappel : La position de Liste Exemple A")
    body = spaced(mail.body)
    assert body.startswith("Bonjour Ada Exemple,\n\nLe 3 février 2026, nous vous avons envoyé notre lettre ouverte")
    assert "1. Retrait\n2. Moins de caméras" in body
    assert "Ce rappel part dans les mêmes termes, et après le même nombre de jours" in body
    assert body.endswith("Merci de votre attention.\n\nListe Exemple A")
    english = reminder_mail(replace(mail_facts(), language="en"), ADA, 2)
    assert english.body.startswith("Dear Ada Exemple,\n\nOn 3 February 2026 we sent you our open letter")


def test_each_list_gets_the_same_words_but_for_its_name() -> None:
    for written in (letter_mail, lambda facts, to: reminder_mail(facts, to, 1)):
        one = written(mail_facts(""), Addressee("Liste Exemple A", "Ada Exemple", date(2026, 2, 3)))
        other = written(mail_facts(""), Addressee("Liste Exemple B", "Bea Exemple", date(2026, 2, 3)))
        assert one.body.replace("Liste Exemple A", "Liste Exemple B").replace("Ada", "Bea") == other.body
        assert one.template == other.template


def test_for_several_lists_the_places_of_their_names_stay_to_be_filled_in_and_a_head_may_be_unknown() -> None:
    assert spaced(letter_mail(mail_facts(), Addressee()).body).startswith("Bonjour [tête de liste],")
    assert "[nom de la liste]" in letter_mail(mail_facts(), Addressee()).subject
    assert letter_mail(mail_facts(), Addressee("Liste Exemple A")).body.startswith("Bonjour Madame, Monsieur,")


def test_braces_in_a_name_mean_nothing() -> None:
    assert letter_mail(mail_facts(), Addressee("{contact} {0}")).subject == "La position de {contact} {0}"


def test_what_a_list_is_written_next_follows_from_what_it_was_sent() -> None:
    def template(sent: History) -> str:
        return mail_for(NextMail(mail_facts(), "Liste Exemple A", None, sent)).template

    day = date(2026, 2, 3)
    assert template(History()) == "letter"
    assert template(History(day)) == "reminder-1"
    assert template(History(day, (day, day))) == "reminder-3"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_shipped_letter_and_its_reminder_fit_into_the_address_of_a_mail_and_into_one_message(language: str) -> None:
    letter = load_letter(LETTERS / "marseille-2020.toml")
    facts = MailFacts(
        language=language,
        subject=letter.outreach.subject[language],
        body=letter.outreach.body[language],
        demands=tuple(demand.title[language] for demand in letter.demands),
        letter=letter.url or letter.title[language],
        publisher="Collectif Exemple",
        contact="contact@example.org",
        deadline=date(2020, 3, 12),
    )
    tr = translator(language)
    mails = letter_mail(facts, ADA), reminder_mail(facts, ADA, 1)
    for mail in mails:
        assert fields(mailto(mail)) == {"subject": mail.subject, "body": mail.body.replace("\n", "\r\n")}
    assert telegram_fits(Message(tuple(block for mail in mails for block in ready_text(mail, tr)), language))


@given(st.text(max_size=300), st.text(max_size=900))
def test_the_address_of_a_mail_is_never_too_long_and_holds_what_it_was_given(subject: str, body: str) -> None:
    mail = letter_mail(replace(mail_facts(), subject=subject or "x", body=body), ADA)
    address = mailto(mail)
    assert len(address) <= MAILTO_LENGTH
    assert address.isascii()
    if "&body=" in address and mail.subject and mail.body:
        assert fields(address) == {"subject": mail.subject, "body": mail.body.replace("\n", "\r\n")}


def test_a_text_that_is_too_long_for_a_link_is_pasted() -> None:
    mail = Mail("letter", "Notre lettre", "é" * 500)
    assert mailto(mail) == "mailto:?subject=Notre%20lettre"
    assert mailto(Mail("letter", "é" * 500, "")) == "mailto:"
    tr = translator("en")
    assert "Open an e-mail, then paste the text (mailto:" in plain(Message(tuple(ready_text(mail, tr)), "en"))


def test_on_telegram_the_text_is_to_be_copied_since_it_opens_no_mails() -> None:
    mail = letter_mail(mail_facts(), ADA)
    message = Message(tuple(ready_text(mail, translator("en"))), "en")
    shown = telegram_html(message)
    assert "mailto" not in shown
    assert "Open" not in shown
    assert shown.startswith("Subject: La position de Liste Exemple A\n\n<blockquote>Bonjour Ada Exemple,\n\n")
    assert "contact@exemple.test" in shown
    assert "Open it as an e-mail (mailto:?subject=La%20position" in plain(message)
