"""What is answered to a turn: synchronous, no network. Effects, and the acts that tell of them, are one transaction."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pledgebot.chat import answers, drafting, subscribing
from pledgebot.chat.asker import Asker
from pledgebot.chat.drafting import ForwardedWords, ReceivedFile
from pledgebot.chat.grammar import ORGANIZER_VERBS, SUBSCRIBER_VERBS, Request, Verb, parse
from pledgebot.chat.recall import Recall, question_by_press, question_in_words, recalled
from pledgebot.chat.reply import Reply
from pledgebot.chat.suggestions import suggest
from pledgebot.chat.telegram.acts import Act, Change, Outcome, Say, Show, acts_to_json
from pledgebot.chat.telegram.turns import Membership, Migration, Turn, What
from pledgebot.clock import Clock
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.budgets import Verdict
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import about, organizers
from pledgebot.messages.document import Button, Message, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, number, read_token
from pledgebot.services import inbox, queries
from pledgebot.services.letters import read_letter
from pledgebot.services.lookup import Directories
from pledgebot.services.new_answers import FILE_LIMIT
from pledgebot.services.people import Actor, accept_invitation, organizers_by_account, roles
from pledgebot.services.proofs import file_content, files_of
from pledgebot.services.subscriber_places import end_place, move_place, revive_place
from pledgebot.services.subscriber_views import is_organizers_place, language_of
from pledgebot.store.engine import Database, Joined, Session

CHANNEL = "telegram"
LIMIT = 20
"""How many suggestions an inline question gets at most."""

_PANEL = frozenset({"s", "w", "log", "confirm", "reject", "ask", "chase", "contact"})
"""Presses that change something."""

_BEGINNING = frozenset({Verb.CORRECT, Verb.WITHDRAW})


@dataclass(frozen=True)
class Live:
    """What Telegram said just now, because the turn needs it.

    `target` is the place that is meant where it is not the chat itself: a channel or group named in a private chat, or by a
    button. `administrator` is that the person administers the place that is meant. `file` is what was sent, None when it was
    too large to fetch.
    """

    administrator: bool = False
    target: Spot | None = None
    file: ReceivedFile | None = None
    unseen: bool = False
    """A place was named that the bot does not see, or in which it may not write."""


@dataclass(frozen=True)
class Manners:
    """What the configuration says about answering: the languages, the first by default, and whom to write to."""

    languages: tuple[str, ...]
    contact: str
    largest_file: int = FILE_LIMIT
    """The largest proof that is kept, in bytes."""


class HandledMeanwhile(Exception):  # noqa: N818 - it is no error: another worker was faster
    """Another worker has handled this turn: nothing of ours is kept."""


@dataclass
class Responder:
    """Decides what is answered. Called in a worker thread, for turns of different chats side by side."""

    database: Database
    clock: Clock
    manners: Manners
    username: str = ""
    directories: Directories = field(default_factory=Directories)
    recall: Recall[Reply | Outcome] = field(default_factory=Recall)

    def respond(self, item: int, turn: Turn, live: Live) -> Outcome:
        """Return what comes of a turn. A turn with effects is done in one transaction with the mark on its update `item`."""
        with self.database.read() as session:
            asker = self._asker(session, turn, live)
            if asker.organizer is None and not has_effects(turn):
                return self._outcome(turn, self._recalled(Joined(session, self.database.url), turn, live, asker))
        with self.database.joined() as joined:
            outcome = self._outcome(turn, self._answered(joined, turn, live, asker))
            kept = acts_to_json(outcome.acts)
            if not inbox.mark_answered(joined.session, item, kept):
                raise HandledMeanwhile
        return replace(outcome, kept=True)

    def _actor(self, session: Session, turn: Turn) -> Actor | None:
        """Return which organizer this is: in private, or in the organizers' own group; elsewhere all are followers."""
        if turn.person.anonymous or turn.what is What.INLINE:
            return None
        if not turn.private and not is_organizers_place(session, turn.spot):
            return None
        accounts = self.directories.read(session, organizers_by_account)
        return accounts.get((CHANNEL, str(turn.person.id)))

    def takes_files(self, turn: Turn) -> bool:
        """Tell whether a file that somebody sent may be a proof: an organizer's, in private."""
        with self.database.read() as session:
            return turn.private and self._actor(session, turn) is not None

    def _asker(self, session: Session, turn: Turn, live: Live) -> Asker:
        return Asker(
            language=language_of(session, turn.spot) or self.language_for(turn),
            organizer=self._actor(session, turn),
            spot=live.target or turn.spot,
            administrator=live.administrator or (live.target is None and turn.private),
            contact=self.manners.contact,
        )

    def _recalled(self, database: Database, turn: Turn, live: Live, asker: Asker) -> Reply | Outcome:
        """Answer a follower, from memory where nothing has changed since somebody asked the same."""
        question = None
        if turn.what is What.PRESS and (press := read_token(turn.text)) is not None:
            question = question_by_press(press, asker)
        elif turn.what is What.TEXT and turn.text.strip():
            question = question_in_words(turn.text, asker)
        return recalled(
            self.recall,
            database,
            question,
            self.clock.now(),
            self.directories,
            lambda same: self._answered(same, turn, live, asker),
        )

    def _answered(self, database: Database, turn: Turn, live: Live, asker: Asker) -> Reply | Outcome:
        if turn.what is What.INLINE:
            now = self.clock.now()
            return Outcome(suggestions=suggest(database, turn.text, asker, now, self.directories, LIMIT))
        if turn.what is What.PRESS:
            return self._file_shown(database, turn, asker) or self._pressed(database, turn, asker)
        if live.unseen:
            tr = translator(asker.language)
            return Reply((answers.said(objection(tr, Objection.BOT_NOT_ADMINISTRATOR, {}), tr),))
        return self._said(database, turn, live, asker)

    def _file_shown(self, database: Database, turn: Turn, asker: Asker) -> Outcome | None:
        """Show the file that proves an entry to an organizer: four eyes have to see it."""
        press = read_token(turn.text)
        numbers = press.numbers() if press is not None and press.verb == "file" else None
        if not numbers or asker.organizer is None:
            return None
        with database.read() as session:
            files = files_of(session, numbers[0])
        acts = tuple(Show(turn.spot.address, turn.spot.thread, file) for file in files)
        return Outcome(acts) if acts else None

    def file(self, sha256: str) -> tuple[bytes, str] | None:
        """Return a kept file and its media type, None when it was removed meanwhile."""
        with self.database.read() as session:
            return file_content(session, sha256)

    def language_for(self, turn: Turn) -> str:
        """Return the language of the person's app if it is one of ours, in private; a group has the first one."""
        code = turn.person.language[:2].lower()
        return code if turn.private and code in self.manners.languages else self.manners.languages[0]

    def _pressed(self, database: Database, turn: Turn, asker: Asker) -> Reply:
        tr = translator(asker.language)
        press = read_token(turn.text)
        reply = self._press(database, press, turn, asker) if press is not None else None
        return reply or Reply(notice=tr._("This button is from an older message and leads nowhere any more. /stances"))

    def _press(self, database: Database, press: Press, turn: Turn, asker: Asker) -> Reply | None:
        now = self.clock.now()
        if press.verb in {"w", "log"}:
            if asker.organizer is None:
                return None
            if not turn.private:
                return self._in_private("log", translator(asker.language))
            return drafting.press(database, press, asker, turn.spot.address, now, self.directories)
        if press.verb == "s" and meant_address(press) != (asker.spot.address if asker.spot is not None else ""):
            # What is pressed comes from outside: a forged one must not decide for somebody else's place.
            return None
        return answers.press(database, press, asker, now, self.directories)

    def _said(self, database: Database, turn: Turn, live: Live, asker: Asker) -> Reply:
        now, chat = self.clock.now(), turn.spot.address
        request = parse(turn.text)
        if request.verb is Verb.START and turn.private:
            begun = self._started(database, request, turn, asker)
            if begun is not None:
                return begun
        if asker.organizer is not None and turn.private:
            drafted = self._drafted(database, turn, live, request, asker, chat, now)
            if drafted is not None:
                return drafted
        elif asker.organizer is not None and _begins_draft(request):
            return self._in_private("log", translator(asker.language))
        told_on = turn.what is What.FORWARD and turn.text.lstrip().startswith("/")
        if told_on or not turn.text.strip():
            # Somebody else's command is no command of whoever passes it on.
            return Reply((about.help_text(translator(asker.language), organizer=asker.organizer is not None),))
        return answers.reply(database, turn.text, asker, now, self.directories)

    def _started(self, database: Database, request: Request, turn: Turn, asker: Asker) -> Reply | None:
        """Answer a deep link that is not a follower's: an invitation, or a draft begun in a group."""
        press = read_token(request.about)
        if press is None:
            return None
        if press.verb == "log" and asker.organizer is not None:
            return self._press(database, press, turn, asker)
        if press.verb == "join" and len(press.arguments) == 1:
            return self._joined(database, press.arguments[0], turn, asker)
        return None

    def _joined(self, database: Database, token: str, turn: Turn, asker: Asker) -> Reply:
        tr = translator(asker.language)
        try:
            with database.begin() as session:
                actor = accept_invitation(session, token, CHANNEL, str(turn.person.id), self.clock.now())
                held = roles(session, actor)
        except Refused as refused:
            return Reply((answers.said(objection(tr, refused.objection, refused.facts), tr),))
        return Reply((organizers.joined(actor.name, held, tr),))

    def _drafted(
        self,
        database: Database,
        turn: Turn,
        live: Live,
        request: Request,
        asker: Asker,
        chat: str,
        now: datetime,
    ) -> Reply | None:
        """Let a draft take what an organizer sent; None when it is an ordinary question."""
        if turn.what in {What.FILE, What.FORWARD}:
            return self._proof_taken(database, turn, live, asker, chat, now)
        if request.verb is Verb.CANCEL:
            return drafting.cancel(database, asker, chat, now)
        if _begins_draft(request):
            return drafting.begin(database, asker, chat, request, now, self.directories)
        if turn.text.lstrip().startswith("/"):
            return None
        return drafting.take_text(database, asker, chat, turn.text, now, self.directories)

    def _proof_taken(
        self, database: Database, turn: Turn, live: Live, asker: Asker, chat: str, now: datetime
    ) -> Reply | None:
        """Let a draft take a file or a forwarded message as proof."""
        if turn.forwarded is not None and turn.what is What.FORWARD:
            words = ForwardedWords(turn.text, turn.forwarded.link, turn.forwarded.said_on, turn.forwarded.by)
            return drafting.take_forward(database, asker, chat, words, now, self.directories)
        if live.file is None:
            return drafting.too_large(asker, self.manners.largest_file // (1024 * 1024))
        limit = self.manners.largest_file
        return drafting.take_file(database, asker, chat, live.file, now, self.directories, limit)

    def _in_private(self, token: str, tr: Translator) -> Reply:
        words = paragraph(tr._("An answer is logged in a private chat with this bot, not in a group."))
        button = Button(tr._("Go there"), url=f"https://t.me/{self.username}?start={token}")
        return Reply((Message((words,), tr.language, buttons=((button,),)),))

    def _outcome(self, turn: Turn, reply: Reply | Outcome) -> Outcome:
        """Return the acts of a reply: where each of its messages goes."""
        if isinstance(reply, Outcome):
            return reply
        acts: list[Act] = []
        answers_to = turn.message if not turn.private and turn.what is not What.PRESS else None
        for place, message in enumerate(reply.messages):
            if reply.in_place and place == 0 and turn.what is What.PRESS and turn.message is not None:
                acts.append(Change(turn.spot.address, turn.spot.thread, turn.message, message))
            else:
                acts.append(Say(turn.spot.address, turn.spot.thread, message, answers_to))
        acts += [Say(aside.address, "", aside.message) for aside in reply.asides]
        return Outcome(tuple(acts), reply.notice)

    def slow_down(self, turn: Turn, verdict: Verdict, wait: timedelta) -> Outcome:
        """Return what somebody is told who asks too much: once a word, then nothing."""
        tr = translator(self.language_for(turn))
        seconds = max(1, round(wait.total_seconds()))
        told = tr.n("Too many questions at once. In {count} second I answer again.",
                    "Too many questions at once. In {count} seconds I answer again.", seconds)  # fmt: skip
        if verdict is not Verdict.LAST_WORD:
            return Outcome()
        if turn.what is What.PRESS:
            return Outcome(notice=told.format(count=seconds))
        if turn.what is What.INLINE:
            return Outcome()
        return Outcome((Say(turn.spot.address, turn.spot.thread, answers.said(told.format(count=seconds), tr)),))

    def changed(self, item: int, membership: Membership) -> Outcome:
        """Note that the bot was let in or shut out, and return what it says: how to ask, or how to run a channel."""
        with self.database.joined() as joined:
            outcome = self._changed(joined, membership)
            if not inbox.mark_answered(joined.session, item, acts_to_json(outcome.acts)):
                raise HandledMeanwhile
        return replace(outcome, kept=True)

    def _changed(self, database: Database, membership: Membership) -> Outcome:
        now, spot = self.clock.now(), membership.spot
        with database.begin() as session:
            if not membership.is_there:
                end_place(session, CHANNEL, spot.address, now)
                return Outcome()
            revive_place(session, CHANNEL, spot.address, now)
            fictional = queries.is_fictional(session)
            letter = read_letter(session)
        tr = translator(self.manners.languages[0])
        if spot.place is PlaceKind.GROUP and not membership.was_there:
            welcome = about.welcome(tr, letter.title if letter is not None else None, group=True)
            return Outcome((Say(spot.address, "", frame(welcome, tr, fictional=fictional)),))
        if spot.place is PlaceKind.CHANNEL and membership.writes and membership.by.id:
            asker = Asker(self.manners.languages[0], None, spot, administrator=True, contact=self.manners.contact)
            reply = answers.reply(database, "/subscribe", asker, now, self.directories)
            return Outcome(tuple(Say(str(membership.by.id), "", message) for message in reply.messages))
        return Outcome()

    def moved(self, migration: Migration) -> None:
        """Follow a group to its new number; doing it again changes nothing."""
        with self.database.begin() as session:
            move_place(session, CHANNEL, migration.old, migration.new, self.clock.now())

    def gone(self, address: str) -> None:
        """End a place that cannot be written to any more."""
        with self.database.begin() as session:
            end_place(session, CHANNEL, address, self.clock.now())


def has_effects(turn: Turn) -> bool:
    """Tell whether a follower's turn may change what is kept: then it must happen exactly once."""
    if turn.what in {What.INLINE, What.FORWARD}:
        return False
    if turn.what is What.PRESS:
        press = read_token(turn.text)
        return press is not None and press.verb in _PANEL
    request = parse(turn.text)
    if request.verb is Verb.START:
        press = read_token(request.about)
        return press is not None and press.verb in _PANEL | {"join"}
    return request.verb in SUBSCRIBER_VERBS | ORGANIZER_VERBS


def meant_address(press: Press) -> str:
    """Return the chat that a button of the panel is about; empty where it names none."""
    address = number(press.arguments[0]) if press.arguments else None
    return str(address) if address is not None else ""


def needs_administrator(turn: Turn) -> bool:
    """Tell whether Telegram has to be asked if the person administers the place."""
    if turn.what is What.PRESS:
        press = read_token(turn.text)
        return press is not None and subscribing.needs_administrator(press)
    return turn.what is What.TEXT and subscribing.needs_administrator(parse(turn.text))


def _begins_draft(request: Request) -> bool:
    return request.verb in _BEGINNING or (request.verb is Verb.LOG and not request.fields)


def readable(payload: str | None) -> dict[str, object] | None:
    """Return a stored update, None for what is none."""
    try:
        raw = json.loads(payload or "")
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None
