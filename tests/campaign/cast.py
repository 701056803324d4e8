"""Who takes part in a campaign: eight sectors and two places overseas, fictional lists, drawn followers."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from random import Random

import sqlalchemy as sa

from campaign.hours import CLOSES, PARIS, REUNION, TAHITI
from factories.marseille import BANNERS, CITY, SECTORS, a_town_plan, first_round, members, places_2020
from factories.services import add_people
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, Spot, TopicKind
from pledgebot.domain.election import ListRecord
from pledgebot.domain.policy import Policy
from pledgebot.services.installation import DestinationPlan, InstallationPlan, PlacePlan, sync_installation
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import ListDetails, edit_list
from pledgebot.services.people import Actor
from pledgebot.services.subscribers import Topic, set_quiet_hours, set_rhythm, subscribe
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Banner, CandidateList, Constituency, DemandRow, Destination, Lineage, Round

ISLAND, ATOLL = "97411", "98735"
PLACES = (
    *places_2020(),
    PlacePlan(ISLAND, "Saint-Exemple de La Réunion", zone=REUNION, closes=CLOSES[REUNION]),
    PlacePlan(ATOLL, "Port-Exemple de Tahiti", zone=TAHITI, closes=CLOSES[TAHITI]),
)
ZONE_OF = {ISLAND: REUNION, ATOLL: TAHITI}
EVERYWHERE = frozenset({PARIS, REUNION, TAHITI})

PUBLIC, TIMELINE, ORGANIZERS = "-1001", "timeline", "-2002"
"""The addresses of the public channel, of the public account, and of the organizers' group."""

HOURS = (None, time(7), time(8, 15), time(12, 30), time(18), time(20), time(22, 30))
QUIET = (None, None, (time(22), time(7)), (time(21, 30), time(9)), (time(0), time(6)), (time(12), time(14)))


def _overseas(number: int) -> tuple[ListRecord, ...]:
    """Return the lists of the two places overseas in a round: all go on in the second one but the last of each."""
    names = {
        ISLAND: ("Cap Exemple", "Les Filaos fictifs", "Volcan d’exemple"),
        ATOLL: ("Lagon Exemple", "Récif fictif"),
    }
    labels = {plan.code: plan.label for plan in PLACES}
    return tuple(
        ListRecord(1, code, labels[code], panel, name.upper(), None, f"Tête {name}", "LDIV", 2020,
                   members(*(f"{name}-{one}" for one in range(6))))
        for code, there in names.items()
        for panel, name in enumerate(there[: len(there) - number + 1], 1)
    )  # fmt: skip


def records(number: int, sectors: tuple[ListRecord, ...]) -> tuple[ListRecord, ...]:
    """Return the lists of a round: those of the sectors and those overseas."""
    return (*sectors, *_overseas(number))


@dataclass
class Follower:
    """A place of somebody who follows something, and everything that the tests have to know about it.

    `follows` are what it followed, `zones` by which clock it heard, each from a moment on; `unsettled` are moments at which
    it changed how it hears.
    """

    spot: Spot
    language: str
    rhythm: Rhythm
    hour: time | None
    weekday: int | None
    quiet: tuple[time, time] | None
    joined: datetime
    follows: list[tuple[datetime, frozenset[Topic]]] = field(default_factory=list)
    zones: list[tuple[datetime, str]] = field(default_factory=list)
    unsettled: list[datetime] = field(default_factory=list)
    quiet_before: tuple[datetime, tuple[time, time] | None] | None = None
    left: datetime | None = None
    number: int = 0

    def topics_at(self, moment: datetime) -> frozenset[Topic]:
        """Return what it followed at a moment."""
        return next((topics for since, topics in reversed(self.follows) if since <= moment), frozenset())

    def zone_at(self, moment: datetime) -> str:
        """Return the zone of its clock at a moment."""
        return next((zone for since, zone in reversed(self.zones) if since <= moment), self.zones[0][1])

    def quiet_at(self, moment: datetime) -> tuple[time, time] | None:
        """Return its quiet hours at a moment."""
        if self.quiet_before is not None and moment < self.quiet_before[0]:
            return self.quiet_before[1]
        return self.quiet


@dataclass
class Cast:
    """Everybody and everything by number, as the database has them."""

    days: tuple[date, date]
    alix: Actor
    noe: Actor
    demands: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    lists: dict[int, int] = field(default_factory=dict)
    """Lists of the first round → their place."""
    banners: dict[str, int] = field(default_factory=dict)
    followers: list[Follower] = field(default_factory=list)


def plan(days: tuple[date, date], policy: Policy) -> InstallationPlan:
    """Return the installation of a campaign."""
    places = (
        DestinationPlan("telegram", PUBLIC, "fr"),
        DestinationPlan("mastodon", TIMELINE, "fr"),
        DestinationPlan("telegram", ORGANIZERS, "fr", Audience.ORGANIZERS),
    )
    return replace(a_town_plan(PLACES, *days), destinations=places, policy=policy)


def settle_in(database: Database, days: tuple[date, date], policy: Policy, now: datetime) -> Cast:
    """Install a campaign before anything is said: places, people, the lists of the first round."""
    with database.begin() as session:
        sync_installation(session, plan(days, policy), now)
        alix, noe, _zoe = add_people(session, now)
        key = session.scalars(sa.select(Round.key).order_by(Round.day)).first() or ""
        import_lists(session, records(1, first_round()), key, "tour-1.txt", alix, now)
        there = Cast(days, alix, noe)
        there.places = dict(session.execute(sa.select(Constituency.code, Constituency.id)).all())
        there.demands = dict(session.execute(sa.select(DemandRow.key, DemandRow.id)).all())
        _raise_banners(session, there, now)
        there.lists = dict(session.execute(sa.select(CandidateList.id, CandidateList.constituency_id)).all())
    return there


def _raise_banners(session: Session, there: Cast, now: datetime) -> None:
    sectors = {there.places[f"{CITY}SR{sector:02}"] for sector in SECTORS}
    panels = dict(enumerate(BANNERS.values(), 1))
    for row in session.scalars(sa.select(CandidateList).where(CandidateList.constituency_id.in_(sectors))).all():
        if row.panel in panels:
            edit_list(session, row.id, ListDetails(banner=panels[row.panel]), there.alix, now)
    there.banners = dict(session.execute(sa.select(Banner.name, Banner.id)).all())


def draw_topics(there: Cast, rng: Random) -> list[Topic]:
    """Draw what somebody follows: mostly their own place or a list of it."""
    kind = rng.choices(
        [TopicKind.ALL, TopicKind.CONSTITUENCY, TopicKind.LIST, TopicKind.BANNER, TopicKind.DEMAND], [5, 40, 30, 15, 10]
    )[0]
    if kind is TopicKind.ALL:
        return [Topic(kind)]
    choices = {
        TopicKind.CONSTITUENCY: list(there.places.values()),
        TopicKind.LIST: list(there.lists),
        TopicKind.BANNER: list(there.banners.values()),
        TopicKind.DEMAND: list(there.demands.values()),
    }
    return [Topic(kind, number) for number in rng.sample(choices[kind], k=rng.choice([1, 1, 1, 2]))]


def join(session: Session, there: Cast, number: int, rng: Random, now: datetime) -> Follower:
    """Let somebody subscribe, who chooses a rhythm, hours and quiet hours; return who they are."""
    place = rng.choices([PlaceKind.PRIVATE, PlaceKind.GROUP, PlaceKind.CHANNEL], [8, 1, 1])[0]
    address = f"{5000 + number}" if place is PlaceKind.PRIVATE else f"-{5000 + number}"
    spot, language = Spot("telegram", address, "", place), rng.choice(["fr", "fr", "en"])
    topics = draw_topics(there, rng)
    for topic in topics:
        subscribe(session, spot, topic, language, now)
    rhythm = rng.choice([Rhythm.AT_ONCE, Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.DAILY, Rhythm.WEEKLY])
    hour, quiet = rng.choice(HOURS), rng.choice(QUIET)
    set_rhythm(session, spot, rhythm, hour, now)
    set_quiet_hours(session, spot, quiet, now)
    row = session.scalars(sa.select(Destination).where(Destination.address == address)).one()
    row.weekday = rng.choice([None, None, *range(7)])
    row.zone = rng.choice([row.zone, row.zone, row.zone, PARIS, TAHITI])
    follower = Follower(
        spot, language, rhythm, hour, row.weekday, quiet, now,
        follows=[(now, frozenset(topics))], zones=[(now, row.zone or PARIS)], number=row.id,
    )  # fmt: skip
    there.followers.append(follower)
    return follower


@dataclass(frozen=True)
class Kinship:
    """How places, banners and lists hang together: read once a campaign is over."""

    place_of: dict[int, int]
    banner_of: dict[int, int | None]
    parent_of: dict[int, int | None]
    zone_of: dict[int, str]
    descents: tuple[tuple[int, int, datetime], ...]
    """Child, parent, and when that was confirmed."""

    def ancestors(self, lists: Iterable[int], until: datetime) -> frozenset[int]:
        """Return lists and all from which they descend as far as it was confirmed by a moment."""
        found, waiting = set[int](), set(lists)
        while waiting:
            found |= waiting
            waiting = {up for down, up, since in self.descents if down in waiting and since <= until} - found
        return frozenset(found)

    def places(self, lists: Iterable[int]) -> frozenset[int]:
        """Return the places of lists, and what these are part of."""
        own = {self.place_of[one] for one in lists}
        return frozenset(own | {up for one in own if (up := self.parent_of[one]) is not None})

    def under(self, banner: int) -> frozenset[int]:
        """Return the lists under a banner."""
        return frozenset(one for one, its in self.banner_of.items() if its == banner)

    def zones(self, topics: Iterable[Topic]) -> frozenset[str]:
        """Return the zones of everything that somebody may hear of who follows topics."""
        zones: set[str] = set()
        for topic in topics:
            match topic.kind:
                case TopicKind.CONSTITUENCY:
                    zones.add(self.zone_of[topic.id or 0])
                case TopicKind.LIST:
                    zones.add(self.zone_of[self.place_of[topic.id or 0]])
                case TopicKind.BANNER:
                    zones |= {self.zone_of[self.place_of[one]] for one in self.under(topic.id or 0)}
                case _:
                    zones |= EVERYWHERE
        return frozenset(zones) or EVERYWHERE


def kinship(session: Session) -> Kinship:
    """Read how everything hangs together."""
    lists = session.execute(sa.select(CandidateList.id, CandidateList.constituency_id, CandidateList.banner_id)).all()
    places = session.execute(sa.select(Constituency.id, Constituency.code, Constituency.parent_id)).all()
    descents = session.execute(
        sa.select(Lineage.child_id, Lineage.parent_id, Lineage.confirmed_at).where(Lineage.confirmed_at.is_not(None))
    )
    return Kinship(
        {number: place for number, place, _banner in lists},
        {number: banner for number, _place, banner in lists},
        {number: parent for number, _code, parent in places},
        {number: ZONE_OF.get(code, PARIS) for number, code, _parent in places},
        tuple((child, parent, since.astimezone(UTC)) for child, parent, since in descents if since is not None),
    )
