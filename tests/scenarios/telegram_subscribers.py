"""A subscriber's life: in private, in a group, in a topic, through a channel; how it ends, and what is left of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scenarios.stage import Guest, Play, answer, eventually

AGREED = "What you are told"
"""The panel of whoever follows something."""

FOR_GROUP = "What this group is told"


def by_buttons_to_the_first_news(play: Play) -> None:
    """Somebody subscribes by buttons, agrees once, and is told of an answer once."""
    sam = play.follower("Sam")
    choice = answer(sam, "/subscribe", "What do you want to be told about?")
    sam.press(choice, "Everything")
    consent = sam.wait_for("do you agree?")
    assert _active(play, sam) == 0
    sam.press(consent, "Yes")
    panel = sam.wait_for(AGREED)
    assert "everything" in panel.text
    play.town.announced("One camera less.", "cameras=committed")
    news = sam.wait_for("One camera less.")
    assert "committed" in news.text
    play.news.wait_for("One camera less.")
    play.town.announced("One committee more.", "committee=committed")
    sam.wait_for("One committee more.")
    assert _times(sam, "One camera less.") == _times(sam, "One committee more.") == 1


def who_chose_a_rhythm_or_quiet_hours_is_not_told_at_once(play: Play) -> None:
    """A daily digest waits for its hour, quiet hours for their end; others are told meanwhile."""
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris"))
    later, before, after = ((now + timedelta(hours=hours)) for hours in (6, -2, 3))
    daily, quiet, prompt = play.subscriber("Dina"), play.subscriber("Quincy"), play.subscriber("Pam")
    assert "once a day" in answer(daily, f"/digest daily {later.hour}h", AGREED).text
    assert "from" in answer(quiet, f"/quiet {before.hour}h-{after.hour}h", AGREED).text
    play.town.announced("Not with us.", "retraction=refused")
    prompt.wait_for("Not with us.")
    answer(daily, "/dates", "2099")
    answer(quiet, "/dates", "2099")
    assert _times(daily, "Not with us.") == _times(quiet, "Not with us.") == 0
    # Whoever no longer wants to wait is told what waited.
    answer(quiet, "/quiet none", AGREED)
    quiet.wait_for("Not with us.")
    assert _times(daily, "Not with us.") == 0


def what_is_kept_is_shown_and_forgotten_and_one_may_come_again(play: Play) -> None:
    """`/mydata` shows it, `/forget` leaves nothing in any table, and a new subscription begins from then."""
    sam = play.subscriber("Sasha", "cameras")
    kept = answer(sam, "/mydata")
    assert str(sam.id) in kept.text
    assert play.town.mentions(sam.id)
    answer(sam, "/forget", "for good")
    # The update itself holds the number until its answer has left.
    eventually(lambda: play.town.mentions(sam.id) == [], "nothing is left")
    play.town.announced("More of them, in fact.", "cameras=refused")
    play.news.wait_for("More of them, in fact.")
    answer(sam, "/subscribe yes: cameras", AGREED)
    play.town.announced("Half of them.", "cameras=partial")
    sam.wait_for("Half of them.")
    assert _times(sam, "More of them, in fact.") == 0


def a_group_follows_when_an_administrator_says_so(play: Play) -> None:
    """A member is sent away, an anonymous administrator is told what to do, and then the press works."""
    owner, member, hidden = (play.stage.user(name, language="en") for name in ("Olga", "Mel", "Hal"))
    group = play.stage.group("Neighbours", people=[owner, member, hidden], bot=True)
    group.promote(hidden, anonymous=True)
    group.wait_for()
    member.write_in(group, "/subscribe yes: everything")
    member.wait_for(group, "administrator of this group")
    assert play.town.select("SELECT 1 FROM destination WHERE address = ?", str(group.id)) == []
    hidden.write_in(group, "/subscribe yes: everything")
    told = hidden.wait_for(group, "Remain anonymous")
    assert "administrator" in member.press(told, "I am an administrator").wait().text
    hidden.press(told, "I am an administrator")
    choice = hidden.wait_for(group, "What is this group to be told about?")
    hidden.press(choice, "Everything")
    consent = hidden.wait_for(group, "do you agree?")
    hidden.press(consent, "Yes")
    hidden.wait_for(group, FOR_GROUP)
    play.town.announced("A committee, later.", "committee=partial")
    group.wait_for("A committee, later.")


def a_topic_is_a_place_of_its_own(play: Play) -> None:
    """What a topic follows comes into that topic, and the rest of the group is left in peace."""
    owner = play.stage.user("Otto", language="en")
    group = play.stage.group("Forum", people=[owner], bot=True)
    group.wait_for()
    topic = group.topic("Elections")
    owner.write_in(topic, "/subscribe yes: everything")
    topic.wait_for("What this topic of the group is told")
    play.town.announced("We will look into it.", "retraction=partial")
    topic.wait_for("We will look into it.")
    assert len([shown for shown in group.messages if "We will look into it." in shown.text]) == 1


def a_channel_is_run_from_the_private_chat_of_its_administrator(play: Play) -> None:
    """`/subscribe @channel` works for whoever administers it, and for nobody else."""
    owner, stranger = play.stage.user("Oda", language="en"), play.follower("Stan")
    channel = play.stage.channel("Gazette", people=[owner], bot=True, username="exemple_gazette")
    owner.start()
    owner.wait_for("Welcome")
    answer(stranger, "/subscribe @exemple_gazette yes: everything", "administrator of that channel")
    answer(owner, "/subscribe @exemple_gazette yes: everything", "What the channel is told")
    play.town.announced("For the gazette.", "retraction=partial")
    channel.wait_for("For the gazette.")
    assert len([shown for shown in channel.from_bot if "For the gazette." in shown.text]) == 1
    assert not [shown for shown in channel.from_bot if "do you agree" in shown.text or "is told" in shown.text]


def who_blocks_the_bot_and_comes_back_hears_only_what_is_new(play: Play) -> None:
    """The place ends with the block; Start and a new word begin again, not from the backlog."""
    sam, other = play.subscriber("Sid"), play.subscriber("Oscar")
    sam.block()
    eventually(lambda: _active(play, sam) == 0, "the block is noticed")
    play.town.announced("While you were away.", "cameras=refused")
    other.wait_for("While you were away.")
    sam.start()
    sam.wait_for()
    answer(sam, "/subscribe yes: everything", AGREED)
    play.town.announced("Since you are back.", "committee=refused")
    sam.wait_for("Since you are back.")
    assert _times(sam, "While you were away.") == 0


def a_group_that_becomes_a_supergroup_is_told_there_once(play: Play) -> None:
    """The subscription follows the group to its new number."""
    owner = play.stage.user("Olaf", language="en")
    group = play.stage.group("Small group", people=[owner], small=True, bot=True)
    group.wait_for()
    owner.write_in(group, "/subscribe yes: everything")
    owner.wait_for(group, FOR_GROUP)
    moved = group.migrate()
    play.town.announced("In the new house.", "committee=refused")
    moved.wait_for("In the new house.")
    play.town.announced("And again.", "retraction=committed")
    moved.wait_for("And again.")
    assert len([shown for shown in moved.from_bot if "In the new house." in shown.text]) == 1
    assert not [shown for shown in group.from_bot if "In the new house." in shown.text]
    assert play.town.select("SELECT 1 FROM destination WHERE address = ?", str(group.id)) == []


def _times(person: Guest, words: str) -> int:
    return len([shown for shown in person.chat.from_bot if words in shown.text])


def _active(play: Play, person: Guest) -> int:
    rows = play.town.select("SELECT 1 FROM destination WHERE address = ? AND ended_at IS NULL", str(person.id))
    return len(rows)


SCENARIOS = (
    by_buttons_to_the_first_news,
    who_chose_a_rhythm_or_quiet_hours_is_not_told_at_once,
    what_is_kept_is_shown_and_forgotten_and_one_may_come_again,
    a_group_follows_when_an_administrator_says_so,
    a_topic_is_a_place_of_its_own,
    a_channel_is_run_from_the_private_chat_of_its_administrator,
    who_blocks_the_bot_and_comes_back_hears_only_what_is_new,
    a_group_that_becomes_a_supergroup_is_told_there_once,
)
"""All of them that play in one installation."""
