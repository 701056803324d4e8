"""`pledgebot mastodon profile`: what differs is put right, what is right stays, and one post is pinned, however it was run."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factories.command_line import config_text
from factories.mastodon_office import WHO, Office, account_of, as_bot, granted, office_beside, pinned, policy_of
from fakes.mastodon import MastodonServer, Reply, after, answer, html_of_mastodon, lose, mastodon_server, saying
from fakes.mastodon.faults import Way
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.profile import put_right
from pledgebot.clock import SystemClock
from pledgebot.domain.errors import Unusable
from pledgebot.messages import mastodon_profile as words
from pledgebot.messages.i18n import translator
from pledgebot.messages.mastodon_profile import Identity

PROFILE = ("mastodon", "profile")
CONTACT, BOARD, TELEGRAM, LETTER = (name for name, _ in words.fields(WHO, translator("fr")))
TITLE = words.how_to_ask_title(translator("fr"))
RIGHT = ["mastodon: the profile is right already"]
POSTS = "/api/v1/statuses"
PIN = f"{POSTS}/[^/]+/pin"
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        yield opened


@pytest.fixture
def office(
    server: MastodonServer,
    tmp_path: Path,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Office]:
    """An installation with a token for an account that says nothing of itself yet."""
    with office_beside(server, tmp_path, sqlite_url, monkeypatch, capsys) as office:
        office.settle(token=granted(server), more='[web]\nboard_url = "https://exemple.invalid/tableau"')
        yield office


def typed(server: MastodonServer) -> tuple[str, list[tuple[str, str]]]:
    """Return the note and the fields of the account as they were typed."""
    source = account_of(server)["source"]
    assert isinstance(source, Mapping)
    return source["note"], [(field["name"], field["value"]) for field in source["fields"]]


def one_post_pinned(server: MastodonServer) -> Mapping[str, object]:
    """Expect one post of the account, and that it is pinned; return it."""
    (post,) = server.statuses()
    assert pinned(server) == [post["id"]]
    return post


def written(server: MastodonServer) -> list[str]:
    """Return what was asked through the gate that changes something."""
    return [f"{asked.method} {asked.path}" for asked in server.asked if asked.method in WRITING]


def run(server: MastodonServer, *, who: Identity = WHO, act: bool = True) -> list[str]:
    """Put the profile right, and return what was changed."""

    async def all_of() -> list[str]:
        return await lines(server, who, act=act)

    return asyncio.run(all_of())


async def lines(server: MastodonServer, who: Identity, *, act: bool = True) -> list[str]:
    """Put the profile right, and return what was changed."""
    gateway = Gateway(server.base_url, server.token(), SystemClock())
    try:
        return [line async for line in put_right(gateway, who, before=(lambda: None) if act else None)]
    finally:
        gateway.close()


def test_an_empty_profile_is_filled_and_a_post_pinned(office: Office, server: MastodonServer) -> None:
    server.as_user("bot").policy(for_private_mentions="filter")
    said = office.done(*PROFILE)

    assert account_of(server)["bot"] is True
    note, fields = typed(server)
    assert "Collectif Exemple" in note
    assert "contact@exemple.invalid" in note
    assert fields == [(CONTACT, "contact@exemple.invalid"), (BOARD, "https://exemple.invalid/tableau")]
    post = one_post_pinned(server)
    assert (post["visibility"], post["language"]) == ("public", "fr")
    assert TITLE in str(post["content"])
    assert said == [
        "changed: marked as automated",
        "changed: the note",
        f"changed: the field {CONTACT}: contact@exemple.invalid",
        f"changed: the field {BOARD}: https://exemple.invalid/tableau",
        "changed: private mentions of strangers are let through",
        f"changed: pinned: {post['url']}",
    ]
    assert policy_of(server)["for_private_mentions"] == "accept"


def test_what_is_right_stays_as_it_is(office: Office, server: MastodonServer) -> None:
    office.done(*PROFILE)
    before = len(server.asked)
    assert office.done(*PROFILE) == RIGHT
    assert {asked.method for asked in server.asked[before:]} == {"GET"}
    one_post_pinned(server)


def test_real_servers_write_html_of_their_own(server: MastodonServer) -> None:
    server.rewrite(html_of_mastodon)
    server.rewrite(paragraphs, f"{POSTS}|.*/statuses")
    assert run(server)
    assert run(server) == []
    one_post_pinned(server)


def paragraphs(thing: Mapping[str, object]) -> Mapping[str, object]:
    """Write a post's HTML in paragraphs, as Mastodon does."""
    content = thing.get("content")
    if not isinstance(content, str):
        return thing
    inner = content.removeprefix("<p>").removesuffix("</p>")
    return {**thing, "content": f"<p>{inner}</p>".replace("<br /><br />", "</p><p>").replace("<br><br>", "</p><p>")}


def test_only_what_differs_is_changed(office: Office, server: MastodonServer) -> None:
    office.done(*PROFILE)
    office.settle(
        token=office.secrets[-1],
        more='[web]\nboard_url = "https://exemple.invalid/autre"\n[telegram]\nusername = "exemple_bot"',
    )
    before = len(written(server))
    assert office.done(*PROFILE) == [
        f"changed: the field {BOARD}: https://exemple.invalid/autre",
        f"changed: the field {TELEGRAM}: https://t.me/exemple_bot",
    ]
    assert written(server)[before:] == ["PATCH /api/v1/accounts/update_credentials"]


def test_fields_of_somebody_else_stay_as_far_as_there_is_room(server: MastodonServer) -> None:
    theirs = {"Support": "https://exemple.invalid/don", "Code": "https://exemple.invalid/code"}
    form = {f"fields_attributes[{place}][{key}]": text for place, pair in enumerate(theirs.items())
            for key, text in zip(("name", "value"), pair, strict=True)}  # fmt: skip
    as_bot(server, "PATCH", "/api/v1/accounts/update_credentials", **form)
    said = run(server)
    assert [name for name, _ in typed(server)[1]] == [CONTACT, BOARD, TELEGRAM, LETTER]
    assert {"the field Support: taken away", "the field Code: taken away"} <= set(said)
    as_bot(server, "PATCH", "/api/v1/accounts/update_credentials", **form)
    run(server, who=replace(WHO, telegram="", letter_url=""))
    assert [name for name, _ in typed(server)[1]] == [CONTACT, BOARD, "Support", "Code"]
    # What is the bot's own and no longer known is not somebody else's.
    run(server, who=replace(WHO, telegram="", letter_url="", board_url=""))
    assert [name for name, _ in typed(server)[1]] == [CONTACT, "Support", "Code"]


def test_a_dry_run_only_says_it(office: Office, server: MastodonServer) -> None:
    said = office.done(*PROFILE, "--dry-run")
    assert said[0] == "would change: marked as automated"
    assert said[-1] == "would change: a post that says how to ask, pinned"
    assert written(server) == []
    office.done(*PROFILE)
    assert office.done(*PROFILE, "--dry-run") == RIGHT


def test_what_broke_off_between_post_and_pin_goes_on_there(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(503), "POST", PIN, times=1):
        office.refused(*PROFILE, saying="mastodon: the server answered 503; ask again, it goes on where it stopped")
    assert pinned(server) == []
    before = len(written(server))
    (said,) = office.done(*PROFILE)
    assert said.startswith("changed: pinned: ")
    assert written(server)[before:] == [f"POST {POSTS}/{one_post_pinned(server)['id']}/pin"]


def test_a_pin_that_was_made_and_not_told_is_no_second_post(office: Office, server: MastodonServer) -> None:
    with server.fault(after(answer(503)), "POST", PIN, times=1) as trap:
        office.done(*PROFILE)
    assert trap.hits == 1
    assert office.done(*PROFILE) == RIGHT
    one_post_pinned(server)


@pytest.mark.parametrize("forgetful", [True, False])
def test_a_reply_that_is_lost_is_looked_for(server: MastodonServer, *, forgetful: bool) -> None:
    server.forgetful = forgetful
    with server.fault(lose, "POST", POSTS, times=1):
        run(server)
    one_post_pinned(server)


def test_a_post_that_was_not_taken_is_said_and_made_the_next_time(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(503), "POST", POSTS):
        office.refused(*PROFILE, saying="mastodon: nobody knows whether the post was taken")
    assert server.statuses() == []
    office.done(*PROFILE)
    one_post_pinned(server)


@pytest.mark.parametrize("forgetful", [True, False])
def test_two_at_once_leave_one_post(server: MastodonServer, *, forgetful: bool) -> None:
    server.forgetful = forgetful
    both = threading.Barrier(2)

    def together(way: Way) -> Reply:
        both.wait(30)
        return way()

    async def twice() -> None:
        # Both have looked before either posts.
        with server.fault(together, "POST", POSTS, times=2), server.fault(together, "POST", PIN, times=2):
            await asyncio.gather(lines(server, WHO), lines(server, WHO))

    asyncio.run(twice())
    one_post_pinned(server)
    assert run(server) == []


def test_a_server_that_pins_nothing_twice_is_believed(server: MastodonServer) -> None:
    with server.fault(after(answer(422, "You have already pinned that post")), "POST", PIN):
        run(server)
    one_post_pinned(server)


def test_a_server_that_pins_nothing_more_is_said(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(422, "You have already pinned the maximum number of posts"), "POST", PIN):
        office.refused(*PROFILE, saying="mastodon: the server refuses this (422)")


def test_a_post_whose_words_changed_is_edited_in_place(server: MastodonServer) -> None:
    run(server)
    before = one_post_pinned(server)
    (said,) = (line for line in run(server, who=replace(WHO, fictional=True)) if "pinned" in line)
    assert said == f"the words of the pinned post {before['url']}"
    post = one_post_pinned(server)
    assert post["id"] == before["id"]
    assert is_an_example(str(post["content"]))
    assert run(server, who=replace(WHO, fictional=True)) == []
    run(server)
    assert one_post_pinned(server)["id"] == before["id"]


def test_what_a_person_pinned_stays(server: MastodonServer) -> None:
    theirs = server.as_user("bot").post("Bonjour de l’équipe")
    as_bot(server, "POST", f"{POSTS}/{theirs['id']}/pin")
    run(server)
    assert len(pinned(server)) == len(server.statuses()) == 2
    assert server.as_user("bot").read(str(theirs["id"]))["content"] == theirs["content"]


def test_a_post_that_only_its_followers_see_is_not_pinned(server: MastodonServer) -> None:
    run(server)
    (post,) = server.statuses()
    server.as_user("bot").delete(str(post["id"]))
    text = server.asked_for("POST", POSTS)[0]
    assert text.key
    words = str(post["content"]).replace("<br />", "\n").replace("<br>", "\n").removeprefix("<p>").removesuffix("</p>")
    server.as_user("bot").post(words.replace("</p><p>", "\n\n"), "unlisted")
    server.forgetful = True
    run(server)
    assert [post["visibility"] for post in server.statuses()] == ["unlisted", "public"]


def test_an_example_says_that_it_is_one_wherever_it_speaks(office: Office, server: MastodonServer) -> None:
    office.done(*PROFILE)
    assert is_an_example(typed(server)[0])
    assert is_an_example(str(one_post_pinned(server)["content"]))


def is_an_example(text: str) -> bool:
    """Tell whether a text says that lists and people are invented."""
    return " ".join(words.example_line("fr").split()) in " ".join(text.split())


def test_what_does_not_fit_into_a_post_is_left_out(server: MastodonServer) -> None:
    server.characters = 170
    run(server)
    content = str(one_post_pinned(server)["content"])
    assert content.count(TITLE) == 1
    assert "stop" not in content


def test_an_instance_on_which_nothing_can_be_said_is_left_alone(office: Office, server: MastodonServer) -> None:
    server.characters = 60
    office.refused(*PROFILE, saying="mastodon: posts of 60 characters are too short to say in one how to ask")
    assert written(server) == []


def test_nothing_is_said_in_the_silence(office: Office, server: MastodonServer) -> None:
    tomorrow = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    office.settle(token=office.secrets[-1], config=config_text(office.cli.url, (tomorrow,)))
    office.refused(*PROFILE, saying="Electoral silence: nothing is said to the public until ")
    assert server.asked == []
    assert office.done(*PROFILE, "--dry-run")[0] == "would change: marked as automated"
    assert written(server) == []


def test_nothing_is_said_by_a_wrong_clock_nor_by_a_calendar_that_cannot_be_read(
    office: Office, server: MastodonServer
) -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    with server.fault(saying(Date=late)):
        office.refused(*PROFILE, saying="This machine's clock is wrong, so nothing is sent to the public")
    assert written(server) == []
    office.done(*PROFILE)


def test_nothing_is_changed_once_the_silence_began(server: MastodonServer) -> None:
    asked: list[int] = []

    def begins() -> None:
        asked.append(len(written(server)))
        if len(asked) == 2:
            raise Unusable("the silence began")

    async def scene() -> None:
        gateway = Gateway(server.base_url, server.token(), SystemClock())
        try:
            with pytest.raises(Unusable):
                _ = [line async for line in put_right(gateway, WHO, before=begins)]
        finally:
            gateway.close()

    asyncio.run(scene())
    assert asked == [0, 1]
    assert (len(written(server)), server.statuses()) == (1, [])


def test_an_installation_that_is_not_on_mastodon(office: Office) -> None:
    office.settle()
    office.refused(*PROFILE, saying="mastodon: not configured")


def test_a_token_that_is_wrong(office: Office) -> None:
    office.settle(token="n0t-a-t0ken-of-anybody")  # noqa: S106 - of nobody
    office.refused(*PROFILE, saying="mastodon: the server refuses the account's token")


def test_an_instance_that_is_down(office: Office, server: MastodonServer) -> None:
    with server.down():
        office.refused(*PROFILE, saying="mastodon: the server answered 503")
    assert len(server.asked) == 1
