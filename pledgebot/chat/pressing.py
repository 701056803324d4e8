"""What a follower's button or deep link shows. Tokens come from outside: old, forged or garbled ones are told so politely."""

from collections.abc import Callable, Mapping

from pledgebot.chat.asker import Asker
from pledgebot.chat.asking import in_group
from pledgebot.chat.card_screens import PICTURED, Pictures
from pledgebot.chat.screens import Screens
from pledgebot.messages.document import Message
from pledgebot.messages.presses import Press, number
from pledgebot.services.lookup import HitKind
from pledgebot.services.new_answers import LARGEST_NUMBER
from pledgebot.services.signposts import is_there

_NOUNS = {kind.value: kind for kind in HitKind}


def shown(press: Press, screens: Screens, asker: Asker) -> Message:
    """Return what a follower's button shows; where what it names is not there any more, that."""
    argued = _WITH_ARGUMENTS.get(press.verb)
    if argued is not None:
        return argued(press.arguments, screens) or screens.gone()
    plain: Mapping[str, Callable[[], Message | None]] = {
        "stances": screens.stances,
        "letter": screens.letter,
        "dates": screens.dates,
        "help": lambda: screens.help(organizer=asker.organizer is not None),
        "privacy": lambda: screens.privacy(asker.contact),
        "start": lambda: screens.welcome(group=in_group(asker)),
    }
    made = plain.get(press.verb)
    return (made() if made is not None and not press.arguments else None) or screens.gone()


def row(argument: str) -> int | None:
    """Return an argument as a row number, None when it cannot be one."""
    read = number(argument)
    return read if read is not None and 0 < read < LARGEST_NUMBER else None


def rows(arguments: tuple[str, ...], least: int, most: int) -> tuple[int, ...] | None:
    """Return arguments as row numbers, None when one is none or there are too few or too many."""
    if not least <= len(arguments) <= most:
        return None
    read = tuple(row(argument) for argument in arguments)
    known = tuple(one for one in read if one is not None)
    return known if len(known) == len(read) else None


def _list(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    numbers = rows(arguments, 1, 1)
    return screens.list_card(numbers[0]) if numbers and is_there(screens.session, HitKind.LIST, numbers[0]) else None


def _banner(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    numbers = rows(arguments, 1, 1)
    known = numbers and is_there(screens.session, HitKind.BANNER, numbers[0])
    return screens.banner_card(numbers[0]) if numbers and known else None


def _place(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    numbers = rows(arguments, 1, 1)
    return screens.place(numbers[0]) if numbers and is_there(screens.session, HitKind.PLACE, numbers[0]) else None


def _demand(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    numbers = rows(arguments, 1, 2)
    if numbers is None or not is_there(screens.session, HitKind.DEMAND, numbers[0]):
        return None
    place = numbers[1] if len(numbers) > 1 else None
    if place is not None and not is_there(screens.session, HitKind.PLACE, place):
        return None
    return screens.demand(numbers[0], place)


def _history(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    kind = _NOUNS.get(arguments[0]) if arguments else None
    numbers = rows(arguments[1:], 1, 2 if kind is HitKind.LIST else 1)
    if kind not in {HitKind.LIST, HitKind.BANNER} or numbers is None or not is_there(screens.session, kind, numbers[0]):
        return None
    demand = numbers[1] if len(numbers) > 1 else None
    if demand is not None and not is_there(screens.session, HitKind.DEMAND, demand):
        return None
    return screens.history(kind, numbers[0], demand)


def _proof(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    numbers = rows(arguments, 1, 1)
    return screens.proof(numbers[0]) if numbers else None


def _card(arguments: tuple[str, ...], screens: Screens) -> Message | None:
    kind = _NOUNS.get(arguments[0]) if arguments else None
    numbers = rows(arguments[1:], 1, 1)
    if kind not in PICTURED or numbers is None or not is_there(screens.session, kind, numbers[0]):
        return None
    return Pictures(screens).of(kind, numbers[0])


_WITH_ARGUMENTS: Mapping[str, Callable[[tuple[str, ...], Screens], Message | None]] = {
    "list": _list,
    "banner": _banner,
    "place": _place,
    "demand": _demand,
    "history": _history,
    "proof": _proof,
    "card": _card,
}

SHOWN = frozenset({*_WITH_ARGUMENTS, "stances", "letter", "dates", "help", "privacy", "start"})
"""The verbs of the buttons that anybody may press."""
