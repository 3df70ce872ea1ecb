"""Answers that are no HTTP, or HTTP in two minds: lengths, chunks, heads, statuses, foreign protocols."""

import gzip
import random
import socket
import zlib

from tests.hostile import CHUNKED, HTML, OK, Behaviour, Peer, redirect, resets, says
from tests.hostile_web.case import COMPLETED, LOAF, Case, cases, first_then, page_only

LENGTH = b"Content-Length: %d\r\n" % len(HTML)
CHUNK = b"%x\r\n%s\r\n" % (len(HTML), HTML)
PACKED = gzip.compress(HTML, mtime=0)
GZIP, DEFLATE = OK + b"Content-Encoding: gzip\r\n\r\n", OK + b"Content-Encoding: deflate\r\n\r\n"
SETTINGS_FRAME = (
    b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff"
)
NOISE = random.Random(4).randbytes(4000)


def reset_after(start: bytes) -> Behaviour:
    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        connection.sendall(start)
        resets(peer, connection, head)

    return behave


def status(line: bytes, fields: bytes = b"Content-Type: text/html\r\n") -> Behaviour:
    return says(line + b"\r\n" + fields + b"\r\n" + HTML)


CASES: list[Case] = [
    *cases(
        COMPLETED,
        {
            "both-lengths": says(OK + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n"),
            "same-length-twice": says(OK + LENGTH + LENGTH + b"\r\n" + HTML),
            "shorter-length": says(OK + b"Content-Length: 40\r\n\r\n" + HTML),
            "two-answers": says(OK + LENGTH + b"\r\n" + HTML + redirect("http://10.0.0.5/")),
            "chunk-extensions": says(CHUNKED + b"%x;a=b;c\r\n%s\r\n0;last\r\n\r\n" % (len(HTML), HTML)),
            "bare-lf": says((OK + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + HTML),
            "folded-header": says(OK + b"X-Folded: a\r\n b\r\n\r\n" + HTML),
            "no-reason": says(b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + HTML),
            "http-1-0": says(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML),
            "early-hints": says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"\r\n" + HTML),
            "bytes-in-head": says(OK + b"X-Bytes: \xff\xfe\x80\xc3\r\nServer: \xe2\x80\xae\x07\r\n\r\n" + HTML),
            "length-negative": says(OK + b"Content-Length: -5\r\n\r\n" + HTML),
            "length-letters": says(OK + b"Content-Length: many\r\n\r\n" + HTML),
            "length-signed": says(OK + b"Content-Length: +40\r\n\r\n" + HTML),
            "length-superscript": says(OK + b"Content-Length: \xb2\r\n\r\n" + HTML),
            "chunk-size-prefixed": says(CHUNKED + b"0x5\r\n" + HTML[:5] + b"\r\n0\r\n\r\n"),
            "chunk-size-underscored": says(CHUNKED + b"1_0\r\n" + HTML[:16] + b"\r\n0\r\n\r\n"),
            "nul-in-maker": says(OK + b"X-Powered-By: \x00, a\x00b/1\r\nServer: \x00\r\n\r\n" + HTML),
            "nul-in-head": says(OK + b"X-Nul: a\x00b\r\n\r\n" + HTML),
            "header-without-colon": says(OK + b"no colon here\r\n\r\n" + HTML),
            "header-without-name": says(OK + b": value\r\n\r\n" + HTML),
            "space-before-colon": says(OK + b"Content-Length : 5\r\n\r\n" + HTML),
            "header-first-folded": says(b"HTTP/1.1 200 OK\r\n folded\r\nContent-Type: text/html\r\n\r\n" + HTML),
            "cr-in-head": says(OK + b"X-Cr: a\rb: c\r\n\r\n" + HTML),
            "status-206": status(
                b"HTTP/1.1 206 Partial", b"Content-Type: text/html\r\nContent-Range: bytes 0-9/1000\r\n"
            ),
            "status-300": status(b"HTTP/1.1 300 Choices"),
            "type-twice": says(OK + b"Content-Type: application/pdf\r\n\r\n" + HTML),
            "gzip-cut": says(GZIP + PACKED[:20]),
            "gzip-then-rubbish": says(GZIP + PACKED + b"rubbish after the end"),
        },
    ),
    *cases(
        "protocol",
        {
            "two-lengths": says(OK + LENGTH + b"Content-Length: 5\r\n\r\n" + HTML),
            "two-lengths-in-one": says(OK + b"Content-Length: 5, 99\r\n\r\n" + HTML),
            "chunk-size-no-number": says(CHUNKED + b"xyz\r\n" + HTML + b"\r\n0\r\n\r\n"),
            "chunk-size-empty": says(CHUNKED + b"\r\n" + HTML),
            "http-0-9": says(HTML),
            "http-2": says(SETTINGS_FRAME),
            "http-2-preface": says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            "icecast": says(b"ICY 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML),
            "ssh": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
            "smtp": says(b"220 mail.test ESMTP\r\n"),
            "noise": says(NOISE),
            "tls-alert": says(b"\x15\x03\x03\x00\x02\x02\x28"),
            "status-99": status(b"HTTP/1.1 99 Low"),
            "status-negative": status(b"HTTP/1.1 -200 OK"),
            "status-letters": status(b"HTTP/1.1 20O OK"),
            "status-long": status(b"HTTP/1.1 2000 OK"),
            "status-101": status(b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket\r\n"),
            "status-304": status(b"HTTP/1.1 304 Not Modified"),
            "redirect-nowhere": status(b"HTTP/1.1 302 Found"),
            "chunk-size-too-small": says(CHUNKED + b"5\r\n" + HTML + b"\r\n0\r\n\r\n"),
            "coding-unknown": says(OK + b"Transfer-Encoding: x-rot13\r\n\r\n" + HTML),
            "coding-gzip-chunked": says(
                OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PACKED), PACKED)
            ),
            "coding-not-last": says(OK + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNK + b"0\r\n\r\n"),
            "http-3": status(b"HTTP/3 200 OK"),
            "http-9-9": status(b"HTTP/9.9 200 OK"),
            "version-lower": status(b"http/1.1 200 OK"),
            "status-000": status(b"HTTP/1.1 000 Zero"),
            "status-1000-digits": status(b"HTTP/1.1 " + b"2" * 1000 + b" OK"),
            "gzip-bad-checksum": says(GZIP + PACKED[:-8] + b"\0" * 8),
            "gzip-wrong": says(GZIP + PACKED[:12] + NOISE),
            "gzip-none": says(GZIP + HTML),
            "deflate-wrong": says(DEFLATE + zlib.compress(HTML)[:6] + NOISE),
        },
    ),
    *cases(
        "reset",
        {
            "closes-at-once": says(b""),
            "resets-at-once": resets,
            "closes-in-head": says(OK + b"X-Cut"),
            "closes-after-continue": says(b"HTTP/1.1 100 Continue\r\n\r\n"),
            "resets-in-head": reset_after(OK),
            "resets-in-body": reset_after(OK + b"Content-Length: 50000\r\n\r\n" + HTML),
            "longer-length": says(OK + b"Content-Length: 50000\r\n\r\n" + HTML),
            "chunk-size-huge": says(CHUNKED + b"FFFFFFFFFFFFFFFFFF\r\n" + HTML + b"\r\n0\r\n\r\n"),
            "chunk-size-negative": says(CHUNKED + b"-1\r\n" + HTML + b"\r\n0\r\n\r\n"),
            "chunk-cut": says(CHUNKED + b"ffff\r\n" + HTML),
            "chunks-without-last": says(CHUNKED + CHUNK),
        },
    ),
    *cases(
        "empty", {"status-204": status(b"HTTP/1.1 204 No Content"), "no-body": says(OK + b"Content-Length: 0\r\n\r\n")}
    ),
    *cases("empty", {"spaces-only": says(OK + b"\r\n" + b" \r\n\t\0" * 20_000)}),
    *cases("http_5xx", {"status-999": status(b"HTTP/1.1 999 Request denied"), "status-600": status(b"HTTP/1.1 600 x")}),
    *cases(
        "redirect_loop",
        {
            "location-twice": says(
                b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: http://10.0.0.5/\r\nContent-Length: 0\r\n\r\n"
            )
        },
    ),
    Case("closed", "reset"),
    Case("resets-both", "reset", http=resets, raw=resets),
    Case("status-418", "http_4xx", http=page_only(status(b"HTTP/1.1 418 Teapot"))),
    Case("robots-noise", "protocol", https=says(NOISE), says="robots.txt"),
    Case(
        "redirect-without-end",
        COMPLETED,
        http=first_then(says(b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n")),
        title="Loaf",
    ),
    Case("redirect-utf-8", COMPLETED, http=first_then(says(redirect("/caf\u00e9"))), title="Loaf"),
    Case(
        "headers-lie-about-host",
        COMPLETED,
        http=page_only(says(LOAF.replace(b"\r\n\r\n", b"\r\nHost: 10.0.0.5\r\n\r\n", 1))),
    ),
]
