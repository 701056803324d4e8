"""Templates become HTML. They escape whatever they are handed, and are compiled once."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pledgebot.messages.document import Block, Inlines, Message, Paragraph, clean, clean_words
from pledgebot.messages.render import web_html
from pledgebot.messages.typography import typeset
from pledgebot.web import addresses
from pledgebot.web.setting import Setting
from pledgebot.web.words import LANGUAGE_NAMES, words


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pledgebot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.do"],
    )


def page(
    template: str,
    setting: Setting,
    *,
    title: str,
    description: str = "",
    picture: str | None = None,
    feeds: tuple[tuple[str, str], ...] = (),
    indexed: bool = True,
    **told: object,
) -> str:
    """Return a whole page: what a template says, in the frame that all pages share.

    `title` is what the page is about, `description` one sentence on it for whoever shares its address, `picture` the address
    of its card, `feeds` are (title, address) of feeds of its own. `indexed` says that search engines may keep it.
    """
    w = words(setting.tr.language)
    rendered = (
        _environment()
        .get_template(template)
        .render(
            w=w,
            s=setting,
            tr=setting.tr,
            language=setting.tr.language,
            at=addresses,
            link=setting.link,
            same_day=setting.same_day,
            name=named,
            title=title,
            description=description or title,
            picture=_dated(picture, setting) if picture is not None and setting.pictured else None,
            feeds=((w["follow"], addresses.feed(setting.tr.language)), *feeds),
            indexed=indexed and setting.day is None and not setting.framed,
            languages=_other_languages(setting),
            day_note=_day_note(setting),
            citation=_citation(setting, title),
            **told,
        )
    )
    # Of the whole page, since spaces are changed and never added: no address, tag or attribute of ours holds one there.
    typeset_page = typeset(rendered, setting.tr.language)
    return typeset_page.replace("<a href=", _LEADING_OUT) if setting.framed else typeset_page


_LEADING_OUT = '<a target="_blank" rel="noopener" href='
"""In a frame every link opens a page of its own. Whatever people wrote is escaped, so that no such tag is theirs."""


def named(name: str) -> Markup:
    """Return somebody's name on one line, set apart from the direction of the words around it."""
    return Markup("<bdi>") + escape(clean(name)) + Markup("</bdi>")


def told(inlines: Inlines, language: str) -> Markup:
    """Return words of a message as one paragraph."""
    return blocks((Paragraph(inlines),), language)


def blocks(many: tuple[Block, ...], language: str) -> Markup:
    """Return blocks of a message."""
    return Markup(web_html(Message(many, language)))  # noqa: S704 - `web_html` escapes


def paragraphs(text: str, language: str) -> tuple[str, ...]:
    """Return a longer text as its paragraphs, in the typography of its language."""
    pieces = typeset(clean_words(text), language).split("\n\n")
    return tuple(" ".join(piece.split()) for piece in pieces if piece.strip())


def _other_languages(setting: Setting) -> tuple[tuple[str, str, str], ...]:
    """Return (code, name in itself, address) of the same page in every other language of the installation."""
    mine = setting.tr.language
    rest = setting.page.removeprefix(mine)
    return tuple(
        (code, LANGUAGE_NAMES.get(code, code), setting.same_day(f"{code}{rest}"))
        for code in setting.masthead.languages
        if code != mine
    )


def _dated(picture: str, setting: Setting) -> str:
    """Return the address of a page's card, which shows the same day as the page does."""
    return addresses.at(setting.day, picture) if setting.day is not None else picture


def _day_note(setting: Setting) -> str:
    if setting.day is None:
        return ""
    return setting.tr._("As it stood at the end of {day}.").format(day=setting.tr.day(setting.day))


def _citation(setting: Setting, title: str) -> str:
    """Return the line by which a page is cited: who publishes what, how far the ledger had come, where it can be found."""
    tr, last = setting.tr, setting.last
    address = setting.page
    if last is not None and setting.live and is_dated(setting.page):
        address = addresses.at(setting.day or last.confirmed_at.astimezone(setting.zone).date(), address)
    parts = [clean(setting.masthead.publisher), tr.p("quotation", "“{words}”").format(words=clean(title))]
    if setting.title and clean(setting.title) != clean(title):
        parts.append(clean(setting.title))
    if last is not None:
        parts.append(
            tr._("last confirmed entry on {date} (link {number} of the ledger, hash {hash})").format(
                date=tr.short_day(last.confirmed_at.astimezone(setting.zone).date()),
                number=last.seq,
                hash=last.hash[:12],
            )
        )
    where = setting.absolute(address)
    return ", ".join([*parts, where] if where else parts)


def is_dated(page: str) -> bool:
    """Tell whether a page can be shown as it stood on a day: those of places, lists, positions, demands and banners.

    So can the cards of these pages.
    """
    inner = page.removeprefix(addresses.CARDS)
    return inner.partition("/")[2].partition("/")[0] in {"place", "list", "demand", "banner"}


def is_framable(page: str) -> bool:
    """Tell whether a page can be shown in a frame on another site: those of places, lists and banners."""
    _language, _, rest = page.partition("/")
    kind, _, name = rest.strip("/").partition("/")
    return kind in {"place", "list", "banner"} and "/" not in name
