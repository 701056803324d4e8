"""What is answered to a mention: synchronous, no network. Effects, and the answer that tells of them, are one transaction.

Which mentions are answered:

- A private one, one that answers a post of ours, one that begins with our name: these speak to us (`reading.is_for_me`).
- One that has our name elsewhere only cites us, unless it stands by itself and asks: it has a question mark, and a list, a
  demand, a place or a command is understood in it.
- A public answer to us without a question mark in which nothing is understood ("thank you!") is the end of the talk.
- Nobody gets more than five answers in a thread within an hour, nor more than twenty in all; the next mention is passed over.
- What was written more than 24 hours ago is passed over: whoever asked has found out otherwise.

To stop and to forget, in private, is done however old the wish is and however many came before it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from pledgebot.chat import answers
from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import Verb, parse
from pledgebot.chat.mastodon import reading
from pledgebot.chat.mastodon.mention import Answer, Mention, address_of, answer_to_json
from pledgebot.chat.mastodon.shortening import fitting
from pledgebot.chat.mastodon.voice import Cut
from pledgebot.clock import Clock
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.words import normalise
from pledgebot.messages.card_words import described
from pledgebot.messages.document import Message, echoed
from pledgebot.messages.i18n import translator
from pledgebot.messages.mentions import SilentWay, rest
from pledgebot.services import inbox, queries
from pledgebot.services.conversations import answered_since, note_answer, note_posts, thread_of
from pledgebot.services.inbox import InboxItem
from pledgebot.services.lookup import Directories
from pledgebot.services.subscriber_views import language_of
from pledgebot.store.engine import Database, Joined, Session

CHANNEL = "mastodon"
PER_THREAD = 5
PER_ACCOUNT = 20
WITHIN = timedelta(hours=1)
"""So many answers an account gets in one thread, and in all, within this time."""
ANSWERED_FOR = timedelta(hours=24)
"""How long after it was written a mention is answered."""

_MAY_WAIT = 2 * ANSWERED_FOR
"""How long before a silence an answer knows what is said if it has to wait into it: longer than it ever waits."""

_LONGEST = 600
"""So many characters of a question are read: nobody asks longer, and whoever wants to keep us busy does."""
_LONGEST_WARNING = 80
_MOST_HASHTAGS = 4
_MOST_PICTURES = 4
"""https://docs.joinmastodon.org/methods/statuses/#create"""
_LEAVING = frozenset({Verb.UNSUBSCRIBE, Verb.FORGET})
_NOTHING_ASKED = frozenset({Verb.FREE, Verb.UNKNOWN, Verb.START})
# With a slash these take something after them; nobody who writes a letter thinks of a slash.
_COMMANDS = frozenset({"unsubscribe", "desabonner"})
_QUESTION = re.compile("[?？؟]")


class HandledMeanwhile(Exception):  # noqa: N818 - it is no error: another worker was faster
    """Another worker has handled this mention: nothing of ours is kept."""


@dataclass(frozen=True)
class Manners:
    """What the configuration says about answering: the languages, the first by default, whom to write to, where the board is."""

    languages: tuple[str, ...]
    contact: str | None = None
    board: str | None = None


@dataclass(frozen=True)
class Self:
    """The bot's account: as its server calls it, and the server's name."""

    acct: str
    domain: str

    @property
    def address(self) -> str:
        """The account's whole address."""
        return address_of(self.acct, self.domain)


@dataclass
class Responder:
    """Decides what is answered. Called in a worker thread, for one mention after the other."""

    database: Database
    clock: Clock
    manners: Manners
    directories: Directories = field(default_factory=Directories)
    me: Self = field(default_factory=lambda: Self("", ""))

    def unsure(self, mention: Mention) -> bool:
        """Tell whether a mention speaks to us only if the post that it answers is ours."""
        return mention.in_reply_to is not None and not self._for_me(mention, self._said(mention), to_us=False)

    def decide(self, item: InboxItem, mention: Mention, cut: Cut, *, to_us: bool) -> Answer | None:
        """Do what a mention asks and return the answer, None for one that is passed over: then it is done.

        `to_us` says that it answers a post of ours. Raises `HandledMeanwhile` where another worker was faster.
        """
        now = self.clock.now()
        with self.database.joined() as joined:
            answer = self._answer(joined, item, mention, cut, now, to_us=to_us)
            if answer is None:
                inbox.mark_done(joined.session, [item.id], now)
                return None
            note_answer(joined.session, CHANNEL, item.chat, answer.thread, mention.status, now)
            if not inbox.mark_answered(joined.session, item.id, answer_to_json(answer)):
                raise HandledMeanwhile
        return answer

    def finish(self, item: int, answer: Answer | None, posts: tuple[str, ...]) -> None:
        """Note that nothing more is to be said of a mention, and to which thread our posts belong."""
        now = self.clock.now()
        with self.database.begin() as session:
            if answer is not None:
                note_posts(session, CHANNEL, (answer.status, *posts), answer.thread, now)
            inbox.mark_done(session, [item], now)

    def _answer(
        self, joined: Joined, item: InboxItem, mention: Mention, cut: Cut, now: datetime, *, to_us: bool
    ) -> Answer | None:
        session = joined.session
        said = self._said(mention)
        text = _text(mention, said)
        leaving = mention.private and parse(text).verb in _LEAVING
        if not leaving and now - mention.written(item.received_at) > ANSWERED_FOR:
            return None
        if not self._speaks(session, mention, text, self._for_me(mention, said, to_us=to_us), now):
            return None
        thread = _thread(session, mention)
        enough = _enough(session, item.chat, thread, now)
        if enough and not leaving:
            return None
        asker = self._asker(session, mention, item)
        reply = answers.reply(joined, text or Verb.HELP, asker, now, self.directories)
        messages = () if enough else tuple(map(_with_few_pictures, reply.messages))
        warning = echoed(mention.warning, _LONGEST_WARNING)
        late = reply.instead if reply.instead is not None and reply.instead.begins - now <= _MAY_WAIT else None
        language = reply.messages[0].language if reply.messages else asker.language
        return Answer(
            texts=self._texts(messages, cut, mention, warning),
            status=mention.status,
            visibility=reading.visibility_of_reply(mention.visibility),
            language=language,
            warning=warning,
            thread=thread,
            hushed_from=late.begins.isoformat() if late is not None else "",
            instead=self._texts((late.message,), cut, mention, warning) if late is not None and messages else (),
            pictures=tuple(picture for message in messages for picture in message.pictures)[:_MOST_PICTURES],
        )

    def _said(self, mention: Mention) -> reading.Said:
        named = zip_longest(mention.mentions, mention.pages[: len(mention.mentions)], fillvalue="")
        return reading.said(mention.content, [reading.Mentioned(acct, page) for acct, page in named], self.me.acct)

    def _for_me(self, mention: Mention, said: reading.Said, *, to_us: bool) -> bool:
        return reading.is_for_me(
            said, visibility=mention.visibility, reply=mention.in_reply_to is not None, reply_to_me=to_us
        )

    def _speaks(self, session: Session, mention: Mention, text: str, for_me: bool, now: datetime) -> bool:
        """Tell whether a mention wants an answer, as the top of this module says."""
        if mention.private:
            return True
        asks = _QUESTION.search(text) is not None
        if for_me and (asks or mention.in_reply_to is None):
            return True
        if not for_me and (not asks or mention.in_reply_to is not None):
            return False
        verb, found = answers.understand(session, text, now, self.directories)
        if found is None:
            return verb not in _NOTHING_ASKED
        return bool(found.hits if for_me or verb is not Verb.FREE else found.sure)

    def _asker(self, session: Session, mention: Mention, item: InboxItem) -> Asker:
        languages = self.manners.languages
        spot = Spot(CHANNEL, item.chat, place=PlaceKind.PRIVATE) if mention.private else None
        chosen = language_of(session, spot) if spot is not None else None
        return Asker(
            language=chosen or reading.language_of(mention.language, languages[0], languages),
            spot=spot,
            administrator=mention.private,
            contact=self.manners.contact,
            silent_way=SilentWay(f"@{self.me.address}", self._hashtags(session)),
            update=item.id,
        )

    def _hashtags(self, session: Session) -> tuple[str, ...]:
        demands = self.directories.read(session, queries.demands)
        return tuple(dict.fromkeys(one.hashtag for one in demands if one.hashtag))[:_MOST_HASHTAGS]

    def _texts(self, messages: tuple[Message, ...], cut: Cut, mention: Mention, warning: str) -> tuple[str, ...]:
        to = f"@{mention.acct}"
        return tuple(
            text
            for message in messages
            for text in fitting(
                message,
                lambda part: cut(part, to, warning),
                rest(self.manners.board, translator(message.language)),
            )
        )


def _with_few_pictures(message: Message) -> Message:
    """Return a message whose pictures one post can hold; where there are more, all of them are told in words."""
    return message if len(message.pictures) <= _MOST_PICTURES else described(message)


def _text(mention: Mention, said: reading.Said) -> str:
    """Return what a mention asks, as the grammar reads it."""
    text = said.question[:_LONGEST]
    first = normalise(text.split(maxsplit=1)[0]) if text else ""
    return f"/{text}" if mention.private and first in _COMMANDS else text


def _thread(session: Session, mention: Mention) -> str:
    """Return the thread that a mention belongs to, as far as it is known: else the post above it stands for the thread."""
    if mention.in_reply_to is None:
        return mention.status
    return thread_of(session, CHANNEL, mention.in_reply_to) or mention.in_reply_to


def _enough(session: Session, account: str, thread: str, now: datetime) -> bool:
    answered = answered_since(session, CHANNEL, account, thread, now - WITHIN)
    return answered.in_thread >= PER_THREAD or answered.in_all >= PER_ACCOUNT
