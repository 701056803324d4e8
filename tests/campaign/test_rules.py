"""The rules by which a transcript is read find what they are there to find: each is shown a transcript that was tampered with."""

import copy
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.cast import EVERYWHERE, PUBLIC
from campaign.hours import silence
from campaign.network import Line, Outcome, Transcript
from campaign.play import Campaign, Size
from campaign.reading import COUNTED_DOWN, NEWS
from campaign.verdict import faults_of
from pledgebot.domain.delivery import Action

Lines = list[Line]


@pytest.fixture(scope="module")
def played(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign in which nothing is wrong."""
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('campaign') / 'played.db')}"
    campaign = Campaign(url, 7, Size(followers=16, answers=14))
    campaign.play()
    assert faults_of(campaign) == []
    return campaign


def _place(lines: Lines, wanted: Callable[[Line], bool]) -> int:
    return next(place for place, line in enumerate(lines) if line.outcome is Outcome.TOOK and wanted(line))


def _news(line: Line) -> bool:
    return line.action is Action.SEND and any(one.kind in NEWS for one in line.told)


def _counts(line: Line) -> bool:
    return line.address == PUBLIC and any(one.kind in COUNTED_DOWN for one in line.told)


def _twice(_played: Campaign, lines: Lines) -> Lines:
    place = _place(lines, lambda line: line.address == PUBLIC and _news(line))
    return [*lines[: place + 1], *lines[place:]]


def _in_the_silence(played: Campaign, lines: Lines) -> Lines:
    place = _place(lines, lambda line: line.address == PUBLIC and _news(line))
    begins = silence(played.days[0], EVERYWHERE).begins
    return [*lines, replace(lines[place], at=begins + timedelta(seconds=1), outcome=Outcome.REFUSED)]


def _at_night(played: Campaign, lines: Lines) -> Lines:
    quiet = {one.spot.address for one in played.there.followers if one.quiet is not None}
    place = _place(lines, lambda line: line.address in quiet and _news(line))
    line = lines[place]
    return [*lines, *(replace(line, at=line.at + timedelta(hours=hour), outcome=Outcome.REFUSED) for hour in range(24))]


def _unconfirmed(_played: Campaign, lines: Lines) -> Lines:
    place = _place(lines, _news)
    told = tuple(replace(one, event=100_000) for one in lines[place].told)
    return [*lines, replace(lines[place], told=told)]


def _to_others(played: Campaign, lines: Lines) -> Lines:
    entries = [entry for entry in played.organizers.diary.values() if entry.undone is None]
    line = lines[_place(lines, lambda line: line.events == (entries[-1].event,) and line.address == PUBLIC)]
    return [*lines, *(replace(line, address=one.spot.address) for one in played.there.followers)]


def _lost(_played: Campaign, lines: Lines) -> Lines:
    return [line for line in lines if not (line.address == PUBLIC and _news(line))]


def _too_late(_played: Campaign, lines: Lines) -> Lines:
    return [replace(line, at=line.at + timedelta(days=9)) if _news(line) else line for line in lines]


def _out_of_order(_played: Campaign, lines: Lines) -> Lines:
    return lines[::-1]


def _wrong_day(_played: Campaign, lines: Lines) -> Lines:
    place = _place(lines, _counts)
    return [*lines[:place], replace(lines[place], at=lines[place].at + timedelta(days=1)), *lines[place + 1 :]]


def _list_left_out(_played: Campaign, lines: Lines) -> Lines:
    place = _place(lines, _counts)
    less = replace(
        lines[place], text=re.sub(r"^• \d+ listes? .*$", "•", lines[place].text, count=1, flags=re.MULTILINE)
    )
    return [*lines[:place], less, *lines[place + 1 :]]


def _not_reminded(_played: Campaign, lines: Lines) -> Lines:
    return [line for line in lines if not _counts(line)]


TAMPERED = [
    ("nothing_twice", _twice),
    ("nothing_in_the_silence", _in_the_silence),
    ("nothing_in_quiet_hours", _at_night),
    ("nothing_unconfirmed", _unconfirmed),
    ("only_what_is_followed", _to_others),
    ("nothing_lost", _lost),
    ("by_their_rhythm", _too_late),
    ("in_order", _out_of_order),
    ("true_on_its_day", _wrong_day),
    ("every_list_is_named", _list_left_out),
    ("the_public_is_reminded", _not_reminded),
]


@pytest.mark.parametrize(("rule", "tamper"), TAMPERED, ids=[rule for rule, _tamper in TAMPERED])
def test_a_rule_finds_its_fault(played: Campaign, rule: str, tamper: Callable[[Campaign, Lines], Lines]) -> None:
    other = copy.copy(played)
    other.transcript = Transcript(tamper(played, list(played.transcript.lines)), played.transcript.homes)
    assert any(fault.startswith(f"{rule}: ") for fault in faults_of(other))
