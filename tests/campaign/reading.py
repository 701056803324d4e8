"""A campaign that is over, as its rules read it: the transcript, who everybody was, and what the database owns up to."""

import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from campaign.cast import EVERYWHERE, Follower, Kinship, kinship
from campaign.hours import PARIS, Span, in_hours, silences
from campaign.network import STANDS, Line
from campaign.organizers import Entry
from campaign.play import Campaign
from pledgebot.domain.audience import TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.services.subscribers import Topic
from pledgebot.store.engine import Database
from pledgebot.store.tables import CandidateList, Event, Round

NEWS = frozenset({
    EventKind.ANSWER_CONFIRMED,
    EventKind.ANSWER_CORRECTED,
    EventKind.ANSWER_WITHDRAWN,
    EventKind.CONTENT_REMOVED,
})  # fmt: skip
COUNTED_DOWN = frozenset({EventKind.DAYS_LEFT, EventKind.LAST_CALL})
OWNED_UP = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})
"""What the database says did not arrive, or perhaps not."""
GIVEN_UP = frozenset({
    "expired",
    "the place is gone",
    "corrected before it was sent",
    "its content was removed before it was sent",
})  # fmt: skip
"""Why something may never be said."""
WEEK = timedelta(days=9)
"""Within this time even who hears once a week has heard."""


@dataclass
class Reading:
    """A campaign that is over, and its database opened once more."""

    campaign: Campaign

    def __post_init__(self) -> None:
        """Open the database."""
        self.database = Database(self.campaign.url)
        self.everyone = {follower.spot.address: follower for follower in self.campaign.there.followers}
        self.by_event = {entry.event: entry for entry in self.campaign.organizers.diary.values()}

    @cached_property
    def kin(self) -> Kinship:
        """How places, banners and lists hang together."""
        with self.database.read() as session:
            return kinship(session)

    @cached_property
    def lists(self) -> dict[date, dict[int, list[tuple[int, str]]]]:
        """The lists of each polling day by their place, as (panel, name) in the order of their panels."""
        found: dict[date, dict[int, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        with self.database.read() as session:
            rows = session.execute(
                sa.select(Round.day, CandidateList.constituency_id, CandidateList.panel, CandidateList.name)
                .join(Round, Round.id == CandidateList.round_id)
                .order_by(CandidateList.panel)
            )
            for day, place, panel, name in rows:
                found[day][place].append((panel or 0, name))
        return found

    @cached_property
    def countdowns(self) -> dict[int, datetime]:
        """The events that say how many days are left, and when they were raised."""
        with self.database.read() as session:
            rows = session.execute(sa.select(Event.id, Event.created_at).where(Event.kind.in_(COUNTED_DOWN)))
            return {number: since.astimezone(UTC) for number, since in rows}

    @cached_property
    def by_place(self) -> dict[str, list[Line]]:
        """The lines of each place, by the address at which it began."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.campaign.transcript.lines:
            found[self.home(line)].append(line)
        return found

    @cached_property
    def told(self) -> dict[tuple[str, int], Line]:
        """The first line by which an event stands at a place."""
        found: dict[tuple[str, int], Line] = {}
        for line in self.campaign.transcript.lines:
            if line.outcome in STANDS:
                for event in line.events:
                    found.setdefault((self.home(line), event), line)
        return found

    def home(self, line: Line) -> str:
        """Return the address at which the place of a line began."""
        return self.campaign.transcript.home(line.address)

    def closed(self, home: str, moment: datetime) -> tuple[Span, ...]:
        """Return when nothing may be said to a place that follows what it does at a moment."""
        follower = self.everyone.get(home)
        zones = self.kin.zones(follower.topics_at(moment)) if follower is not None else EVERYWHERE
        return silences(self.campaign.days, zones)

    def next_turn(
        self,
        moment: datetime,
        closed: tuple[Span, ...] = (),
        quiet: tuple[time, time] | None = None,
        zone: str = PARIS,
    ) -> datetime:
        """Return when a worker looked next that was not killed on the way, outside of some spans and of quiet hours.

        That is the end of the campaign when none did.
        """
        turns = self.campaign.turns
        later = (turns[place] for place in range(bisect.bisect_left(turns, moment), len(turns)))
        free = (one for one in later if not any(one in span for span in closed) and not in_hours(one, quiet, zone))
        return next(free, self.campaign.ends)

    def owned_up(self, home: str, event: int) -> bool:
        """Tell whether the database says why a place did not hear of an event, or perhaps did not."""
        fates = self.campaign.seen.fates.get((home, event), [])
        return any(state in OWNED_UP or reason in GIVEN_UP for state, reason in fates)

    def was_there(self, home: str, moment: datetime) -> bool:
        """Tell whether a place was told of everything from a moment on, and is still there."""
        since, ended = self.campaign.seen.places.get(home, (datetime.max.replace(tzinfo=UTC), None))
        return since <= moment and ended is None

    def settled(self, follower: Follower, until: datetime) -> bool:
        """Tell whether somebody hears at a moment as they chose in the beginning."""
        return all(moment > until for moment in follower.unsettled)

    def zones_of(self, entry: Entry) -> frozenset[str]:
        """Return the zones of the places in which whoever an entry is about stands."""
        banner = entry.subject.banner_id
        lists = self.kin.under(banner) if banner is not None else frozenset({entry.subject.list_id or 0})
        return frozenset(self.kin.zone_of[self.kin.place_of[one]] for one in lists)

    def touches(self, entry: Entry, topics: Iterable[Topic]) -> bool:
        """Tell whether somebody who follows topics is to hear of an entry."""
        banner, kin = entry.subject.banner_id, self.kin
        lists = kin.under(banner) if banner is not None else frozenset({entry.subject.list_id or 0})
        heirs = kin.ancestors(lists, entry.confirmed)
        about = {
            TopicKind.LIST: heirs,
            TopicKind.CONSTITUENCY: kin.places(lists),
            TopicKind.BANNER: {banner} if banner is not None else {kin.banner_of[one] for one in heirs},
            TopicKind.DEMAND: {self.campaign.there.demands[key] for key in entry.demands},
        }
        return any(topic.kind is TopicKind.ALL or topic.id in about[topic.kind] for topic in topics)

    def day_in_town(self, moment: datetime) -> date:
        """Return which day it is by the clocks of the election."""
        return moment.astimezone(ZoneInfo(PARIS)).date()
