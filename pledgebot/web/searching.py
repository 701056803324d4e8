"""The search: one thing that was asked for leads to its page, several are a choice."""

from dataclasses import replace

from pledgebot.domain.errors import Refused
from pledgebot.services import board_views, queries
from pledgebot.services.list_views import heads_of
from pledgebot.services.lookup import Directories, Found, Hit, HitKind, find
from pledgebot.services.rounds import current_round
from pledgebot.web import addresses
from pledgebot.web.board_pages import setting_of
from pledgebot.web.page import Page, Redirect
from pledgebot.web.pages import render_search
from pledgebot.web.reading import Reading

LONGEST_QUESTION = 80
"""How many characters of a question are looked at."""


def searched(reading: Reading, language: str, asked: str, directories: Directories) -> Page | Redirect:
    """Return where the one thing stands that was asked for, or the choice between several."""
    question = " ".join(asked[:LONGEST_QUESTION].split())
    setting = setting_of(reading, language, addresses.search(language))
    if not question:
        return Page(render_search("", (), setting).encode())
    found = _find(reading, question, directories)
    target = _target(reading, found, language)
    if target is not None:
        return Redirect(target)
    hits = [(hit.label, _address(reading, hit, language)) for hit in found.hits]
    return Page(render_search(question, hits, setting, more=found.more).encode())


def _find(reading: Reading, question: str, directories: Directories) -> Found:
    try:
        asked = current_round(reading.session, reading.as_of or reading.now, reading.known).id
    except Refused:
        return Found(question, ())
    return _known_then(reading, find(reading.session, question, HitKind, asked, directories))


def _known_then(reading: Reading, found: Found) -> Found:
    """Return what was found without the lists and banners that came after the moment that is shown: they have no page yet."""
    if reading.as_of is None:
        return found
    hits = (*found.hits, found.also) if found.also is not None else found.hits
    numbers = [hit.id for hit in hits if hit.kind is HitKind.LIST]
    lists = {head.id for head in heads_of(reading.session, numbers, reading.known, as_of=reading.as_of)}
    banners = {one.id for one in board_views.banner_heads(reading.session, reading.as_of)}
    there = {HitKind.LIST: lists, HitKind.BANNER: banners}
    kept = [hit for hit in hits if hit.id in there.get(hit.kind, (hit.id,))]
    also = found.also if found.also in kept else None
    return replace(found, hits=tuple(hit for hit in found.hits if hit in kept), also=also)


def _target(reading: Reading, found: Found, language: str) -> str | None:
    """Return the address of what is sure; of a list on one demand, when both were named."""
    if found.sure is None:
        return None
    keys = {one.id: one.key for one in reading.known.read(reading.session, queries.demands)}
    pair = {hit.kind: hit for hit in (found.sure, found.also) if hit is not None}
    if pair.keys() == {HitKind.LIST, HitKind.DEMAND} and pair[HitKind.DEMAND].id in keys:
        return addresses.stance(language, pair[HitKind.LIST].id, keys[pair[HitKind.DEMAND].id])
    return _address(reading, found.sure, language)


def _address(reading: Reading, hit: Hit, language: str) -> str:
    if hit.kind is HitKind.LIST:
        return addresses.candidate_list(language, hit.id)
    if hit.kind is HitKind.BANNER:
        return addresses.banner(language, hit.id)
    if hit.kind is HitKind.PLACE:
        return addresses.place(language, board_views.code_of(reading.session, hit.id))
    keys = {one.id: one.key for one in reading.known.read(reading.session, queries.demands)}
    return addresses.demand(language, keys.get(hit.id, ""))
