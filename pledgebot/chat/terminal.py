"""The terminal as a mouth: the same grammar and the same answers as everywhere."""

import sys
from collections.abc import Iterator
from typing import TextIO

from pledgebot.chat.answers import Asker, answer
from pledgebot.chat.grammar import ORGANIZER_VERBS, VERB_WORDS
from pledgebot.clock import Clock
from pledgebot.messages.card_words import described
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain
from pledgebot.services.lookup import Directories
from pledgebot.store.engine import Database

LEAVE = frozenset({"/quit", "/exit", "quit", "exit", "/quitter", "quitter"})
_MOST_NAMES = 2000
"""How many names are offered for completion: more would be slow to page through, and a beginning finds the rest."""


def converse(
    database: Database, clock: Clock, asker: Asker, *, lines: Iterator[str], out: TextIO, echo: bool = False
) -> None:
    """Answer line after line until there is none left, or somebody leaves; in colours where the output is a terminal."""
    directories = Directories()
    for line in lines:
        text = line.strip()
        if text.lower() in LEAVE:
            return
        if text:
            if echo:
                out.write(f"> {text}\n")
            _show(described(answer(database, text, asker, clock.now(), directories)), out)


def _show(message: Message, out: TextIO) -> None:
    if out.isatty():
        from rich.console import Console

        from pledgebot.messages.styled import styled

        Console(file=out, highlight=False, markup=False).print(styled(message), end="\n\n")
    else:
        out.write(f"{plain(message)}\n\n")
    out.flush()


def typed_lines(database: Database, asker: Asker) -> Iterator[str]:
    """Yield what a person types: with history and completion on a terminal, plain lines from a pipe.

    The history lives as long as the conversation, and is written nowhere.
    """
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import FuzzyWordCompleter
    from prompt_toolkit.history import InMemoryHistory

    session: PromptSession[str] = PromptSession(
        history=InMemoryHistory(),
        completer=FuzzyWordCompleter(completions(database, asker)),
        complete_while_typing=False,
    )
    tr = translator(asker.language)
    sys.stdout.write(tr._("Ask away; Tab completes, /help tells what can be asked, /quit leaves.") + "\n")
    sys.stdout.flush()
    while True:
        try:
            yield session.prompt("> ")
        except (EOFError, KeyboardInterrupt):
            return


def completions(database: Database, asker: Asker) -> list[str]:
    """Return what can be completed: the verbs that this person may use, then names."""
    verbs = [f"/{word}" for word, verb in VERB_WORDS.items() if asker.organizer or verb not in ORGANIZER_VERBS]
    with database.read() as session:
        return verbs + Directories().fresh(session).completions(_MOST_NAMES)
