"""The terminal as a mouth: the same grammar and the same answers as everywhere."""

import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from pledgebot.chat.answers import Asker, answer
from pledgebot.chat.grammar import VERB_WORDS
from pledgebot.clock import Clock
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain
from pledgebot.store.engine import Database

LEAVE = frozenset({"/quit", "/exit", "quit", "exit", "/quitter", "quitter"})


def converse(
    database: Database,
    clock: Clock,
    asker: Asker,
    *,
    lines: Iterator[str],
    out: TextIO,
    echo: bool = False,
    after: Callable[[], None] = lambda: None,
) -> None:
    """Answer line after line until there is none left, or somebody leaves. `after` runs behind each answer."""
    for line in lines:
        text = line.strip()
        if text.lower() in LEAVE:
            return
        if not text:
            continue
        if echo:
            out.write(f"> {text}\n")
        message = answer(database, text, asker, clock.now())
        out.write(f"{plain(message)}\n\n")
        out.flush()
        after()


def typed_lines(language: str) -> Iterator[str]:
    """Yield what a person types: with history and completion on a terminal, plain lines from a pipe."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter

    session: PromptSession[str] = PromptSession(
        completer=WordCompleter([f"/{word}" for word in VERB_WORDS], sentence=True)
    )
    tr = translator(language)
    sys.stdout.write(tr._("Ask away; /help tells what can be asked, /quit leaves.") + "\n")
    sys.stdout.flush()
    while True:
        try:
            yield session.prompt("> ")
        except (EOFError, KeyboardInterrupt):
            return
