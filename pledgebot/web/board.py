"""The board: what stands at each of its addresses at a moment. It reads the database; how it is served is `board_app.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qs, quote

from sqlalchemy.orm import Session

from pledgebot.clock import Clock
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Unusable
from pledgebot.messages.i18n import translator
from pledgebot.services.facts import election_zone
from pledgebot.services.lookup import Directories
from pledgebot.services.policies import policy
from pledgebot.services.revision import Remembered, current_revision
from pledgebot.services.rounds import UNREADABLE, whole_calendar
from pledgebot.store.engine import Database
from pledgebot.web.board_pages import missing
from pledgebot.web.moments import Borders, Moment, end_of, ends_of, moment_of
from pledgebot.web.page import FilePage, Page, Redirect
from pledgebot.web.producers import Producer, producers
from pledgebot.web.reading import Masthead, Reading
from pledgebot.web.rendering import is_dated, is_framable
from pledgebot.web.searching import searched

_AT = re.compile(r"at/(\d{4}-\d\d-\d\d)/(.+)", re.ASCII)
_EMBED = re.compile(r"embed/(.+)")
_SEARCH = re.compile(r"([a-z]{2})/search")
DEEPEST = 12
"""How many folders deep an address may be to which an answer is given in full."""
MOST_OF_THE_PAST = 12
"""How many things are remembered of past days: some four days. There are as many days as anybody asks for, and of a whole
country each takes megabytes."""


@dataclass(frozen=True)
class State:
    """How far the installation has come, and what the clock means there: while both hold, every address gives the same."""

    revision: int
    moment: Moment


@dataclass(frozen=True)
class Found:
    """What an address gives. `kept` says that it is worth keeping for the state in which it was asked for."""

    what: Page | FilePage | Redirect
    status: int = 200
    kept: bool = True


class Board:
    """Answers for each address. Its functions wait for the database: they are called in a thread."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        masthead: Masthead,
        sources: "Mapping[re.Pattern[str], Producer] | None" = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self.masthead = masthead
        self._producers = dict(sources if sources is not None else producers())
        self._known = Directories()
        self._past = Remembered(most=MOST_OF_THE_PAST)

    def look(self) -> State:
        """Return how things stand. Raises `Unusable` when the database is away, or its calendar cannot be read."""
        with self._database.read() as session:
            return self._state(session)

    def _state(self, session: Session) -> State:
        return State(current_revision(session), moment_of(self._borders(session), self._clock.now()))

    def _borders(self, session: Session) -> Borders:
        try:
            return self._known.read(session, _read_borders)
        except UNREADABLE as error:
            # Nobody knows whether this is a silence: then nothing new is shown.
            raise Unusable("calendar: cannot be read") from error

    def page(self, path: str, query: str = "") -> tuple[Found, State]:
        """Return what stands at an address (decoded, without a slash before it), and the state in which it was read.

        Raises `Unusable` when the database is away.
        """
        with self._database.read() as session:
            state = self._state(session)
            reading = Reading(session, self._clock.now(), state.moment.as_of, self._known, self.masthead)
            return self._found(reading, state, path, query), state

    def _found(self, reading: Reading, state: State, path: str, query: str) -> Found:
        search = _SEARCH.fullmatch(path)
        if search is not None and search[1] in self.masthead.languages:
            return Found(searched(reading, search[1], _asked(query), self._known), kept=False)
        dated = _AT.fullmatch(path)
        if dated is not None:
            return self._on_a_day(reading, state, dated[1], dated[2], path)
        framed = _EMBED.fullmatch(path)
        if framed is not None:
            shown = self._made(replace(reading, framed=True), framed[1]) if is_framable(framed[1]) else None
        else:
            shown = self._made(reading, path)
        return Found(shown) if shown is not None else self._missing(reading, path)

    def _on_a_day(self, reading: Reading, state: State, named: str, rest: str, path: str) -> Found:
        try:
            day = date.fromisoformat(named)
        except ValueError:
            return self._missing(reading, path)
        end = end_of(day, state.moment, self._borders(reading.session).zone)
        if end is None:
            tr = translator(self._language(rest))
            told = tr._("{day} is still to come: nobody knows yet how things will stand.").format(day=tr.short_day(day))
            return self._missing(reading, path, f"{told[:1].upper()}{told[1:]}")
        as_of, unfinished = end
        on_day = replace(reading, as_of=as_of, day=day, unfinished=unfinished, known=self._past)
        shown = self._made(on_day, rest) if is_dated(rest) else None
        return Found(shown) if shown is not None else self._missing(reading, path)

    def _made(self, reading: Reading, path: str) -> Page | FilePage | None:
        for pattern, producer in self._producers.items():
            match = pattern.fullmatch(path)
            if match is not None:
                shown = producer(reading, match)
                if shown is not None:
                    return shown
        return None

    def _missing(self, reading: Reading, path: str, note: str = "") -> Found:
        target = _with_slash(path, self._producers)
        if target is not None:
            return Found(Redirect(target), kept=False)
        inner = path
        for prefix in (_AT, _EMBED):
            match = prefix.fullmatch(path)
            inner = match[match.re.groups] if match is not None else inner
        depth = min(path.count("/"), DEEPEST)
        return Found(missing(reading, self._language(inner), depth, note), status=404, kept=False)

    def _language(self, path: str) -> str:
        language = path.partition("/")[0]
        return language if language in self.masthead.languages else self.masthead.languages[0]


_LONGEST = 2_000
"""How many characters of a query are looked at."""


def _asked(query: str) -> str:
    """Return the question in a query; one that is far too long asks nothing."""
    try:
        return parse_qs(query[:_LONGEST], max_num_fields=8).get("q", [""])[0]
    except ValueError:
        return ""


def _with_slash(path: str, known: "Mapping[re.Pattern[str], Producer]") -> str | None:
    """Return the address of a page that was asked for without the slash at its end."""
    whole = f"{path}/"
    inner = whole
    for prefix in (_AT, _EMBED):
        match = prefix.fullmatch(whole)
        inner = match[match.re.groups] if match is not None else inner
    if path.endswith("/") or not any(pattern.fullmatch(inner) for pattern in known):
        return None
    return quote(whole, safe="/")


def _read_borders(session: Session) -> Borders:
    rounds = whole_calendar(session)
    lawful = policy(session).rule is not SilenceRule.NONE
    return Borders(
        silences=tuple(one.silence for one in rounds if one.silence is not None) if lawful else (),
        ends=ends_of([(one.day, one.zone) for one in rounds]),
        zone=election_zone(session),
    )
