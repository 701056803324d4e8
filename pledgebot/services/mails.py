"""What a mail to a list is made of: the letter's template, the demands as they are worded now, until when an answer counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pledgebot.domain.events import Titles
from pledgebot.domain.organizer_calendar import History, answer_before
from pledgebot.domain.recalled import MailFacts
from pledgebot.services.demands import demands
from pledgebot.services.ladders import histories
from pledgebot.services.letters import read_letter
from pledgebot.services.lists import get_list
from pledgebot.services.policies import policy
from pledgebot.services.rounds import calendar
from pledgebot.services.views import RoundView


@dataclass(frozen=True)
class NextMail:
    """What one list is to be written next: what the text is made of, to whom, and what it was sent already in its round."""

    facts: MailFacts
    name: str
    head: str | None
    sent: History


def next_mail(session: Session, list_id: int, now: datetime) -> NextMail | None:
    """Return what a list is to be written next; None without a letter. Refuses an unknown list."""
    row = get_list(session, list_id)
    asked = next(view for view in calendar(session) if view.id == row.round_id)
    facts = mail_facts(session, asked, now)
    if facts is None:
        return None
    sent = histories(session, asked.id, asked.zone, list_id).get(list_id, History())
    return NextMail(facts, row.name, row.head, sent)


def mail_facts(session: Session, asked: RoundView, now: datetime) -> MailFacts | None:
    """Return what the lists of a round are written in these days, in the installation's first language; None without a letter."""
    letter = read_letter(session)
    if letter is None:
        return None
    decided = policy(session)
    language = decided.language

    def in_it(titles: Titles) -> str:
        return titles.get(language) or next(iter(titles.values()), "")

    return MailFacts(
        language=language,
        subject=in_it(letter.outreach.subject),
        body=in_it(letter.outreach.body),
        demands=tuple(in_it(demand.title) for demand in demands(session)),
        letter=letter.url or decided.board_url or in_it(letter.title),
        publisher=decided.publisher or letter.source,
        contact=decided.contact,
        deadline=answer_before(asked.day, decided, now.astimezone(asked.zone).date()),
    )
