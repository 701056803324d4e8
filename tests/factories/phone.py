"""A telephone in the hands of an organizer, and what became of what was typed on it."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from factories.services import (
    NOW,
)
from pledgebot.chat import draft_questions, drafting
from pledgebot.chat.asker import Asker
from pledgebot.chat.drafting import ForwardedWords, ReceivedFile
from pledgebot.chat.grammar import parse
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import (
    Position,
)
from pledgebot.domain.draft import Draft
from pledgebot.messages.document import Button, Message
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services import queries
from pledgebot.services.answers import FILE_LIMIT
from pledgebot.services.drafts import load_draft
from pledgebot.services.people import Actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import Answer, Audit, Blob, Event, Evidence, Stance
from pledgebot.store.tables import Draft as Row

YES, NO, PARTIAL, UNCLEAR = Position.COMMITTED, Position.REFUSED, Position.PARTIAL, Position.UNCLEAR
CHAT = "telegram:1001"
LINK = "https://example.org/words"
PHOTO = ReceivedFile(b"a photo of the letter", "image/jpeg")
PDF = ReceivedFile(b"%PDF-1.7 the letter", "application/pdf")


def words_of(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


@dataclass
class Phone:
    """A telephone in the hands of an organizer: it shows the last message, and counts what is tapped."""

    database: Database
    by: Actor
    chat: str = CHAT
    language: str = "en"
    taps: int = 0
    message: Message = field(default_factory=lambda: Message((), "en"))
    last: Reply | None = None

    @property
    def asker(self) -> Asker:
        """Who asks."""
        return Asker(self.language, self.by)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return words_of(self.message)

    @property
    def buttons(self) -> list[Button]:
        """The buttons under it."""
        return [button for row in self.message.buttons for button in row]

    def command(self, text: str) -> "Phone":
        """Send a command."""
        return self._shown(drafting.begin(self.database, self.asker, self.chat, parse(text), NOW))

    def type(self, text: str) -> "Phone":
        """Send words."""
        return self._shown(drafting.take_text(self.database, self.asker, self.chat, text, NOW))

    def send(self, file: ReceivedFile, limit: int = FILE_LIMIT) -> "Phone":
        """Send a file."""
        return self._shown(drafting.take_file(self.database, self.asker, self.chat, file, NOW, limit=limit))

    def cancel(self) -> "Phone":
        """Send `/cancel`."""
        return self._shown(drafting.cancel(self.database, self.asker, self.chat, NOW))

    def ask(self, text: str) -> "Phone":
        """Send words that say nothing to the draft."""
        return self._shown(draft_questions.answer(self.database, self.asker, self.chat, text, NOW))

    def forward(self, words: ForwardedWords) -> "Phone":
        """Forward a message."""
        return self._shown(drafting.take_forward(self.database, self.asker, self.chat, words, NOW))

    def button(self, words: str) -> Button:
        """Return the first button with these words."""
        found = [button for button in self.buttons if words in button.text]
        found.sort(key=lambda button: button.text != words)
        assert found, (words, [button.text for button in self.buttons])
        return found[0]

    def tap(self, *words: str) -> "Phone":
        """Tap the buttons with these words, one screen after the other."""
        for word in words:
            self.press(self.button(word).press)
        return self

    def press(self, pressed: str) -> "Phone":
        """Tap a button of whatever age."""
        self.taps += 1
        press = read_token(pressed)
        assert press is not None
        shown = self._shown(drafting.press(self.database, press, self.asker, self.chat, NOW))
        assert self.last is not None
        assert self.last.in_place
        return shown

    def _shown(self, reply: Reply | None) -> "Phone":
        assert reply is not None
        (self.message,), self.last = reply.messages, reply
        return self


@dataclass(frozen=True)
class Recorded:
    """An entry as the tables have it."""

    answer: Answer
    positions: dict[str, Position | None]
    proofs: list[Evidence]


def recorded(database: Database, number: int | None = None) -> Recorded:
    """Return an entry, by default the last one."""
    with database.read() as session:
        query = sa.select(Answer).order_by(Answer.id.desc())
        answer = session.scalars(query if number is None else query.where(Answer.id == number)).first()
        assert answer is not None
        titles = {one.id: one.key for one in queries.demands(session)}
        positions = {
            titles[stance.demand_id] + (f"/{stance.part}" if stance.part else ""): stance.position
            for stance in session.scalars(sa.select(Stance).where(Stance.answer_id == answer.id))
        }
        proofs = session.scalars(sa.select(Evidence).where(Evidence.answer_id == answer.id).order_by(Evidence.place))
        found = Recorded(answer, positions, list(proofs))
        session.expunge_all()
        return found


def count(database: Database, table: type[Answer] | type[Blob] | type[Row] | type[Event] | type[Audit]) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def draft_of(phone: Phone) -> Draft:
    with phone.database.read() as session:
        stored = load_draft(session, phone.by.organizer, phone.chat)
    assert stored is not None
    assert stored.draft is not None
    return stored.draft


def to_preview(phone: Phone, name: str = "Liste Exemple A") -> Phone:
    """Go to the preview of a list committed on everything, by an e-mail of today."""
    phone.command(f"/log {name}").tap("All of them: committed", "e-mail").type(f"{LINK} We will do it.")
    return phone.tap("Today", "itself")
