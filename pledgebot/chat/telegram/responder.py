"""What is answered to a turn: synchronous, no network. Effects, and the acts that tell of them, are one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pledgebot.chat import answers, draft_questions, drafting
from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import Request, Verb, parse
from pledgebot.chat.recall import Recall, question_by_press, question_in_words, recalled
from pledgebot.chat.reply import Reply
from pledgebot.chat.suggestions import fresh_until, suggest
from pledgebot.chat.telegram import organizer_turns
from pledgebot.chat.telegram.acts import Act, Change, Outcome, Say, Show, acts_to_json
from pledgebot.chat.telegram.intents import has_effects, meant_address
from pledgebot.chat.telegram.live import HandledMeanwhile, Live, Manners
from pledgebot.chat.telegram.turns import Membership, Migration, Turn, What
from pledgebot.chat.telegram.whereabouts import greeted
from pledgebot.clock import Clock
from pledgebot.domain.budgets import Verdict
from pledgebot.domain.errors import Objection, Unusable
from pledgebot.messages import about
from pledgebot.messages.i18n import translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, read_token
from pledgebot.services import inbox
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Actor, organizers_by_account
from pledgebot.services.proofs import file_content, files_of
from pledgebot.services.subscriber_places import end_place, move_place
from pledgebot.services.subscriber_views import is_organizers_place, language_of, read_languages
from pledgebot.store.engine import Database, Joined, Session

__all__ = ["HandledMeanwhile", "Live", "Manners", "Responder"]

CHANNEL = "telegram"
LIMIT = 20
"""How many suggestions an inline question gets at most."""


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
            outcome = self.shown(session, turn, live)
        if outcome is not None:
            return outcome
        with self.database.joined() as joined:
            asker = self._asker(joined.session, turn, live, item)
            outcome = self._outcome(turn, self._answered(joined, turn, live, asker, self.clock.now()))
            kept = acts_to_json(outcome.acts)
            if not inbox.mark_answered(joined.session, item, kept):
                raise HandledMeanwhile
        return replace(outcome, kept=True)

    def respond_all(self, asked: Sequence[tuple[Turn, Live]]) -> list[Outcome | Exception | None]:
        """Return what comes of turns of followers, read in one transaction that begins after all of them came.

        None stands for a turn that may have effects, which `respond` does by itself; an exception for one that failed.
        """
        decided: list[Outcome | Exception | None] = []
        while len(decided) < len(asked):
            try:
                with self.database.read() as session:
                    rest = asked[len(decided) :]
                    read_languages(session, [turn.spot for turn, _live in rest])
                    for turn, live in rest:
                        decided.append(self.shown(session, turn, live))
            except Unusable as error:
                decided += [error] * (len(asked) - len(decided))
            except Exception as error:  # noqa: BLE001 - it is told to whoever asked; the others are read for anew
                decided += [error][: len(asked) - len(decided)]
        return decided

    def shown(self, session: Session, turn: Turn, live: Live) -> Outcome | None:
        """Return what a turn shows to a follower, None for one that may have effects or is an organizer's."""
        asker = self._asker(session, turn, live)
        if asker.organizer is not None or has_effects(turn):
            return None
        return self._outcome(turn, self._recalled(Joined(session, self.database.url), turn, live, asker))

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

    def _asker(self, session: Session, turn: Turn, live: Live, item: int | None = None) -> Asker:
        return Asker(
            language=language_of(session, turn.spot) or self.language_for(turn),
            organizer=self._actor(session, turn),
            spot=live.target or turn.spot,
            administrator=live.administrator or (live.target is None and turn.private),
            contact=self.manners.contact,
            elsewhere=live.called,
            update=item,
        )

    def _recalled(self, database: Database, turn: Turn, live: Live, asker: Asker) -> Reply | Outcome:
        """Answer a follower, from memory where nothing has changed since somebody asked the same."""
        question = None
        if turn.what is What.PRESS and (press := read_token(turn.text)) is not None:
            question = question_by_press(press, asker)
        elif turn.what is What.TEXT and turn.text.strip() and not turn.about:
            question = question_in_words(turn.text, asker)
        # One moment for the answer and for what it is remembered by: between two a silence may begin.
        now = self.clock.now()
        return recalled(
            self.recall,
            database,
            question,
            now,
            self.directories,
            lambda same: self._answered(same, turn, live, asker, now),
        )

    def _answered(self, database: Database, turn: Turn, live: Live, asker: Asker, now: datetime) -> Reply | Outcome:
        if turn.what is What.INLINE:
            return self._suggested(database, turn, asker, now)
        if turn.what is What.PRESS:
            return self._file_shown(database, turn, asker) or self._pressed(database, turn, asker, now)
        if live.unseen:
            tr = translator(asker.language)
            return Reply((answers.said(objection(tr, Objection.BOT_NOT_ADMINISTRATOR, {}), tr),))
        return self._said(database, turn, live, asker, now)

    def _suggested(self, database: Database, turn: Turn, asker: Asker, now: datetime) -> Outcome:
        with database.read() as session:
            fresh = fresh_until(session, asker, now, self.directories)
        suggestions = suggest(database, turn.text, asker, now, self.directories, LIMIT)
        return Outcome(suggestions=suggestions, fresh_until=fresh)

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

    def _pressed(self, database: Database, turn: Turn, asker: Asker, now: datetime) -> Reply:
        tr = translator(asker.language)
        press = read_token(turn.text)
        reply = self._press(database, press, turn, asker, now) if press is not None else None
        if asker.organizer is not None and turn.private:
            organizer_turns.keep_awaited(database, asker.organizer, reply, now)
        return reply or Reply(notice=tr._("This button is from an older message and leads nowhere any more. /stances"))

    def _press(self, database: Database, press: Press, turn: Turn, asker: Asker, now: datetime) -> Reply | None:
        if press.verb in {"w", "log"}:
            if asker.organizer is None:
                return None
            if not turn.private:
                there = turn.text if press.verb == "log" else "log"
                return organizer_turns.in_private(there, self.username, translator(asker.language))
            return drafting.press(database, press, asker, turn.spot.address, now, self.directories)
        if press.verb == "s" and meant_address(press) != (asker.spot.address if asker.spot is not None else ""):
            # What is pressed comes from outside: a forged one must not decide for somebody else's place.
            return None
        return answers.press(database, press, asker, now, self.directories)

    def _said(self, database: Database, turn: Turn, live: Live, asker: Asker, now: datetime) -> Reply:
        chat = turn.spot.address
        request = parse(turn.text)
        if request.verb is Verb.START and turn.private:
            begun = self._started(database, request, turn, asker, now)
            if begun is not None:
                return begun
        if asker.organizer is not None:
            taken = organizer_turns.taken(self._sent(database, turn, live, asker, now), request)
            if taken is not None:
                return taken
        elif turn.about and not turn.private:
            # A reply to what an organizer was asked: whoever is none has nothing to answer there.
            return Reply()
        told_on = turn.what is What.FORWARD and turn.text.lstrip().startswith("/")
        if told_on or not turn.text.strip():
            # Somebody else's command is no command of whoever passes it on.
            return Reply((about.help_text(translator(asker.language), organizer=asker.organizer is not None),))
        amid = draft_questions.answer(database, asker, chat, turn.text, now, self.directories) if turn.private else None
        return amid or answers.reply(database, turn.text, asker, now, self.directories)

    def _sent(self, database: Database, turn: Turn, live: Live, asker: Asker, now: datetime) -> organizer_turns.Sent:
        limit = self.manners.largest_file
        return organizer_turns.Sent(database, turn, live, asker, now, self.directories, self.username, limit)

    def _started(self, database: Database, request: Request, turn: Turn, asker: Asker, now: datetime) -> Reply | None:
        """Answer a deep link that is not a follower's: an invitation, or a draft begun in a group."""
        press = read_token(request.about)
        if press is None:
            return None
        if press.verb == "log" and asker.organizer is not None:
            return self._press(database, press, turn, asker, now)
        if press.verb == "join" and len(press.arguments) == 1:
            return organizer_turns.joined(database, press.arguments[0], turn, asker.language, now)
        return None

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
                say = Say(turn.spot.address, turn.spot.thread, message, answers_to, instead=reply.instead)
                acts.append(say)
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
            outcome = greeted(joined, membership, self.manners, self.directories, self.clock.now())
            if not inbox.mark_answered(joined.session, item, acts_to_json(outcome.acts)):
                raise HandledMeanwhile
        return replace(outcome, kept=True)

    def moved(self, migration: Migration) -> None:
        """Follow a group to its new number; doing it again changes nothing."""
        with self.database.begin() as session:
            move_place(session, CHANNEL, migration.old, migration.new, self.clock.now())

    def gone(self, address: str) -> None:
        """End a place that cannot be written to any more."""
        with self.database.begin() as session:
            end_place(session, CHANNEL, address, self.clock.now())
