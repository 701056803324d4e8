"""Entries by chat: what waits, one entry as it will be posted, the decision, the undoing."""

from pledgebot.chat.errand import Errand, number_in, usage
from pledgebot.chat.grammar import Request, Verb
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import AnswerState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import organizers
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.objections import objection
from pledgebot.services import queries
from pledgebot.services.decisions import confirm_answer, reject_answer, undo_answer


def pending(errand: Errand) -> Message:
    """Show the entries that wait for a second person."""
    return organizers.pending(queries.entries(errand.session), errand.tr, errand.zone)


def decide(errand: Errand, request: Request) -> Message:
    """Confirm or reject an entry in the version that was shown; without a version, show it."""
    tr = errand.tr
    number, version, reason = _numbers(request.about)
    if number is None:
        told = tr._("Which entry? Give its number and the version that you read; /pending shows both.")
        return usage(tr, told, tr._("/confirm 12 1"), tr._("/reject 12 1 the proof does not show it"))
    view = queries.entry(errand.session, number)
    if version is None:
        # The version that a person saw is part of the command: without it the entry is shown first.
        return organizers.entry(view, tr, errand.zone)
    if request.verb is Verb.CONFIRM:
        return confirm(errand, number, version)
    return reject(errand, number, version, reason)


def _numbers(text: str) -> tuple[int | None, int | None, str]:
    """Read `12 1 reason…`: the entry, the version that was shown, what follows."""
    words = text.split()
    numbers = [number_in(word.lstrip("#")) for word in words[:2]]
    number = numbers[0] if numbers else None
    version = numbers[1] if len(numbers) > 1 else None
    return number, version, " ".join(words[2:] if version is not None else words[1:])


def confirm(errand: Errand, number: int, version: int) -> Message:
    """Confirm an entry."""
    confirm_answer(errand.session, number, version, errand.by, errand.now)
    return organizers.confirmed(queries.entry(errand.session, number), errand.tr)


def reject(errand: Errand, number: int, version: int, reason: str) -> Message:
    """Reject an entry for a reason."""
    reject_answer(errand.session, number, version, reason, errand.by, errand.now)
    return organizers.rejected(queries.entry(errand.session, number), errand.tr)


def undo(errand: Errand, request: Request) -> Message:
    """Take a confirmation back, as long as nobody was told."""
    tr = errand.tr
    words = request.about.split()
    number = number_in(words[0].lstrip("#")) if words else None
    if number is None:
        told = tr._("Which confirmation? Give the number of the entry and the reason; it works until people are told.")
        return usage(tr, told, tr._("/undo 12 confirmed by mistake"))
    undo_answer(errand.session, number, " ".join(words[1:]), errand.by, errand.now)
    return organizers.undone(queries.entry(errand.session, number), errand.by.name, tr)


def press_confirm(errand: Errand, number: int, version: int) -> Reply:
    """Confirm by a button: the message becomes the decision."""
    return Reply((confirm(errand, number, version),), in_place=True)


def press_reject(errand: Errand, number: int, version: int, reason: str | None) -> Reply:
    """Ask for the reason, or reject for the one that was pressed."""
    if reason == "other":
        # A reason of one's own is written: a button alone would reject without one.
        command = f"/reject {number} {version}"
        told = errand.tr._("Write the reason after the command: {command} …").format(command=command)
        return Reply((Message((paragraph(told),), errand.tr.language),))
    if reason is not None:
        return Reply((reject(errand, number, version, organizers.rejection_reason(reason, errand.tr)),), in_place=True)
    view = queries.entry(errand.session, number)
    if view.state is not AnswerState.PENDING:
        raise Refused(Objection.ALREADY_DECIDED, answer=number)
    if view.facts.version != version:
        raise Refused(Objection.CHANGED_MEANWHILE, answer=number)
    return Reply((organizers.why_reject(view, errand.tr, errand.zone),), in_place=True)


def press_entry(errand: Errand, number: int, *, back: bool = False) -> Reply:
    """Show an entry; `back` puts it in the place of the screen that led away from it."""
    return Reply((organizers.entry(queries.entry(errand.session, number), errand.tr, errand.zone),), in_place=back)


def as_it_is(errand: Errand, number: int, refused: Refused) -> Reply:
    """Show an entry that another person decided or changed meanwhile, in the place of what was pressed."""
    tr = errand.tr
    view = queries.entry(errand.session, number)
    show = organizers.changed if refused.objection is Objection.CHANGED_MEANWHILE else organizers.entry
    return Reply(
        (show(view, tr, errand.zone),), in_place=True, notice=objection(tr, refused.objection, {"answer": number})
    )
