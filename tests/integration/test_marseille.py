"""Marseille as it votes: in 2020 eight sectors, each with its own fate for a banner's list; in 2026 one ballot for the city."""

import pytest
import sqlalchemy as sa

from factories import marseille
from factories.marseille import (
    BEFORE,
    BEFORE_2026,
    BETWEEN,
    ELIMINATED_SECTOR,
    IMAGINAIRE,
    MERGED_SECTORS,
    PRINTEMPS,
    SECTORS,
    WITHDRAWN_SECTOR,
    Marseille,
)
from pledgebot.chat.answers import Asker, answer
from pledgebot.domain.answer import Origin, Position
from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.election import Fate, LineageKind
from pledgebot.messages.render import plain
from pledgebot.services import queries
from pledgebot.services.fan_out import fan_out
from pledgebot.services.views import CellView, ListView
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Constituency, Delivery, Destination, Event, Subscription

MERGED = "Printemps Imaginaire"
GOES_ON = [sector for sector in SECTORS if sector not in (*MERGED_SECTORS, WITHDRAWN_SECTOR, ELIMINATED_SECTOR)]


@pytest.fixture
def town(database: Database) -> Marseille:
    """The fictional Marseille of 2020 with the answers of its first round."""
    town = marseille.marseille_2020(database)
    marseille.answers_of_first_round(town)
    return town


@pytest.fixture
def later(town: Marseille) -> Marseille:
    """The same between the rounds, every lineage confirmed."""
    marseille.confirm_everything(town, marseille.to_second_round(town))
    return town


def ask(town: Marseille, text: str, language: str = "en") -> str:
    """Return the answer to a follower: before the first round, or between the rounds once there is a second."""
    return plain(answer(town.database, text, Asker(language), BETWEEN if is_later(town) else BEFORE))


def is_later(town: Marseille) -> bool:
    """Tell whether the lists of the second round are known."""
    with town.database.read() as session:
        return len(queries.places(session, queries.current_round(session, BETWEEN).id)) > 0


def viewed(town: Marseille, list_id: int) -> ListView:
    """Return a list as it is shown."""
    with town.database.read() as session:
        return queries.list_view(session, list_id)


def on_cameras(view: ListView) -> tuple[Origin, Position | None]:
    """Return where a list's position on the cameras comes from, and the position."""
    cell: CellView = next(cell for cell in view.cells if cell.demand.key == "cameras")
    return cell.standing.origin, cell.standing.counts.position if cell.standing.counts else None


def in_second(town: Marseille, name: str, sector: int) -> ListView:
    """Return a list of the second round as it is shown."""
    with town.database.read() as session:
        return queries.list_view(session, town.later(session, name, sector))


def test_a_banner_answers_as_one_in_every_sector(town: Marseille) -> None:
    held = {sector: on_cameras(viewed(town, town.lists["PE", sector])) for sector in SECTORS}
    assert held.pop(5) == (Origin.OWN, Position.REFUSED)
    assert set(held.values()) == {(Origin.BANNER, Position.COMMITTED)}
    assert on_cameras(viewed(town, town.lists["PC", 1])) == (Origin.NOWHERE, None)


def test_a_banners_card_lists_its_eight_lists_and_the_one_exception(town: Marseille) -> None:
    said = ask(town, "printemps exemple")
    lists, exceptions = said.split("Lists whose position differs from their banner's")
    assert "8 lists under this banner" in lists
    assert "committed" in lists
    assert all(f"Marseille Secteur {sector}" in lists for sector in SECTORS)
    assert exceptions.count("PRINTEMPS EXEMPLE") == 1
    assert "refused" in exceptions
    assert "committed" not in exceptions
    with town.database.read() as session:
        view = queries.banner_view(session, town.banners["PE"])
    assert [one.head.constituency for one in view.exceptions] == ["Marseille Secteur 5"]


def test_a_list_that_says_the_same_as_its_banner_is_no_exception(town: Marseille) -> None:
    with town.database.begin() as session:
        town.confirmed(session, town.list("PE", 2), {"cameras": Position.COMMITTED})
    with town.database.read() as session:
        view = queries.banner_view(session, town.banners["PE"])
    assert [one.head.head for one in view.exceptions] == ["Quitterie Pélardon"]


def test_a_banner_asked_on_one_demand_lists_the_exceptions_on_that_demand_only(town: Marseille) -> None:
    assert "refused" in ask(town, "que dit printemps exemple sur les caméras ?").split("differs")[1]
    said = ask(town, "what does printemps exemple say about the committee?")
    assert "differs" not in said
    assert "Citizens’ oversight committee" in said
    assert "cameras" not in said


def test_a_table_shows_one_sector_and_the_city_asks_which(town: Marseille) -> None:
    said = ask(town, "13005")
    assert "Marseille Secteur 3" in said
    assert all(name.upper() in said for name in marseille.BANNERS.values())
    assert "MARSEILLE SANS CAMÉRAS" not in said.upper()
    assert "position of its banner" in said
    for question in ("Marseille", "caméras à Marseille", "/stances"):
        which = ask(town, question)
        assert all(f"Marseille Secteur {sector}" in which for sector in SECTORS)
        assert "committed" not in which


def test_a_demand_in_an_arrondissement_is_told_for_its_sector(town: Marseille) -> None:
    said = ask(town, "caméras 10e arrondissement")
    assert "Marseille Secteur 5" in said
    assert "refused" in said
    assert "C’est ici" in said
    assert "committed" not in said


def follower(session: Session, address: str, kind: TopicKind, **topic: int) -> None:
    """Add somebody who follows one thing."""
    to = Destination(
        channel="console", address=address, audience=Audience.SUBSCRIBER, language="fr",
        created_at=BEFORE, consented_at=BEFORE,
    )  # fmt: skip
    session.add(to)
    session.flush()
    session.add(Subscription(destination_id=to.id, topic=kind, **topic))


def test_a_banners_answer_reaches_followers_of_any_of_its_sectors_and_of_the_city(town: Marseille) -> None:
    with town.database.begin() as session:
        for code, number in session.execute(sa.select(Constituency.code, Constituency.id)).all():
            follower(session, code, TopicKind.CONSTITUENCY, constituency_id=number)
        follower(session, "its banner", TopicKind.BANNER, banner_id=town.banners["PE"])
        follower(session, "its list", TopicKind.LIST, list_id=town.lists["PE", 6])
        follower(session, "another banner", TopicKind.BANNER, banner_id=town.banners["MI"])
        follower(session, "another list", TopicKind.LIST, list_id=town.lists["PC", 6])
        elsewhere = Constituency(code="13001", label="Ailleurs-Fictif")
        session.add(elsewhere)
        session.flush()
        follower(session, "elsewhere", TopicKind.CONSTITUENCY, constituency_id=elsewhere.id)
        session.execute(sa.update(Event).values(fanned_out_at=BEFORE))
        town.confirmed(session, town.banner("PE"), {"committee": Position.COMMITTED})
        fan_out(session, BEFORE)
        told = session.scalars(
            sa.select(Destination.address)
            .join(Delivery, Delivery.destination_id == Destination.id)
            .where(Destination.audience == Audience.SUBSCRIBER)
        )
        sectors = {marseille.sector_code(sector) for sector in SECTORS}
        assert sorted(told) == sorted({*sectors, marseille.CITY, "its banner", "its list"})


def test_each_sector_has_its_own_fate(later: Marseille) -> None:
    fates = {sector: viewed(later, later.lists["PE", sector]).head.fate for sector in SECTORS}
    assert fates == {
        **dict.fromkeys(GOES_ON, Fate.CONTINUED),
        **dict.fromkeys(MERGED_SECTORS, Fate.MERGED),
        WITHDRAWN_SECTOR: Fate.WITHDRAWN,
        ELIMINATED_SECTOR: Fate.NOT_STANDING,
    }
    others = {sector: viewed(later, later.lists["MI", sector]).head.fate for sector in SECTORS}
    assert others == {
        **dict.fromkeys(SECTORS, Fate.NOT_STANDING),
        **dict.fromkeys(MERGED_SECTORS, Fate.MERGED),
        8: Fate.CONTINUED,
    }


def test_lineages_are_proposed_sector_by_sector(town: Marseille) -> None:
    views = marseille.to_second_round(town)
    merged = [(v.constituency, v.parent, v.common) for v in views if v.kind is LineageKind.MERGED]
    assert merged == [
        (f"Marseille Secteur {sector}", name.upper(), common)
        for sector in MERGED_SECTORS
        for name, common in ((PRINTEMPS, 4), (IMAGINAIRE, 2))
    ]
    continued = {(v.constituency, v.child) for v in views if v.kind is LineageKind.CONTINUES}
    assert len(continued) == len(GOES_ON) + len(SECTORS) + 1
    assert all(v.child == v.parent for v in views if v.kind is LineageKind.CONTINUES)


def test_positions_are_inherited_to_be_confirmed_only_where_it_merged(later: Marseille) -> None:
    for sector in GOES_ON:
        position = Position.REFUSED if sector == 5 else Position.COMMITTED
        assert on_cameras(in_second(later, PRINTEMPS, sector)) == (Origin.CONTINUED, position)
    for sector in MERGED_SECTORS:
        view = in_second(later, MERGED, sector)
        assert on_cameras(view) == (Origin.INHERITED, None)
        cell = next(cell for cell in view.cells if cell.demand.key == "cameras")
        held = {name: standing.counts and standing.counts.position for name, standing in cell.standing.parents}
        assert held == {PRINTEMPS.upper(): Position.COMMITTED, IMAGINAIRE.upper(): Position.REFUSED}
    assert on_cameras(in_second(later, IMAGINAIRE, 8)) == (Origin.CONTINUED, Position.REFUSED)


def test_a_merged_lists_word_in_one_sector_says_nothing_for_the_other(later: Marseille) -> None:
    with later.database.begin() as session:
        merged = later.later(session, MERGED, 3)
        subject = marseille.Subject(list_id=merged)
        later.confirmed(session, subject, {"cameras": Position.PARTIAL}, BETWEEN)
    assert on_cameras(in_second(later, MERGED, 3)) == (Origin.OWN, Position.PARTIAL)
    assert on_cameras(in_second(later, MERGED, 4)) == (Origin.INHERITED, None)


def test_between_the_rounds_each_sector_answers_what_became_of_a_banner(later: Marseille) -> None:
    assert "second round" in ask(later, "printemps exemple secteur 1")
    assert "Merged into PRINTEMPS IMAGINAIRE" in ask(later, "printemps exemple 5e arrondissement")
    assert "List withdrawn" in ask(later, "printemps exemple secteur 7")
    assert "Does not stand in the next round" in ask(later, "printemps exemple 13015")
    assert "inherited, to be confirmed" in ask(later, "belcastel")
    table = ask(later, "secteur 3")
    assert "PRINTEMPS IMAGINAIRE" in table
    assert "PHARE ET CALANQUES" in table
    assert "FICTIF" not in table


def test_a_very_name_of_the_first_round_is_meant_rather_than_something_like_it_that_stands_now(
    later: Marseille,
) -> None:
    assert "PHARE ET CALANQUES" in ask(later, "phare")
    with later.database.begin() as session:
        marseille.add_alias(session, "Phare", later.alix, BETWEEN, list_id=later.lists["PORT", 2])
    said = ask(later, "le phare ?")
    assert "Les Oubliés du Port" in said
    assert "PHARE ET CALANQUES" not in said


def test_a_banner_of_the_second_round_shows_what_its_lists_have_from_the_first(later: Marseille) -> None:
    with later.database.begin() as session:
        for sector in GOES_ON:
            number = later.later(session, PRINTEMPS, sector)
            marseille.edit_list(session, number, marseille.ListDetails(banner=PRINTEMPS), later.alix, BETWEEN)
    said = ask(later, "printemps exemple")
    assert f"{len(GOES_ON)} lists under this banner" in said
    own, _words, lists = said.partition("Lists whose position differs from their banner's")
    assert "committed" not in own
    assert "committed" in lists
    assert "refused" in lists


def test_in_2026_the_city_votes_as_one(database: Database) -> None:
    town = marseille.marseille_2026(database)
    for question in ("13005", "5e arrondissement", "Marseille", "/stances", "marseille 16e"):
        said = plain(answer(database, question, Asker("en"), BEFORE_2026))
        assert all(name.upper() in said for name, _head in marseille.CITY_LISTS.values()), question
    assert "Célestin Rochebrune" in plain(answer(database, "liste 3", Asker("fr"), BEFORE_2026))
    with database.begin() as session:
        subject = marseille.Subject(list_id=town.lists["1", 0])
        town.confirmed(session, subject, {"cameras": Position.COMMITTED}, BEFORE_2026)
    rows = plain(answer(database, "caméras dans le 5e", Asker("en"), BEFORE_2026))
    assert rows.count("committed") == 1
    assert rows.count("not yet asked") == len(marseille.CITY_LISTS) - 1
