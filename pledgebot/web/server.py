"""The web server, inside our own event loop: it leaves the signals to whoever runs the whole."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from pledgebot.domain.errors import Unusable

log = logging.getLogger(__name__)


def _is_told(record: logging.LogRecord) -> bool:
    """Tell whether a record of the server is worth a line: a reader who is cut off when everything stops is no fault."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class _Quiet(uvicorn.Server):
    """A server that catches no signals: the runtime stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves an application on a host and a port, from `open` on until `run` is cancelled.

    `key` is the setting that names them; `closing` is called when nobody asks any more.
    """

    def __init__(
        self, app: Starlette, listen: str, key: str = "web.listen", closing: Callable[[], None] | None = None
    ) -> None:
        self._app = app
        self._listen = listen
        self._key = key
        self._closing = closing
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Take the port, so that one which is taken already is said in a clear line. Raises `Unusable`."""
        host, _colon, port = self._listen.rpartition(":")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named: only then does asyncio send small answers at once (TCP_NODELAY) instead of 40 ms later.
        opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, int(port)))
        except OSError as error:
            opened.close()
            raise Unusable(f"{self._key} {self._listen}: {error.strerror}") from None
        opened.listen(1024)
        log.info("web_listens: http://%s", self._listen)
        self._socket = opened

    @property
    def port(self) -> int:
        """Return the port that was taken: which one, where the system chose. Zero before `open`."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    async def run(self) -> None:
        """Serve until cancelled."""
        if self._socket is None:
            self.open()
        # No access log: it would hold who came, and Telegram's updates are nobody's business.
        config = uvicorn.Config(
            self._app,
            access_log=False,
            log_config=None,
            lifespan="off",
            # Named, so that what else is installed beside changes nothing.
            http="h11",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
        )
        server = _Quiet(config)
        logging.getLogger("uvicorn.error").addFilter(_is_told)
        serving = asyncio.create_task(server.serve(sockets=[self._socket] if self._socket is not None else None))
        try:
            await asyncio.shield(serving)
        finally:
            # Cancelled in the middle it would leave connections open: asked to end, it closes them itself.
            server.should_exit = True
            await serving
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            if self._closing is not None:
                self._closing()


_PATIENCE = 3
"""How many seconds a request that is under way may still take when everything stops."""
