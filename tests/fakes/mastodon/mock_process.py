"""A program: mastodon-mock on a free port of loopback, which it prints; it ends when its standard input does.

So neither it nor its folder can outlive the tests, however they end. Its arguments are a configuration as JSON and the folder,
which was made for it. The one limit that it enforces itself, it counts unlike any server: the gate
before it does that.
"""

import os
import shutil
import socket
import sys
import threading

import mastodon_mock.routers.statuses
import uvicorn
from mastodon_mock.app import create_app
from mastodon_mock.config import MastodonMockConfig

mastodon_mock.routers.statuses.MAX_STATUS_CHARACTERS = 1_000_000


def _end_with_the_tests() -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(sys.argv[2], ignore_errors=True)
    os._exit(0)


def main() -> None:
    """Serve until the tests end."""
    config = MastodonMockConfig.model_validate_json(sys.argv[1])
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    server = uvicorn.Server(uvicorn.Config(create_app(config), log_level="critical", server_header=False))
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
