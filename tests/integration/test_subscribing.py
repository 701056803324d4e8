"""A subscriber's life in words and buttons: consent, what is followed, when, in which language, and the end."""

from dataclasses import replace
from datetime import time

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, everything, installed
from pledgebot.chat.answers import Asker, answer, press, reply
from pledgebot.chat.grammar import parse
from pledgebot.chat.reply import Reply
from pledgebot.chat.subscribing import needs_administrator
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, Spot, TopicKind
from pledgebot.messages.document import Message
from pledgebot.messages.panels import Elsewhere
from pledgebot.messages.presses import Press, read_token
from pledgebot.messages.render import plain
from pledgebot.services.subscriber_views import SubscriberView, Topic, find_subscriber
from pledgebot.store.engine import Database
from pledgebot.store.tables import Constituency, DemandRow, Destination

pytestmark = pytest.mark.engines("sqlite")

PRIVATE = Spot("telegram", "1000")
GROUP = Spot("telegram", "-1001", "7", PlaceKind.GROUP)
CHANNEL = Spot("telegram", "-1002", place=PlaceKind.CHANNEL)
SOMEBODY = Asker("en", spot=PRIVATE, administrator=True)
ADMINISTRATOR = Asker("en", spot=GROUP, administrator=True)
MEMBER = Asker("en", spot=GROUP)
OF_CHANNEL = Asker("en", spot=CHANNEL, administrator=True)


@pytest.fixture
def there(database: Database) -> Installed:
    """The example."""
    return installed(database)


def said(database: Database, text: str, asker: Asker = SOMEBODY) -> Message:
    """Return the one message that answers a text."""
    (message,) = reply(database, text, asker, NOW).messages
    return message


def pushed(database: Database, token: str, asker: Asker = SOMEBODY) -> Reply:
    """Return what pressing a button brings."""
    found = read_token(token)
    assert found is not None
    told = press(database, found, asker, NOW)
    assert told is not None
    return told


def panel(database: Database, token: str, asker: Asker = SOMEBODY) -> Message:
    """Return the one message that takes the place of the one whose button was pressed."""
    told = pushed(database, token, asker)
    assert told.in_place
    (message,) = told.messages
    return message


def tokens(message: Message) -> dict[str, str]:
    """Return label → token of a message's buttons."""
    return {button.text: button.press for row in message.buttons for button in row}


def kept(database: Database, spot: Spot = PRIVATE) -> SubscriberView | None:
    """Return what is kept of a place."""
    with database.read() as session:
        return find_subscriber(session, spot)


def following(database: Database, spot: Spot = PRIVATE) -> list[Topic]:
    """Return what a place follows."""
    view = kept(database, spot)
    return [one.topic for one in view.topics] if view is not None else []


def subscribed(database: Database, *tokens: str, asker: Asker = SOMEBODY) -> None:
    """Let a place follow something."""
    for token in tokens or ("yes-demand-2",):
        assert asker.spot is not None
        place = f"{asker.spot.address.replace('-', 'n')}-{asker.spot.thread or 0}"
        assert pushed(database, f"s-{place}-{token}", asker).messages


def test_subscribe_alone_offers_everything_the_town_each_demand_and_each_list(
    database: Database, there: Installed
) -> None:
    offered = tokens(said(database, "/subscribe"))
    assert offered["Everything"] == "s-1000-0-add-all"
    assert offered["Marseille"].startswith("s-1000-0-add-place-")
    assert offered["Cameras"].startswith("s-1000-0-add-demand-")
    assert offered["Liste Exemple A"] == f"s-1000-0-add-list-{there.list_a}"
    assert kept(database) is None


def test_where_there_are_several_towns_one_is_named_in_words(database: Database, there: Installed) -> None:
    with database.begin() as session:
        session.execute(sa.text("DELETE FROM candidate_list"))
        session.add(Constituency(code="13056", label="Martigues"))
    offered = tokens(said(database, "/subscribe"))
    towns = panel(database, offered["One town or sector"])
    assert "/subscribe 13005" in plain(towns)
    assert there


def test_consent_is_asked_once_in_one_sentence_that_says_what_why_and_how_it_ends(
    database: Database, there: Installed
) -> None:
    asked = said(database, "/subscribe cameras")
    text = plain(asked)
    assert all(words in text for words in ("the number of this chat", "what you choose", "/unsubscribe", "/forget"))
    assert kept(database) is None
    shown = panel(database, tokens(asked)["Yes"])
    assert "What you are told" in plain(shown)
    view = kept(database)
    assert view is not None
    assert view.consented_at == NOW
    assert "What you are told" in plain(said(database, f"/subscribe #{there.list_a}"))
    assert len(following(database)) == 2


@pytest.mark.engines("sqlite", "postgresql")
def test_without_consent_nothing_is_kept(database: Database, there: Installed) -> None:
    before = everything(database)
    asked = said(database, "/subscribe cameras")
    assert "nothing was kept" in plain(panel(database, tokens(asked)["No"]))
    assert everything(database) == before
    assert there


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("everything", TopicKind.ALL),
        ("tout", TopicKind.ALL),
        ("caméras", TopicKind.DEMAND),
        ("Liste Exemple A", TopicKind.LIST),
        ("13001", TopicKind.CONSTITUENCY),
        ("bannière exemple", TopicKind.BANNER),
    ],
)
def test_whatever_has_a_name_can_be_followed_by_words(
    database: Database, there: Installed, words: str, kind: TopicKind
) -> None:
    assert following(database) == []
    panel(database, tokens(said(database, f"/subscribe {words}"))["Yes"])
    assert [topic.kind for topic in following(database)] == [kind]
    assert there


def test_consent_can_be_given_in_words_and_a_name_that_begins_with_yes_is_none(
    database: Database, there: Installed
) -> None:
    nowhere = replace(SOMEBODY, spot=Spot("mastodon", "somebody@example.org"))
    asked = said(database, "/subscribe cameras", nowhere)
    assert asked.buttons == ()
    assert "/subscribe yes: Cameras" in plain(asked)
    assert nowhere.spot is not None
    said(database, "/subscribe yes cameras", nowhere)
    assert kept(database, nowhere.spot) is None
    said(database, "/subscribe yes: Cameras", nowhere)
    assert [topic.kind for topic in following(database, nowhere.spot)] == [TopicKind.DEMAND]
    assert there


def test_an_ambiguous_name_offers_a_button_for_each_and_an_unknown_one_says_so(
    database: Database, there: Installed
) -> None:
    offered = tokens(said(database, "/subscribe liste exemple"))
    assert f"s-1000-0-add-list-{there.list_a}" in offered.values()
    assert "Nothing is known under “zzzzqq”" in plain(said(database, "/subscribe zzzzqq"))
    both = tokens(said(database, "/subscribe cameras marseille"))
    assert len(both) == 2
    assert following(database) == []


@pytest.mark.engines("sqlite", "postgresql")
def test_the_panel_changes_everything_by_buttons(database: Database, there: Installed) -> None:
    shown = panel(database, "s-1000-0-yes-all")
    assert tokens(shown)["✓ at once"] == "s-1000-0-rhythm-at_once"
    daily = panel(database, tokens(shown)["once a day"])
    assert tokens(daily)["✓ at 18:00"] == "s-1000-0-hour-18"
    panel(database, tokens(daily)["at 08:00"])
    panel(database, tokens(daily)["Quiet from 22:00 to 07:00"])
    view = kept(database)
    assert view is not None
    assert (view.rhythm, view.hour, view.quiet) == (Rhythm.DAILY, time(8), (time(22), time(7)))
    none = panel(database, tokens(daily)["✓ No quiet hours"])
    assert "✓ No quiet hours" in tokens(none)
    french = panel(database, tokens(daily)["Français"])
    assert french.language == "fr"
    assert "✓ Français" in tokens(french)
    assert there


def test_the_panel_changes_everything_by_words(database: Database, there: Installed) -> None:
    subscribed(database)
    assert "once a week" in plain(said(database, "/digest weekly 9h"))
    assert "from 23:00 to 06:30" in plain(said(database, "/quiet 23h-6h30"))
    view = kept(database)
    assert view is not None
    assert (view.rhythm, view.hour, view.quiet) == (Rhythm.WEEKLY, time(9), (time(23), time(6, 30)))
    assert "Quiet hours: none" in plain(said(database, "/quiet none"))
    assert "Rhythm: at once" in plain(said(database, "/digest at once"))
    assert said(database, "/language fr").language == "fr"
    assert "/digest daily 18h" in plain(said(database, "/digest sometimes"))
    assert "/language" in plain(said(database, "/language klingon"))
    assert there


def test_an_hour_alone_makes_a_daily_digest_and_keeps_a_weekly_one(database: Database, there: Installed) -> None:
    subscribed(database)
    said(database, "/digest 9h")
    view = kept(database)
    assert view is not None
    assert (view.rhythm, view.hour) == (Rhythm.DAILY, time(9))
    said(database, "/digest weekly")
    said(database, "/digest 10h")
    view = kept(database)
    assert view is not None
    assert (view.rhythm, view.hour) == (Rhythm.WEEKLY, time(10))
    assert there


@pytest.mark.parametrize("text", ["/digest", "/digest daily", "/quiet", "/quiet 22h-7h", "/unsubscribe", "/forget"])
def test_who_follows_nothing_is_told_so_and_nothing_is_kept(database: Database, there: Installed, text: str) -> None:
    before = everything(database)
    assert "nothing is kept of you" in plain(said(database, text))
    assert everything(database) == before
    assert there


def test_a_topic_is_dropped_by_its_button_or_its_name(database: Database, there: Installed) -> None:
    subscribed(database, "yes-demand-2", f"add-list-{there.list_a}", f"add-list-{there.list_b}")
    shown = said(database, "/subscribe")
    panel(database, tokens(shown)["No longer: Liste Exemple A"])
    assert "What you are told" in plain(said(database, "/unsubscribe liste exemple b"))
    assert [topic.kind for topic in following(database)] == [TopicKind.DEMAND]
    assert "not followed by itself" in plain(said(database, "/unsubscribe liste exemple c"))
    assert "s-1000-0-drop-list-1" in tokens(said(database, "/unsubscribe liste exemple")).values()


@pytest.mark.engines("sqlite", "postgresql")
def test_with_the_last_topic_everything_is_deleted(database: Database, there: Installed) -> None:
    subscribed(database)
    assert "everything that was kept for it is deleted" in plain(panel(database, "s-1000-0-drop-demand-2"))
    assert kept(database) is None
    assert there


@pytest.mark.parametrize("word", ["/unsubscribe", "stop", "Stop !", "/forget"])
def test_one_word_ends_everything_and_says_when_backups_expire(database: Database, there: Installed, word: str) -> None:
    before = everything(database)
    subscribed(database)
    ended = plain(said(database, word))
    assert "30 days" in ended
    assert "deleted" in ended.lower()
    assert everything(database) == before
    assert there


@pytest.mark.engines("sqlite", "postgresql")
def test_forget_names_what_was_deleted(database: Database, there: Installed) -> None:
    subscribed(database)
    assert "the day of consent" in plain(panel(database, "s-1000-0-forget"))
    assert kept(database) is None
    assert there


@pytest.mark.engines("sqlite", "postgresql")
def test_mydata_shows_every_thing_that_is_kept(database: Database, there: Installed) -> None:
    assert "Nothing." in plain(said(database, "/mydata"))
    subscribed(database, "yes-demand-2")
    said(database, "/digest daily 9h")
    said(database, "/quiet 22h-7h")
    text = plain(said(database, "/mydata"))
    for words in ("1000", "telegram", "Cameras", "once a day, at 09:00", "from 22:00 to 07:00", "English",
                  "Europe/Paris", "Consent given: Sunday, 8 February 2026", "Told since", "/forget"):  # fmt: skip
        assert words in text
    with database.begin() as session:
        row = session.scalars(sa.select(Destination).where(Destination.address == "1000")).one()
        row.asked_to_stay_at, row.stays_at, row.ended_at = NOW, NOW, NOW
    text = plain(said(database, "/mydata"))
    assert "Asked whether to stay" in text
    assert "Stays for the mandate" in text
    assert "Nothing is sent any more" in text
    assert there


def test_a_language_without_a_subscription_says_what_becomes_of_it(database: Database, there: Installed) -> None:
    assert "/language fr" in plain(said(database, "/language"))
    text = plain(said(database, "/language en"))
    assert "/forget" in text if kept(database) is not None else "Nothing is kept of you" in text
    assert there


def test_whoever_was_asked_stays_or_leaves_by_a_button(database: Database, there: Installed) -> None:
    subscribed(database)
    with database.begin() as session:
        row = session.scalars(sa.select(Destination).where(Destination.address == "1000")).one()
        row.asked_to_stay_at = NOW
    assert "during the mandate" in plain(panel(database, "s-1000-0-stay"))
    view = kept(database)
    assert view is not None
    assert view.stays_at == NOW
    panel(database, "s-1000-0-leave")
    assert kept(database) is None
    assert "nothing is kept of you" in plain(panel(database, "s-1000-0-stay"))
    assert there


@pytest.mark.engines("sqlite", "postgresql")
def test_in_a_group_an_administrator_decides_and_an_anonymous_one_is_told_how(
    database: Database, there: Installed
) -> None:
    before = everything(database)
    for text in ("/subscribe cameras", "/unsubscribe", "/forget", "/digest daily", "/language fr", "/mydata"):
        told = said(database, text, MEMBER)
        assert "administrator of this group" in plain(told)
        assert "Remain anonymous" in plain(told)
        assert list(tokens(told).values()) == ["s-n1001-7-menu"]
    refused = pushed(database, "s-n1001-7-yes-all", MEMBER)
    assert refused.messages == ()
    assert "administrator" in refused.notice
    assert everything(database) == before
    assert tokens(panel(database, "s-n1001-7-menu", ADMINISTRATOR))["Everything"] == "s-n1001-7-add-all"
    assert there


def test_a_groups_consent_and_panel_speak_of_the_group_and_its_topic(database: Database, there: Installed) -> None:
    asked = said(database, "/subscribe everything", ADMINISTRATOR)
    assert "the numbers of the group and the topic" in plain(asked)
    shown = panel(database, tokens(asked)["Yes"], ADMINISTRATOR)
    assert "What this topic of the group is told" in plain(shown)
    assert [topic.kind for topic in following(database, GROUP)] == [TopicKind.ALL]
    assert kept(database, replace(GROUP, thread="")) is None
    assert there


def test_a_channel_is_run_from_the_private_chat(database: Database, there: Installed) -> None:
    asked = said(database, "/subscribe everything", OF_CHANNEL)
    assert "the channel" in plain(asked)
    shown = panel(database, tokens(asked)["Yes"], OF_CHANNEL)
    assert "What the channel is told" in plain(shown)
    assert "s-n1002-0-stop" in tokens(shown).values()
    assert panel(database, "s-n1002-0-lang-fr", OF_CHANNEL).language == "en"
    assert following(database, CHANNEL)
    assert following(database) == []
    assert there


@pytest.mark.parametrize("token", ["s-1001-0-yes-all", "s-n1001-0-forget", "s-9-0-menu", "s-x-0-menu", "s-1000-x-menu"])
def test_a_panel_of_another_place_is_nobodys(database: Database, there: Installed, token: str) -> None:
    before = everything(database)
    found = read_token(token)
    assert found is not None
    assert press(database, found, SOMEBODY, NOW) is None
    assert everything(database) == before
    assert there


@pytest.mark.parametrize(
    "operation",
    [
        "add", "add-list", "add-list-n1", "add-list-99999999999", "add-all-1", "add-moon-1", "yes", "drop-x-1", "rhythm",
        "rhythm-hourly", "hour-25", "hour", "hour-8", "day-7", "day-x", "zone-moon", "zones-1", "quiet", "quiet-2200",
        "quiet-2200-2561", "quiet-2200-0700-0800", "lang-xx", "menu-1", "stop-1", "nonsense",
    ],
)  # fmt: skip
def test_an_operation_that_is_none_is_nobodys_and_changes_nothing(
    database: Database, there: Installed, operation: str
) -> None:
    subscribed(database)
    before = everything(database)
    found = read_token(f"s-1000-0-{operation}")
    assert found is not None
    assert press(database, found, SOMEBODY, NOW) is None
    assert everything(database) == before
    assert there


@pytest.mark.parametrize("operation", ["add-list-999", "yes-banner-999", "yes-place-999", "add-demand-999"])
def test_something_that_no_longer_exists_cannot_be_followed(
    database: Database, there: Installed, operation: str
) -> None:
    assert "no longer exists" in plain(panel(database, f"s-1000-0-{operation}"))
    assert kept(database) is None
    assert there


@pytest.mark.engines("sqlite", "postgresql")
def test_a_place_that_ended_is_asked_again_and_told_from_then_on(database: Database, there: Installed) -> None:
    subscribed(database)
    with database.begin() as session:
        row = session.scalars(sa.select(Destination).where(Destination.address == "1000")).one()
        row.ended_at = NOW
    asked = said(database, "/subscribe cameras")
    assert "do you agree" in plain(asked)
    panel(database, tokens(asked)["Yes"])
    view = kept(database)
    assert view is not None
    assert view.active
    assert there


def test_a_place_of_the_configuration_is_not_a_subscribers(database: Database, there: Installed) -> None:
    public = replace(SOMEBODY, spot=Spot("console", "terminal"))
    assert "configuration" in plain(said(database, "/subscribe", public))
    assert "configuration" in plain(said(database, "/subscribe yes: cameras", public))
    assert there


def test_where_nothing_can_be_subscribed_to_it_is_said_where_one_can(database: Database, there: Installed) -> None:
    for text in ("/subscribe", "/subscribe cameras", "/mydata", "/forget", "stop", "/language fr"):
        assert "On Telegram" in plain(answer(database, text, Asker("en"), NOW))
    assert press(database, Press("s", ("1000", "0", "menu")), Asker("en"), NOW) is None
    assert there


def test_words_that_are_the_name_of_a_list_are_no_command(database: Database, there: Installed) -> None:
    from pledgebot.services.lists import ListDetails, Place, add_list

    with database.begin() as session:
        add_list(session, Place("13055"), ListDetails(name="Suivre Marseille"), there.alix, NOW)
    assert "Suivre Marseille" in plain(said(database, "suivre marseille"))
    assert "do you agree" in plain(said(database, "suivre cameras"))


def test_a_panel_never_has_more_buttons_than_a_message_takes(database: Database, there: Installed) -> None:
    from pledgebot.services.lists import ListDetails, Place, add_list

    with database.begin() as session:
        many = [
            add_list(session, Place("13055"), ListDetails(name=f"Liste Fictive {number:03}"), there.alix, NOW)
            for number in range(110)
        ]
    assert len(tokens(said(database, "/subscribe"))) == 90
    subscribed(database, f"yes-list-{many[0]}", *(f"add-list-{number}" for number in many[1:]))
    shown = said(database, "/subscribe")
    assert sum(map(len, shown.buttons)) <= 90
    assert "s-1000-0-stop" in tokens(shown).values()
    assert "Liste Fictive 109" in plain(shown)


def test_the_network_is_asked_who_administers_only_where_something_is_decided() -> None:
    for text in ("/subscribe", "/unsubscribe", "/mydata", "/forget", "/start s-1-0-menu"):
        assert needs_administrator(parse(text))
    for text in ("/stances", "Liste Exemple A", "/start", "/start list-1", "/confirm 1 1"):
        assert not needs_administrator(parse(text))
    assert needs_administrator(Press("s", ("1", "0", "menu")))
    assert not needs_administrator(Press("list", ("1",)))


def test_a_panel_opens_by_a_link(database: Database, there: Installed) -> None:
    told = reply(database, "/start s-1000-0-menu", SOMEBODY, NOW)
    assert not told.in_place
    assert "s-1000-0-add-all" in tokens(told.messages[0]).values()
    assert there


def test_a_demand_that_was_retired_is_still_dropped(database: Database, there: Installed) -> None:
    subscribed(database, "yes-demand-2", "add-demand-3")
    with database.begin() as session:
        session.get_one(DemandRow, 2).retired_at = NOW
    panel(database, "s-1000-0-drop-demand-2")
    assert following(database) == [Topic(TopicKind.DEMAND, 3)]
    assert there


def test_a_weekly_digest_comes_on_thursday_or_on_the_day_that_was_chosen(database: Database, there: Installed) -> None:
    assert there
    subscribed(database)
    shown = said(database, "/digest weekly")
    assert "once a week, on Thursday at 18:00" in plain(shown)
    assert tokens(shown)["✓ Thu"] == "s-1000-0-day-3"
    monday = panel(database, tokens(shown)["Mon"])
    assert "✓ Mon" in tokens(monday)
    assert "once a week, on Monday at 18:00" in plain(monday)
    assert "on Monday at 08:00" in plain(said(database, "/digest weekly 8h"))
    assert "on Saturday at 08:00" in plain(said(database, "résumé hebdo samedi"))
    assert "Mon" not in tokens(said(database, "/digest daily"))
    assert "once a week, on Saturday at 08:00" in plain(said(database, "/digest weekly"))


def test_the_clocks_are_chosen_by_a_button_or_in_words(database: Database, there: Installed) -> None:
    assert there
    subscribed(database)
    assert "nothing is kept of you" in plain(
        said(database, "/timezone Tahiti", replace(SOMEBODY, spot=Spot("telegram", "9")))
    )
    shown = said(database, "/digest daily 8h")
    offered = panel(database, tokens(shown)["Clock: Paris (Europe/Paris)"])
    assert len([token for token in tokens(offered).values() if "-zone-" in token]) == 10
    assert tokens(offered)["✓ Paris"] == "s-1000-0-zone-paris"
    assert "Clock: Réunion (Indian/Reunion)" in plain(panel(database, tokens(offered)["Réunion"]))
    assert tokens(said(database, "/timezone")).keys() >= {"✓ Réunion", "Tahiti"}
    assert "Clock: America/Montreal" in plain(said(database, "timezone america/montreal"))
    assert "This time zone is not known" in plain(said(database, "/timezone Atlantis"))
    assert "Clock: America/Montreal" in plain(said(database, "/mydata"))
    subscribed(database, f"add-list-{there.list_a}")
    view = kept(database)
    assert view is not None
    assert view.zone == "America/Montreal"


def test_a_place_that_is_run_from_another_chat_is_named_first_and_words_name_it_too(
    database: Database, there: Installed
) -> None:
    assert there
    named = replace(OF_CHANNEL, elsewhere=Elsewhere("Nouvelles", "@nouvelles"))
    nameless = replace(OF_CHANNEL, elsewhere=Elsewhere("Nouvelles"))
    for asker in (named, nameless):
        subscribed(database, "yes-all", asker=asker)
        shown = plain(panel(database, "s-n1002-0-menu", asker))
        assert "Channel “Nouvelles”" in shown
        assert shown.index("Channel “Nouvelles”") < shown.index("What the channel is told")
        assert ("/digest @nouvelles daily 18h" in shown) == (asker is named)
        assert "are about this chat alone" in shown
        assert "Channel “Nouvelles”" in plain(panel(database, "s-n1002-0-stop", asker))
        offered = plain(panel(database, "s-n1002-0-more", asker))
        assert ("/subscribe @nouvelles everything" in offered) == (asker is named)
        towns = plain(panel(database, "s-n1002-0-towns", asker))
        assert ("/subscribe @nouvelles 13005" in towns, "no public name" in towns) == (
            asker is named,
            asker is nameless,
        )


def test_a_topic_is_never_called_the_group(database: Database, there: Installed) -> None:
    assert there
    texts = [
        said(database, "/subscribe", ADMINISTRATOR),
        said(database, "/forget", ADMINISTRATOR),
        said(database, "/mydata", ADMINISTRATOR),
        panel(database, "s-n1001-7-lang-fr", ADMINISTRATOR),
    ]
    subscribed(database, "yes-all", asker=ADMINISTRATOR)
    texts += [said(database, text, ADMINISTRATOR) for text in ("/mydata", "/digest", "/unsubscribe")]
    assert [text for text in map(plain, texts) if "his group" in text] == []


def test_of_what_the_configuration_names_commands_change_nothing_and_say_one_thing(
    database: Database, there: Installed
) -> None:
    assert there
    with database.begin() as session:
        session.add(
            Destination(
                channel="telegram", address="-1001", thread="7", audience=Audience.ORGANIZERS, place=PlaceKind.GROUP,
                language="en", created_at=NOW,
            )
        )  # fmt: skip
    before = everything(database)
    told = {plain(said(database, text, ADMINISTRATOR)) for text in ("/mydata", "/forget")}
    assert len(told) == 1
    assert "/forget deletes nothing here" in told.pop()
    for text in ("/digest", "/quiet", "/language", "/subscribe", "/unsubscribe"):
        assert "configuration" in plain(said(database, text, ADMINISTRATOR)), text
    assert everything(database) == before
