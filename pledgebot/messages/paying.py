"""What organizers read before the network is paid for sending faster: how many messages, what they cost, on what conditions."""

from collections.abc import Sequence

from pledgebot.messages import labels
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import (
    Block,
    Bullets,
    Buttons,
    Link,
    Message,
    Paragraph,
    Text,
    clean,
    heading,
    paragraph,
)
from pledgebot.messages.i18n import Translator
from pledgebot.services.paying import Broadcast

CONDITIONS = "https://core.telegram.org/bots/faq#how-can-i-message-all-of-my-bot-39s-subscribers-at-once"


def offers(found: Sequence[Broadcast], tr: Translator) -> tuple[list[Block], Buttons]:
    """Return the large broadcasts that could go faster, and a button for each that asks what it costs."""
    if not found:
        return [], ()
    told = [(Text(_line(one, tr)),) for one in found]
    label = tr._("Send faster for Stars…")
    numbered = tr._("Send message {number} faster for Stars…")
    rows = tuple(
        (pressing(label if len(found) == 1 else numbered.format(number=one.event), "pay", one.event),) for one in found
    )
    return [heading(tr._("Large broadcasts on their way")), Bullets(tuple(told))], rows


def asked(one: Broadcast, tr: Translator) -> Message:
    """Return the question whether to pay, with the number of messages and the cost."""
    blocks: tuple[Block, ...] = (
        heading(tr._("Send faster for Stars?")),
        paragraph(_line(one, tr)),
        paragraph(cost(one, tr)),
        *_conditions(tr),
    )
    pay = tr.n("Yes, pay up to {count} Star", "Yes, pay up to {count} Stars", one.stars)
    buttons = (
        (pressing(pay.format(count=tr.number(one.stars)), "pay", one.event, "yes", one.messages),),
        (pressing(tr._("No, send it for free"), "deliveries", 1),),
    )
    return Message(blocks, tr.language, buttons=buttons)


def agreed(one: Broadcast, by: str, tr: Translator) -> Message:
    """Return that somebody agreed to pay."""
    told = tr._("{name} agreed to pay up to {stars} Stars: {what}").format(
        name=clean(by), stars=tr.number(one.stars), what=_line(one, tr)
    )
    return Message((paragraph(told),), tr.language, buttons=((pressing(tr._("All that waits"), "deliveries"),),))


def cost(one: Broadcast, tr: Translator) -> str:
    """Return what a broadcast costs at most, and out of whose pocket."""
    told = tr.n(
        "It costs up to {count} Telegram Star, 0.1 for each message, out of the bot's balance of Stars. A text too long for one "
        "message is several.",
        "It costs up to {count} Telegram Stars, 0.1 for each message, out of the bot's balance of Stars. A text too long for one "
        "message is several.",
        one.stars,
    )
    return told.format(count=tr.number(one.stars))


def _conditions(tr: Translator) -> tuple[Block, ...]:
    told = tr._(
        "Telegram then takes up to 1,000 messages a second instead of 30, and allows it only to bots that meet its "
    )
    return (Paragraph((Text(told), Link(tr._("conditions"), CONDITIONS), Text("."))),)


def _line(one: Broadcast, tr: Translator) -> str:
    kind = labels.event_kind(one.kind, tr)
    what = f"{kind}, {clean(one.name)}" if one.name else kind
    told = tr.n(
        "message {number} ({what}): {count} is still to be sent on Telegram",
        "message {number} ({what}): {count} are still to be sent on Telegram",
        one.messages,
    )
    return told.format(number=one.event, what=what, count=tr.number(one.messages))
