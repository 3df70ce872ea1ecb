"""More than anybody asked for: bombs in every encoding, and answers, heads and redirects without an end."""

import gzip
import socket
import zlib
from collections.abc import Callable
from functools import cache

from tests.hostile import CHUNKED, HTML, OK, Behaviour, Peer, floods, page, redirect, says
from tests.hostile_web.case import COMPLETED, LOAF, MAX_BYTES, Case, cases, first_then, in_robots, page_only

GZIP, DEFLATE = OK + b"Content-Encoding: gzip\r\n", OK + b"Content-Encoding: deflate\r\n"
BOMB_MIB = 1024
COOKIE = b"Set-Cookie: c%d=" + b"v" * 1000 + b"; Path=/\r\n"


@cache
def bomb(window: int = 31) -> bytes:
    """A GiB of spaces in a MiB: gzip (window 31), zlib (15) or bare deflate (-15); a full flush can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    start = packer.compress(HTML) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + (packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)) * BOMB_MIB


def twice() -> bytes:
    """The bomb packed once more: a GiB in a few KiB."""
    return gzip.compress(bomb(), mtime=0)


def lazily(make: Callable[[], bytes], head: bytes) -> Behaviour:
    """Sends a body that is made when it is asked for."""

    def behave(peer: Peer, connection: socket.socket, request: bytes) -> None:
        page(make(), head)(peer, connection, request)

    return behave


def ever_on(peer: Peer, connection: socket.socket, head: bytes) -> None:
    """A redirect to a new path, always with a new cookie."""
    number = len(peer.requests)
    answer = b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nSet-Cookie: n=%d\r\nContent-Length: 0\r\n\r\n" % (number, number)
    says(answer)(peer, connection, head)


def refreshing_on(peer: Peer, connection: socket.socket, head: bytes) -> None:
    """A page that leads to another one of its kind."""
    body = b"<!doctype html><meta http-equiv=refresh content='0;url=/%d'>" % len(peer.requests)
    page(body)(peer, connection, head)


def turning_robots(peer: Peer, connection: socket.socket, head: bytes) -> None:
    """Its robots.txt leads to another robots.txt for ever."""
    if head.startswith(b"GET / "):
        says(LOAF)(peer, connection, head)
    else:
        says(redirect(f"/robots.txt?{len(peer.requests)}"))(peer, connection, head)


ERROR_404, ERROR_500 = b"HTTP/1.1 404 Not Found\r\n", b"HTTP/1.1 500 Oh\r\n"
PACKED_ERROR = b"Content-Encoding: gzip\r\nContent-Type: text/html\r\n"
FOUND = b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Encoding: gzip\r\n"

CASES: list[Case] = [
    *cases(
        "too_large",
        {
            "bomb-gzip": lazily(bomb, GZIP),
            "bomb-x-gzip": lazily(bomb, OK + b"Content-Encoding: X-GZip\r\n"),
            "bomb-zlib": lazily(lambda: bomb(15), DEFLATE),
            "bomb-deflate": lazily(lambda: bomb(-15), DEFLATE),
            "bomb-in-bomb": lazily(twice, OK + b"Content-Encoding: gzip, gzip\r\n"),
            "bomb-two-fields": lazily(twice, GZIP + b"Content-Encoding: gzip\r\n"),
            "bomb-mixed": lazily(lambda: zlib.compress(bomb()), OK + b"Content-Encoding: gzip, deflate\r\n"),
            "endless-body": floods(OK + b"\r\n", b"<p>and so on</p>\n" * 1000),
            "endless-chunks": floods(CHUNKED, b"8000\r\n" + b"x" * 0x8000 + b"\r\n"),
            "endless-small-chunks": floods(CHUNKED, b"1\r\nx\r\n" * 1000),
            "endless-extensions": floods(CHUNKED, b"1;" + b"e" * 8000 + b"\r\nx\r\n"),
            "endless-trailers": floods(CHUNKED + b"3\r\n<p>\r\n0\r\n", b"Trailer: 1\r\n" * 1000),
            "declares-an-exabyte": says(OK + b"Content-Length: 1152921504606846976\r\n\r\n"),
            "declares-too-much": says(OK + b"Content-Length: %d\r\n\r\n" % (MAX_BYTES + 1)),
        },
    ),
    *cases(
        "protocol",
        {
            "endless-extension": floods(CHUNKED + b"1;", b"e" * 65536),
            "endless-chunk-size": floods(CHUNKED, b"0" * 65536),
            "bomb-in-bomb-in-bomb": lazily(twice, OK + b"Content-Encoding: gzip, gzip, gzip\r\n"),
            "brotli-unasked": page(b"\x8b\x01\x80<p>\x03", OK + b"Content-Encoding: br\r\n"),
            "zstd-unasked": page(b"\x28\xb5\x2f\xfd\x04", OK + b"Content-Encoding: zstd\r\n"),
            "compress-unasked": page(b"\x1f\x9d\x90", OK + b"Content-Encoding: compress\r\n"),
            "endless-status-line": floods(b"", b"x" * 65536),
            "endless-reason": floods(b"HTTP/1.1 200 ", b"O" * 65536),
            "endless-header": floods(OK + b"X-Long: ", b"x" * 65536),
            "endless-headers": floods(OK, b"X-Flood: 1\r\n" * 100),
            "endless-continue": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
            "endless-early-hints": floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100),
            "header-of-100-kb": says(OK + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n" + HTML),
            "headers-of-100-kb": says(OK + (b"X-Long: " + b"x" * 5000 + b"\r\n") * 20 + b"\r\n" + HTML),
            "headers-101": says(OK + b"X-Many: 1\r\n" * 101 + b"\r\n" + HTML),
        },
    ),
    *cases(
        COMPLETED,
        {
            "headers-90": says(OK + b"X-Many: 1\r\n" * 90 + b"\r\n" + HTML),
            "cookies-50": says(OK + b"".join(COOKIE % n for n in range(50)) + b"\r\n" + HTML),
            "cookie-of-60-kb": says(OK + b"Set-Cookie: " + b"a=b; " * 12_000 + b"\r\n\r\n" + HTML),
            "cookie2-of-60-kb": says(OK + b"Set-Cookie2: " + b'a="' * 20_000 + b"\r\n\r\n" + HTML),
            "link-of-60-kb": says(OK + b"Link: " + b"<a>; rel=preload, " * 3_400 + b"\r\n\r\n" + HTML),
            "type-of-60-kb": says(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html" + b"; charset" * 6_600 + b"\r\n\r\n" + HTML
            ),
            "refresh-of-60-kb": says(
                OK + b"Refresh: 0;" + b" " * 30_000 + b"url=" + b"'" * 30_000 + b"\r\n\r\n" + HTML
            ),
        },
    ),
    Case("members-of-nothing", "empty", http=page_only(page(gzip.compress(b"", mtime=0) * 5_000, GZIP))),
    Case("bomb-on-redirect", COMPLETED, http=first_then(lazily(bomb, FOUND)), title="Loaf"),
    Case("endless-on-redirect", COMPLETED, http=first_then(floods(FOUND + b"\r\n", b"x" * 65536)), title="Loaf"),
    Case("bomb-on-404", "http_404", http=page_only(lazily(bomb, ERROR_404 + PACKED_ERROR))),
    Case("bomb-on-500", "http_5xx", http=page_only(lazily(bomb, ERROR_500 + PACKED_ERROR))),
    Case("endless-on-404", "http_404", http=page_only(floods(ERROR_404 + b"\r\n", b"x" * 65536))),
    Case(
        "bomb-as-pdf", "not_html", http=page_only(lazily(bomb, b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"))
    ),
    Case("bomb-in-robots", COMPLETED, http=in_robots(lazily(bomb, GZIP)), title="Loaf"),
    Case("endless-robots", COMPLETED, http=in_robots(floods(OK + b"\r\n", b"Disallow: /x\n" * 1000)), title="Loaf"),
    Case(
        "robots-of-wildcards",
        COMPLETED,
        http=in_robots(page(b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*b\n" * 20_000)),
    ),
    Case("robots-of-agents", COMPLETED, http=in_robots(page(b"User-agent: a\n" * 20_000 + b"Disallow: /\n" * 20_000))),
    Case("robots-of-one-rule", COMPLETED, http=in_robots(page(b"User-agent: *\nDisallow: /" + b"*" * 400_000 + b"x$"))),
    Case("turning-robots", COMPLETED, http=turning_robots, title="Loaf"),
    Case("endless-redirects", "redirect_loop", http=page_only(ever_on)),
    Case("endless-refreshes", "redirect_loop", http=page_only(refreshing_on)),
    Case("redirect-to-itself", "redirect_loop", http=page_only(says(redirect("/")))),
    Case("redirect-of-9-kb", "protocol", http=page_only(says(redirect("/" + "a" * 9_000)))),
    Case("tls-bomb", "too_large", https=page_only(lazily(bomb, GZIP))),
    Case("tls-endless", "too_large", https=page_only(floods(OK + b"\r\n", b"<p>and so on</p>\n" * 1000))),
]
