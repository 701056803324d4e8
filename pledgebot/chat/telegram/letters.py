"""What becomes of an entry is brought to one person in private: left in the inbox as what is still to be said, once."""

from pledgebot.chat.telegram.acts import Say, acts_to_json
from pledgebot.clock import Clock
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.events import EventKind
from pledgebot.messages import entry_notices
from pledgebot.messages.document import Message
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.services import inbox
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.entry_talk import Letter, letters_after, newest_event
from pledgebot.services.subscriber_views import language_of
from pledgebot.store.engine import Database, Session

CHANNEL = "telegram"
CURSOR = "telegram:letters"
_FAR = 1000
"""After so many events about nothing of it the cursor is moved on, so that they are not read again and again."""


def leave_letters(database: Database, clock: Clock, language: str) -> int:
    """Leave in the inbox what people have to be told of their entries since the last time; return how many letters.

    `language` is what somebody reads who chose none. The cursor moves in the same transaction.
    """
    with database.read() as session:
        last = int(read_cursor(session, CURSOR) or 0)
        newest = newest_event(session)
        if not letters_after(session, CHANNEL, last) and newest < last + _FAR:
            return 0
    with database.begin() as session:
        last = int(read_cursor(session, CURSOR) or 0)
        found = letters_after(session, CHANNEL, last)
        left = sum(_leave(session, letter, clock, language) for letter in found)
        write_cursor(session, CURSOR, str(found[-1].event if found else max(last, newest)), clock.now())
    return left


def _leave(session: Session, letter: Letter, clock: Clock, language: str) -> bool:
    if letter.address is None:
        return False
    spoken = language_of(session, Spot(CHANNEL, letter.address, "", PlaceKind.PRIVATE)) or language
    acts = (Say(letter.address, "", _worded(letter, spoken)),)
    return inbox.leave_replies(
        session, CHANNEL, f"letter:{letter.event}", letter.address, acts_to_json(acts), clock.now()
    )


def _worded(letter: Letter, language: str) -> Message:
    tr = translator(language)
    word = {
        EventKind.ENTRY_ASKED: entry_notices.asked_of_recorder,
        EventKind.ENTRY_EXPLAINED: entry_notices.newest_remark,
        EventKind.ENTRY_DECIDED: entry_notices.rejected_for_recorder,
    }[letter.kind]
    return frame(word(letter.facts, tr), tr, letter.facts.fictional)
