"""The demo as a newcomer runs it: a process of its own, no account, no terminal, nothing left behind."""

import re
from pathlib import Path

import pytest

from factories.processes import environment, run

WORDS = {
    "fr": {
        "fictional": "Exemple : listes et personnes fictives.",
        "four eyes": "une autre personne doit la confirmer",
        "silence": "Réserve électorale : rien ne part. La publication attend jusqu’au",
        "digest": "2 nouvelles sur ce que vous suivez",
        "reminder": "Le vote a lieu dans 7 jours",
        "calendar": "mercredi 11 mars 2026 à 10:00 : dernier appel aux listes",
        "notice": "Reposez votre question à partir du dimanche 15 mars 2026 à 20:00",
        "invented": "C’était un exemple",
        "verified": "3 entrées vérifiées",
    },
    "en": {
        "fictional": "Example: fictional lists and people.",
        "four eyes": "another person has to confirm it",
        "silence": "Electoral silence: nothing goes out. It waits until",
        "digest": "2 news items about what you follow",
        "reminder": "The vote is in 7 days",
        "calendar": "Wednesday, 11 March 2026 at 10:00: last call to the lists",
        "notice": "Ask again from Sunday, 15 March 2026 at 20:00",
        "invented": "This was an example",
        "verified": "3 entries verified",
    },
}

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")

POST = re.compile(r"^╭─ (Telegram|Mastodon)(?: (\d+)/\d+)? ─+╮\n(.*?)^╰", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module", params=["fr", "en"])
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], str, Path]:
    """The words to look for, what the demo wrote, and the folder for temporary files that it was given."""
    folder = tmp_path_factory.mktemp(f"demo-{request.param}")
    env = environment(TMPDIR=str(folder), PLEDGEBOT_DATABASE__URL="sqlite:////missing/of-a-real-installation.db")
    done = run("demo", "--no-chat", "--language", request.param, folder=folder, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return WORDS[request.param], done.stdout.translate(NO_BREAK), folder


def test_every_message_to_the_public_says_that_it_is_fictional(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    posts = POST.findall(written)
    assert [network for network, _number, _text in posts].count("Telegram") == 5
    assert [(network, number) for network, number, _text in posts].count(("Mastodon", "1")) == 5
    for network, number, text in posts:
        assert words["fictional"] in text or (network, number) not in {("Telegram", ""), ("Mastodon", "1")}


def test_nobody_confirms_their_own_entry(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    [own] = [line for line in written.splitlines() if line.startswith("Alix:")]
    assert words["four eyes"] in own
    assert written.index(own) < written.index("│ " + words["fictional"]), "and nothing was posted before"


def test_what_is_confirmed_in_the_silence_is_posted_after_it(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    before, after = written.split(words["silence"])
    third = re.compile(r"^│ [^•]*: LISTE EXEMPLE A", re.MULTILINE)
    assert "LISTE EXEMPLE A" in before
    assert third.search(before) is None
    assert third.search(after) is not None


def test_a_digest_a_reminder_and_the_calendar_are_shown(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    posts = [text for network, number, text in POST.findall(written) if network == "Telegram" and not number]
    [digest] = [text for text in posts if words["digest"] in text]
    assert digest.count("LISTE EXEMPLE B") >= 1
    assert "Exemple" in digest.split("LISTE EXEMPLE B")[-1]
    [reminder] = [text for text in posts if words["reminder"] in text]
    assert all(f"• {panel}. " in reminder for panel in (1, 2, 3, 4)), "every list is named"
    assert words["calendar"] in written


def test_whoever_asks_in_the_silence_hears_that_it_is_silent(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    asked = written.split(words["silence"])[1].split("╭─ Telegram")[0]
    assert words["notice"] in asked
    assert "LISTE EXEMPLE" not in asked


def test_the_ledger_is_verified_and_the_demo_says_what_it_was(played: tuple[dict[str, str], str, Path]) -> None:
    words, written, _folder = played
    assert words["verified"] in written
    assert words["invented"] in written
    assert "Traceback" not in written
    assert "\x1b" not in written, "colours are for terminals"


def test_nothing_is_left_behind(played: tuple[dict[str, str], str, Path]) -> None:
    _words, _written, folder = played
    assert list(folder.iterdir()) == []
