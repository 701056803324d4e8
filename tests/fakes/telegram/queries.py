"""Questions that wait for the bot's answer: presses of buttons, and inline queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes.telegram.entities import Formatted
from fakes.telegram.keyboards import Button
from fakes.telegram.refusals import OLD_QUERY, Json, bad_request
from fakes.telegram.things import Message
from fakes.telegram.waiting import PATIENCE

if TYPE_CHECKING:
    from fakes.telegram.people import Person
    from fakes.telegram.world import World

QUERY_LIFE = 60.0
"""Seconds for which an answer is taken; Telegram does not say how many."""


@dataclass(frozen=True)
class Answer:
    """What a press brought: a text above the chat, or in a window when `alert`."""

    text: str = ""
    alert: bool = False
    url: str = ""
    cache_time: int = 0


@dataclass(eq=False)
class Press:
    """A press of a button; `led_to` is the message that a link to the bot made the person send."""

    world: "World" = field(repr=False)
    person: "Person"
    button: Button
    id: str
    led_to: Message | None = None
    at: float = 0.0
    answer: Answer | None = None
    expired: bool = False

    def wait(self, timeout: float = PATIENCE) -> Answer:
        """Block until the bot has answered the press."""
        return self.world.turns.wait(lambda: self.answer, timeout, self._in_vain)

    async def answered(self, timeout: float = PATIENCE) -> Answer:  # noqa: ASYNC109 - the same words as `wait`
        """Do the same in a task."""
        return await self.world.turns.until(lambda: self.answer, timeout, self._in_vain)

    def expire(self) -> None:
        """Let it be too old for an answer."""
        self.expired = True

    def _in_vain(self) -> str:
        return f"the bot did not answer the press of {self.button}"


@dataclass(frozen=True)
class Result:
    """One result of an inline query."""

    id: str
    title: str
    description: str
    content: Formatted
    markup: Mapping[str, object] | None
    raw: Json


@dataclass(eq=False)
class Question:
    """An inline query; `results` is None until the bot has answered. `switch` is the button above the results."""

    world: "World" = field(repr=False)
    person: "Person"
    id: str
    text: str
    at: float = 0.0
    results: Sequence[Result] | None = None
    switch: Json | None = None
    cache_time: int = 300
    personal: bool = False
    next_offset: str = ""
    expired: bool = False

    def wait(self, timeout: float = PATIENCE) -> Sequence[Result]:
        """Block until the bot has answered, and return the results."""
        return self.world.turns.wait(lambda: self.results, timeout, self._in_vain)

    async def answered(self, timeout: float = PATIENCE) -> Sequence[Result]:  # noqa: ASYNC109 - the same words as `wait`
        """Do the same in a task."""
        return await self.world.turns.until(lambda: self.results, timeout, self._in_vain)

    def result(self, what: str | int) -> Result:
        """Find a result by its place or its title."""
        results = self.results or ()
        if isinstance(what, int):
            return results[what]
        fits = [result for result in results if what in result.title]
        if not fits:
            raise LookupError(f"no result {what!r} among {[result.title for result in results]}")
        return fits[0]

    def press_switch(self) -> Message:
        """Press the button above the results: it leads to the private chat."""
        if self.switch is None:
            raise LookupError("there is no button above the results")
        return self.person.start(str(self.switch.get("start_parameter", "")))

    def expire(self) -> None:
        """Let it be too old for an answer."""
        self.expired = True

    def _in_vain(self) -> str:
        return f"the bot did not answer the inline query {self.text!r}"


class Queries:
    """Every question, by the identifier that the bot was given."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._presses: dict[str, Press] = {}
        self._questions: dict[str, Question] = {}
        self._inline: dict[str, tuple[int, int]] = {}
        self._next = 4_382_000_000_000_000_001
        self.life = QUERY_LIFE

    def press(self, person: "Person", data: str) -> Press:
        """Note a press of a button with data."""
        press = Press(self._world, person, Button(data, data=data), self._number(), at=self._world.now())
        self._presses[press.id] = press
        return press

    def ask(self, person: "Person", text: str) -> Question:
        """Note an inline query."""
        question = Question(self._world, person, self._number(), text, at=self._world.now())
        self._questions[question.id] = question
        return question

    def waiting_press(self, number: str) -> Press:
        """Return a press that can still be answered; refuses with 400 what is old, answered or unknown."""
        press = self._presses.get(number)
        if press is None or press.answer is not None or self._old(press):
            raise bad_request(OLD_QUERY)
        return press

    def waiting_question(self, number: str) -> Question:
        """Return an inline query that can still be answered; refuses with 400 what is old, answered or unknown."""
        question = self._questions.get(number)
        if question is None or question.results is not None or self._old(question):
            raise bad_request(OLD_QUERY)
        return question

    def inline_id(self, message: Message) -> str:
        """Return the identifier by which the bot may edit a message that was sent through it."""
        number = f"inline-{message.chat.id}-{message.id}"
        self._inline[number] = (message.chat.id, message.id)
        return number

    def inline_message(self, number: str) -> Message | None:
        """Return the message that such an identifier means."""
        place = self._inline.get(number)
        return None if place is None else self._world.chats[place[0]].find(place[1])

    def _old(self, query: Press | Question) -> bool:
        return query.expired or self._world.now() - query.at > self.life

    def _number(self) -> str:
        self._next += 1
        return str(self._next)
