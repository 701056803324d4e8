"""What the profile on Mastodon says of the bot: the note, its fields, and the post that is pinned there."""

from dataclasses import dataclass

from pledgebot.domain.events import Titles
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator


@dataclass(frozen=True)
class Identity:
    """Whose account it is. `telegram` is the name of the bot there, without its sign; what is not known is empty."""

    letter: Titles
    publisher: str
    contact: str
    languages: tuple[str, ...]
    fictional: bool
    letter_url: str = ""
    board_url: str = ""
    telegram: str = ""


def note(who: Identity, tr: Translator, *, title: bool = True) -> Message:
    """Return what the account is: a program, for which letter, who answers for it, and how it answers itself."""
    letter = clean(tr.pick(who.letter)) if title else ""
    what = (
        tr._("Automatic account: what each list says on each demand of the letter “{title}”, with its proof.")
        if letter
        else tr._("Automatic account: what each list says on each demand of an open letter, with its proof.")
    )
    blocks: list[Block] = [
        paragraph(what.format(title=letter)),
        paragraph(
            tr._("By {publisher}; a person reads {contact}.").format(
                publisher=clean(who.publisher), contact=who.contact
            )
        ),
        paragraph(
            tr._("Mention me to ask, in {languages}; in private I answer in private.").format(languages=spoken(who, tr))
        ),
    ]
    return frame(Message(tuple(blocks), tr.language), tr, who.fictional)


def spoken(who: Identity, tr: Translator) -> str:
    """Return the languages of an account as an enumeration: "French and English"."""
    names = {"fr": tr.p("language", "French"), "en": tr.p("language", "English")}
    return tr.join(names.get(language, language) for language in who.languages)


def fields(who: Identity, tr: Translator) -> tuple[tuple[str, str], ...]:
    """Return the fields of the profile, each a name and a value, those that are known."""
    telegram = f"https://t.me/{who.telegram}" if who.telegram else ""
    values = (who.contact, who.board_url, telegram, who.letter_url)
    return tuple((name, value) for name, value in zip(_names(tr), values, strict=True) if value)


def field_names(tr: Translator) -> frozenset[str]:
    """Return the names of all the fields that are the bot's own in one language."""
    return frozenset(_names(tr))


def _names(tr: Translator) -> tuple[str, str, str, str]:
    return tr._("Contact, replies"), tr._("All answers"), tr.p("field", "Telegram"), tr._("Open letter")


def how_to_ask(who: Identity, tr: Translator, *, following: bool = True) -> Message:
    """Return the post that is pinned: how one asks and, unless it has to be short, how one follows."""
    blocks: list[Block] = [
        heading(how_to_ask_title(tr)),
        paragraph(
            tr._(
                "Mention me with a list, a demand, “dates” or “help”: I answer in the thread; private mentions in private."
            )
        ),
    ]
    if following:
        blocks.append(
            paragraph(
                tr._(
                    "To be told: follow me or a hashtag, or send me “subscribe” with a demand in private; “stop” ends it."
                )
            )
        )
    return frame(Message(tuple(blocks), tr.language), tr, who.fictional)


def how_to_ask_title(tr: Translator) -> str:
    """Return the first line of the pinned post, by which it is known again when its words changed."""
    return tr._("How to ask me")


def example_line(language: str) -> str:
    """Return the line that stands before everything that a fictional installation says."""
    return translator(language)._("Example: fictional lists and people.")
