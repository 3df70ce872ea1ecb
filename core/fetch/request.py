"""One request that passes the guard: URL → the head of the answer, its body unread."""

from urllib.parse import SplitResult, urlsplit

import requests

from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.connection import refuse_bad
from core.fetch.faults import FOREIGN, fault
from core.fetch.page import ProxyRefused
from core.fetch.session import GuardSession
from core.fetch.visit import Visit

PROXIED_LOOK_UP_SECONDS = 2.0
"""How long a name that the proxy will resolve is looked up here, for the guard alone."""
PROXY_AUTHENTICATION_REQUIRED = 407
"""Only a proxy says this (RFC 9110, 15.5.8)."""
MAX_SHOWN = 300
"""Characters of a single header kept as a fact."""


def ask(session: GuardSession, visit: Visit, url: str, headers: dict[str, str]) -> requests.Response:
    """The answer to one GET, to be asked for inside `visit.hop()`. Raises `FetchError`, `Aborted`."""
    if session.proxies:
        _check_before_proxy(visit, url)
    try:
        response = session.get_answer(url, headers)
    except FOREIGN as error:
        raise fault(error, visit) from error
    if response.status_code == PROXY_AUTHENTICATION_REQUIRED and session.proxies:
        response.close()
        raise ProxyRefused(f"The proxy refuses: HTTP {response.status_code} {shown(response.reason) or ''}".rstrip())
    return response


def shown(value: str | None) -> str | None:
    """A header as a fact: printable and short."""
    return "".join(char for char in value[:MAX_SHOWN] if char.isprintable()) if value is not None else None


def port_of(parts: SplitResult) -> int:
    """The port that a URL leads to."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _check_before_proxy(visit: Visit, url: str) -> None:
    """Refuse a name that is bad where it resolves here. The proxy looks it up again, and may see another one."""
    parts = urlsplit(url)
    host, port = visit.guard.destination(parts.hostname or "", port_of(parts))
    visit.doing = f"looking {host} up"
    try:
        addresses = visit.look_ups.addresses(host, port, visit, PROXIED_LOOK_UP_SECONDS)
    except FetchError as failure:
        if failure.kind is FailureKind.DNS:
            return
        raise
    refuse_bad(visit, host, addresses, port)
