"""What lists are written: one letter and one reminder, in the same words for all, ready to be sent by hand.

No address of a list is known or kept: whoever writes puts it in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from pledgebot.domain.recalled import MailFacts
from pledgebot.messages.document import Block, Link, Quote, Text, clean, clean_words, paragraph
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.typography import typeset
from pledgebot.services.mails import NextMail

MAILTO_LENGTH = 1900
"""How long a `mailto:` address is at most: some mail programs take two thousand characters, and cut what is longer."""

LETTER = "letter"
"""The name under which a contact keeps that the letter was sent."""

_PLACE = re.compile(r"\{(\w+)\}")
_MARKS = "/:?@!$'()*,;"
"""What RFC 6068 lets stand as it is in the value of a field, beside letters and digits."""


@dataclass(frozen=True)
class Addressee:
    """To whom a mail goes: a list by its name, and its head; both None where it is for several lists."""

    name: str | None = None
    head: str | None = None
    sent_on: date | None = None


@dataclass(frozen=True)
class Mail:
    """A mail as it is sent: under which name its text is kept, its subject on one line, its body with line breaks."""

    template: str
    subject: str
    body: str


def reminder_template(number: int) -> str:
    """Return the name under which a contact keeps which reminder was sent, counted from 1."""
    return f"reminder-{number}"


def letter_mail(facts: MailFacts, to: Addressee) -> Mail:
    """Return the mail with which the letter is sent. For several lists the places of their names stay to be filled in."""
    return _mail(facts, to, LETTER, facts.subject, facts.body)


def reminder_mail(facts: MailFacts, to: Addressee, number: int) -> Mail:
    """Return the mail by which a list is reminded; the same for each reminder, `number` counts from 1."""
    tr = translator(facts.language)
    subject = tr._("Reminder: {subject}").replace("{subject}", facts.subject)
    when = tr._("On {sent_on} we sent you our open letter ({letter_url}). It asks:")
    undated = tr._("We sent you our open letter ({letter_url}). It asks:")
    parts = (
        tr._("Dear {head},"),
        when if to.sent_on is not None else undated,
        "{demands}",
        tr._(
            "For each demand, please tell us whether the list {list} commits, commits in part, or refuses. A reply to this "
            "message is enough. An answer before {deadline} will let us publish it in time."
        ),
        tr._(
            "This reminder goes out in the same words, and after the same number of days, to every list that has not answered. "
            "As long as we have received nothing we show “no answer” with the date of our letter: it is never counted as a "
            "refusal. If you do not want to be written to again, a word is enough: {contact}"
        ),
        tr._("Thank you for your attention."),
        "{publisher}",
    )
    return _mail(facts, to, reminder_template(number), subject, "\n\n".join(parts))


def _mail(facts: MailFacts, to: Addressee, template: str, subject: str, body: str) -> Mail:
    values = _values(facts, to, translator(facts.language))
    return Mail(
        template,
        clean(_filled(subject, values, facts.language)),
        clean_words(_filled(body, values, facts.language)),
    )


def _values(facts: MailFacts, to: Addressee, tr: Translator) -> dict[str, str]:
    named = to.name is not None
    head = clean(to.head or "") or tr._("Sir or Madam")
    return {
        "list": clean(to.name or "") or tr._("[name of the list]"),
        "head": head if named else tr._("[head of the list]"),
        "demands": "\n".join(f"{number}. {clean(title)}" for number, title in enumerate(facts.demands, 1)),
        "letter_url": facts.letter,
        "contact": facts.contact,
        "publisher": facts.publisher,
        "deadline": tr.day(facts.deadline),
        "sent_on": tr.short_day(to.sent_on) if to.sent_on is not None else "",
    }


def _filled(template: str, values: Mapping[str, str], language: str) -> str:
    """Return a template with its places filled; names are put in as they are, whatever braces they hold."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), typeset(template.strip(), language))


def mail_for(one: NextMail) -> Mail:
    """Return what a list is to be written next: the letter, and once it was sent a reminder."""
    to = Addressee(one.name, one.head, one.sent.first)
    if one.sent.first is None:
        return letter_mail(one.facts, to)
    return reminder_mail(one.facts, to, len(one.sent.reminders) + 1)


def mailto(mail: Mail, longest: int = MAILTO_LENGTH) -> str:
    """Return the address that opens a mail to nobody yet; with its subject alone where the text does not fit (RFC 6068)."""
    begun = f"mailto:?subject={quote(mail.subject, safe=_MARKS)}"
    whole = f"{begun}&body={quote(mail.body.replace(chr(10), chr(13) + chr(10)), safe=_MARKS)}"
    if len(whole) <= longest:
        return whole
    return begun if len(begun) <= longest else "mailto:"


def ready_text(mail: Mail, tr: Translator) -> list[Block]:
    """Return a mail to be copied, and the link that opens it where links to mails work."""
    address = mailto(mail)
    opens = tr._("Open it as an e-mail") if "&body=" in address else tr._("Open an e-mail, then paste the text")
    return [
        paragraph(tr._("Subject: {subject}").format(subject=mail.subject)),
        Quote((Text(mail.body),)),
        paragraph(Link(opens, address)),
    ]
