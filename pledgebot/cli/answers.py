"""`pledgebot answers`: recorded by one person, confirmed by another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.enum_words import position_word, role_word, source_word
from pledgebot.cli.shared import (
    LARGEST,
    As,
    Config,
    Json,
    Round,
    acting,
    asking,
    find_banner,
    find_list,
    print_json,
    print_message,
    terminal_translator,
)

if TYPE_CHECKING:
    from datetime import date

    from pledgebot.bootstrap import Bot
    from pledgebot.services.answers import Proof, Subject, Taken
    from pledgebot.services.views import EntryView
    from pledgebot.store.engine import Session

app = typer.Typer(
    help="Answers: recorded by one person, confirmed by another.", no_args_is_help=True, rich_markup_mode=None
)

Number = Annotated[int, typer.Argument(metavar="N", help="The number of the entry.", max=LARGEST)]
Positions = Annotated[
    list[str],
    typer.Option("--position", metavar="DEMAND[/PART]=WORD", help="committed, partial, refused or unclear; several."),
]
Source = Annotated[
    str, typer.Option("--source", help="letter, email, programme, public_post, recorded_speech or reported_speech.")
]
SaidOn = Annotated[
    str, typer.Option("--said-on", metavar="DATE", help="The day it was said: 2026-02-14 or 14/02/2026.")
]
Speaker = Annotated[str | None, typer.Option("--speaker", help="Who spoke.")]
SpokeAs = Annotated[str, typer.Option("--role", help="In what role: head, candidate, spokesperson or list.")]
Link = Annotated[str | None, typer.Option("--link", help="The address of the proof; needs --quote or --file too.")]
Quote = Annotated[str | None, typer.Option("--quote", help="The words that prove it.")]
File = Annotated[
    Path | None,
    typer.Option("--file", help="A file that proves it; kept privately. Its limit is limits.evidence_megabytes."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is shown.")]
Version = Annotated[
    int | None, typer.Option("--version", help="The version that you saw (`answers show N`).", max=LARGEST)
]


@app.command()
def record(
    which: Annotated[str, typer.Argument(metavar="LIST", help="The list: its number or a name.")],
    position: Positions,
    source: Source,
    said_on: SaidOn,
    by: As,
    speaker: Speaker = None,
    role: SpokeAs = "list",
    link: Link = None,
    quote: Quote = None,
    file: File = None,
    replaces: Annotated[
        bool | None,
        typer.Option(
            "--replaces/--beside", help="When it contradicts the current position: replace it, or stand beside it."
        ),
    ] = None,
    banner: Annotated[
        bool, typer.Option("--banner", help="LIST is a banner: the answer is for all its lists.")
    ] = False,
    amend: Annotated[
        int | None, typer.Option("--amend", metavar="N", help="Replace the waiting entry N.", max=LARGEST)
    ] = None,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Record an answer with its proof; it waits for another person."""
    from pledgebot.domain.answer import Contradiction
    from pledgebot.services.answers import NewAnswer, amend_answer, record_answer

    contradiction = None if replaces is None else Contradiction.REPLACES if replaces else Contradiction.BESIDE
    with acting(config, by) as (bot, session, actor):
        new = NewAnswer(
            subject=_subject(session, bot, which, round_key, banner=banner),
            positions=_taken(position),
            source=source_word(source),
            role=role_word(role),
            said_on=_day(said_on),
            proofs=_proofs(bot, link, quote, file),
            speaker=speaker,
            contradiction=contradiction,
        )
        if amend is not None:
            amend_answer(session, amend, new, actor, bot.clock.now())
        number = amend if amend is not None else record_answer(session, new, actor, bot.clock.now())
    _show_entry(config, number)


@app.command()
def correct(
    number: Number,
    position: Positions,
    reason: Reason,
    by: As,
    source: Annotated[str | None, typer.Option("--source", help="Another source; else that of the entry.")] = None,
    said_on: Annotated[
        str | None, typer.Option("--said-on", metavar="DATE", help="Another day; else the entry's.")
    ] = None,
    speaker: Speaker = None,
    role: Annotated[str | None, typer.Option("--role", help="Another role; else that of the entry.")] = None,
    link: Link = None,
    quote: Quote = None,
    file: File = None,
    config: Config = None,
) -> None:
    """Correct a confirmed entry on the demands named: what was wrong stays visible, with the reason. Another person confirms."""
    from pledgebot.domain.answer import AnswerKind
    from pledgebot.services.answers import NewAnswer, get_answer, record_answer

    with acting(config, by) as (bot, session, actor):
        target = get_answer(session, number)
        new = NewAnswer(
            subject=_subject_of(target.list_id, target.banner_id),
            positions=_taken(position),
            source=source_word(source) if source else target.source_kind,
            role=role_word(role) if role else target.speaker_role,
            said_on=_day(said_on) if said_on else target.said_on,
            proofs=_proofs(bot, link, quote, file),
            speaker=speaker or target.speaker,
            kind=AnswerKind.CORRECTION,
            target=number,
            reason=reason,
        )
        entry = record_answer(session, new, actor, bot.clock.now())
    _show_entry(config, entry)


@app.command()
def withdraw(
    which: Annotated[str, typer.Argument(metavar="LIST", help="The list that takes its word back.")],
    demand: Annotated[list[str], typer.Option("--demand", metavar="DEMAND[/PART]", help="On which demands.")],
    source: Source,
    said_on: SaidOn,
    by: As,
    speaker: Speaker = None,
    role: SpokeAs = "list",
    link: Link = None,
    quote: Quote = None,
    file: File = None,
    banner: Annotated[bool, typer.Option("--banner", help="LIST is a banner.")] = False,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Record that a list takes its word back on some demands; another person confirms."""
    from pledgebot.domain.answer import AnswerKind
    from pledgebot.services.answers import NewAnswer, Taken, record_answer

    with acting(config, by) as (bot, session, actor):
        new = NewAnswer(
            subject=_subject(session, bot, which, round_key, banner=banner),
            positions=tuple(Taken(key, None, part) for key, part in map(_demand, demand)),
            source=source_word(source),
            role=role_word(role),
            said_on=_day(said_on),
            proofs=_proofs(bot, link, quote, file),
            speaker=speaker,
            kind=AnswerKind.WITHDRAWAL,
        )
        entry = record_answer(session, new, actor, bot.clock.now())
    _show_entry(config, entry)


@app.command()
def confirm(number: Number, by: As, version: Version = None, config: Config = None) -> None:
    """Confirm an entry that another person recorded: it enters the ledger and is announced."""
    from pledgebot.services.decisions import confirm_answer

    shown = version if version is not None else _seen(config, number)
    with acting(config, by) as (bot, session, actor):
        done = confirm_answer(session, number, shown, actor, bot.clock.now())
    typer.echo(f"entry {number} confirmed: number {done.link.seq} of the ledger, {done.link.hash}")


@app.command()
def reject(
    number: Number,
    reason: Reason,
    by: As,
    demand: Annotated[str | None, typer.Option("--demand", help="Reject only what it says on this demand.")] = None,
    version: Version = None,
    config: Config = None,
) -> None:
    """Reject an entry, or only what it says on one demand; nothing of that is published."""
    from pledgebot.services.decisions import reject_answer

    shown = version if version is not None else _seen(config, number)
    with acting(config, by) as (bot, session, actor):
        reject_answer(session, number, shown, reason, actor, bot.clock.now(), demand=demand)
    typer.echo(f"entry {number} rejected" + (f" on {demand}" if demand else ""))


@app.command()
def undo(number: Number, reason: Reason, by: As, config: Config = None) -> None:
    """Take a confirmation back, as long as its announcement has not begun to go out."""
    from pledgebot.services.decisions import undo_answer

    with acting(config, by) as (bot, session, actor):
        link = undo_answer(session, number, reason, actor, bot.clock.now())
    typer.echo(f"entry {number} undone: number {link.seq} of the ledger, {link.hash}")


@app.command()
def remove(number: Number, reason: Reason, by: As, config: Config = None) -> None:
    """Ask that an entry's texts and proofs be erased because the law obliges us to; another person confirms."""
    from pledgebot.services.decisions import request_removal

    with acting(config, by) as (bot, session, actor):
        entry = request_removal(session, number, reason, actor, bot.clock.now())
    typer.echo(f"entry {entry} waits: once another person confirms it, the content of entry {number} is erased")


@app.command()
def show(
    number: Annotated[
        int | None, typer.Argument(metavar="N", help="One entry; else those that wait.", max=LARGEST)
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show an entry as it will be posted, or all entries that wait for a second person."""
    from pledgebot.messages.organizers import pending
    from pledgebot.services.queries import entries, entry

    if number is not None and not as_json:
        _show_entry(config, number)
        return
    with asking(config) as (_bot, session):
        views = entries(session) if number is None else (entry(session, number),)
    if as_json:
        print_json(views)
    else:
        print_message(pending(list(views), terminal_translator()))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A spreadsheet of answers, as LibreOffice or Excel write it.")],
    by: As,
    config: Config = None,
) -> None:
    """Record the answers of a spreadsheet; each then waits for another person. One fault, and nothing is recorded."""
    from pledgebot.cli.answer_rows import record_rows
    from pledgebot.importers.answers import read_answers

    rows = read_answers(file)
    with acting(config, by) as (bot, session, actor):
        recorded, known = record_rows(session, bot, file, rows, actor)
    typer.echo(f"{len(recorded)} recorded, {known} on record already")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; it must not be there yet.")],
    dialect: Annotated[str, typer.Option("--dialect", help="libreoffice or excel-fr.")] = "libreoffice",
    config: Config = None,
) -> None:
    """Write every answer into a spreadsheet that `answers import` can read; organizers are not named."""
    from pledgebot.cli.answer_rows import exported_rows
    from pledgebot.domain.errors import Unusable
    from pledgebot.importers.answers import write_answers
    from pledgebot.importers.spreadsheet import Dialect

    if dialect not in {known.value for known in Dialect}:
        raise typer.BadParameter(f"{dialect!r}: expected {' or '.join(Dialect)}", param_hint="--dialect")
    with asking(config) as (_bot, session):
        rows, positions = exported_rows(session)
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            write_answers(stream, rows, positions, dialect)
    except FileExistsError:
        raise Unusable(f"{file}: there already; nothing was written") from None
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    typer.echo(f"wrote {len(rows)} answers to {file}")


def _seen(config: Path | None, number: int) -> int:
    """Show an entry and ask; returns the version that was shown. Without a terminal the version has to be given."""
    import sys

    if not sys.stdin.isatty():
        raise typer.BadParameter("say which version you saw (`pledgebot answers show N`)", param_hint="--version")
    view = _show_entry(config, number)
    typer.confirm("Is this right?", abort=True)
    return view.facts.version


def _show_entry(config: Path | None, number: int) -> "EntryView":
    from pledgebot.messages.organizers import entry as worded
    from pledgebot.services.queries import entry

    with asking(config) as (_bot, session):
        view = entry(session, number)
    print_message(worded(view, terminal_translator()))
    return view


def _subject(session: "Session", bot: "Bot", which: str, round_key: str | None, *, banner: bool) -> "Subject":
    if banner:
        return _subject_of(None, find_banner(session, bot, which, round_key))
    return _subject_of(find_list(session, bot, which, round_key), None)


def _subject_of(list_id: int | None, banner_id: int | None) -> "Subject":
    from pledgebot.services.answers import Subject

    return Subject(list_id, banner_id)


def _taken(positions: list[str]) -> "tuple[Taken, ...]":
    from pledgebot.services.answers import Taken

    taken: list[Taken] = []
    for text in positions:
        demand, equals, word = text.partition("=")
        if not equals:
            raise typer.BadParameter(
                f"{text!r}: expected DEMAND=WORD, such as cameras=committed", param_hint="--position"
            )
        key, part = _demand(demand)
        taken.append(Taken(key, position_word(word), part))
    return tuple(taken)


def _demand(text: str) -> tuple[str, str]:
    key, _slash, part = text.strip().partition("/")
    return key.strip(), part.strip()


def _day(text: str) -> "date":
    from pledgebot.domain.words import date_from

    day = date_from(text)
    if day is None:
        raise typer.BadParameter(f"{text!r}: expected a day such as 2026-02-14 or 14/02/2026", param_hint="--said-on")
    return day


def _proofs(bot: "Bot", link: str | None, quote: str | None, file: Path | None) -> "tuple[Proof, ...]":
    """Return the evidence that the options describe: one piece, with its link, words and file."""
    import mimetypes

    from pledgebot.services.answers import Proof

    if link is None and quote is None and file is None:
        return ()
    content = _content(file, bot.settings.limits.evidence_megabytes) if file is not None else None
    media_type = mimetypes.guess_type(file.name)[0] if file is not None else None
    return (Proof(link, quote, content, media_type or "application/octet-stream"),)


def _content(file: Path, megabytes: int) -> bytes:
    """Return what a file holds; never reads more than the limit, since a device has no size and no end."""
    from pledgebot.domain.errors import Objection, Refused, Unusable

    limit = megabytes * 1024 * 1024
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    if len(content) > limit:
        raise Refused(Objection.FILE_TOO_LARGE, limit=megabytes)
    return content
