"""Writing to lists by chat: who takes which, what was sent and what came back."""

from datetime import date, datetime, time, timedelta, tzinfo

from pledgebot.chat import organizer_fates
from pledgebot.chat.errand import Errand, parts_of, usage
from pledgebot.chat.grammar import Request
from pledgebot.chat.organizer_logging import day_from
from pledgebot.chat.reply import Reply
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.words import contact_from, medium_from, normalise
from pledgebot.messages import labels, outreach
from pledgebot.messages.document import Message
from pledgebot.messages.mailing import LETTER, Mail, mail_for, reminder_template
from pledgebot.services.chases import (
    OPEN_STAGES,
    ConversationView,
    conversation,
    open_chases,
    take_list,
    waiting_conversations,
)
from pledgebot.services.lookup import HitKind
from pledgebot.services.mails import next_mail
from pledgebot.services.outreach import NewContact, log_contact

_MOST_WAITING = 20
_NOON = time(12)
_NAMED = {
    **dict.fromkeys(("note", "remarque"), "note"),
    **dict.fromkeys(("template", "text", "texte", "modele"), "template"),
}
"""The words before an equals sign: a note, or by which name the text is kept that was sent."""


def chase(errand: Errand, request: Request) -> Message:
    """Take a list for 24 hours; without a name, show who has taken what and which lists wait."""
    if not request.about:
        return chases(errand)
    hits = errand.named(request.about, HitKind.LIST)
    if len(hits) > 1:
        return outreach.which_list(request.about, [(hit.id, hit.label) for hit in hits], "chase", errand.tr)
    return taken(errand, errand.list_id(request.about))


def chases(errand: Errand) -> Message:
    """Show who has taken what, and which lists wait."""
    waiting = waiting_conversations(errand.session, errand.asked.id, errand.now, _MOST_WAITING)
    return outreach.chases(open_chases(errand.session, errand.now), waiting, errand.tr, errand.zone)


def taken(errand: Errand, list_id: int) -> Message:
    """Take a list, and show how far the conversation with it is and what it is to be written."""
    take_list(errand.session, list_id, errand.by, errand.now)
    view = conversation(errand.session, list_id, errand.now)
    return outreach.chased(view, errand.tr, errand.zone, _mail(errand, view))


def _mail(errand: Errand, view: ConversationView) -> Mail | None:
    """Return what a list is to be written next; nothing where it is on us, or where the list has spoken."""
    if view.progress.stage not in OPEN_STAGES:
        return None
    one = next_mail(errand.session, view.head.id, errand.now)
    return mail_for(one) if one is not None else None


def contact(errand: Errand, request: Request) -> Message:
    """Log a contact from `NAME | what happened | by what way | day`; with the name alone, show how far it is."""
    tr = errand.tr
    name, *rest = parts_of(request.about)
    if not name:
        told = tr._("Which list? Give its name, what happened, by what way, and the day; without a day it is now.")
        return usage(
            tr, told, tr._("/contact NAME | sent | e-mail | 2026-02-14"), tr._("/contact NAME | declined | phone")
        )
    hits = errand.named(name, HitKind.LIST)
    if len(hits) > 1:
        return outreach.which_list(name, [(hit.id, hit.label) for hit in hits], "contact", tr)
    list_id = errand.list_id(name)
    if not any(rest):
        return outreach.conversation(conversation(errand.session, list_id, errand.now), tr, errand.zone)
    faults: list[str] = []
    new = _new_contact(errand, list_id, rest, faults)
    if new is None:
        example = tr._("/contact NAME | sent | e-mail | 2026-02-14")
        return usage(tr, tr._("Nothing was logged:"), example, faults=tuple(faults))
    if new.kind is ContactKind.DECLINED:
        return organizer_fates.declined(errand, list_id, new.medium, new.at)
    return logged(errand, new)


def _new_contact(errand: Errand, list_id: int, parts: list[str], faults: list[str]) -> NewContact | None:
    """Read the parts in any order: no word names both what happened and by what way."""
    tr = errand.tr
    kind: ContactKind | None = None
    medium: Medium | None = None
    at: datetime | None = None
    kept: dict[str, str] = {}
    for part in filter(None, parts):
        key, equals, value = part.partition("=")
        if equals and (named := _NAMED.get(normalise(key))) is not None:
            kept[named] = value.strip()
        elif (told := contact_from(part)) is not None:
            kind = told
        elif (way := medium_from(part)) is not None:
            medium = way
        elif (day := _day(errand, part)) is not None:
            at = moment_of(day, errand.now, errand.zone)
        else:
            faults.append(tr._("{word}: not understood").format(word=part[:80]))
    if kind is None:
        kinds = tr.join(labels.contact_kind(member, tr) for member in ContactKind)
        faults.append(tr._("what happened is missing: {kinds}").format(kinds=kinds))
    if medium is None:
        media = tr.join(labels.medium(member, tr) for member in Medium)
        faults.append(tr._("by what way is missing: {media}").format(media=media))
    if kind is ContactKind.DECLINED and "note" in kept:
        faults.append(tr._("a note is not kept with this, since another person confirms it: leave it out"))
    if faults or kind is None or medium is None:
        return None
    return NewContact(list_id, kind, medium, at or errand.now, kept.get("template") or None, kept.get("note") or None)


def _day(errand: Errand, text: str) -> date | None:
    if normalise(text) in {"yesterday", "hier"}:
        return errand.now.astimezone(errand.zone).date() - timedelta(days=1)
    return day_from(errand, text)


def moment_of(day: date, now: datetime, zone: tzinfo) -> datetime:
    """Return when a contact of a day was: now for today's, noon there for any other day."""
    return now if day == now.astimezone(zone).date() else datetime.combine(day, _NOON, zone)


def logged(errand: Errand, new: NewContact) -> Message:
    """Log a contact, and show how far the conversation is now."""
    tr = errand.tr
    log_contact(errand.session, new, errand.by, errand.now)
    done = tr._("Logged: {what}, {medium}.").format(
        what=labels.contact_kind(new.kind, tr), medium=labels.medium(new.medium, tr)
    )
    return outreach.conversation(conversation(errand.session, new.list_id, errand.now), tr, errand.zone, done)


def press_chase(errand: Errand, list_id: int) -> Reply:
    """Take a list by its button."""
    return Reply((taken(errand, list_id),))


def press_contact(errand: Errand, list_id: int, what: tuple[ContactKind, Medium] | None) -> Reply:
    """Log a contact of today by its button, once a day; or show how far the conversation is."""
    tr = errand.tr
    view = conversation(errand.session, list_id, errand.now)
    if what is None:
        return Reply((outreach.conversation(view, tr, errand.zone),))
    kind, medium = what
    today = errand.now.astimezone(errand.zone).date()
    if any(
        (one.kind, one.medium, one.at.astimezone(errand.zone).date()) == (kind, medium, today) for one in view.contacts
    ):
        # A second press, or another person's: the list was written to once.
        return Reply(
            (outreach.conversation(view, tr, errand.zone),), in_place=True, notice=tr._("Logged today already.")
        )
    # Whoever presses has sent the text that stands above the button.
    contact = NewContact(list_id, kind, medium, errand.now, template=_template(errand, list_id, kind))
    return Reply((logged(errand, contact),), in_place=True)


def _template(errand: Errand, list_id: int, kind: ContactKind) -> str | None:
    if kind is ContactKind.SENT:
        return LETTER
    one = next_mail(errand.session, list_id, errand.now) if kind is ContactKind.REMINDED else None
    return reminder_template(len(one.sent.reminders) + 1) if one is not None else None


def read_contact(words: tuple[str, ...]) -> tuple[ContactKind, Medium] | None:
    """Return what the words of a button say, None for what no button of ours says."""
    try:
        kind, medium = words
        return ContactKind(kind), Medium(medium)
    except ValueError:
        return None
