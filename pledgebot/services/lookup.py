"""Finding what people mean: a list, a banner, a place or a demand, by whatever name they half remember.

Exact names first (names, aliases, initials, heads, panel numbers, codes, everyday words), then words that are all found in
a name, then likeness with a cut-off and a lead over the runner-up; otherwise a short choice. Never a guess.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from pledgebot.domain.words import normalise
from pledgebot.services.letters import demand_from
from pledgebot.store.tables import (
    Banner,
    CandidateList,
    Constituency,
    ConstituencyAlias,
    DemandRow,
    DemandVersion,
    NameAlias,
)

CUTOFF = 80
"""Below this likeness (0 to 100) two names have nothing to do with each other."""
LEAD = 8
"""By how much the best likeness has to lead to be taken without asking."""
LONGEST_CHOICE = 8
_LONGEST_QUERY = 200
_SHORTEST_LIKENESS = 3


class HitKind(StrEnum):
    """What was found."""

    LIST = "list"
    BANNER = "banner"
    PLACE = "place"
    DEMAND = "demand"


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is, its row number, and how it is called in a choice."""

    kind: HitKind
    id: int
    label: str


@dataclass(frozen=True)
class Found:
    """What a query may mean. With exactly one hit it is sure; with several a choice is offered; with none it is not known."""

    query: str
    hits: tuple[Hit, ...]

    @property
    def sure(self) -> Hit | None:
        """Return the one thing that was meant, if it is certain."""
        return self.hits[0] if len(self.hits) == 1 else None


Name = tuple[str, Hit]
"""A normalised name and what it names."""


def find(session: Session, query: str, kinds: Iterable[HitKind], round_id: int) -> Found:
    """Find what a query names among these kinds, lists and banners in one round."""
    wanted = normalise(query)[:_LONGEST_QUERY]
    if not wanted:
        return Found(query, ())
    names = [name for kind in kinds for name in _NAMES[kind](session, round_id)]
    exact = _distinct(hit for name, hit in names if name == wanted)
    if exact:
        return Found(query, exact[:LONGEST_CHOICE])
    whole = _distinct(hit for name, hit in names if _all_words(wanted, name))
    if len(whole) == 1:
        return Found(query, whole)
    return Found(query, (whole or _alike(wanted, names))[:LONGEST_CHOICE])


def standing_in(session: Session, hits: Sequence[Hit], place: str) -> tuple[Hit, ...]:
    """Return the lists among some hits that stand in a place (its code or label), and the banners with a list there."""
    wanted = normalise(place)
    rows = session.execute(
        sa.select(CandidateList.id, CandidateList.banner_id, Constituency.code, Constituency.label).join(
            Constituency, Constituency.id == CandidateList.constituency_id
        )
    )
    there = {(row[0], row[1]) for row in rows if wanted in {normalise(row[2]), normalise(row[3])}}
    lists, banners = {pair[0] for pair in there}, {pair[1] for pair in there}
    return tuple(hit for hit in hits if hit.id in (lists if hit.kind is HitKind.LIST else banners))


def _distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(dict.fromkeys(hits))


def _all_words(wanted: str, name: str) -> bool:
    """Tell whether each word asked for is a word of the name."""
    return set(wanted.split()) <= set(_words(name))


def _words(name: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in name).split() + name.split()


def _alike(wanted: str, names: Sequence[Name]) -> tuple[Hit, ...]:
    if len(wanted) < _SHORTEST_LIKENESS:
        return ()
    scored = process.extract(
        wanted, [name for name, _hit in names], scorer=fuzz.WRatio, score_cutoff=CUTOFF, limit=None
    )
    best: dict[Hit, float] = {}
    for _name, score, place in scored:
        hit = names[place][1]
        best[hit] = max(score, best.get(hit, 0))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= LEAD:
        return (ranked[0][0],)
    return tuple(hit for hit, _score in ranked)


def _list_names(session: Session, round_id: int) -> Iterable[Name]:
    rows = session.execute(
        sa.select(CandidateList, Constituency.label)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .where(CandidateList.round_id == round_id)
        .order_by(CandidateList.panel, CandidateList.normal)
    )
    hits: dict[int, Hit] = {}
    for row, place in rows:
        panel = f"{row.panel}. " if row.panel is not None else ""
        hit = hits[row.id] = Hit(HitKind.LIST, row.id, f"{panel}{row.name} ({place})")
        yield row.normal, hit
        yield from ((normalise(name), hit) for name in (row.short_name, row.head) if name)
        yield initials(row.name), hit
        if row.panel is not None:
            yield str(row.panel), hit
        yield f"#{row.id}", hit
    aliases = sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.in_(hits))
    yield from ((normal, hits[owner]) for owner, normal in session.execute(aliases) if owner is not None)


def initials(name: str) -> str:
    """Return the initials of a name, normalised: "Rassemblement pour la ville" gives "rplv"."""
    return "".join(word[0] for word in normalise(name).replace("'", " ").split() if word[0].isalnum())


def _banner_names(session: Session, round_id: int) -> Iterable[Name]:
    hits: dict[int, Hit] = {}
    for row in session.scalars(sa.select(Banner).where(Banner.round_id == round_id).order_by(Banner.normal)):
        hit = hits[row.id] = Hit(HitKind.BANNER, row.id, row.name)
        yield row.normal, hit
    aliases = sa.select(NameAlias.banner_id, NameAlias.normal).where(NameAlias.banner_id.in_(hits))
    yield from ((normal, hits[owner]) for owner, normal in session.execute(aliases) if owner is not None)


def _place_names(session: Session, round_id: int) -> Iterable[Name]:  # noqa: ARG001 - the same shape as its siblings
    hits: dict[int, Hit] = {}
    for row in session.scalars(sa.select(Constituency).order_by(Constituency.label)):
        hit = hits[row.id] = Hit(HitKind.PLACE, row.id, f"{row.label} ({row.code})")
        yield normalise(row.label), hit
        yield normalise(row.code), hit
    for owner, normal in session.execute(sa.select(ConstituencyAlias.constituency_id, ConstituencyAlias.normal)):
        yield normal, hits[owner]


def _demand_names(session: Session, round_id: int) -> Iterable[Name]:  # noqa: ARG001 - the same shape as its siblings
    rows = session.execute(
        sa.select(DemandRow, DemandVersion)
        .join(DemandVersion, DemandVersion.demand_id == DemandRow.id)
        .where(DemandRow.retired_at.is_(None))
        .order_by(DemandRow.place, DemandVersion.number)
    )
    for row, version in rows:
        demand = demand_from(version.content)
        hit = Hit(HitKind.DEMAND, row.id, row.key)
        yield normalise(row.key), hit
        texts = [*demand.title.values(), *demand.words]
        texts += [text for part in demand.parts for text in (*part.title.values(), *part.words)]
        yield from ((normalise(text), hit) for text in texts)


_NAMES = {
    HitKind.LIST: _list_names,
    HitKind.BANNER: _banner_names,
    HitKind.PLACE: _place_names,
    HitKind.DEMAND: _demand_names,
}
