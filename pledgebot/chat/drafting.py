"""The logging of an answer step by step: what is typed, sent, forwarded or pressed works on a draft that is in the database.

Nothing is recorded before Submit is pressed. Every press carries the revision of the screen it stood on; one of an earlier
screen changes nothing and shows the present one.
"""

from collections.abc import Callable
from datetime import datetime

from pledgebot.chat.asker import Asker
from pledgebot.chat.draft_beginnings import again, entry_number, new, noted, values_of
from pledgebot.chat.draft_desk import Desk, Turn
from pledgebot.chat.draft_presses import pressed
from pledgebot.chat.draft_things import ForwardedWords, ReceivedFile, filed, forwarded, heard
from pledgebot.chat.grammar import Request, Verb
from pledgebot.chat.reply import Reply
from pledgebot.domain.draft import Draft
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import about, organizers
from pledgebot.messages import drafts as screens
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, number
from pledgebot.services import queries
from pledgebot.services.answers import FILE_LIMIT
from pledgebot.services.draft_answers import submit_draft
from pledgebot.services.draft_views import draft_view
from pledgebot.services.drafts import StoredDraft, close_draft, drop_draft, load_draft
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Role, roles
from pledgebot.store.engine import Database

__all__ = [
    "ForwardedWords",
    "ReceivedFile",
    "begin",
    "cancel",
    "press",
    "repeat",
    "take_file",
    "take_forward",
    "take_text",
    "too_large",
]

_TRIES = 3
_MEGABYTE = 1024 * 1024

Act = Callable[[Desk, StoredDraft | None], Message | None]
"""What is done at a desk to what is kept there: the message that comes of it, None when it was not meant for a draft."""


def begin(
    database: Database,
    asker: Asker,
    chat: str,
    request: Request,
    now: datetime,
    directories: Directories | None = None,
) -> Reply:
    """Begin a draft: `/log`, `/log NAME`, `/correct N`, `/withdraw NAME`. A draft that is open is not lost without asking."""
    tr = translator(asker.language)
    if request.verb is Verb.CORRECT and entry_number(request.about)[0] is None:
        told = tr._(
            "Which entry is to be corrected? Send the number under which it was recorded, as the organizers' group was told "
            "it: /correct 12. The numbers in /history are the ledger's own."
        )
        return Reply((Message((paragraph(told),), tr.language),))

    begun = _begun(database, asker, chat, now, directories, lambda desk: new(desk, request))
    return begun or Reply((about.help_text(tr, organizer=False),))


def _begun(
    database: Database,
    asker: Asker,
    chat: str,
    now: datetime,
    directories: Directories | None,
    make: Callable[[Desk], Turn],
) -> Reply | None:
    def act(desk: Desk, stored: StoredDraft | None) -> Message:
        turn = make(desk)
        if stored is not None and stored.draft is not None and stored.draft.worth_keeping:
            view = draft_view(desk.session, stored.draft, stored.revision, now, directories)
            asked = screens.open_already(view, values_of(turn.draft), desk.tr)
            return frame(asked, desk.tr, queries.is_fictional(desk.session))
        return desk.keep(turn, stored)

    return _done(database, asker, chat, now, directories, act)


def repeat(
    database: Database, asker: Asker, chat: str, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Say that a text was not understood, and show what the open draft waits for; None where no draft is open."""

    def act(desk: Desk, stored: StoredDraft | None) -> Message | None:
        if stored is None or stored.draft is None:
            return None
        return desk.show(stored.draft, stored.revision, screens.not_understood(desk.tr))

    return _done(database, asker, chat, now, directories, act)


def take_text(
    database: Database, asker: Asker, chat: str, text: str, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Take a text as an answer to what the draft asks; None when no draft waits for such words, so that it is a question."""
    return _taken(database, asker, chat, now, directories, lambda desk, draft: heard(desk, draft, text))


def take_file(
    database: Database,
    asker: Asker,
    chat: str,
    file: ReceivedFile,
    now: datetime,
    directories: Directories | None = None,
    limit: int = FILE_LIMIT,
) -> Reply | None:
    """Keep a file as a proof of the draft; without one a draft begins with it. `limit` is in bytes. None for a stranger."""
    if len(file.content) > limit:
        return too_large(asker, limit // _MEGABYTE) if asker.organizer is not None else None
    return _taken(database, asker, chat, now, directories, lambda desk, draft: filed(desk, draft, file), fresh=True)


def take_forward(
    database: Database,
    asker: Asker,
    chat: str,
    words: ForwardedWords,
    now: datetime,
    directories: Directories | None = None,
) -> Reply | None:
    """Take a forwarded message as a proof of the draft; without one a draft begins with it.

    None for a stranger, and for a message that holds neither words nor a link.
    """
    if not words.text.strip() and not words.link:
        return None
    return _taken(
        database, asker, chat, now, directories, lambda desk, draft: forwarded(desk, draft, words), fresh=True
    )


def press(
    database: Database, press: Press, asker: Asker, chat: str, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Do what a button of the verbs `w` and `log` says; None for a stranger, and for what no button of a draft says.

    `log` opens a draft, also by a link: it submits nothing. What goes back to the draft works from a screen of any age.
    """
    if asker.organizer is None:
        return None
    if press.verb == "log":
        return _begun(
            database, asker, chat, now, directories, lambda desk: again(desk, press.arguments) or Turn(Draft())
        )
    revision = number(press.arguments[0]) if press.arguments else None
    if press.verb != "w" or revision is None or len(press.arguments) < 2:  # noqa: PLR2004 - revision and step
        return None
    step, *values = press.arguments[1:]
    stale = screens.stale(translator(asker.language))
    notices: list[str] = []

    def act(desk: Desk, stored: StoredDraft | None) -> Message:
        notices.clear()
        if stored is None or stored.draft is None:
            return screens.closed(stored.submitted if stored is not None else None, desk.tr)
        if step == "show":
            return desk.show(stored.draft, stored.revision)
        if stored.revision != revision:
            notices.append(stale)
            return desk.show(stored.draft, stored.revision, stale)
        return _pressed(desk, stored, stored.draft, step, tuple(values))

    reply = _done(database, asker, chat, now, directories, act)
    return Reply(reply.messages, in_place=True, notice="".join(notices)) if reply is not None else None


def cancel(database: Database, asker: Asker, chat: str, now: datetime, directories: Directories | None = None) -> Reply:
    """Ask whether to throw the draft of this chat away, with the files that nothing else uses; an empty one is dropped.

    So is that of somebody who may not record any more, and could press nothing.
    """
    tr = translator(asker.language)
    if asker.organizer is None:
        return Reply((about.help_text(tr, organizer=False),))
    with database.begin() as session:
        stored = load_draft(session, asker.organizer.organizer, chat)
        draft = stored.draft if stored is not None else None
        if stored is None or draft is None:
            return Reply((screens.nothing_to_cancel(tr),))
        if draft.worth_keeping and Role.RECORDER in roles(session, asker.organizer):
            view = draft_view(session, draft, stored.revision, now, directories)
            return Reply((frame(screens.throw_away(view, tr), tr, queries.is_fictional(session)),))
        drop_draft(session, asker.organizer.organizer, chat, now)
    return Reply((screens.cancelled(tr),))


def too_large(asker: Asker, megabytes: int = FILE_LIMIT // _MEGABYTE) -> Reply:
    """Say what to do instead of sending a file that is larger than the limit."""
    return Reply((screens.too_large(megabytes, translator(asker.language)),))


def _done(
    database: Database, asker: Asker, chat: str, now: datetime, directories: Directories | None, act: Act
) -> Reply | None:
    """Do something at the desk, in one transaction; again when something else was done to the draft in that moment.

    Of two presses at once the second finds, then, that the draft is another by now.
    """
    if asker.organizer is None:
        return None
    refused = Refused(Objection.DRAFT_CHANGED)
    for _again in range(_TRIES):
        try:
            with database.begin() as session:
                desk = Desk.of(session, asker.organizer, asker, chat, now, directories)
                message = act(desk, desk.load())
        except Refused as why:
            refused = why
            if why.objection is not Objection.DRAFT_CHANGED:
                break
        else:
            return Reply((message,)) if message is not None else None
    tr = translator(asker.language)
    return Reply((Message((paragraph(objection(tr, refused.objection, refused.facts)),), tr.language),))


def _taken(
    database: Database,
    asker: Asker,
    chat: str,
    now: datetime,
    directories: Directories | None,
    take: Callable[[Desk, Draft], Turn | None],
    *,
    fresh: bool = False,
) -> Reply | None:
    """Take something into the draft that is open, or into a new one if `fresh`; a refusal is said on the present screen."""

    def act(desk: Desk, stored: StoredDraft | None) -> Message | None:
        draft = stored.draft if stored is not None else None
        if draft is None and not fresh:
            return None
        before = draft or Draft()
        turn = noted(desk, before, lambda: take(desk, before))
        return desk.keep(turn, stored) if turn is not None else None

    # Whoever may not record and drafts nothing only asks questions: those are not refused.
    return _done(database, asker, chat, now, directories, act) if fresh or _drafts(database, asker, chat) else None


def _drafts(database: Database, asker: Asker, chat: str) -> bool:
    if asker.organizer is None:
        return False
    with database.read() as session:
        stored = load_draft(session, asker.organizer.organizer, chat)
    return stored is not None and stored.draft is not None


def _pressed(desk: Desk, stored: StoredDraft, draft: Draft, step: str, values: tuple[str, ...]) -> Message:
    if step == "cancel" and draft.worth_keeping:
        view = draft_view(desk.session, draft, stored.revision, desk.now, desk.directories)
        return frame(screens.throw_away(view, desk.tr), desk.tr, queries.is_fictional(desk.session))
    if step in {"cancel", "discard"}:
        close_draft(desk.session, desk.by.organizer, desk.chat, stored.revision, desk.now)
        return screens.cancelled(desk.tr)
    if step == "submit":
        return _submitted(desk, stored, draft)
    if step == "anew":
        turn = noted(desk, draft, lambda: again(desk, values))
    else:
        turn = noted(desk, draft, lambda: pressed(desk, draft, step, values))
    return desk.keep(turn or Turn(draft), stored)


def _submitted(desk: Desk, stored: StoredDraft, draft: Draft) -> Message:
    """Record the draft; what is refused is said by the preview itself."""
    try:
        with desk.session.begin_nested():
            answer = submit_draft(desk.session, desk.chat, stored, desk.questions, desk.by, desk.now)
    except Refused as refused:
        # Refused as the same answer, it may be that this very draft was submitted in this moment.
        if desk.load() != stored:
            raise Refused(Objection.DRAFT_CHANGED) from refused
        return desk.keep(Turn(draft), stored)
    return organizers.recorded(queries.entry(desk.session, answer), desk.tr)
