"""Messages that wait for a person, by chat: shown, settled with one tap for all that tell the same, and paid for."""

from pledgebot.chat.errand import Errand
from pledgebot.chat.reply import Reply
from pledgebot.domain.delivery import DeliveryState
from pledgebot.messages import deliveries as words
from pledgebot.messages import paying as paying_words
from pledgebot.messages.deliveries import Outcome
from pledgebot.messages.document import Message
from pledgebot.messages.presses import Press
from pledgebot.services.dead_letters import Choice, Decided, Which, settle
from pledgebot.services.delivery_desk import LETTERS, delivery_desk, last_settlement
from pledgebot.services.lists import LARGEST_NUMBER
from pledgebot.services.paying import broadcast, pay_for
from pledgebot.services.troubles import event_named, waiting_of


def deliveries(errand: Errand, page: int = 1, outcome: Outcome | None = None) -> Message:
    """Show a page of what waits for a person."""
    view = delivery_desk(errand.session, errand.now, page)
    return words.desk(view, errand.tr, errand.now, errand.zone, outcome)


def press_deliveries(errand: Errand, arguments: tuple[str, ...]) -> Reply | None:
    """Show a page, in the place of the one that was left; None for what no button of ours says."""
    numbers = _numbers(arguments)
    if numbers is None or len(numbers) > 1:
        return None
    page = numbers[0] if numbers else 1
    return Reply((deliveries(errand, page),), in_place=bool(numbers))


def press_settle(errand: Errand, arguments: tuple[str, ...]) -> Reply | None:
    """Do what a button says about the messages that it was shown with; None for what no button of ours says.

    What came to wait meanwhile is shown first. A button that comes too late shows what became of it.
    """
    if len(arguments) != 6:  # noqa: PLR2004 - the event, its state, the choice, how many, up to which, on which page
        return None
    event, letter, word, *rest = arguments
    numbers, state = _numbers((event, *rest)), LETTERS.get(letter)
    if numbers is None or state is None or word not in set(Choice):
        return None
    number, shown, highest, page = numbers
    return _settled(errand, number, state, Choice(word), shown, highest, page)


def _settled(
    errand: Errand, event: int, state: DeliveryState, choice: Choice, shown: int, highest: int, page: int
) -> Reply | None:
    known = event_named(errand.session, event)
    if known is None:
        return None
    waiting = waiting_of(errand.session, event, state, highest)
    if len(waiting) > shown:
        notice = errand.tr._("Meanwhile there are more of them: look again, then press.")
        return Reply((deliveries(errand, max(page, 1)),), in_place=True, notice=notice)
    decided = Decided()
    if waiting:
        which = Which(numbers=waiting, states=frozenset({state}))
        decided = settle(errand.session, which, choice, errand.by, errand.now)
    before = last_settlement(errand.session, event) if not decided.done else None
    kind, name, answer = known
    outcome = Outcome(words.what(kind, name, answer, errand.tr), errand.by.name, choice, decided, before)
    notice = " ".join(words.outcome_lines(outcome, errand.tr))
    message = deliveries(errand, page, outcome) if page else words.settled(outcome, errand.tr)
    return Reply((message,), in_place=True, notice=notice)


def press_pay(errand: Errand, arguments: tuple[str, ...]) -> Reply | None:
    """Ask whether to pay for a broadcast, or agree to it; None for what no button of ours says."""
    if len(arguments) == 1:
        numbers = _numbers(arguments)
        if numbers is None:
            return None
        found = broadcast(errand.session, numbers[0], errand.now)
        return Reply((paying_words.asked(found, errand.tr),))
    numbers = _numbers((arguments[0], arguments[2])) if len(arguments) == 3 else None  # noqa: PLR2004 - with yes, and how many
    if numbers is None or arguments[1] != "yes":
        return None
    event, most = numbers
    paid = pay_for(errand.session, event, errand.by, errand.now, most=most)
    return Reply((paying_words.agreed(paid, errand.by.name, errand.tr),), in_place=True)


def _numbers(arguments: tuple[str, ...]) -> tuple[int, ...] | None:
    numbers = Press("", arguments).numbers()
    return numbers if numbers is not None and all(0 <= one < LARGEST_NUMBER for one in numbers) else None
