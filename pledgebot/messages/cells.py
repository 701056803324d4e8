"""What stands in one cell of the table lists × demands: a sign and a word, for the card and the board alike.

A sign is a shape and a colour; the word says the same, so that colour is never alone. What is only inherited, what nobody was
asked and what was not answered are three things, and look like three things.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from pledgebot.domain.answer import Origin, Position, Standing
from pledgebot.domain.progress import Progress, Stage
from pledgebot.messages import labels
from pledgebot.messages.document import clean
from pledgebot.messages.i18n import Translator
from pledgebot.services.views import CellView, StanceView


class Sign(StrEnum):
    """What a cell shows by its shape."""

    COMMITTED = "committed"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    TAKEN_BACK = "taken_back"
    CONTRADICTORY = "contradictory"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    BEING_CHECKED = "being_checked"
    NO_POSITION = "no_position"
    NOT_ASKED = "not_asked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cell:
    """One cell: its sign, the word that says the same, and what a reader has to know besides (None, one or several phrases).

    `said_on` is the day of the statement that counts, or of the last contact. `inherited` says that nobody of this list said
    it: it is to be confirmed.
    """

    sign: Sign
    word: str
    notes: tuple[str, ...] = ()
    said_on: date | None = None
    inherited: bool = False


_OF_STAGES = {
    Stage.NOT_CONTACTED: Sign.NOT_ASKED,
    Stage.CONTACTED: Sign.NO_ANSWER,
    Stage.REMINDED: Sign.NO_ANSWER,
    Stage.RECEIVED: Sign.BEING_CHECKED,
    Stage.ANSWERED: Sign.NO_POSITION,
    Stage.DECLINED: Sign.DECLINED,
}


def cells_of(
    view: CellView, progress: Progress | None, tr: Translator, banner: str | None = None, zone: tzinfo = UTC
) -> tuple[tuple[str | None, Cell], ...]:
    """Return what is known on a demand: (None, the whole) and (part title, that part).

    The whole is left out where nothing is known of it but of a part. `banner` is the name of the list's banner, `zone` is where
    the days of contacts begin.
    """
    told: list[tuple[str | None, Cell]] = []
    if view.standing.known or view.standing.beside or not view.parts:
        told.append((None, cell_of(view.standing, progress, tr, banner, zone)))
    told.extend((tr.pick(title), cell_of(part, progress, tr, banner, zone)) for title, part in view.parts)
    return tuple(told)


def cell_of(
    standing: Standing[StanceView],
    progress: Progress | None,
    tr: Translator,
    banner: str | None = None,
    zone: tzinfo = UTC,
) -> Cell:
    """Return the cell of a list's position on a demand, or on one part of it."""
    shown = standing.counts or standing.withdrawn
    if shown is None and standing.parents:
        return _inherited(standing, tr)
    if shown is None and not standing.beside:
        return _silent(progress, tr, zone)
    statements = [one for one in (shown, *standing.beside) if one is not None]
    notes = _notes(standing, statements, tr, banner)
    if len({one.position for one in statements}) > 1:
        words = tuple(_word(one.position, tr) for one in statements)
        told = tr.p("cell", "contradictory")
        return Cell(Sign.CONTRADICTORY, told, (tr.join(words), *notes), max(one.said_on for one in statements))
    first = statements[0]
    return Cell(_sign(first.position), _word(first.position, tr), notes, first.said_on)


def _sign(position: Position | None) -> Sign:
    return Sign.TAKEN_BACK if position is None else Sign(position.value)


def _word(position: Position | None, tr: Translator) -> str:
    return tr.p("cell", "word taken back") if position is None else labels.position(position, tr)


def _notes(
    standing: Standing[StanceView], statements: list[StanceView], tr: Translator, banner: str | None
) -> tuple[str, ...]:
    notes = []
    if any(one.being_corrected for one in statements):
        notes.append(tr.p("cell", "being corrected"))
    if standing.origin is Origin.BANNER and banner:
        notes.append(tr._("position of its banner {name}").format(name=clean(banner)))
    elif standing.origin is not Origin.OWN:
        notes.append(labels.origin(standing.origin, tr))
    return tuple(notes)


def _inherited(standing: Standing[StanceView], tr: Translator) -> Cell:
    """Return the cell of a list of which only the lists said something that it descends from: all of them are named."""
    parents = [(clean(name), cell_of(parent, None, tr)) for name, parent in standing.parents]
    signs = {cell.sign for _name, cell in parents}
    note = labels.origin(Origin.INHERITED, tr)
    of_whom = tr.p("between lists", "; ").join(
        tr._("{name}: {standing}").format(name=name, standing=cell.word) for name, cell in parents
    )
    days = [cell.said_on for _name, cell in parents if cell.said_on is not None]
    if len(signs) == 1:
        sign, word = parents[0][1].sign, parents[0][1].word
    else:
        sign, word = Sign.CONTRADICTORY, tr.p("cell", "differs by list of origin")
    return Cell(sign, word, (note, of_whom), max(days, default=None), inherited=True)


def _silent(progress: Progress | None, tr: Translator, zone: tzinfo) -> Cell:
    """Return the cell of a silence. "No answer" is said only of a list that was provably asked."""
    if progress is None:
        return Cell(Sign.UNKNOWN, labels.origin(Origin.NOWHERE, tr))
    sign = _OF_STAGES[progress.stage]
    if sign is Sign.NO_ANSWER and progress.since is None:
        return Cell(Sign.UNKNOWN, labels.origin(Origin.NOWHERE, tr))
    word = {
        Sign.NOT_ASKED: tr.p("cell", "not yet asked"),
        Sign.NO_ANSWER: tr.p("cell", "no answer yet"),
        Sign.BEING_CHECKED: tr.p("cell", "answer being checked"),
        Sign.NO_POSITION: tr.p("cell", "no position on this"),
        Sign.DECLINED: tr.p("cell", "declined to answer"),
    }[sign]
    return Cell(sign, word, _dated(sign, progress.since, tr, zone), _day(progress.since, zone))


def _day(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date() if moment is not None else None


def _dated(sign: Sign, since: datetime | None, tr: Translator, zone: tzinfo) -> tuple[str, ...]:
    day = _day(since, zone)
    if day is None or sign in {Sign.NOT_ASKED, Sign.NO_POSITION}:
        return ()
    told = {
        Sign.NO_ANSWER: tr._("asked on {date}"),
        Sign.BEING_CHECKED: tr._("since {date}"),
        Sign.DECLINED: tr._("on {date}"),
    }[sign]
    return (told.format(date=tr.short_day(day)),)
