"""The small words of questions, French and English, and the one form of words that are written in many ways.

Every word stands here as `normalise` leaves it. The sets say what is asked for, never which one: a name may hold such words
too, so they are left aside only where nothing goes by the words as they were typed.
"""

import re
from functools import lru_cache


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


ARTICLES = _words("la le les l un une the a an")

ASKING = _words(
    # Politeness.
    "bonjour bonsoir salut coucou hello hi hey merci svp stp s'il s il plait please thanks thank",
    # French questions.
    "que qu qui quoi quel quelle quels quelles quand comment pourquoi combien est ce c cela ca cet cette y t on je j tu te",
    "vous me m moi nous ils elles elle dit disent dire dites dis pense pensent penser propose proposent proposer promet",
    "promettent promis engage engagent engager engagee engages veut veulent voudrais voudrait veux aimerais aimerait",
    "souhaite savoir sait connaitre connais voir vois montre montrer montrez donne donner donnez cherche chercher trouver",
    "peux peut pouvez pourriez parle parler parlent repond repondu repondent reponse reponses a ont ete sont etre fait faire",
    "se si presente presentent vote voter",
    # English questions.
    "what whats which who whose when where how why is are was does do did has have can could would will i my you your it",
    "its tell show give find know knows see want wants like say says said saying think thinks promise promises promised",
    "commit commits committed propose proposes answer answers answered reply stand stands standing there any support",
    "supports",
)

LINKS = _words(
    "de des du d et ou en au aux a pour contre sur avec dans par chez entre of on in at for to from by with against and or",
    "about regarding concerning between under",
    # What kind of thing is meant.
    "liste listes list lists candidat candidate candidats candidates candidature tete head equipe team parti party",
    "position positions avis point vue propos concernant sujet question demande demandes demand demands monsieur madame mr",
    "mrs ms mme mlle panneau panel numero number no n num ville commune city town mairie moins fewer less plus more n'est",
)

FILLERS = ARTICLES | ASKING | LINKS

_SAME = {
    **dict.fromkeys(("arr", "arrt", "ardt", "arrdt", "arrond", "arrondissements", "district"), "arrondissement"),
    **dict.fromkeys(("secteurs", "sector", "sectors", "sect"), "secteur"),
    "st": "saint",
    "ste": "sainte",
}

_ORDINAL_WORDS = {
    word: f"{number}e"
    for number, words in enumerate(
        (
            "premier premiere first", "deuxieme second seconde", "troisieme third", "quatrieme fourth", "cinquieme fifth",
            "sixieme sixth", "septieme seventh", "huitieme eighth", "neuvieme ninth", "dixieme tenth", "onzieme eleventh",
            "douzieme twelfth", "treizieme thirteenth", "quatorzieme fourteenth", "quinzieme fifteenth",
            "seizieme sixteenth", "dix-septieme", "dix-huitieme", "dix-neuvieme", "vingtieme twentieth",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip

_ORDINAL = re.compile(r"0*([1-9][0-9]?)(?:e|er|ere|eme|ieme|em|nd|nde|rd|th|st)")


@lru_cache(maxsize=20_000)
def one_form(word: str) -> str:
    """Return the form under which a word is kept: "5ème", "5th" and "cinquième" are "5e", "arrdt" is "arrondissement"."""
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal is not None:
        return f"{ordinal[1]}e"
    return _SAME.get(word) or _ORDINAL_WORDS.get(word, word)


def split_words(normal: str) -> list[str]:
    """Return the words of a normalised text as they are written, without signs."""
    return "".join(char if char.isalnum() else " " for char in normal).split()


def words_of(normal: str) -> list[str]:
    """Return the words of a normalised text, without signs, each in its one form."""
    return [one_form(word) for word in split_words(normal)]


def key_of(normal: str) -> str:
    """Return what a name is looked up by: its words without blanks, so that "Saint-Jean" is found as "st jean"."""
    return "".join(words_of(normal)) or normal


def variants(word: str) -> tuple[str, ...]:
    """Return a word and, for a number, its other form: "3e secteur" and "secteur 3" are one."""
    if word.isdecimal():
        return word, f"{word}e"
    if word[:-1].isdecimal() and word.endswith("e"):
        return word, word[:-1]
    return (word,)


def initials_of(normal: str) -> str:
    """Return the initials of a normalised name: "rassemblement pour la ville" gives "rplv"."""
    return "".join(word[0] for word in split_words(normal))
