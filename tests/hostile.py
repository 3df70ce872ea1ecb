"""Peers that misbehave, on real sockets of 127.0.0.8: each behaviour is a function that gets the accepted connection.

The sites live in 127.0.0.8/29, which tests allow; 127.0.0.1 stays forbidden, so that a canary there proves the guard.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import trustme

from core.abort import Abort
from core.fetch import Fetcher, FetchOptions, Page
from core.settings import Settings

SITE, CANARY, NETWORK = "127.0.0.8", "127.0.0.1", "127.0.0.8/29"
HTML = b"<!doctype html><title>Loaf</title><p>Bread and butter</p>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
OPTIONS = FetchOptions(
    timeout_seconds=10, max_bytes=100_000, follow_redirects=5, user_agent="Lote-Test/1", respect_robots=False
)
PATIENCE_SECONDS = 20.0

Behaviour = Callable[["Peer", socket.socket, bytes], None]


class Peer:
    """A listener whose connections are each served by `behave(peer, connection, request head)` in a thread."""

    def __init__(
        self, behave: Behaviour, *, address: str = SITE, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._behave = behave
        self._tls = tls
        self._listener = socket.create_server((address, port), backlog=64, reuse_port=port != 0)
        self._open: list[socket.socket] = []
        self.address = address
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        handle = connection.dup()
        self._open.append(handle)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            head = b""
            # A TLS hello on a plain port is answered at once, as web servers do.
            while b"\r\n\r\n" not in head and head[:1] != b"\x16" and (data := connection.recv(65536)):
                head += data
            if head:
                self.requests.append(head)
                self._behave(self, connection, head)
        except OSError:
            pass  # the client left, or refused our certificate
        finally:
            with suppress(OSError):
                connection.close()
            handle.close()


def says(*parts: bytes) -> Behaviour:
    """Sends these bytes and closes."""

    def behave(_peer: Peer, connection: socket.socket, _head: bytes) -> None:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            connection.recv(1)

    return behave


def page(body: bytes = HTML, head: bytes = OK) -> Behaviour:
    """Sends a body with its length."""
    return says(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def by_path(pages: dict[bytes, bytes]) -> Behaviour:
    """Whole answers by request target; what is missing gets a 404."""

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        answer = pages.get(head.split(b" ")[1], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        says(answer)(peer, connection, head)

    return behave


def redirect(location: str, status: int = 302, body: bytes = b"") -> bytes:
    """A whole answer that redirects."""
    return b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        location.encode(),
        len(body),
        body,
    )


def drips(start: bytes, piece: bytes, pause_seconds: float = 0.05) -> Behaviour:
    """Sends `start`, then `piece` again and again, each within any sensible time-out of a single read."""

    def behave(peer: Peer, connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while not peer.closing.wait(pause_seconds):
            connection.sendall(piece)

    return behave


def floods(start: bytes, piece: bytes) -> Behaviour:
    """Sends `start`, then `piece` without end and as fast as it goes."""

    def behave(peer: Peer, connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while not peer.closing.is_set():
            connection.sendall(piece)

    return behave


def mute(peer: Peer, _connection: socket.socket, _head: bytes) -> None:
    """Never answers."""
    peer.closing.wait(PATIENCE_SECONDS)


def resets(_peer: Peer, connection: socket.socket, _head: bytes) -> None:
    """Ends the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def silent_listener(address: str = SITE) -> Iterator[int]:
    """A port that accepts TCP and then says and reads nothing."""
    with socket.create_server((address, 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextmanager
def black_hole(address: str = SITE, port: int = 0) -> Iterator[int]:
    """A port whose queue is full, so that Linux drops every further SYN: nothing ever connects."""
    with socket.create_server((address, port), backlog=0, reuse_port=port != 0) as listener:
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


def connections_to(port: int) -> int:
    """How many sockets of this machine are connected to a port, or try to be (Linux)."""
    states = {"01", "02"}  # ESTABLISHED, SYN_SENT
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] in states for row in rows)


def closed_port(address: str = SITE) -> int:
    """A port on which nothing listens."""
    with socket.create_server((address, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class Authority:
    """A certificate authority of its own, for `LOTE_CA_BUNDLE`."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA(organization_name="Bakers' Trust")
        self.bundle = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.bundle))

    def server(self, *names: str, **values: Any) -> ssl.SSLContext:
        """A server's context with a certificate for `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names, **values).configure_cert(context)
        return context


def settings(overrides: dict[str, "Peer | int"] | None = None, **values: Any) -> Settings:
    """Settings under which names (`site.test:443`) lead to peers or ports of the site's address."""
    pairs = [
        f"{name}={peer.address}:{peer.port}" if isinstance(peer, Peer) else f"{name}={SITE}:{peer}"
        for name, peer in (overrides or {}).items()
    ]
    values = {"allowed_private_networks": NETWORK, "dns_overrides": ",".join(pairs), **values}
    return Settings.load(**values)


def fetch(peer: Peer, options: FetchOptions = OPTIONS, target: str = "site.test", **values: Any) -> Page:
    """The page of one plain http peer."""
    fetcher = Fetcher(settings({"site.test:80": peer}, **values))
    try:
        return fetcher.fetch(target, options, Abort(), scheme="http")
    finally:
        fetcher.close()
