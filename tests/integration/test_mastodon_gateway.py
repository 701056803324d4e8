"""The gateway against a real server: what it sends, what it reads, and what it says when something goes wrong on the way."""

import asyncio
import json
import socket
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from fakes.mastodon import (
    Fault,
    Hold,
    MastodonServer,
    Reply,
    after,
    answer,
    empty,
    garble,
    hang_up,
    html_of_mastodon,
    lose,
    mastodon_server,
    saying,
    trickle,
    truncate,
)
from pledgebot.channels.mastodon.errors import FORBIDDEN, MOVED, TOKEN_REFUSED, Missing
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.records import Account, Mentions, Picture, Posted, Rate, Source, Status
from pledgebot.clock import SystemClock
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain

PNG = bytes.fromhex("89504e470d0a1a0a") + b"Liste Exemple A"
POSTS = "/api/v1/statuses"
T = TypeVar("T")


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        yield opened


@pytest.fixture
def run(server: MastodonServer) -> "Callable[[Callable[[Gateway], Awaitable[T]]], T]":
    """What does something with the bot's account, in an event loop of its own."""

    def act(ask: Callable[[Gateway], Awaitable[T]]) -> T:
        return with_account(ask, server.base_url, server.token())

    return act


def with_account(
    ask: Callable[[Gateway], Awaitable[T]], base_url: str, token: str, timeout: timedelta = timedelta(seconds=10)
) -> T:
    async def act() -> T:
        gateway = Gateway(base_url, token, SystemClock(), timeout)
        try:
            return await ask(gateway)
        finally:
            gateway.close()

    return asyncio.run(act())


Run = Callable[[Callable[[Gateway], Awaitable[object]]], Any]


async def say(gateway: Gateway, text: str = "Liste Exemple A : pour", key: str = "delivery-1") -> Posted:
    return await gateway.post(text, key=key, visibility="public", language="fr")


def test_a_post_goes_out_as_it_was_asked_for(server: MastodonServer, run: Run) -> None:
    asked = server.as_user("alice").post("@bot et la Liste Exemple A ?", "unlisted")

    posted = run(
        lambda gateway: gateway.post(
            "@alice pour #TroisMarseille",
            key="delivery-7",
            visibility="direct",
            language="fr",
            warning="Élections",
            reply_to=str(asked["id"]),
        )
    )

    (post,) = server.statuses()
    assert (post["id"], post["url"]) == (posted.id, posted.url)
    assert post["visibility"] == "direct"
    assert post["language"] == "fr"
    assert post["spoiler_text"] == "Élections"
    assert post["in_reply_to_id"] == asked["id"]
    (request,) = server.asked_for("POST")
    assert request.key == "delivery-7"


def test_a_picture_is_posted_with_its_alt_text(server: MastodonServer, run: Run) -> None:
    async def illustrate(gateway: Gateway) -> None:
        picture = await gateway.upload(PNG, "image/png", "Un tableau de douze listes", pause=no_waiting)
        await gateway.post("Le tableau", key="1", visibility="public", media=[picture])

    run(illustrate)

    (post,) = server.statuses()
    assert [picture["description"] for picture in post["media_attachments"]] == ["Un tableau de douze listes"]
    assert [request.path for request in server.asked] == ["/api/v2/media", POSTS]
    assert PNG in server.asked[0].body


async def no_waiting(_: float) -> None:
    pass


def test_a_picture_that_the_server_works_on_is_asked_for_until_it_is_ready(server: MastodonServer, run: Run) -> None:
    server.rewrite(
        lambda thing: {**thing, "url": None} if len(server.asked_for("GET")) < 3 else thing, "/api/v[12]/media.*"
    )
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    picture = run(lambda gateway: gateway.upload(PNG, "image/png", "", pause=pause))

    assert [request.path for request in server.asked] == ["/api/v2/media", *[f"/api/v1/media/{picture}"] * 4]
    assert pauses == [1, 2, 4, 5]


def test_a_picture_that_takes_too_long_is_given_up_for_now(server: MastodonServer, run: Run) -> None:
    server.rewrite(lambda thing: {**thing, "url": None}, "/api/v[12]/media.*")

    with pytest.raises(TemporaryFailure, match="being processed"):
        run(lambda gateway: gateway.upload(PNG, "image/png", "", patience=timedelta(seconds=7), pause=no_waiting))

    assert len(server.asked_for("GET")) == 3


@pytest.mark.parametrize("harm", [lose, garble, empty, truncate])
def test_a_post_whose_reply_is_lost_or_cannot_be_read_is_a_doubt(server: MastodonServer, run: Run, harm: Fault) -> None:
    server.fault(harm, "POST", POSTS)

    with pytest.raises(Uncertain):
        run(say)

    assert len(server.statuses()) == 1
    assert len(server.asked) == 1


def test_a_post_that_hangs_is_a_doubt_and_may_still_go_out(server: MastodonServer) -> None:
    hold = Hold()
    server.fault(hold, "POST", POSTS)

    with pytest.raises(Uncertain):
        with_account(say, server.base_url, server.token(), timeout=timedelta(milliseconds=200))

    assert server.statuses() == []
    hold.release()
    until(lambda: len(server.statuses()) == 1)


def test_a_reply_that_trickles_is_cut_off_and_the_next_one_is_read(server: MastodonServer) -> None:
    server.fault(trickle, "POST", POSTS)

    async def say_and_ask(gateway: Gateway) -> Status:
        begun = time.monotonic()
        with pytest.raises(Uncertain):
            await say(gateway)
        assert time.monotonic() - begun < 10
        (post,) = await gateway.recent()
        return post

    status = with_account(say_and_ask, server.base_url, server.token(), timeout=timedelta(seconds=0.5))
    assert status.text == "Liste Exemple A : pour"


def test_an_await_that_is_cancelled_does_not_stop_what_is_being_sent(server: MastodonServer, run: Run) -> None:
    hold = Hold()
    server.fault(hold, "POST", POSTS)

    async def give_up(gateway: Gateway) -> None:
        sending = asyncio.create_task(say(gateway))
        await asyncio.to_thread(hold.met.wait, 30)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        hold.release()

    run(give_up)

    until(lambda: len(server.statuses()) == 1)


def until(true: Callable[[], bool]) -> None:
    """Ask the server until something is so; each question takes it a moment."""
    for _ in range(1000):
        if true():
            return
    raise AssertionError("it never came true")


def test_a_repetition_under_the_same_key_leaves_one_copy_unless_the_server_ignores_it(
    server: MastodonServer, run: Run
) -> None:
    first, second = run(say), run(say)

    assert first == second
    assert len(server.statuses()) == 1

    server.forgetful = True
    run(say)

    assert len(server.statuses()) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_is_down_gets_one_request_for_each_call(server: MastodonServer, run: Run, status: int) -> None:
    server.fault(answer(status))
    calls: list[tuple[type[Exception], Callable[[Gateway], Awaitable[object]]]] = [
        (Uncertain, say),
        (Uncertain, lambda gateway: gateway.edit("1", "Liste Exemple A : contre")),
        (TemporaryFailure, lambda gateway: gateway.upload(PNG, "image/png", "")),
        (TemporaryFailure, lambda gateway: gateway.mentions("1")),
        (TemporaryFailure, lambda gateway: gateway.mentions(None)),
        (TemporaryFailure, lambda gateway: gateway.newest_notification()),
        (TemporaryFailure, lambda gateway: gateway.recent()),
        (TemporaryFailure, lambda gateway: gateway.verify()),
        (TemporaryFailure, lambda gateway: gateway.limits()),
        (TemporaryFailure, lambda gateway: gateway.policy()),
        (TemporaryFailure, lambda gateway: gateway.set_profile(bot=True)),
        (TemporaryFailure, lambda gateway: gateway.accept_follow_requests()),
        (TemporaryFailure, lambda gateway: gateway.delete("1")),
    ]

    for count, (failure, call) in enumerate(calls, start=1):
        with pytest.raises(failure):
            run(call)
        assert len(server.asked) == count


def test_a_proxy_that_gives_up_says_nothing_of_a_post_that_is_out(server: MastodonServer, run: Run) -> None:
    server.fault(after(answer(504)), "POST", POSTS)

    with pytest.raises(Uncertain):
        run(say)

    assert len(server.statuses()) == 1


def test_a_server_that_comes_back_is_written_to_by_the_same_client(server: MastodonServer, run: Run) -> None:
    async def try_twice(gateway: Gateway) -> None:
        with server.down(), pytest.raises(Uncertain):
            await say(gateway)
        assert await gateway.recent() == ()
        await say(gateway)

    run(try_twice)

    assert len(server.statuses()) == 1


def test_a_server_that_refuses_connections_got_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TemporaryFailure, match="cannot be reached"):
            with_account(say, address, "token")


@pytest.mark.parametrize(
    "address", ["http://", "http://[", "gopher://social.example.org", "http://\u2603..example.org"]
)
def test_an_address_that_is_none_sends_nothing(address: str) -> None:
    with pytest.raises(TemporaryFailure):
        with_account(say, address, "token")


def test_a_token_that_no_header_can_hold_sends_nothing(server: MastodonServer) -> None:
    for token in ("two\nlines", "snowman \u2603"):
        with pytest.raises(TemporaryFailure, match="cannot be right"):
            with_account(say, server.base_url, token)
    assert server.asked == []


def test_a_connection_that_is_hung_up_is_a_doubt_for_posts_only(server: MastodonServer, run: Run) -> None:
    server.fault(hang_up)

    with pytest.raises(Uncertain):
        run(say)
    with pytest.raises(TemporaryFailure):
        run(lambda gateway: gateway.recent())


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X_RateLimit_Reset": "2026-03-01T12:02:00.000000Z"}, timedelta(minutes=2)),
        ({"X_RateLimit_Reset": str(int(datetime(2026, 3, 1, 12, 2, tzinfo=UTC).timestamp()))}, timedelta(minutes=2)),
        ({"Retry_After": "17"}, timedelta(seconds=17)),
        ({}, timedelta(minutes=5)),
        ({"X_RateLimit_Reset": "soon"}, timedelta(minutes=5)),
        ({"X_RateLimit_Reset": "2126-03-01T12:02:00.000000Z"}, timedelta(hours=3)),
    ],
)
def test_a_limit_that_ran_out_is_waited_for_as_the_server_says(
    server: MastodonServer, run: Run, headers: dict[str, str], wait: timedelta
) -> None:
    server.fault(answer(429, "Too many requests", Date="Sun, 01 Mar 2026 12:00:00 GMT", **headers), times=1)

    with pytest.raises(TemporaryFailure) as caught:
        run(say)

    assert caught.value.retry_after == wait
    assert server.statuses() == []
    assert len(server.asked) == 1
    run(say)
    assert len(server.statuses()) == 1


def test_a_limit_that_cannot_be_read_does_not_make_a_post_a_failure(server: MastodonServer, run: Run) -> None:
    server.fault(saying(X_RateLimit_Remaining="few", X_RateLimit_Reset="soon", Deprecation="true", Date="yesterday"))

    assert run(say).id == server.statuses()[0]["id"]


def test_every_request_is_counted_also_those_that_fail_or_are_sent_elsewhere(server: MastodonServer, run: Run) -> None:
    server.fault(answer(302, Location=f"{server.base_url}/api/v1/accounts/verify_credentials"), times=1)
    server.fault(hang_up, "POST", times=1)

    async def ask(gateway: Gateway) -> list[int]:
        await gateway.verify()
        counts = [gateway.take_asked(), gateway.take_asked()]
        with pytest.raises(Uncertain):
            await say(gateway)
        await say(gateway)
        return [*counts, gateway.take_asked()]

    assert run(ask) == [2, 0, 2]
    assert len(server.asked) == 4


def test_the_servers_clock_and_what_is_left_are_remembered(server: MastodonServer, run: Run) -> None:
    server.fault(
        saying(
            Date="Sun, 01 Mar 2026 12:00:00 GMT",
            X_RateLimit_Remaining="298",
            X_RateLimit_Limit="300",
            X_RateLimit_Reset="2026-03-01T12:05:00.000000Z",
        )
    )

    async def look(gateway: Gateway) -> None:
        assert gateway.server_date is None
        assert gateway.rate is None
        await gateway.verify()
        assert gateway.server_date == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        assert gateway.rate == Rate(298, 300, datetime(2026, 3, 1, 12, 5, tzinfo=UTC))

    run(look)


def test_a_post_that_the_server_refuses_is_not_tried_again(server: MastodonServer, run: Run) -> None:
    with pytest.raises(PermanentFailure, match=r"\(422\): character limit"):
        run(lambda gateway: say(gateway, "a" * 501))

    server.mainline = False
    with pytest.raises(PermanentFailure, match=r"\(400\): character limit"):
        run(lambda gateway: say(gateway, "a" * 501))
    assert server.statuses() == []


def test_a_reply_to_a_post_that_is_gone_is_told_apart(server: MastodonServer, run: Run) -> None:
    asked = server.as_user("alice").post("@bot ?")
    server.as_user("alice").delete(str(asked["id"]))

    with pytest.raises(Missing):
        run(lambda gateway: gateway.post("@alice", key="1", visibility="unlisted", reply_to=str(asked["id"])))
    with pytest.raises(Missing):
        run(lambda gateway: gateway.status(str(asked["id"])))


def test_a_refused_token_and_a_missing_right_stop_the_account_not_the_message(server: MastodonServer, run: Run) -> None:
    with pytest.raises(TemporaryFailure, match=TOKEN_REFUSED) as refused:
        with_account(say, server.base_url, "not a token")
    assert refused.value.retry_after == timedelta(hours=1)

    server.fault(answer(403, "This action is outside the authorized scopes"), "POST")
    with pytest.raises(TemporaryFailure, match=FORBIDDEN):
        run(say)


def test_a_write_is_not_repeated_at_another_address(server: MastodonServer, run: Run) -> None:
    server.fault(answer(301, Location=f"{server.base_url}/elsewhere"), times=1)

    with pytest.raises(TemporaryFailure, match=MOVED):
        run(say)

    assert [request.path for request in server.asked] == [POSTS]


def test_a_token_is_never_read_from_a_file(
    server: MastodonServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{server.token()}\nhttps://example.org\n")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(TemporaryFailure, match=TOKEN_REFUSED):
        with_account(lambda gateway: gateway.verify(), server.base_url, "secret")


def test_an_error_tells_nothing_of_what_was_sent(server: MastodonServer, run: Run) -> None:
    server.fault(garble, "POST", POSTS)

    # Not as it stands in the source, lines of which are shown, too.
    text = "Liste Exemple A".upper()
    with pytest.raises(Uncertain) as caught:
        run(lambda gateway: say(gateway, text))

    shown = "".join(traceback.format_exception(caught.value))
    assert text not in shown
    assert "hotel" not in shown
    assert server.token() not in shown


def test_what_is_closed_sends_nothing(server: MastodonServer) -> None:
    async def close_first() -> None:
        gateway = Gateway(server.base_url, server.token(), SystemClock())
        gateway.close()
        with pytest.raises(TemporaryFailure, match="closed"):
            await say(gateway)

    asyncio.run(close_first())
    assert server.asked == []


def test_a_correction_changes_the_post_in_place_and_keeps_its_picture(server: MastodonServer, run: Run) -> None:
    async def correct(gateway: Gateway) -> Posted:
        picture = await gateway.upload(PNG, "image/png", "Avant")
        post = await gateway.post("Liste Exemple A : pour", key="1", visibility="public", media=[picture])
        edited = await gateway.edit(
            post.id, "Liste Exemple A : contre", warning="Corrigé", pictures=[Picture(picture, "Après")]
        )
        assert edited == post
        assert await gateway.source(post.id) == Source(post.id, "Liste Exemple A : contre", "Corrigé")
        return post

    run(correct)

    (request,) = server.asked_for("PUT")
    sent = json.loads(request.body)
    (picture,) = server.statuses()[0]["media_attachments"]
    assert sent["media_attributes"] == [{"id": picture["id"], "description": "Après"}]
    assert sent["media_ids"] == [picture["id"]]
    assert len(server.statuses()) == 1


def test_a_post_without_pictures_is_edited_without_any(server: MastodonServer, run: Run) -> None:
    async def correct(gateway: Gateway) -> Status:
        post = await say(gateway)
        await gateway.edit(post.id, "Liste Exemple A : contre")
        return await gateway.status(post.id)

    status = run(correct)

    assert status.text == "Liste Exemple A : contre"
    assert status.edited is not None
    assert b"media" not in server.asked_for("PUT")[0].body


def test_deleting_what_is_gone_is_done_already(run: Run) -> None:
    async def delete_twice(gateway: Gateway) -> tuple[bool, bool]:
        post = await say(gateway)
        return await gateway.delete(post.id), await gateway.delete(post.id)

    assert run(delete_twice) == (True, False)


def test_own_posts_are_found_whatever_their_visibility_the_newest_first(server: MastodonServer, run: Run) -> None:
    bot = server.as_user("bot")
    first = bot.post("un")
    ids = [str(bot.post(text, kind, reply_to=str(first["id"]))["id"]) for text, kind in KINDS]
    bot.boost(str(server.as_user("alice").post("pas de la bot")["id"]))

    assert [status.id for status in run(lambda gateway: gateway.recent())] == [*reversed(ids), first["id"]]
    assert [status.id for status in run(lambda gateway: gateway.recent(ids[1]))] == [ids[3], ids[2]]
    assert [status.id for status in run(lambda gateway: gateway.recent(limit=2))] == [ids[3], ids[2]]
    assert run(lambda gateway: gateway.recent(ids[3])) == ()


KINDS = (("deux", "public"), ("trois", "unlisted"), ("quatre", "private"), ("@alice cinq", "direct"))


def test_more_own_posts_than_a_page_holds_are_all_found(server: MastodonServer, run: Run) -> None:
    bot = server.as_user("bot")
    ids = [str(bot.post(f"Liste {number}")["id"]) for number in range(45)]

    found = run(lambda gateway: gateway.recent(ids[1], limit=100))

    assert [status.id for status in found] == list(reversed(ids[2:]))


@pytest.mark.parametrize("opaque", [False, True])
def test_mentions_that_came_while_the_bot_was_away_are_read_once_and_the_oldest_first(
    server: MastodonServer, run: Run, opaque: bool
) -> None:
    server.opaque_ids = opaque
    alice = server.as_user("alice")
    alice.post("@bot cameras")
    before = run(lambda gateway: gateway.newest_notification())
    bob = server.as_user("bob")
    for number in range(45):
        (alice, bob)[number % 2].post(f"@bot question {number}", ("public", "direct")[number % 3 == 0])
        if number % 10 == 0:
            bob.follow("bot")

    mentions = run(lambda gateway: gateway.mentions(before))

    assert [mention.content for mention in mentions.found] == [f"<p>@bot question {number}</p>" for number in range(45)]
    assert not mentions.more
    assert mentions.cursor == mentions.found[-1].notification
    assert mentions.cursor.isdecimal() is not opaque
    again = run(lambda gateway: gateway.mentions(mentions.cursor))
    assert again == Mentions((), mentions.cursor, more=False)


def test_a_flood_of_mentions_is_read_in_portions(server: MastodonServer, run: Run) -> None:
    for number in range(42):
        server.as_user("alice").post(f"@bot question {number}")
    everything = run(lambda gateway: gateway.mentions("0"))

    first = run(lambda gateway: gateway.mentions("0", pages=1))
    second = run(lambda gateway: gateway.mentions(first.cursor))

    assert (len(first.found), first.more) == (40, True)
    assert first.found + second.found == everything.found
    assert len(everything.found) == 42


def test_without_a_cursor_mentions_are_read_from_the_newest_down(server: MastodonServer, run: Run) -> None:
    assert run(lambda gateway: gateway.mentions(None)) == Mentions((), None, more=False)
    assert run(lambda gateway: gateway.newest_notification()) is None
    for number in range(45):
        server.as_user("alice").post(f"@bot question {number}")

    mentions = run(lambda gateway: gateway.mentions(None))

    assert [mention.content for mention in mentions.found] == [f"<p>@bot question {number}</p>" for number in range(45)]
    assert mentions.cursor == mentions.found[-1].notification


def test_a_mention_says_who_asks_and_how(server: MastodonServer, run: Run) -> None:
    server.rewrite(html_of_mastodon, "/api/v1/notifications")
    post = run(say)
    server.as_user("robot").post("@bot @alice les #Cameras ?", "direct", reply_to=post.id, language="fr", warning="Lu")

    (mention,) = run(lambda gateway: gateway.mentions(None)).found

    assert mention.author.acct == "robot"
    assert mention.author.bot
    assert mention.content.startswith('<p><span class="h-card"')
    assert (mention.visibility, mention.language, mention.warning) == ("direct", "fr", "Lu")
    assert mention.in_reply_to == post.id
    assert {one.acct for one in mention.mentions} == {"bot", "alice"}
    assert all(one.url.endswith(f"/@{one.acct}") for one in mention.mentions)
    assert mention.tags == ("cameras",)
    assert mention.created is not None
    assert mention.edited is None


def test_a_mention_that_was_deleted_holds_nothing_up(server: MastodonServer, run: Run) -> None:
    alice = server.as_user("alice")
    posts = [str(alice.post(f"@bot {number}")["id"]) for number in range(3)]
    alice.delete(posts[1])
    alice.delete(posts[2])

    mentions = run(lambda gateway: gateway.mentions("0"))

    assert [mention.status for mention in mentions.found] == [posts[0]]
    assert mentions.cursor == server.as_user("bot").notifications()[-1]["id"]


def test_who_asks_to_follow_may(server: MastodonServer, run: Run) -> None:
    server.as_user("bot").lock()
    for user in ("alice", "dora"):
        server.as_user(user).follow("bot")

    assert run(lambda gateway: gateway.accept_follow_requests()) == 2
    assert run(lambda gateway: gateway.accept_follow_requests()) == 0
    assert {follower["acct"] for follower in server.as_user("bot").followers()} == {
        "alice",
        "dora@ailleurs.example.org",
    }


def test_who_blocks_the_bot_is_known(server: MastodonServer, run: Run) -> None:
    alice, bob = server.as_user("alice"), server.as_user("bob")
    alice.block("bot")

    assert run(lambda gateway: gateway.blocked_by([alice.id, bob.id])) == {alice.id}
    assert run(lambda gateway: gateway.blocked_by([])) == set()


def test_private_mentions_of_strangers_are_let_through(server: MastodonServer, run: Run) -> None:
    server.as_user("bot").policy(for_private_mentions="filter")
    server.as_user("alice").post("@bot lu ?", "direct")
    assert run(lambda gateway: gateway.mentions(None)).found == ()
    assert run(lambda gateway: gateway.policy()).private_mentions == "filter"

    assert run(lambda gateway: gateway.set_policy()).private_mentions == "accept"

    server.as_user("bob").post("@bot et moi ?", "direct")
    assert [mention.author.acct for mention in run(lambda gateway: gateway.mentions(None)).found] == ["bob"]


def test_a_server_without_a_policy_says_so(server: MastodonServer, run: Run) -> None:
    server.fault(answer(404), path="/api/v2/notifications/policy")

    assert run(lambda gateway: gateway.policy()) is None


def test_the_profile_is_read_as_it_was_typed(run: Run) -> None:
    async def introduce(gateway: Gateway) -> Account:
        await gateway.set_profile(
            bot=True, note="Je tiens <le> compte.", fields=[("Tableau", "https://exemple.invalid")]
        )
        await gateway.pin((await say(gateway)).id)
        return await gateway.verify()

    account = run(introduce)

    assert account.bot
    assert account.note == "Je tiens <le> compte."
    assert account.fields == (("Tableau", "https://exemple.invalid"),)
    assert account.acct == "bot"
    assert account.created is not None
    assert account.statuses_count == 1
    assert [status.text for status in run(lambda gateway: gateway.pinned())] == ["Liste Exemple A : pour"]


def test_the_instance_says_what_it_takes(server: MastodonServer, run: Run) -> None:
    server.characters = 5000

    limits = run(lambda gateway: gateway.limits())

    assert (limits.characters, limits.per_url, limits.media, limits.mainline) == (5000, 23, 4, True)
    assert limits.rules == ("Label what a program writes.",)
    assert limits.domain == "social.example.org"
    server.mainline = False
    assert not run(lambda gateway: gateway.limits()).mainline


def test_an_instance_of_the_first_version_says_it_too(server: MastodonServer, run: Run) -> None:
    server.fault(answer(404), path="/api/v2/instance")
    server.characters = 1234

    limits = run(lambda gateway: gateway.limits())

    assert (limits.characters, limits.media, limits.mainline) == (1234, 4, False)
    assert limits.domain == "social.example.org"


def test_scopes_are_those_that_the_server_names(server: MastodonServer, run: Run) -> None:
    path = "/api/v1/apps/verify_credentials"
    with server.fault(replying({"name": "pledgebot", "scopes": ["read", "write:statuses"]}), path=path):
        assert run(lambda gateway: gateway.scopes()) == {"read", "write:statuses"}
    with server.fault(replying({"name": "pledgebot"}), path=path):
        assert run(lambda gateway: gateway.scopes()) is None


def replying(thing: object) -> Fault:
    return lambda _: Reply(200, json.dumps(thing).encode())
