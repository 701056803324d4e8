"""Facts of reminders, all of fictional lists."""

from dataclasses import replace
from datetime import UTC, date, datetime

from factories.views import notice_facts
from pledgebot.domain.answer import Position
from pledgebot.domain.brakes import BrakeKind
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import FACTS_OF, AnswerFacts, EventKind, Facts, NoticeFacts
from pledgebot.domain.progress import Stage
from pledgebot.domain.recalled import (
    BrakeFacts,
    DeadlineFacts,
    DoubtFacts,
    MailFacts,
    MergerFacts,
    NetworkFacts,
    OutreachFacts,
    OutreachLine,
    RecalledList,
    RecalledParent,
    RecalledPosition,
    ReminderFacts,
    StopFacts,
    WaitingFacts,
    Whereabouts,
)

NAME = "Liste Exemple A"
POLLING_DAY = date(2026, 3, 15)
FRIDAY = datetime(2026, 3, 13, 23, 0, tzinfo=UTC)
CONTACTED = date(2026, 2, 3)


def recalled_list(name: str = NAME, stage: Stage = Stage.CONTACTED, number: int = 1) -> RecalledList:
    """Return a list as a reminder names it."""
    since = None if stage is Stage.NOT_CONTACTED else CONTACTED
    return RecalledList(number, name, number, "Villexemple", 1, stage, since, lists=(number,))


def reminder_facts(name: str = NAME, days_left: int = 7) -> ReminderFacts:
    """Return what the public is told some days before a round: one list in each stage of the conversation."""
    lists = tuple(recalled_list(name, stage, number) for number, stage in enumerate(Stage, 1))
    return ReminderFacts(
        letter_title={"fr": name, "en": name},
        election={"fr": name, "en": name},
        round_number=1,
        day=POLLING_DAY,
        days_left=days_left,
        silence_begins=FRIDAY,
        counts=dict.fromkeys(Stage, 1),
        lists=lists,
        fictional=False,
    )


def mail_facts(name: str = NAME) -> MailFacts:
    """Return what a mail to a list is made of."""
    return MailFacts(
        language="fr",
        subject="La position de {list}",
        body="Bonjour {head},\n\nNos demandes ({letter_url}) :\n\n{demands}\n\nÀ {contact} avant le {deadline}.\n\n{publisher}",
        demands=("Retrait", "Moins de caméras"),
        letter="https://exemple.test/lettre",
        publisher=name,
        contact="contact@exemple.test",
        deadline=date(2026, 3, 12),
    )


def outreach_facts(name: str = NAME) -> OutreachFacts:
    """Return what organizers have to do on a day: a list to be written to, and one to be written to again."""
    never = OutreachLine(1, name, "Villexemple", None, 0)
    again = OutreachLine(2, name, "Villexemple", CONTACTED, 1, head=name)
    titles = {"fr": name, "en": name}
    mail = mail_facts(name)
    day = date(2026, 2, 17)
    return OutreachFacts(
        titles,
        day,
        (never,),
        (again,),
        3,
        1,
        last=False,
        fictional=False,
        waiting_entries=2,
        waiting_answers=1,
        mail=mail,
    )


def brake_facts(kind: BrakeKind = BrakeKind.MANY_RECEIVERS, name: str = NAME, **changes: object) -> BrakeFacts:
    """Return what organizers are told of something that is stopped."""
    numbers = {
        BrakeKind.MANY_CHANGES: {"changed": 12, "lists": 40},
        BrakeKind.MANY_RECEIVERS: {"receivers": 4210, "confirmed": 950, "allowed": 1000},
        BrakeKind.NEW_DATABASE: {"used": 1234},
        BrakeKind.MANY_REFUSALS: {"refused": 27, "settled": 50},
        BrakeKind.CANARY: {"tried": 10, "failed": 6, "uncertain": 1},
        BrakeKind.PAUSED: {},
    }[kind]
    plain = BrakeFacts(3, kind, FRIDAY, numbers, fictional=False)
    if kind in {BrakeKind.MANY_RECEIVERS, BrakeKind.CANARY}:
        plain = replace(plain, event=12, about=EventKind.ANSWER_CONFIRMED.value, name=name)
    if kind in {BrakeKind.NEW_DATABASE, BrakeKind.MANY_REFUSALS}:
        plain = replace(plain, channel="mastodon")
    if kind is BrakeKind.PAUSED:
        plain = replace(plain, by=name, reason="une erreur ?")
    return replace(plain, **changes)


def facts_of(kind: EventKind, answer: AnswerFacts, name: str = NAME) -> Facts:
    """Return facts such as an event of a kind stores: of an answer those that are given."""
    titles = {"fr": name, "en": name}
    parent = RecalledParent(2, name, LineageKind.MERGED, (RecalledPosition("cameras", titles, Position.COMMITTED),))
    facts: dict[type, Facts] = {
        NoticeFacts: notice_facts(election=titles, letter_title=titles),
        ReminderFacts: reminder_facts(name),
        MergerFacts: MergerFacts(titles, titles, 2, recalled_list(name), (parent,), fictional=False),
        OutreachFacts: outreach_facts(name),
        WaitingFacts: WaitingFacts(1, 1, None, name, ("Villexemple",), 24, name, fictional=False),
        DeadlineFacts: DeadlineFacts("silence_begins", FRIDAY, 1, 2, 3, fictional=False),
        StopFacts: StopFacts("clock_off", FRIDAY, 300),
        NetworkFacts: NetworkFacts("telegram", FRIDAY, name),
        BrakeFacts: brake_facts(name=name),
        DoubtFacts: DoubtFacts(
            7, "answer_confirmed", name, 30, 99, (Whereabouts("telegram", "public", "channel", 30, name),), 12
        ),
    }
    return facts[FACTS_OF[kind]] if kind in FACTS_OF else answer
