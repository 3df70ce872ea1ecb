"""The bundled small web: an HTTP and HTTPS server on loopback that answers by the name it is asked for."""

import asyncio
import socket
import ssl
import threading
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from core.demo.answers import ANSWERS, PLAIN_ONLY, files, serve_file, unknown_host
from core.demo.certificate import AUTHORITY
from core.demo.exchange import Answer, Exchange, Request
from core.demo.hosts import DEMO_LIST, HOSTS, SAMPLE

__all__ = ["DEMO_LIST", "HOSTS", "SAMPLE", "Site"]

LOOPBACK = "127.0.0.1"
_MAX_HEAD_BYTES = 64 * 1024
_BACKLOG = 1024


class Site:
    """A running small web; `start` makes one, `close` (or leaving its `with` block) ends it.

    One event loop in one thread holds every connection, so a slow answer costs no thread.
    """

    def __init__(self, latency_seconds: float, certificate: tuple[Path, Path] | None) -> None:
        self.latency_seconds = latency_seconds
        """Waited before each answer; may be changed while it runs."""
        self.visits: Counter[str] = Counter()
        """Requests by host, without robots.txt."""
        self.robots_visits: Counter[str] = Counter()
        """Requests for robots.txt by host."""
        self.log: list[Request] = []
        """Every request in the order of arrival, robots.txt included."""
        self._context = _tls_context(certificate) if certificate else None
        self._plain = socket.create_server((LOOPBACK, 0), backlog=_BACKLOG)
        self._tls = socket.create_server((LOOPBACK, 0), backlog=_BACKLOG) if certificate else _refusing_socket()
        self.http_port: int = self._plain.getsockname()[1]
        self._port_443: int = self._tls.getsockname()[1]
        self._loop = asyncio.SelectorEventLoop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="small web", daemon=True)

    @classmethod
    def start(cls, latency_seconds: float = 0.0, certificate: tuple[Path, Path] | None = None) -> Self:
        """A server on two ephemeral loopback ports; without `certificate` (chain and key, PEM files) none for TLS.

        Raises `OSError` for a certificate that cannot be read, `ssl.SSLError` for one that is none.
        """
        site = cls(latency_seconds, certificate)
        site._thread.start()
        return site

    @property
    def https_port(self) -> int | None:
        """The TLS port; None without a certificate."""
        return self._port_443 if self._context else None

    def overrides(self) -> str:
        """The value of `LOTE_DNS_OVERRIDES` that brings every `.test` name here; without TLS, port 443 refuses."""
        return f"*.test:80={LOOPBACK}:{self.http_port},*.test:443={LOOPBACK}:{self._port_443}"

    def environment(self) -> dict[str, str]:
        """The settings (`LOTE_…`) with which the app sees this web and no other."""
        values = {"LOTE_DNS_OVERRIDES": self.overrides(), "LOTE_ALLOWED_PRIVATE_NETWORKS": f"{LOOPBACK}/32"}
        return {**values, "LOTE_CA_BUNDLE": str(AUTHORITY)} if self._context else values

    def close(self) -> None:
        """Ends every connection and frees the ports. A second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._tls.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def answer_of(self, host: str) -> Answer:
        """What `host` does with a request; a host that is not known says so with 404."""
        special = ANSWERS.get(host)
        if special is not None:
            return special
        return serve_file if host.removeprefix("www.") in files() else unknown_host

    def _run(self) -> None:
        with asyncio.Runner(debug=False, loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        servers = [await asyncio.start_server(self._http, sock=self._plain, limit=_MAX_HEAD_BYTES)]
        if self._context:
            servers.append(
                await asyncio.start_server(self._https, sock=self._tls, limit=_MAX_HEAD_BYTES, ssl=self._context)
            )
        await self._stop.wait()
        for server in servers:
            server.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, https=False)

    async def _https(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, https=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, https: bool) -> None:
        try:
            while (request := await _read_request(reader, https)) and await self._exchange(request, writer):
                pass
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client left, or did not speak HTTP
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()

    async def _exchange(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; whether the connection is to be read again."""
        self._record(request)
        exchange = Exchange(request, writer, keep=request.headers.get("connection", "").lower() != "close")
        try:
            if self.latency_seconds:
                await asyncio.sleep(self.latency_seconds)
            await self.answer_of(request.host)(exchange)
        finally:
            request.ended = time.monotonic()
        return exchange.keep

    def _record(self, request: Request) -> None:
        request.began = time.monotonic()
        visits = self.robots_visits if request.is_robots else self.visits
        visits[request.host] += 1
        request.number = visits[request.host]
        self.log.append(request)


async def _read_request(reader: asyncio.StreamReader, https: bool) -> Request | None:
    """The next request of a connection; None when the client has closed it or its first line is not HTTP."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    if first.count(" ") != 2:
        return None
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    await reader.readexactly(int(headers.get("content-length", "0")))
    host = headers.get("host", "").partition(":")[0].lower().rstrip(".")
    return Request(host, path, method, https, headers)


def _tls_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = _refuse_plain_hosts
    return context


def _refuse_plain_hosts(_connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name in PLAIN_ONLY else None


def _refusing_socket() -> socket.socket:
    """Bound, so that nobody else gets the port, and not listening, so that a connection is refused at once."""
    bound = socket.socket()
    bound.bind((LOOPBACK, 0))
    return bound
