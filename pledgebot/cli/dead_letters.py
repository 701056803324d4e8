"""`pledgebot deliveries retry`, `cancel`, `settle` and `pay`: what a person decides of messages that wait for one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import LARGEST, As, Config, acting, asking, print_message, terminal_translator

if TYPE_CHECKING:
    from pledgebot.domain.delivery import DeliveryState
    from pledgebot.services.dead_letters import Choice, Decided, Which

Numbers = Annotated[
    list[int] | None,
    typer.Argument(metavar="[NUMBER]…", min=1, max=LARGEST, help="Deliveries, as `deliveries show` numbers them."),
]
OfEvent = Annotated[
    int | None, typer.Option("--event", metavar="N", min=1, max=LARGEST, help="Only those of this event.")
]
States = Annotated[
    list[str] | None, typer.Option("--state", help="due, claimed, sent, uncertain, failed, held or cancelled.")
]


def read_states(words: list[str] | None) -> "list[DeliveryState]":
    """Return the states that a person names; refuses what is none."""
    from pledgebot.domain.delivery import DeliveryState

    try:
        return [DeliveryState(word) for word in words or ()]
    except ValueError as error:
        raise typer.BadParameter(f"{error}; expected {', '.join(DeliveryState)}") from None


def retry(
    by: As,
    numbers: Numbers = None,
    event: OfEvent = None,
    state: States = None,
    config: Config = None,
) -> None:
    """Send again what failed or is in doubt; of a digest all of it. What is in doubt may then arrive twice."""
    from pledgebot.domain.delivery import DeliveryState
    from pledgebot.services.dead_letters import Choice

    tried = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    _decide(config, by, _which(numbers, event, state, tried), Choice.AGAIN)


def cancel(
    by: As,
    numbers: Numbers = None,
    event: OfEvent = None,
    state: States = None,
    config: Config = None,
) -> None:
    """Cancel what waits, failed or is in doubt; what may have arrived cannot be taken back. An event reaches nobody else."""
    from pledgebot.domain.delivery import DeliveryState
    from pledgebot.services.dead_letters import Choice

    unsent = (DeliveryState.DUE, DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    which = _which(numbers, event, state, unsent)
    if event is not None and not state:
        _cancel_event(config, by, event)
    else:
        _decide(config, by, which, Choice.LEAVE)


def settle(
    numbers: Annotated[
        list[int],
        typer.Argument(metavar="NUMBER…", min=1, max=LARGEST, help="Deliveries, as `deliveries show` numbers them."),
    ],
    by: As,
    sent: Annotated[bool, typer.Option("--sent/--not-sent", help="Whether it arrived. What did not is sent again.")],
    config: Config = None,
) -> None:
    """Say of messages in doubt whether they arrived."""
    from pledgebot.services.dead_letters import Choice, Which

    _decide(config, by, Which(tuple(numbers), in_doubt=True), Choice.SENT if sent else Choice.AGAIN)


def pay(
    event: Annotated[int, typer.Argument(metavar="EVENT", min=1, max=LARGEST, help="The number of the event.")],
    by: As,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
) -> None:
    """Pay Telegram Stars for sending a large broadcast faster; asks first, with the number and the cost."""
    from pledgebot.messages.paying import agreed, asked
    from pledgebot.services.paying import broadcast, pay_for

    tr = terminal_translator()
    with asking(config) as (bot, session):
        found = broadcast(session, event, bot.clock.now())
    if not yes:
        print_message(asked(found, tr))
        typer.confirm(tr._("Pay?"), abort=True)
    with acting(config, by) as (bot, session, actor):
        paid = pay_for(session, event, actor, bot.clock.now(), most=found.messages)
    print_message(agreed(paid, by, tr))


def _which(
    numbers: list[int] | None, event: int | None, words: list[str] | None, states: "tuple[DeliveryState, ...]"
) -> "Which":
    """Return which messages are meant; refuses none at all, and states that have nothing to do with it."""
    from pledgebot.services.dead_letters import Which

    given = read_states(words)
    wrong = [state.value for state in given if state not in states]
    if wrong:
        expected = ", ".join(state.value for state in states)
        raise typer.BadParameter(f"{', '.join(wrong)}: expected {expected}", param_hint="--state")
    if not numbers and event is None and not given:
        raise typer.BadParameter("expected numbers, --event or --state")
    if numbers and (event is not None or given):
        raise typer.BadParameter("expected either numbers, or --event and --state")
    return Which(tuple(numbers or ()), event, frozenset() if numbers else frozenset(given or states))


def _decide(config: Path | None, name: str, which: "Which", choice: "Choice") -> None:
    from pledgebot.services.dead_letters import settle as settle_messages

    with acting(config, name) as (bot, session, actor):
        decided = settle_messages(session, which, choice, actor, bot.clock.now())
    done = len(decided.done)
    if done:
        _say_done(choice, done, name)
    _tell_rest(decided)
    if not done and not decided.refused:
        typer.echo(terminal_translator()._("there is no such delivery"), err=True)
    if not done or decided.refused:
        raise typer.Exit(1)


def _cancel_event(config: Path | None, name: str, event: int) -> None:
    from pledgebot.services.dead_letters import Choice, cancel_all_of

    with acting(config, name) as (bot, session, actor):
        waited, decided = cancel_all_of(session, event, actor, bot.clock.now())
    typer.echo(terminal_translator()._("Event {number} goes to nobody else.").format(number=event))
    if waited or decided.done:
        _say_done(Choice.LEAVE, waited + len(decided.done), name)
    _tell_rest(decided)


def _say_done(choice: "Choice", done: int, name: str) -> None:
    from pledgebot.messages.deliveries import done_line

    typer.echo(done_line(choice, done, name, terminal_translator()))


def _tell_rest(decided: "Decided") -> None:
    """Print what cannot be taken back, and one line for each message that stays as it is."""
    from pledgebot.messages.deliveries import why

    tr = terminal_translator()
    if decided.doubtful:
        told = tr.n(
            "{count} of them is in doubt: what may have arrived cannot be taken back, and is not sent again.",
            "{count} of them are in doubt: what may have arrived cannot be taken back, and is not sent again.",
            decided.doubtful,
        )
        typer.echo(told.format(count=tr.number(decided.doubtful)))
    for reason, numbers in decided.refused.items():
        for number in numbers:
            typer.echo(tr._("delivery {number}: {why}").format(number=number, why=why(reason, tr)), err=True)
