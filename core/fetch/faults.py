"""Foreign errors → `FetchError`: the only place that reads what sockets, OpenSSL, urllib3 and requests raise."""

import errno
import http.client
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

import requests
import urllib3

from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.certificate import complaint

if TYPE_CHECKING:
    from core.fetch.visit import Visit

FOREIGN = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
"""What a request may raise beside our own errors; UnicodeError is a ValueError."""
_WRAPPERS = (requests.ConnectionError, urllib3.exceptions.MaxRetryError, urllib3.exceptions.ProxyError)
_BROKEN_OFF = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, http.client.IncompleteRead)
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL})
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
    return FetchError(FailureKind.PROTOCOL, f"The answer is not valid HTTP: {_said(causes[-1])}")


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
    if isinstance(cause, _WRAPPERS):
        return None
    if isinstance(cause, ssl.SSLError):
        return _tls(cause, visit)
    if isinstance(cause, TimeoutError):
        return _late(visit)
    if isinstance(cause, ConnectionRefusedError):
        return FetchError(FailureKind.REFUSED, f"Connection refused while {visit.doing}")
    if isinstance(cause, http.client.RemoteDisconnected):
        return FetchError(FailureKind.RESET, "The server closed the connection without an answer")
    if isinstance(cause, _BROKEN_OFF):
        return FetchError(FailureKind.RESET, f"The server broke the connection off while {visit.doing}")
    if isinstance(cause, requests.RequestException):
        return None
    return _no_way(cause, visit) if isinstance(cause, OSError) else None


def _tls(cause: ssl.SSLError, visit: "Visit") -> FetchError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(FailureKind.TLS, complaint(cause, visit.presented))
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return FetchError(FailureKind.RESET, f"The server closed the connection while {visit.doing}")
    return FetchError(FailureKind.TLS, f"TLS failed while {visit.doing}: {cause.reason or _said(cause)}")


def _late(visit: "Visit") -> FetchError:
    """A time-out of a socket: of the whole visit, or only of the time to be connected."""
    try:
        visit.connect_remaining()
    except FetchError as error:
        if error.kind is FailureKind.TIMEOUT or visit.connected:
            return visit.timed_out()
        limit = visit.connect_limit_seconds or 0.0
        return FetchError(FailureKind.TIMEOUT, f"Not connected within {limit:g} s while {visit.doing}")
    return visit.timed_out()


def _no_way(cause: OSError, visit: "Visit") -> FetchError | None:
    if cause.errno in _UNREACHABLE:
        return FetchError(FailureKind.CONNECT, f"{cause.strerror} while {visit.doing}")
    if cause.errno == errno.ETIMEDOUT:
        return FetchError(FailureKind.CONNECT, f"No answer from the network while {visit.doing}")
    return FetchError(FailureKind.CONNECT, f"{_said(cause)} while {visit.doing}")


def _said(cause: BaseException) -> str:
    text = "".join(char if char.isprintable() else " " for char in f"{cause}"[:MAX_DETAIL])
    return text or type(cause).__name__
