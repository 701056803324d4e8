"""The open data say what the table says, with its history, so that anyone can use and check it; and nothing else."""

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator
from lxml import etree

from factories.board import MASTHEAD, looking
from factories.services import (
    NOW,
    SECOND,
    Installed,
    a_demand,
    a_letter,
    a_list,
    a_plan,
    an_answer,
    confirm,
    confirmed,
    correcting,
    install,
    quoting,
    record,
    undone,
    withdrawing,
)
from pledgebot.domain.answer import Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.election import LineageKind, SilenceRule
from pledgebot.domain.policy import Policy
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.answers import Proof
from pledgebot.services.decisions import request_removal
from pledgebot.services.installation import sync_installation
from pledgebot.services.ledger import verify_entries
from pledgebot.services.lineages import set_lineage
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.store.engine import Database
from pledgebot.web import addresses
from pledgebot.web.data import FILES, PRODUCERS, schema
from pledgebot.web.feeds import everything, of_demand, of_list
from pledgebot.web.ics import calendar_file
from pledgebot.web.page import FilePage, Page
from pledgebot.web.reading import Reading
from pledgebot.web.spool import LARGEST, written

HOUR = timedelta(hours=1)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
RULES = etree.RelaxNG(etree.parse(Path(__file__).parent.parent / "schemas" / "atom.rng"))
SECRETS = ("Alix", "Noé", "Zoé", "secret plan")


@dataclass(frozen=True)
class Story:
    """An installation in which much happened, an hour apart each."""

    there: Installed
    heir: int
    before_undo: datetime


def told(database: Database) -> Story:
    """Let A commit, be corrected and partly taken back; the banner refuse; a remark be undone, another blanked; A go on."""
    c, p, r = Position.COMMITTED, Position.PARTIAL, Position.REFUSED
    with database.begin() as session:
        there = install(session)
        first = confirmed(session, an_answer(there.a, {"cameras": c, "retraction/video": p}), there)
        confirmed(session, correcting(first, an_answer(there.a, {"cameras": p}), "typing error"), there, NOW + HOUR)
        formula = quoting('=HYPERLINK("http://evil.example")', None)
        refusal = an_answer(there.of_banner, {"cameras": r}, proofs=(formula,), role=SpeakerRole.LIST, speaker=None)
        confirmed(session, refusal, there, NOW + 2 * HOUR)
        heard = an_answer(
            there.of_banner, {"cameras": c}, source=SourceKind.REPORTED_SPEECH, contradiction=Contradiction.BESIDE
        )
        confirmed(session, heard, there, NOW + 3 * HOUR)
        blanked = confirmed(session, an_answer(there.b, {"committee": c}, proofs=(quoting("secret plan"),)), there, NOW)
        removal = request_removal(session, blanked, "court order", there.alix, NOW + 4 * HOUR)
        confirm(session, removal, there.noe, NOW + 4 * HOUR)
        taken = an_answer(there.c, {"committee": None}, said=date(2026, 2, 3))
        confirmed(session, an_answer(there.c, {"committee": c}), there, NOW + 4 * HOUR)
        confirmed(session, withdrawing(taken), there, NOW + 5 * HOUR)
        wrong = confirmed(session, an_answer(there.b, {"cameras": p}), there, NOW + 6 * HOUR)
        undone(session, wrong, there.noe, NOW + 7 * HOUR)
        record(session, an_answer(there.c, {"retraction": r}, proofs=(quoting("nobody confirmed this"),)), there.alix)
        heir = a_list(session, "=Liste Exemple D", there.alix, round_key=SECOND, panel=1)
        set_lineage(session, heir, there.list_a, LineageKind.MERGED, there.noe, NOW)
        other = a_list(session, "Liste Exemple E", there.alix, round_key=SECOND)
        log_contact(session, NewContact(other, ContactKind.SENT, Medium.EMAIL, NOW), there.alix, NOW)
    return Story(there, heir, NOW + 6 * HOUR + timedelta(minutes=1))


def content(reading: Reading, address: str) -> str:
    """Return what stands at the address of a data file."""
    producer, match = next((one, m) for pattern, one in PRODUCERS.items() if (m := pattern.fullmatch(address)))
    page = producer(reading, match)
    assert isinstance(page, Page)
    assert page.shared
    return page.content.decode()


def table(reading: Reading) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return (list, demand, part) → line of the CSV file."""
    rows = csv.DictReader(io.StringIO(content(reading, addresses.STANCES_CSV), newline=""))
    return {(row["list_name"], row["demand"], row["part"]): row for row in rows}


def data(reading: Reading) -> dict[str, list[dict[str, object]]]:
    """Return the JSON file, which has to be what its schema says."""
    parsed: dict[str, list[dict[str, object]]] = json.loads(content(reading, addresses.STANCES_JSON))
    Draft202012Validator(json.loads(schema())).validate(parsed)
    return parsed


def test_the_table_says_who_said_what_and_tells_silences_apart(database: Database) -> None:
    story = told(database)
    with looking(database) as reading:
        rows = table(reading)
        entries = {entry["number"]: entry for entry in data(reading)["entries"]}
    a = rows["Liste Exemple A", "cameras", ""]
    assert (a["position"], a["origin"], a["contradictory"], a["entry"]) == ("partial", "own", "false", "2")
    assert (a["said_on"], a["speaker_role"], a["proof_quote"]) == ("2026-02-01", "head", "We will do it.")
    assert a["entry_hash"] == entries[2]["hash"]
    assert (a["demand_version"], a["stage"], a["list"]) == ("1", "answered", str(story.there.list_a))
    whole = rows["Liste Exemple A", "retraction", ""]
    assert (whole["position"], whole["origin"], whole["entry"]) == ("", "nowhere", "")
    assert rows["Liste Exemple A", "retraction", "video"]["position"] == "partial"
    assert ("Liste Exemple A", "retraction", "observatory") not in rows
    b = rows["Liste Exemple B", "cameras", ""]
    assert (b["position"], b["origin"], b["banner"]) == ("refused", "banner", "Bannière Exemple")
    assert (b["contradictory"], b["also_positions"], b["also_entries"]) == ("true", "committed", "4")
    assert rows["Liste Exemple C", "committee", ""]["position"] == "withdrawn"
    assert rows["Liste Exemple C", "retraction", ""]["position"] == ""
    heir = rows["'=Liste Exemple D", "cameras", ""]
    assert (heir["position"], heir["origin"], heir["inherited_positions"]) == ("", "inherited", "partial")
    asked = rows["Liste Exemple E", "cameras", ""]
    assert (asked["stage"], asked["stage_since"], asked["panel"]) == ("contacted", "2026-02-08", "")
    assert heir["stage"] == "not_contacted"


def test_cells_that_a_spreadsheet_would_run_are_harmless_and_json_is_untouched(database: Database) -> None:
    told(database)
    with looking(database) as reading:
        raw = content(reading, addresses.STANCES_CSV)
        parsed = data(reading)
    assert raw.encode()[:3] != b"\xef\xbb\xbf"
    assert raw.replace("\r\n", "").count("\n") == raw.replace("\r\n", "").count("\r") == 0
    assert not [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row if cell[:1] in set("=+-@\t\r")]
    assert {"=Liste Exemple D"} <= {str(one["name"]) for one in parsed["lists"]}


def test_the_history_holds_every_confirmed_entry_and_no_organizer_no_removed_word(database: Database) -> None:
    told(database)
    with looking(database) as reading:
        parsed = data(reading)
        everything_said = "".join(content(reading, address) for address in FILES if "schema" not in address)
    entries = {int(str(one["number"])): one for one in parsed["entries"]}
    assert list(entries) == list(range(1, 11))
    assert [entries[n]["kind"] for n in (2, 6, 8, 10)] == ["correction", "removal", "withdrawal", "undo"]
    assert (entries[2]["target"], entries[6]["target"], entries[10]["target"]) == (1, 5, 9)
    assert (entries[5]["removed"], entries[5]["proofs"], entries[5]["speaker"]) == (True, [], None)
    assert entries[9]["undone"] is True
    assert not re.search("|".join((*SECRETS, "nobody confirmed this")), everything_said)
    assert parsed["last_entry"] == {
        "number": 10,
        "hash": entries[10]["hash"],
        "confirmed_at": "2026-02-08T19:00:00Z",
    }


def test_a_file_that_proves_is_named_by_its_digest_and_not_given(database: Database) -> None:
    with database.begin() as session:
        there = install(session)
        file = Proof(file=b"%PDF-1.4 private scan", media_type="application/pdf")
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}, proofs=(file,)), there)
    with looking(database) as reading:
        [entry] = data(reading)["entries"]
        row = table(reading)["Liste Exemple A", "cameras", ""]
    assert re.fullmatch("[0-9a-f]{64}", row["proof_file_sha256"])
    assert entry["proofs"] == [{"kind": "file", "url": None, "quote": None, "file_sha256": row["proof_file_sha256"]}]


def test_as_of_a_moment_the_data_are_those_of_that_moment(database: Database) -> None:
    story = told(database)
    with looking(database, as_of=story.before_undo) as reading:
        parsed, rows = data(reading), table(reading)
        lines = content(reading, addresses.LEDGER).splitlines()
    check = verify_entries(json.loads(line) for line in lines)
    assert (check.entries, check.faults) == (9, ())
    assert len(parsed["entries"]) == 9
    assert parsed["entries"][8]["undone"] is False
    assert rows["Liste Exemple B", "cameras", ""]["position"] == "partial"


def test_content_removed_in_the_silence_is_gone_and_the_ledger_cut_before_it_still_verifies(database: Database) -> None:
    silence = NOW + HOUR
    with database.begin() as session:
        there = install(session)
        secret = an_answer(there.a, {"cameras": Position.COMMITTED}, proofs=(quoting("secret plan"),))
        answer = confirmed(session, secret, there)
        confirm(
            session, request_removal(session, answer, "court order", there.alix, NOW + 2 * HOUR), there.noe, silence
        )
        a_list(session, "Liste Exemple E", there.alix, silence, banner="Bannière Nouvelle")
        sync_installation(session, a_plan(a_letter(a_demand("cameras", asks="do it twice"))), silence)
    with looking(database, as_of=silence) as reading:
        told_then = "".join(content(reading, address) for address in FILES if "schema" not in address)
        [line] = [json.loads(one) for one in content(reading, addresses.LEDGER).split("\n")[:-1]]
        parsed = data(reading)
    assert not re.search("secret plan|court order|Nouvelle|do it twice", told_then)
    assert [one["name"] for one in parsed["banners"]] == ["Bannière Exemple"]
    assert [one["version"] for one in parsed["demands"]] == [1]
    assert (line["seq"], line["removal"], verify_entries([line]).faults) == (1, 2, ())
    with looking(database) as reading:
        whole = [json.loads(one) for one in content(reading, addresses.LEDGER).split("\n")[:-1]]
    assert verify_entries(whole).faults == ()
    # Once the ledger is as long, the removal has to be there.
    assert len(verify_entries([{**line, "removal": 1}]).faults) == 1


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("quote", ["words;=1+1", 'words;"=1+1', "words\n- @more", "words; +1"])
def test_a_cell_of_a_spreadsheet_that_parts_at_semicolons_is_harmless_too(database: Database, quote: str) -> None:
    with database.begin() as session:
        there = install(session)
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}, proofs=(quoting(quote),)), there)
    with looking(database) as reading:
        raw, [entry] = content(reading, addresses.STANCES_CSV), data(reading)["entries"]
    assert not re.search("[;\r\n][\"' ]*(?<!')[=+@-]", raw)
    assert quote in json.dumps(entry, ensure_ascii=False).replace("\\n", "\n").replace('\\"', '"')


@pytest.mark.engines("sqlite")
def test_what_is_large_goes_into_a_file_that_is_gone_with_its_page() -> None:
    small = written(iter([b"few"]), "text/plain")
    assert isinstance(small, Page)
    page = written((b"x" * 1024 for _one in range(LARGEST // 1024 + 2)), "text/plain")
    assert isinstance(page, FilePage)
    path = page.path
    assert path.stat().st_size == LARGEST + 2048
    assert path.stat().st_mode & 0o077 == 0
    del page
    assert not path.exists()


# Feeds.


def feed(content: bytes | None) -> etree._Element:
    """Return a feed, which has to be valid by RFC 4287 and by what its grammar cannot say."""
    assert content is not None
    root = etree.fromstring(content)
    RULES.assertValid(root)
    assert root.find("a:author", ATOM) is not None
    entries = root.findall("a:entry", ATOM)
    ids = [one.findtext("a:id", namespaces=ATOM) for one in (root, *entries)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", str(one)) for one in ids)
    for one in entries:
        assert one.find("a:link[@rel='alternate']", ATOM) is not None
    return root


def titles(root: etree._Element) -> list[str]:
    """Return the titles of a feed's entries."""
    return [str(one.findtext("a:title", namespaces=ATOM)) for one in root.findall("a:entry", ATOM)]


def words(root: etree._Element, place: int) -> str:
    """Return the words of one of a feed's entries."""
    return str(root.findall("a:entry", ATOM)[place].findtext("a:content", namespaces=ATOM))


def test_a_feed_tells_every_entry_newest_first_and_never_what_was_removed_or_undone(database: Database) -> None:
    story = told(database)
    with looking(database) as reading:
        english, french = (feed(everything(reading, language)) for language in ("en", "fr"))
        of_a = feed(of_list(reading, "en", story.there.list_a))
        of_b = feed(of_list(reading, "en", story.there.list_b))
        on_committee = feed(of_demand(reading, "fr", "committee"))
        assert of_list(reading, "en", 999) is None
        assert of_demand(reading, "en", "nothing") is None
    assert titles(english) == [
        "Undone: Liste Exemple B",
        "Undone: Liste Exemple B",
        "Word taken back: Liste Exemple C",
        "New answer: Liste Exemple C",
        "Content removed: Liste Exemple B",
        "Content removed: Liste Exemple B",
        "New answer: Bannière Exemple",
        "New answer: Bannière Exemple",
        "Correction: Liste Exemple A",
        "New answer: Liste Exemple A",
    ]
    assert "partly" not in words(english, 1)
    assert "court order" in words(english, 5)
    assert "secret plan" not in "".join(words(english, place) for place in range(10))
    assert "entry 2 of the ledger corrects it" in words(english, 9)
    assert english.findall("a:entry", ATOM)[9].findtext("a:updated", namespaces=ATOM) == "2026-02-08T13:00:00Z"
    assert english.findtext("a:updated", namespaces=ATOM) == "2026-02-08T19:00:00Z"
    assert french.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    assert len(titles(of_a)) == 2
    assert len(titles(of_b)) == 6
    assert len(titles(on_committee)) == 4
    assert not re.search("Alix|Noé|Zoé", etree.tostring(english, encoding="unicode"))


def test_entries_keep_their_identifiers_wherever_the_board_stands(database: Database) -> None:
    told(database)
    there = replace(MASTHEAD, root="https://board.example/")

    def ids(root: etree._Element) -> list[str | None]:
        return [one.findtext("a:id", namespaces=ATOM) for one in root.findall("a:entry", ATOM)]

    def links(root: etree._Element) -> list[str]:
        return [str(one.get("href")) for one in root.iterfind(".//a:link", ATOM)]

    with looking(database) as here, looking(database, masthead=there) as abroad:
        relative, whole = feed(everything(here, "fr")), feed(everything(abroad, "fr"))
        first = feed(everything(here, "fr", addresses.FEED))
        of_a = feed(of_list(here, "fr", 1))
    assert ids(relative) == ids(whole) == ids(first)
    assert set(ids(of_a)) <= set(ids(first))
    assert all(link.startswith("https://board.example/") for link in links(whole))
    assert "fr/list/3/committee/" in links(first)
    assert "list/3/committee/" in links(relative)
    assert "./" in links(of_a)


@pytest.mark.engines("sqlite")
def test_an_entry_on_a_demand_that_was_dropped_leads_to_its_list(database: Database) -> None:
    with database.begin() as session:
        there = install(session)
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        sync_installation(session, a_plan(a_letter(a_demand("committee"))), NOW + HOUR)
    with looking(database) as reading:
        links = [one.get("href") for one in feed(everything(reading, "fr")).iterfind("a:entry/a:link", ATOM)]
    assert links == ["list/1/"]


@pytest.mark.engines("sqlite")
def test_an_entry_rises_again_when_its_correction_is_undone(database: Database) -> None:
    with database.begin() as session:
        there = install(session)
        first = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        better = correcting(first, an_answer(there.a, {"cameras": Position.PARTIAL}))
        undone(session, confirmed(session, better, there, NOW + HOUR), there.noe, NOW + 2 * HOUR)
    with looking(database) as reading, looking(database, as_of=NOW + 2 * HOUR) as before:
        now, then = (feed(everything(one, "en")) for one in (reading, before))
    assert "corrects it" not in words(now, 2)
    assert "corrects it" in words(then, 1)
    updated = [one.findall("a:entry", ATOM)[-1].findtext("a:updated", namespaces=ATOM) for one in (then, now)]
    assert updated == ["2026-02-08T13:00:00Z", "2026-02-08T14:00:00Z"]


@pytest.mark.engines("sqlite")
def test_an_empty_feed_and_one_of_hostile_names_are_valid(database: Database) -> None:
    with database.begin() as session:
        there = install(session)
    with looking(database) as reading:
        assert titles(feed(everything(reading, "fr"))) == []
    with database.begin() as session:
        name = "<script>alert(1)</script> & \u202eevil\x0b" + "x" * 300
        hostile = replace(there, list_a=a_list(session, name, there.alix))
        confirmed(session, an_answer(hostile.a, {"cameras": Position.COMMITTED}), there)
    with looking(database) as reading:
        told_of_it = feed(everything(reading, "fr"))
    assert "<script>" not in words(told_of_it, 0)


# The calendar.


@pytest.mark.engines("sqlite")
def test_the_calendar_holds_the_votes_and_the_silences_the_same_at_every_moment(database: Database) -> None:
    with database.begin() as session:
        install(session)
    with looking(database) as reading, looking(database, NOW + 30 * 24 * HOUR) as later:
        written_twice = [calendar_file(one) for one in (reading, later)]
    assert written_twice[0] == written_twice[1]
    assert all(len(line) <= 75 for line in written_twice[0].split(b"\r\n"))
    parsed = Calendar.from_ical(written_twice[0])
    events = [(str(one["summary"]), one["dtstart"].dt, one["dtend"].dt) for one in parsed.walk("VEVENT")]
    assert events[0] == ("Vote\xa0: Élections municipales de l’exemple, tour 1", date(2026, 3, 15), date(2026, 3, 16))
    assert events[1][1:] == (datetime(2026, 3, 13, 23, tzinfo=UTC), datetime(2026, 3, 15, 19, tzinfo=UTC))
    assert len(events) == 4
    assert len({str(one["uid"]) for one in parsed.walk("VEVENT")}) == 4


@pytest.mark.engines("sqlite")
def test_without_a_law_of_silence_the_calendar_has_none(database: Database) -> None:
    with database.begin() as session:
        install(session, plan=replace(a_plan(), policy=Policy(rule=SilenceRule.NONE)))
    with looking(database) as reading:
        parsed = Calendar.from_ical(calendar_file(reading))
    assert len(parsed.walk("VEVENT")) == 2
