"""What an organizer sends that is no follower's question: words about an entry, what a draft takes, an invitation."""

from dataclasses import dataclass
from datetime import datetime

from pledgebot.chat import drafting, organizer_talk
from pledgebot.chat.answers import said
from pledgebot.chat.asker import Asker
from pledgebot.chat.draft_beginnings import token_of
from pledgebot.chat.drafting import ForwardedWords
from pledgebot.chat.grammar import Request, Verb
from pledgebot.chat.reply import Reply
from pledgebot.chat.telegram.intents import begins_draft
from pledgebot.chat.telegram.live import Live
from pledgebot.chat.telegram.turns import Turn, What
from pledgebot.domain.errors import Refused
from pledgebot.messages import organizers
from pledgebot.messages.document import Button, Message, paragraph
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.services.entry_talk import await_no_words, await_words, awaited_words
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Actor, accept_invitation, roles
from pledgebot.store.engine import Database


def keep_awaited(database: Database, by: Actor, reply: Reply | None, now: datetime) -> None:
    """Keep what the next words of an organizer are about, after a button in private; any other one ends the waiting."""
    with database.begin() as session:
        if reply is not None and reply.awaits:
            await_words(session, by.organizer, reply.awaits, now)
        else:
            await_no_words(session, by.organizer)


def passed_on(
    database: Database, turn: Turn, by: Actor, request: Request, language: str, now: datetime
) -> Reply | None:
    """Pass on what an organizer wrote about an entry: a reply, or in private what comes next; None for anything else.

    A command ends the waiting.
    """
    tr = translator(language)
    awaited = _no_longer_awaited(database, by, now) if turn.private else None
    if turn.text.lstrip().startswith("/"):
        dropped = awaited is not None and request.verb is Verb.CANCEL
        return Reply((said(tr._("All right: nothing was passed on."), tr),)) if dropped else None
    about = turn.about or awaited
    if about is None or not turn.text.strip():
        return None
    return organizer_talk.take(database, about, turn.text, by, tr, now)


def _no_longer_awaited(database: Database, by: Actor, now: datetime) -> str | None:
    with database.begin() as session:
        awaited = awaited_words(session, by.organizer, now)
        await_no_words(session, by.organizer)
    return awaited


@dataclass(frozen=True)
class Sent:
    """What an organizer sent, with all that is needed to take it; `limit` is the size of the largest proof, in bytes."""

    database: Database
    turn: Turn
    live: Live
    asker: Asker
    now: datetime
    directories: Directories
    username: str
    limit: int


def taken(sent: Sent, request: Request) -> Reply | None:
    """Take what an organizer sent about an entry or for a draft; None when it is an ordinary question."""
    asker, turn = sent.asker, sent.turn
    if turn.what is What.TEXT and asker.organizer is not None:
        passed = passed_on(sent.database, turn, asker.organizer, request, asker.language, sent.now)
        if passed is not None:
            return passed
    if turn.private:
        return _drafted(sent, request)
    if not begins_draft(request):
        return None
    there = token_of(sent.database, request, sent.now, sent.directories)
    return in_private(there, sent.username, translator(asker.language))


def _drafted(sent: Sent, request: Request) -> Reply | None:
    """Let a draft take what an organizer sent; None when it is an ordinary question."""
    database, asker, chat = sent.database, sent.asker, sent.turn.spot.address
    if sent.turn.what in {What.FILE, What.FORWARD}:
        return _proof_taken(sent)
    if request.verb is Verb.CANCEL:
        return drafting.cancel(database, asker, chat, sent.now, sent.directories)
    if begins_draft(request):
        return drafting.begin(database, asker, chat, request, sent.now, sent.directories)
    if sent.turn.text.lstrip().startswith("/"):
        return None
    return drafting.take_text(database, asker, chat, sent.turn.text, sent.now, sent.directories)


def _proof_taken(sent: Sent) -> Reply | None:
    """Let a draft take a file or a forwarded message as proof."""
    turn, asker, chat, file = sent.turn, sent.asker, sent.turn.spot.address, sent.live.file
    if turn.forwarded is not None and turn.what is What.FORWARD:
        words = ForwardedWords(turn.text, turn.forwarded.link, turn.forwarded.said_on, turn.forwarded.by)
        return drafting.take_forward(sent.database, asker, chat, words, sent.now, sent.directories)
    if file is None:
        return drafting.too_large(asker, sent.limit // (1024 * 1024))
    return drafting.take_file(sent.database, asker, chat, file, sent.now, sent.directories, sent.limit)


def in_private(token: str, username: str, tr: Translator) -> Reply:
    """Return where an answer is logged, to an organizer who begins it in a group."""
    words = paragraph(tr._("An answer is logged in a private chat with this bot, not in a group."))
    button = Button(tr._("Go there"), url=f"https://t.me/{username}?start={token}")
    return Reply((Message((words,), tr.language, buttons=((button,),)),))


def joined(database: Database, token: str, turn: Turn, language: str, now: datetime) -> Reply:
    """Let somebody join the organizers by an invitation."""
    tr = translator(language)
    try:
        with database.begin() as session:
            actor = accept_invitation(session, token, turn.spot.channel, str(turn.person.id), now)
            held = roles(session, actor)
    except Refused as refused:
        return Reply((said(objection(tr, refused.objection, refused.facts), tr),))
    return Reply((organizers.joined(actor.name, held, tr),))
