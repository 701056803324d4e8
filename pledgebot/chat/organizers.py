"""What organizers do by chat, on one page: which verb and which button leads where. A stranger gets none of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pledgebot.chat import organizer_brakes, organizer_deliveries, organizer_fates
from pledgebot.chat import organizer_entries as entries
from pledgebot.chat import organizer_lists as lists
from pledgebot.chat import organizer_outreach as outreach
from pledgebot.chat import organizer_talk as talk
from pledgebot.chat.asker import Asker
from pledgebot.chat.errand import Errand, usage
from pledgebot.chat.grammar import ORGANIZER_VERBS, Request, Verb
from pledgebot.chat.organizer_logging import log
from pledgebot.chat.reply import Reply
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.messages.organizers import REASONS
from pledgebot.messages.presses import Press, number
from pledgebot.messages.status import status as status_message
from pledgebot.services import queries
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Actor
from pledgebot.services.status import status as status_of
from pledgebot.store.engine import Database, Session

LONGEST_NOTICE = 200
"""https://core.telegram.org/bots/api#answercallbackquery"""


def takes(request: Request) -> bool:
    """Tell whether a request is for organizers when one of them makes it; `/lists NAME` is what it is to everybody."""
    return request.verb in ORGANIZER_VERBS or (
        request.verb is Verb.LISTS and not request.whole and lists.is_change(request.about)
    )


def answer(
    session: Session, request: Request, by: Actor, tr: Translator, now: datetime, directories: Directories | None = None
) -> Message:
    """Do what an organizer asks, and say what was done."""
    return _VERBS[request.verb](Errand(session, by, tr, now, directories or Directories()), request)


def _status(errand: Errand) -> Message:
    return status_message(status_of(errand.session, errand.now), errand.tr)


def _correct(errand: Errand, _request: Request) -> Message:
    tr = errand.tr
    told = tr._("Here a correction is not made step by step; on the command line it is one line:")
    return usage(tr, told, 'pledgebot answers correct 12 --position cameras=partial --reason "…" --quote "…" --as NAME')


def _withdraw(errand: Errand, _request: Request) -> Message:
    tr = errand.tr
    told = tr._("Here a word taken back is not recorded step by step; on the command line it is one line:")
    return usage(
        tr,
        told,
        'pledgebot answers withdraw "LIST" --demand cameras --source letter --said-on 2026-02-14 --quote "…" --as NAME',
    )


def _cancel(errand: Errand, _request: Request) -> Message:
    return Message((paragraph(errand.tr._("There is nothing to cancel.")),), errand.tr.language)


_VERBS: dict[Verb, Callable[[Errand, Request], Message]] = {
    Verb.PENDING: lambda errand, _request: entries.pending(errand),
    Verb.LOG: log,
    Verb.CONFIRM: entries.decide,
    Verb.REJECT: entries.decide,
    Verb.UNDO: entries.undo,
    Verb.LISTS: lists.lists,
    Verb.CHASE: outreach.chase,
    Verb.CONTACT: outreach.contact,
    Verb.DELIVERIES: lambda errand, _request: organizer_deliveries.deliveries(errand),
    Verb.STATUS: lambda errand, _request: _status(errand),
    Verb.CORRECT: _correct,
    Verb.WITHDRAW: _withdraw,
    Verb.CANCEL: _cancel,
    Verb.PAUSE: organizer_brakes.pause,
    Verb.RESUME: organizer_brakes.resume,
}

Deed = Callable[[Errand], Reply | None]


def press(
    database: Database, press: Press, asker: Asker, now: datetime, directories: Directories | None = None
) -> Reply | None:
    """Do what an organizer's button says; None for anybody else's buttons, and for everything that a stranger presses.

    A refusal is said at the button, so that a group is not told of one person's mistake. An entry that was changed or
    decided meanwhile is shown as it is now, in the place of what was pressed.
    """
    deed = _deed(press)
    if asker.organizer is None or deed is None:
        return None
    tr = translator(asker.language)

    def errand(session: Session, by: Actor) -> Errand:
        return Errand(session, by, tr, now, directories or Directories())

    try:
        with database.begin() if _writes(press) else database.read() as session:
            reply = deed(errand(session, asker.organizer))
            return _framed(reply, session, tr) if reply is not None else None
    except Refused as refused:
        if press.verb in _DECISIONS and refused.objection in _OVERTAKEN:
            with database.read() as session:
                entry = number(press.arguments[0]) or 0
                return _framed(entries.as_it_is(errand(session, asker.organizer), entry, refused), session, tr)
        return _refusal(refused, tr)


_DECISIONS = frozenset({"confirm", "reject", "ask", "explain"})
_OVERTAKEN = frozenset({Objection.CHANGED_MEANWHILE, Objection.ALREADY_DECIDED})


def _writes(press: Press) -> bool:
    # Reject and contact lead to a choice first; what was chosen is their third argument.
    chosen = press.verb in {"reject", "contact"} and len(press.arguments) > 2  # noqa: PLR2004
    return chosen or press.verb in {"confirm", "chase", "fate", "brake", "settle", "pay"}


def _deed(press: Press) -> Deed | None:
    """Return what a button says; None for what none of ours says, since tokens come from outside."""
    read = _PRESSES.get(press.verb)
    return read(press.arguments) if read is not None else None


def _decision(arguments: tuple[str, ...], deed: Callable[[Errand, int, int], Reply]) -> Deed | None:
    numbers = Press("", arguments).numbers()
    if numbers is None or len(numbers) != 2:  # noqa: PLR2004 - the entry and the version that was shown
        return None
    entry, version = numbers
    return lambda errand: deed(errand, entry, version)


def _reject(arguments: tuple[str, ...]) -> Deed | None:
    reason = arguments[2] if len(arguments) == 3 else None  # noqa: PLR2004 - the entry, the version, the reason
    if reason is not None and reason not in REASONS:
        return None
    pair = arguments if reason is None else arguments[:2]
    return _decision(pair, lambda errand, entry, version: entries.press_reject(errand, entry, version, reason))


def _entry(arguments: tuple[str, ...]) -> Deed | None:
    back = arguments[1:] == ("back",)
    entry = number(arguments[0]) if arguments and (back or len(arguments) == 1) else None
    return None if entry is None else lambda errand: entries.press_entry(errand, entry, back=back)


def _explain(arguments: tuple[str, ...]) -> Deed | None:
    numbers = Press("", arguments).numbers()
    if numbers is None or len(numbers) != 1:
        return None
    return lambda errand: talk.press_explain(errand, numbers[0])


def _chase(arguments: tuple[str, ...]) -> Deed | None:
    numbers = Press("", arguments).numbers()
    if numbers is None or len(numbers) != 1:
        return None
    return lambda errand: outreach.press_chase(errand, numbers[0])


def _contact(arguments: tuple[str, ...]) -> Deed | None:
    list_id = number(arguments[0]) if arguments else None
    what = outreach.read_contact(arguments[1:])
    if list_id is None or (what is None and len(arguments) > 1):
        return None
    return lambda errand: outreach.press_contact(errand, list_id, what)


def _alone(show: Callable[[Errand], Message], *, in_place: bool = False) -> Callable[[tuple[str, ...]], Deed | None]:
    return lambda arguments: None if arguments else lambda errand: Reply((show(errand),), in_place=in_place)


_PRESSES: dict[str, Callable[[tuple[str, ...]], Deed | None]] = {
    "confirm": lambda arguments: _decision(arguments, entries.press_confirm),
    "reject": _reject,
    "ask": lambda arguments: _decision(arguments, talk.press_ask),
    "question": _entry,
    "explain": _explain,
    "answering": _entry,
    "entry": _entry,
    "pending": _alone(entries.pending),
    "held": lambda arguments: lambda errand: organizer_deliveries.press_deliveries(errand, arguments),
    "deliveries": lambda arguments: lambda errand: organizer_deliveries.press_deliveries(errand, arguments),
    "settle": lambda arguments: lambda errand: organizer_deliveries.press_settle(errand, arguments),
    "pay": lambda arguments: lambda errand: organizer_deliveries.press_pay(errand, arguments),
    "status": _alone(_status),
    "chase": _chase,
    "contact": _contact,
    "brake": lambda arguments: lambda errand: organizer_brakes.press_brake(errand, arguments),
    "fate": lambda arguments: lambda errand: organizer_fates.press_fate(errand, arguments),
}


def _refusal(refused: Refused, tr: Translator) -> Reply:
    sentence = objection(tr, refused.objection, refused.facts)
    if len(sentence) <= LONGEST_NOTICE:
        return Reply(notice=sentence)
    return Reply((Message((paragraph(sentence),), tr.language),))


def _framed(reply: Reply, session: Session, tr: Translator) -> Reply:
    fictional = queries.is_fictional(session)
    return replace(
        reply,
        messages=tuple(frame(message, tr, fictional) for message in reply.messages),
        notice=reply.notice[:LONGEST_NOTICE],
    )
