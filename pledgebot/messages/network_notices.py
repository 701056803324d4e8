"""What organizers read when a network wants to hear nothing for long."""

from datetime import UTC

from pledgebot.domain.recalled import NetworkFacts
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.i18n import Translator


def network_waits(facts: NetworkFacts, tr: Translator) -> Message:
    """Return that nothing goes out to a network, or to one place there, until when, and what not to do about it."""
    network = facts.channel.capitalize()
    until = tr.moment(facts.until, facts.until.tzinfo or UTC)
    if facts.place:
        title = tr._("{network} asks the bot to wait at {place}")
        told = tr._("Nothing goes out there until {moment}. All other places hear from the bot as ever.")
    else:
        title = tr._("{network} asks the bot to wait")
        told = tr._("Nothing goes out there until {moment}: no announcement, and no answer to anybody who asks.")
    blocks: list[Block] = [
        heading(title.format(network=network, place=clean(facts.place))),
        paragraph(told.format(moment=until)),
        paragraph(tr._("What waits is kept, and goes out by itself afterwards. Nobody has to do anything.")),
        paragraph(
            tr._("Do not use the bot's token elsewhere meanwhile: whoever goes on writing is kept out for longer.")
        ),
    ]
    return Message(tuple(blocks), tr.language)
