import re
from pathlib import Path

import pytest

from pledgebot.config import load_letter
from pledgebot.config.letter import PLACEHOLDERS
from pledgebot.config.shape import LETTERS
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Unusable
from pledgebot.domain.letter import Letter

MARSEILLE = LETTERS / "marseille-2020.toml"

GOOD = """\
key = "exemple"
languages = ["fr", "en"]
source = "Collectif Exemple"
url = "https://exemple.org/lettre"
signatories = ["Association Exemple"]
[title]
fr = "Lettre"
en = "Letter"
[summary]
fr = "Résumé"
en = "Summary"
[[demands]]
key = "trees"
hashtag = "PlusDArbres"
words = ["arbres", "trees!"]
[demands.title]
fr = "Arbres"
en = "Trees (title)"
[demands.text]
fr = "Planter"
en = "Plant"
[demands.tests.committed]
fr = "c"
en = "committed"
[demands.tests.partial]
fr = "p"
en = "partial"
[demands.tests.refused]
fr = "r"
en = "refused"
[[demands.parts]]
key = "streets"
words = ["rues"]
[demands.parts.title]
fr = "Rues"
en = "Streets"
[[demands.parts]]
key = "schools"
words = ["écoles"]
[demands.parts.title]
fr = "Cours"
en = "Schools"
[[demands]]
key = "water"
hashtag = "EauPublique"
words = ["eau"]
[demands.title]
fr = "Eau"
en = "Water"
[demands.text]
fr = "t"
en = "t"
[demands.tests.committed]
fr = "c"
en = "c"
[demands.tests.partial]
fr = "p"
en = "p"
[demands.tests.refused]
fr = "r"
en = "r"
[outreach.subject]
fr = "À {list}"
en = "To {list}"
[outreach.body]
fr = "Bonjour {head} {demands} {letter_url} {contact} {publisher} {deadline}"
en = "Hello {head}"
"""

TITLES = "one text per language of the letter"
SLUG = "a key of small letters a-z, digits and hyphens"
HASHTAG = "letters and digits in CamelCase without #, such as MoinsDeCameras"
WORDS = 'a list of everyday words, such as ["caméras", "cameras"]'
TEMPLATE = f"{TITLES}; placeholders are {', '.join('{' + name + '}' for name in PLACEHOLDERS)}"
URL = "an address that begins with https:// or http://"

FAULTS = {
    "a key is no slug": ('key = "trees"', 'key = "Trees & more"', f"demands#1.key: expected {SLUG}"),
    "the letter's key is no slug": ('key = "exemple"', 'key = "é"', f"key: expected {SLUG}"),
    "two demands share a key": (
        'key = "water"',
        'key = "trees"',
        f"demands#2.key: the same demand key twice; expected {SLUG}",
    ),
    "two parts share a key": (
        'key = "schools"',
        'key = "streets"',
        f"demands#1.parts#2.key: the same part key twice; expected {SLUG}",
    ),
    "a text lacks a language": (
        'fr = "Planter"\nen = "Plant"',
        'fr = "Planter"',
        f"demands#1.text.en: missing; expected {TITLES}",
    ),
    "a text has a language too many": (
        'en = "Letter"',
        'en = "Letter"\nde = "Brief"',
        f"title.de: not among the letter's languages fr, en; expected {TITLES}",
    ),
    "a text is empty": ('en = "Letter"', 'en = " "', f"title.en: empty; expected {TITLES}"),
    "a test lacks a language": (
        'fr = "p"\nen = "partial"',
        'fr = "p"',
        f"demands#1.tests.partial.en: missing; expected {TITLES}",
    ),
    "a test is missing": (
        '[demands.tests.refused]\nfr = "r"\nen = "refused"\n',
        "",
        f"demands#1.tests.refused: missing; expected {TITLES}",
    ),
    "a part's title lacks a language": (
        'fr = "Rues"\n',
        "",
        f"demands#1.parts#1.title.fr: missing; expected {TITLES}",
    ),
    "the template lacks a language": (
        'en = "Hello {head}"',
        "",
        f"outreach.body.en: missing; expected {TEMPLATE}",
    ),
    "a placeholder is unknown": (
        'en = "Hello {head}"',
        'en = "Hello {heads} {zzz}"',
        ("outreach.body.en: unknown placeholder {heads}, did you mean {head}?; unknown placeholder {zzz}; "
        f"expected {TEMPLATE}"),
    ),
    "a placeholder reaches further": (
        'en = "Hello {head}"',
        'en = "Hello {head.__class__}"',
        f"outreach.body.en: unknown placeholder {{head.__class__}}; expected {TEMPLATE}",
    ),
    "a brace is left open": (
        'en = "Hello {head}"',
        'en = "Hello {head"',
        f"outreach.body.en: a brace that opens or closes nothing; expected {TEMPLATE}",
    ),
    "a hashtag has its sign": ('"EauPublique"', '"#EauPublique"', f"demands#2.hashtag: not CamelCase; expected {HASHTAG}"),
    "a hashtag begins small": ('"EauPublique"', '"eauPublique"', f"demands#2.hashtag: not CamelCase; expected {HASHTAG}"),
    "a hashtag has a space": ('"EauPublique"', '"Eau Publique"', f"demands#2.hashtag: not CamelCase; expected {HASHTAG}"),
    "a word names two demands": (
        'words = ["eau"]',
        'words = ["eau", "ARBRES"]',
        f"demands#2.words#2: ARBRES names demand 1 already; expected {WORDS}",
    ),
    "a word is another demand's key": (
        'words = ["arbres", "trees!"]',
        'words = ["Water"]',
        f"demands#1.words#1: Water names demand 2 already; expected {WORDS}",
    ),
    "a part's word names another demand": (
        'words = ["eau"]',
        'words = ["ecoles"]',
        f"demands#2.words#1: ecoles names demand 1 already; expected {WORDS}",
    ),
    "a word names two parts": (
        'words = ["écoles"]',
        'words = ["Rues"]',
        f"demands#1.parts#2.words#1: Rues names another part already; expected {WORDS}",
    ),
    "the address is not of the web": (
        '"https://exemple.org/lettre"',
        '"ftp://exemple.org"',
        f"url: not a web address; expected {URL}",
    ),
    "the address runs a script": (
        '"https://exemple.org/lettre"',
        '"javascript:alert(1)"',
        f"url: not a web address; expected {URL}",
    ),
    "something secret stands in it": (
        'source = "Collectif Exemple"',
        'source = "Collectif Exemple"\ntoken = "123:abc"',
        None,
    ),
    "a language stands twice": (
        '["fr", "en"]',
        '["fr", "en", "fr"]',
        'languages#3: the same language twice; expected a list of language codes, such as ["fr", "en"]',
    ),
}  # fmt: skip


def faults_of(text: str, folder: Path) -> list[str]:
    """Return the lines of the faults of a letter."""
    path = folder / "letter.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable) as caught:
        load_letter(path)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_letter_is_said_with_its_key_and_what_is_expected(name: str, tmp_path: Path) -> None:
    old, new, line = FAULTS[name]
    assert old in GOOD
    found = faults_of(GOOD.replace(str(old), str(new), 1), tmp_path)
    if line is None:
        assert len(found) == 1
        assert found[0].startswith("letter.toml: token: unknown key; ")
        assert "123:abc" not in found[0]
    else:
        assert found == [f"letter.toml: {line}"]


def test_all_faults_of_a_letter_are_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('key = "water"', 'key = "trees"').replace("{head}", "{hed}").replace('en = "Letter"\n', "")
    text = text.replace("signatories =", "signatorys =").replace("https:", "ftp:")
    keys = {line.split(": ")[1] for line in faults_of(text, tmp_path)}
    assert keys == {"demands#2.key", "outreach.body.fr", "outreach.body.en", "title.en", "signatorys", "url"}


def test_a_fault_is_one_printable_line_whatever_it_quotes(tmp_path: Path) -> None:
    (line,) = faults_of(GOOD.replace('en = "Hello {head}"', 'en = "{a\\nb}"'), tmp_path)
    assert "unknown placeholder {a\\nb}" in line
    (line,) = faults_of(GOOD.replace('words = ["eau"]', 'words = ["arbres\\u2028"]'), tmp_path)
    assert line.isprintable()


def test_a_letter_without_fault_is_read(tmp_path: Path) -> None:
    path = tmp_path / "letter.toml"
    path.write_text(GOOD, encoding="utf-8")
    letter = load_letter(path)
    trees, water = letter.demands
    assert (letter.key, letter.url, letter.languages) == ("exemple", "https://exemple.org/lettre", ("fr", "en"))
    assert trees.tests[Position.PARTIAL] == {"fr": "p", "en": "partial"}
    assert [(part.key, part.words) for part in trees.parts] == [("streets", ("rues",)), ("schools", ("écoles",))]
    assert water.parts == ()


def test_a_letter_may_speak_one_language_that_has_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "letter.toml"
    text = re.sub(r"^en = .*\n", "", GOOD, flags=re.MULTILINE).replace('"fr", "en"', '"oc"')
    path.write_text(re.sub(r"^fr = ", "oc = ", text, flags=re.MULTILINE), encoding="utf-8")
    assert load_letter(path).languages == ("oc",)


def test_a_letter_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as caught:
        load_letter(tmp_path / "letter.toml")
    assert str(caught.value) == f"{tmp_path / 'letter.toml'}: not found"


@pytest.fixture(scope="module")
def marseille() -> Letter:
    """Return the letter of Marseille."""
    return load_letter(MARSEILLE)


def test_the_letter_of_marseille_makes_three_demands_and_divides_the_first(marseille: Letter) -> None:
    assert [demand.key for demand in marseille.demands] == ["retraction", "cameras", "committee"]
    assert [part.key for part in marseille.demands[0].parts] == ["video-surveillance", "observatory"]
    assert len(marseille.signatories) == 15


def test_the_tests_of_marseille_follow_the_letter(marseille: Letter) -> None:
    tests = {demand.key: demand.tests for demand in marseille.demands}
    assert "deux projets" in tests["retraction"][Position.COMMITTED]["fr"]
    assert "both projects" in tests["retraction"][Position.COMMITTED]["en"]
    assert "moratoire" in tests["cameras"][Position.PARTIAL]["fr"]
    assert "freeze" in tests["cameras"][Position.PARTIAL]["en"]
    assert "sans pouvoir d’audit" in tests["committee"][Position.PARTIAL]["fr"]
    assert "without power of audit" in tests["committee"][Position.PARTIAL]["en"]


def texts_of(letter: Letter, language: str) -> list[str]:
    """Return every text of a letter in one language."""
    texts = [letter.title, letter.summary, letter.outreach.subject, letter.outreach.body]
    for demand in letter.demands:
        texts += [demand.title, demand.text, *demand.tests.values(), *(part.title for part in demand.parts)]
    return [text[language] for text in texts]


def test_french_texts_have_typographic_apostrophes_and_plain_spaces(marseille: Letter) -> None:
    for text in texts_of(marseille, "fr"):
        assert not re.search(r"\w'\w", text), text
        assert not re.search(r"[^\s][;:!?»](?!/)|«[^ ]|[\u00a0\u202f]", text), text


def test_no_sentence_is_copied_from_the_letter_and_figures_are_dated(marseille: Letter) -> None:
    for language in ("fr", "en"):
        figures = [n for text in texts_of(marseille, language) for n in re.findall(r"\d[\d  ,.]*\d", text)]
        assert set(figures) <= {"2019", "1 500", "1,500", "2020"}
    assert "début 2020, selon la lettre" in marseille.summary["fr"]
    assert "early 2020, according to the letter" in marseille.summary["en"]


def test_the_message_to_lists_says_what_becomes_of_an_answer_and_of_silence(marseille: Letter) -> None:
    french, english = marseille.outreach.body["fr"], marseille.outreach.body["en"]
    for name in PLACEHOLDERS:
        assert f"{{{name}}}" in french
        assert f"{{{name}}}" in english
    assert "« pas de réponse »" in french
    assert "“no answer”" in english
    assert "sa source" in french
    assert "droit de réponse" in french
