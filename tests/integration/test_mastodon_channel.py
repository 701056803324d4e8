"""Posts, threads and edits against a real server: each once, whatever becomes of the replies."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.mastodon import MastodonServer, answer, hang_up, lose, mastodon_server
from pledgebot.channels.base import Outgoing
from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.channel import TIMELINE, MastodonChannel, Style
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.clock import SystemClock
from pledgebot.domain.delivery import Action, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.domain.quota import Quota
from pledgebot.messages.document import Message, Paragraph, Picture, Text, heading, paragraph

POSTS = "/api/v1/statuses"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"a table of fictional lists"
SHORT = Message((heading("Liste Exemple A"), paragraph("s’engage : « oui »")), "fr", ("MoinsDeCaméras", "Marseille"))
WORDS = [f"Le point numéro {number} de la Liste Exemple A est dit ici en toutes lettres." for number in range(30)]
LONG = Message(tuple(paragraph(" ".join(WORDS[start : start + 5])) for start in range(0, 30, 5)), "fr")


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        yield opened


class Account:
    """The bot's account; each send is one event loop, as after a restart."""

    def __init__(self, server: MastodonServer, style: Style | None = None) -> None:
        self.server = server
        self.style = style or Style()
        self.budgets = Budgets(lambda: datetime.now(UTC), reserve=150)
        self.pictures: dict[str, bytes] = {}

    def send(self, message: Message = SHORT, **how: object) -> list[str]:
        """Send a message, and return the ids of its posts."""
        since = datetime.now(UTC) - timedelta(seconds=5)
        outgoing = replace(Outgoing(7, TIMELINE, "", message, since=since), **how)

        async def act() -> list[str]:
            gateway = Gateway(self.server.base_url, self.server.token(), SystemClock(), timedelta(seconds=5))
            channel = MastodonChannel(
                gateway, self.budgets, self.style, lambda: datetime.now(UTC), self.pictures.__getitem__
            )
            try:
                return (await channel.send(outgoing)).remote_id.split()
            finally:
                gateway.close()

        return asyncio.run(act())

    def standing(self) -> list[dict[str, object]]:
        """Return the posts that stand on the server, the oldest first."""
        return self.server.statuses()


@pytest.fixture
def account(server: MastodonServer) -> Account:
    return Account(server)


def test_an_announcement_is_public_in_its_language_with_its_hashtags(account: Account) -> None:
    [post] = account.send()
    [status] = account.standing()
    assert status["id"] == post
    assert (status["visibility"], status["language"], status["spoiler_text"]) == ("public", "fr", "")
    assert "Liste Exemple A" in str(status["content"])
    assert {str(tag["name"]).lower() for tag in status["tags"]} == {"moinsdecaméras", "marseille"}  # type: ignore[attr-defined]


def test_reminders_are_less_prominent_and_a_content_warning_stands_above_all(server: MastodonServer) -> None:
    account = Account(server, Style(warning="politique"))
    account.send(reminder=True)
    [status] = account.standing()
    assert (status["visibility"], status["spoiler_text"]) == ("unlisted", "politique")


def test_a_picture_goes_with_its_description(account: Account) -> None:
    account.pictures["card"] = PNG
    account.send(replace(SHORT, pictures=(Picture("card", "Tableau : Liste Exemple A, s’engage"),)))
    [status] = account.standing()
    [media] = status["media_attachments"]  # type: ignore[misc]
    assert media["description"] == "Tableau : Liste Exemple A, s’engage"  # type: ignore[index]


def test_a_picture_that_cannot_be_read_does_not_keep_the_words_back(account: Account) -> None:
    account.pictures["card"] = PNG
    account.send(replace(SHORT, pictures=(Picture("gone", "…"), Picture("card", "Tableau"))))
    [status] = account.standing()
    assert "Liste Exemple A" in str(status["content"])
    assert [media["description"] for media in status["media_attachments"]] == ["Tableau"]  # type: ignore[attr-defined]


def test_a_post_of_nothing_but_a_picture_that_cannot_be_read_is_not_made(account: Account) -> None:
    with pytest.raises(PermanentFailure, match="picture"):
        account.send(Message((), "fr", pictures=(Picture("gone", "…"),)))
    assert account.standing() == []


def test_a_picture_is_corrected_even_where_the_words_below_it_stay(account: Account, server: MastodonServer) -> None:
    account.pictures.update(before=PNG, after=PNG)
    ids = account.send(replace(SHORT, pictures=(Picture("before", "A refuse"),)))
    same, right = (replace(SHORT, pictures=(Picture("after", told),)) for told in ("A refuse", "A s’engage"))
    account.send(same, action=Action.EDIT, acts_on=ids[0])
    assert not server.asked_for("PUT", f"{POSTS}/.*")
    account.send(right, action=Action.EDIT, acts_on=ids[0])
    [edit] = server.asked_for("PUT", f"{POSTS}/.*")
    assert json.loads(edit.body)["media_attributes"][0]["description"] == "A s’engage"


def test_a_long_message_is_a_thread_each_part_below_the_one_before(account: Account) -> None:
    ids = account.send(LONG)
    posts = account.standing()
    assert len(ids) > 3
    assert [post["id"] for post in posts] == ids
    assert [post["in_reply_to_id"] for post in posts] == [None, *ids[:-1]]
    assert "".join(str(post["content"]) for post in posts).count("Le point numéro") == 30


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_reply_that_is_lost_leaves_one_copy_even_where_the_key_is_ignored(
    account: Account, server: MastodonServer, forgetful: bool
) -> None:
    server.forgetful = forgetful
    with server.fault(lose, "POST", POSTS, 1), pytest.raises(Uncertain):
        account.send()
    [post] = account.send(repeated=True)
    assert [status["id"] for status in account.standing()] == [post]


@pytest.mark.parametrize("opaque", [False, True])
def test_a_thread_that_broke_off_goes_on_where_it_broke(account: Account, server: MastodonServer, opaque: bool) -> None:
    server.forgetful, server.opaque_ids = True, opaque
    for fault in (lose, hang_up):
        with pytest.raises(Uncertain):
            _breaks(account, server, fault)
    ids = account.send(LONG, repeated=True)
    posts = account.standing()
    assert [post["id"] for post in posts] == ids
    assert [post["in_reply_to_id"] for post in posts] == [None, *ids[:-1]]


def _breaks(account: Account, server: MastodonServer, fault: object) -> None:
    """Send a thread whose part after the next one meets a fault."""
    standing = len(account.standing())
    seen = 0

    def second(way: object) -> object:
        nonlocal seen
        seen += 1
        return fault(way) if seen == 2 else way()  # type: ignore[operator]

    with server.fault(second, "POST", POSTS):  # type: ignore[arg-type]
        account.send(LONG, repeated=standing > 0)


def test_the_same_words_posted_for_something_else_long_ago_are_not_taken_for_it(account: Account) -> None:
    account.send()
    future = datetime.now(UTC) + timedelta(hours=1)
    account.send(delivery=8, repeated=True, since=future)
    assert len(account.standing()) == 2


def test_an_account_is_written_to_in_private(account: Account) -> None:
    account.send(address="alice@127.0.0.1")
    [status] = account.standing()
    assert status["visibility"] == "direct"
    assert "@alice" in str(status["content"])


def test_a_correction_edits_the_post_in_place_and_an_edit_that_says_nothing_new_is_not_made(
    account: Account, server: MastodonServer
) -> None:
    ids = account.send()
    right = Message((paragraph("Corrigé : s’engage en partie"),), "fr")
    for _twice in range(2):
        assert account.send(right, action=Action.EDIT, acts_on=" ".join(ids)) == ids
    assert len(server.asked_for("PUT", f"{POSTS}/.*")) == 1
    [status] = account.standing()
    assert "Corrigé" in str(status["content"])


def test_an_edit_names_its_own_picture_or_none(account: Account, server: MastodonServer) -> None:
    account.pictures.update(before=PNG, after=PNG)
    ids = account.send(replace(SHORT, pictures=(Picture("before", "Avant"),)))
    [status] = account.standing()
    [before] = status["media_attachments"]  # type: ignore[misc]
    right = Message((paragraph("Corrigé"),), "fr", pictures=(Picture("after", "Après"),))
    account.send(right, action=Action.EDIT, acts_on=ids[0])
    account.send(Message((paragraph("Retiré"),), "fr"), action=Action.EDIT, acts_on=ids[0])
    with_picture, without = (request.body for request in server.asked_for("PUT", f"{POSTS}/.*"))
    first = json.loads(with_picture)
    [changed] = first["media_attributes"]
    assert changed["description"] == "Après"
    assert first["media_ids"] == [changed["id"]] != [before["id"]]
    # A server takes away what is not named.
    assert b"media" not in without


def test_a_thread_is_edited_part_by_part_shortened_and_made_longer(account: Account) -> None:
    ids = account.send(LONG)
    shorter = Message(LONG.blocks[:2], "fr")
    kept = account.send(shorter, action=Action.EDIT, acts_on=" ".join(ids))
    assert kept == ids[: len(kept)]
    assert [post["id"] for post in account.standing()] == kept
    longer = account.send(LONG, action=Action.EDIT, acts_on=" ".join(kept))
    assert longer[: len(kept)] == kept
    assert [post["id"] for post in account.standing()] == longer


def test_a_visible_reply_stands_below_what_it_corrects_or_alone_where_that_is_gone(
    account: Account, server: MastodonServer
) -> None:
    ids = account.send()
    [below] = account.send(
        Message((paragraph("C’était faux."),), "fr"), action=Action.REPLY, acts_on=ids[0], delivery=8
    )
    assert account.standing()[-1]["in_reply_to_id"] == ids[0]
    assert below != ids[0]
    server.as_user("bot").delete(ids[0])
    with server.fault(answer(404, "Record not found"), "POST", POSTS, 1):
        account.send(Message((paragraph("Encore."),), "fr"), action=Action.REPLY, acts_on=ids[0], delivery=9)
    assert account.standing()[-1]["in_reply_to_id"] is None


def test_what_the_server_wants_to_wait_holds_everything_and_our_own_budget_only_itself(
    account: Account, server: MastodonServer
) -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=120)).isoformat()
    with server.fault(answer(429, X_RateLimit_Reset=reset), "POST", POSTS), pytest.raises(TemporaryFailure) as caught:
        account.send()
    assert caught.value.retry_after is not None
    assert timedelta(seconds=100) < caught.value.retry_after <= timedelta(seconds=121)
    assert account.budgets.may_ask() > timedelta(seconds=100)


def test_a_thread_stops_where_the_budget_ends_and_goes_on_later(account: Account) -> None:
    account.budgets.posts = Quota(2, timedelta(hours=3))
    with pytest.raises(TemporaryFailure, match="pace"):
        account.send(LONG)
    assert len(account.standing()) == 2
    assert account.budgets.may_ask() == timedelta(0)
    account.budgets.posts = Quota(300, timedelta(hours=3))
    ids = account.send(LONG, repeated=True)
    assert [post["id"] for post in account.standing()] == ids


def test_a_message_of_nothing_is_refused_before_anything_is_asked(account: Account, server: MastodonServer) -> None:
    with pytest.raises(PermanentFailure):
        account.send(Message((Paragraph((Text(" "),)),), "fr"))
    assert account.standing() == []
    assert server.asked_for("POST", POSTS) == []
