"""Write a file of candidates as large as the national one of 2026, with invented lists and people.

Numbers of lists, candidates and communes, the form and the lengths of its cells are like those of the genuine file; names
are made of syllables. The same file comes out every time. Usage: national_file.py PATH
"""

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

LISTS = 50_478
CANDIDATES = 904_042
COMMUNES = 34_900

_COLUMNS = (
    "Code département", "Département", "Code circonscription", "Circonscription", "Numéro de panneau",
    "Libellé abrégé de liste", "Libellé de la liste", "Code nuance de liste", "Nuance de liste", "Tête de liste",
    "Ordre", "Sexe", "Nom sur le bulletin de vote", "Prénom sur le bulletin de vote", "Nationalité",
    "Code personnalité", "CC",
)  # fmt: skip
_DEPARTMENTS = [*(f"{n:02}" for n in (*range(1, 20), *range(21, 96))), "2A", "2B", "971", "972", "973", "974"]
_OVERSEAS_COMMUNES = 24
_SIZES = (7, 9, 11, 11, 15, 15, 15, 19, 19, 23, 27, 29, 33)
_SYLLABLES = [consonant + vowel for consonant in "BCDFGHJLMNPRSTV" for vowel in ("A", "E", "I", "O", "U", "OU")]
_ENDINGS = ("ARD", "EAU", "ET", "IER", "IN", "ON", "OT", "EL", "AND", "ÈS")
_NUANCES = (("LDVC", "Divers centre"), ("LDVD", "Divers droite"), ("LDVG", "Divers gauche"), ("LDIV", "Divers"))


def write_national_file(path: Path) -> None:
    """Write the whole file (about 140 MB) as the ministry does: `;`, UTF-8, every field quoted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(random.Random(2026)))  # noqa: S311 - a repeatable file, not a secret


def _rows(rng: random.Random) -> Iterator[list[str]]:
    communes = list(_communes())
    counts = _lists_of_communes(rng)
    sizes = iter(_sizes(rng))
    families, given_names = _families(rng, 160_000), _given_names(rng)
    for (department, code, town), count in zip(communes, counts, strict=True):
        for panel in range(1, count + 1):
            name = f"{_word(rng, 2)} POUR {town.upper()}" + (", AUTREMENT" if panel > 1 else "")
            nuance = rng.choice(_NUANCES) if count > 1 else ("", "")
            fixed = [department, f"Exemple {department}", code, town, str(panel), name[:12], name, *nuance]
            for order in range(1, next(sizes) + 1):
                head, council = ("OUI" if order == 1 else ""), ("OUI" if order % 5 == 1 else "")
                # Some names are borne by many, most by few.
                family = families[int(len(families) * rng.random() ** 2)]
                given = given_names[int(len(given_names) * rng.random() ** 3)]
                yield [*fixed, head, str(order), "FM"[order % 2], family, given, "Française", "", council]


def _communes() -> Iterator[tuple[str, str, str]]:
    """Yield department, code and name of each commune."""
    mainland = [code for code in _DEPARTMENTS if len(code) == len("01")]
    overseas = [code for code in _DEPARTMENTS if code not in mainland]
    left = COMMUNES - len(overseas) * _OVERSEAS_COMMUNES
    for rank, department in enumerate(mainland):
        here = left // (len(mainland) - rank)
        left -= here
        for number in range(1, here + 1):
            yield department, f"{department}{number:03}", f"Fictive-{'Île' if number % 4 == 0 else 'Mer'}-{number}"
    for department in overseas:
        for number in range(1, _OVERSEAS_COMMUNES + 1):
            yield department, f"{department}{number:02}", f"Fictive-Outre-Mer-{number}"


def _lists_of_communes(rng: random.Random) -> list[int]:
    """Return how many lists stand in each commune: one in most, many in a few."""
    counts = [1] * COMMUNES
    for _extra in range(LISTS - COMMUNES):
        counts[int(COMMUNES * rng.random() ** 4)] += 1
    rng.shuffle(counts)
    return counts


def _sizes(rng: random.Random) -> list[int]:
    """Return how many candidates each list has, so that all together are as many as they should be."""
    sizes = [rng.choice(_SIZES) for _list in range(LISTS)]
    missing = CANDIDATES - sum(sizes)
    step = 1 if missing > 0 else -1
    for n in range(abs(missing)):
        sizes[n % LISTS] += step
    return sizes


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choice(_SYLLABLES) for _syllable in range(syllables))


def _families(rng: random.Random, count: int) -> list[str]:
    names = (
        f"{_word(rng, 2 + n % 2)}{rng.choice(_ENDINGS)}" + ("-FICTIF" if n % 30 == 0 else "") for n in range(count)
    )
    return list(names)


def _given_names(rng: random.Random) -> list[str]:
    return [(_word(rng, 1 + n % 2) + rng.choice(("ANE", "IEN", "E", "IS", "ÉE"))).capitalize() for n in range(2_000)]


if __name__ == "__main__":
    write_national_file(Path(sys.argv[1]))
