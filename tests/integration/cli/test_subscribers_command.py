"""`pledgebot subscribers`."""

import pytest

from factories.command_line import CommandLine
from pledgebot.clock import SystemClock
from pledgebot.domain.audience import PlaceKind, Spot, TopicKind
from pledgebot.services.subscribers import Topic, subscribe

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def followed(cli: CommandLine) -> CommandLine:
    """An installation in which a person and a group follow everything, and two lists."""
    everything = Topic(TopicKind.ALL)
    now = SystemClock().now()
    with cli.database.begin() as session:
        subscribe(session, Spot("telegram", "471147"), Topic(TopicKind.LIST, cli.numbers["a"]), "en", now)
        subscribe(session, Spot("telegram", "-100100", place=PlaceKind.GROUP), everything, "fr", now)
        subscribe(session, Spot("telegram", "-100100", "7", PlaceKind.GROUP), everything, "fr", now)
    return cli


def test_followers_are_counted_and_never_named(followed: CommandLine) -> None:
    shown = followed.done("subscribers", "show")
    assert shown.splitlines() == [
        "channel telegram: 3",
        "place group: 2",
        "place private: 1",
        "language en: 1",
        "language fr: 2",
        "rhythm at_once: 3",
        "topic all: 2",
        "topic list: 1",
    ]
    assert {"by": "place", "value": "group", "places": 2, "active": 2} in followed.data("subscribers", "show")


def test_nobody_is_said_to_be_nobody(cli: CommandLine) -> None:
    assert cli.done("subscribers", "show") == "nobody follows anything yet\n"
    assert cli.data("subscribers", "show") == []


@pytest.mark.engines("sqlite", "postgresql")
def test_somebody_who_asks_by_mail_is_forgotten(followed: CommandLine) -> None:
    said = followed.done("subscribers", "forget", "--channel", "telegram", "471147", "--as", "Alix")
    assert said.startswith("forgotten")
    assert "471147" not in said
    assert "471147" not in repr(followed.rows())
    followed.refused(
        "subscribers", "forget", "--channel", "telegram", "471147", "--as", "Alix", status=1, saying="nothing is kept"
    )


def test_a_groups_number_is_no_option_and_one_of_its_topics_may_be_meant(followed: CommandLine) -> None:
    followed.done("subscribers", "forget", "--channel", "telegram", "-100100", "--thread", "7", "--as", "Alix")
    assert "place group: 1" in followed.done("subscribers", "show")
    followed.done("subscribers", "forget", "-100100", "--channel", "telegram", "--as", "Alix")
    assert "-100100" not in repr(followed.rows())


def test_only_an_administrator_forgets_for_others(followed: CommandLine) -> None:
    followed.refused(
        "subscribers", "forget", "--channel", "telegram", "471147", "--as", "Zoé", status=1, saying="administrator"
    )
