"""Names → addresses, with a time limit that `getaddrinfo` does not have.

Every look-up has a thread of its own; who waits may leave. A thread left behind ends when the resolver of the system
gives up (glibc by default: 5 s × 2 tries × its name servers) and only then gives its place back: `MAX_LOOK_UPS` bounds
the threads, those left behind included. While all places are taken, look-ups wait, and fail as temporary.
"""

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from core.errors import FetchError
from core.failures import FailureKind

if TYPE_CHECKING:
    from core.fetch.visit import Visit

Resolver = Callable[[str, int], Sequence[str]]
"""Host, port → IP addresses, best first. Raises `socket.gaierror`, or UnicodeError for what cannot be a name."""

MAX_LOOK_UPS = 512
MAX_NAME = 253
"""Characters of a name in DNS (RFC 1035, 2.3.4)."""
PLACE_POLL_SECONDS = 0.2
PERMANENT = frozenset(
    code for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if (code := getattr(socket, name, None)) is not None
)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives, in its order (RFC 6724)."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class LookUps:
    """Looks names up in bounded threads."""

    def __init__(self, resolver: Resolver = system_resolver, places: int = MAX_LOOK_UPS) -> None:
        self._resolver = resolver
        self._places = threading.BoundedSemaphore(places)

    def addresses(self, host: str, port: int, visit: "Visit", limit_seconds: float | None = None) -> tuple[str, ...]:
        """The addresses of `host`, at least one. Raises `FetchError` (dns), `Aborted`.

        It waits as long as the visit may, or `limit_seconds`.
        """
        if _is_address(host):
            return (host,)
        if len(host) > MAX_NAME:
            raise FetchError(FailureKind.DNS, f"{host[:50]}… is longer than a name can be", permanent=True)
        while not self._places.acquire(timeout=min(PLACE_POLL_SECONDS, visit.remaining())):
            pass
        found: list[tuple[str, ...] | BaseException] = []
        done = threading.Event()
        self._start(host, port, found, done)
        remaining = visit.remaining()
        with visit.abort.interrupting(done.set):
            done.wait(remaining if limit_seconds is None else min(remaining, limit_seconds))
        visit.abort.check()
        if not found:
            raise FetchError(
                FailureKind.DNS,
                f"Timed out after {visit.limit_seconds:g} s: the look-up of {host} did not end (temporary)",
            )
        return _judged(host, found[0])

    def _start(self, host: str, port: int, found: list[tuple[str, ...] | BaseException], done: threading.Event) -> None:
        """Begin to look up; the thread gives the place back, or this does when there is no thread."""
        thread = threading.Thread(target=self._look_up, args=(host, port, found, done), name="lookup", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system or a limit allows no more
            self._places.release()
            detail = f"The name {host} could not be looked up: no thread for the look-up (temporary)"
            raise FetchError(FailureKind.DNS, detail) from error

    def _look_up(
        self, host: str, port: int, found: list[tuple[str, ...] | BaseException], done: threading.Event
    ) -> None:
        try:
            found.append(tuple(dict.fromkeys(self._resolver(host, port))))
        except BaseException as error:  # noqa: BLE001  handed to the thread that waits
            found.append(error)
        finally:
            self._places.release()
            done.set()


def _judged(host: str, found: tuple[str, ...] | BaseException) -> tuple[str, ...]:
    if isinstance(found, UnicodeError):
        raise FetchError(FailureKind.DNS, f"{host} cannot be a name: {found}", permanent=True) from found
    if isinstance(found, OSError):
        if found.errno in PERMANENT:
            raise FetchError(FailureKind.DNS, f"The name {host} does not exist", permanent=True) from found
        reason = found.strerror or str(found)
        raise FetchError(FailureKind.DNS, f"The name {host} could not be looked up: {reason} (temporary)") from found
    if isinstance(found, BaseException):
        raise found
    if not found:
        raise FetchError(FailureKind.DNS, f"The name {host} has no address", permanent=True)
    return found


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
