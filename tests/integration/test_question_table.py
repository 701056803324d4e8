"""Questions as people ask them, in both languages, each with what has to be understood. Lists and people are invented."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from factories import marseille
from factories.marseille import BEFORE, BEFORE_2026, Marseille, sector_code
from factories.services import shared_database
from pledgebot.chat.answers import Asker, answer, understand
from pledgebot.messages.render import plain
from pledgebot.services.lookup import Directories, Hit, HitKind
from pledgebot.store.engine import Database

# What is expected: one thing by its key (`PE` a banner, `PE3` its list of sector 3, `S3` a sector, `CITY` the city, a demand's
# key); `PE3 + cameras` with the second thing; `MI2 | PC4` a choice; `?` not known; `!dates` a verb about nothing.
QUESTIONS_2020 = (
    # Lists and banners by name: case, accents, apostrophes, signs.
    ("Printemps Exemple", "PE"),
    ("PRINTEMPS EXEMPLE", "PE"),
    ("printemps exemple ?", "PE"),
    ("le printemps exemple", "PE"),
    ("Printemps   exemple!!!", "PE"),
    ("#PrintempsExemple", "PE"),
    ("printemps-exemple", "PE"),
    ("🌱 Printemps Exemple 🌱", "PE"),
    ("printemps", "PE"),
    ("printaniers", "PE"),
    ("Les printaniers", "PE"),
    ("Marseille Imaginaire", "MI"),
    ("marseille imaginaire svp", "MI"),
    ("L’Avenir Fictif", "AF"),
    ("L'Avenir Fictif", "AF"),
    ("l avenir fictif", "AF"),
    ("lavenir fictif", "AF"),
    ("avenir fictif", "AF"),
    ("L‘AVENIR FICTIF", "AF"),
    ("avenir", "AF"),
    ("Phare et Calanques", "PC"),
    ("phare & calanques", "PC"),
    ("phare calanques", "PC"),
    ("calanques", "PC"),
    ("C'est ici", "ICI5"),
    ("c’est ici", "ICI5"),
    ("cest ici", "ICI5"),
    ("Les Oubliés du Port", "PORT2"),
    ("les oublies du port", "PORT2"),
    ("oubliés port", "PORT2"),
    ("LES OUBLIÉS DU PORT", "PORT2"),
    ("quartiers nord", "NORD8"),
    ("quartier nord debout", "NORD8"),
    ("Marseille sans caméras", "SANS1"),
    ("marseille sans cameras ?", "SANS1"),
    ("Positions citoyennes", "POS6"),
    ("positions citoyennes ?", "POS6"),
    ("/list positions citoyennes", "POS6"),
    ("citoyennes", "CIT7 | POS6"),
    # Typing errors.
    ("printemp exemple", "PE"),
    ("pritnemps exemple", "PE"),
    ("printemps exmple", "PE"),
    ("prinptemps exemples", "PE"),
    ("marseile imaginaire", "MI"),
    ("Marseille imaginère", "MI"),
    ("avenir fictiv", "AF"),
    ("phare et calanque", "PC"),
    ("phar et calanqes", "PC"),
    ("les oubliers du port", "PORT2"),
    ("quatiers nord debout", "NORD8"),
    # Initials and aliases.
    ("PE", "PE"),
    ("P.E.", "PE"),
    ("p e", "PE"),
    ("MI", "MI"),
    ("QND", "NORD8"),
    ("q.n.d.", "NORD8"),
    ("P&C", "PC"),
    ("p & c", "PC"),
    ("LODP", "PORT2"),
    ("msc", "SANS1"),
    # Heads of list.
    ("Ada Vireloup", "PE1"),
    ("vireloup", "PE1"),
    ("VIRELOUP", "PE1"),
    ("Vireloup Ada", "PE1"),
    ("virelou", "PE1"),
    ("vireloop", "PE1"),
    ("Mme Vireloup", "PE1"),
    ("madame vireloup ?", "PE1"),
    ("Élodie Taranque", "PE2"),
    ("elodie taranque", "PE2"),
    ("tarranque", "PE2"),
    ("taranqe", "PE2"),
    ("N’Dorvane", "MI7"),
    ("n'dorvane", "MI7"),
    ("ndorvane", "MI7"),
    ("NDORVANE", "MI7"),
    ("d'Estrelle", "PC3"),
    ("destrelle", "PC3"),
    ("Kévin d’Estrelle", "PC3"),
    ("kevin estrelle", "PC3"),
    ("Lépinoy", "MI4"),
    ("lepinoi", "MI4"),
    ("pelardon", "PE5"),
    ("Pinède-Test", "PC7"),
    ("pinede", "PC7"),
    ("pinede test", "PC7"),
    ("grandval", "AF3"),
    ("rochebrune", "PC1 | PC4"),
    ("Ondine Rochebrune", "PC4"),
    ("ondine rochbrune", "PC4"),
    ("tête de liste Galinette", "MI8"),
    ("head of list galinette", "MI8"),
    # Places: sectors, arrondissements, postcodes, the city.
    ("13005", "S3"),
    ("13 005", "S3"),
    ("13001 ?", "S1"),
    ("13016", "S8"),
    ("13055", "CITY"),
    ("marseille", "CITY"),
    ("Marseille !", "CITY"),
    ("à Marseille", "CITY"),
    ("marsielle", "CITY"),
    ("5e", "S3"),
    ("5ème", "S3"),
    ("5eme arrondissement", "S3"),
    ("le 5e arrondissement", "S3"),
    ("5e arr.", "S3"),
    ("5e arrdt", "S3"),
    ("cinquième arrondissement", "S3"),
    ("5th arrondissement", "S3"),
    ("5e arondissement", "S3"),
    ("1er", "S1"),
    ("1er arrondissement", "S1"),
    ("premier arrondissement", "S1"),
    ("5 arrondissement", "S3"),
    ("arrondissement 5", "S3"),
    ("1st arrondissement", "S1"),
    ("dans le 13e arrondissement", "S7"),
    ("secteur 3", "S3"),
    ("Secteur 3", "S3"),
    ("sector 3", "S3"),
    ("3e secteur", "S3"),
    ("troisième secteur", "S3"),
    ("the third sector", "S3"),
    ("sectuer 3", "S3"),
    ("marseille secteur 3", "S3"),
    ("secteur 3 de Marseille", "S3"),
    ("Marseille 5e", "S3"),
    ("marseille 13005", "S3"),
    ("13055SR03", "S3"),
    ("13055sr03", "S3"),
    # Demands by everyday words.
    ("caméras", "cameras"),
    ("cameras", "cameras"),
    ("les caméras", "cameras"),
    ("CAMÉRAS ?", "cameras"),
    ("camera", "cameras"),
    ("camréas", "cameras"),
    ("moins de caméras", "cameras"),
    ("vidéosurveillance", "cameras"),
    ("videosurveillance", "cameras"),
    ("vidéo-surveillance", "cameras"),
    ("video surveillance", "cameras"),
    ("vidéosurveilance", "cameras"),
    ("la vidéoprotection", "cameras"),
    ("CCTV", "cameras"),
    ("comité", "committee"),
    ("comite citoyen", "committee"),
    ("le comité citoyen de contrôle", "committee"),
    ("comitee citoyen", "committee"),
    ("citizens' committee", "committee"),
    ("citizens’ committee", "committee"),
    ("citizens committee", "committee"),
    ("the oversight committee", "committee"),
    ("audit", "committee"),
    ("caméras intelligentes", "retraction"),
    ("smart cameras", "retraction"),
    ("Technopolice", "retraction"),
    ("observatoire", "retraction"),
    ("big data", "retraction"),
    ("VSA", "retraction"),
    ("retrait", "retraction"),
    ("demande caméras", "cameras"),
    ("/demande comité", "committee"),
    ("demand cameras", "cameras"),
    ("la demande sur les caméras", "cameras"),
    ("demandes", "!demand"),
    # Two things at once, in either order.
    ("vireloup 1er arrondissement", "PE1 + S1"),
    ("rochebrune secteur 4", "PC4 + S4"),
    ("secteur 4 rochebrune", "PC4 + S4"),
    ("rochebrune 1er", "PC1 + S1"),
    ("rochebrune 13008", "PC4 + S4"),
    ("13001 Rochebrune", "PC1 + S1"),
    ("rochebrune dans le 6e", "PC4 + S4"),
    ("rochbrune dans le 6e", "PC4 + S4"),
    ("rochebrune sectuer 4", "PC4 + S4"),
    ("taranque 13002", "PE2 + S2"),
    ("taranque 13001", "PE2 | S1"),
    ("printemps exemple 5e", "PE3 + S3"),
    ("printemps exemple 5e arrondissement", "PE3 + S3"),
    ("printemps exemple dans le cinquième", "PE3 + S3"),
    ("5e arrondissement printemps exemple", "PE3 + S3"),
    ("13005 printemps exemple", "PE3 + S3"),
    ("printemps exemple marseille", "PE + CITY"),
    ("printemp exemple 13005", "PE3 + S3"),
    ("PE secteur 8", "PE8 + S8"),
    ("avenir fictif à Marseille", "AF + CITY"),
    ("avenir fictif, secteur 2", "AF2 + S2"),
    ("l'avenir fictif 13e", "AF7 + S7"),
    ("oubliés du port secteur 2", "PORT2 + S2"),
    ("oubliés du port secteur 3", "PORT2 | S3"),
    ("caméras 13005", "cameras + S3"),
    ("caméras dans le 5e arrondissement", "cameras + S3"),
    ("13005 caméras", "cameras + S3"),
    ("cameras in sector 3", "cameras + S3"),
    ("comité secteur 8", "committee + S8"),
    ("caméras à Marseille", "cameras + CITY"),
    ("vireloup caméras", "PE1 + cameras"),
    ("caméras vireloup", "PE1 + cameras"),
    ("caméras : vireloup ?", "PE1 + cameras"),
    ("virelop caméras", "PE1 + cameras"),
    ("vireloup camréas", "PE1 + cameras"),
    ("printemps exemple comité", "PE + committee"),
    ("vidéosurveillance printemps exemple", "PE + cameras"),
    ("rochebrune et les caméras", "PC1 | PC4 + cameras"),
    # Panel numbers need a place.
    ("liste 3 secteur 1", "PC1 + S1"),
    ("liste n°3 du secteur 1", "PC1 + S1"),
    ("n° 5 dans le 13002", "PORT2 + S2"),
    ("panneau 2, 5e arrondissement", "MI3 + S3"),
    ("5e arrondissement 2", "MI3 + S3"),
    ("list number 4 in sector 7", "AF7 + S7"),
    ("secteur 8 liste 5", "NORD8 + S8"),
    ("3", "?"),
    ("liste 9 secteur 1", "?"),
    # Sentences.
    ("que dit Vireloup sur les caméras ?", "PE1 + cameras"),
    ("Que dit le Printemps Exemple sur les caméras ?", "PE + cameras"),
    ("que dit la liste printemps exemple sur les caméras", "PE + cameras"),
    ("que dit printemps exemple sur les caméras dans le 5e ?", "PE3 + cameras"),
    ("dans le 5e, que dit printemps exemple sur les caméras ?", "PE3 + cameras"),
    ("printemps exemple caméras 13005", "PE3 + cameras"),
    ("caméras dans le 5e printemps exemple", "PE3 + cameras"),
    ("Bonjour, je voudrais savoir ce que dit Vireloup", "PE1"),
    ("bonjour, je voudrais savoir ce que dit vireloup sur la vidéosurveillance, merci", "PE1 + cameras"),
    ("Bonjour ! Pouvez-vous me dire ce que propose l’Avenir Fictif pour le comité citoyen s’il vous plaît ?", "AF + committee"),
    ("quelle est la position de Lépinoy sur le comité ?", "MI4 + committee"),
    ("position de Lépinoy", "MI4"),
    ("l'avis de taranque sur les cameras stp", "PE2 + cameras"),
    ("qui s’engage sur les caméras ?", "cameras"),
    ("qui s'engage sur les caméras dans le 5e ?", "cameras + S3"),
    ("quelles listes se présentent dans le 13005 ?", "S3"),
    ("les listes du 5e arrondissement", "S3"),
    ("la liste du 5e", "S3"),
    ("est-ce que Galinette a répondu ?", "MI8"),
    ("Galinette est-elle pour ou contre les caméras ?", "MI8 + cameras"),
    ("et le comité citoyen ?", "committee"),
    ("montre-moi le tableau du secteur 3", "S3"),
    ("positions 13005", "S3"),
    ("what does Vireloup say about cameras", "PE1 + cameras"),
    ("What does Printemps Exemple say about the cameras?", "PE + cameras"),
    ("what's the position of Taranque on CCTV?", "PE2 + cameras"),
    ("hello, could you tell me what galinette thinks about the oversight committee please", "MI8 + committee"),
    ("who stands in the 5th arrondissement?", "S3"),
    ("which lists are there in sector 2?", "S2"),
    ("show me the list of Vireloup", "PE1"),
    ("has Avenir Fictif answered on smart cameras?", "AF + retraction"),
    ("history of vireloup", "PE1"),
    ("historique de Vireloup caméras", "PE1 + cameras"),
    ("/historique printemps exemple", "PE"),
    ("/list vireloup", "PE1"),
    ("/liste Printemps Exemple 13005", "PE3 + S3"),
    ("/stances 13005", "S3"),
    # Verbs about nothing.
    ("quelles sont les dates ?", "!dates"),
    ("quand vote-t-on ?", "!dates"),
    ("when is the second round?", "!dates"),
    ("c’est quoi la lettre ?", "!letter"),
    ("que demande la lettre ?", "!letter"),
    ("AIDE !", "!help"),
    ("bonjour 👋", "!start"),
    ("Hello!", "!start"),
    ("le tableau", "!stances"),
    # More than one thing that does not belong together.
    ("vireloup et taranque", "PE1 | PE2"),
    ("caméras et comité", "cameras | committee"),
    ("surveillance", "retraction | cameras"),
    # Not known rather than a guess.
    ("zzzzqq", "?"),
    ("Durandot-Nulle-Part", "?"),
    ("que dit Xylophone sur les caméras ?", "?"),
    ("13099", "?"),
    ("13006 Vireloup", "PE1 | S4"),
    ("secteur 9", "?"),
    ("21e arrondissement", "?"),
    ("Lyon", "?"),
    ("Mirabeau-sur-Nulle", "?"),
    ("ici", "ICI5"),
    ("Jadis", "?"),
    ("Odine", "PC4"),
    ("Cômes", "PE8"),
    ("Cime", "?"),
    ("parkings", "?"),
    ("🤷", "?"),
    ("???", "?"),
    ("qzrt 13005", "?"),
    ("vireloup rochebrune taranque galinette", "?"),
)  # fmt: skip

QUESTIONS_2026 = (
    ("marseille", "CITY"),
    ("13005", "CITY"),
    ("5e arrondissement", "CITY"),
    ("marseille 5e", "CITY"),
    ("3", "3"),
    ("liste 3", "3"),
    ("n°5", "5"),
    ("panneau 2", "2"),
    ("printemps exemple", "1"),
    ("PE", "1"),
    ("union 13", "5"),
    ("union treize", "?"),
    ("avenir fictif 13005", "4 + CITY"),
    ("vireloup marseille", "1 + CITY"),
    ("liste 2 à Marseille", "2 + CITY"),
    ("caméras", "cameras"),
    ("caméras dans le 5e", "cameras + CITY"),
    ("que dit la liste 3 sur les caméras ?", "3 + cameras"),
    ("what does list 2 say about the committee?", "2 + committee"),
    ("rochebrune caméras", "3 + cameras"),
    ("marseille sans caméras", "6"),
    ("7", "?"),
)


class Asked:
    """A town to ask in, with its directory in memory."""

    def __init__(self, town: Marseille) -> None:
        self.town = town
        self.directories = Directories()
        self.now = BEFORE if town.banners else BEFORE_2026
        self.keys = {(HitKind.BANNER, number): key for key, number in town.banners.items()}
        for (key, sector), number in town.lists.items():
            self.keys[HitKind.LIST, number] = f"{key}{sector or ''}"
        self.places = {sector_code(sector): f"S{sector}" for sector in marseille.SECTORS} | {marseille.CITY: "CITY"}

    def key(self, hit: Hit) -> str:
        """Return the key of what was found."""
        if hit.kind is HitKind.PLACE:
            return self.places[hit.label.rpartition("(")[2].rstrip(")")]
        return hit.label if hit.kind is HitKind.DEMAND else self.keys[hit.kind, hit.id]

    def understood(self, text: str) -> str:
        """Return what is understood, in the words of the table."""
        with self.town.database.read() as session:
            verb, found = understand(session, text, self.now, self.directories)
        if found is None:
            return f"!{verb.value}"
        hits = " | ".join(sorted(self.key(hit) for hit in found.hits)) or "?"
        return hits + (f" + {self.key(found.also)}" if found.also else "")


@pytest.fixture(scope="module")
def in_2020(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The fictional Marseille of eight sectors, built once: questions change nothing."""
    with shared_database("sqlite", sqlite_template, tmp_path_factory.mktemp("2020")) as database:
        yield Asked(marseille.marseille_2020(database))


@pytest.fixture(scope="module")
def in_2026(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The fictional Marseille of one ballot, built once."""
    with shared_database("sqlite", sqlite_template, tmp_path_factory.mktemp("2026")) as database:
        yield Asked(marseille.marseille_2026(database))


def in_order(expected: str) -> str:
    """Return an expectation with its choice in alphabetical order."""
    hits, plus, also = expected.partition(" + ")
    return " | ".join(sorted(hits.split(" | "))) + plus + also


@pytest.mark.parametrize(("question", "expected"), QUESTIONS_2020)
def test_a_question_in_a_town_of_sectors_is_understood(in_2020: Asked, question: str, expected: str) -> None:
    assert in_2020.understood(question) == in_order(expected)


@pytest.mark.parametrize(("question", "expected"), QUESTIONS_2026)
def test_a_question_in_a_town_of_one_ballot_is_understood(in_2026: Asked, question: str, expected: str) -> None:
    assert in_2026.understood(question) == in_order(expected)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_question_of_the_table_gets_an_answer_in_words(in_2020: Asked, language: str) -> None:
    database: Database = in_2020.town.database
    for question, expected in QUESTIONS_2020:
        said = plain(answer(database, question, Asker(language), BEFORE, in_2020.directories))
        assert said.strip(), question
        if expected == "?":
            assert "Nothing is known" in said or "Rien n’est connu" in said, question


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("compare Phare et Calanques 13005 et L’Avenir Fictif 13005", ("PHARE ET CALANQUES", "L’AVENIR FICTIF")),
        ("peux-tu comparer vireloup et taranque ?", ("PRINTEMPS EXEMPLE, Marseille Secteur 1", "Marseille Secteur 2")),
        ("/compare oubliés du port ; quartiers nord", ("Les Oubliés du Port", "Quartiers Nord Debout")),
        ("comparaison entre Galinette et phare et calanques secteur 8", ("MARSEILLE IMAGINAIRE", "PHARE ET CALANQUES")),
    ],
)
def test_two_lists_are_compared_even_where_their_names_hold_an_and(
    in_2020: Asked, question: str, names: tuple[str, str]
) -> None:
    said = plain(answer(in_2020.town.database, question, Asker("en"), BEFORE, in_2020.directories))
    assert "side by side" in said
    assert all(name in said for name in names)


def test_a_comparison_with_something_unknown_says_what_is_unknown(in_2020: Asked) -> None:
    said = plain(answer(in_2020.town.database, "compare vireloup et xylophone", Asker("en"), BEFORE))
    assert "Nothing is known under “xylophone”" in said


def test_the_table_has_questions_enough() -> None:
    questions = [question for question, _expected in QUESTIONS_2020 + QUESTIONS_2026]
    assert len(set(QUESTIONS_2020)) == len(QUESTIONS_2020)
    assert len(questions) >= 150
