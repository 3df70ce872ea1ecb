"""The guarded connection: looks the name up once, asks the guard, connects to that very address, meters every read."""

import errno
import http.client
import io
import os
import socket
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.wait import wait_for_write

from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.faults import fault
from core.fetch.page import ProxyRefused
from core.fetch.visit import Visit, current_visit

MAX_HEAD_BYTES = 64 * 1024
"""Status line and headers of one answer, everything with a 1xx status before it included."""
FRAMING_BYTES = 64 * 1024
"""What may come over the wire beside twice `max_bytes`: chunk sizes, chunk extensions, trailers."""
MAX_LINES = 50_000
"""Of one answer: its head, and one for each chunk. Each costs our processor some 10 µs, however little it brings."""
MAX_ADDRESSES_TRIED = 8


def connect(visit: Visit, host: str, port: int, *, is_proxy: bool = False) -> socket.socket:
    """A connected socket whose time limit is what the visit has left. Raises `FetchError`, `Aborted`."""
    if is_proxy:
        return _connect_to_proxy(visit, host, port)
    visit.doing = f"looking {host} up"
    name, port = visit.guard.destination(host, port)
    addresses = visit.look_ups.addresses(name, port, visit)
    refuse_bad(visit, host, addresses, port)
    sock, visit.ip = _dial_any(visit, addresses, port)
    return sock


def _connect_to_proxy(visit: Visit, host: str, port: int) -> socket.socket:
    """Where the settings say, whatever address that is."""
    visit.doing = f"looking the proxy {host} up"
    try:
        sock, _address = _dial_any(visit, visit.look_ups.addresses(host, port, visit), port)
    except FetchError as failure:
        if failure.kind is FailureKind.TIMEOUT:
            raise
        raise ProxyRefused(f"The proxy cannot be reached: {failure.detail}") from failure
    visit.ip = None
    return sock


def _dial_any(visit: Visit, addresses: tuple[str, ...], port: int) -> tuple[socket.socket, str]:
    """A connection to the first address that takes one."""
    visit.start_connecting()
    tried = addresses[:MAX_ADDRESSES_TRIED]
    failures = []
    for left, address in zip(range(len(tried), 0, -1), tried, strict=True):
        try:
            sock = _dial(visit, address, port, visit.connect_remaining() / left)
        except FetchError as failure:
            failures.append(failure)
        else:
            return sock, address
    # An address that answers, if only to refuse, tells more than one that no way leads to.
    raise next((failure for failure in failures if failure.kind is not FailureKind.CONNECT), failures[-1])


def refuse_bad(visit: Visit, host: str, addresses: tuple[str, ...], port: int) -> None:
    """One bad address spoils the name: which one is used must not depend on luck."""
    for address in addresses:
        reason = visit.guard.refusal(address, port)
        if reason is not None:
            what = address if address == host else f"{host} is {address}"
            raise FetchError(FailureKind.BLOCKED_ADDRESS, f"{what}, which may not be connected to: {reason}")


def _dial(visit: Visit, address: str, port: int, limit_seconds: float) -> socket.socket:
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    visit.doing = f"connecting to {where}"
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    held = visit.hold(sock)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        code = sock.connect_ex((address, port))
        # Checked after the connect began: a shutdown before it has no effect, one after it ends the wait.
        visit.abort.check()
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK):
            if not wait_for_write(sock, limit_seconds):
                visit.remaining()
                raise FetchError(FailureKind.CONNECT, f"No connection to {where} within {limit_seconds:.3g} s")
            visit.abort.check()
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise fault(OSError(code, os.strerror(code)), visit)
        sock.settimeout(visit.connect_remaining())
    except BaseException:
        held.close()
        sock.close()
        raise
    visit.keep(held)
    return sock


class MeteredReads(io.RawIOBase):
    """The bytes of one answer: every read may take what the visit has left, and all together are bounded."""

    def __init__(self, sock: socket.socket, visit: Visit) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._visit = visit
        self._received = 0
        self._in_head = True
        self._limit = MAX_HEAD_BYTES
        self.has_ended = False

    def head_is_over(self) -> None:
        """From now on the limit is that of a body."""
        self._in_head = False
        self._limit = self._received + 2 * self._visit.max_bytes + FRAMING_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._received >= self._limit:
            raise self._too_much()
        self._sock.settimeout(self._visit.remaining())
        try:
            count: int = self._file.readinto(buffer) or 0
        except OSError as error:
            raise fault(error, self._visit) from error
        self._received += count
        self.has_ended = not count
        return count

    def _too_much(self) -> FetchError:
        if self._in_head:
            return FetchError(FailureKind.PROTOCOL, f"The head of the answer is larger than {MAX_HEAD_BYTES:,} bytes")
        return FetchError(FailureKind.TOO_LARGE, f"More than {self._visit.max_bytes:,} bytes with all their framing")

    def close(self) -> None:
        self._file.close()
        super().close()


class CountedLines(io.BufferedReader):
    """The same bytes, read in lines where the answer has some: not more than `MAX_LINES`."""

    def __init__(self, metered: MeteredReads) -> None:
        super().__init__(metered)
        self._left = MAX_LINES

    def readline(self, size: int | None = -1) -> bytes:
        if not self._left:
            raise FetchError(FailureKind.TOO_LARGE, f"The answer comes in more than {MAX_LINES:,} pieces")
        self._left -= 1
        return super().readline(size)


class MeteredResponse(http.client.HTTPResponse):
    """An answer read through `MeteredReads`; any 1xx before it is skipped (RFC 9110, 15.2)."""

    def __init__(self, sock: socket.socket, *args: Any, **values: Any) -> None:
        super().__init__(sock, *args, **values)
        self.fp.close()
        self._visit = current_visit()
        self._metered = MeteredReads(sock, self._visit)
        self.fp = CountedLines(self._metered)

    def begin(self) -> None:
        if self.headers is not None:
            return
        self._visit.doing = "waiting for the answer"
        try:
            super().begin()
            while 100 <= self.status < 200 and self.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
                self.headers = self.msg = None
                super().begin()
            if self._metered.has_ended:  # http.client takes that for the end of the head
                raise http.client.IncompleteRead(b"")
        except (http.client.HTTPException, OSError) as error:
            raise fault(error, self._visit) from error
        # Obsolete (RFC 6265), but http.cookiejar still reads it, in time that grows with the square of its length.
        del self.headers["Set-Cookie2"]
        self._metered.head_is_over()
        self._visit.head_arrived()
        self._visit.doing = "reading the body"


class GuardedHTTPConnection(HTTPConnection):
    """http, guarded."""

    response_class = MeteredResponse

    def _new_conn(self) -> socket.socket:
        sock = connect(current_visit(), self._dns_host, self.port, is_proxy=self.proxy is not None)
        current_visit().connected = True
        sock.settimeout(current_visit().remaining())
        return sock


class GuardedHTTPSConnection(HTTPSConnection):
    """https, guarded; the time to be connected includes the handshake."""

    response_class = MeteredResponse

    def _new_conn(self) -> socket.socket:
        sock = connect(current_visit(), self._dns_host, self.port, is_proxy=self.proxy is not None)
        current_visit().doing = "waiting for the TLS handshake"
        return sock

    def connect(self) -> None:
        visit = current_visit()
        try:
            super().connect()
        except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError) as error:
            raise fault(error, visit) from error
        visit.connected = True
        if self.sock is not None:
            self.sock.settimeout(visit.remaining())
            visit.certificate = getattr(self.sock, "getpeercert", dict)()


class _OneUse(HTTPConnectionPool):
    """A connection belongs to one hop: a used one knows neither the guard's verdict of now nor the abort of now."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()


class GuardedHTTPPool(_OneUse):
    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(_OneUse, HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPSConnection


POOLS = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
