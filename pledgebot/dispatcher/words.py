"""Words at sending time: made once from what an event stored, for all who hear the same in the same language."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action
from pledgebot.domain.events import OF_ENTRIES, AnswerFacts, EventKind, News, NoticeFacts, Reminded, Said
from pledgebot.domain.policy import Attach
from pledgebot.domain.recalled import MergerFacts, ReminderFacts, as_followed
from pledgebot.messages.announcements import announce
from pledgebot.messages.card import Card
from pledgebot.messages.card_attached import pictured, with_picture_button
from pledgebot.messages.card_facts import change_card, corrected_card, digest_card
from pledgebot.messages.corrected import corrected_post
from pledgebot.messages.digests import digest
from pledgebot.messages.document import Message, from_json, to_json
from pledgebot.messages.entry_notices import newest_remark
from pledgebot.messages.frame import frame
from pledgebot.messages.hashtags import hashtags_of
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.reminders import recall
from pledgebot.services.bundles import as_told
from pledgebot.services.claims import Words
from pledgebot.services.due import Due

N = TypeVar("N", bound=News)


@dataclass(frozen=True)
class Wording:
    """A message, and how it is stored."""

    words: Words
    message: Message


class Wordings:
    """Makes words, and remembers those that many get: a broadcast is worded once in each language.

    `board_url` is the public page with the whole table, to which announcements lead; `attach` says with which a card goes.
    """

    def __init__(self, board_url: str | None = None, attach: Attach = Attach.NONE, most: int = 500) -> None:
        self._board_url = board_url
        self._attach = attach
        self._most = most
        self._known: dict[Hashable, tuple[Due, Wording]] = {}

    def of(self, due: Due) -> Wording:
        """Return the words of a delivery: those that were made for it before, or those of its event in its language."""
        if due.worded:
            return Wording(Words(due.language, due.worded), from_json(due.worded))
        key = _same(due, self._attach)
        # Remembered with what it was made from: a key names facts by the place where they lie in memory.
        known = self._known.get(key) if key is not None else None
        if known is not None:
            return known[1]
        content = to_json(word(due, self._board_url, self._attach))
        made = Wording(Words(due.language, content), from_json(content))
        if key is not None:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = due, made
        return made


def _same(due: Due, attach: Attach) -> Hashable | None:
    """Return by what deliveries are known that say the same; None for what depends on the place or on what stands there."""
    if due.trail or due.audience is Audience.ORGANIZERS or isinstance(due.facts, NoticeFacts):
        return None
    members = tuple((member.event, member.action, id(member.said.facts)) for member in due.members)
    with_card = _with_card(due, attach)
    return due.event, due.stored, due.language, due.audience, due.action, due.follows, with_card, members


def word(due: Due, board_url: str | None = None, attach: Attach = Attach.NONE) -> Message:
    """Return the words of a delivery, made from what its event stored alone, in its destination's language."""
    tr = translator(due.language)
    facts, kind = due.facts, due.kind
    if due.members:
        return _digest([member.told for member in due.members], due, tr, board_url, attach)
    if isinstance(facts, (ReminderFacts, MergerFacts)):
        told = _narrowed(Reminded(kind, facts), due)
        return frame(recall(told.facts, kind, tr, board_url, due.audience), tr, facts.fictional)
    if isinstance(facts, AnswerFacts):
        return _word_answer(due, facts, tr, board_url, attach)
    return announce(facts, kind, tr, board_url, spot=(due.address, due.thread))


def _word_answer(due: Due, facts: AnswerFacts, tr: Translator, board_url: str | None, attach: Attach) -> Message:
    kind = due.kind
    if kind in OF_ENTRIES and due.action is not Action.EDIT:
        return frame(newest_remark(facts, tr), tr, facts.fictional)
    if due.trail and kind is EventKind.CONTENT_REMOVED:
        return _digest(due.trail, due, tr, board_url, attach)
    if trail := [one for one in due.trail if isinstance(one, Said)]:
        post = corrected_post(trail, tr, board_url, hashtags_of(*(said.facts for said in trail)))
        return _carded(post, trail, lambda: corrected_card(trail, tr), due, attach)
    said = as_told(kind, facts, due.action)
    tags, removed_on = hashtags_of(said.facts), said.facts.decided_on
    told = announce(said.facts, said.kind, tr, board_url, hashtags=tags, removed_on=removed_on)
    if said.kind is EventKind.CONTENT_REMOVED and due.action is not Action.EDIT:
        # There is nothing left to be seen; only where a picture may stand another one has to take its place.
        return told
    return _carded(told, [said], lambda: change_card(said, tr), due, attach)


def _digest(news: Sequence[News], due: Due, tr: Translator, board_url: str | None, attach: Attach) -> Message:
    message = digest([_narrowed(one, due) for one in news], tr, board_url, due.audience)
    happened = [one for one in news if isinstance(one, Said)]
    return _carded(message, happened, lambda: digest_card(happened, tr), due, attach) if happened else message


def _carded(message: Message, news: Sequence[Said], make: Callable[[], Card], due: Due, attach: Attach) -> Message:
    """Return a message with its card, or with a button to one, as the operator decided."""
    tr = translator(due.language)
    if _with_card(due, attach):
        return pictured(message, make(), tr)
    by_button = attach is Attach.PUBLIC and due.audience is Audience.SUBSCRIBER
    return with_picture_button(message, news, tr) if by_button else message


def _with_card(due: Due, attach: Attach) -> bool:
    """Tell whether a picture goes to a place: organizers get none, nor who is written to in private where pictures are few."""
    if due.audience is Audience.PUBLIC:
        return attach is not Attach.NONE
    return due.audience is Audience.SUBSCRIBER and attach is Attach.EVERYWHERE and due.channel not in _FEW_PICTURES


_FEW_PICTURES = frozenset({"mastodon"})
"""An instance takes 30 pictures in half an hour: https://docs.joinmastodon.org/api/rate-limits/"""


def _narrowed(news: N, due: Due) -> N:
    """Return what is told of something at a place: of a reminder only what it follows."""
    if isinstance(news, Reminded) and isinstance(news.facts, ReminderFacts):
        return replace(news, facts=as_followed(news.facts, due.follows))
    return news
