"""What organizers read of the bot's own work: how it does, and what waits for a person. Never a follower's address."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from pledgebot.domain.election import Hush
from pledgebot.messages import brakes, labels
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import Block, Bullets, Message, Text, heading
from pledgebot.messages.i18n import Translator
from pledgebot.messages.outreach import stage_line
from pledgebot.services.status import StatusView


def status(view: StatusView, tr: Translator) -> Message:
    """Return how the bot does: silence, what comes in, what goes out, what waits, what is on record."""
    zone = view.round.zone if view.round is not None else UTC
    stopped: list[Block] = (
        [heading(tr._("What is stopped")), _bullets(brakes.lines(view.brakes, tr))] if view.brakes else []
    )
    blocks: list[Block] = [
        *stopped,
        heading(tr._("How the bot does")),
        _bullets([*_hush(view, tr, zone), *_incoming(view, tr, zone), *_outgoing(view, tr, zone)]),
        heading(tr._("What there is")),
        _bullets(_counts(view, tr)),
    ]
    buttons = (
        (pressing(tr._("Entries that wait"), "pending"), pressing(tr._("Messages in doubt or failed"), "deliveries")),
        (pressing(tr._("Look again"), "status"),),
    )
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _bullets(lines: Sequence[str]) -> Bullets:
    return Bullets(tuple((Text(line),) for line in lines))


def _hush(view: StatusView, tr: Translator, zone: tzinfo) -> list[str]:
    """Return why nothing goes out to the public, and until when; else when that will be so."""
    until = tr.moment(view.until, zone) if view.until is not None else ""
    match view.hush:
        case Hush.NO_CALENDAR:
            return [tr._("nothing goes out to the public: no polling day is known, or the calendar cannot be read")]
        case Hush.CLOCK_OFF:
            return [_clock_off(view, tr), *_next_silence(view, tr, zone)]
        case Hush.SILENCE if view.only_some:
            return [tr._("electoral silence now in some places, in the last of them until {end}").format(end=until)]
        case Hush.SILENCE:
            return [tr._("electoral silence now, until {end}").format(end=until)]
        case Hush.FREE:
            return _next_silence(view, tr, zone)


def _clock_off(view: StatusView, tr: Translator) -> str:
    minutes = round(abs(view.off or timedelta()) / timedelta(minutes=1))
    if not minutes:
        return tr._("nothing goes out to the public: this machine's clock is wrong, until it is set right")
    told = tr.n(
        "nothing goes out to the public: this machine's clock is {count} minute off, until it is set right",
        "nothing goes out to the public: this machine's clock is {count} minutes off, until it is set right",
        minutes,
    )
    return told.format(count=minutes)


def _next_silence(view: StatusView, tr: Translator, zone: tzinfo) -> list[str]:
    if view.silence is None:
        return [tr._("electoral silence: none is ahead")]
    begins, ends = tr.moment(view.silence.begins, zone), tr.moment(view.silence.ends, zone)
    return [tr._("next electoral silence: from {begin} to {end}").format(begin=begins, end=ends)]


def _incoming(view: StatusView, tr: Translator, zone: tzinfo) -> list[str]:
    last = _moment(view.last_update_at, tr, zone)
    lines = [
        tr._("last update received: {moment}").format(moment=last),
        tr._("updates that wait: {count}").format(count=view.waiting_updates),
    ]
    if view.set_aside_updates:
        lines.append(
            tr._("updates set aside, which could not be handled: {count}").format(count=view.set_aside_updates)
        )
    return lines


def _outgoing(view: StatusView, tr: Translator, zone: tzinfo) -> list[str]:
    lines = [tr._("oldest message that should have gone out: {moment}").format(
        moment=_moment(view.oldest_unsent, tr, zone)
    )]  # fmt: skip
    lines += [
        tr._("nothing is sent to {network} until {moment}: it asked for that").format(
            network=stop.road, moment=tr.moment(stop.until, zone)
        )
        for stop in view.stops
    ]
    counts = [
        tr._("{name}: {count}").format(name=labels.delivery_state(state, tr), count=count)
        for state, count in view.deliveries.items()
    ]
    if counts:
        lines.append(tr._("messages: {counts}").format(counts=", ".join(counts)))
    return lines


def _moment(moment: datetime | None, tr: Translator, zone: tzinfo) -> str:
    return tr._("none") if moment is None else tr.moment(moment, zone)


def _counts(view: StatusView, tr: Translator) -> list[str]:
    return [
        tr._("entries that wait for a second person: {count}").format(count=view.entries_waiting),
        *(stage_line(stage, count, tr) for stage, count in view.lists.items() if count),
        tr._("entries in the ledger: {count}").format(count=view.ledger_entries),
        tr._("subscribers: {count}").format(count=view.subscribers),
    ]
