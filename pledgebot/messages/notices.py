"""What is told that is about no answer."""

from pledgebot.domain.events import NoticeFacts
from pledgebot.messages.announcement_buttons import staying_buttons
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.i18n import Translator


def stay_asked(facts: NoticeFacts, tr: Translator, spot: tuple[str, str] | None = None) -> Message:
    """Ask whether to stay for the mandate. `spot` is the address and thread for which the buttons are."""
    election, letter = clean(tr.pick(facts.election)), clean(tr.pick(facts.letter_title))
    blocks: list[Block] = [heading(tr._("The election is over. Do you stay?"))]
    if election:
        day = tr.short_day(facts.last_round)
        blocks.append(paragraph(tr._("{election}, last round on {day}").format(election=election, day=day)))
    if letter:
        blocks.append(paragraph(tr._("Open letter: {title}").format(title=letter)))
    blocks += [
        paragraph(tr._("Shall this bot go on telling you whether the word was kept?")),
        paragraph(
            tr._("Without an answer by {date} your subscription is deleted, with everything kept for it.").format(
                date=tr.short_day(facts.deadline)
            )
        ),
    ]
    return Message(tuple(blocks), tr.language, buttons=staying_buttons(spot, tr) if spot is not None else ())
