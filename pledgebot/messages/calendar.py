"""What is to come, for a person who checks it: silences, reminders, digests, each with its local time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from pledgebot.domain.election import Hush, SilenceRule
from pledgebot.domain.organizer_calendar import Deadline
from pledgebot.domain.public_calendar import DAYS_LEFT, LAST_CALL
from pledgebot.messages.about import hushed
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Message,
    Strong,
    Text,
    clean,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.labels import rhythm
from pledgebot.messages.subjects import round_name
from pledgebot.services.calendars import FORGET_RULE, CalendarView, NextDigests, Planned, SilentWindow
from pledgebot.services.staying import STAY_RULE

_MOST_PLACES = 5
_MOST_DIGESTS = 14


def coming(view: CalendarView, tr: Translator) -> Message:
    """Return the calendar from a moment on. Where there is none, that nothing can be said in public."""
    if not view.known:
        return hushed(Hush.NO_CALENDAR if view.rule is not SilenceRule.NONE else Hush.FREE, None, tr)
    blocks: list[Block] = [heading(tr._("Electoral silence")), *_silences(view, tr)]
    blocks += _section(tr._("To the public and to subscribers"), (_line(one, view.zone, tr) for one in view.public), tr)
    told = [_line(one, view.zone, tr) for one in view.organizers]
    if view.daily is not None:
        daily = tr._("every day at {time}: lists to write to and what waits, if there is anything")
        told.append((Text(daily.format(time=f"{view.daily:%H:%M}")),))
    blocks += _section(tr._("To organizers"), told, tr)
    blocks += _section(tr._("Next digests, if there is news"), _digests(view, tr), tr)
    return Message(tuple(blocks), tr.language)


def _section(title: str, lines: Iterable[Inlines], tr: Translator) -> list[Block]:
    told = tuple(lines)
    return [heading(title), Bullets(told) if told else paragraph(tr._("Nothing is ahead."))]


def _silences(view: CalendarView, tr: Translator) -> list[Block]:
    if view.rule is SilenceRule.NONE:
        return [paragraph(tr._("None is kept: the rule is “none”, for the reason that stands in the configuration."))]
    if not view.windows:
        return [paragraph(tr._("Nothing is ahead."))]
    blocks: list[Block] = []
    for number in dict.fromkeys(one.number for one in view.windows):
        mine = [one for one in view.windows if one.number == number]
        title = tr._("{round}, {day}").format(round=round_name(number, tr), day=tr.day(mine[0].day))
        lines = [_window(one, tr, alone=len(mine) == 1) for one in mine]
        if len(mine) > 1:
            lines.append(_widest(mine, view.zone, tr))
        blocks += [paragraph(Strong(title)), Bullets(tuple(lines))]
    return blocks


def _window(one: SilentWindow, tr: Translator, *, alone: bool) -> Inlines:
    """Return one silence by its own clocks, after the zone of which they are where there are several."""
    plain = tr._("nothing is sent from {stops} to {ends}; the silence itself begins on {begins}")
    held = tr._(
        "nothing is sent from {stops} to {ends}; the silence itself begins on {begins}; "
        "no new refusal is confirmed from {held} on"
    )
    told = (plain if one.held_from is None else held).format(
        stops=tr.moment(one.stops, one.zone),
        ends=tr.moment(one.ends, one.zone),
        begins=tr.moment(one.begins, one.zone),
        held=tr.moment(one.held_from or one.begins, one.zone),
    )
    named = f"{one.zone} ({_places(one.places, tr)})" if one.places else str(one.zone)
    return (Text(told),) if alone else sentence(tr._("{zone}: {told}"), zone=Strong(named), told=told)


def _widest(windows: Sequence[SilentWindow], zone: tzinfo, tr: Translator) -> Inlines:
    """Return when nothing is sent to whoever hears of all places, such as a public channel."""
    told = tr._(
        "whoever hears of all places, such as a public channel, is sent nothing from {stops} to {ends} ({zone})"
    )
    stops, ends = min(one.stops for one in windows), max(one.ends for one in windows)
    return (Text(told.format(stops=tr.moment(stops, zone), ends=tr.moment(ends, zone), zone=zone)),)


def _places(labels: tuple[str, ...], tr: Translator) -> str:
    shown = ", ".join(clean(label) for label in labels[:_MOST_PLACES])
    more = len(labels) - _MOST_PLACES
    return shown if more <= 0 else tr.n("{places} and {count} more", "{places} and {count} more", more).format(
        places=shown, count=more
    )  # fmt: skip


def _line(one: Planned, zone: tzinfo, tr: Translator) -> Inlines:
    return _at(one.at, zone, _what(one, tr), tr)


def _at(moment: datetime, zone: tzinfo, what: str, tr: Translator) -> Inlines:
    return sentence(tr._("{moment}: {what}"), moment=Strong(tr.moment(moment, zone)), what=what)


def _what(one: Planned, tr: Translator) -> str:
    """Return what is recalled; of a rule that has no words here its name."""
    number = round_name(one.number, tr)
    days = tr.n("{count} day before the {round}", "{count} days before the {round}", one.days_left).format(
        count=one.days_left, round=number
    )
    told = {
        DAYS_LEFT: tr._("who answered, {days}"),
        LAST_CALL: tr._("last call to the lists, {days}"),
        STAY_RULE: tr._("subscribers are asked whether they stay for the mandate"),
        FORGET_RULE: tr._("subscribers who did not say that they stay are deleted"),
        Deadline.LAST_CALL_TOMORROW.value: tr._("the last call comes tomorrow ({round})"),
        Deadline.NO_REFUSALS.value: tr._("from when on no new refusal is confirmed ({round})"),
        Deadline.SILENCE_BEGINS.value: tr._("the silence begins ({round})"),
        Deadline.SILENCE_OVER.value: tr._("the silence is over ({round})"),
        Deadline.LINEAGES.value: tr._("which lists descend from which ({round})"),
    }
    return told.get(one.rule, one.rule).format(days=days, round=number)


def _digests(view: CalendarView, tr: Translator) -> Iterable[Inlines]:
    for one in view.digests[:_MOST_DIGESTS]:
        yield _at(one.at, view.zone, _digest(one, tr), tr)
    later = sum(one.subscribers for one in view.digests[_MOST_DIGESTS:])
    if later:
        told = tr.n("{count} subscriber at a later moment", "{count} subscribers at later moments", later)
        yield (Text(told.format(count=later)),)


def _digest(one: NextDigests, tr: Translator) -> str:
    told = tr.n("{count} subscriber, {rhythm}", "{count} subscribers, {rhythm}", one.subscribers).format(
        count=one.subscribers, rhythm=rhythm(one.rhythm, tr)
    )
    return tr._("{told}; it waits for the end of the silence").format(told=told) if one.is_silent else told
