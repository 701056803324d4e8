"""Loads the letter: a file of its own without secrets, so that another town can copy it."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from pledgebot.config.faults import Faults, nearest, shown
from pledgebot.config.letter_checks import letter_faults
from pledgebot.config.reading import read_toml
from pledgebot.config.shape import Settings
from pledgebot.config.texts import Slug, Table, Text
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Unusable
from pledgebot.domain.letter import Demand, Letter, OutreachTemplate, Part

PLACEHOLDERS = ("list", "head", "demands", "letter_url", "contact", "publisher", "deadline")
"""What the outreach template may leave to be filled in, in braces."""

_BRACES = re.compile(r"\{([^{}]*)\}")


def _placeholders(text: str) -> str:
    faults: list[str] = []
    for name in dict.fromkeys(_BRACES.findall(text)):
        if name not in PLACEHOLDERS:
            near = nearest(name, PLACEHOLDERS)
            faults.append(f"unknown placeholder {{{shown(name)}}}" + (f", did you mean {{{near}}}?" if near else ""))
    if "{" in _BRACES.sub("", text) or "}" in _BRACES.sub("", text):
        faults.append("a brace that opens or closes nothing")
    if faults:
        raise ValueError("; ".join(faults))
    return text


def _hashtag(text: str) -> str:
    if not (text.isalnum() and text[0].isupper()):
        raise ValueError("not CamelCase")
    return text


def _web(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise ValueError("not a web address")
    return text


Titles = dict[str, Text]
_TITLES = "one text per language of the letter"
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Word = Annotated[Text, Field(max_length=100)]
Template = dict[str, Annotated[Text, AfterValidator(_placeholders)]]
_TEMPLATE = f"{_TITLES}; placeholders are {', '.join('{' + name + '}' for name in PLACEHOLDERS)}"
_SLUG = "a key of small letters a-z, digits and hyphens"
_WORDS = 'a list of everyday words, such as ["caméras", "cameras"]'


class PartTable(Table):
    """A part of a demand on which lists may answer apart."""

    key: Slug = Field(description=_SLUG)
    title: Titles = Field(description=_TITLES)
    words: tuple[Word, ...] = Field(default=(), strict=False, description=_WORDS)


class TestsTable(Table):
    """By what an answer is judged, written before the vote."""

    committed: Titles = Field(description=_TITLES)
    partial: Titles = Field(description=_TITLES)
    refused: Titles = Field(description=_TITLES)


class DemandTable(Table):
    """One demand of the letter."""

    key: Slug = Field(description=_SLUG)
    hashtag: Annotated[Text, AfterValidator(_hashtag)] = Field(
        max_length=50, description="letters and digits in CamelCase without #, such as MoinsDeCameras"
    )
    title: Titles = Field(description=_TITLES)
    text: Titles = Field(description=_TITLES)
    tests: TestsTable = Field(description="the tables committed, partial and refused")
    words: tuple[Word, ...] = Field(default=(), strict=False, description=_WORDS)
    parts: tuple[PartTable, ...] = Field(default=(), strict=False, description="[[demands.parts]] tables")


class OutreachTable(Table):
    """What every list is written, the same for all."""

    subject: Template = Field(description=_TEMPLATE)
    body: Template = Field(description=_TEMPLATE)


class LetterFile(Table):
    """The letter's file as it is written."""

    key: Slug = Field(description=_SLUG)
    languages: tuple[LanguageCode, ...] = Field(
        min_length=1, strict=False, description='a list of language codes, such as ["fr", "en"]'
    )
    source: Text = Field(description="who published the letter, where and when")
    url: Annotated[Text, AfterValidator(_web)] | None = Field(
        default=None, description="an address that begins with https:// or http://"
    )
    signatories: tuple[Text, ...] = Field(default=(), strict=False, description="a list of names")
    title: Titles = Field(description=_TITLES)
    summary: Titles = Field(description=_TITLES)
    demands: tuple[DemandTable, ...] = Field(min_length=1, strict=False, description="one [[demands]] table or more")
    outreach: OutreachTable = Field(description="the tables [outreach.subject] and [outreach.body]")


def load_letter(path: Path) -> Letter:
    """Return the letter of a file; raise `Unusable`, with one line per fault, when it cannot be used."""
    return letter_from(read_toml(path), path)


def letter_from(data: dict[str, object], path: Path) -> Letter:
    """Return the letter that plain data hold; the path names the file in faults."""
    faults = Faults(path, LetterFile)
    written: LetterFile | None = None
    try:
        written = LetterFile.model_validate(data)
    except ValidationError as error:
        faults.add_validation(error)
    for loc, reason in letter_faults(data):
        faults.add(loc, reason)
    faults.raise_any()
    if written is None:
        raise Unusable(f"{path}: cannot be used")
    return _letter(written)


def check_letter_fits(settings: Settings, letter: Letter) -> None:
    """Raise `Unusable` when the letter is not written in every language of the configuration."""
    lacking = [language for language in settings.languages if language not in letter.languages]
    if lacking:
        there = ", ".join(letter.languages)
        raise Unusable(
            f"configuration: languages: the letter {letter.key} is not written in {', '.join(lacking)}; "
            f"expected languages among {there}"
        )


def _letter(written: LetterFile) -> Letter:
    return Letter(
        key=written.key,
        title=written.title,
        summary=written.summary,
        source=written.source,
        url=written.url,
        languages=written.languages,
        signatories=written.signatories,
        demands=tuple(_demand(demand) for demand in written.demands),
        outreach=OutreachTemplate(written.outreach.subject, written.outreach.body),
    )


def _demand(written: DemandTable) -> Demand:
    tests = written.tests
    return Demand(
        key=written.key,
        title=written.title,
        text=written.text,
        tests={
            Position.COMMITTED: tests.committed,
            Position.PARTIAL: tests.partial,
            Position.REFUSED: tests.refused,
        },
        hashtag=written.hashtag,
        words=written.words,
        parts=tuple(Part(part.key, part.title, part.words) for part in written.parts),
    )
