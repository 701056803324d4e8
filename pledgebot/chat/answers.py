"""One set of answers for all mouths: a text or a press becomes messages, by queries and the catalogue."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pledgebot.chat import organizers, subscribing
from pledgebot.chat.asker import Asker
from pledgebot.chat.asking import Asked, in_group, means_a_name
from pledgebot.chat.grammar import SUBSCRIBER_VERBS, Request, Verb, as_meant, parse
from pledgebot.chat.hushing import SERVICE_PRESSES, SERVICE_VERBS, hush_for, instead, notice, unless_hushed
from pledgebot.chat.pressing import SHOWN, shown
from pledgebot.chat.reply import Reply
from pledgebot.chat.screens import Screens
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages.document import Message, Paragraph, Text
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, read_token
from pledgebot.services import queries
from pledgebot.services.hushed import OPEN, Hushed
from pledgebot.services.lookup import Directories, Found
from pledgebot.services.rounds import UNREADABLE
from pledgebot.store.engine import Database, Session

__all__ = ["Asker", "answer", "press", "reply", "said", "understand"]

ORGANIZER_PRESSES = frozenset(
    {"confirm", "reject", "ask", "entry", "pending", "chase", "contact", "held", "status", "fate"}
    | {"brake", "deliveries", "settle", "pay"}
    | {"question", "explain", "answering"}
)
"""The verbs of the buttons that only organizers may press."""

_UNKNOWN = frozenset(
    {Objection.UNKNOWN_LIST, Objection.UNKNOWN_BANNER, Objection.UNKNOWN_DEMAND, Objection.UNKNOWN_CONSTITUENCY}
)

# A link opens with one tap whatever somebody else wrote into it: it may show something, and change nothing.
_LINKED_PANELS = frozenset({"menu", "more", "towns"})
_LINKED_ORGANIZERS = frozenset({"entry", "pending", "held", "deliveries", "status"})


def reply(database: Database, text: str, asker: Asker, now: datetime, directories: Directories | None = None) -> Reply:
    """Answer a text: a command or free words of a follower, a subscriber or an organizer. A refusal says its reason."""
    request, known = parse(text), directories or Directories()
    if request.verb is Verb.START:
        linked = _linked(database, request.about, asker, now, known)
        if linked is not None:
            return linked
    if request.verb is Verb.UNKNOWN and in_group(asker) and "@" not in text.split(maxsplit=1)[0]:
        # A command of some other bot, or a slip: nobody asked this one.
        return Reply()
    return _answer(database, request, asker, now, known)


def answer(
    database: Database, text: str, asker: Asker, now: datetime, directories: Directories | None = None
) -> Message:
    """Answer a text. Whatever it is, the answer is a message: a refusal says its reason, the unknown is called unknown."""
    return _answer(database, parse(text), asker, now, directories or Directories()).messages[0]


def press(
    database: Database, press: Press, asker: Asker, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Do or show what a button says; None for one that is nobody's. What no longer exists is said politely.

    What is shown is a new message, which a screen reader announces; a panel changes in its place. In an electoral silence nothing
    is shown of any list, unless the operator wants the state at its beginning shown.
    """
    known = directories or Directories()
    if press.verb == "s":
        done = _refusals_said(lambda: subscribing.press(database, press, asker, now, known), asker)
        return _framed(database, done, asker) if done is not None else None
    if press.verb in ORGANIZER_PRESSES:
        return organizers.press(database, press, asker, now, known) if asker.organizer is not None else None
    return _shown(database, press, asker, now, known) if press.verb in SHOWN else None


def said(text: str, tr: Translator) -> Message:
    """Return one sentence as a message."""
    return Message((Paragraph((Text(text),)),), tr.language)


def understand(
    session: Session, text: str, now: datetime, directories: Directories | None = None
) -> tuple[Verb, Found | None]:
    """Return what a follower's text asks for and what it is about; None where it names nothing."""
    asked = Asked(session, parse(text), Asker("fr"), translator("fr"), now, directories or Directories(), OPEN)
    verb = asked.verb()
    return verb, asked.found() if asked.request.about and verb not in {Verb.COMPARE, Verb.UNKNOWN} else None


def _answer(database: Database, request: Request, asker: Asker, now: datetime, directories: Directories) -> Reply:
    tr = translator(asker.language)
    request = as_meant(request, organizer=asker.organizer is not None)
    try:
        if asker.organizer is not None and organizers.takes(request):
            with database.begin() as session:
                message = organizers.answer(session, request, asker.organizer, tr, now, directories)
                return Reply((frame(message, tr, fictional=queries.is_fictional(session, directories)),))
        if request.verb in SUBSCRIBER_VERBS and not _is_named(database, request, now, directories):
            followed = subscribing.answer(database, request, asker, now, directories)
            return _framed(database, followed, asker)
        with database.read() as session:
            return _asked(session, request, asker, now, directories)
    except Refused as refused:
        return Reply((said(objection(tr, refused.objection, refused.facts), tr),))


def _asked(session: Session, request: Request, asker: Asker, now: datetime, directories: Directories) -> Reply:
    """Answer a question, as the electoral silence allows it."""
    tr = translator(asker.language)
    there = hush_for(session, asker, now, directories)
    fictional = queries.is_fictional(session, directories)
    if not there.readable:
        # What names something cannot be told either without the rounds in which lists stand.
        return Reply((frame(notice(there, tr), tr, fictional),))
    asked = Asked(session, request, asker, tr, now, directories, there)
    message = asked.answer()
    told_of_lists = asked.verb() not in SERVICE_VERBS
    late = instead(session, there, tr, directories) if told_of_lists else None
    return Reply((frame(message, tr, fictional),), instead=late)


def _is_named(database: Database, request: Request, now: datetime, directories: Directories) -> bool:
    """Tell whether words that would be a subscriber's are the name of something: a list may be called "Suivre le cap"."""
    if not request.whole:
        return False
    with database.read() as session:
        try:
            asked = queries.current_round(session, now, directories)
        except UNREADABLE:
            # Whoever wants to leave must get away, whatever the calendar says.
            return False
        return means_a_name(session, request, asked.id, directories)


def _linked(database: Database, payload: str, asker: Asker, now: datetime, directories: Directories) -> Reply | None:
    """Return what a deep link shows; None for a link that is none of ours, or that would change something."""
    linked = read_token(payload)
    if linked is None:
        return None
    panel = linked.verb == "s" and linked.arguments[2:3] and linked.arguments[2] in _LINKED_PANELS
    if not (panel or linked.verb in SHOWN | _LINKED_ORGANIZERS):
        return None
    told = press(database, linked, asker, now, directories)
    if told is None or (told.notice and not told.messages):
        return None
    return replace(told, in_place=False)


def _shown(database: Database, press: Press, asker: Asker, now: datetime, directories: Directories) -> Reply:
    tr = translator(asker.language)
    try:
        with database.read() as session:
            there = hush_for(session, asker, now, directories)
            message = _screen(session, press, asker, now, directories, there)
            late = instead(session, there, tr, directories) if press.verb not in SERVICE_PRESSES else None
            return Reply((frame(message, tr, fictional=queries.is_fictional(session, directories)),), instead=late)
    except Refused as refused:
        return Reply((said(objection(tr, refused.objection, refused.facts), tr),))


def _screen(
    session: Session, press: Press, asker: Asker, now: datetime, directories: Directories, there: Hushed
) -> Message:
    tr = translator(asker.language)
    if not there.readable:
        return notice(there, tr)
    screens = Screens(session, tr, now, directories, there)

    def show() -> Message:
        try:
            return shown(press, screens, asker)
        except Refused as refused:
            if refused.objection not in _UNKNOWN:
                raise
            return screens.gone()

    return show() if press.verb in SERVICE_PRESSES else unless_hushed(there, tr, show)


def _refusals_said(done: Callable[[], Reply | None], asker: Asker) -> Reply | None:
    try:
        return done()
    except Refused as refused:
        tr = translator(asker.language)
        return Reply((said(objection(tr, refused.objection, refused.facts), tr),))


def _framed(database: Database, told: Reply, asker: Asker) -> Reply:
    """Return a reply of which each message says that the example is one, where it is."""
    with database.read() as session:
        fictional = queries.is_fictional(session)
    framed = (frame(message, translator(message.language or asker.language), fictional) for message in told.messages)
    return replace(told, messages=tuple(framed))
