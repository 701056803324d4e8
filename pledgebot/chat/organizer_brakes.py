"""Pausing and going on, by chat: what is stopped is shown, and who lets it go on is named."""

from pledgebot.chat.errand import Errand
from pledgebot.chat.grammar import Request
from pledgebot.chat.reply import Reply
from pledgebot.domain.words import normalise
from pledgebot.messages import brakes as words
from pledgebot.messages.document import Message
from pledgebot.messages.presses import Press
from pledgebot.services import brakes
from pledgebot.services.brake_views import ALL, brake_view, brakes_standing, meant
from pledgebot.services.lists import LARGEST_NUMBER


def pause(errand: Errand, request: Request) -> Message:
    """Stop everything that is for the public, or one medium that is named first; what follows is the reason."""
    first, _blank, rest = request.about.strip().partition(" ")
    word = normalise(first)
    channel = word if word in brakes.MEDIA else ""
    reason = rest if channel or word in ALL else request.about
    number = brakes.pause(errand.session, errand.by, errand.now, channel, reason)
    return words.pulled(brake_view(errand.session, number).facts, errand.tr)


def resume(errand: Errand, request: Request) -> Message:
    """Let go on what is named by its number or medium, or the one thing that is stopped; else show what is."""
    standing = brakes_standing(errand.session)
    named = request.about.strip()
    if not standing or (len(standing) > 1 and not named):
        return words.standing(standing, errand.tr)
    chosen = standing if not named else meant(standing, named)
    for view in chosen:
        brakes.release(errand.session, view.facts.brake, errand.by, errand.now)
    if len(chosen) == 1:
        return words.ended(brake_view(errand.session, chosen[0].facts.brake), errand.tr)
    return words.went_on(chosen, brakes_standing(errand.session), errand.tr)


def press_brake(errand: Errand, arguments: tuple[str, ...]) -> Reply | None:
    """Let go on, or cancel, what a message asked about; a button that comes too late shows what became of it."""
    numbers = Press("", arguments[1:]).numbers()
    acts = {"go": brakes.release, "cancel": brakes.cancel}
    act = acts.get(arguments[0]) if arguments else None
    if act is None or numbers is None or len(numbers) != 1 or not 0 < numbers[0] < LARGEST_NUMBER:
        return None
    act(errand.session, numbers[0], errand.by, errand.now)
    return Reply((words.ended(brake_view(errand.session, numbers[0]), errand.tr),), in_place=True)
