"""The electoral silence as the mouths keep it: what is said of lists in it, and what of an answer that came too late for it."""

from collections.abc import Callable
from datetime import datetime

from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import Verb
from pledgebot.chat.reply import Instead
from pledgebot.messages import hush
from pledgebot.messages.document import Message
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.services.hushed import OPEN, Hushed, hushed
from pledgebot.services.queries import is_fictional
from pledgebot.services.revision import Remembered
from pledgebot.store.engine import Session

SERVICE_VERBS = frozenset({Verb.DATES, Verb.HELP, Verb.PRIVACY, Verb.START, Verb.UNKNOWN})
"""What is answered in the silence too, beside what is about a subscription: it says nothing of any list."""

SERVICE_PRESSES = frozenset({"dates", "help", "privacy", "start"})
"""The same as buttons."""


def hush_for(session: Session, asker: Asker, now: datetime, known: Remembered) -> Hushed:
    """Return what the silence makes of the answers to somebody; organizers see everything as it is."""
    return OPEN if asker.organizer is not None else hushed(session, now, known)


def notice(there: Hushed, tr: Translator) -> Message:
    """Return what is said in a silence in the place of anything about a list."""
    until = there.silence.ends if there.silence is not None else None
    return hush.notice(tr, until, there.zone, there.board_url)


def unless_hushed(there: Hushed, tr: Translator, tell: Callable[[], Message]) -> Message:
    """Return what is told of lists; in a silence the notice, or the same with a line that says as of when it is told."""
    if there.notice:
        return notice(there, tr)
    if there.as_of is None or there.zone is None:
        return tell()
    return hush.as_of(tell(), tr, there.as_of, there.zone)


def instead(session: Session, there: Hushed, tr: Translator, known: Remembered) -> Instead | None:
    """Return what is to be said in the place of an answer about lists from when the next silence begins; None without one."""
    coming = there.coming
    if coming is None or coming.silence is None or not coming.notice:
        return None
    begins = coming.silence.begins
    return known.read_one(
        session,
        ("instead", tr.language, begins),
        lambda reading: Instead(begins, frame(notice(coming, tr), tr, is_fictional(reading, known))),
    )
