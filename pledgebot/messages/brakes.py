"""What organizers read when something is stopped: what, why, with which numbers, and what to do about it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from pledgebot.domain.brakes import BrakeEnd, BrakeKind
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import BrakeFacts
from pledgebot.messages import labels
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import Block, Bullets, Button, Message, Text, clean, heading, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.services.brake_views import BrakeView


def pulled(facts: BrakeFacts, tr: Translator, command: str = "") -> Message:
    """Return what is stopped and why, with the buttons that end it.

    `command` lets it go on, and has a place for its number; without one it is that of the chat.
    """
    since = tr.moment(facts.since, facts.since.tzinfo or UTC)
    kept = tr._("Since {moment}. What waits is kept. Organizers hear everything, and questions go on being answered.")
    blocks: list[Block] = [
        heading(_title(facts, tr)),
        *(paragraph(told) for told in (*_about(facts, tr), _reason(facts, tr), *_advice(facts, tr))),
        paragraph(kept.format(moment=since)),
        paragraph(tr._("To let it go on: {command}").format(command=_command(facts, tr, command))),
    ]
    rows = [(_go_on(facts, tr._("Go on")),)]
    if facts.event is not None:
        rows.append((pressing(tr._("Cancel these messages"), "brake", "cancel", facts.brake),))
    return Message(tuple(blocks), tr.language, buttons=tuple(rows))


def standing(views: Sequence[BrakeView], tr: Translator, command: str = "") -> Message:
    """Return all that is stopped now, with a button that lets each go on."""
    if not views:
        return Message((paragraph(tr._("Nothing is stopped.")),), tr.language)
    blocks: list[Block] = [
        heading(tr._("What is stopped")),
        Bullets(tuple((Text(line),) for line in lines(views, tr, command))),
    ]
    what = tr._("Go on: {what}")
    rows = tuple((_go_on(view.facts, what.format(what=_short(view.facts, tr))),) for view in views)
    return Message(tuple(blocks), tr.language, buttons=rows)


def lines(views: Sequence[BrakeView], tr: Translator, command: str = "") -> list[str]:
    """Return one line for each thing that is stopped: what, since when, why, and the command that lets it go on."""
    told = tr._("{what}, since {moment}: {reason} {command}")
    return [
        told.format(
            what=_short(view.facts, tr),
            moment=tr.moment(view.facts.since, view.facts.since.tzinfo or UTC),
            reason=_reason(view.facts, tr),
            command=_command(view.facts, tr, command),
        )
        for view in views
    ]


def ended(view: BrakeView, tr: Translator) -> Message:
    """Return what became of something that was stopped, and who decided it."""
    at = tr.moment(view.ended_at, view.ended_at.tzinfo or UTC) if view.ended_at is not None else ""
    if view.outcome is BrakeEnd.CANCELLED:
        title, told = (
            tr._("Cancelled: {what}"),
            tr._("{name} cancelled these messages, {moment}. They go to nobody else."),
        )
    else:
        title, told = tr._("Goes on: {what}"), tr._("{name} let it go on, {moment}. What waited goes out now.")
    blocks: tuple[Block, ...] = (
        heading(title.format(what=_short(view.facts, tr))),
        *(paragraph(one) for one in _about(view.facts, tr)),
        paragraph(told.format(name=clean(view.ended_by), moment=at)),
        paragraph(tr._("It had stopped because: {reason}").format(reason=_reason(view.facts, tr))),
    )
    return Message(blocks, tr.language)


def went_on(views: Sequence[BrakeView], left: Sequence[BrakeView], tr: Translator) -> Message:
    """Return that several things that were stopped go on now, and what still is stopped."""
    told = tr._("Goes on: {what}")
    blocks: list[Block] = [Bullets(tuple((Text(told.format(what=_short(view.facts, tr))),) for view in views))]
    if left:
        rest = standing(left, tr)
        return Message((*blocks, *rest.blocks), tr.language, buttons=rest.buttons)
    return Message((*blocks, paragraph(tr._("Nothing is stopped any more."))), tr.language)


def channel_name(channel: str) -> str:
    """Return a medium as it is called."""
    return channel.capitalize()


def _title(facts: BrakeFacts, tr: Translator) -> str:
    if facts.event is not None:
        return tr._("Stopped before it goes to everybody")
    if facts.channel:
        return tr._("Nothing goes out to the public on {channel}").format(channel=channel_name(facts.channel))
    return tr._("Nothing goes out to the public")


def _short(facts: BrakeFacts, tr: Translator) -> str:
    """Return in few words what is stopped."""
    if facts.event is not None:
        return ", ".join(_about(facts, tr))
    if facts.channel:
        return tr._("all for the public on {channel}").format(channel=channel_name(facts.channel))
    return tr._("all for the public")


def _about(facts: BrakeFacts, tr: Translator) -> list[str]:
    """Return what the one message is that is stopped, if it is one."""
    if facts.event is None:
        return []
    kind = labels.event_kind(EventKind(facts.about), tr)
    number = tr._("message {number} ({kind})").format(number=facts.event, kind=kind)
    return [f"{number}, {clean(facts.name)}" if facts.name else number]


def _reason(facts: BrakeFacts, tr: Translator) -> str:
    if facts.kind is BrakeKind.PAUSED:
        return _paused(facts, tr)
    if facts.kind is BrakeKind.NEW_DATABASE:
        return _in_use(facts, tr)
    if facts.kind is BrakeKind.MANY_RECEIVERS and not facts.numbers.get("confirmed"):
        told = tr._("It would go to {receivers} places; above {allowed} somebody has to agree first.")
    else:
        told = {
            BrakeKind.MANY_CHANGES: tr._(
                "{changed} of {lists} lists have something new within one hour: it may be an import gone wrong."
            ),
            BrakeKind.MANY_RECEIVERS: tr._(
                "It would go to {receivers} places; until now at most {confirmed} were agreed to."
            ),
            BrakeKind.MANY_REFUSALS: tr._(
                "{refused} of the last {settled} messages were refused, as if all those people had left."
            ),
            BrakeKind.CANARY: tr._("Of the first {tried} messages {failed} failed and {uncertain} are in doubt."),
        }[facts.kind]
    return told.format_map(defaultdict(lambda: "0", {name: tr.number(one) for name, one in facts.numbers.items()}))


def _in_use(facts: BrakeFacts, tr: Translator) -> str:
    used = facts.numbers.get("used", 0)
    if facts.channel == "telegram":
        return tr._("The bot's menu of commands was set before, but this database has never sent anything there.")
    return tr.n(
        "The account has {count} post, but this database has never sent anything there.",
        "The account has {count} posts, but this database has never sent anything there.",
        used,
    ).format(count=tr.number(used))


def _paused(facts: BrakeFacts, tr: Translator) -> str:
    told = tr._("{name} paused it.").format(name=clean(facts.by))
    return f"{told} {tr._('Reason: {reason}').format(reason=clean(facts.reason))}" if facts.reason else told


def _advice(facts: BrakeFacts, tr: Translator) -> list[str]:
    """Return what to look at before it goes on."""
    match facts.kind:
        case BrakeKind.MANY_CHANGES:
            told = tr._(
                "Look at the newest entries. What is wrong and was told to nobody yet is taken back with {command}; if all of it "
                "is right, let it go on."
            )
            return [told.format(command=tr._("/undo"))]
        case BrakeKind.MANY_RECEIVERS:
            return [
                tr._(
                    "If that is right, let it go on: up to twice as many are then told without a question. Other messages go "
                    "out meanwhile, but nothing newer about the same list."
                )
            ]
        case BrakeKind.NEW_DATABASE:
            return [
                tr._(
                    "Is it the right database, or an empty one or an old copy? Whoever runs the bot looks at `database.url` in "
                    "the configuration. If a new beginning is meant, let it go on."
                )
            ]
        case BrakeKind.MANY_REFUSALS:
            return [
                tr._(
                    "It may be a fault of the network, and nobody else should be taken for gone. Once it is well again, let it "
                    "go on; if as many refuse then, sending stops again."
                )
            ]
        case BrakeKind.CANARY:
            told = tr._("The others have not gone out. See why, with {command}; once that is put right, let it go on.")
            return [told.format(command=tr._("/deliveries"))]
        case BrakeKind.PAUSED:
            return []


def _command(facts: BrakeFacts, tr: Translator, command: str) -> str:
    return (command or tr._("/resume {number}")).format(number=facts.brake)


def _go_on(facts: BrakeFacts, label: str) -> Button:
    return pressing(label, "brake", "go", facts.brake)
