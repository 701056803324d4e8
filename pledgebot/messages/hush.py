"""What whoever asks hears during the electoral silence: why nothing is said of the lists, until when, and where to read on."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pledgebot.messages.buttons import Keyboard, pressing, with_buttons
from pledgebot.messages.document import Block, Button, Link, Message, heading, paragraph
from pledgebot.messages.frame import is_framed
from pledgebot.messages.i18n import Translator
from pledgebot.messages.zones import zone_name


def notice(tr: Translator, until: datetime | None, zone: ZoneInfo | None, board_url: str | None) -> Message:
    """Return that nothing is said of the lists now, and until when by the clocks of a zone; None where nobody knows."""
    what = tr._("Until the polls have closed I say nothing about the lists and their answers.")
    if until is None:
        what = tr._(
            "It may be there, since I cannot read the calendar: so I say nothing about the lists and their answers."
        )
    blocks: tuple[Block, ...] = (
        heading(title(tr)),
        paragraph(what),
        paragraph(until_when(tr, until, zone)),
    )
    keys = [[pressing(tr._("Polling days"), "dates")]] if until is not None else []
    if board_url:
        blocks = (
            *blocks,
            paragraph(tr._("What was published before stands on the board:"), " ", Link(board_url, board_url)),
        )
        keys.append([Button(tr._("Board"), url=board_url)])
    return with_buttons(Message(blocks, tr.language), Keyboard(tuple(map(tuple, keys))), tr)


def title(tr: Translator) -> str:
    """Return what it is that is to be kept."""
    return tr._("Electoral silence")


def until_when(tr: Translator, until: datetime | None, zone: ZoneInfo | None) -> str:
    """Return until which moment, as the clocks of a zone show it."""
    if until is None or zone is None:
        return tr._("Ask again later.")
    moment = tr.moment(until, zone)
    return tr._("Ask again from {moment}, time of {zone}.").format(moment=moment, zone=zone_name(zone.key, tr))


def as_of(message: Message, tr: Translator, moment: datetime, zone: ZoneInfo) -> Message:
    """Return a message with one line that says as of which moment it tells, as the clocks of a zone show it.

    That an example is one still comes first.
    """
    told = tr._("Electoral silence: this is how things stood when it began, on {moment}, time of {zone}.")
    line = paragraph(told.format(moment=tr.moment(moment, zone), zone=zone_name(zone.key, tr)))
    first = 1 if is_framed(message, tr) else 0
    return replace(message, blocks=(*message.blocks[:first], line, *message.blocks[first:]))


def after(message: Message, told: Message) -> Message:
    """Return a message with all that a notice says below it."""
    return replace(message, blocks=(*message.blocks, *told.blocks), buttons=told.buttons)
