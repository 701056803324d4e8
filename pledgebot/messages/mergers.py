"""What followers read when lists have united, and when that turns out not to be so."""

from pledgebot.domain.recalled import MergerFacts, RecalledParent, RecalledPosition
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Strong,
    Text,
    clean,
    heading,
    joined,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import demand_title
from pledgebot.messages.subjects import round_name


def merger_blocks(facts: MergerFacts, tr: Translator) -> list[Block]:
    """Return which lists united, what each had said, and what changes for whoever follows one of them."""
    child = facts.child
    name = clean(child.name)
    known = [name, clean(child.constituency), round_name(facts.round_number, tr)]
    if child.panel is not None:
        known.append(tr._("panel {number}").format(number=child.panel))
    which = paragraph(", ".join(known) + ".")
    if facts.taken_back:
        return [heading(tr._("Correction: {name}").format(name=name)), which, *_taken_back(facts, tr)]
    blocks: list[Block] = [heading(tr._("Lists have united: {name}").format(name=name)), which, _united(facts, tr)]
    for parent in facts.parents:
        blocks += _had_said(parent, tr)
    return [
        *blocks,
        paragraph(
            tr._("Under the united list this is shown as inherited, to be confirmed, until that list answers itself.")
        ),
        paragraph(tr._("Whoever follows one of these lists goes on with the united one: nothing has to be changed.")),
    ]


def _united(facts: MergerFacts, tr: Translator) -> Block:
    parents = [clean(parent.name) for parent in facts.parents]
    told = tr.n("{parents} has merged into {name}.", "{parents} have merged into {name}.", len(parents))
    return paragraph(told.format(parents=tr.join(parents), name=clean(facts.child.name)))


def _taken_back(facts: MergerFacts, tr: Translator) -> list[Block]:
    names = tr.join(map(clean, facts.taken_back))
    told = tr._("We had announced that {names} merged into this list.")
    if facts.told_on is not None:
        told = tr._("We announced on {date} that {names} merged into this list.")
    day = tr.short_day(facts.told_on) if facts.told_on is not None else ""
    taken_back = tr._("We take that back: it is not confirmed any more, and nothing is shown as inherited from there.")
    sentences = [told.format(date=day, names=names), taken_back]
    if facts.parents:
        left = tr.join(clean(parent.name) for parent in facts.parents)
        sentences.append(tr._("Still confirmed: {names}.").format(names=left))
    return [paragraph(" ".join(sentences))]


def _had_said(parent: RecalledParent, tr: Translator) -> list[Block]:
    """Return what a list had said on each demand."""
    name = clean(parent.name)
    if not any(_is_known(one) for one in parent.positions):
        return [paragraph(tr._("{name} had said nothing that is on record.").format(name=name))]
    return [
        paragraph(tr._("{name} had said:").format(name=name)),
        Bullets(
            tuple(
                sentence(
                    "{title} — {position}",
                    title=clean(demand_title(one.title, one.part_title, tr)),
                    position=_position(one, tr),
                )
                for one in parent.positions
            )
        ),
    ]


def _is_known(one: RecalledPosition) -> bool:
    return one.position is not None or bool(one.beside) or one.taken_back or one.inherited


def _position(one: RecalledPosition, tr: Translator) -> Inlines:
    positions = [*([one.position] if one.position is not None else []), *one.beside]
    words = [labels.position(position, tr) for position in positions]
    if one.taken_back:
        words.insert(0, tr._("word taken back"))
    if one.inherited and not words:
        words = [tr._("inherited, to be confirmed")]
    told = " / ".join(words) or tr._("nothing on record")
    if len(words) > 1:
        told = tr._("{name}: {what}").format(name=tr._("contradictory"), what=told)
    note = (Text(tr._("(being corrected)")),) if one.being_corrected else ()
    return joined([(Strong(told),), note], " ")
