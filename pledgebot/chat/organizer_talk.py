"""Asking about an entry by chat, and answering: a button leads to the question, the words that follow are passed on."""

from datetime import datetime

from pledgebot.chat.errand import Errand
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import AnswerState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import entry_notices
from pledgebot.messages.document import Message, clean, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, read_token, token
from pledgebot.services import queries
from pledgebot.services.entry_talk import ask_about, explain_entry
from pledgebot.services.people import Actor, find_actor, identity_of
from pledgebot.store.engine import Database

ASKING, ANSWERING = frozenset({"question"}), frozenset({"explain", "answering"})
"""The verbs of the buttons of messages to which a reply is a question about an entry, or the answer."""


def is_about(written: str) -> bool:
    """Tell whether a token, of a button or kept, is one about which words are passed on."""
    return _about(read_token(written)) is not None


def _about(press: Press | None) -> tuple[bool, int] | None:
    """Return whether words are an answer, and about which entry; None for any other token."""
    numbers = press.numbers() if press is not None and press.verb in ASKING | ANSWERING else None
    if press is None or numbers is None or len(numbers) != 1:
        return None
    return press.verb in ANSWERING, numbers[0]


def press_ask(errand: Errand, number: int, version: int) -> Reply:
    """Ask an organizer what they want to know about an entry."""
    tr = errand.tr
    view = queries.entry(errand.session, number)
    if view.state is not AnswerState.PENDING:
        raise Refused(Objection.ALREADY_DECIDED, answer=number)
    if view.facts.version != version:
        raise Refused(Objection.CHANGED_MEANWHILE, answer=number)
    if view.recorded_by == errand.by.name:
        return Reply(notice=tr._("You recorded this entry yourself."))
    return Reply((entry_notices.asking(view.facts, view.recorded_by, tr),), awaits=token("question", number))


def press_explain(errand: Errand, number: int) -> Reply:
    """Ask an organizer what they answer about an entry."""
    view = queries.entry(errand.session, number)
    if view.state is not AnswerState.PENDING:
        raise Refused(Objection.ALREADY_DECIDED, answer=number)
    return Reply((entry_notices.explaining(view.facts, errand.tr),), awaits=token("answering", number))


def take(database: Database, about: str, text: str, by: Actor, tr: Translator, now: datetime) -> Reply:
    """Pass on what an organizer wrote about an entry: a question to its recorder, or the answer."""
    meant = _about(read_token(about))
    if meant is None:
        return Reply()
    answers, number = meant
    try:
        with database.begin() as session:
            (explain_entry if answers else ask_about)(session, number, text, by, now)
            errand = Errand(session, by, tr, now)
            told = tr._("Your answer is passed on: the organizers see it.") if answers else _passed_on(errand, number)
            fictional = queries.is_fictional(session)
    except Refused as refused:
        sentence = objection(tr, refused.objection, refused.facts)
        return Reply((Message((paragraph(sentence),), tr.language),))
    return Reply((frame(Message((paragraph(told),), tr.language), tr, fictional),))


def _passed_on(errand: Errand, number: int) -> str:
    name = queries.entry(errand.session, number).recorded_by
    if _reachable(errand, name):
        told = errand.tr._("Your question is passed on to {name}; the organizers see it too.")
    else:
        told = errand.tr._("The organizers see your question. {name} cannot be reached here: ask them elsewhere too.")
    return told.format(name=clean(name))


def _reachable(errand: Errand, name: str) -> bool:
    try:
        recorder = find_actor(errand.session, name, errand.by.via)
    except Refused:
        return False
    return identity_of(errand.session, recorder.organizer, errand.by.via) is not None
