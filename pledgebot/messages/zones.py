"""How time zones are called: those of France by the name of the place, every other by its international name."""

from pledgebot.domain.zones import FRENCH_ZONES
from pledgebot.messages.i18n import Translator

_WORDS = {name: word for word, name in FRENCH_ZONES.items()}


def zone_word(word: str, tr: Translator) -> str:
    """Return the name of a time zone of France, by its word in `domain.zones`."""
    return {
        "paris": tr.p("time zone", "Paris"),
        "guadeloupe": tr.p("time zone", "Guadeloupe"),
        "martinique": tr.p("time zone", "Martinique"),
        "guyane": tr.p("time zone", "French Guiana"),
        "miquelon": tr.p("time zone", "Saint Pierre and Miquelon"),
        "reunion": tr.p("time zone", "Réunion"),
        "mayotte": tr.p("time zone", "Mayotte"),
        "noumea": tr.p("time zone", "Nouméa"),
        "tahiti": tr.p("time zone", "Tahiti"),
        "wallis": tr.p("time zone", "Wallis"),
    }[word]


def zone_name(name: str, tr: Translator) -> str:
    """Return how a time zone is called: its IANA name, after the name of its place where it is one of France."""
    word = _WORDS.get(name)
    return f"{zone_word(word, tr)} ({name})" if word is not None else name
