"""Reads a body within its bounds: decoded and compressed size, the time of the visit, known encodings only."""

from typing import TYPE_CHECKING

import requests

from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.faults import FOREIGN, fault

if TYPE_CHECKING:
    from core.fetch.visit import Visit

ACCEPT_ENCODING = "gzip, deflate"
DECODED = frozenset({"gzip", "x-gzip", "deflate"})
MAX_ENCODINGS = 2
"""Some servers compress twice; more is a bomb."""
READ_BYTES = 64 * 1024
MAX_ERROR_BYTES = 64 * 1024
ERROR_SECONDS = 3.0
"""What the body of an error status may cost: enough to recognise a bot wall."""


def read_body(response: requests.Response, visit: "Visit", max_bytes: int, *, cut: bool = False) -> bytes:
    """The decoded body. Raises `FetchError` (too_large, protocol, reset, timeout), `Aborted`.

    With `cut` a body that is too large ends at `max_bytes`.
    """
    refuse_encoding(response)
    declared = response.headers.get("Content-Length", "")
    if not cut and declared.isdecimal() and int(declared[:18]) > max_bytes:
        raise FetchError(
            FailureKind.TOO_LARGE, f"Content-Length is {int(declared[:18]):,}, more than {max_bytes:,} bytes"
        )
    parts: list[bytes] = []
    size = 0
    try:
        for part in response.raw.stream(min(READ_BYTES, max_bytes + 1), decode_content=True):
            visit.remaining()
            parts.append(part)
            size += len(part)
            if size > max_bytes:
                break
    except FOREIGN as error:
        raise fault(error, visit) from error
    if size > max_bytes and not cut:
        raise FetchError(FailureKind.TOO_LARGE, f"The page is larger than {max_bytes:,} bytes")
    return b"".join(parts)[:max_bytes]


def read_error_body(response: requests.Response, visit: "Visit") -> bytes:
    """The first bytes of an error's body, or none: its status is known already. Raises only `Aborted`."""
    visit.give_body(ERROR_SECONDS)
    try:
        return read_body(response, visit, min(visit.max_bytes, MAX_ERROR_BYTES), cut=True)
    except FetchError:
        return b""


def refuse_encoding(response: requests.Response) -> None:
    """Raise `FetchError` (protocol) for an encoding that was not asked for and cannot be undone.

    That of the transfer may only be `chunked`: no other was offered (RFC 9110, 10.1.4), and http.client knows no other.
    """
    if (transfer := _codings(response, "Transfer-Encoding")) not in ([], ["identity"], ["chunked"]):
        raise FetchError(FailureKind.PROTOCOL, f"The Transfer-Encoding {_shown(transfer)} was not asked for")
    codings = _codings(response, "Content-Encoding")
    if codings in ([], ["identity"]):
        return
    if len(codings) > MAX_ENCODINGS or not DECODED.issuperset(codings):
        detail = f"The Content-Encoding {_shown(codings)} was not asked for ({ACCEPT_ENCODING})"
        raise FetchError(FailureKind.PROTOCOL, detail)


def _codings(response: requests.Response, field: str) -> list[str]:
    return [coding for each in response.headers.get(field, "").lower().split(",") if (coding := each.strip())]


def _shown(codings: list[str]) -> str:
    return repr("".join(char if char.isprintable() else " " for char in ", ".join(codings)[:100]))
