"""That a list withdrew, merged or declined, by chat: one organizer says so, another one confirms it by a button."""

from dataclasses import replace
from datetime import datetime

from pledgebot.chat.errand import Errand
from pledgebot.chat.reply import Reply
from pledgebot.domain.progress import Medium
from pledgebot.messages import fates
from pledgebot.messages.document import Message
from pledgebot.messages.presses import number
from pledgebot.services.chases import conversation
from pledgebot.services.fates import Fate, FateKind, confirm_fate, try_fate
from pledgebot.services.lists import LARGEST_NUMBER, get_list

MOST_PARENTS = 6
"""So many lists may merge at once: their numbers are written in one button."""

_MINUTE = "%Y%m%d%H%M"


def withdrawn(errand: Errand, list_id: int) -> Message:
    """Say that a list no longer stands, for another person to confirm."""
    return _proposed(errand, Fate(FateKind.WITHDRAWN, list_id, errand.by.organizer))


def merged(errand: Errand, parents: tuple[int, ...], into: int) -> Message:
    """Say that lists merged into another one, for another person to confirm."""
    return _proposed(errand, Fate(FateKind.MERGED, into, errand.by.organizer, parents=parents))


def declined(errand: Errand, list_id: int, medium: Medium, at: datetime) -> Message:
    """Say that a list does not want to answer, for another person to confirm; `at` is aware."""
    return _proposed(errand, Fate(FateKind.DECLINED, list_id, errand.by.organizer, medium=medium, at=at))


def _proposed(errand: Errand, fate: Fate) -> Message:
    try_fate(errand.session, fate, errand.by, errand.now)
    return fates.proposed(_told(errand, fate), errand.by.name, _words(errand, fate), errand.tr)


def press_fate(errand: Errand, words: tuple[str, ...]) -> Reply | None:
    """Confirm what a button says of a list, or drop it; None for what no button of ours says."""
    answer, *rest = words or ("",)
    fate = _read(errand, rest)
    if fate is None or answer not in {"yes", "no"}:
        return None
    if answer == "no":
        return Reply((fates.dropped(_told(errand, fate), errand.by.name, errand.tr),), in_place=True)
    told = _told(errand, fate)
    confirm_fate(errand.session, fate, errand.by, errand.now)
    view = conversation(errand.session, fate.list_id, errand.now)
    return Reply((fates.confirmed(told, view, errand.by.name, errand.tr, errand.zone),), in_place=True)


def _told(errand: Errand, fate: Fate) -> fates.Told:
    view = conversation(errand.session, fate.list_id, errand.now)
    parents = tuple(get_list(errand.session, parent).name for parent in fate.parents)
    day = fate.at.astimezone(errand.zone).date() if fate.at is not None else None
    return fates.Told(fate.kind, view.head, parents, fate.medium, day)


def _words(errand: Errand, fate: Fate) -> tuple[str | int, ...]:
    """Return a fate as the words of a button, which `_read` reads."""
    words: tuple[str | int, ...] = (fate.kind.value, fate.said_by, fate.list_id, *fate.parents)
    if fate.medium is None or fate.at is None:
        return words
    return (*words, fate.medium.value, fate.at.astimezone(errand.zone).strftime(_MINUTE))


def _read(errand: Errand, words: list[str]) -> Fate | None:
    try:
        kind, said_by, list_id, *rest = words
        fate = Fate(FateKind(kind), _number(list_id), _number(said_by))
        if fate.kind is FateKind.MERGED:
            return replace(fate, parents=tuple(map(_number, rest)))
        if fate.kind is FateKind.DECLINED:
            medium, minute = rest
            at = datetime.strptime(minute, _MINUTE).replace(tzinfo=errand.zone)
            return replace(fate, medium=Medium(medium), at=at)
    except ValueError:
        return None
    return fate if not rest else None


def _number(word: str) -> int:
    read = number(word)
    if read is None or not 0 < read < LARGEST_NUMBER:
        raise ValueError(word)
    return read
