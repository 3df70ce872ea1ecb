"""Files that call themselves pages, and pages that call themselves files."""

import gzip
import random
import zipfile
from io import BytesIO

from tests.hostile import HTML, page
from tests.hostile_web.case import COMPLETED, Case, cases

NOISE = random.Random(5).randbytes(60_000)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + NOISE


def of(kind: str) -> bytes:
    """The head of an answer of this type."""
    return b"HTTP/1.1 200 OK\r\n" + (f"Content-Type: {kind}\r\n".encode() if kind else b"")


def _zip() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.html", b"0" * 10_000_000)
    return buffer.getvalue()


AS_HTML = {
    "pdf": PDF,
    "zip": _zip(),
    "png": b"\x89PNG\r\n\x1a\n" + NOISE,
    "gif": b"GIF89a" + NOISE,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + NOISE,
    "gzip": gzip.compress(HTML, mtime=0),
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE,
    "program": b"\x7fELF\x02\x01\x01" + NOISE,
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + NOISE,
    "mp4": b"\x00\x00\x00\x18ftypmp42" + NOISE,
    "ogg": b"OggS\x00" + NOISE,
    "rar": b"Rar!\x1a\x07\x01\x00" + NOISE,
    "7z": b"7z\xbc\xaf\x27\x1c" + NOISE,
    "xz": b"\xfd7zXZ\x00" + NOISE,
    "zstd": b"\x28\xb5\x2f\xfd" + NOISE,
    "font": b"wOF2\x00\x01" + NOISE,
    "wasm": b"\x00asm\x01\x00\x00\x00" + NOISE,
    "sqlite": b"SQLite format 3\x00" + NOISE,
}
TYPES = (
    *("application/pdf", "image/png", "application/json", "text/css", "application/zip", "video/mp4"),
    *("image/svg+xml", "multipart/mixed; boundary=x", "text/htmlx", "message/http", "*/*"),
)

CASES: list[Case] = [
    *cases("not_html", {f"as-html-{name}": page(body, of("text/html")) for name, body in AS_HTML.items()}),
    *cases("not_html", {f"type-{n}": page(HTML, of(kind)) for n, kind in enumerate(TYPES)}),
    *cases(
        "not_html",
        {
            "plain-text": page(b"Nothing but words.", of("text/plain")),
            "feed": page(b"<?xml version='1.0'?><rss><channel><title>x</title></channel></rss>", of("text/xml")),
            "json-untyped": page(b'{"a": 1}', of("")),
            "noise-untyped": page(NOISE, of("")),
        },
    ),
    *cases(
        COMPLETED,
        {
            "page-as-text": page(HTML, of("text/plain")),
            "page-as-file": page(HTML, of("application/octet-stream")),
            "page-untyped": page(HTML, of("")),
            "page-shouting": page(HTML, of('TEXT/HTML ; Charset="UTF-8"')),
            "page-xhtml": page(b"<?xml version='1.0'?>" + HTML, of("application/xhtml+xml")),
            "noise-as-html": page(b"<" + NOISE.replace(b"\0", b""), of("text/html")),
            "json-as-html": page(b'{"a": [1, 2, 3]}', of("text/html")),
        },
    ),
]
