"""Whatever a list, a banner or a place is called, asking for it by its name finds it, or offers it."""

import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import marseille
from factories.marseille import BEFORE, Marseille
from factories.services import shared_database
from pledgebot.chat.answers import understand
from pledgebot.chat.grammar import VERB_WORDS, Verb, parse
from pledgebot.domain.words import normalise
from pledgebot.services.directory import Directory, Hit, HitKind, Name
from pledgebot.services.likeness import Vocabulary
from pledgebot.services.lookup import Directories, find
from pledgebot.services.pieces import Piece
from pledgebot.services.readings import Reading, Scope
from pledgebot.services.small_words import FILLERS, words_of

EVERYTHING = frozenset(HitKind)
ROUND = 1


def one_case(char: str) -> bool:
    """Tell whether a character is the same in capitals and small letters: of some, such as "ı", Unicode says otherwise."""
    return normalise(char.upper()) == normalise(char) == normalise(char.lower())


letters = st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Nd"]).filter(one_case)
words = st.text(letters, min_size=1, max_size=10)
joints = st.sampled_from([" ", "-", "’", "'", " et ", " de la ", ", "])


@st.composite
def a_name(draw: st.DrawFn) -> str:
    """Make up a name: words joined by blanks, hyphens, apostrophes and small words."""
    first, *others = draw(st.lists(words, min_size=1, max_size=5))
    return first + "".join(draw(joints) + word for word in others)


def directory_of(names: dict[Hit, str], *, banner: int | None = None) -> Directory:
    """Return a directory of some names; lists stand in place 1, under a banner if one is given."""
    directory = Directory([ROUND], {})
    for hit, name in names.items():
        is_list = hit.kind is HitKind.LIST
        directory.add(
            Name(
                normalise(name),
                hit,
                ROUND if hit.kind in {HitKind.LIST, HitKind.BANNER} else None,
                1 if is_list else None,
                banner if is_list else None,
            )
        )
    directory.seal()
    return directory


def found_in(directory: Directory, query: str, kinds: frozenset[HitKind] = EVERYTHING) -> tuple[Hit, ...]:
    """Return everything that may be meant, as `find` does, without a database."""
    reading = Reading(directory, Scope(kinds, ROUND))
    normal = normalise(query)
    piece = Piece.of(normal)
    thing = reading.by_name(normal, piece) or reading.surely(piece) or reading.nearly(piece)
    return thing.hits if thing is not None else ()


def without_accents(text: str) -> str:
    """Return a text as somebody types it who has no accents on the keyboard."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


TYPED = {
    "as it is": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "without accents": without_accents,
    "with straight apostrophes": lambda text: text.replace("’", "'"),
    "with a question mark": lambda text: f"{text} ?",
    "with much space": lambda text: f"  {text.replace(' ', '   ')} ",
}


@given(
    called=st.lists(st.tuples(st.sampled_from(list(HitKind)), a_name()), min_size=1, max_size=8),
    how=st.sampled_from(list(TYPED)),
    data=st.data(),
)
def test_whatever_something_is_called_its_name_finds_it(
    called: list[tuple[HitKind, str]], how: str, data: st.DataObject
) -> None:
    names = {Hit(kind, number, name): name for number, (kind, name) in enumerate(called, 1)}
    wanted = data.draw(st.sampled_from(list(names)))
    hits = found_in(directory_of(names), TYPED[how](names[wanted]))
    assert wanted in hits
    same = [hit for hit in names if words_of(normalise(names[hit])) == words_of(normalise(names[wanted]))]
    if len(same) == 1 and how == "as it is":
        others = {hit for hit in hits if hit != wanted}
        assert all(
            "".join(words_of(normalise(names[hit]))) == "".join(words_of(normalise(names[wanted]))) for hit in others
        )


@given(names=st.lists(a_name(), min_size=1, max_size=6, unique=True), data=st.data())
def test_a_lists_name_in_a_question_finds_it(names: list[str], data: st.DataObject) -> None:
    hits = {Hit(HitKind.LIST, number, name): name for number, name in enumerate(names, 1)}
    wanted = data.draw(st.sampled_from(list(hits)))
    frame = data.draw(
        st.sampled_from(
            [
                "que dit {} ?",
                "bonjour, je voudrais savoir ce que dit {} svp",
                "what does {} say?",
                "la liste {}, please",
            ]
        )
    )
    assert wanted in found_in(directory_of(hits), frame.format(hits[wanted]))


@given(
    names=st.lists(st.tuples(st.sampled_from(list(HitKind)), a_name()), max_size=8),
    query=st.one_of(a_name(), st.text(max_size=60)),
    kinds=st.frozensets(st.sampled_from(list(HitKind)), min_size=1),
)
def test_nothing_is_found_but_what_was_asked_for(
    names: list[tuple[HitKind, str]], query: str, kinds: frozenset[HitKind]
) -> None:
    directory = directory_of({Hit(kind, number, name): name for number, (kind, name) in enumerate(names, 1)}, banner=1)
    asked = [query, *(name for _kind, name in names), *(f"{query} {name}" for _kind, name in names)]
    for text in asked:
        assert all(hit.kind in kinds for hit in found_in(directory, text, kinds))


@given(name=a_name(), place=a_name(), turned=st.booleans())
def test_a_list_and_its_place_asked_together_give_the_list(name: str, place: str, turned: bool) -> None:
    there, here, elsewhere = (
        Hit(kind, n, f"{kind} {n}") for kind, n in ((HitKind.PLACE, 1), (HitKind.LIST, 1), (HitKind.LIST, 2))
    )
    directory = Directory([ROUND], {})
    directory.add(Name(normalise(place), there))
    directory.add(Name(normalise(name), here, ROUND, 1))
    directory.add(Name(normalise(name), elsewhere, ROUND, 2))
    directory.seal()
    hits = found_in(directory, f"{place}, {name}" if turned else f"{name}, {place}", frozenset({HitKind.LIST}))
    assert here in hits
    # Where words may belong to either name, the place may be taken for a part of the name; then both lists are offered.
    assert hits == (here,) or set(words_of(normalise(place))) & (set(words_of(normalise(name))) | FILLERS)


@given(text=st.text(max_size=300))
def test_a_plain_word_that_is_no_verb_asks_freely_and_a_command_keeps_the_name(text: str) -> None:
    asked = parse(f"/list {text}")
    assert asked.verb is Verb.LIST
    assert asked.about == text.strip()
    request = parse(text)
    if not text.lstrip().startswith("/") and request.verb is Verb.FREE:
        assert request.about == " ".join(text.split())


@given(word=st.text(st.characters(categories=["Ll"]), min_size=1, max_size=14), known=st.lists(words, max_size=6))
def test_a_known_word_is_likest_to_itself(word: str, known: list[str]) -> None:
    plain = words_of(normalise(word))
    vocabulary = Vocabulary({*plain, *(one for name in known for one in words_of(normalise(name)))})
    for one, widely in itertools.product(plain, (False, True)):
        likes = vocabulary.likes(one, widely=widely)
        assert likes[one] == max(likes.values()) == 100
        assert min(likes.values()) > 0


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marseille]:
    """The fictional Marseille of 2020, built once."""
    with shared_database("sqlite", sqlite_template, tmp_path_factory.mktemp("names")) as database:
        yield marseille.marseille_2020(database)


DIRECTORIES = Directories()


@given(text=st.text(max_size=200))
def test_any_text_is_understood_or_not_known_but_never_fails(town: Marseille, text: str) -> None:
    with town.database.read() as session:
        _verb, found = understand(session, text, BEFORE, DIRECTORIES)
        for kinds in ({HitKind.LIST}, {HitKind.PLACE, HitKind.DEMAND}):
            assert all(hit.kind in kinds for hit in find(session, text, kinds, ROUND, DIRECTORIES).hits)
    assert found is None or found.query


PIECES = (
    "printemps exemple",
    "5e",
    "13005",
    "caméras",
    "que dit",
    "vireloup",
    "3",
    "?",
    "et",
    "secteur",
    "rochebrune",
    "z",
)


@given(parts=st.lists(st.sampled_from(PIECES), max_size=40))
def test_words_of_the_directory_in_any_order_never_fail(town: Marseille, parts: list[str]) -> None:
    with town.database.read() as session:
        understand(session, " ".join(parts), BEFORE, DIRECTORIES)


@pytest.mark.parametrize("word", sorted(set(VERB_WORDS) - {"?"}))
def test_a_list_called_like_a_verb_is_found_by_the_command(word: str) -> None:
    hit = Hit(HitKind.LIST, 1, word)
    assert found_in(directory_of({hit: word.title()}), parse(f"/list {word}").about) == (hit,)
