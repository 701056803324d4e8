"""The everyday words, French and English, for what the model knows by stored values. Used by spreadsheets and by chat.

Every word stands here as `normalise` leaves it: no capitals, no accents, single spaces, straight apostrophes.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.progress import ContactKind, Medium

E = TypeVar("E", bound=StrEnum)

_SIGNS = str.maketrans({**dict.fromkeys("’‘ʼ′´`", "'"), "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
_ASCII_SIGNS = str.maketrans("`", "'")


def normalise(text: str) -> str:
    """Return a text as it is compared: without accents, capitals, ligatures, typographic apostrophes or stray spaces.

    No-break spaces count as spaces. Normalising twice changes nothing more.
    """
    if text.isascii():
        # Most of a national file: the long way would change nothing else, and costs ten times as much.
        return " ".join(text.lower().translate(_ASCII_SIGNS).split())
    # The acute accent that stands alone would decompose into a space, so signs are replaced first; decomposing brings
    # up new ones ("ŉ"), so they are replaced once more.
    decomposed = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().translate(_SIGNS).split())


def _agreeing(stem: str) -> tuple[str, ...]:
    """Return a French participle in every gender and number, as people write them, such as `engagé(e)`."""
    return tuple(stem + ending for ending in ("", "e", "s", "es", "(e)", "·e", ".e", "-e", "(e)s", "·es", "·e·s"))


def _table(words: Mapping[E, tuple[str, ...]]) -> dict[str, E]:
    """Return word → member, with each member's stored value among its words, also with spaces or hyphens."""
    table: dict[str, E] = {}
    for member, its_words in words.items():
        stored = member.value
        for word in (stored, stored.replace("_", " "), stored.replace("_", "-"), *its_words):
            table[word] = member
    return table


POSITION_WORDS: Mapping[str, Position] = _table({
    Position.COMMITTED: ("s'engage", "s'engagent", "oui", "yes", "engagement", "commits", *_agreeing("engage")),
    Position.PARTIAL: ("en partie", "partiel", "partielle",
        "partiellement", "partly", "partially", "in part", "s'engage en partie",
        "partly committed"),
    Position.REFUSED: ("refus", "non", "no", "refuses", "refusent", "refusal", *_agreeing("refuse")),
    Position.UNCLEAR: (
        "pas clair", "pas claire", "flou", "floue", "peu clair",
        "peu claire", "ambigu", "ambigue", "not clear",
        "vague", "reponse peu claire", "unclear answer",
    ),
})  # fmt: skip

SOURCE_WORDS: Mapping[str, SourceKind] = _table({
    SourceKind.LETTER: ("lettre", "courrier", "courrier postal"),
    SourceKind.EMAIL: ("courriel", "mail", "e-mail", "mel", "courrier electronique"),
    SourceKind.PROGRAMME: ("program", "manifesto", "profession de foi"),
    SourceKind.PUBLIC_POST: (
        "publication", "tweet", "post", "toot", "pouet", "reseaux sociaux", "reseau social", "social media",
        "message public", "publication en ligne",
    ),
    SourceKind.RECORDED_SPEECH: (
        "debat", "video", "enregistrement", "debat enregistre",
        "parole enregistree", "audio", "debate", "recording",
        "recorded", "prise de parole enregistree", "recorded words",
    ),
    SourceKind.REPORTED_SPEECH: (
        "presse", "oui-dire", "oui dire",
        "article de presse", "propos rapportes", "parole rapportee", "press",
        "hearsay", "reported", "propos rapportes par d'autres", "words reported by others", *_agreeing("rapporte"),
    ),
})  # fmt: skip

ROLE_WORDS: Mapping[str, SpeakerRole] = _table(
    {
        SpeakerRole.HEAD: ("tete de liste", "tete", "head of list", "head of the list", "lead candidate"),
        SpeakerRole.CANDIDATE: ("colistier", "colistiere", "personne candidate", *_agreeing("candidat")),
        SpeakerRole.SPOKESPERSON: ("porte-parole", "porte parole", "spokesman", "spokeswoman"),
        SpeakerRole.LIST: (
            "liste",
            "la liste",
            "au nom de la liste",
            "on behalf of the list",
            "equipe",
            "l'equipe",
            "equipe de campagne",
            "the list",
            "team",
            "campaign",
        ),
    }
)

CONTRADICTION_WORDS: Mapping[str, Contradiction] = _table(
    {
        Contradiction.REPLACES: ("remplace", "replace", "remplacer", "remplacement"),
        Contradiction.BESIDE: ("a cote", "cote a cote", "les deux", "both", "side by side"),
    }
)

KIND_WORDS: Mapping[str, AnswerKind] = _table(
    {
        AnswerKind.STATEMENT: ("declaration", "reponse", "answer", "prise de position"),
        AnswerKind.CORRECTION: ("rectification", "rectificatif"),
        AnswerKind.WITHDRAWAL: ("retrait", "retractation"),
        AnswerKind.UNDO: ("annulation", "annuler"),
        AnswerKind.REMOVAL: ("effacement", "suppression"),
    }
)

CONTACT_WORDS: Mapping[str, ContactKind] = _table({
    ContactKind.SENT: ("send", "asked", "envoi", "lettre envoyee", "letter sent", *_agreeing("envoye")),
    ContactKind.REMINDED: (
        "reminder", "remind", "rappel", "reminder sent", "relance envoyee", *_agreeing("relance"),
    ),
    ContactKind.RECEIVED: (
        "reply", "answered", "reponse", "message received", "message recu", *_agreeing("recu"),
    ),
    ContactKind.DECLINED: (
        "decline a repondre", "a refuse de repondre", "refuse de repondre", "ne souhaite pas repondre", "refus",
        "declined to answer", "refusal", *_agreeing("decline"),
    ),
    ContactKind.OPTED_OUT: (
        "opt out", "opt-out", "opted out", "unsubscribed", "asked not to be written to", "ne plus ecrire", "desinscription",
        "demande a ne plus etre contacte", "demande a ne plus etre contactee", *_agreeing("desinscrit"),
    ),
})  # fmt: skip

MEDIUM_WORDS: Mapping[str, Medium] = _table({
    Medium.EMAIL: ("e-mail", "mail", "courriel", "mel"),
    Medium.POST: ("courrier", "courrier postal", "poste", "letter", "lettre", "boite aux lettres"),
    Medium.PHONE: ("telephone", "tel", "call", "appel", "by phone"),
    Medium.FORM: ("formulaire", "website", "site", "site web", "form on its website", "formulaire de son site"),
    Medium.SOCIAL: ("reseau social", "reseaux sociaux", "social network", "social media"),
    Medium.MEETING: ("rencontre", "reunion", "rendez-vous", "rendez vous", "en personne", "in person"),
})  # fmt: skip

WITHDRAWN_WORDS = frozenset(("withdrawn", "taken back", "retrait", "x", *_agreeing("retire"), *_agreeing("retracte")))
"""The words that stand for no position any more, in the row of a withdrawal."""


def accepted(words: Mapping[str, E]) -> str:
    """Return the words of a table for a message: each member's stored value with its first everyday words."""
    others: dict[E, list[str]] = {member: [] for member in words.values()}
    for word, member in words.items():
        if word not in (member.value, member.value.replace("_", " "), member.value.replace("_", "-")):
            others[member].append(word)
    return ", ".join(
        f"{member.value} ({', '.join(its[:2])})" if its else member.value for member, its in others.items()
    )


def position_from(text: str) -> Position | None:
    """Return the position that a word names, or None."""
    return POSITION_WORDS.get(normalise(text))


def source_from(text: str) -> SourceKind | None:
    """Return the kind of source that a word names, or None."""
    return SOURCE_WORDS.get(normalise(text))


def role_from(text: str) -> SpeakerRole | None:
    """Return the role of a speaker that a word names, or None."""
    return ROLE_WORDS.get(normalise(text))


def contradiction_from(text: str) -> Contradiction | None:
    """Return what a word says of a contradicting answer, or None."""
    return CONTRADICTION_WORDS.get(normalise(text))


def kind_from(text: str) -> AnswerKind | None:
    """Return the kind of entry that a word names, or None."""
    return KIND_WORDS.get(normalise(text))


def contact_from(text: str) -> ContactKind | None:
    """Return what happened in a contact by the word that names it, or None."""
    return CONTACT_WORDS.get(normalise(text))


def medium_from(text: str) -> Medium | None:
    """Return the way of a contact that a word names, or None."""
    return MEDIUM_WORDS.get(normalise(text))


_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4})")


def date_from(text: str) -> date | None:
    """Return the day of `2026-02-14`, `14/02/2026` or `14.02.2026`, None for anything else."""
    if match := _YEAR_FIRST.fullmatch(text.strip()):
        year, month, day = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(text.strip()):
        year, month, day = match[4], match[3], match[1]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
