"""Foreign errors → `FetchError`: the only place that reads what sockets, OpenSSL, urllib3 and requests raise."""

import errno
import re
import ssl
from collections.abc import Callable, Iterator
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any

import requests
from urllib3.exceptions import HTTPError, InvalidChunkLength, MaxRetryError, ProtocolError, ProxyError

from core.errors import FetchError
from core.failures import FailureKind as K
from core.fetch.certificate import complaint
from core.fetch.page import ProxyRefused

if TYPE_CHECKING:
    from core.fetch.visit import Visit

FOREIGN = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
"""What a request may raise beside our own errors; UnicodeError is a ValueError."""
_WRAPPERS = (requests.ConnectionError, MaxRetryError, ProxyError)
_BROKEN_OFF = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, IncompleteRead)
_Reader = Callable[[Any, "Visit"], FetchError | None]
_CUT_SHORT = "Response ended prematurely"
"""How urllib3 says that the connection ended where the size of a chunk should stand."""
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL})
_NO_TUNNEL = re.compile(r"Tunnel connection failed: (40[37]\b.*)", re.S)
"""How http.client says that the proxy answers CONNECT with 403 or 407; other statuses tell of the target."""
MAX_DETAIL = 300
"""Characters of a foreign message that are kept."""


def fault(error: BaseException, visit: "Visit") -> FetchError:
    """The failure that `error` stands for. Raises `Aborted` if the visit was stopped: that is then the real cause."""
    visit.abort.check()
    causes = list(_causes(error))
    for cause in causes:
        known = _known(cause, visit)
        if known is not None:
            return known
    return FetchError(K.PROTOCOL, f"The answer is not valid HTTP: {_said(causes[-1])}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps, outermost first."""
    waiting, seen = [error], set()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]
        waiting += [each for each in inner if isinstance(each, BaseException)]


def _known(cause: BaseException, visit: "Visit") -> FetchError | None:
    if isinstance(cause, FetchError):
        return cause
    for types, read in _READERS:
        if isinstance(cause, types):
            return read(cause, visit)
    return None


def _tls(cause: ssl.SSLError, visit: "Visit") -> FetchError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(K.TLS, complaint(cause, visit.presented))
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return FetchError(K.RESET, f"The server closed the connection while {visit.doing}")
    return FetchError(K.TLS, f"TLS failed while {visit.doing}: {cause.reason or _said(cause)}")


def _late(visit: "Visit") -> FetchError:
    """A time-out of a socket: of the whole visit, or only of the time to be connected."""
    try:
        visit.connect_remaining()
    except FetchError as error:
        if error.kind is K.TIMEOUT or visit.connected:
            return visit.timed_out()
        limit = visit.connect_limit_seconds or 0.0
        return FetchError(K.TIMEOUT, f"Not connected within {limit:g} s while {visit.doing}")
    return visit.timed_out()


def _no_way(cause: OSError, visit: "Visit") -> FetchError | None:
    if cause.errno in _UNREACHABLE:
        return FetchError(K.CONNECT, f"{cause.strerror} while {visit.doing}")
    if cause.errno == errno.ETIMEDOUT:
        return FetchError(K.CONNECT, f"No answer from the network while {visit.doing}")
    if refused := _NO_TUNNEL.match(_said(cause)):
        return ProxyRefused(f"The proxy refuses: HTTP {refused[1]}")
    return FetchError(K.CONNECT, f"{_said(cause)} while {visit.doing}")


def _said(cause: BaseException) -> str:
    text = "".join(char if char.isprintable() else " " for char in f"{cause}"[:MAX_DETAIL])
    return text or type(cause).__name__


def _cut_short(cause: BaseException, _visit: "Visit") -> FetchError | None:
    if cause.args[:1] != (_CUT_SHORT,):
        return None
    return FetchError(K.RESET, "The server broke the connection off between two chunks of the body")


_READERS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Reader], ...] = (
    (_WRAPPERS, lambda cause, visit: None),
    (ssl.SSLError, _tls),
    (TimeoutError, lambda cause, visit: _late(visit)),
    (ConnectionRefusedError, lambda cause, visit: FetchError(K.REFUSED, f"Connection refused while {visit.doing}")),
    (
        RemoteDisconnected,
        lambda cause, visit: FetchError(K.RESET, "The server closed the connection, no answer given"),
    ),
    (InvalidChunkLength, lambda cause, visit: FetchError(K.PROTOCOL, "A chunk of the body has no valid length")),
    (_BROKEN_OFF, lambda cause, visit: FetchError(K.RESET, f"The server broke the connection off while {visit.doing}")),
    (ProtocolError, _cut_short),
    (requests.RequestException, lambda cause, visit: None),
    (OSError, _no_way),
)
"""Read from the top: a type stands before those that it is a kind of (SSLError and RequestException are OSErrors)."""
