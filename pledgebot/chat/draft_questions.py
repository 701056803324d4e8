"""What an organizer asks while a draft is open: it is answered, and the draft is not lost from sight."""

from dataclasses import replace
from datetime import datetime

from pledgebot.chat import answers, drafting
from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import Verb, parse
from pledgebot.chat.reply import Reply
from pledgebot.messages import drafts as screens
from pledgebot.messages.i18n import translator
from pledgebot.services.drafts import load_draft
from pledgebot.services.lookup import Directories
from pledgebot.store.engine import Database, Session


def answer(
    database: Database, asker: Asker, chat: str, text: str, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Answer a text that says nothing to an open draft, with a button that leads back to it; None where none is open.

    What is not understood at all is said not to be, on the draft's present screen.
    """
    if asker.organizer is None:
        return None
    known = directories or Directories()
    with database.read() as session:
        stored = load_draft(session, asker.organizer.organizer, chat)
        if stored is None or stored.draft is None:
            return None
        understood = _is_understood(session, text, now, known)
    if not understood:
        return drafting.repeat(database, asker, chat, now, known)
    return _with_way_back(answers.reply(database, text, asker, now, known), stored.revision, asker)


def _is_understood(session: Session, text: str, now: datetime, directories: Directories) -> bool:
    """Tell whether a text asks for something: a command that exists, or words that name something."""
    request = parse(text)
    if not request.whole:
        return request.verb is not Verb.UNKNOWN
    _verb, found = answers.understand(session, text, now, directories)
    return found is None or bool(found.hits)


def _with_way_back(reply: Reply, revision: int, asker: Asker) -> Reply:
    if not reply.messages:
        return reply
    *others, last = reply.messages
    button = screens.way_back(revision, translator(last.language or asker.language))
    return replace(reply, messages=(*others, replace(last, buttons=(*last.buttons, (button,)))))
