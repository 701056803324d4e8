"""A person tries the bot in the terminal or through a pipe; a small bot of the test's own answers."""

import io
import sys
from pathlib import Path

import pytest

from fakes.telegram import TelegramServer
from fakes.telegram import play as playing
from fakes.telegram.bot_process import config_text
from pledgebot.config import load_settings

STUB = """
import json, sys, tomllib, urllib.request
config = tomllib.load(open(sys.argv[2], "rb"))["telegram"]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

def call(method, **given):
    request = urllib.request.Request(f"{config['base_url']}{config['token']}/{method}", json.dumps(given).encode(),
                                     {"Content-Type": "application/json"})
    with opener.open(request) as answer:
        return json.load(answer)["result"]

offset = 0
while True:
    for update in call("getUpdates", offset=offset, timeout=20):
        offset = update["update_id"] + 1
        if "callback_query" in update:
            query = update["callback_query"]
            call("answerCallbackQuery", callback_query_id=query["id"], text="Noté")
            place = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
            call("editMessageText", text="Merci, " + query["from"]["first_name"], **place)
        elif "message" in update and "new_chat_members" not in update["message"]:
            message = update["message"]
            what = message.get("text") or message.get("caption") or "rien"
            rows = [[{"text": "Oui", "callback_data": "o"}], [{"text": "Tableau", "url": "https://exemple.invalid/"}]]
            call("sendMessage", chat_id=message["chat"]["id"], text="Lu : " + what,
                 reply_markup={"inline_keyboard": rows})
"""


def played(tmp_path: Path, *lines: str) -> str:
    """Play lines with the small bot, and return what was shown."""
    stub = tmp_path / "stub.py"
    stub.write_text(STUB, "utf-8")
    out = io.StringIO()
    playing.play(iter(lines), out, program=(sys.executable, str(stub)), prepare=lambda _folder: ["  (an example)"])
    return out.getvalue().removeprefix(playing.HELP)


def test_what_one_types_is_written_and_the_answer_is_shown_with_numbered_buttons(tmp_path: Path) -> None:
    shown = played(tmp_path, "/start", "!1", "!7", "@group /listes", "!2", ":quit", "never")
    assert shown.splitlines()[1:] == [
        "  (an example)",
        "Promesses:",
        "  Lu : /start",
        "  [1] Oui",
        "  [2] Tableau → https://exemple.invalid/",
        "(Noté)",
        "Promesses (edited):",
        "  Merci, Alix",
        "(there is no button 7)",
        "Promesses in Organisation:",
        "  Lu : /listes",
        "  [1] Oui",
        "  [2] Tableau → https://exemple.invalid/",
        "(leads to https://exemple.invalid/)",
    ]


def test_one_can_be_somebody_else_and_send_and_forward(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x", "utf-8")
    lines = (
        ":as noé",
        f":document {tmp_path / 'note.txt'} ma preuve",
        "@group bonjour",
        ":forward",
        "!1",
        ":photo /nowhere",
    )
    shown = played(tmp_path, *lines)
    assert "Lu : ma preuve" in shown
    assert "Lu : bonjour" in shown
    assert "Merci, Noé" in shown
    assert "No such file" in shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_configuration_leads_the_bot_to_the_emulator(tmp_path: Path, language: str) -> None:
    with TelegramServer.threaded() as server:
        group, channel = server.world.group("Organisation"), server.world.channel("Nouvelles")
        path = tmp_path / "config.toml"
        path.write_text(config_text(server, group, channel, language), "utf-8")
        settings = load_settings(path, {})
        assert settings.languages[0] == language
        assert settings.telegram.base_url == server.base_url
        assert settings.telegram.base_file_url == server.base_file_url
        assert [row.address for row in settings.destinations] == [str(channel.id), str(group.id)]


def test_a_bot_that_does_not_start_is_shown(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no token')", "utf-8")
    with pytest.raises(SystemExit, match=r"(?s)did not start.*no token"):
        playing.play(iter(()), io.StringIO(), program=(sys.executable, str(broken)), prepare=lambda _folder: [])
