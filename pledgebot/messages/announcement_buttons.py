"""The buttons under what is told: to decide on a waiting entry, to read on, to stay or to leave."""

from collections.abc import Sequence

from pledgebot.domain.events import AnswerFacts, SubjectFacts
from pledgebot.messages.document import Button, Buttons, clean
from pledgebot.messages.i18n import Translator
from pledgebot.messages.presses import token


def decision_buttons(facts: AnswerFacts, tr: Translator) -> Buttons:
    """Return how organizers decide on a waiting entry in the version that they see, or ask about it."""
    has_file = facts.proof is not None and bool(facts.proof.file_sha256)
    return deciding(facts.answer, facts.version, has_file=has_file, tr=tr)


def deciding(answer: int, version: int, *, has_file: bool, tr: Translator) -> Buttons:
    """Return how organizers decide on an entry by its number and version; with its proof where that is a file."""
    row = {"confirm": tr._("Confirm"), "reject": tr._("Reject"), "ask": tr._("Ask")}
    decisions = tuple(Button(text, press=token(verb, answer, version)) for verb, text in row.items())
    if not has_file:
        return (decisions,)
    return ((Button(tr._("See the file"), press=token("file", answer)),), decisions)


def entry_button(facts: AnswerFacts, tr: Translator) -> Button:
    """Return the button that shows an entry whole, as it is now."""
    return Button(tr._("The entry"), press=token("entry", facts.answer))


def reading_buttons(facts: AnswerFacts, tr: Translator, board_url: str | None) -> Buttons:
    """Return where readers of an announcement may go on: the whole table, and the list or banner itself."""
    rows = _board_row(tr, board_url)
    if facts.subject.id is not None:
        banner = facts.subject.is_banner
        text = tr._("More on this banner") if banner else tr._("More on this list")
        rows.append((Button(text, press=token("banner" if banner else "list", facts.subject.id)),))
    return tuple(rows)


def digest_buttons(subjects: Sequence[SubjectFacts], tr: Translator, board_url: str | None) -> Buttons:
    """Return where readers of a digest may go on: the whole table, and each list or banner, called by its name."""
    named = {(one.is_banner, one.id): clean(one.name) for one in subjects if one.id is not None}
    lists = [
        (Button(tr._("More on {name}").format(name=name), press=token("banner" if banner else "list", number)),)
        for (banner, number), name in named.items()
    ]
    return (*_board_row(tr, board_url), *lists)


def _board_row(tr: Translator, board_url: str | None) -> list[tuple[Button, ...]]:
    return [(Button(tr._("What every list says"), url=board_url),)] if board_url else []


def staying_buttons(spot: tuple[str, str], tr: Translator) -> Buttons:
    """Return how somebody stays or leaves who is written to at this address and thread; none where it is no number."""
    address, thread = spot
    try:
        where = (int(address), int(thread or "0"))
    except ValueError:
        return ()
    stay = Button(tr._("Stay"), press=token("s", *where, "stay"))
    leave = Button(tr._("Leave"), press=token("s", *where, "leave"))
    return ((stay, leave),)
