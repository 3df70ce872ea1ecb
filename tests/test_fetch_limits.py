"""A hostile peer costs its own visit only: time, bytes, decoded bytes, head, and an abort at any moment."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from core.abort import Abort
from core.errors import Aborted, FetchError, LoteError
from core.failures import FailureKind as K
from core.fetch import BadAnswer, Fetcher
from core.fetch.lookup import LookUps
from core.fetch.visit import Visit
from core.guard import Guard
from tests.hostile import (
    CHUNKED,
    HTML,
    OK,
    OPTIONS,
    Authority,
    Behaviour,
    Peer,
    black_hole,
    by_path,
    connections_to,
    drips,
    fetch,
    floods,
    mute,
    page,
    redirect,
    says,
    settings,
    silent_listener,
)

LENGTHY = OK + b"Content-Length: 90000\r\n\r\n"
PACKED = gzip.compress(HTML, mtime=0)
GZIP = OK + b"Content-Encoding: gzip\r\n"
SHORT = replace(OPTIONS, timeout_seconds=0.4)


def bomb(megabytes: int) -> bytes:
    """gzip of so many MiB of spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize(
    "behave",
    [
        mute,
        drips(b"HTTP/1.1 200 O", b"K"),
        drips(OK, b"X-More: 1\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
        drips(LENGTHY, b"x"),
        drips(OK + b"\r\n", b"x"),
        drips(CHUNKED + b"1", b"0"),
        drips(CHUNKED + b"5;", b"extension"),
        drips(CHUNKED, b"1\r\nx\r\n"),
        drips(CHUNKED + b"3\r\n<p>\r\n0\r\n", b"Trailer: 1\r\n"),
        drips(GZIP + b"\r\n" + PACKED[:10], b"\x00\x00\x00\xff\xff"),
    ],
)
def test_a_drip_anywhere_ends_with_the_time_of_the_visit(behave: Behaviour) -> None:
    began = time.monotonic()
    with Peer(behave) as peer, pytest.raises(FetchError) as caught:
        fetch(peer, SHORT)
    assert caught.value.kind is K.TIMEOUT and caught.value.detail.startswith("Timed out after 0.4 s")
    assert 0.35 < time.monotonic() - began < 2


def test_the_time_of_a_visit_is_not_begun_again_by_redirects() -> None:
    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        peer.closing.wait(0.2)
        says(redirect(f"/{peer.connections}"))(peer, connection, head)

    began = time.monotonic()
    with Peer(behave) as peer, pytest.raises(FetchError) as caught:
        fetch(peer, replace(SHORT, follow_redirects=20))
    assert caught.value.kind is K.TIMEOUT and time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["handshake", "connecting"])
def test_a_redirect_to_a_dead_end_ends_in_time(kind: str) -> None:
    with silent_listener() as silent, black_hole() as hole, Peer(says(redirect("https://dead.test/"))) as peer:
        ports: dict[str, Peer | int] = {"site.test:80": peer, "dead.test:443": silent if kind == "handshake" else hole}
        fetcher = Fetcher(settings(ports))
        with pytest.raises(FetchError) as caught:
            fetcher.fetch("site.test", SHORT, Abort(), scheme="http")
        fetcher.close()
    assert caught.value.kind is K.TIMEOUT and kind in caught.value.detail


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (floods(OK + b"\r\n", b"x" * 65536), K.TOO_LARGE),
        (floods(CHUNKED, b"8000\r\n" + b"x" * 0x8000 + b"\r\n"), K.TOO_LARGE),
        (floods(CHUNKED, b"1\r\nx\r\n" * 1000), K.TOO_LARGE),
        (floods(CHUNKED, b"1;" + b"e" * 8000 + b"\r\nx\r\n"), K.TOO_LARGE),
        (floods(CHUNKED + b"3\r\n<p>\r\n0\r\n", b"Trailer: 1\r\n" * 1000), K.TOO_LARGE),
        (says(OK + b"Content-Length: 100001\r\n\r\n"), K.TOO_LARGE),
        (floods(GZIP + b"\r\n", gzip.compress(b"", mtime=0) * 1000), K.TOO_LARGE),
        (page(bomb(100), GZIP), K.TOO_LARGE),
        (page(gzip.compress(bomb(100), mtime=0), OK + b"Content-Encoding: gzip, gzip\r\n"), K.TOO_LARGE),
        (page(zlib.compress(b" " * 10**7), OK + b"Content-Encoding: deflate\r\n"), K.TOO_LARGE),
        (floods(OK, b"X-Flood: 1\r\n" * 100), K.PROTOCOL),
        (floods(OK + b"X-Long: ", b"x" * 65536), K.PROTOCOL),
        (says(OK + b"X-Many: 1\r\n" * 101 + b"\r\n" + HTML), K.PROTOCOL),
        (says(OK + (b"X-Long: " + b"x" * 7000 + b"\r\n") * 12 + b"\r\n" + HTML), K.PROTOCOL),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), K.PROTOCOL),
        (floods(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100), K.PROTOCOL),
        (floods(b"", b"x" * 65536), K.PROTOCOL),
    ],
)
def test_floods_and_bombs_end_early_and_small(behave: Behaviour, kind: K) -> None:
    began = time.monotonic()
    with Peer(behave) as peer:
        tracemalloc.start()
        try:
            with pytest.raises(FetchError) as caught:
                fetch(peer)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert caught.value.kind is kind
    assert peak < 4_000_000 and time.monotonic() - began < 5


def test_an_answer_in_crumbs_costs_little_of_our_processor() -> None:
    with Peer(floods(CHUNKED, b"1\r\nx\r\n" * 1000)) as peer:
        began = time.thread_time()
        with pytest.raises(FetchError, match="50,000 pieces"):
            fetch(peer, replace(OPTIONS, max_bytes=20_000_000, timeout_seconds=60))
    assert time.thread_time() - began < 5  # all 20 MB of them take 12 s


def test_a_page_of_exactly_the_limit_is_taken() -> None:
    body = HTML.ljust(OPTIONS.max_bytes)
    with Peer(page(body)) as peer:
        assert fetch(peer).bytes == OPTIONS.max_bytes
    with Peer(says(OK + b"\r\n" + body + b" ")) as peer, pytest.raises(FetchError) as caught:
        fetch(peer)
    assert caught.value.kind is K.TOO_LARGE and "100,000 bytes" in caught.value.detail


def test_informational_answers_before_the_page_are_skipped() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    with Peer(says(early + OK + b"\r\n" + HTML)) as peer:
        got = fetch(peer)
    assert got.http_status == 200 and got.body == HTML and "Link" not in dict(got.headers)


@pytest.mark.parametrize("body", [bomb(50), b"endless"])
def test_the_body_of_a_redirect_is_never_read(body: bytes) -> None:
    end = OK + b"\r\n" + HTML
    head = b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Encoding: gzip\r\nContent-Length: 99999999\r\n\r\n"

    def behave(peer: Peer, connection: socket.socket, request: bytes) -> None:
        if b"GET /end " in request:
            says(end)(peer, connection, request)
        else:
            (floods(head, b"x" * 65536) if body == b"endless" else says(head + body))(peer, connection, request)

    with Peer(behave) as peer:
        got = fetch(peer)
    assert got.body == HTML and got.total_seconds < 2


def test_the_body_of_an_error_costs_little_and_never_its_kind() -> None:
    for behave in (
        drips(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x", 0.2),
        floods(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 65536),
        page(bomb(50), b"HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\n"),
        page(b"?", b"HTTP/1.1 404 Not Found\r\nContent-Encoding: br\r\n"),
    ):
        began = time.monotonic()
        with Peer(behave) as peer, pytest.raises(BadAnswer) as caught:
            fetch(peer, replace(OPTIONS, timeout_seconds=30))
        assert caught.value.kind is K.HTTP_404 and len(caught.value.page.body) <= 65536
        assert time.monotonic() - began < 5


# Aborts


def aborted_within(seconds: float, run: Callable[[Abort], object], ready: Callable[[], bool]) -> None:
    """Start `run` in a thread, abort it as soon as `ready`, and see it end with `Aborted` in time."""
    abort, ended = Abort(), []

    def work() -> None:
        try:
            run(abort)
        except LoteError as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    limit = time.monotonic() + 10
    while not ready() and time.monotonic() < limit:
        time.sleep(0.005)
    began = time.monotonic()
    abort.set()
    thread.join(10)
    assert time.monotonic() - began < seconds
    assert [type(error) for error in ended] == [Aborted]


@pytest.mark.parametrize(
    "behave",
    [mute, drips(LENGTHY, b"x"), drips(OK + b"\r\n", b"x"), drips(CHUNKED, b"1\r\nx\r\n"), drips(OK, b"A: 1\r\n")],
)
@pytest.mark.parametrize("secure", [False, True])
def test_an_abort_ends_a_slow_answer_at_once(behave: Behaviour, secure: bool, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(behave, tls=authority.server("site.test") if secure else None) as peer:
        fetcher = Fetcher(settings({"site.test": peer}, ca_bundle=authority.bundle))
        aborted_within(
            1,
            lambda abort: fetcher.fetch(
                "site.test", replace(OPTIONS, timeout_seconds=60), abort, scheme="https" if secure else "http"
            ),
            lambda: bool(peer.requests),
        )
        fetcher.close()


@pytest.mark.parametrize("kind", ["handshake", "connection"])
def test_an_abort_ends_a_hanging_connect_at_once(kind: str) -> None:
    with silent_listener() as silent, black_hole() as hole:
        port = silent if kind == "handshake" else hole
        fetcher, before = Fetcher(settings({"site.test": port})), connections_to(port)
        aborted_within(
            1,
            lambda abort: fetcher.fetch("site.test", replace(OPTIONS, timeout_seconds=60), abort),
            lambda: connections_to(port) > before,
        )
        fetcher.close()


def test_an_abort_ends_a_hanging_look_up_and_its_place_comes_back() -> None:
    hanging, release = threading.Event(), threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        hanging.set()
        release.wait(20)
        return ["127.0.0.9"]

    fetcher = Fetcher(settings(), resolver=resolver)
    aborted_within(2, lambda abort: fetcher.fetch("slow.test", OPTIONS, abort), hanging.is_set)
    release.set()
    fetcher.close()


def test_look_ups_left_behind_are_bounded_and_those_who_wait_for_a_place_fail_in_time() -> None:
    release = threading.Event()
    calls: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        calls.append(host)
        release.wait(20)
        return ["127.0.0.9"]

    look_ups = LookUps(resolver, places=2)

    def look_up(name: str, seconds: float) -> tuple[str, ...]:
        return look_ups.addresses(name, 80, Visit(seconds, Abort(), Guard(), look_ups, 1000))

    for name in ("a.test", "b.test"):
        with pytest.raises(FetchError) as caught:
            look_up(name, 0.1)
        assert caught.value.kind is K.DNS and not caught.value.permanent
    with pytest.raises(FetchError):
        look_up("c.test", 0.1)
    assert calls == ["a.test", "b.test"]
    release.set()
    assert look_up("d.test", 10) == ("127.0.0.9",)


def test_an_abort_before_the_start_connects_to_nothing() -> None:
    abort = Abort()
    abort.set()
    with Peer(page()) as peer:
        fetcher = Fetcher(settings({"site.test": peer}))
        with pytest.raises(Aborted):
            fetcher.fetch("site.test", OPTIONS, abort)
        fetcher.close()
        assert peer.connections == 0


def test_many_threads_share_one_fetcher() -> None:
    pages = {b"/%d" % n: OK + b"\r\n<p>%d</p>" % n for n in range(40)}
    got: dict[int, bytes] = {}
    with Peer(by_path(pages)) as peer:
        fetcher = Fetcher(settings({"site.test": peer}))

        def visit(n: int) -> None:
            got[n] = fetcher.fetch(f"site.test/{n}", OPTIONS, Abort(), scheme="http").body

        threads = [threading.Thread(target=visit, args=(n,)) for n in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fetcher.close()
    assert got == {n: b"<p>%d</p>" % n for n in range(40)}


FRAGMENTS = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.0 200\r\n",
            b"HTTP/1.1 204 No\r\n",
            b"HTTP/1.1 100 C\r\n\r\n",
            b"HTTP/9 0 \r\n",
        ),
        *(b"HTTP/1.1 302 Found\r\n", b"HTTP/1.1 101 Switch\r\n", b"HTTP/1.1 416 Range\r\n", b"Location: /\r\n"),
        *(b"Content-Type: text/html\r\n", b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n"),
        *(b"Content-Length: 5\r\n", b"Content-Length: -5\r\n", b"Content-Length: \xb2\r\n", b"Set-Cookie: a=b\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Retry-After: 1\r\n"),
        *(
            b"\r\n",
            b"\n",
            b"0\r\n\r\n",
            b"5\r\nabcde\r\n",
            b"-1\r\n",
            b"FFFFFFFFFFFFFFFF\r\n",
            b"_1_\r\nx",
            b"<p>",
            HTML,
        ),
        *(PACKED, PACKED[:20], zlib.compress(HTML), b"\x00", b": \r\n", b" folded\r\n"),
    ]
)


def test_any_answer_gives_a_page_or_a_failure() -> None:
    answer = b""

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        says(answer)(peer, connection, head)

    with Peer(behave) as peer:
        fetcher = Fetcher(settings({"site.test": peer}))

        @settings_of_hypothesis(max_examples=100, deadline=None)
        @given(st.lists(FRAGMENTS | st.binary(max_size=20), max_size=10))
        def visit(parts: list[bytes]) -> None:
            nonlocal answer
            answer = b"".join(parts)
            try:
                assert fetcher.fetch("site.test", OPTIONS, Abort(), scheme="http").http_status
            except FetchError as error:
                assert error.kind is not K.TIMEOUT, error.detail

        visit()
        fetcher.close()
