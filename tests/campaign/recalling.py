"""The rules about reminders: each once, true on the day on which it is read, every list named as every other one."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from campaign.cast import ORGANIZERS, PLACES, PUBLIC, TIMELINE
from campaign.hours import DAY, PARIS, at
from campaign.network import COUNTS, STANDS, Line
from campaign.reading import COUNTED_DOWN, Reading
from pledgebot.domain.audience import Rhythm, TopicKind
from pledgebot.domain.delivery import Action
from pledgebot.domain.events import EventKind
from pledgebot.store.tables import Event

Faults = Iterator[str]

_DAYS = re.compile(r"(?:vote a lieu dans|vote is in) (\d+)\s(?:jours?|days?)|(?:vote a lieu|vote is) (demain|tomorrow)")
_COUNTED = re.compile(r"(\d+) (?:listes?|lists?) ")
_NAMED = re.compile(r"• (\d+)\. (.+?) — ")
_TEN = time(10)
_NIGHT = (time(21), time(8))
_CLOSE = timedelta(days=14)


def counted_down(line: Line) -> bool:
    """Tell whether a line says how many days are left."""
    return any(one.kind in COUNTED_DOWN for one in line.told)


def polling_day(of: Reading, line: Line) -> date:
    """Return the next polling day, as somebody reads a line on the day on which it comes."""
    today = of.day_in_town(line.at)
    return next((day for day in of.campaign.days if day >= today), of.campaign.days[-1])


def true_on_its_day(of: Reading) -> Faults:
    """A reminder that says "in three days" is read three days before the vote, on no other day; and once there."""
    seen: Counter[tuple[str, date]] = Counter()
    for line in of.campaign.transcript.lines:
        if not counted_down(line):
            continue
        found = _DAYS.search(line.text.replace("\u00a0", " ").replace("\u202f", " "))
        said = int(found[1] or 1) if found is not None else None
        today = of.day_in_town(line.at)
        if said != (polling_day(of, line) - today).days:
            yield f"says {said} days: {line}"
        if line.outcome in (STANDS if line.channel == "mastodon" else COUNTS):
            seen[of.home(line), today] += 1
    yield from (f"{count} reminders at {home} on {day}" for (home, day), count in seen.items() if count > 1)


def every_list_is_named(of: Reading) -> Faults:
    """A reminder names all lists of a place, in the order of their panels, or counts them all: none is left out."""
    labels = {of.campaign.there.places[plan.code]: plan.label for plan in PLACES}
    for line in of.campaign.transcript.lines:
        if not counted_down(line):
            continue
        lists = of.lists[polling_day(of, line)]
        said = [text.replace("\u00a0", " ") for text in line.text.splitlines() if text.startswith("• ")]
        named = [(int(found[1]), found[2]) for text in said if (found := _NAMED.match(text)) is not None]
        follower = of.everyone.get(of.home(line))
        if follower is None and _counted(said) != sum(map(len, lists.values())):
            yield f"counts {said}: {line}"
        # Who follows something else since the morning hears what day it is, and no more.
        changed = follower is not None and any(line.at - 2 * DAY < one <= line.at for one in follower.unsettled)
        if not _counted(said) and not named and not changed:
            yield f"names no list: {line}"
        for place in _followed(of, line) & set(lists):
            counted = _counted(
                text for text in said if text.startswith((f"• {labels[place]}:", f"• {labels[place]} :"))
            )
            alone = _counted(said) if len(_followed(of, line)) == 1 else 0
            if len(lists[place]) not in {counted, alone} and not _stand_together(lists[place], named):
                yield f"names {named}, counts {said}, not {lists[place]}: {line}"


def _counted(said: Iterable[str]) -> int:
    return sum(int(number) for text in said for number in _COUNTED.findall(text))


def _followed(of: Reading, line: Line) -> set[int]:
    """Return the places that the place of a line follows as a whole, with all that is part of them."""
    follower = of.everyone.get(of.home(line))
    topics = follower.topics_at(line.at) if follower is not None else frozenset()
    named = {topic.id for topic in topics if topic.kind is TopicKind.CONSTITUENCY}
    return {place for place, whole in of.kin.parent_of.items() if place in named or whole in named}


def _stand_together(lists: list[tuple[int, str]], named: list[tuple[int, str]]) -> bool:
    """Tell whether lists stand in a text one below the other, in their order."""
    return any(named[place : place + len(lists)] == lists for place in range(len(named)))


def the_public_is_reminded(of: Reading) -> Faults:
    """On each day of the calendar on which a worker looked in time, the public places were reminded."""
    for day, before in _reminder_days(of):
        begins = at(day - before * DAY, _TEN, PARIS)
        # One turn raises the reminder, the next one sends it.
        if of.next_turn(of.next_turn(begins) + timedelta(milliseconds=1)) > begins + timedelta(hours=10):
            continue
        there = [PUBLIC, TIMELINE]
        there += [
            home
            for home, one in of.everyone.items()
            if one.rhythm is Rhythm.AT_ONCE
            and one.quiet is None
            and of.was_there(home, begins - DAY)
            and of.settled(one, begins + DAY)
            and any(topic.kind in {TopicKind.ALL, TopicKind.CONSTITUENCY} for topic in one.topics_at(begins))
        ]
        for home in there:
            if not _reminded(of, home, begins) and not _stood_in_the_way(of, home, begins):
                yield f"not reminded {before} days before {day}: {home}"


def _reminder_days(of: Reading) -> Iterator[tuple[date, int]]:
    first, second = of.campaign.days
    for before in of.campaign.reminder_days:
        yield first, before
        # Between the rounds only once the lists of the second are known: they are recorded in the evening of the Tuesday.
        if second - before * DAY > first + 2 * DAY:
            yield second, before


def _reminded(of: Reading, home: str, begins: datetime) -> bool:
    return any(begins <= line.at < begins + DAY and counted_down(line) for line in of.by_place[home])


def _stood_in_the_way(of: Reading, home: str, begins: datetime) -> bool:
    """Tell whether something else may have kept a place from being reminded: a place of no list, a network that was busy."""
    follower = of.everyone.get(home)
    lists = of.lists[next(day for day in of.campaign.days if day >= of.day_in_town(begins))]
    if follower is not None and all(
        topic.kind is TopicKind.CONSTITUENCY and topic.id not in lists and topic.id not in _wholes(of, lists)
        for topic in follower.topics_at(begins)
    ):
        return True
    if any(of.owned_up(home, event) for event, since in of.countdowns.items() if begins <= since < begins + DAY):
        return True
    return any(begins - DAY <= line.at < begins + DAY and line.outcome not in STANDS for line in of.by_place[home])


def _wholes(of: Reading, places: dict[int, list[tuple[int, str]]]) -> set[int | None]:
    return {of.kin.parent_of[place] for place in places}


def organizers_are_not_pestered(of: Reading) -> Faults:
    """They get the lists to write to once a day, each entry that waits twice, each deadline once; and nothing at night."""
    daily: Counter[date] = Counter()
    with of.database.read() as session:
        rows = session.execute(sa.select(Event.id, Event.kind, Event.created_at, Event.facts)).all()
    waited: Counter[tuple[object, ...]] = Counter()
    for _number, kind, since, facts in rows:
        if kind is EventKind.OUTREACH_DUE:
            daily[of.day_in_town(since)] += 1
        if kind in {EventKind.ENTRY_WAITS, EventKind.ANSWER_WAITS}:
            waited[kind, facts["answer"], facts["version"], facts["list_id"], facts["hours"], facts["name"]] += 1
            local = since.astimezone(ZoneInfo(PARIS)).time()
            if local >= _NIGHT[0] or local < _NIGHT[1]:
                yield f"organizers are woken: {kind} at {since}"
        if kind is EventKind.DEADLINE:
            waited[kind, facts["what"], facts["round_number"]] += 1
    yield from (f"{count} times on {day}: lists to write to" for day, count in daily.items() if count > 1)
    yield from (f"{count} times: {what}" for what, count in waited.items() if count > 1 and what[1] is not None)
    if not any(line.action is Action.SEND for line in of.by_place[ORGANIZERS]):
        yield "organizers hear nothing"
