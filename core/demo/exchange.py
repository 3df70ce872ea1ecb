"""One request of the small web and the means to answer it, politely or not."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class Request:
    """What was asked, and when; `began` and `ended` are monotonic seconds, `ended` is None while it is answered."""

    host: str
    path: str
    method: str
    https: bool
    headers: dict[str, str]
    number: int = 0
    """The how-manieth request of this host it is, from 1; those for robots.txt are counted by themselves."""
    began: float = 0.0
    ended: float | None = None

    @property
    def is_robots(self) -> bool:
        return self.path == "/robots.txt"


@dataclass(slots=True)
class Exchange:
    """A request with its connection. An answer calls `send` once, or the writer's own methods and then `hang_up`."""

    request: Request
    writer: asyncio.StreamWriter
    keep: bool = field(default=True)
    """Whether the connection is read again afterwards."""

    async def send(
        self,
        body: bytes = b"",
        *,
        status: int = 200,
        content_type: str = HTML,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Writes a whole answer, gzipped if the client takes that and the body is text worth it."""
        fields = [("Content-Type", content_type), ("Server", "small-web"), *headers]
        if (
            len(body) > 400
            and content_type.startswith("text/")
            and "gzip" in self.request.headers.get("accept-encoding", "")
        ):
            body = _gzipped(body)
            fields += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        fields.append(("Content-Length", str(len(body))))
        await self.write(head(status, fields) + (b"" if self.request.method == "HEAD" else body))

    async def redirect(self, location: str, status: int = 301) -> None:
        await self.send(b"<p>Moved.</p>", status=status, headers=[("Location", location)])

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # drain alone does not let others run while the client keeps up

    def hang_up(self) -> None:
        """Ends the connection in order, after what was written."""
        self.keep = False

    def reset(self) -> None:
        """Ends the connection with a TCP reset: what a broken or hostile middlebox does."""
        self.keep = False
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]
"""What a host does with a request."""


def head(status: int, fields: Iterable[tuple[str, str]]) -> bytes:
    """Status line and header fields of an answer, with the empty line."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@lru_cache(maxsize=512)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, 5, mtime=0)
