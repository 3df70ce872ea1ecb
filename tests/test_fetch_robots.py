"""How a visit asks for robots.txt (RFC 9309), and what becomes of a job."""

import gzip
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core import queries
from core.abort import Abort
from core.engine import Engine
from core.errors import Aborted, FetchError
from core.failures import FailureKind as K
from core.fetch import Fetcher, Page, ProxyRefused
from core.job_service import JobService
from core.models import Host
from core.states import FINAL
from tests.hostile import (
    HTML,
    OK,
    Authority,
    Behaviour,
    Peer,
    by_path,
    closed_port,
    drips,
    floods,
    mute,
    page,
    redirect,
    resets,
    says,
    settings,
)
from tests.hostile import OPTIONS as RUDE
from tests.site import Web
from tests.story import job_of, new_job, steps_of

OPTIONS = replace(RUDE, respect_robots=True)
PAGE = OK + b"Content-Length: %d\r\n\r\n" % len(HTML) + HTML
PATIENCE_SECONDS = 30


# How a visit asks


def robots(body: bytes | str = b"", head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n") -> bytes:
    body = body.encode() if isinstance(body, str) else body
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def paths(peer: Peer) -> list[str]:
    return [request.split(b" ")[1].decode() for request in peer.requests]


def forbids(rule: str = "/") -> bytes:
    return robots(f"User-agent: *\nDisallow: {rule}\n")


class Visitor:
    """One fetcher on named peers; a visit is by http unless told otherwise."""

    def __init__(self, peers: dict[str, Peer | int], **values: object) -> None:
        self.fetcher = Fetcher(settings(peers, **values))

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_error: object) -> None:
        self.fetcher.close()

    def visit(self, target: str = "site.test", *, scheme: str | None = "http", **changes: object) -> Page:
        return self.fetcher.fetch(target, replace(OPTIONS, **changes), Abort(), scheme=scheme)  # type: ignore[arg-type]

    def failure(self, target: str = "site.test", *, scheme: str | None = "http", **changes: object) -> FetchError:
        with pytest.raises(FetchError) as caught:
            self.visit(target, scheme=scheme, **changes)
        return caught.value


def first_then(first: Behaviour, then: dict[bytes, bytes]) -> Behaviour:
    """The first connection gets `first`, every later one the answer of its path."""

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        (first if len(peer.requests) == 1 else by_path(then))(peer, connection, head)

    return behave


def test_robots_txt_is_asked_before_the_page_and_once() -> None:
    pages = {b"/": PAGE, b"/again": PAGE, b"/robots.txt": robots("User-agent: *\nDisallow: /x")}
    with Peer(by_path(pages)) as peer:
        with Visitor({"site.test:80": peer}) as visitor:
            got = visitor.visit()
            again = visitor.visit("site.test/again")
        assert paths(peer) == ["/robots.txt", "/", "/again"]
        assert b"User-Agent: Lote-Test/1" in peer.requests[0] and b"Cookie" not in peer.requests[0]
    assert (got.robots_verdict, got.crawl_delay_seconds, got.body) == ("allowed", 0.0, HTML)
    assert again.robots_verdict == "allowed" and not got.redirect_chain


def test_a_file_that_forbids_is_told_with_its_rule_and_the_page_is_not_asked() -> None:
    text = "User-agent: *\nDisallow:\n\nUser-agent: lote-test\nCrawl-delay: 4\nDisallow: /shop\n"
    with Peer(by_path({b"/robots.txt": robots(text)})) as peer, Visitor({"site.test:80": peer}) as visitor:
        error = visitor.failure("site.test/shop/1")
        assert paths(peer) == ["/robots.txt"]
    assert (error.kind, error.http_status, error.crawl_delay_seconds) == (K.ROBOTS, None, 4)
    assert error.detail == (
        "http://site.test/robots.txt forbids http://site.test/shop/1: 'Disallow: /shop' for 'User-agent: lote-test'"
    )


def test_the_switch_of_the_job_asks_nothing() -> None:
    with Peer(by_path({b"/": PAGE, b"/robots.txt": forbids()})) as peer, Visitor({"site.test:80": peer}) as visitor:
        got = visitor.visit(respect_robots=False)
        assert paths(peer) == ["/"]
    assert (got.robots_verdict, got.crawl_delay_seconds) == ("ignored", None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 300, 304])
def test_a_4xx_is_no_file_and_allows_everything(status: int) -> None:
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status
    with Peer(by_path({b"/": PAGE, b"/robots.txt": answer})) as peer, Visitor({"site.test:80": peer}) as visitor:
        got = visitor.visit()
        visitor.visit()
        assert paths(peer) == ["/robots.txt", "/", "/"]
    assert (got.robots_verdict, got.crawl_delay_seconds) == ("no_file", 0.0)


@pytest.mark.parametrize(
    "answer",
    [
        robots("User-agent: *\nDisallow: /\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
        robots("User-agent: *\nDisallow: /\n", b"HTTP/1.1 206 Partial\r\n"),
        robots(
            gzip.compress(b"User-agent: *\nDisallow: /\n", mtime=0), b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
        ),
        robots(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n"),
    ],
)
def test_any_2xx_is_read_whatever_its_type(answer: bytes) -> None:
    with Peer(by_path({b"/": PAGE, b"/robots.txt": answer})) as peer, Visitor({"site.test:80": peer}) as visitor:
        assert visitor.failure().kind is K.ROBOTS


@pytest.mark.parametrize("endless", [False, True])
def test_a_longer_file_counts_with_its_first_500_kib_whatever_a_page_may_have(endless: bool) -> None:
    start = b"User-agent: *\nDisallow: /x\n" + b"#" * 100_000 + b"\nDisallow: /y\n"
    rest = b"#" * 500_000 + b"\nDisallow: /\n"

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        if b"/robots.txt" not in head:
            says(PAGE)(peer, connection, head)
        elif endless:
            floods(OK + b"\r\n" + start, rest)(peer, connection, head)
        else:
            says(robots(start + rest))(peer, connection, head)

    with Peer(behave) as peer, Visitor({"site.test:80": peer}) as visitor:
        assert visitor.visit(max_bytes=1024).robots_verdict == "allowed"
        assert visitor.failure("site.test/y").kind is K.ROBOTS


@pytest.mark.parametrize(
    ("first", "kind", "status", "wait"),
    [
        (says(b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"), K.HTTP_5XX, 503, 30),
        (says(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"), K.HTTP_5XX, 500, None),
        (resets, K.RESET, None, None),
        (says(OK + b"Content-Length: 500\r\n\r\nUser-agent: *\n"), K.RESET, None, None),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), K.PROTOCOL, None, None),
        (mute, K.TIMEOUT, None, None),
        (drips(OK + b"\r\n", b"#"), K.TIMEOUT, None, None),
    ],
)
def test_a_file_that_cannot_be_fetched_fails_with_that_kind_and_is_asked_again(
    first: Behaviour, kind: K, status: int | None, wait: float | None
) -> None:
    with (
        Peer(first_then(first, {b"/": PAGE, b"/robots.txt": robots()})) as peer,
        Visitor({"site.test:80": peer}) as visitor,
    ):
        error = visitor.failure(timeout_seconds=0.5)
        assert paths(peer) == ["/robots.txt"]
        assert visitor.visit().robots_verdict == "allowed"
    assert (error.kind, error.http_status, error.retry_after_seconds) == (kind, status, wait)
    assert error.detail.endswith("(asked for http://site.test/robots.txt)") and error.crawl_delay_seconds is None


def test_a_name_that_does_not_exist_stays_a_failure_for_good() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    fetcher = Fetcher(settings(), resolver=unknown)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch("nobody.test", OPTIONS, Abort())
    fetcher.close()
    assert (caught.value.kind, caught.value.permanent) == (K.DNS, True)


def test_the_whole_visit_has_one_time_limit() -> None:
    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        peer.closing.wait(0.6)
        by_path({b"/": PAGE, b"/robots.txt": robots()})(peer, connection, head)

    with Peer(behave) as peer, Visitor({"site.test:80": peer}) as visitor:
        assert visitor.failure(timeout_seconds=1.1).kind is K.TIMEOUT
        assert paths(peer) == ["/robots.txt", "/"]
    with Peer(behave) as peer, Visitor({"site.test:80": peer}) as visitor:
        got = visitor.visit()
    assert got.total_seconds >= 1.2 and got.ttfb_seconds < got.total_seconds - 0.6  # the first byte is the page's


def test_an_abort_ends_the_request_for_robots_txt() -> None:
    abort = Abort()
    with Peer(mute) as peer, Visitor({"site.test:80": peer}) as visitor, ThreadPoolExecutor(1) as pool:
        visit = pool.submit(visitor.fetcher.fetch, "site.test", OPTIONS, abort, scheme="http")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not peer.requests and time.monotonic() < deadline:
            time.sleep(0.005)
        began = time.monotonic()
        abort.set()
        assert isinstance(visit.exception(PATIENCE_SECONDS), Aborted) and time.monotonic() - began < 1


# Redirects


def hops(count: int, last: bytes) -> dict[bytes, bytes]:
    """robots.txt behind so many redirects."""
    pages = {b"/": PAGE, b"/robots.txt": redirect("/r1"), b"/r%d" % count: last}
    return pages | {b"/r%d" % n: redirect(f"/r{n + 1}") for n in range(1, count)}


def test_five_redirects_of_robots_txt_are_followed_and_more_are_no_file() -> None:
    for count, allowed in ((5, False), (6, True)):
        with Peer(by_path(hops(count, forbids()))) as peer, Visitor({"site.test:80": peer}) as visitor:
            if allowed:
                assert visitor.visit(follow_redirects=0).robots_verdict == "no_file"
            else:
                assert visitor.failure(follow_redirects=0).kind is K.ROBOTS


@pytest.mark.parametrize("location", ["/robots.txt", "ftp://site.test/robots.txt", "http://"])
def test_a_robots_txt_that_leads_nowhere_is_no_file(location: str) -> None:
    pages = {b"/": PAGE, b"/robots.txt": redirect(location)}
    with Peer(by_path(pages)) as peer, Visitor({"site.test:80": peer}) as visitor:
        assert visitor.visit().robots_verdict == "no_file"


def test_a_robots_txt_may_lie_on_another_host_and_holds_for_the_one_that_was_asked() -> None:
    with (
        Peer(by_path({b"/": PAGE, b"/robots.txt": redirect("http://files.test/robots/site.txt")})) as peer,
        Peer(by_path({b"/robots/site.txt": forbids("/private"), b"/robots.txt": forbids()})) as other,
        Visitor({"site.test:80": peer, "files.test:80": other}) as visitor,
    ):
        assert visitor.visit().robots_verdict == "allowed"
        assert visitor.failure("site.test/private").kind is K.ROBOTS
        assert paths(other) == ["/robots/site.txt"]


def test_the_guard_watches_the_requests_for_robots_txt_too() -> None:
    with Peer(page(), address="127.0.0.1") as canary:
        pages = {b"/": PAGE, b"/robots.txt": redirect(f"http://127.0.0.1:{canary.port}/robots.txt")}
        with Peer(by_path(pages)) as peer, Visitor({"site.test:80": peer}) as visitor:
            error = visitor.failure()
        assert error.kind is K.BLOCKED_ADDRESS and "robots.txt" in error.detail and canary.connections == 0


def test_a_proxy_that_refuses_is_no_missing_robots_txt() -> None:
    refusal = says(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    with Peer(first_then(refusal, {b"http://site.test/": PAGE, b"http://site.test/robots.txt": forbids()})) as proxy:
        with Visitor(
            {}, proxy_url=f"http://{proxy.address}:{proxy.port}", dns_overrides="site.test=127.0.0.9"
        ) as visitor:
            assert isinstance(visitor.failure(), ProxyRefused)
            assert visitor.failure().kind is K.ROBOTS
        assert paths(proxy) == ["http://site.test/robots.txt"] * 2


def test_a_redirect_to_another_origin_asks_that_one_first() -> None:
    with (
        Peer(
            by_path({b"/": redirect("http://other.test/"), b"/robots.txt": robots("User-agent: *\nCrawl-delay: 7")})
        ) as a,
        Peer(by_path({b"/": PAGE, b"/robots.txt": robots("User-agent: *\nDisallow: /x\nCrawl-delay: 2")})) as b,
        Visitor({"site.test:80": a, "other.test:80": b}) as visitor,
    ):
        got = visitor.visit()
        assert paths(b) == ["/robots.txt", "/"]
        visitor.visit()
        assert paths(b) == ["/robots.txt", "/", "/"]
    assert (got.final_url, got.robots_verdict, got.crawl_delay_seconds) == ("http://other.test/", "allowed", 7)


@pytest.mark.parametrize("location", ["http://other.test/", "/private/", "/shop/../private/"])
def test_a_redirect_to_what_is_forbidden_is_not_followed(location: str) -> None:
    with (
        Peer(by_path({b"/": redirect(location), b"/robots.txt": forbids("/private")})) as peer,
        Peer(by_path({b"/": PAGE, b"/robots.txt": forbids()})) as other,
        Visitor({"site.test:80": peer, "other.test:80": other}) as visitor,
    ):
        assert visitor.failure().kind is K.ROBOTS
        assert "/" not in paths(other) and len(peer.requests) == 2


def test_cookies_of_robots_txt_are_not_those_of_the_page() -> None:
    answer = robots(head=b"HTTP/1.1 200 OK\r\nSet-Cookie: seen=1\r\n")
    with Peer(by_path({b"/": PAGE, b"/robots.txt": answer})) as peer, Visitor({"site.test:80": peer}) as visitor:
        visitor.visit()
        assert b"Cookie" not in peer.requests[1]


# https first


def test_the_scheme_that_is_about_to_be_used_is_asked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        Peer(by_path({b"/": PAGE, b"/robots.txt": robots()}), tls=authority.server("site.test")) as secure,
        Peer(by_path({b"/": PAGE, b"/robots.txt": forbids()})) as plain,
    ):
        with Visitor({"site.test:443": secure, "site.test:80": plain}, ca_bundle=authority.bundle) as visitor:
            assert visitor.visit(scheme=None).https
        assert paths(secure) == ["/robots.txt", "/"] and plain.connections == 0
        with Visitor({"site.test:443": closed_port(), "site.test:80": plain}) as visitor:
            assert visitor.failure(scheme=None).kind is K.ROBOTS
        assert paths(plain) == ["/robots.txt"]


def test_http_is_not_tried_when_robots_txt_answered_over_https(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    for pages in (
        {b"/robots.txt": b"HTTP/1.1 503 Busy\r\n\r\n"},
        {b"/robots.txt": forbids()},
        {b"/robots.txt": robots()},
    ):
        with (
            Peer(by_path({b"/": b"nonsense", **pages}), tls=authority.server("site.test")) as secure,
            Peer(page()) as plain,
            Visitor({"site.test:443": secure, "site.test:80": plain}, ca_bundle=authority.bundle) as visitor,
        ):
            assert visitor.failure(scheme=None).kind in (K.HTTP_5XX, K.ROBOTS, K.PROTOCOL)
            assert plain.connections == 0


# In a job


def test_a_job_obeys_robots_txt_and_tries_again_when_it_is_late(web: Web, tmp_path: Path) -> None:
    service = JobService.open(web.settings(data_dir=tmp_path / "data", extract_processes=1))
    hosts = ["no-robots.test", "robots-late.test", "calm.test", "h0001.bulk.test", "notfound.test"]
    job_id = new_job(service, hosts, config={"backoff_seconds": 0, "max_retries": 2})
    rude = new_job(service, ["no-robots.test"], config={"respect_robots": False})
    with Engine(service.settings, service.database):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not {job_of(service.database, job).status for job in (job_id, rude)} <= FINAL:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    forbidden, late, calm, bulk, missing = steps_of(service.database, job_id)
    assert (forbidden.status, forbidden.error_kind, forbidden.attempts) == ("failed", "robots", 1)
    assert forbidden.error_message and "'Disallow: /'" in forbidden.error_message
    assert [r.path for r in web.requests("no-robots.test", robots=True)] == ["/robots.txt", "/"]
    assert (late.status, late.attempts) == ("completed", 2)
    assert (missing.error_kind, missing.attempts) == ("http_404", 1)
    with service.database.reading() as session:
        first, second = queries.steps.attempts(session, job_id, late.step_number)
        verdicts = [queries.reports.get(session, step.report_id or 0).robots_verdict for step in (late, calm, bulk)]
        ignored = queries.reports.get(session, steps_of(service.database, rude)[0].report_id or 0).robots_verdict
        delays = {row.host: row.crawl_delay_seconds for row in session.exec(select(Host)).all()}
    assert (first.error_kind, first.http_status, second.outcome) == ("http_5xx", 503, "completed")
    assert first.error_message == "HTTP 503 Service Unavailable (asked for https://robots-late.test/robots.txt)"
    assert second.started_at - first.completed_at >= timedelta(seconds=1)
    assert (verdicts, ignored) == (["allowed", "allowed", "no_file"], "ignored")
    assert (delays["calm.test"], delays["h0001.bulk.test"], delays["notfound.test"]) == (2, 0, 0)
    service.close()
