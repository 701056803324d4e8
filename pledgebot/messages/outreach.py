"""What organizers read of the lists: how far each conversation is, who has taken which, what was just changed or logged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.messages import labels
from pledgebot.messages.buttons import pairs, pressing
from pledgebot.messages.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Inlines,
    Message,
    Strong,
    Text,
    clean,
    echoed,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.mailing import LETTER, Mail, ready_text
from pledgebot.messages.subjects import list_name
from pledgebot.services.chases import ChaseView, ContactView, ConversationsView, ConversationView

MOST_BUTTONS = 12


def lists(view: ConversationsView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return the lists with their numbers, how far each conversation is and who has it, and how one is changed."""
    blocks: list[Block] = [heading(tr._("The lists"))]
    if not view.rows:
        blocks.append(paragraph(tr._("No list is known yet.")))
    else:
        blocks.append(Bullets(tuple(_line(row, tr, zone) for row in view.rows)))
    blocks += _more(view, tr._("/lists show PLACE"), tr)
    return Message((*blocks, *how_to_change(tr)), tr.language)


def how_to_change(tr: Translator) -> tuple[Block, ...]:
    """Return how lists are added and changed by chat."""
    examples = (
        tr._("/lists add NAME | place = 13055 | head = NAME | banner = NAME | short = NAME"),
        tr._("/lists rename NAME | NEW NAME"),
        tr._("/lists alias NAME | ALIAS"),
        tr._("/lists banner NAME | BANNER"),
        tr._("/lists head NAME | HEAD OF LIST"),
        tr._("/lists panel NAME | 5"),
        tr._("/lists withdraw NAME"),
        tr._("/lists reinstate NAME"),
        tr._("/lists merge NAME, NAME | into = NAME"),
        tr._("/lists show PLACE"),
    )
    return (
        paragraph(tr._("To change them (for NAME its number will do, such as #12):")),
        Bullets(tuple((Text(example),) for example in examples)),
    )


def _line(view: ConversationView, tr: Translator, zone: tzinfo) -> Inlines:
    told = sentence(
        "#{number} = {name} ({place}) — {stage}",
        number=str(view.head.id),
        name=Strong(list_name(view.head)),
        place=clean(view.head.constituency),
        stage=_stage(view, tr, zone),
    )
    if view.opted_out:
        told = (*told, Text(f" — {labels.contact_kind(ContactKind.OPTED_OUT, tr)}"))
    if view.chase is None:
        return told
    taken = tr._("taken by {name} until {moment}").format(
        name=clean(view.chase.by), moment=tr.moment(view.chase.until, zone)
    )
    return (*told, Text(f" — {taken}"))


def _stage(view: ConversationView, tr: Translator, zone: tzinfo) -> str:
    word = labels.stage(view.progress.stage, tr)
    if view.progress.since is None:
        return word
    return f"{word}, {tr.short_day(view.progress.since.astimezone(zone).date())}"


def _more(view: ConversationsView, command: str, tr: Translator) -> list[Block]:
    if not view.more:
        return []
    told = tr.n(
        "{count} more list. To see some of them: {command}", "{count} more lists. To see some: {command}", view.more
    )
    return [paragraph(told.format(count=view.more, command=command))]


def list_changed(view: ConversationView, done: str, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return what was done to a list, and how it is now."""
    return Message((paragraph(done), Bullets(tuple(_details(view, tr, zone)))), tr.language)


def banner_changed(done: str, tr: Translator) -> Message:
    """Return what was done to a banner."""
    return Message((paragraph(clean(done)),), tr.language)


def _details(view: ConversationView, tr: Translator, zone: tzinfo) -> list[Inlines]:
    head = view.head
    lines: list[Inlines] = [_line(view, tr, zone)]
    told = (
        (tr._("short name: {value}"), head.short_name),
        (tr._("head of list: {value}"), head.head),
        (tr._("panel: {value}"), str(head.panel) if head.panel is not None else None),
        (tr._("banner: {value}"), head.banner),
        (tr._("also known as: {value}"), tr.join(map(clean, view.aliases)) if view.aliases else None),
        (tr._("status: {value}"), labels.list_status(head.status, tr)),
    )
    lines += [(Text(template.format(value=clean(value))),) for template, value in told if value]
    return lines


def chases(taken: Sequence[ChaseView], waiting: ConversationsView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return who has taken which list, and those that wait: buttons take the first of these."""
    blocks: list[Block] = [heading(tr._("Lists to write to"))]
    if taken:
        blocks += [paragraph(tr._("Taken:")), Bullets(tuple(_taken(chase, tr, zone) for chase in taken))]
    if waiting.rows:
        lines = tuple(_line(row, tr, zone) for row in waiting.rows)
        blocks += [paragraph(tr._("Waiting for somebody:")), Bullets(lines)]
        blocks += _more(waiting, tr._("/lists show PLACE"), tr)
    else:
        blocks.append(paragraph(tr._("No other list waits for us.")))
    blocks.append(paragraph(tr._("To take one for 24 hours: /chase NAME")))
    buttons = tuple(
        (pressing(tr._("Take {name}").format(name=list_name(row.head)), "chase", row.head.id),)
        for row in waiting.rows[:MOST_BUTTONS]
    )
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _taken(chase: ChaseView, tr: Translator, zone: tzinfo) -> Inlines:
    return sentence(
        "#{number} = {name} ({place}) — {taken}",
        number=str(chase.list_id),
        name=Strong(clean(chase.name)),
        place=clean(chase.constituency),
        taken=tr._("taken by {name} until {moment}").format(name=clean(chase.by), moment=tr.moment(chase.until, zone)),
    )


def chased(view: ConversationView, tr: Translator, zone: tzinfo = UTC, mail: Mail | None = None) -> Message:
    """Return that a list is taken for 24 hours, what is known of the conversation, what it is to be written, how that is logged.

    The text is the same for every list but for its name.
    """
    done = paragraph(tr._("This list is yours for 24 hours: nobody else is told to write to it."))
    if mail is None:
        return _conversation(view, done, tr, zone)
    title = tr._("The letter:") if mail.template == LETTER else tr._("The reminder:")
    return _conversation(view, done, tr, zone, [heading(title), *ready_text(mail, tr)])


def conversation(view: ConversationView, tr: Translator, zone: tzinfo = UTC, done: str = "") -> Message:
    """Return how far the conversation with a list is; `done` is what was just logged."""
    return _conversation(view, paragraph(done) if done else None, tr, zone)


def _conversation(
    view: ConversationView, first: Block | None, tr: Translator, zone: tzinfo, text: Sequence[Block] = ()
) -> Message:
    blocks: list[Block] = [first] if first is not None else []
    blocks += [Bullets(tuple(_details(view, tr, zone)))]
    if view.contacts:
        blocks += [
            paragraph(tr._("The last contacts:")),
            Bullets(tuple((Text(_contact(one, tr, zone)),) for one in view.contacts)),
        ]
    blocks += [*text, *how_to_log(tr)]
    buttons = contact_buttons(view.head.id, tr, opted_out=view.opted_out)
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _contact(view: ContactView, tr: Translator, zone: tzinfo) -> str:
    return tr._("{day}: {what}, {medium} ({name})").format(
        day=tr.short_day(view.at.astimezone(zone).date()),
        what=labels.contact_kind(view.kind, tr),
        medium=labels.medium(view.medium, tr),
        name=clean(view.by),
    )


def how_to_log(tr: Translator) -> list[Block]:
    """Return how a contact is logged in words: what happened, by what way, when."""
    kinds = tr.join(labels.contact_kind(kind, tr) for kind in ContactKind)
    media = tr.join(labels.medium(medium, tr) for medium in Medium)
    return [
        paragraph(tr._("To log a contact: /contact NAME | sent | e-mail | 2026-02-14")),
        paragraph(tr._("What happened: {kinds}. By what way: {media}.").format(kinds=kinds, media=media)),
    ]


def contact_buttons(list_id: int, tr: Translator, *, opted_out: bool = False) -> Buttons:
    """Return what we did today, each one press, and the way to what the list says; the way alone where it wants no letters.

    What a list did is said of it in public at once: that takes words, not a slip of the thumb.
    """
    today = [
        (tr._("Letter sent by e-mail today"), ContactKind.SENT),
        (tr._("Reminded by e-mail today"), ContactKind.REMINDED),
    ]
    pressed = [pressing(text, "contact", list_id, kind.value, Medium.EMAIL.value) for text, kind in today]
    onward = (pressing(tr._("What this list says"), "list", list_id),)
    return (onward,) if opted_out else (*pairs(pressed), onward)


def which_list(query: str, options: Sequence[tuple[int, str]], verb: str, tr: Translator) -> Message:
    """Return the question which of several lists was meant, each with its number and a button of the verb."""
    asked = tr._("“{query}” may be several lists. Which one do you mean?").format(query=echoed(query))
    lines = tuple((Text(f"#{number} = {clean(label)}"),) for number, label in options)
    buttons: list[Button] = [pressing(label, verb, number) for number, label in options]
    message = Message((paragraph(asked), Bullets(lines)), tr.language)
    return replace(message, buttons=tuple((button,) for button in buttons))


def stage_line(stage: Stage, count: int, tr: Translator) -> str:
    """Return how many lists are in a stage of the conversation."""
    return tr._("{name}: {count}").format(name=labels.stage(stage, tr), count=count)
