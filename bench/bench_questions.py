"""Ask thousands of questions of a database as large as France: how long an answer takes, beside one indexed SELECT.

The lists are invented: 50,478 in 34,900 communes, brought in as an import does. The database is built once and kept.
Usage: bench_questions.py [DATABASE FILE]
"""

import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from datetime import time as hour
from pathlib import Path

import sqlalchemy as sa

from pledgebot.chat.answers import Asker, answer
from pledgebot.config import load_letter
from pledgebot.domain.election import ListRecord
from pledgebot.domain.words import normalise
from pledgebot.services.installation import InstallationPlan, RoundPlan, sync_installation
from pledgebot.services.list_files import import_lists
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.schema import upgrade_schema
from pledgebot.store.tables import CandidateList

LISTS, COMMUNES, QUESTIONS = 50_478, 34_900, 4_000
NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
LETTER = Path(__file__).parent.parent / "pledgebot" / "letters" / "marseille-2020.toml"

_WORDS = (
    "ensemble", "pour", "notre", "village", "avenir", "commune", "demain", "vivre", "autrement", "agir", "unis", "mieux",
    "bien", "nouveau", "elan", "union", "citoyenne", "energie", "projet", "passion", "coeur", "tous",
)  # fmt: skip
_SYLLABLES = [consonant + vowel for consonant in "bcdflmprstv" for vowel in ("a", "e", "i", "o", "u", "ou", "an")]
_ENDINGS = ("ard", "eau", "et", "ier", "in", "on", "ot", "el", "and", "ès")


def records() -> list[ListRecord]:
    """Return the invented lists: one in most communes, several in some. The same ones come out every time."""
    rng = random.Random(2026)  # noqa: S311 - a repeatable file, not a secret
    places = [(f"{n // 400 + 1:02}{n % 400:03}", f"{_word(rng)}-sur-{_word(rng)}") for n in range(COMMUNES)]
    made: list[ListRecord] = []
    for number in range(LISTS):
        extra = number - COMMUNES
        code, label = places[number] if extra < 0 else places[extra % 6_000]
        panel = 1 if extra < 0 else 2 + extra // 6_000
        name = " ".join(rng.sample(_WORDS, 4)) + (f" {label}" if rng.random() < 0.6 else "")  # noqa: PLR2004 - about as many lists name their town
        head = f"{_word(rng)} {_word(rng).upper()}{rng.choice(_ENDINGS).upper()}"
        made.append(ListRecord(number, code, label, panel, name.upper(), None, head, "LDIV", 2026))
    return made


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _syllable in range(rng.choice((2, 3)))).title()


def build(path: Path, lists: Sequence[ListRecord]) -> None:
    """Build the database, whole or not at all."""
    half = path.with_suffix(".building")
    half.unlink(missing_ok=True)
    database = Database(f"sqlite:///{half}")
    upgrade_schema(database)
    titles = {"fr": "Municipales de l’exemple", "en": "Municipal election of the example"}
    rounds = (RoundPlan(1, date(2026, 3, 15), hour(20), "Europe/Paris", titles),)
    plan = InstallationPlan(letter=load_letter(LETTER), rounds=rounds, places=(), destinations=(), fictional=True)
    with database.begin() as session:
        sync_installation(session, plan, NOW)
        add_organizer(session, "Alix", frozenset(Role), None, NOW)
        import_lists(session, lists, "2026-t1", "invented.csv", find_actor(session, "Alix", "bench"), NOW)
    database.close()
    half.rename(path)


def questions(lists: Sequence[ListRecord]) -> Iterator[str]:
    """Yield questions as people ask them, of every kind in turn."""
    rng = random.Random(7)  # noqa: S311 - a repeatable choice, not a secret
    for one in rng.sample(lists, QUESTIONS // len(_KINDS) + 1):
        family = one.head.split()[1] if one.head else ""
        for kind in _KINDS:
            yield kind.format(
                name=one.name, lower=one.name.lower(), head=one.head, family=family, place=one.constituency_label,
                code=one.constituency, typo=mistyped(rng, family), wrong=mistyped(rng, one.name.lower()),
                nonsense="".join(rng.choice("bcdfghjklmnpqrstvwxz") for _letter in range(8)),
            )  # fmt: skip


_KINDS = (
    "{name}", "{lower}", "{wrong}", "{head}", "{family}", "{typo}", "{place}", "{code}", "{family} {place}",
    "{place} {family}", "caméras {place}", "{code} comité", "que dit {family} sur les caméras ?",
    "what does {head} say about the oversight committee?", "bonjour, je voudrais savoir ce que dit {lower} svp",
    "{typo} {place}", "liste 1 {place}", "ensemble pour notre village", "{nonsense}", "{nonsense} {place}",
    "/list {name}", "/stances {place}",
)  # fmt: skip


def mistyped(rng: random.Random, text: str) -> str:
    """Return a text with one letter left out, doubled, replaced or changed places with the next."""
    at = rng.randrange(max(1, len(text) - 1))
    return rng.choice((
        text[:at] + text[at + 1 :],
        text[:at] + text[at : at + 1] * 2 + text[at + 1 :],
        text[:at] + "z" + text[at + 1 :],
        text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
    ))  # fmt: skip


def timed(work: Callable[[str], object], texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the milliseconds of our own processor time, and those on the clock, of each call, shortest first."""
    own: list[float] = []
    wall: list[float] = []
    for text in texts:
        began, began_wall = time.process_time(), time.perf_counter()
        work(text)
        own.append((time.process_time() - began) * 1000)
        wall.append((time.perf_counter() - began_wall) * 1000)
    return sorted(own), sorted(wall)


def show(label: str, own: Sequence[float], wall: Sequence[float]) -> None:
    """Print the middle and the 99th of a hundred."""
    figures = "  ".join(
        f"{kind} p50 {values[len(values) // 2]:.2f} p99 {values[len(values) * 99 // 100]:.2f} max {values[-1]:.2f}"
        for kind, values in (("own", own), ("wall", wall))
    )
    print(f"{label:<28} {len(own):>5} × ms  {figures}")


def main(path: Path) -> None:
    """Build or open the database, ask, and print."""
    lists = records()
    if not path.exists():
        build(path, lists)
    database, directories = Database(f"sqlite:///{path}"), Directories()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with database.read() as session:
        directories.fresh(session)
    built = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    asked = list(questions(lists))
    answer(database, "aide", Asker("fr"), NOW, directories)
    floor = timed(lambda text: _select(database, text), [one.name for one in lists[:QUESTIONS]])
    answers = timed(lambda text: answer(database, text, Asker("fr"), NOW, directories), asked)
    show("floor: one indexed SELECT", *floor)
    show("answer: question to words", *answers)
    middle, last = (answers[0][len(asked) * at // 100] / floor[0][QUESTIONS * at // 100] for at in (50, 99))
    print(f"ratio of own time: p50 {middle:.0f}, p99 {last:.0f}")
    print(f"directory of {LISTS} lists in {COMMUNES} communes: built in {built:.1f} s, {grown} MB")
    print(
        f"machine: {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.python_version()}"
    )
    database.close()


def _select(database: Database, name: str) -> object:
    """Find a list by its name in the plainest way."""
    statement = sa.select(CandidateList.id).where(CandidateList.normal == normalise(name))
    with database.read() as session:
        return session.execute(statement).first()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "pledgebot-bench-questions.db"))
