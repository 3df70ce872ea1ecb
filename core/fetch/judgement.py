"""Is an answer a web page? Status, type and content → nothing, or the failure. Pure."""

import re

from core.errors import FetchError
from core.failures import FailureKind

HTML = frozenset({"text/html", "application/xhtml+xml"})
PERHAPS_HTML = frozenset({"", "text/plain", "text/xml", "application/xml", "application/octet-stream"})
"""Types that misconfigured servers give to pages: these are sniffed."""
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b\x08", "a gzip file"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x7fELF", "a program"),
    (b"\0asm", "a program"),
    (b"RIFF", "a WebP image, a sound or a film"),
    (b"OggS", "a sound or a film"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"SQLite format 3\0", "a database"),
)
"""First bytes that no page has (WHATWG MIME Sniffing, 6 and 7)."""
FILM = re.compile(rb".{4}ftyp", re.S)
SNIFFED = 2048
_BLANK = b" \t\r\n\f\v\0"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ROOT = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)
_KINDS = {403: FailureKind.HTTP_403, 404: FailureKind.HTTP_404, 429: FailureKind.HTTP_429}


def failure_of_status(status: int, reason: str) -> tuple[FailureKind, str] | None:
    """Kind and detail for a status that gives no page; None for 2xx and 300. A status that does not exist is like 5xx
    (RFC 9110, 15).
    """
    said = f"HTTP {status} {reason}".strip()
    if status in _KINDS:
        return _KINDS[status], said
    if 400 <= status < 500:
        return FailureKind.HTTP_4XX, said
    if status >= 500:
        return FailureKind.HTTP_5XX, said
    if status < 200 or status > 300:
        return FailureKind.PROTOCOL, f"{said} is no answer to this request"
    return None


def essence(content_type: str | None) -> str:
    """`text/html` of `Text/HTML; charset=utf-8`; empty without a type."""
    return (content_type or "").partition(";")[0].strip().lower()


def charset(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type, lower case."""
    found = re.search(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", content_type or "", re.I)
    return found.group(1).lower() if found else None


def refuse_type(content_type: str | None) -> None:
    """Raise `FetchError` (not_html) for a type that cannot be a page, before its body is read."""
    if essence(content_type) not in HTML | PERHAPS_HTML:
        raise FetchError(FailureKind.NOT_HTML, f"The Content-Type is {essence(content_type)[:100]}")


def refuse_body(content_type: str | None, body: bytes) -> None:
    """Raise `FetchError` (empty, not_html) for a body that is no page."""
    start = body[:SNIFFED]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    if not start.strip(_BLANK) and not body[SNIFFED:].strip(_BLANK):
        raise FetchError(FailureKind.EMPTY, f"The body holds nothing ({len(body):,} bytes)")
    declared = essence(content_type)
    if what := _file(start):
        raise FetchError(FailureKind.NOT_HTML, f"The body is {what}, declared as {declared or 'nothing'}")
    if declared in HTML or (not declared and start.lstrip(_BLANK).startswith(b"<")) or _has_root(start):
        return
    raise FetchError(FailureKind.NOT_HTML, f"The body is not HTML, declared as {declared or 'nothing'}")


def _file(start: bytes) -> str | None:
    """What kind of file begins so; None for what may be a page."""
    if FILM.match(start):
        return "a film"
    return next((what for magic, what in MAGIC if start.startswith(magic)), None)


def _has_root(start: bytes) -> bool:
    """Whether an HTML root stands first, after declarations and comments."""
    start = start.lstrip(_BLANK)
    for opening, closing in ((b"<?", b">"), (b"<!--", b"-->")):
        while start.startswith(opening):
            start = start.partition(closing)[2].lstrip(_BLANK)
    return _ROOT.match(start) is not None
