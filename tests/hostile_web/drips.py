"""Every part of an answer, a little at a time: nothing but the limit of the whole visit ends them."""

import gzip
import socket
import zlib

from tests.hostile import CHUNKED, HTML, OK, Behaviour, Peer, drips, mute, redirect, says
from tests.hostile_web.case import LOAF, MAX_BYTES, Case, cases, in_robots, page_only
from tests.hostile_web.name_server import Silence

LENGTHY = OK + b"Content-Length: %d\r\n\r\n" % (MAX_BYTES - 1)
PACKED, DEFLATED = gzip.compress(HTML, mtime=0), zlib.compress(HTML)
FIRST_RECORD = b"\x16\x03\x03\x10\x00\x02\x00\x0f\xfc\x03\x03"
"""The begin of a ServerHello that says it is 4 KiB long."""


def late_redirects(peer: Peer, connection: socket.socket, head: bytes) -> None:
    """Ten redirects, each within any sensible time-out, all together beyond the limit."""
    peer.closing.wait(0.6)
    says(redirect(f"/{len(peer.requests)}"))(peer, connection, head)


def silent_after(start: bytes) -> Behaviour:
    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        connection.sendall(start)
        mute(peer, connection, head)

    return behave


def silent(_own: str, _nth: int) -> list[str]:
    raise Silence


CASES: list[Case] = [
    *cases(
        "timeout",
        {
            "mute": mute,
            "drip-version": drips(b"", b"H", 0.2),
            "drip-reason": drips(b"HTTP/1.1 200 O", b"K"),
            "drip-header-name": drips(OK + b"X", b"-"),
            "drip-header-value": drips(OK + b"X-Slow: ", b"v"),
            "drip-headers": drips(OK, b"X-More: 1\r\n", 0.2),
            "drip-continue": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            "drip-early-hints": drips(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
            "drip-body-with-length": drips(LENGTHY, b"x"),
            "drip-body-without-length": drips(OK + b"\r\n", b"x"),
            "drip-chunk-size": drips(CHUNKED + b"1", b"0"),
            "drip-chunk-extension": drips(CHUNKED + b"5;", b"extension"),
            "drip-chunks": drips(CHUNKED, b"1\r\nx\r\n"),
            "drip-chunk-end": silent_after(CHUNKED + b"3\r\n<p>"),
            "drip-trailers": drips(CHUNKED + b"3\r\n<p>\r\n0\r\n", b"Trailer: 1\r\n", 0.2),
            "drip-gzip": drips(OK + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:10], b"\x00\x00\x00\xff\xff"),
            "drip-deflate": drips(OK + b"Content-Encoding: deflate\r\n\r\n" + DEFLATED[:2], b"\x00\x00\x00\xff\xff"),
            "silent-in-head": silent_after(OK),
            "silent-in-body": silent_after(LENGTHY + HTML),
            "late-redirects": late_redirects,
        },
    ),
    Case("drip-robots-head", "timeout", https=in_robots(drips(OK, b"X-More: 1\r\n", 0.2))),
    Case("drip-robots-body", "timeout", https=in_robots(drips(OK + b"\r\n", b"#"))),
    Case("drip-error-body", "http_404", http=page_only(drips(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x", 0.1))),
    Case("name-server-silent", "dns", http=says(LOAF), names=silent),
    Case("black-hole", "connect", swallows=True),
    Case("tls-silent", "timeout", raw=mute, says="TLS handshake"),
    Case("tls-drip", "timeout", raw=drips(FIRST_RECORD, b"\x00"), says="TLS handshake"),
    Case("tls-drip-head", "timeout", https=drips(OK + b"X-Slow: ", b"v")),
    Case("tls-drip-body", "timeout", https=page_only(drips(OK + b"\r\n", b"x"))),
    Case("tls-mute", "timeout", https=mute),
]
