"""What people write to the bot on Mastodon while it is away, and what they read when it has come by.

Each `yield` is a visit of the bot: it comes, answers what there is, sends what is due, and is gone again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from factories.mastodon import POSTS, Play, Stuck, words_of
from fakes.mastodon import lose
from pledgebot.store.tables import Delivery, Destination

NOTIFICATIONS = "/api/v1/notifications"
HOSTILE = (
    '<p><span class="h-card"><a href="{page}" class="u-url mention" onclick="steal()">@<span>{bot}</span></a></span> '
    "<script>alert('script')</script><!-- @{bob} --><b onmouseover=alert(1)>Liste</b> <i>Exemple</i> A&#x202e; "
    '&lt;img src=x onerror=alert(2)&gt; <a href="javascript:alert(3)">?</a></p><p>@{bob} @everyone'
)
LONG = "<p>@{bot} Liste Exemple A ? " + "Et encore une phrase qui ne dit rien. " * 270 + "</p>"
RIGHT_TO_LEFT = "\u200fماذا تقول \u202eListe Exemple A\u202c؟"
PARIS = ZoneInfo("Europe/Paris")


def questions_are_answered_once_in_order_to_the_asker_alone(play: Play) -> Iterator[None]:
    """In the thread, unlisted, naming nobody but the asker; a private one privately."""
    asked = [
        play.ask(user, f"Liste Exemple {which} ?", language="fr") for user, which in (("alice", "A"), ("bob", "B"))
    ]
    asked += [play.ask("alice", "Liste Exemple B ?", "direct", language="fr")]
    yield
    answers = [play.replies(post) for post in asked]
    for found, user, which, visibility in zip(answers, ("alice", "bob", "alice"), "ABB", _VISIBILITIES, strict=True):
        assert found[0]["in_reply_to_id"] in asked
        assert {(post["visibility"], post["language"]) for post in found} == {(visibility, "fr")}
        assert any(f"Liste Exemple {which}" in words_of(post) for post in found)
        assert all(_named(post) == {play.names[user]} for post in found)
    order = [post["id"] for post in play.server.statuses()]
    firsts = [order.index(found[0]["id"]) for found in answers]
    assert firsts == sorted(firsts)
    before = list(map(len, answers))
    yield
    assert [len(play.replies(post)) for post in asked] == before


_VISIBILITIES = ("unlisted", "unlisted", "direct")


def a_program_is_not_answered(play: Play) -> Iterator[None]:
    """Two bots would talk for ever; nor is a post answered that names the bot in passing."""
    silent = [play.ask("robot", "Liste Exemple A ?"), play.ask("robot", "Liste Exemple A ?", "direct")]
    silent.append(str(play.server.as_user("bob").post(f"Merci à @{play.names['bot']} pour hier")["id"]))
    yield
    assert [play.replies(post) for post in silent] == [[], [], []]


def hostile_markup_is_read_as_words(play: Play) -> Iterator[None]:
    """Nothing of it comes back, and nobody is named who did not ask."""
    names = {"bot": play.names["bot"], "bob": play.names["bob"], "page": _page(play)}
    post = _arrives_as(play, "alice", "Hostile ?", HOSTILE.format(**names))
    yield
    found = play.replies(post)
    said = " ".join(str(one["content"]) + words_of(one) for one in found)
    assert "Exemple A" in said, said
    bad = ("<script", "alert('script')", "<img", "onmouseover", "javascript:", "@everyone", "\u202e")
    assert not [one for one in bad if one in said], said
    assert all(_named(one) == {play.names["alice"]} for one in found)


def ten_thousand_characters_get_a_short_answer(play: Play) -> Iterator[None]:
    """Whoever wants to keep the bot busy is answered as everybody is."""
    post = _arrives_as(play, "bob", "Longue ?", LONG.format(bot=play.names["bot"]))
    yield
    found = play.replies(post)
    assert 1 <= len(found) <= 4
    assert max(len(words_of(one)) for one in found) < 600


def a_question_from_right_to_left_is_answered(play: Play) -> Iterator[None]:
    """The name in it is found, and the answer is not turned around."""
    post = play.ask("alice", RIGHT_TO_LEFT, language="ar")
    yield
    said = " ".join(map(words_of, play.replies(post)))
    assert "Liste Exemple A" in said
    assert "\u202e" not in said


def what_is_deleted_or_edited_meanwhile_does_no_harm(play: Play) -> Iterator[None]:
    """A question that is gone is not answered; what is edited after the answer is not answered again."""
    gone = play.ask("bob", "Liste Exemple A ?")
    play.server.as_user("bob").delete(gone)
    edited = play.ask("bob", "Liste Exemple B ?")
    yield
    assert play.replies(gone) == []
    before = len(play.replies(edited))
    assert before
    play.server.as_user("bob").edit(edited, f"@{play.names['bot']} Liste Exemple A ?")
    yield
    assert len(play.replies(edited)) == before


def an_answer_whose_reply_is_lost_is_not_repeated(play: Play) -> Iterator[None]:
    """Servers that know nothing of keys are asked first what stands there: at the next visit nothing is to be done."""
    yield
    trap = play.server.fault(lose, "POST", POSTS, 1)
    # Whoever comes next finds the question still open, as after a crash.
    post = play.ask("alice", "Liste Exemple A, une fois ?", "direct")
    yield
    assert trap.hits == 1
    texts = [words_of(one) for one in play.replies(post)]
    assert texts
    assert len(set(texts)) == len(texts)


def followers_are_let_in(play: Play) -> Iterator[None]:
    """Whether they have to ask first or not."""
    play.server.as_user("alice").follow("bot")
    yield
    followers = [str(one["id"]) for one in play.server.as_user("bot").followers()]
    assert play.server.as_user("alice").id in followers


def a_private_subscription_brings_a_private_message_at_its_hour_and_ends_with_one_word(play: Play) -> Iterator[None]:
    """It is told in private, in the morning, and "stop" erases who was told."""
    play.ask("bob", "abonner oui : cameras", "direct", language="fr")
    yield
    play.ask("bob", "/digest daily 8h", "direct", language="fr")
    yield
    address, place = _place_of_bob(play)
    assert address.startswith(f"{play.names['bob']}@")
    play.town.announced("Une nouvelle du matin.")
    yield
    [hour] = _waiting(play, place)
    assert hour.astimezone(PARIS).time() == time(8)
    play.town.hurry(first=True)
    yield
    told = [one for one in play.server.statuses() if one["visibility"] == "direct" and _about_the_morning(one)]
    assert len(told) == 1
    assert _named(told[0]) == {play.names["bob"]}
    stop = play.ask("bob", "stop", "direct", language="fr")
    yield
    assert {one["visibility"] for one in play.replies(stop)} == {"direct"}
    assert play.town.select("SELECT 1 FROM destination WHERE channel = 'mastodon' AND address <> 'timeline'") == []
    before = [one["id"] for one in play.server.statuses() if one["visibility"] == "direct"]
    play.town.announced("Le soir.")
    yield
    assert [one["id"] for one in play.server.statuses() if one["visibility"] == "direct"] == before


def _about_the_morning(status: Mapping[str, object]) -> bool:
    return "Une nouvelle du matin." in words_of(status)


def _place_of_bob(play: Play) -> tuple[str, int]:
    places = "SELECT address, id FROM destination WHERE channel = 'mastodon' AND address <> 'timeline'"
    [(address, place)] = play.town.select(places)
    return str(address), int(str(place))


def _waiting(play: Play, place: int) -> list[datetime]:
    """Return when what waits for a place is due."""
    due = sa.select(Delivery.due_at).join(Destination).where(Destination.id == place, Delivery.attempts == 0)
    with play.town.database.read() as session:
        return list(session.scalars(due))


def _named(status: Mapping[str, object]) -> set[str]:
    mentions = status["mentions"]
    assert isinstance(mentions, list)
    return {str(one["acct"]) for one in mentions}


def _page(play: Play) -> str:
    account = play.server.as_user("bot").account()
    return str(account["url"])


def _arrives_as(play: Play, user: str, words: str, content: str) -> str:
    """Let somebody write a few words, of which the bot reads something else: what no client lets people write."""

    def written(thing: Mapping[str, object]) -> Mapping[str, object]:
        return {**thing, "content": content} if words in str(thing.get("content")) else thing

    play.server.rewrite(written, NOTIFICATIONS)
    return play.ask(user, words, language="fr")


def a_power_cut_between_answers_repeats_none(play: Play) -> None:
    """The server has taken the first answer and the bot dies: it is not said twice, and the next one is answered, too."""
    stuck = Stuck()
    with play.server.fault(stuck, "POST", POSTS, 1):
        asked = [play.ask(user, "Liste Exemple B, et après ?", "direct", language="fr") for user in ("alice", "bob")]
        play.bots.start("")
        stuck.kill(play.bots)
    play.start()
    play.caught_up()
    for post in asked:
        texts = [words_of(one) for one in play.replies(post)]
        assert any("Exemple B" in text for text in texts), texts
        assert len(set(texts)) == len(texts)


VISITS = (
    questions_are_answered_once_in_order_to_the_asker_alone,
    a_program_is_not_answered,
    hostile_markup_is_read_as_words,
    ten_thousand_characters_get_a_short_answer,
    a_question_from_right_to_left_is_answered,
    what_is_deleted_or_edited_meanwhile_does_no_harm,
    an_answer_whose_reply_is_lost_is_not_repeated,
    followers_are_let_in,
    a_private_subscription_brings_a_private_message_at_its_hour_and_ends_with_one_word,
)
