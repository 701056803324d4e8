"""What a turn is after, read from its words alone: whether it changes something, whom it decides for, whether it drafts."""

import json

from pledgebot.chat import subscribing
from pledgebot.chat.grammar import ORGANIZER_VERBS, SUBSCRIBER_VERBS, Request, Verb, parse
from pledgebot.chat.telegram.turns import Turn, What
from pledgebot.messages.presses import Press, number, read_token

_PANEL = frozenset({"s", "w", "log", "confirm", "reject", "ask", "chase", "contact", "brake"})
"""Presses that change something."""

_BEGINNING = frozenset({Verb.CORRECT, Verb.WITHDRAW})


def has_effects(turn: Turn) -> bool:
    """Tell whether a follower's turn may change what is kept: then it must happen exactly once."""
    if turn.what in {What.INLINE, What.FORWARD}:
        return False
    if turn.what is What.PRESS:
        press = read_token(turn.text)
        return press is not None and press.verb in _PANEL
    request = parse(turn.text)
    if request.verb is Verb.START:
        press = read_token(request.about)
        return press is not None and press.verb in _PANEL | {"join"}
    return request.verb in SUBSCRIBER_VERBS | ORGANIZER_VERBS


def meant_address(press: Press) -> str:
    """Return the chat that a button of the panel is about; empty where it names none."""
    address = number(press.arguments[0]) if press.arguments else None
    return str(address) if address is not None else ""


def needs_administrator(turn: Turn) -> bool:
    """Tell whether Telegram has to be asked if the person administers the place."""
    if turn.what is What.PRESS:
        press = read_token(turn.text)
        return press is not None and subscribing.needs_administrator(press)
    return turn.what is What.TEXT and subscribing.needs_administrator(parse(turn.text))


def begins_draft(request: Request) -> bool:
    """Tell whether a request begins a draft: what is said step by step, in private."""
    return request.verb in _BEGINNING or (request.verb is Verb.LOG and not request.fields)


def readable(payload: str | None) -> dict[str, object] | None:
    """Return a stored update, None for what is none."""
    try:
        raw = json.loads(payload or "")
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None
