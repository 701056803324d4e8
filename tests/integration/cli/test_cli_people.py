"""`pledgebot organizers`."""

import re

import pytest

from factories.command_line import CommandLine
from factories.services import NOW
from pledgebot.services.cursors import write_cursor

pytestmark = pytest.mark.engines("sqlite")


def test_the_first_admin_is_added_by_whoever_has_the_command_line(bare: CommandLine) -> None:
    said = bare.done("organizers", "add", "Alix", "--role", "recorder", "--role", "admin")
    assert "added Alix (admin, recorder)" in said
    assert bare.done("organizers", "show") == "Alix: admin, recorder\n"
    [person] = bare.data("organizers", "show")
    assert person["name"] == "Alix"


def test_an_invitation_is_shown_once_and_kept_as_a_hash_only(bare: CommandLine) -> None:
    written = bare.done("organizers", "add", "Alix", "--role", "admin")
    found = re.search(r"/start join-([0-9a-f]{48})\n$", written)
    assert found is not None, written
    token = found[1]
    assert token not in str(bare.rows())
    assert token not in bare.done("organizers", "show")


def test_the_invitation_is_a_link_once_the_bot_has_told_its_name(cli: CommandLine) -> None:
    with cli.database.begin() as session:
        write_cursor(session, "telegram:username", "exemple_bot", NOW)
    link = r"https://t\.me/exemple_bot\?start=join-[0-9a-f]{48}"
    said = cli.done("organizers", "add", "Max", "--role", "recorder", "--as", "Alix")
    assert re.search(link, said), said
    assert re.search(link, cli.done("organizers", "invite", "max", "--as", "Alix"))


def test_only_an_admin_invites_again_and_only_somebody_who_is_one_of_them(cli: CommandLine) -> None:
    cli.refused("organizers", "invite", "Zoé", "--as", "Noé", status=1, saying="ask an administrator")
    cli.refused("organizers", "invite", "Nobody", "--as", "Alix", status=1, saying="Nobody of this name")


def test_once_there_is_an_admin_only_an_admin_adds_people(cli: CommandLine) -> None:
    cli.refused("organizers", "add", "Max", "--role", "recorder", status=1, saying="ask an administrator")
    cli.refused(
        "organizers", "add", "Max", "--role", "recorder", "--as", "Noé", status=1, saying="ask an administrator"
    )
    cli.done("organizers", "add", "Max", "--role", "recorder", "--as", "Alix")
    assert "Max: recorder\n" in cli.done("organizers", "show")


def test_a_removed_organizer_is_no_longer_shown_and_may_do_nothing(cli: CommandLine) -> None:
    assert cli.done("organizers", "remove", "Zoé", "--as", "Alix") == "removed Zoé\n"
    assert "Zoé" not in cli.done("organizers", "show")
    cli.refused("lists", "withdraw", "{a}", "--as", "Zoé", status=1, saying="no longer an organizer")
    cli.refused("chat", "--as", "Zoé", status=1, saying="no longer an organizer")


def test_names_are_found_in_any_capitals_and_any_form_of_their_accents(cli: CommandLine) -> None:
    number = cli.record("{a}", "cameras=partial", by="ALIX")
    cli.confirm(number, by="NOE\N{COMBINING ACUTE ACCENT}")
    entry = cli.entry(number)
    assert (entry["recorded_by"], entry["decided_by"]) == ("Alix", "Noé")
