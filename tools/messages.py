"""The catalogues of messages: `update` collects them from the source, `check` says what is missing or stale."""

import io
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from pledgebot.messages.i18n import DOMAIN, LANGUAGES, LOCALE

PACKAGE = Path(__file__).parent.parent / "pledgebot"
SOURCE_LANGUAGE = "en"

# The methods of `Translator`, and which of their arguments are messages (1) or a context ("c").
KEYWORDS = {"_": None, "n": (1, 2), "p": ((1, "c"), 2)}

# Dates in the header would make every update a change.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: pledgebot\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""

Strings = tuple[str, ...]
Key = tuple[str | None, Strings]


def strings(value: object) -> Strings:
    """Return a message's id or translation as a tuple, whether it has plural forms or not."""
    return tuple(str(form or "") for form in value) if isinstance(value, list | tuple) else (str(value or ""),)


def key_of(message: Message) -> Key:
    """Return what tells a message from all others."""
    return message.context, strings(message.id)


def extracted(package: Path = PACKAGE) -> Catalog:
    """Return every message that the source marks for translation."""
    catalog = Catalog()
    for _file, _line, found, comments, context in extract_from_dir(
        package, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(found, auto_comments=comments, context=context)
    return catalog


def messages_of(catalog: Catalog) -> dict[Key, Message]:
    """Return a catalogue's messages by key, without its header."""
    return {key_of(message): message for message in catalog if message.id}


def po_path(language: str, locale: Path = LOCALE) -> Path:
    """Return where the translations of a language are."""
    return locale / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str, locale: Path = LOCALE) -> Catalog:
    """Return the translations of a language, an empty catalogue when there are none yet."""
    path = po_path(language, locale)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def po_text(catalog: Catalog) -> bytes:
    """Return a catalogue as the text that is kept: sorted, without dates, files or lines."""
    body = io.BytesIO()
    write_po(body, catalog, no_location=True, omit_header=True, sort_output=True, width=120)
    header = _HEADER.format(language=catalog.locale_identifier, plural=catalog.plural_forms)
    return header.encode() + body.getvalue().strip() + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    """Return a catalogue compiled, the same bytes every time."""
    catalog.creation_date = catalog.revision_date = _LONG_AGO
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    return compiled.getvalue()


def updated(language: str, template: Catalog, locale: Path = LOCALE) -> Catalog:
    """Return a language's catalogue with the messages of the source: known translations kept, the others empty."""
    known = messages_of(read_catalogue(language, locale))
    catalog = Catalog(locale=language, domain=DOMAIN)
    for key, message in messages_of(template).items():
        before = known.get(key)
        string = message.id if language == SOURCE_LANGUAGE else before.string if before else ""
        catalog.add(message.id, string, auto_comments=message.auto_comments, context=message.context)
    return catalog


def update(package: Path = PACKAGE, locale: Path = LOCALE) -> None:
    """Collect the messages from the source into every catalogue, and compile them."""
    template = extracted(package)
    for language in LANGUAGES:
        path = po_path(language, locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_text(updated(language, template, locale)))
        path.with_suffix(".mo").write_bytes(mo_bytes(read_catalogue(language, locale)))


def problems(package: Path = PACKAGE, locale: Path = LOCALE) -> Iterator[str]:
    """Yield one line for everything that is wrong with the catalogues."""
    template = messages_of(extracted(package))
    for language in LANGUAGES:
        path = po_path(language, locale)
        if not path.exists():
            yield f"{language}: {path} is missing"
            continue
        catalog = read_catalogue(language, locale)
        for problem in [*_catalogue_problems(catalog, template, language), *_compiled_problems(catalog, path)]:
            yield f"{language}: {problem}"


def _catalogue_problems(catalog: Catalog, template: Mapping[Key, Message], language: str) -> Iterator[str]:
    there = messages_of(catalog)
    for key in template.keys() - there.keys():
        yield f"missing: {_named(key)}"
    for key in there.keys() - template.keys():
        yield f"obsolete: {_named(key)}"
    for message in catalog.obsolete.values():
        yield f"obsolete: {_named(key_of(message))}"
    for key in sorted(template.keys() & there.keys(), key=_named):
        for problem in _message_problems(there[key], get_plural(language).num_plurals):
            yield f"{problem}: {_named(key)}"


def _message_problems(message: Message, forms: int) -> Iterator[str]:
    ids, translations = strings(message.id), strings(message.string)
    if message.fuzzy:
        yield "fuzzy"
    if not any(translations):
        yield "untranslated"
        return
    if len(ids) > 1 and (len(translations) != forms or not all(translations)):
        yield "a plural form is missing"
    expected = {place for text in ids for place in _places(text)}
    for translation in filter(None, translations):
        if _places(translation) != expected:
            yield f"places differ, {_shown(expected)} became {_shown(_places(translation))}"


def _places(text: str) -> set[str]:
    """Return the `{names}` in a text; a text whose braces do not match has a place that no other has."""
    try:
        return {name for _words, name, _format, _conversion in Formatter().parse(text) if name is not None}
    except ValueError as error:
        return {str(error)}


def _compiled_problems(catalog: Catalog, path: Path) -> Iterator[str]:
    """Compare what is compiled with what is written, byte for byte: dates of files mean nothing in a checkout."""
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        yield f"{compiled.name} is missing: run `make messages`"
    elif compiled.read_bytes() != mo_bytes(catalog):
        yield f"{compiled.name} is not compiled from {path.name}: run `make messages`"


def _named(key: Key) -> str:
    context, ids = key
    return f"{ids[0]!r}" + (f" ({context})" if context else "")


def _shown(places: set[str]) -> str:
    return ", ".join(sorted(places)) or "none"


def main(arguments: list[str]) -> int:
    """Return 0 when done, 1 when something is wrong, 2 for wrong usage."""
    if arguments == ["update"]:
        update()
        return 0
    if arguments != ["check"]:
        print("usage: messages.py update | check", file=sys.stderr)
        return 2
    found = list(problems())
    for problem in found:
        print(problem)
    if not found:
        print(f"messages: {', '.join(LANGUAGES)} are complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
