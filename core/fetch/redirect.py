"""Where a redirect leads: `Location` and the current URL → the next URL, or why it is not followed. Pure."""

import re
from contextlib import suppress
from urllib.parse import urldefrag, urljoin, urlsplit

from core.errors import FetchError
from core.failures import FailureKind

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_URL = 8192
"""Characters (RFC 9110, 4.1 recommends at least 8,000)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NO_HOST = re.compile(r"(?:https?:)?//(?:[/?#]|$)", re.I)
"""What urljoin would silently take for a relative address."""
_SHOWN = 200


def next_url(current: str, location: str) -> str:
    """The URL that `location` names, seen from `current`, without fragment. Raises `FetchError` (protocol).

    `location` is the header as http.client gives it: bytes read as Latin-1.
    """
    with suppress(UnicodeError):  # else it really is Latin-1
        location = location.encode("latin-1").decode("utf-8")
    location = location.strip(" ")
    fault = _fault_of_text(location) or ("it names no host" if _NO_HOST.match(location) else None)
    try:
        url = "" if fault else with_path(urldefrag(urljoin(current, location)).url)
        fault = fault or fault_of_url(url)
    except ValueError as error:
        fault = str(error)
    if fault:
        raise FetchError(FailureKind.PROTOCOL, f"The redirect to {_shown(location)} is not followed: {fault}")
    return url


def with_path(url: str) -> str:
    """`https://example.com/` of `https://example.com`: what is really asked for (RFC 9110, 4.2.3)."""
    parts = urlsplit(url)
    return url if parts.path else parts._replace(path="/").geturl()


def fault_of_url(url: str) -> str | None:
    """Why an absolute URL is not visited; None if it may be. Raises ValueError for what urlsplit cannot read."""
    fault = _fault_of_text(url)
    if fault:
        return fault
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return "only http and https are"
    if "@" in parts.netloc:
        return "it holds user information"
    if not parts.hostname:
        return "it names no host"
    return "port 0 does not exist" if parts.port == 0 else None


def _fault_of_text(text: str) -> str | None:
    if len(text) > MAX_URL:
        return f"it is longer than {MAX_URL:,} characters"
    if "\\" in text:
        return "it holds a backslash"
    return "it holds a control character" if _CONTROL.search(text) else None


def _shown(text: str) -> str:
    return _CONTROL.sub("�", text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
