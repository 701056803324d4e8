"""Troubles that a test orders for the next calls, and the record of what was done all the same."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from fakes.telegram.parameters import Parameters, Upload
from fakes.telegram.refusals import Refusal

BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>"
)


class Trouble(Enum):
    """What goes wrong with a call."""

    ANSWERED = "answered with an error, nothing done"
    BAD_GATEWAY = "answered with a page of HTML"
    DROPPED = "connection closed, nothing done"
    REPLY_LOST = "done, and the connection closed without an answer"
    GARBLED = "done, and the answer is no JSON"
    HELD = "answered late"


@dataclass
class Gate:
    """Holds calls back until it is opened, or for some seconds; `reached` says that a call stands before it."""

    reached: threading.Event = field(default_factory=threading.Event)
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _opened: bool = False

    def open(self) -> None:
        """Let the calls through."""
        self._opened = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._open.set)

    async def passed(self) -> None:
        """Wait until it is open."""
        self._loop = asyncio.get_running_loop()
        self.reached.set()
        if not self._opened:
            await self._open.wait()


@dataclass(frozen=True)
class Call:
    """A call as it was answered: `done` says whether the world took it, `status` is None when no answer was sent."""

    method: str
    parameters: Mapping[str, object]
    files: Mapping[str, Upload]
    done: bool
    status: int | None
    answer: object
    at: float
    trouble: Trouble | None = None


@dataclass
class Fault:
    """A trouble for the next `times` calls of a method (any, when it is empty) for which `where` is true."""

    trouble: Trouble
    method: str = ""
    times: int = 1
    where: Callable[[Parameters], bool] = lambda _given: True
    refusal: Refusal | None = None
    done_first: bool = False
    gate: Gate | None = None
    seconds: float = 0.0

    def concerns(self, method: str, given: Parameters) -> bool:
        """Tell whether a call is to have this trouble."""
        return self.times > 0 and self.method.lower() in {"", method.lower()} and self.where(given)


class Faults:
    """The troubles that are ordered, in order."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> Fault:
        """Order a trouble."""
        with self._lock:
            self._ordered.append(fault)
        return fault

    def take(self, method: str, given: Parameters) -> Fault | None:
        """Return the trouble that a call is to have, and count it."""
        if not self._ordered:
            return None
        with self._lock:
            for fault in self._ordered:
                if fault.concerns(method, given):
                    fault.times -= 1
                    if fault.times == 0:
                        self._ordered.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._ordered.clear()
