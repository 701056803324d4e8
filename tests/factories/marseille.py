"""A fictional Marseille: of 2020 with eight sectors that vote apart under banners, and of 2026 with one ballot for the city.

Sectors, arrondissements, postcodes and the letter are the real ones; every list and every person is invented.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from pathlib import Path

import sqlalchemy as sa

import pledgebot
from factories.services import Installed, Positions, add_people, an_answer, confirmed
from pledgebot.config import load_letter
from pledgebot.domain.answer import Position
from pledgebot.domain.election import ListRecord
from pledgebot.services import lineages
from pledgebot.services.answers import Subject
from pledgebot.services.installation import InstallationPlan, PlacePlan, RoundPlan, sync_installation
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import ListDetails, add_alias, edit_list, withdraw_list
from pledgebot.services.people import Actor
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Banner, CandidateList, Constituency, Round

CITY = "13055"
SECTORS = range(1, 9)
BEFORE = datetime(2020, 2, 20, 12, tzinfo=UTC)
"""Before the first round of 2020."""
BETWEEN = datetime(2020, 6, 10, 12, tzinfo=UTC)
"""Between the rounds of 2020."""
BEFORE_2026 = datetime(2026, 2, 20, 12, tzinfo=UTC)

PRINTEMPS, IMAGINAIRE, PHARE, AVENIR = (
    "Printemps Exemple",
    "Marseille Imaginaire",
    "Phare et Calanques",
    "L’Avenir Fictif",
)
BANNERS = {"PE": PRINTEMPS, "MI": IMAGINAIRE, "PC": PHARE, "AF": AVENIR}
"""The banners with lists in all eight sectors, in the order of their panels, by a short key."""

HEADS = {
    "PE": ("Ada Vireloup", "Élodie Taranque", "Irénée Belcastel", "Maïa Ousmanac",
           "Quitterie Pélardon", "Ulysse Quintrel", "Yaël Sarzavel", "Côme Mirambeau"),
    "MI": ("Basile Ondevert", "Firmin Clapotin", "Juliette Sablonnac", "Norbert Lépinoy",
           "Rémi Fauvelin", "Violette Garancel", "Zoé N’Dorvane", "Doriane Galinette"),
    "PC": ("Célestin Rochebrune", "Gaspard Mistralou", "Kévin d’Estrelle", "Ondine Rochebrune",
           "Séraphine Cabrillac", "Wassim Oursinel", "Achille Pinède-Test", "Ernest Calanquier"),
    "AF": ("Delphine Tournesac", "Honorine Abriveau", "Léonie Grandval-Fictif", "Prosper Caladou",
           "Théo Ventoulet", "Xavière Tamarisse", "Blanche Corallet", "Flora Vauvenargue"),
}  # fmt: skip
"""Who heads the list of each banner in sector 1 to 8."""

ALONE = {
    "SANS": (1, "Marseille sans caméras", "Isidore Objectif"),
    "PORT": (2, "Les Oubliés du Port", "Gustave Amarrage"),
    "ICI": (5, "C’est ici", "Jade Parici"),
    "POS": (6, "Positions citoyennes", "Kamil Verbeux"),
    "CIT": (7, "Citoyennes d’abord", "Lison Parolier"),
    "NORD": (8, "Quartiers Nord Debout", "Hélène Ponteau"),
}
"""Lists of one sector under no banner: key → sector, name, head."""

CITY_LISTS = {
    1: (PRINTEMPS, "Ada Vireloup"),
    2: (IMAGINAIRE, "Basile Ondevert"),
    3: (PHARE, "Célestin Rochebrune"),
    4: (AVENIR, "Delphine Tournesac"),
    5: ("Union 13", "Gustave Amarrage"),
    6: ("Marseille sans caméras", "Isidore Objectif"),
}
"""The lists of 2026, by panel number."""

MERGED_SECTORS, WITHDRAWN_SECTOR, ELIMINATED_SECTOR = (3, 4), 7, 8
"""What becomes of Printemps Exemple after the first round: elsewhere it continues."""


def sector_code(sector: int) -> str:
    """Return the ministry's code of a sector."""
    return f"{CITY}SR{sector:02}"


def arrondissements(sector: int) -> tuple[int, int]:
    """Return the two arrondissements of a sector."""
    return {1: (1, 7), 2: (2, 3), 3: (4, 5), 4: (6, 8)}.get(sector, (2 * sector - 1, 2 * sector))


def _called(arrondissement: int) -> tuple[str, ...]:
    ordinal = f"{arrondissement}{'er' if arrondissement == 1 else 'e'}"
    return ordinal, f"{ordinal} arrondissement", f"130{arrondissement:02}"


def places_2020() -> tuple[PlacePlan, ...]:
    """Return the town and its eight sectors."""
    sectors = (
        PlacePlan(
            sector_code(sector),
            f"Marseille Secteur {sector}",
            aliases=(f"secteur {sector}", *(alias for one in arrondissements(sector) for alias in _called(one))),
            parent=CITY,
        )
        for sector in SECTORS
    )
    return (PlacePlan(CITY, "Marseille"), *sectors)


def a_town_plan(places: tuple[PlacePlan, ...], *days: date) -> InstallationPlan:
    """Return the installation of some places, with one round on each day."""
    titles = {"fr": "Municipales de l’exemple", "en": "Municipal election of the example"}
    return InstallationPlan(
        letter=load_letter(Path(pledgebot.__file__).parent / "letters" / "marseille-2020.toml"),
        rounds=tuple(RoundPlan(number, day, time(20), "Europe/Paris", titles) for number, day in enumerate(days, 1)),
        places=places,
        destinations=(),
        fictional=True,
    )


def members(*people: str) -> bytes:
    """Return the digests of some candidates."""
    return b"".join(sorted(blake2b(name.encode(), digest_size=8).digest() for name in people))


def _people(key: str, sector: int, first: int = 0, last: int = 6) -> tuple[str, ...]:
    """Return some of the invented candidates of a list; a merged list takes a few of each."""
    return tuple(f"{key}-{sector}-{number}" for number in range(first, last))


def _record(sector: int, panel: int, name: str, head: str, people: tuple[str, ...]) -> ListRecord:
    place = sector_code(sector), f"Marseille Secteur {sector}"
    return ListRecord(1, *place, panel, name, None, head, "LDIV", 2020, members(*people))


def first_round() -> tuple[ListRecord, ...]:
    """Return the lists of the first round of 2020 as an official file gives them: capitals, one list for each sector."""
    banners = [
        _record(sector, panel, name.upper(), HEADS[key][sector - 1], _people(key, sector))
        for panel, (key, name) in enumerate(BANNERS.items(), 1)
        for sector in SECTORS
    ]
    alone = [_record(sector, 5, name, head, _people(key, sector)) for key, (sector, name, head) in ALONE.items()]
    return (*banners, *alone)


def second_round() -> tuple[ListRecord, ...]:
    """Return the lists of the second round: Phare everywhere, Printemps where it goes on, Imaginaire in one."""
    records = [_record(s, 1, PHARE.upper(), HEADS["PC"][s - 1], _people("PC", s)) for s in SECTORS]
    for sector in SECTORS:
        head = HEADS["PE"][sector - 1]
        if sector in MERGED_SECTORS:
            people = (*_people("PE", sector, 0, 4), *_people("MI", sector, 0, 2))
            records.append(_record(sector, 2, "PRINTEMPS IMAGINAIRE", head, people))
        elif sector not in (WITHDRAWN_SECTOR, ELIMINATED_SECTOR):
            records.append(_record(sector, 2, PRINTEMPS.upper(), head, _people("PE", sector)))
    records.append(_record(8, 2, IMAGINAIRE.upper(), HEADS["MI"][7], _people("MI", 8)))
    return tuple(records)


@dataclass
class Marseille:
    """The town in a database, with its lists and banners by their keys."""

    database: Database
    alix: Actor
    noe: Actor
    lists: dict[tuple[str, int], int] = field(default_factory=dict)
    """(Key of the banner or of the list that stands alone, sector) → number; in 2026 the sector is 0."""
    banners: dict[str, int] = field(default_factory=dict)

    def confirmed(self, session: Session, subject: Subject, positions: Positions, now: datetime = BEFORE) -> int:
        """Record and confirm an answer of an invented list or banner."""
        there = Installed(self.alix, self.noe, self.noe, 0, 0, 0, 0)
        return confirmed(session, an_answer(subject, positions, said=date(2020, 2, 1)), there, now)

    def list(self, key: str, sector: int) -> Subject:
        """Return the list of a banner in a sector, in the first round."""
        return Subject(list_id=self.lists[key, sector])

    def banner(self, key: str) -> Subject:
        """Return a banner."""
        return Subject(banner_id=self.banners[key])

    def later(self, session: Session, name: str, sector: int) -> int:
        """Return the number of a list of the second round."""
        return session.scalars(
            sa.select(CandidateList.id)
            .join(Round, Round.id == CandidateList.round_id)
            .join(Constituency, Constituency.id == CandidateList.constituency_id)
            .where(Round.number == 2, CandidateList.name == name.upper(), Constituency.code == sector_code(sector))
        ).one()


def marseille_2020(database: Database) -> Marseille:
    """Build the fictional Marseille of 2020 before its first round."""
    with database.begin() as session:
        sync_installation(session, a_town_plan(places_2020(), date(2020, 3, 15), date(2020, 6, 28)), BEFORE)
        alix, noe, _zoe = add_people(session, BEFORE)
        town = Marseille(database, alix, noe)
        import_lists(session, first_round(), "2020-t1", "tour-1.txt", alix, BEFORE)
        numbers = {(code, panel): number for number, code, panel in session.execute(_NUMBERED)}
        for panel, (key, name) in enumerate(BANNERS.items(), 1):
            for sector in SECTORS:
                number = town.lists[key, sector] = numbers[sector_code(sector), panel]
                edit_list(session, number, ListDetails(banner=name), alix, BEFORE)
            town.banners[key] = session.scalars(sa.select(Banner.id).where(Banner.name == name)).one()
        for key, (sector, _name, _head) in ALONE.items():
            town.lists[key, sector] = numbers[sector_code(sector), 5]
        add_alias(session, "les printaniers", alix, BEFORE, banner_id=town.banners["PE"])
        add_alias(session, "P&C", alix, BEFORE, banner_id=town.banners["PC"])
        add_alias(session, "QND", alix, BEFORE, list_id=town.lists["NORD", 8])
    return town


_NUMBERED = sa.select(CandidateList.id, Constituency.code, CandidateList.panel).join(
    Constituency, Constituency.id == CandidateList.constituency_id
)


def answers_of_first_round(town: Marseille) -> None:
    """Let two banners answer: Printemps commits on the cameras but for its list of sector 5, Imaginaire refuses."""
    with town.database.begin() as session:
        town.confirmed(session, town.banner("PE"), {"cameras": Position.COMMITTED})
        town.confirmed(session, town.list("PE", 5), {"cameras": Position.REFUSED})
        town.confirmed(session, town.banner("MI"), {"cameras": Position.REFUSED})


def to_second_round(town: Marseille) -> tuple[lineages.LineageView, ...]:
    """Withdraw Printemps in sector 7, import the second round and propose its lineages; return them, all unconfirmed."""
    with town.database.begin() as session:
        withdraw_list(session, town.lists["PE", WITHDRAWN_SECTOR], town.alix, BETWEEN)
        import_lists(session, second_round(), "2020-t2", "tour-2.txt", town.alix, BETWEEN)
        second = session.scalars(sa.select(Round.id).where(Round.number == 2)).one()
        lineages.propose_lineages(session, second)
        return lineages.show_lineages(session, second)


def confirm_everything(town: Marseille, views: tuple[lineages.LineageView, ...]) -> None:
    """Confirm lineages."""
    with town.database.begin() as session:
        lineages.confirm_lineages(session, [view.id for view in views], town.noe, BETWEEN)


def marseille_2026(database: Database) -> Marseille:
    """Build the fictional Marseille of 2026: one ballot for the whole city."""
    aliases = tuple(alias for number in range(1, 17) for alias in _called(number))
    records = [
        ListRecord(1, CITY, "Marseille", panel, name.upper(), None, head, "LDIV", 2026)
        for panel, (name, head) in CITY_LISTS.items()
    ]
    with database.begin() as session:
        plan = a_town_plan((PlacePlan(CITY, "Marseille", aliases),), date(2026, 3, 15), date(2026, 3, 22))
        sync_installation(session, plan, BEFORE_2026)
        alix, noe, _zoe = add_people(session, BEFORE_2026)
        town = Marseille(database, alix, noe)
        import_lists(session, records, "2026-t1", "tour-1.csv", alix, BEFORE_2026)
        town.lists = {
            (str(panel), 0): number for number, _code, panel in session.execute(_NUMBERED) if panel is not None
        }
    return town
