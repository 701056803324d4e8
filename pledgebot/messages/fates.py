"""What became of a list as an organizer says: the question to a second person, and what came of it."""

from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from pledgebot.domain.progress import Medium
from pledgebot.messages import labels, outreach
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import Message, Paragraph, Strong, clean, paragraph, sentence
from pledgebot.messages.i18n import Translator
from pledgebot.messages.subjects import list_name
from pledgebot.services.chases import ConversationView
from pledgebot.services.fates import FateKind
from pledgebot.services.views import ListHead


@dataclass(frozen=True)
class Told:
    """What is said of a list: with the names of those that merged into it; by what way and on what day it declined."""

    kind: FateKind
    head: ListHead
    parents: tuple[str, ...] = ()
    medium: Medium | None = None
    day: date | None = None


def proposed(told: Told, said_by: str, words: tuple[str | int, ...], tr: Translator) -> Message:
    """Return what an organizer says of a list, with the buttons for another one; `words` say it to the buttons."""
    blocks = (
        paragraph(tr._("{name} says:").format(name=clean(said_by)), " ", Strong(_sentence(told, tr))),
        paragraph(
            tr._(
                "It is said in public of this list only when another organizer has pressed the button. In a private chat "
                "nobody else sees it: write the same in the organizers' group."
            )
        ),
    )
    buttons = (
        (pressing(tr._("Confirm: this is so"), "fate", "yes", *words),),
        (pressing(tr._("No, forget it"), "fate", "no", *words),),
    )
    return Message(blocks, tr.language, buttons=buttons)


def confirmed(told: Told, view: ConversationView, by: str, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return that it is confirmed, how the list is now, and how it is undone."""
    done = tr._("{sentence} Confirmed by {name}.").format(sentence=_sentence(told, tr), name=clean(by))
    return outreach.list_changed(view, f"{done} {_after(told, tr)}".strip(), tr, zone)


def _after(told: Told, tr: Translator) -> str:
    if told.kind is FateKind.WITHDRAWN:
        undo = tr._("What it said stays on record. By mistake? /lists reinstate #{number}")
        return undo.format(number=told.head.id)
    if told.kind is FateKind.MERGED:
        return tr._("What they said is shown for this list as inherited, to be confirmed.")
    return ""


def dropped(told: Told, by: str, tr: Translator) -> Message:
    """Return that it was not confirmed."""
    template = tr._("Dropped by {name}, nothing was changed: {sentence}")
    return Message((Paragraph(sentence(template, name=clean(by), sentence=_sentence(told, tr))),), tr.language)


def _sentence(told: Told, tr: Translator) -> str:
    name = f"{list_name(told.head)} (#{told.head.id}, {clean(told.head.constituency)})"
    if told.kind is FateKind.WITHDRAWN:
        return tr._("{name} no longer stands.").format(name=name)
    if told.kind is FateKind.MERGED:
        parents = tr.join(map(clean, told.parents))
        return tr.n(
            "{parents} has merged into {name}.", "{parents} have merged into {name}.", len(told.parents)
        ).format(parents=parents, name=name)
    return tr._("{name} declined to answer on {date} ({medium}).").format(
        name=name,
        date=tr.short_day(told.day) if told.day is not None else "",
        medium=labels.medium(told.medium, tr) if told.medium is not None else "",
    )
