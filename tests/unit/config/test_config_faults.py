from collections.abc import Callable
from pathlib import Path

import pytest

from pledgebot.config import Settings, load_settings
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Unusable

Load = Callable[..., Settings]
Spoil = Callable[..., list[str]]

ZONE = "a time zone such as Europe/Paris"
DAY = "a day from 2000 to 2099, such as 2026-03-15, without quotes"
CLOSES = "a local time from noon on, such as 20:00:00, without quotes"
URL = "a sqlite:///… or postgresql://… address"
LETTER = 'the path of the letter, relative to this file, or "builtin:marseille-2020"'
ADDRESS = '"terminal" on the console; a number such as "-1001234567890" on Telegram; "timeline" on Mastodon'
CHANNEL = '"console", "telegram" or "mastodon"'
INSTANCE = "the address of the instance, such as https://mastodon.example.org"
NUMBER = "the number of the round, from 1 to 9"
LANGUAGES = "a list of languages among fr, en"
CONTACT = "an e-mail or web address"

FAULTS = {
    "a required value is missing": (
        'contact = "contact@exemple.org"\n',
        "",
        f"legal.contact: missing; expected {CONTACT}",
    ),
    "a value is empty": (
        '"contact@exemple.org"',
        '" "',
        f"legal.contact: empty; expected {CONTACT}",
    ),
    "a contact is neither kind of address": (
        '"contact@exemple.org"',
        '"12 rue de l’Exemple"',
        f"legal.contact: neither; expected {CONTACT}",
    ),
    "a placeholder of the example is left": (
        '"Association Exemple"',
        '"À REMPLIR / FILL IN"',
        "legal.publisher: still to be filled in; expected the name of the person or association that publishes",
    ),
    "a placeholder is left in English": (
        '"Association Exemple"',
        '"(fill  in later)"',
        "legal.publisher: still to be filled in; expected the name of the person or association that publishes",
    ),
    "a text holds a control character": (
        '"Association Exemple"',
        '"a\\u0000b"',
        "legal.publisher: holds a control character; expected the name of the person or association that publishes",
    ),
    "a key is misspelled": (
        "contact =",
        "contct =",
        "legal.contct: unknown key; did you mean legal.contact?",
        f"legal.contact: missing; expected {CONTACT}",
    ),
    "a key stands in the wrong table": (
        "languages =",
        'publisher = "x"\nlanguages =',
        "publisher: unknown key; did you mean legal.publisher?",
    ),
    "a key resembles none": (
        "margin_minutes = 15",
        "zzzz = 1",
        ("silence.zzzz: unknown key; expected one of rule, reason, margin_minutes, answers, removals, negative_days, "
        "negative_hour"),
    ),
    "a table is a text": (
        "[limits]\nevidence_megabytes = 5",
        "[[limits]]\nevidence_megabytes = 5",
        "limits: expected a table [limits]",
    ),
    "a number is a text": (
        "margin_minutes = 15",
        'margin_minutes = "15"',
        "silence.margin_minutes: expected a whole number of minutes from 0 to 720",
    ),
    "a number is a truth value": (
        "margin_minutes = 15",
        "margin_minutes = true",
        "silence.margin_minutes: expected a whole number of minutes from 0 to 720",
    ),
    "the margin is out of range": (
        "margin_minutes = 15",
        "margin_minutes = 721",
        "silence.margin_minutes: expected a whole number of minutes from 0 to 720",
    ),
    "the margin is below zero": (
        "margin_minutes = 15",
        "margin_minutes = -1",
        "silence.margin_minutes: expected a whole number of minutes from 0 to 720",
    ),
    "evidence may be too large": (
        "evidence_megabytes = 5",
        "evidence_megabytes = 21",
        "limits.evidence_megabytes: expected a whole number of megabytes from 1 to 20",
    ),
    "evidence may not be anything": (
        "evidence_megabytes = 5",
        "evidence_megabytes = 0",
        "limits.evidence_megabytes: expected a whole number of megabytes from 1 to 20",
    ),
    "a switch is a number": (
        "languages =",
        "fictional = 1\nlanguages =",
        "fictional: expected true or false",
    ),
    "a zone is unknown": (
        'zone = "Europe/Paris"',
        'zone = "europe/pariss"',
        f"election.zone: unknown time zone; did you mean Europe/Paris?; expected {ZONE}",
    ),
    "a zone is a folder": (
        'zone = "Europe/Paris"',
        'zone = "../.."',
        f"election.zone: unknown time zone; expected {ZONE}",
    ),
    "a constituency's zone is unknown": (
        'label = "Secteur 3"',
        'label = "Secteur 3"\nzone = "Indian/Reunio"',
        f"election.constituencies#2.zone: unknown time zone; did you mean Indian/Reunion?; expected {ZONE}",
    ),
    "a day is in quotes": (
        "date = 2026-03-22",
        'date = "2026-03-22"',
        f"election.rounds#2.date: expected {DAY}",
    ),
    "a day has an hour": (
        "date = 2026-03-22",
        "date = 2026-03-22T00:00:00",
        f"election.rounds#2.date: expected {DAY}",
    ),
    "a day is out of range": (
        "date = 2026-03-15",
        "date = 0001-01-01",
        f"election.rounds#1.date: expected {DAY}",
    ),
    "polls close in the morning": (
        "closes = 20:00:00",
        "closes = 08:00:00",
        f"election.rounds#1.closes: expected {CLOSES}",
    ),
    "the same round stands twice": (
        "number = 2",
        "number = 1",
        f"election.rounds#2.number: the same round number twice; expected {NUMBER}",
    ),
    "a round number is out of range": (
        "number = 2",
        "number = 10",
        f"election.rounds#2.number: expected {NUMBER}",
    ),
    "rounds are not in order of number": (
        "number = 1",
        "number = 3",
        f"election.rounds#2.number: lower than that of the round before it; expected {NUMBER}",
    ),
    "rounds are not in order of date": (
        "2026-03-22",
        "2026-03-08",
        f"election.rounds#2.date: earlier than the round before it; expected {DAY}",
    ),
    "two rounds are on one day": (
        "2026-03-22",
        "2026-03-15",
        f"election.rounds#2.date: the same polling day twice; expected {DAY}",
    ),
    "the same constituency stands twice": (
        'code = "13055SR03"',
        'code = "13055"',
        ("election.constituencies#2.code: the same constituency code twice; "
        "expected the Ministry's code, such as 13055 or 13055SR01"),
        "election.constituencies#2.parent: lies in itself; expected the code of another constituency of this file",
    ),
    "a constituency's code is none": (
        'code = "13055SR03"',
        'code = "13055 SR 03"',
        "election.constituencies#2.code: expected the Ministry's code, such as 13055 or 13055SR01",
    ),
    "a parent is unknown": (
        'parent = "13055"',
        'parent = "13054"',
        ("election.constituencies#2.parent: no such constituency; did you mean 13055?; "
        "expected the code of another constituency of this file"),
    ),
    "an alias is a number": (
        'aliases = ["13001"]',
        "aliases = [13001]",
        ("election.constituencies#1.aliases#1: expected a list of names and postcodes, "
        'such as ["13001", "1er arrondissement"]'),
    ),
    "a language has no catalogue": (
        'languages = ["fr", "en"]',
        'languages = ["fr", "en", "de"]',
        f"languages#3: expected {LANGUAGES}",
    ),
    "a language stands twice": (
        'languages = ["fr", "en"]',
        'languages = ["fr", "en", "fr"]',
        f"languages#3: the same language twice; expected {LANGUAGES}",
    ),
    "there is no language": (
        'languages = ["fr", "en"]\n',
        "languages = []\n",
        f"languages: expected {LANGUAGES}",
        'destinations#1.language: not among languages; expected one of the languages of this file, such as "fr"',
    ),
    "languages are one text": (
        'languages = ["fr", "en"]\n',
        'languages = "fr"\n',
        f"languages: expected {LANGUAGES}",
        'destinations#1.language: not among languages; expected one of the languages of this file, such as "fr"',
    ),
    "a destination's language is not among languages": (
        'languages = ["fr", "en"]',
        'languages = ["en"]',
        'destinations#1.language: not among languages; expected one of the languages of this file, such as "fr"',
    ),
    "a destination's channel is unknown": (
        'channel = "console"',
        'channel = "pigeon"',
        f"destinations#1.channel: expected {CHANNEL}",
    ),
    "a destination's address is unknown": (
        'address = "terminal"',
        'address = "wall"',
        f'destinations#1.address: the console has only "terminal"; expected {ADDRESS}',
    ),
    "a destination stands twice": (
        "[limits]",
        '[[destinations]]\nchannel = "console"\naddress = "terminal"\nlanguage = "en"\n[limits]',
        f"destinations#2.address: the same destination twice; expected {ADDRESS}",
    ),
    "a destination is on telegram, the bot is not": (
        'channel = "console"\naddress = "terminal"',
        'channel = "telegram"\naddress = "-1001"',
        f"destinations#1.channel: telegram has no token: fill in [telegram]; expected {CHANNEL}",
    ),
    "a place on telegram is given by its name": (
        'channel = "console"\naddress = "terminal"',
        'channel = "telegram"\naddress = "@collectif"',
        f"destinations#1.address: not the number of a chat; expected {ADDRESS}",
        f"destinations#1.channel: telegram has no token: fill in [telegram]; expected {CHANNEL}",
    ),
    "a forum's topic is no number": (
        'address = "terminal"',
        'address = "terminal"\nthread = "news"',
        'destinations#1.thread: expected the number of a forum topic, such as "42"',
    ),
    "an audience is unknown": (
        'address = "terminal"',
        'address = "terminal"\naudience = "friends"',
        'destinations#1.audience: expected "public" or "organizers"',
    ),
    "a destination is on mastodon, the bot is not": (
        'channel = "console"\naddress = "terminal"',
        'channel = "mastodon"\naddress = "timeline"',
        f"destinations#1.channel: mastodon has no account: fill in base_url and token of [mastodon]; expected {CHANNEL}",
    ),
    "a destination on mastodon is somebody, for organizers, with a topic": (
        'channel = "console"\naddress = "terminal"',
        (
            'channel = "mastodon"\naddress = "alice@example.org"\nthread = "4"\naudience = "organizers"\nlanguage = "fr"\n'
            '[mastodon]\nbase_url = "https://mastodon.example.org"\ntoken = "AAAAAAAA"\n[[destinations]]\n'
            'channel = "console"\naddress = "terminal"'
        ),
        f'destinations#1.address: mastodon has only "timeline"; expected {ADDRESS}',
        'destinations#1.thread: mastodon has no topics; expected the number of a forum topic, such as "42"',
        'destinations#1.audience: what is posted on mastodon is public; expected "public" or "organizers"',
    ),
    "everything in mastodon's table is wrong": (
        "[limits]",
        (
            '[mastodon]\nbase_url = "mastodon.example.org"\ntoken = "a b"\nannouncements = "direct"\n'
            'reminders = "private"\ncontent_warning = ""\nposts_reserved = 300\ncontent_waring = "x"\n[limits]'
        ),
        f"mastodon.base_url: not such an address; expected {INSTANCE}",
        (
            "mastodon.token: not such a token; "
            "expected the account's access token, which `pledgebot mastodon login` fetches"
        ),
        'mastodon.announcements: expected "public" or "unlisted"',
        'mastodon.reminders: expected "unlisted" or "public"',
        "mastodon.content_warning: empty; expected one line of at most 100 characters",
        "mastodon.posts_reserved: expected a whole number of posts from 50 to 299",
        "mastodon.content_waring: unknown key; did you mean mastodon.content_warning?",
    ),
    "a token is for no instance": (
        "[limits]",
        '[mastodon]\ntoken = "AAAAAAAA"\n[limits]',
        f"mastodon.base_url: missing, and mastodon.token needs it; expected {INSTANCE}",
    ),
    "the name on telegram has its sign": (
        "[limits]",
        '[telegram]\nusername = "@exemple_bot"\n[limits]',
        "telegram.username: expected the bot's name without @, such as exemple_bot",
    ),
    "a token is none": (
        "[limits]",
        '[telegram]\ntoken = "bot"\n[limits]',
        "telegram.token: not such a token; expected the token that BotFather gave, such as 123456:ABC-DEF",
    ),
    "a webhook has no address": (
        "[limits]",
        "[telegram]\nwebhook = true\n[limits]",
        ("web.public_url: missing, and telegram.webhook needs it; "
        "expected the https:// address under which the world reaches the web server"),
    ),
    "a listening address has no port": (
        "[limits]",
        '[web]\nlisten = "localhost"\n[limits]',
        "web.listen: not such an address; expected a host and a port, such as 127.0.0.1:8080",
    ),
    "the election's name lacks a language": (
        'en = "Municipal elections"\n',
        "",
        "election.name.en: missing; expected the election's name in each language",
    ),
    "the election's name has an unknown language": (
        'en = "Municipal elections"\n',
        'en = "x"\ndeu = "y"\n',
        "election.name.deu: unknown key; expected one of fr, en",
    ),
    "a rule is unknown": (
        "margin_minutes = 15",
        'rule = "fr-L50"',
        'silence.rule: expected "fr-L49" or "none"',
    ),
    "no silence has no reason": (
        "margin_minutes = 15",
        'rule = "none"',
        'silence.reason: missing; expected with the rule "none", why nothing has to be kept silent',
    ),
    "the letter's file is missing": (
        '"builtin:marseille-2020"',
        '"nowhere.toml"',
        f"letter: there is no such file; expected {LETTER}",
    ),
    "the builtin letter is unknown": (
        '"builtin:marseille-2020"',
        '"builtin:marseille-2021"',
        f"letter: no such letter travels with pledgebot; did you mean builtin:marseille-2020?; expected {LETTER}",
    ),
    "the builtin letter is a path": (
        '"builtin:marseille-2020"',
        '"builtin:../letters/marseille-2020"',
        f"letter: no such letter travels with pledgebot; did you mean builtin:marseille-2020?; expected {LETTER}",
    ),
    "the database is of another kind": (
        '"sqlite:///pledgebot.db"',
        '"mysql://localhost/pledgebot"',
        f"database.url: another kind of address; expected {URL}",
    ),
    "the database names no file": (
        '"sqlite:///pledgebot.db"',
        '"sqlite:///"',
        f"database.url: names no file; expected {URL}",
    ),
    "the database forgets": (
        '"sqlite:///pledgebot.db"',
        '"sqlite:///:memory:"',
        f"database.url: names no file; expected {URL}",
    ),
    "a password is not quoted": (
        '"sqlite:///pledgebot.db"',
        '"postgresql://bot:pa@ss:word@localhost/pledgebot"',
        ("database.url: not such an address; in a password, @ is written %40 and % is written %25; "
        f"expected {URL}"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_with_its_key_and_what_is_expected(name: str, faults: Spoil) -> None:
    old, new, *lines = FAULTS[name]
    assert sorted(faults((old, new))) == sorted(f"config.toml: {line}" for line in lines)


def test_a_table_of_which_every_key_has_a_default_may_be_left_out(load: Load) -> None:
    settings = load(("[limits]\nevidence_megabytes = 5", ""), ("[silence]\nmargin_minutes = 15", ""))
    assert settings.limits.evidence_megabytes == 20
    assert settings.silence.margin_minutes == 10


def test_a_configuration_without_fault_is_read(load: Load, tmp_path: Path) -> None:
    settings = load()
    assert settings.languages == ("fr", "en")
    assert settings.silence.rule is SilenceRule.FR_L49
    assert settings.silence.margin_minutes == 15
    assert [(r.number, r.date.isoformat(), r.closes.hour) for r in settings.election.rounds] == [
        (1, "2026-03-15", 20),
        (2, "2026-03-22", 19),
    ]
    assert settings.election.constituencies[1].parent == "13055"
    assert settings.folder == tmp_path
    assert settings.letter_path().name == "marseille-2020.toml"


def test_all_faults_are_said_at_once_whatever_their_kind(faults: Spoil) -> None:
    lines = faults(
        ('contact = "contact@exemple.org"\n', ""),
        ("margin_minutes = 15", 'margin_minutes = "x"\nrule = "none"\nzone = 1'),
        ("number = 2", "number = 1"),
        ('"builtin:marseille-2020"', '"nowhere.toml"'),
        ('language = "fr"', 'language = "de"'),
    )
    keys = [line.split(": ")[1] for line in lines]
    assert sorted(keys) == sorted(
        [
            "legal.contact",
            "silence.margin_minutes",
            "silence.reason",
            "silence.zone",
            "election.rounds#2.number",
            "letter",
            "destinations#1.language",
        ]
    )


def test_a_missing_section_counts_as_each_of_its_required_keys(faults: Spoil, good: str) -> None:
    legal = good[good.index("[legal]") : good.index("[election]")]
    keys = [line.split(": ")[1] for line in faults((legal, ""))]
    assert keys == ["legal.publisher", "legal.contact", "legal.host"]


def test_an_empty_file_lacks_everything_that_is_required(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    with pytest.raises(Unusable) as caught:
        load_settings(path, {})
    keys = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert sorted(keys) == [
        "database.url",
        "election.name",
        "election.rounds",
        "election.zone",
        "languages",
        "legal.contact",
        "legal.host",
        "legal.publisher",
        "letter",
    ]


def test_a_list_whose_only_item_is_wrong_is_not_called_empty_as_well(faults: Spoil) -> None:
    keys = [line.split(": ")[1] for line in faults(('languages = ["fr", "en"]', 'languages = ["de"]'))]
    assert keys == ["languages#1", "destinations#1.language"]


def test_parents_in_a_circle_are_found(faults: Spoil) -> None:
    lines = faults(('label = "Marseille"', 'label = "Marseille"\nparent = "13055SR03"'))
    assert [line.split(": ")[1] for line in lines] == [
        "election.constituencies#1.parent",
        "election.constituencies#2.parent",
    ]


def test_no_silence_with_a_reason_is_accepted(load: Load) -> None:
    settings = load(("margin_minutes = 15", 'rule = "none"\nreason = "une répétition"'))
    assert settings.silence.rule is SilenceRule.NONE


def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(Unusable) as caught:
        load_settings(path, {})
    assert str(caught.value) == f"{path}: not found; `pledgebot init` writes one"


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be read"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'letter = "x"\nlanguages = fr\n', "line 2, column 13: not TOML"),
        (b'letter = "x"\nletter = "y"\n', "line 2, column 13: not TOML"),
        (b'letter = "x"\n\nlanguages = [', "line 3: not TOML"),
        (b'letter = "x"\nhost = "H\xe9bergeur"', "line 2: not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"1" * 5_000, "not TOML"),
        (b"a = 2026-02-31", "line 1, column 5: not TOML"),
    ],
)
def test_a_file_that_is_not_toml_is_said_in_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(Unusable) as caught:
        load_settings(path, {})
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_are_no_faults(tmp_path: Path, good: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode())
    assert load_settings(path, {}).legal.publisher == "Association Exemple"


def test_a_key_with_odd_signs_is_shown_on_one_short_line(faults: Spoil) -> None:
    (line,) = faults(("[silence]", '[silence]\n"a\\nb\\u001b' + "x" * 500 + '" = 1'))
    assert "\x1b" not in line
    assert len(line) < 250
