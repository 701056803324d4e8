"""`pledgebot`: every command, and how each says no."""

import sys

import typer

from pledgebot.cli import (
    answers,
    board,
    calendar,
    chat,
    checks,
    db,
    deliveries,
    ledger,
    lists,
    mastodon,
    organizers,
    outreach,
    start,
    subscribers,
)

app = typer.Typer(
    name="pledgebot",
    help="Keeps candidates to their word: records what each list says on each demand, with its proof, and tells the public.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init", short_help="Write the first files, create the database.")(start.init)
app.command("run", short_help="Run the bot.")(start.run)
app.command("demo", short_help="Show the whole of it; no account needed.")(start.demo)
app.command("chat", short_help="Talk to the bot in the terminal.")(chat.chat)
app.command("doctor", short_help="Check everything; say what to do.")(checks.doctor)
app.command("calendar", short_help="Print what is to come: silences, reminders.")(calendar.calendar)
app.add_typer(db.app, name="db")
app.add_typer(lists.app, name="lists")
app.add_typer(answers.app, name="answers")
app.add_typer(outreach.app, name="outreach")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(organizers.app, name="organizers")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(mastodon.app, name="mastodon")
app.add_typer(ledger.app, name="ledger")
app.add_typer(board.app, name="board")


def main() -> None:
    """Run a command. Exit status: 0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage."""
    from pledgebot.domain.errors import PledgebotError, Refused

    _refuse_other_encodings(sys.argv[1:])
    try:
        app()
    except Refused as refused:
        _say(_worded(refused))
    except PledgebotError as error:
        _say(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        # Such as a full disk behind stdout: what was asked is done or not, but nobody can be told here.
        _say(error.strerror or str(error))


def _refuse_other_encodings(arguments: list[str]) -> None:
    """Refuse arguments that are not UTF-8: no database takes them as texts, and they cannot be shown."""
    for place, argument in enumerate(arguments, start=1):
        if any("\ud800" <= char <= "\udfff" for char in argument):
            typer.echo(f"argument {place} is not UTF-8", err=True)
            sys.exit(2)


def _worded(refused: "Exception") -> str:
    from pledgebot.cli.shared import terminal_translator
    from pledgebot.domain.errors import Refused
    from pledgebot.messages.objections import objection

    return objection(terminal_translator(), refused.objection, refused.facts) if isinstance(refused, Refused) else ""


def _say(line: str) -> None:
    typer.echo(line, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
