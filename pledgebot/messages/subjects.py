"""Whom something is about: how lists and rounds are called."""

from pledgebot.domain.election import Fate, LineageKind, ListStatus
from pledgebot.domain.words import normalise
from pledgebot.messages.document import Inlines, Link, clean, sentence
from pledgebot.messages.i18n import Translator
from pledgebot.services.views import ListHead

_BANNER = frozenset({"banniere", "banner"})


def list_name(head: ListHead) -> str:
    """Return a list's name with its panel number, which is how it is found on the official boards."""
    name = clean(head.name)
    return name if head.panel is None else f"{head.panel}. {name}"


def list_title(head: ListHead, tr: Translator) -> str:
    """Return a list's name with what a reader has to know first: provisional, withdrawn, merged into another."""
    name = list_name(head)
    note = list_note(head, tr)
    return f"{name} ({note})" if note else name


def list_note(head: ListHead, tr: Translator) -> str:
    """Return what a reader has to know of a list before its positions; empty for a list that simply stands."""
    if head.merged_into:
        return tr._("merged into {name}").format(name=clean(head.merged_into))
    if head.status is ListStatus.MERGED:
        return tr._("merged into another list")
    fate = Fate.WITHDRAWN if head.status is ListStatus.WITHDRAWN else head.fate
    told = {
        Fate.WITHDRAWN: tr._("list withdrawn"),
        Fate.CONTINUED: tr._("stands in the next round as {name}").format(name=clean(" / ".join(head.successors))),
        Fate.NOT_STANDING: tr._("does not stand in the next round"),
        Fate.OPEN: tr._("what became of it in the next round is not confirmed yet"),
    }
    return told.get(fate) or (provisional(tr) if head.provisional else "")


def says_banner(name: str) -> bool:
    """Tell whether a banner's name begins with that word itself."""
    first = normalise(clean(name)).partition(" ")[0]
    return first in _BANNER


def banner_name(name: str, tr: Translator) -> str:
    """Return a banner's name, called a banner once."""
    shown = clean(name)
    return shown if says_banner(name) else tr._("Banner {name}").format(name=shown)


def provisional(tr: Translator) -> str:
    """Return how a list is called that no official file knows yet."""
    return tr._("provisional list, before the official filing")


def round_name(number: int, tr: Translator) -> str:
    """Return the name of a round by its number."""
    known = {1: tr._("first round"), 2: tr._("second round")}
    return known.get(number) or tr._("round {number}").format(number=number)


def nuance(head: ListHead, tr: Translator) -> Inlines:
    """Return the nuance as what it is: the prefecture's word with its source, never the list's own; empty without one."""
    if not head.nuance:
        return ()
    code, source = clean(head.nuance), clean(head.nuance_source or "")
    if not source:
        return sentence(tr._("nuance attributed by the prefecture: {code}"), code=code)
    told = Link(tr._("source"), source) if source.startswith(("http://", "https://")) else source
    return sentence(tr._("nuance attributed by the prefecture: {code} ({source})"), code=code, source=told)


def lineage(head: ListHead, tr: Translator) -> str:
    """Return from which lists a list descends; empty without any."""
    continued = [clean(parent.name) for parent in head.parents if parent.kind is LineageKind.CONTINUES]
    merged = [clean(parent.name) for parent in head.parents if parent.kind is LineageKind.MERGED]
    sentences = []
    if continued:
        sentences.append(tr._("Continues: {names}.").format(names=tr.join(continued)))
    if merged:
        sentences.append(tr._("Merged from: {names}.").format(names=tr.join(merged)))
    return " ".join(sentences)
