"""What an organizer types, sends or forwards while a draft is open, and what it does to the draft."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pledgebot.chat.draft_desk import Desk, Turn
from pledgebot.domain import draft as form
from pledgebot.domain.answer import AnswerKind, SpeakerRole
from pledgebot.domain.days import day_from, is_absurd
from pledgebot.domain.draft import Draft, HeldProof, Said, Step
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import WITHDRAWN_WORDS, normalise, position_from, role_from, source_from
from pledgebot.messages import drafts as screens
from pledgebot.services.answers import is_web_address
from pledgebot.services.draft_answers import with_subject
from pledgebot.services.draft_views import FINDABLE
from pledgebot.services.files import keep_file
from pledgebot.services.lookup import HitKind, find
from pledgebot.services.new_answers import SPEAKER_LENGTH
from pledgebot.services.texts import one_line

QUERY_LENGTH = 200
QUOTE_LENGTH = 4096
LINK_LENGTH = 2000
REASON_LENGTH = 1000

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_AROUND = '«»"“” \u00a0\u202f\t\r\n'
_AFTER_LINK = ".,;:!?»”\"'>*_"
_EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True)
class ReceivedFile:
    """A photo (in its largest size), a PDF or another file, with what was written under it. Its name is not kept."""

    content: bytes
    media_type: str
    caption: str | None = None


@dataclass(frozen=True)
class ForwardedWords:
    """A forwarded message: its words, a link to it if it is public, its day, and who wrote it."""

    text: str
    link: str | None = None
    said_on: date | None = None
    by: str | None = None


def tidy(text: str) -> str:
    """Return a text as every database can hold it: without NUL and without halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode().strip()


def proof_from(text: str, link: str | None = None) -> HeldProof:
    """Return words as a proof: the link in them (or the one given beside them), and the quoted words without it.

    Refuses what is too long, and a link that is none.
    """
    words, url = tidy(text), link
    found = _LINK.search(words) if link is None else None
    if found is not None:
        url = _bare(found[0])
        words = _without(words, found.start(), found.start() + len(url))
    quote = words.strip(_AROUND)
    if len(quote) > QUOTE_LENGTH or len(url or "") > LINK_LENGTH:
        raise Refused(Objection.TEXT_TOO_LONG, name=f"{(quote or url or '')[:40]}…")
    if url is not None and not is_web_address(url):
        raise Refused(Objection.LINK_NOT_WEB, link=url)
    return HeldProof(url, quote or None)


def _without(words: str, start: int, end: int) -> str:
    """Return the words before or after a link; one amid the words stays, since a quotation has no holes."""
    before, after = words[:start], words[end:]
    if any(map(str.isalnum, before)) and any(map(str.isalnum, after)):
        return words
    rest = before if any(map(str.isalnum, before)) else after
    return rest.strip().strip("|").strip() if any(map(str.isalnum, rest)) else ""


def _bare(link: str) -> str:
    bare = link.rstrip(_AFTER_LINK)
    return bare.rstrip(")]") if not {"(", "["} & set(bare) else bare


def heard(desk: Desk, draft: Draft, text: str) -> Turn | None:
    """Do what a typed text says; None where it says nothing to what is asked now."""
    words = tidy(text)
    if not words:
        return None
    if _LINK.search(words) and draft.step is not Step.REASON:
        return prove(desk, draft, proof_from(words))
    return _HEARD[draft.step](desk, draft, words)


def filed(desk: Desk, draft: Draft, file: ReceivedFile) -> Turn:
    """Keep a file as a proof, or as the capture of the link that waits for one."""
    if not file.content:
        raise Refused(Objection.FILE_EMPTY)
    written = proof_from(file.caption or "")
    proof = replace(written, file=hashlib.sha256(file.content).hexdigest())
    turn = prove(desk, draft, proof)
    if turn.draft != draft:
        keep_file(desk.session, file.content, file.media_type, desk.now)
    return turn


def forwarded(desk: Desk, draft: Draft, words: ForwardedWords) -> Turn:
    """Take a forwarded message as a proof, and offer its day."""
    link = tidy(words.link) if words.link and is_web_address(tidy(words.link)) else None
    turn = prove(desk, draft, proof_from(words.text, link))
    by = tidy(words.by or "")[:SPEAKER_LENGTH]
    return replace(turn, draft=form.offer(turn.draft, words.said_on, by)) if turn.draft != draft else turn


def prove(desk: Desk, draft: Draft, proof: HeldProof) -> Turn:
    """Add a proof to a draft, and say so where something else was asked for."""
    grown = form.add_proof(draft, proof, desk.questions)
    if grown == draft:
        return Turn(draft, screens.too_many_proofs(desk.tr))
    return Turn(grown, "" if draft.step is Step.PROOF else screens.kept(desk.tr))


def named(desk: Desk, draft: Draft, text: str) -> Turn:
    """Choose the list or banner that a text names, or keep the text so that what it may mean is offered."""
    query = one_line(text, QUERY_LENGTH)
    found = find(desk.session, query, FINDABLE, desk.round.id, desk.directories)
    if found.sure is not None and found.sure.kind is HitKind.PLACE:
        return Turn(replace(draft, place=found.sure.id, query=""))
    if found.sure is not None:
        return chosen(desk, draft, found.sure.kind, found.sure.id)
    return Turn(replace(draft, query=query, place=None))


def chosen(desk: Desk, draft: Draft, kind: HitKind, number: int) -> Turn:
    """Choose a list or a banner by its number."""
    list_id, banner_id = (number, None) if kind is HitKind.LIST else (None, number)
    try:
        return Turn(with_subject(desk.session, draft, desk.questions, list_id=list_id, banner_id=banner_id))
    except Refused as refused:
        if refused.objection is not Objection.NOTHING_TO_CHANGE:
            raise
        return Turn(draft, screens.nothing_on_record(desk.tr))


def positioned(desk: Desk, draft: Draft, said: Said) -> Turn:
    """Say something on the demand that is asked about; nothing on any of them is no answer."""
    told = form.say(draft, said, desk.questions)
    return Turn(told, _no_position(desk, told))


def _no_position(desk: Desk, draft: Draft) -> str:
    asked = form.slots(draft, desk.questions)
    empty = bool(asked) and all(draft.on(slot) is Said.NOTHING for slot in asked)
    return desk.refusal(Refused(Objection.NO_POSITION)) if empty else ""


def dated(desk: Desk, draft: Draft, day: date) -> Turn:
    """Say when it was said; refuses a day that has begun nowhere yet, and one of another age is not taken."""
    if day > (desk.now + _EARLIEST_ZONE).date():
        raise Refused(Objection.SAID_IN_FUTURE, day=day)
    if is_absurd(day, desk.today):
        return Turn(draft, screens.too_long_ago(day, desk.tr))
    return Turn(form.choose_day(draft, day, desk.questions))


def _position(desk: Desk, draft: Draft, words: str) -> Turn | None:
    if draft.kind is AnswerKind.WITHDRAWAL:
        return positioned(desk, draft, Said.BACK) if normalise(words) in WITHDRAWN_WORDS else None
    position = position_from(words)
    return positioned(desk, draft, Said(position.value)) if position is not None else None


def _source(desk: Desk, draft: Draft, words: str) -> Turn | None:
    source = source_from(words)
    return Turn(form.choose_source(draft, source, desk.questions)) if source is not None else None


def _quotation(desk: Desk, draft: Draft, words: str) -> Turn | None:
    proof = proof_from(words)
    return (
        prove(desk, draft, proof) if proof.complete else Turn(draft, desk.refusal(Refused(Objection.EVIDENCE_MISSING)))
    )


def _day(desk: Desk, draft: Draft, words: str) -> Turn | None:
    day = day_from(words, desk.today)
    return dated(desk, draft, day) if day is not None else Turn(draft, screens.no_day(desk.tr))


def _speaker(desk: Desk, draft: Draft, words: str) -> Turn | None:
    """Read "name, role"; a role alone is that of a name given before, or the list itself."""
    role = role_from(words)
    if role is SpeakerRole.LIST or (role is not None and form.half_named(draft)):
        return Turn(form.choose_speaker(draft, role, draft.speaker, desk.questions))
    name, comma, after = words.rpartition(",")
    role = role_from(after) if comma else None
    speaker = one_line(name if role is not None else words, SPEAKER_LENGTH)
    if not any(map(str.isalnum, speaker)):
        return Turn(draft, screens.no_name(desk.tr))
    return Turn(form.choose_speaker(draft, role, speaker, desk.questions))


def _reason(desk: Desk, draft: Draft, words: str) -> Turn | None:
    return Turn(form.give_reason(draft, one_line(words, REASON_LENGTH), desk.questions))


def _pressed_only(_desk: Desk, _draft: Draft, _words: str) -> Turn | None:
    return None


_HEARD: dict[Step, Callable[[Desk, Draft, str], Turn | None]] = {
    Step.LIST: named,
    Step.POSITIONS: _position,
    Step.SOURCE: _source,
    Step.PROOF: _quotation,
    Step.DATE: _day,
    Step.SPEAKER: _speaker,
    Step.REASON: _reason,
    Step.PREVIEW: _pressed_only,
    Step.CHANGE: _pressed_only,
}
