"""The web of a run, its own process: `python -m tests.benchmarks.peers.web LATENCY [FOLDER] [tls]` tells its ports.

With `tls` it takes encrypted connections too, and nobody answers at `silent_port`. It ends when standard input does.
"""

import asyncio
import contextlib
import gzip
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

import uvloop

from core.demo.certificate import CERTIFICATE
from tests.benchmarks.peers.task import IMMEDIATE, packed_pages, tell

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: small-web\r\nContent-Length: {size}\r\n{more}\r\n"


class Connection(asyncio.Protocol):
    """Answers one GET after the other: the page of the host's number, gzipped for who takes that."""

    def __init__(self, latency_seconds: float, answers: list[tuple[bytes, bytes]]) -> None:
        self._latency_seconds = latency_seconds
        self._answers = answers
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1").lower())

    def _answer(self, head: str) -> None:
        lines = dict(line.partition(": ")[::2] for line in head.split("\r\n")[1:])
        host = lines.get("host", "").partition(":")[0]
        digits = "".join(filter(str.isdecimal, host)) or "1"
        packed, plain = self._answers[(int(digits) - 1) % len(self._answers)]
        answer = packed if "gzip" in lines.get("accept-encoding", "") else plain
        wait = 0.0 if host.endswith(IMMEDIATE) else self._latency_seconds
        asyncio.get_running_loop().call_later(wait, self._send, answer, lines.get("connection") == "close")

    def _send(self, answer: bytes, is_last: bool) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            if is_last:
                self._transport.close()


def _answers(folder: str) -> list[tuple[bytes, bytes]]:
    """Of each page the whole answer, packed and plain."""
    pages = packed_pages(folder)
    return [(_answer(packed, "Content-Encoding: gzip\r\n"), _answer(gzip.decompress(packed), "")) for packed in pages]


def _answer(body: bytes, more: str) -> bytes:
    return HEAD.format(size=len(body), more=more).encode() + body


async def _serve(make: Callable[[], Connection], *, with_tls: bool) -> None:
    loop = asyncio.get_running_loop()
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    refusing = socket.socket()
    refusing.bind(("127.0.0.1", 0))  # nobody else gets this port, and a connection to it is refused
    servers = [await loop.create_server(make, sock=listening)]
    ports = {"port": listening.getsockname()[1], "refusing_port": refusing.getsockname()[1]}
    if with_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*CERTIFICATE)
        servers.append(await loop.create_server(make, "127.0.0.1", 0, ssl=context, backlog=1024))
        servers.append(await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, backlog=1024))
        encrypted, silent = (server.sockets[0].getsockname()[1] for server in servers[1:])
        ports |= {"tls_port": encrypted, "silent_port": silent}
    tell(ports)
    await loop.run_in_executor(None, sys.stdin.read)
    for server in servers:
        server.close()


def main() -> None:
    """Serve until nobody listens any more."""
    latency_seconds, folder = float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    answers = _answers(folder)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(lambda: Connection(latency_seconds, answers), with_tls="tls" in sys.argv))


if __name__ == "__main__":
    main()
