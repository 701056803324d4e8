"""Time zones as people name them: those of France have words of their own, every other goes by its IANA name."""

import re
from functools import cache
from zoneinfo import available_timezones

from pledgebot.domain.words import normalise

FRENCH_ZONES = {
    "paris": "Europe/Paris",
    "guadeloupe": "America/Guadeloupe",
    "martinique": "America/Martinique",
    "guyane": "America/Cayenne",
    "miquelon": "America/Miquelon",
    "reunion": "Indian/Reunion",
    "mayotte": "Indian/Mayotte",
    "noumea": "Pacific/Noumea",
    "tahiti": "Pacific/Tahiti",
    "wallis": "Pacific/Wallis",
}
"""The zones of France that are offered, by a short word for each (https://www.iana.org/time-zones, file zone1970.tab)."""

_WORDS = {
    **FRENCH_ZONES,
    **dict.fromkeys(("france", "metropole", "hexagone", "marseille"), "Europe/Paris"),
    **dict.fromkeys(("guyane francaise", "french guiana", "cayenne"), "America/Cayenne"),
    **dict.fromkeys(
        ("saint pierre et miquelon", "st pierre et miquelon", "saint pierre and miquelon"), "America/Miquelon"
    ),
    **dict.fromkeys(("nouvelle caledonie", "new caledonia"), "Pacific/Noumea"),
    **dict.fromkeys(("polynesie", "polynesie francaise", "french polynesia", "papeete"), "Pacific/Tahiti"),
    **dict.fromkeys(("wallis et futuna", "wallis and futuna", "futuna"), "Pacific/Wallis"),
    "saint barthelemy": "America/St_Barthelemy",
    "saint martin": "America/Marigot",
    "marquises": "Pacific/Marquesas",
    "gambier": "Pacific/Gambier",
}
_SMALL = re.compile(r"^(?:(?:a|at|in|en|de|du|des|d'|la|le|les|l'|the|of|heure|time|horaire|zone)\b[\s:]*)+")
# What a database of zones holds beside them: the machine's own clock, and one that means that nothing was set.
_NO_ZONES = frozenset({"localtime", "Factory"})
_LONGEST = 60


def zone_named(text: str) -> str | None:
    """Return the IANA name of the zone that a text names, such as "La Réunion" or "europe/paris"; None when it names none."""
    named = normalise(text).strip(" .!:")
    if len(named) > _LONGEST:
        return None
    by_name = _by_name()
    for words in (named, _SMALL.sub("", named)):
        zone = _WORDS.get(words.replace("-", " ")) or by_name.get(words.replace(" ", "_"))
        if zone is not None:
            return zone
    return None


@cache
def _by_name() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() - _NO_ZONES}
