"""Words at sending time: made once from what an event stored, for all who hear the same in the same language."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TypeVar

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action
from pledgebot.domain.events import OF_ENTRIES, AnswerFacts, EventKind, News, NoticeFacts, Reminded, Said
from pledgebot.domain.recalled import MergerFacts, ReminderFacts, as_followed
from pledgebot.messages.announcements import announce
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

    `board_url` is the public page with the whole table, to which announcements lead.
    """

    def __init__(self, board_url: str | None = None, most: int = 500) -> None:
        self._board_url = board_url
        self._most = most
        self._known: dict[Hashable, tuple[Due, Wording]] = {}

    def of(self, due: Due) -> Wording:
        """Return the words of a delivery: those that were made for it before, or those of its event in its language."""
        if due.worded:
            return Wording(Words(due.language, due.worded), from_json(due.worded))
        key = _same(due)
        # Remembered with what it was made from: a key names facts by the place where they lie in memory.
        known = self._known.get(key) if key is not None else None
        if known is not None:
            return known[1]
        content = to_json(word(due, self._board_url))
        made = Wording(Words(due.language, content), from_json(content))
        if key is not None:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = due, made
        return made


def _same(due: Due) -> Hashable | None:
    """Return by what deliveries are known that say the same; None for what depends on the place or on what stands there."""
    if due.trail or due.audience is Audience.ORGANIZERS or isinstance(due.facts, NoticeFacts):
        return None
    members = tuple((member.event, member.action, id(member.said.facts)) for member in due.members)
    return due.event, due.stored, due.language, due.audience, due.action, due.follows, members


def word(due: Due, board_url: str | None = None) -> Message:
    """Return the words of a delivery, made from what its event stored alone, in its destination's language."""
    tr = translator(due.language)
    facts, kind = due.facts, due.kind
    if due.members:
        return digest([_narrowed(member.told, due) for member in due.members], tr, board_url, due.audience)
    if isinstance(facts, (ReminderFacts, MergerFacts)):
        told = _narrowed(Reminded(kind, facts), due)
        return frame(recall(told.facts, kind, tr, board_url, due.audience), tr, facts.fictional)
    if isinstance(facts, AnswerFacts):
        return _word_answer(due, facts, tr, board_url)
    return announce(facts, kind, tr, board_url, spot=(due.address, due.thread))


def _word_answer(due: Due, facts: AnswerFacts, tr: Translator, board_url: str | None) -> Message:
    kind = due.kind
    if kind in OF_ENTRIES and due.action is not Action.EDIT:
        return frame(newest_remark(facts, tr), tr, facts.fictional)
    if due.trail and kind is EventKind.CONTENT_REMOVED:
        return digest([_narrowed(one, due) for one in due.trail], tr, board_url, due.audience)
    if trail := [one for one in due.trail if isinstance(one, Said)]:
        return corrected_post(trail, tr, board_url, hashtags_of(*(said.facts for said in trail)))
    said = as_told(kind, facts, due.action)
    tags, removed_on = hashtags_of(said.facts), said.facts.decided_on
    return announce(said.facts, said.kind, tr, board_url, hashtags=tags, removed_on=removed_on)


def _narrowed(news: N, due: Due) -> N:
    """Return what is told of something at a place: of a reminder only what it follows."""
    if isinstance(news, Reminded) and isinstance(news.facts, ReminderFacts):
        return replace(news, facts=as_followed(news.facts, due.follows))
    return news
