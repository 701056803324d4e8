"""Remembers worded answers, so that what many people ask is read and worded once.

An answer to a follower depends on four things only: what was asked, in which language and kind of chat, the revision of the
installation, and the time: the calendar day (answers say "in 3 days", and which round is asked about), and whether an
electoral silence is there. The first two and the time are the key; when the revision rises, everything is forgotten. So nothing
is ever said from memory that a commit before the question changed, nor in a silence what was worded before it. Nothing about a
person is kept: whoever asks as an organizer, and whatever is about subscriptions, goes past.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from pledgebot.chat.asker import Asker
from pledgebot.chat.asking import in_group
from pledgebot.chat.grammar import ORGANIZER_VERBS, SUBSCRIBER_VERBS, Verb, parse
from pledgebot.chat.pressing import SHOWN
from pledgebot.messages.presses import Press, read_token
from pledgebot.services.queries import whole_calendar
from pledgebot.services.revision import Remembered, current_revision, has_changes
from pledgebot.services.rounds import UNREADABLE, moment_key
from pledgebot.store.engine import Database, Joined

T = TypeVar("T")

MOST_ANSWERS, MOST_BYTES = 5_000, 32 << 20
LONGEST = 200
"""How long a question may be, in characters, to be remembered: longer ones are hardly asked twice."""

_KEPT_BY_CHARACTER = 4
"""About how many bytes of memory an answer takes for each character of its written form: measured, see tests."""


@dataclass(frozen=True)
class Question:
    """What was asked, and of whom it does not matter who they are: the words or the token, the language, the kind of chat.

    `contact` stands in the words about privacy.
    """

    asked: str
    language: str
    group: bool = False
    contact: str | None = None


def question_in_words(text: str, asker: Asker) -> Question | None:
    """Return the question that a follower's text asks; None for one whose answer is not to be remembered.

    Capitals and accents are kept: an answer may quote what was asked.
    """
    request = parse(text)
    linked = read_token(request.about) if request.verb is Verb.START else None
    if request.verb in SUBSCRIBER_VERBS | ORGANIZER_VERBS or (linked is not None and linked.verb not in SHOWN):
        return None
    return _question(" ".join(text.split()), asker)


def question_by_press(press: Press, asker: Asker) -> Question | None:
    """Return the question that a follower's button asks; None for a button that is not for everybody."""
    return _question("\n".join(("press", press.verb, *press.arguments)), asker) if press.verb in SHOWN else None


def _question(asked: str, asker: Asker) -> Question | None:
    if asker.organizer is not None or len(asked) > LONGEST:
        return None
    return Question(asked, asker.language, in_group(asker), asker.contact)


class Recall(Generic[T]):
    """The answers of one revision, those longest unasked for forgotten first. Threads may share it."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._answers: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._revision, self._bytes = -1, 0
        self._lock = Lock()
        self.hits = self.misses = 0

    def __len__(self) -> int:
        """Return how many answers are remembered."""
        return len(self._answers)

    @property
    def size(self) -> int:
        """Return about how many bytes they take."""
        return self._bytes

    def get(self, revision: int, key: Hashable) -> T | None:
        """Return the answer to a question at a revision, None when it is not remembered."""
        with self._lock:
            found = self._answers.get(key) if revision == self._revision else None
            if found is None:
                self.misses += 1
                return None
            self.hits += 1
            self._answers.move_to_end(key)
            return found[0]

    def keep(self, revision: int, key: Hashable, answer: T) -> None:
        """Remember an answer; one of a revision that has passed is not worth it."""
        size = _KEPT_BY_CHARACTER * len(repr(answer))
        with self._lock:
            if revision < self._revision:
                return
            if revision > self._revision:
                self._answers.clear()
                self._revision, self._bytes = revision, 0
            self._bytes -= self._answers.pop(key, (answer, 0))[1]
            if size > self._most_bytes:
                return
            self._bytes += size
            self._answers[key] = (answer, size)
            while len(self._answers) > self._most or self._bytes > self._most_bytes:
                _oldest, (_answer, freed) = self._answers.popitem(last=False)
                self._bytes -= freed


def recalled(
    recall: Recall[T],
    database: Database,
    question: Question | None,
    now: datetime,
    known: Remembered,
    make: Callable[[Database], T],
) -> T:
    """Return the answer to a question: remembered if nothing has changed since, else made and remembered.

    `make` is given a database to answer from, which is the very transaction in which the revision was read. A hit costs one
    SELECT. Without a question, and in a transaction with changes of its own, the answer is made and not remembered.
    """
    if question is None:
        return make(database)
    with database.read() as session:
        joined = Joined(session, database.url)
        if has_changes(session):
            return make(joined)
        try:
            moment = moment_key(now, known.read(session, whole_calendar))
        except UNREADABLE:
            # Nobody knows then for how long an answer holds.
            return make(joined)
        revision, key = current_revision(session), (question, moment)
        answer = recall.get(revision, key)
        if answer is None:
            answer = make(joined)
            recall.keep(revision, key, answer)
        return answer
