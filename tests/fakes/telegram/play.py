"""Try the bot without an account: `PYTHONPATH=tests python -m fakes.telegram.play` (`--language en` for English).

Plain lines in and out, from a terminal or a pipe. What the bot says is shown after each line; an empty line asks again.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from fakes.telegram import Button, Chat, Group, Message, Person, Press, TelegramServer
from fakes.telegram.bot_process import PLEDGEBOT, Prepare, await_bot, config_text, installed, running

ANSWER_SECONDS = 10.0
QUIET_SECONDS = 0.4
HELP = """What you type is what you write to the bot in private. Other lines:
  !1          press the button [1]           @group text   write in the group
  :as noé     be somebody else               :forward      forward the group's last message to the bot
  :photo F    send a photo (:document F)     :inline text  ask inline        :menu  the menu of commands
  (empty)     look again                     :block, :unblock                :help, :quit"""


@dataclass
class Stage:
    """Who plays where, and what has been shown already."""

    server: TelegramServer
    group: Group
    news: Chat
    out: TextIO
    person: Person
    language: str = "fr"
    shown: int = 0
    buttons: list[tuple[Message, Button]] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)

    def play(self, lines: Iterator[str], prompt: Callable[[str], None]) -> None:
        """Take line after line until there are no more."""
        self.show()
        prompt(self.person.name.lower())
        for line in lines:
            if line.strip() in {":quit", ":q"}:
                return
            try:
                self.act(line.strip())
            except (ValueError, LookupError, OSError) as error:
                self.say(f"({error})")
            self.show()
            prompt(self.person.name.lower())

    def act(self, line: str) -> None:
        """Do what a line says, and wait for what the bot makes of it."""
        if not line:
            return
        before = len(self.server.calls)
        asked_in: Chat | None = self.person.chat
        command, _space, rest = line.partition(" ")
        if line.startswith("!"):
            asked_in = self.press(line[1:].strip())
        elif line.startswith("@group"):
            asked_in = None
            self.person.write_in(self.group, rest)
        elif not line.startswith(":"):
            self.person.write(line)
        elif self.order(command[1:], rest.strip()):
            asked_in = asked_in if command in {":photo", ":document", ":forward"} else None
        else:
            return
        self.await_quiet(before, asked_in)

    def order(self, command: str, rest: str) -> bool:
        """Do what a line with a colon says; tells whether the bot hears of it."""
        file, _space, caption = rest.partition(" ")
        if command == "photo":
            self.person.send_photo(Path(file).read_bytes(), caption=caption)
        elif command == "document":
            self.person.send_document(Path(file).read_bytes(), Path(file).name, caption=caption)
        elif command == "forward":
            self.person.forward([m for m in self.group.messages if m.text][-1])
        elif command == "inline":
            results = self.person.ask_inline(rest).wait(ANSWER_SECONDS)
            self.say(
                "\n".join(f"  • {r.title} — {r.description}\n{_indented(r.content.text)}" for r in results)
                or "  (no result)"
            )
        elif command in {"block", "unblock"}:
            (self.person.block if command == "block" else self.person.unblock)()
        elif command == "menu":
            self.say("\n".join(f"  /{name} — {text}" for name, text in self.person.menu().items()))
        elif command == "as":
            self.become(rest)
        else:
            self.say(HELP)
        return command in {"photo", "document", "forward", "block", "unblock"}

    def become(self, name: str) -> None:
        """Be another person, one who is there or a new one; what they have been told is shown."""
        known = {p.name.lower(): p for p in self.server.world.people.values() if not p.is_bot}
        self.person = known.get(name.lower()) or self.server.world.user(name.title(), language=self.language)
        self.buttons.clear()
        for message in self.person.sees[-3:]:
            if message.from_bot:
                self.tell(message)

    def press(self, number: str) -> Chat | None:
        """Press a button by its number, and return the chat in which the bot answers, None where it does not hear of it."""
        if not number.isdigit() or not 1 <= int(number) <= len(self.buttons):
            raise LookupError(f"there is no button {number}")
        message, button = self.buttons[int(number) - 1]
        self.buttons.clear()
        press = self.person.press(message, button.does)
        self.presses.append(press)
        if not button.url:
            return message.chat
        if press.led_to is None:
            self.say(f"(leads to {button.url})")
        return self.person.chat if press.led_to is not None else None

    def await_quiet(self, before: int, asked_in: Chat | None) -> None:
        """Wait until the bot has answered, and has nothing more to say for a moment.

        Whoever asked in a chat is answered there, however slow the machine is: what others are told meanwhile is no answer.
        """
        world, calls = self.server.world, self.server.calls

        def replied() -> bool:
            return any(
                (asked_in is not None and str(call.parameters.get("chat_id")) == str(asked_in.id))
                or (call.method == "answerCallbackQuery" and call.parameters.get("text"))
                for call in calls[before:]
            )

        def answered() -> bool:
            return any(call.method != "getUpdates" for call in calls[before:])

        try:
            if asked_in is not None:
                world.wait_until(replied, "an answer", ANSWER_SECONDS)
            else:
                world.wait_until(answered, "an answer", ANSWER_SECONDS if world.updates else QUIET_SECONDS)
            while True:
                before = len(calls)
                world.wait_until(answered, "more", QUIET_SECONDS)
        except AssertionError:
            return

    def show(self) -> None:
        """Show what the bot has said since the last time."""
        for press in self.presses:
            if press.answer is not None and press.answer.text:
                self.say(f"({press.answer.text})")
        self.presses.clear()
        revision = self.server.world.revision
        fresh = sorted(
            (m for chat in self._chats() for m in chat.messages if m.revision > self.shown and m.from_bot), key=_age
        )
        self.shown = revision
        if fresh:
            self.buttons.clear()
        for message in fresh:
            self.tell(message)
        self.out.flush()

    def tell(self, message: Message) -> None:
        """Show a message, its buttons numbered."""
        where = "" if message.chat.kind == "private" else f" in {message.chat.title}"
        file = f" [{'photo' if message.photo else 'document'}: {message.file.name}]" if message.file else ""
        self.say(f"{self.server.world.bot.name}{where}{' (edited)' if message.edits else ''}:{file}")
        self.say(_indented(message.text))
        for button in (button for row in message.buttons for button in row):
            self.buttons.append((message, button))
            self.say(f"  [{len(self.buttons)}] {button.label}{f' → {button.url}' if button.url else ''}")

    def say(self, text: str) -> None:
        """Write a line."""
        print(text, file=self.out)

    def _chats(self) -> Iterator[Chat]:
        yield self.person.chat
        yield self.group
        yield self.news


def play(
    lines: Iterator[str], out: TextIO, *, language: str = "fr", program: Sequence[str] = (*PLEDGEBOT, "run"),
    prepare: Prepare | None = None, prompt: Callable[[str], None] = lambda _name: None,
) -> None:  # fmt: skip
    """Play in a throw-away folder; `program` is the bot, started there with `--config`."""
    with TelegramServer.threaded() as server, tempfile.TemporaryDirectory(prefix="pledgebot-play-") as folder:
        alix, noe = (server.world.user(name, language=language) for name in ("Alix", "Noé"))
        group = server.world.group("Organisation", people=[alix, noe], bot=True)
        news = server.world.channel("Nouvelles", people=[noe, alix], bot=True)
        (Path(folder) / "config.toml").write_text(config_text(server, group, news, language), "utf-8")
        told = (prepare or installed)(Path(folder))
        with running([*program, "--config", "config.toml"], Path(folder)) as child:
            await_bot(server, child, Path(folder))
            stage = Stage(server, group, news, out, alix, language)
            stage.say("\n".join([HELP, *told]))
            stage.play(lines, prompt)


def _age(message: Message) -> int:
    return message.revision


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def main() -> None:
    """Play in the terminal, or with the lines of a pipe."""
    parser = argparse.ArgumentParser(prog="fakes.telegram.play", description="Try the bot without an account.")
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    language = parser.parse_args().language

    def prompt(name: str) -> None:
        sys.stdout.write(f"{name}> ")
        sys.stdout.flush()

    play(_lines(sys.stdin), sys.stdout, language=language, prompt=prompt)


def _lines(source: TextIO) -> Iterator[str]:
    """Return the lines of a terminal, or those of a pipe, which nobody else has written after the prompt."""
    for line in source:
        if not source.isatty():
            sys.stdout.write(line)
        yield line.rstrip("\n")


if __name__ == "__main__":
    main()
