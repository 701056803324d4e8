"""How the things of a draft are called, on its screens and on its buttons."""

from collections.abc import Sequence

from pledgebot.domain.answer import AnswerKind, SpeakerRole
from pledgebot.domain.draft import Draft, HeldProof, Said
from pledgebot.domain.events import SubjectFacts
from pledgebot.messages import labels
from pledgebot.messages.document import clean
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import demand_title
from pledgebot.messages.subjects import banner_name
from pledgebot.services.draft_views import SlotView

_SHORT = 60


def shortened(text: str, most: int = _SHORT) -> str:
    """Return a text on one line, cut where it is long."""
    line = clean(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def slot_title(slot: SlotView, tr: Translator) -> str:
    """Return the title of a demand, with its part where it is about one."""
    return demand_title(slot.title, slot.part_title, tr)


def said_word(said: Said, kind: AnswerKind, tr: Translator) -> str:
    """Return what is said on a demand, as a word that stands alone."""
    if said.position is not None:
        return labels.position(said.position, tr)
    if said is Said.BACK:
        return tr._("word taken back")
    if kind is AnswerKind.CORRECTION:
        return tr._("stays as it was")
    return tr._("keeps its word") if kind is AnswerKind.WITHDRAWAL else tr._("says nothing on this one")


def proof_word(proof: HeldProof, tr: Translator) -> str:
    """Return what kind of proof this is."""
    if proof.url and proof.file:
        return tr._("link with a capture")
    if proof.url:
        return tr._("link with its words") if proof.quote else tr._("link that waits for its words")
    return tr._("file") if proof.file else tr._("quotation")


def proofs_word(proofs: Sequence[HeldProof], tr: Translator) -> str:
    """Return what kinds of proof there are, in their order; empty without any."""
    return tr.join([proof_word(proof, tr) for proof in proofs])


def speaker_words(draft: Draft, tr: Translator) -> str:
    """Return who spoke, as far as it is known."""
    if draft.role is SpeakerRole.LIST:
        return tr._("the list itself") if draft.banner_id is None else tr._("the banner itself")
    named = [clean(draft.speaker or ""), labels.speaker_role(draft.role, tr) if draft.role is not None else ""]
    return ", ".join(word for word in named if word)


def subject_words(facts: SubjectFacts, tr: Translator) -> str:
    """Return whom an answer is about in short: a list with its place, a banner called one."""
    if facts.is_banner:
        return banner_name(facts.name, tr)
    return ", ".join(clean(word) for word in (facts.name, *facts.constituencies) if clean(word))
