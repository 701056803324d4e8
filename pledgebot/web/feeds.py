"""Atom feeds (RFC 4287): what was confirmed, newest first, of everything, of one list or of one demand.

An entry is named by the hash of its link in the ledger, so that it is the same wherever the board stands. What is told of it
changes when a later entry corrects, undoes or blanks it: then `updated` rises, and readers show it anew.
"""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pledgebot.messages.document import clean
from pledgebot.messages.feed import feed_entry
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.render import web_html
from pledgebot.services.facts import election_zone, subject_facts
from pledgebot.services.feed_entries import (
    FeedEntry,
    feed_of_demand,
    feed_of_everything,
    feed_of_list,
    letter_since,
)
from pledgebot.services.letters import read_letter
from pledgebot.services.queries import demands
from pledgebot.services.views import DemandView
from pledgebot.web import addresses
from pledgebot.web.page import ATOM, Page
from pledgebot.web.producers import Producer
from pledgebot.web.reading import Reading

_NAMES: Final = uuid.UUID("6f1d9a2e-3c58-5b0e-9a57-0d8f1c6f4b21")
"""The name space of the identifiers (RFC 9562, section 5.5): never change it, or every entry becomes new to its readers."""

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, section 2.2)."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Feed:
    """One feed: its address, what it is about, the page on the same thing, and its entries."""

    address: str
    title: str
    page: str
    entries: Sequence[FeedEntry]


def everything(reading: Reading, language: str, address: str | None = None) -> bytes:
    """Return the feed of everything in one language; `address` is where it stands, if not at its own place."""
    tr = translator(language)
    entries = feed_of_everything(reading.session, reading.known, reading.as_of)
    title = tr._("Answers to the open letter")
    return _atom(_Feed(address or addresses.feed(language), title, addresses.home(language), entries), tr, reading)


def of_list(reading: Reading, language: str, number: int) -> bytes | None:
    """Return the feed of one list and its banner, None where there is no such list."""
    entries = feed_of_list(reading.session, number, reading.known, reading.as_of)
    if entries is None:
        return None
    tr = translator(language)
    title = clean(subject_facts(reading.session, number, None).name)
    address = addresses.feed(language, of=f"list/{number}")
    return _atom(_Feed(address, title, addresses.candidate_list(language, number), entries), tr, reading)


def of_demand(reading: Reading, language: str, key: str) -> bytes | None:
    """Return the feed of one demand, None where there is no such demand."""
    entries = feed_of_demand(reading.session, key, reading.known, reading.as_of)
    if entries is None:
        return None
    tr = translator(language)
    title = next((tr.pick(one.title) for one in _demands(reading) if one.key == key), key)
    address = addresses.feed(language, of=f"demand/{key}")
    return _atom(_Feed(address, title, addresses.demand(language, key), entries), tr, reading)


def _demands(reading: Reading) -> tuple[DemandView, ...]:
    return reading.known.read(reading.session, demands)


def _atom(feed: _Feed, tr: Translator, reading: Reading) -> bytes:
    letter = reading.known.read(reading.session, read_letter)
    title = " – ".join(part for part in (feed.title, tr.pick(letter.title) if letter is not None else "") if part)
    updated = max((one.updated_at for one in feed.entries), default=letter_since(reading.session) or _LONG_AGO)
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": tr.language})
    name = f"{reading.masthead.publisher}/{letter.key if letter is not None else ''}/{feed.address}"
    _add(root, "id", _urn(name))
    _add(root, "title", title)
    _add(root, "updated", _moment(updated))
    _add(SubElement(root, "author"), "name", reading.masthead.publisher)
    _add(root, "rights", ", ".join(reading.masthead.licence))
    _add(root, "generator", "pledgebot")
    SubElement(
        root, "link", {"rel": "self", "type": "application/atom+xml", "href": _href(feed.address, feed, reading)}
    )
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": _href(feed.page, feed, reading)})
    for entry in feed.entries:
        root.append(_entry(entry, feed, tr, reading))
    indent(root, " ")
    # Asked for as text: asked for as bytes, it would write a declaration with quotes of another kind.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _entry(entry: FeedEntry, feed: _Feed, tr: Translator, reading: Reading) -> Element:
    title, words = feed_entry(entry, tr, reading.known.read(reading.session, election_zone))
    element = Element("entry")
    _add(element, "id", _urn(f"{entry.hash}/{tr.language}"))
    _add(element, "title", title)
    _add(element, "published", _moment(entry.confirmed_at))
    _add(element, "updated", _moment(entry.updated_at))
    page = _page(entry, tr.language, {one.key for one in _demands(reading)})
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": _href(page, feed, reading)})
    _add(element, "content", web_html(words)).set("type", "html")
    return element


def _page(entry: FeedEntry, language: str, demanded: Collection[str]) -> str:
    """Return the page where an entry is shown with its proof: that of the one demand, else that of the list or banner.

    What is not `demanded` any more has no page.
    """
    if entry.list_id is None:
        return addresses.banner(language, entry.banner_id or 0)
    said = {stance.demand for stance in entry.facts.stances}
    if len(said) == 1 and said <= set(demanded):
        return addresses.stance(language, entry.list_id, said.pop())
    return addresses.candidate_list(language, entry.list_id)


def _href(target: str, feed: _Feed, reading: Reading) -> str:
    """Return an address as the feed gives it: whole where the board's root is known, else relative to the feed."""
    root = reading.masthead.root
    return f"{root}{target}" if root is not None else addresses.relative(target, feed.address)


def _add(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _NO_XML.sub("\ufffd", text)
    return element


def _urn(name: str) -> str:
    return uuid.uuid5(_NAMES, name).urn


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _page_of(content: bytes | None) -> Page | None:
    return Page(content, ATOM, shared=True) if content is not None else None


def _first(reading: Reading, _match: "re.Match[str]") -> Page | None:
    return _page_of(everything(reading, reading.masthead.languages[0], addresses.FEED))


def _all(reading: Reading, match: "re.Match[str]") -> Page | None:
    language = match["language"]
    return _page_of(everything(reading, language)) if language in reading.masthead.languages else None


def _list(reading: Reading, match: "re.Match[str]") -> Page | None:
    language = match["language"]
    return _page_of(of_list(reading, language, int(match["list"]))) if language in reading.masthead.languages else None


def _demand(reading: Reading, match: "re.Match[str]") -> Page | None:
    language = match["language"]
    return _page_of(of_demand(reading, language, match["demand"])) if language in reading.masthead.languages else None


PRODUCERS: "dict[re.Pattern[str], Producer]" = {
    re.compile(re.escape(addresses.FEED)): _first,
    re.compile(r"(?P<language>[a-z]{2})/feed\.atom"): _all,
    re.compile(r"(?P<language>[a-z]{2})/list/(?P<list>[1-9][0-9]{0,8})/feed\.atom"): _list,
    re.compile(r"(?P<language>[a-z]{2})/demand/(?P<demand>[^/]{1,64})/feed\.atom"): _demand,
}
"""The producers of the feeds, as `producers.py` collects them."""
