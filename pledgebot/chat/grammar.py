"""The one grammar: what people type becomes a request, whatever mouth it came through. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from pledgebot.chat.hours import read_digest, read_quiet, read_zone
from pledgebot.domain.errors import Refused
from pledgebot.domain.words import normalise
from pledgebot.services.small_words import ARTICLES, ASKING, FILLERS, split_words


class Verb(StrEnum):
    """What is asked for."""

    STANCES = "stances"
    LIST = "list"
    DEMAND = "demand"
    COMPARE = "compare"
    HISTORY = "history"
    PICTURE = "picture"
    DATES = "dates"
    LETTER = "letter"
    HELP = "help"
    PRIVACY = "privacy"
    START = "start"
    LANGUAGE = "language"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DIGEST = "digest"
    QUIET = "quiet"
    ZONE = "zone"
    MYDATA = "mydata"
    FORGET = "forget"
    FREE = "free"
    LISTS = "lists"
    LOG = "log"
    PENDING = "pending"
    CONFIRM = "confirm"
    REJECT = "reject"
    CONTACT = "contact"
    CHASE = "chase"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    DELIVERIES = "deliveries"
    STATUS = "status"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    UNKNOWN = "unknown"


SUBSCRIBER_VERBS = frozenset(
    {Verb.SUBSCRIBE, Verb.UNSUBSCRIBE, Verb.DIGEST, Verb.QUIET, Verb.ZONE, Verb.MYDATA, Verb.FORGET, Verb.LANGUAGE}
)
"""Verbs about what is kept of the place from which one asks."""

ORGANIZER_VERBS = frozenset(
    {
        Verb.LOG, Verb.PENDING, Verb.CONFIRM, Verb.REJECT, Verb.CONTACT, Verb.CHASE, Verb.CORRECT, Verb.WITHDRAW,
        Verb.UNDO, Verb.DELIVERIES, Verb.STATUS, Verb.CANCEL, Verb.PAUSE, Verb.RESUME,
    }
)  # fmt: skip
"""Verbs that only organizers have. `LISTS` is everybody's: to a follower it is what `LIST` is."""

# French and English at once: nobody should have to say first in which language they are going to ask.
VERB_WORDS: dict[str, Verb] = {
    "stances": Verb.STANCES, "positions": Verb.STANCES, "position": Verb.STANCES, "table": Verb.STANCES,
    "tableau": Verb.STANCES,
    "list": Verb.LIST, "liste": Verb.LIST, "lists": Verb.LISTS, "listes": Verb.LISTS,
    "demand": Verb.DEMAND, "demande": Verb.DEMAND, "demands": Verb.DEMAND, "demandes": Verb.DEMAND,
    "revendication": Verb.DEMAND, "exigence": Verb.DEMAND,
    "compare": Verb.COMPARE, "comparer": Verb.COMPARE, "comparaison": Verb.COMPARE, "comparison": Verb.COMPARE,
    "history": Verb.HISTORY, "historique": Verb.HISTORY, "histoire": Verb.HISTORY,
    "picture": Verb.PICTURE, "image": Verb.PICTURE,
    "dates": Verb.DATES, "date": Verb.DATES, "calendar": Verb.DATES, "calendrier": Verb.DATES,
    "quand": Verb.DATES, "when": Verb.DATES,
    "letter": Verb.LETTER, "lettre": Verb.LETTER,
    "help": Verb.HELP, "aide": Verb.HELP, "?": Verb.HELP,
    "privacy": Verb.PRIVACY, "confidentialite": Verb.PRIVACY, "vie privee": Verb.PRIVACY,
    "start": Verb.START, "bonjour": Verb.START, "hello": Verb.START, "bonsoir": Verb.START,
    "salut": Verb.START, "hi": Verb.START,
    "language": Verb.LANGUAGE, "langue": Verb.LANGUAGE,
    "subscribe": Verb.SUBSCRIBE, "abonner": Verb.SUBSCRIBE, "abonnement": Verb.SUBSCRIBE, "suivre": Verb.SUBSCRIBE,
    "follow": Verb.SUBSCRIBE,
    "unsubscribe": Verb.UNSUBSCRIBE, "stop": Verb.UNSUBSCRIBE, "desabonner": Verb.UNSUBSCRIBE,
    "digest": Verb.DIGEST, "rythme": Verb.DIGEST,
    "quiet": Verb.QUIET, "calme": Verb.QUIET,
    "timezone": Verb.ZONE, "fuseau": Verb.ZONE, "time zone": Verb.ZONE, "fuseau horaire": Verb.ZONE,
    "mydata": Verb.MYDATA, "mesdonnees": Verb.MYDATA, "my data": Verb.MYDATA, "mes donnees": Verb.MYDATA,
    "forget": Verb.FORGET, "oublier": Verb.FORGET,
    "log": Verb.LOG, "noter": Verb.LOG,
    "pending": Verb.PENDING, "attente": Verb.PENDING,
    "confirm": Verb.CONFIRM, "confirmer": Verb.CONFIRM,
    "reject": Verb.REJECT, "rejeter": Verb.REJECT,
    "contact": Verb.CONTACT,
    "chase": Verb.CHASE, "relancer": Verb.CHASE,
    "correct": Verb.CORRECT, "corriger": Verb.CORRECT,
    "withdraw": Verb.WITHDRAW, "retirer": Verb.WITHDRAW,
    "undo": Verb.UNDO, "defaire": Verb.UNDO,
    "deliveries": Verb.DELIVERIES, "envois": Verb.DELIVERIES, "held": Verb.DELIVERIES, "retenus": Verb.DELIVERIES,
    "status": Verb.STATUS, "etat": Verb.STATUS,
    "cancel": Verb.CANCEL, "annuler": Verb.CANCEL,
    "pause": Verb.PAUSE,
    "resume": Verb.RESUME, "reprendre": Verb.RESUME,
}  # fmt: skip

_SUMMARY = "resume"
"""To organizers it is English, and lets go on what is stopped; to everybody else it is the French word for a digest."""

_ALONE = frozenset({
    Verb.DATES, Verb.LETTER, Verb.HELP, Verb.PRIVACY, Verb.START, Verb.PENDING, Verb.UNSUBSCRIBE, Verb.QUIET,
    Verb.MYDATA, Verb.FORGET, Verb.DIGEST, Verb.ZONE,
})  # fmt: skip
"""Verbs that want nothing after them: as plain words they count only when they stand alone."""

_RHYTHMS = frozenset({"daily", "quotidien", "quotidienne", "weekly", "hebdo", "hebdomadaire"})
"""Words that choose a rhythm when they stand alone, or before an hour or a day."""

# What may stand beside "when" in a question about the calendar; beside anything else it is just a small word.
_VOTING = frozenset({
    "vote", "votes", "votent", "voting", "election", "elections", "scrutin", "tour", "tours", "round", "rounds", "premier",
    "second", "deuxieme", "first", "next", "prochain", "prochaine", "lieu", "day", "polling", "polls", "silence",
})  # fmt: skip

_PREFACE = ASKING | ARTICLES

_READ_BY: Mapping[Verb, Callable[[str], object]] = {
    Verb.DIGEST: read_digest,
    Verb.QUIET: read_quiet,
    Verb.ZONE: read_zone,
}
"""How what follows a verb is read; as plain words these count only where it can be."""

_AND = re.compile(r"\s+(?:et|and|vs\.?|versus|contre|with|avec|ou|or)\s+|\s*[,;/|]\s*")
_COMMAND = re.compile(r"^\s*/([^\s@]+)(?:@\S+)?\s*(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Request:
    """What is asked for: a verb, what it is about, for a comparison the two, and for `/log` its fields.

    `whole` is the text of plain words that may all be a name: "Positions citoyennes" may be a list. `pairs` are all the
    ways of dividing what is to be compared, since names hold words such as "et" too. `word` is the command's, where it may mean
    two things.
    """

    verb: Verb
    about: str = ""
    other: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    whole: str = field(default="", compare=False)
    pairs: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    word: str = field(default="", compare=False)


# On its way to an answer a text is looked at by several who need not know of each other.
@lru_cache(maxsize=1024)
def parse(text: str) -> Request:
    """Return what a text asks for. A text that begins with no verb asks freely; an unknown command is told apart."""
    command = _COMMAND.match(text)
    if command is not None:
        word, rest = command.groups()
        verb = _command_verb(word)
        if verb is Verb.RESUME:
            return Request(verb, rest.strip(), word=normalise(word))
        return _request(verb, rest) if verb is not None else Request(Verb.UNKNOWN, word)
    clean = " ".join(text.split())
    setting = _setting(clean)
    if setting is not None:
        return setting
    verb = _follower_verb(normalise(clean).rstrip("!. ")) or _follower_verb(" ".join(split_words(normalise(clean))))
    if verb is not None:
        return Request(verb)
    return replace(_asked(clean), whole=clean)


def _command_verb(word: str) -> Verb | None:
    """Return what a command asks for; written with its accents "résumé" is the French word."""
    plain = normalise(word)
    return Verb.DIGEST if plain == _SUMMARY and word.casefold() != plain else VERB_WORDS.get(plain)


def as_meant(request: Request, *, organizer: bool) -> Request:
    """Return what a request asks for in the mouth of an organizer, or of anybody else: `/resume` is a word of two languages.

    With a rhythm behind it, it is a digest's to organizers too.
    """
    if request.verb is not Verb.RESUME or request.word != _SUMMARY:
        return request
    digest = replace(request, verb=Verb.DIGEST)
    return digest if not organizer or _reads_digest(request.about) else request


def _reads_digest(about: str) -> bool:
    try:
        read_digest(about)
    except Refused:
        return False
    return bool(about.strip())


def _plain_verb(word: str) -> Verb | None:
    return Verb.DIGEST if word == _SUMMARY else VERB_WORDS.get(word)


def _setting(clean: str) -> Request | None:
    """Return what plain words set: a rhythm or quiet hours, where all that follows the first word says when."""
    plain = clean.rstrip("!. ")
    word, _blank, rest = plain.partition(" ")
    first = normalise(word).rstrip(":,")
    if first in _RHYTHMS:
        first, rest = Verb.DIGEST, plain
    verb = _plain_verb(first)
    read = _READ_BY.get(verb) if verb is not None else None
    if verb is None or read is None or not rest:
        return None
    try:
        read(rest)
    except Refused:
        return None
    return Request(verb, rest, whole=clean)


def _follower_verb(word: str) -> Verb | None:
    verb = _plain_verb(word)
    return verb if verb not in ORGANIZER_VERBS else None


def _asked(clean: str) -> Request:
    """Return what a sentence asks for: by the one verb that is in it, or by the verb with which it begins."""
    words = split_words(normalise(clean))
    core = [word for word in words if word not in FILLERS]
    verbs = [verb for word in core or words if (verb := _follower_verb(word)) is not None]
    if verbs and (len(verbs) == len(core) or not core):
        # A greeting before a question is just polite.
        return Request(([verb for verb in verbs if verb is not Verb.START] or verbs)[-1])
    if any(VERB_WORDS.get(word) is Verb.DATES for word in words) and all(
        word in _VOTING or VERB_WORDS.get(word) is Verb.DATES for word in core
    ):
        return Request(Verb.DATES)
    verb, rest = _after_preface(clean)
    return Request(Verb.FREE, clean) if verb is None or verb in _ALONE else _request(verb, rest)


def _after_preface(clean: str) -> tuple[Verb | None, str]:
    """Return the verb that comes first but for polite and asking words, and what follows it as it was typed."""
    tokens = clean.split(" ")
    for place, token in enumerate(tokens):
        words = split_words(normalise(token))
        while words and words[0] in _PREFACE and (words[0] not in VERB_WORDS or len(words) > 1):
            words.pop(0)
        if len(words) == 1 and words[0] in VERB_WORDS and _plain_verb(words[0]) not in _ALONE:
            return _follower_verb(words[0]), " ".join(tokens[place + 1 :])
        if words and not all(word in _PREFACE for word in words):
            break
    return None, ""


def _request(verb: Verb, rest: str) -> Request:
    rest = rest.strip()
    if verb is Verb.COMPARE:
        pairs = tuple(_divided(rest))
        first, second = pairs[0] if pairs else (rest, "")
        return Request(verb, first, second, pairs=pairs)
    if verb is Verb.LOG:
        return _log(rest)
    return Request(verb, rest)


def _divided(text: str) -> Iterator[tuple[str, str]]:
    return ((text[: found.start()].strip(), text[found.end() :].strip()) for found in _AND.finditer(text))


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
