"""What a test orders of the server, in words: it fails, holds, drops, loses replies, limits."""

from collections.abc import Callable

from fakes.telegram.faults import Fault, Faults, Gate, Trouble
from fakes.telegram.limits import Counter, Limits
from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import Refusal, too_many

Where = Callable[[Parameters], bool]

_TEXTS = {400: "Bad Request: something is wrong", 403: "Forbidden: bot was blocked by the user", 401: "Unauthorized",
          500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}  # fmt: skip


def _any(_given: Parameters) -> bool:
    return True


class Orders:
    """The troubles of the next `times` calls of a method; an empty name means any method, polling included.

    With `where` only calls count whose parameters it accepts: `where=lambda given: given.text("chat_id") == "42"`.
    """

    counter: Counter

    def __init__(self) -> None:
        self.faults = Faults()

    def fails(
        self, method: str = "", code: int = 500, text: str = "", *, times: int = 1, retry_after: int | None = None,
        where: Where = _any,
    ) -> None:  # fmt: skip
        """Answer with an error and do nothing; `retry_after` (seconds) makes it a 429."""
        refusal = Refusal(code, text or _TEXTS.get(code, "Error")) if retry_after is None else too_many(retry_after)
        self.faults.order(Fault(Trouble.ANSWERED, method, times, where, refusal))

    def answers_html(self, method: str = "", *, times: int = 1, where: Where = _any) -> None:
        """Answer 502 with a page of HTML, as a proxy does, and do nothing."""
        self.faults.order(Fault(Trouble.BAD_GATEWAY, method, times, where))

    def drops(self, method: str = "", *, times: int = 1, where: Where = _any) -> None:
        """Close the connection before anything is done."""
        self.faults.order(Fault(Trouble.DROPPED, method, times, where))

    def loses_reply(self, method: str = "", *, times: int = 1, where: Where = _any) -> None:
        """Do it, and close the connection without an answer."""
        self.faults.order(Fault(Trouble.REPLY_LOST, method, times, where))

    def garbles(self, method: str = "", *, times: int = 1, where: Where = _any) -> None:
        """Do it, and answer 200 with something that is no JSON."""
        self.faults.order(Fault(Trouble.GARBLED, method, times, where))

    def holds(self, method: str = "", *, times: int = 1, where: Where = _any) -> Gate:
        """Hold calls back until the gate is opened; then they are done and answered."""
        gate = Gate()
        self.faults.order(Fault(Trouble.HELD, method, times, where, gate=gate))
        return gate

    def slows(self, method: str = "", seconds: float = 0.1, *, times: int = 1, where: Where = _any) -> None:
        """Wait for some seconds before a call is done and answered."""
        self.faults.order(Fault(Trouble.HELD, method, times, where, seconds=seconds))

    def limit(self, limits: Limits | None = None) -> None:
        """Count messages from now on, and refuse with 429 what is over the limits (Telegram's, if none are given)."""
        self.counter.limits = limits or Limits()

    def unlimit(self) -> None:
        """Take everything again."""
        self.counter.limits = None
