"""The calendar as a file to subscribe to (RFC 5545): each polling day, and the electoral silence before it."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pledgebot.domain.election import SilenceRule
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.typography import typeset
from pledgebot.services.letters import read_letter
from pledgebot.services.policies import policy
from pledgebot.services.rounds import calendar, whole_calendar
from pledgebot.services.views import RoundView
from pledgebot.web import addresses
from pledgebot.web.page import ICALENDAR, Page
from pledgebot.web.producers import Producer
from pledgebot.web.reading import Reading

if TYPE_CHECKING:
    from icalendar import Event

_NAMES: Final = uuid.UUID("0b7e2f64-51c3-5d0f-8a3b-9d1f7c2a6e45")
"""The name space of the identifiers: never change it, or every event stands in people's calendars twice."""


def calendar_file(reading: Reading) -> bytes:
    """Return the calendar in the installation's first language. The clock plays no part in it."""
    # It takes as much memory as some hundred pages, and only this needs it.
    from icalendar import Calendar

    tr = translator(reading.masthead.languages[0])
    session, known = reading.session, reading.known
    letter = known.read(session, read_letter)
    named = f"{reading.masthead.publisher}/{letter.key if letter is not None else ''}"
    made = Calendar()
    made.add("prodid", "-//pledgebot//board//")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    if letter is not None:
        made.add("name", tr.pick(letter.title))
        made.add("x-wr-calname", tr.pick(letter.title))
    silent = known.read(session, policy).rule is not SilenceRule.NONE
    widest = {one.id: one for one in known.read(session, whole_calendar)}
    for one in known.read(session, calendar):
        for event in _events(one, widest[one.id], tr, silent=silent):
            event.add("uid", str(uuid.uuid5(_NAMES, f"{named}/{one.key}/{event['x-pledgebot-kind']}")))
            del event["x-pledgebot-kind"]
            # RFC 5545 demands a moment of making; the same data have to give the same bytes.
            event.add("dtstamp", datetime(one.day.year, 1, 1, tzinfo=UTC))
            if reading.masthead.root is not None:
                event.add("url", f"{reading.masthead.root}{addresses.home(tr.language)}")
            made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _events(one: RoundView, widest: RoundView, tr: Translator, *, silent: bool) -> "Iterator[Event]":
    title = tr._("{election}, round {number}").format(election=tr.pick(one.election), number=one.number)
    vote = _event("vote", typeset(tr._("Vote: {title}").format(title=title), tr.language))
    vote.add("dtstart", one.day)
    vote.add("dtend", one.day + timedelta(days=1))
    if one.silence is not None:
        closing = one.silence.ends.astimezone(one.zone)
        told = tr._("The polls close at {time} ({zone}); some places have other hours.")
        vote.add("description", typeset(told.format(time=f"{closing:%H:%M}", zone=one.zone.key), tr.language))
    yield vote
    if silent and widest.silence is not None:
        silence = _event("silence", typeset(tr._("Electoral silence: {title}").format(title=title), tr.language))
        silence.add("dtstart", widest.silence.begins.astimezone(UTC))
        silence.add("dtend", widest.silence.ends.astimezone(UTC))
        silence.add("description", tr._("Nothing new is published until the last polls have closed."))
        yield silence


def _event(kind: str, summary: str) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    event.add("x-pledgebot-kind", kind)
    return event


def _calendar(reading: Reading, _match: "re.Match[str]") -> Page | None:
    return Page(calendar_file(reading), ICALENDAR, shared=True)


PRODUCERS: "dict[re.Pattern[str], Producer]" = {re.compile(re.escape(addresses.CALENDAR)): _calendar}
"""The producer of the calendar, as `producers.py` collects it."""
