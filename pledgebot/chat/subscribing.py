"""Following: what a subscriber says or presses, in their own chat, for a group, or for a channel run from a private chat."""

from dataclasses import replace
from datetime import datetime

from pledgebot.chat.asker import Asker
from pledgebot.chat.following import Following
from pledgebot.chat.grammar import SUBSCRIBER_VERBS, Request, Verb, as_meant
from pledgebot.chat.reply import Reply
from pledgebot.domain.audience import Spot
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import mentions, subscriptions
from pledgebot.messages.i18n import translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import Press, number, read_token
from pledgebot.services.lookup import Directories
from pledgebot.store.engine import Database

_NOTICE = 200
"""How many characters a word at a button has at most."""


def needs_administrator(asked: Request | Press) -> bool:
    """Tell whether a text or a press decides for the place it is about: then the network is asked who administers it."""
    if isinstance(asked, Press):
        return asked.verb == "s"
    if asked.verb is Verb.START:
        linked = read_token(asked.about)
        return linked is not None and linked.verb == "s"
    return as_meant(asked, organizer=False).verb in SUBSCRIBER_VERBS


def answer(database: Database, request: Request, asker: Asker, now: datetime, directories: Directories) -> Reply:
    """Answer a text about what is kept of the place that it is about. Refusals are raised."""
    tr = translator(asker.language)
    way = asker.silent_way
    if asker.spot is None:
        return Reply((mentions.in_private(way, tr) if way is not None else subscriptions.nowhere(tr),))
    if not asker.administrator:
        return Reply((subscriptions.for_administrators(asker.spot, tr),))
    following = Following(database, asker.spot, tr, now, directories, elsewhere=asker.elsewhere, update=asker.update)
    told = following.answer(request)
    if way is None or request.verb is not Verb.SUBSCRIBE:
        return told
    return replace(told, messages=tuple(mentions.with_quieter(message, way, tr) for message in told.messages))


def press(database: Database, press: Press, asker: Asker, now: datetime, directories: Directories) -> Reply | None:
    """Do what a button of a place's panel says; None for a token that is none, or that is about another place."""
    spot = _meant(press, asker.spot)
    if spot is None:
        return None
    tr = translator(asker.language)
    if not asker.administrator:
        return Reply(notice=objection(tr, Objection.NOT_ADMINISTRATOR, {}))
    following = Following(database, spot, tr, now, directories, elsewhere=asker.elsewhere, update=asker.update)
    try:
        message = following.press(press.arguments[2], press.arguments[3:])
    except Refused as refused:
        return Reply(notice=objection(following.tr, refused.objection, refused.facts)[:_NOTICE])
    return Reply((message,), in_place=True) if message is not None else None


def _meant(press: Press, here: Spot | None) -> Spot | None:
    """Return the place that a button is about, None unless it is the one for which the asker was found to decide."""
    least = 3
    if here is None or len(press.arguments) < least:
        return None
    address, thread = number(press.arguments[0]), number(press.arguments[1])
    if address is None or thread is None or str(address) != here.address:
        return None
    return replace(here, thread=str(thread) if thread else "")
