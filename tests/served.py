"""A real server for an ASGI app in this process, and a login that nobody has come in by."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from core.actor import Actor

START_SECONDS = 20


class NobodyLoggedIn:
    """A login whose cookie nobody has."""

    def actor_of_cookie(self, headers: Mapping[str, str]) -> Actor | None:
        """Nobody."""


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """The app on a free port of loopback, by uvicorn with its defaults, as Streamlit does; gives the port."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
