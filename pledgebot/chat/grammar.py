"""The one grammar: what people type becomes a request, whatever mouth it came through. Pure."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from pledgebot.domain.words import normalise


class Verb(StrEnum):
    """What is asked for."""

    STANCES = "stances"
    LIST = "list"
    DEMAND = "demand"
    COMPARE = "compare"
    HISTORY = "history"
    DATES = "dates"
    LETTER = "letter"
    HELP = "help"
    PRIVACY = "privacy"
    START = "start"
    LANGUAGE = "language"
    FREE = "free"
    LOG = "log"
    PENDING = "pending"
    CONFIRM = "confirm"
    REJECT = "reject"
    UNKNOWN = "unknown"


ORGANIZER_VERBS = frozenset({Verb.LOG, Verb.PENDING, Verb.CONFIRM, Verb.REJECT})

# French and English at once: nobody should have to say first in which language they are going to ask.
VERB_WORDS: dict[str, Verb] = {
    "stances": Verb.STANCES, "positions": Verb.STANCES, "position": Verb.STANCES, "table": Verb.STANCES,
    "tableau": Verb.STANCES,
    "list": Verb.LIST, "liste": Verb.LIST,
    "demand": Verb.DEMAND, "demande": Verb.DEMAND, "revendication": Verb.DEMAND, "exigence": Verb.DEMAND,
    "compare": Verb.COMPARE, "comparer": Verb.COMPARE, "comparaison": Verb.COMPARE,
    "history": Verb.HISTORY, "historique": Verb.HISTORY, "histoire": Verb.HISTORY,
    "dates": Verb.DATES, "date": Verb.DATES, "calendar": Verb.DATES, "calendrier": Verb.DATES,
    "letter": Verb.LETTER, "lettre": Verb.LETTER,
    "help": Verb.HELP, "aide": Verb.HELP, "?": Verb.HELP,
    "privacy": Verb.PRIVACY, "confidentialite": Verb.PRIVACY, "vie privee": Verb.PRIVACY,
    "start": Verb.START, "bonjour": Verb.START, "hello": Verb.START,
    "language": Verb.LANGUAGE, "langue": Verb.LANGUAGE,
    "log": Verb.LOG, "noter": Verb.LOG,
    "pending": Verb.PENDING, "attente": Verb.PENDING,
    "confirm": Verb.CONFIRM, "confirmer": Verb.CONFIRM,
    "reject": Verb.REJECT, "rejeter": Verb.REJECT,
}  # fmt: skip

_ALONE = frozenset({Verb.DATES, Verb.LETTER, Verb.HELP, Verb.PRIVACY, Verb.START, Verb.PENDING})
"""Verbs that want nothing after them: as plain words they count only when they stand alone."""

_AND = re.compile(r"\s+(?:et|and|vs\.?|contre|with|avec)\s+|\s*[,;/|]\s*")
_COMMAND = re.compile(r"^\s*/([^\s@]+)(?:@\S+)?\s*(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Request:
    """What is asked for: a verb, what it is about, for a comparison the two, and for `/log` its fields."""

    verb: Verb
    about: str = ""
    other: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Request:
    """Return what a text asks for. A text that begins with no verb asks freely; an unknown command is told apart."""
    command = _COMMAND.match(text)
    if command is not None:
        word, rest = command.groups()
        verb = VERB_WORDS.get(normalise(word))
        return _request(verb, rest) if verb is not None else Request(Verb.UNKNOWN, word)
    clean = " ".join(text.split())
    whole = VERB_WORDS.get(normalise(clean).rstrip("!. "))
    if whole is not None and whole not in ORGANIZER_VERBS:
        return Request(whole)
    first, _space, rest = clean.partition(" ")
    verb = VERB_WORDS.get(normalise(first))
    if verb is None or verb in ORGANIZER_VERBS | _ALONE:
        return Request(Verb.FREE, clean)
    return _request(verb, rest)


def _request(verb: Verb, rest: str) -> Request:
    rest = rest.strip()
    if verb is Verb.COMPARE:
        first, _and, second = _split_once(rest)
        return Request(verb, first, second)
    if verb is Verb.LOG:
        return _log(rest)
    return Request(verb, rest)


def _split_once(text: str) -> tuple[str, str, str]:
    found = _AND.search(text)
    if found is None:
        return text, "", ""
    return text[: found.start()].strip(), found.group(), text[found.end() :].strip()


def _log(rest: str) -> Request:
    """Read `/log LIST | key = value | key = value …`: one line with everything, as it can be pasted from a note."""
    subject, *pairs = [part.strip() for part in rest.split("|")]
    fields: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if equals:
            fields[normalise(key)] = value.strip()
        elif pair:
            fields.setdefault("?", pair)
    return Request(Verb.LOG, subject, fields=fields)
