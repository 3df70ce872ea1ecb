"""From a target to its page, or to the failure that names what happened."""

import gzip
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.abort import Abort
from core.errors import FetchError
from core.failures import FailureKind as K
from core.fetch import BadAnswer, Fetcher, Page
from core.fetch.redirect import fault_of_url, next_url
from tests.hostile import (
    HTML,
    OK,
    OPTIONS,
    SITE,
    Authority,
    Behaviour,
    Peer,
    black_hole,
    by_path,
    closed_port,
    fetch,
    mute,
    page,
    redirect,
    resets,
    says,
    settings,
    silent_listener,
)


def failure(behave: Behaviour, **changes: object) -> FetchError:
    with Peer(behave) as peer, pytest.raises(FetchError) as caught:
        fetch(peer, replace(OPTIONS, **changes))  # type: ignore[arg-type]
    return caught.value


def first_visit(overrides: dict[str, Peer | int], seconds: float = 10, bundle: Path | None = None) -> Page:
    """A visit that tries https first."""
    fetcher = Fetcher(settings(overrides, ca_bundle=bundle))
    try:
        return fetcher.fetch("site.test", replace(OPTIONS, timeout_seconds=seconds), Abort())
    finally:
        fetcher.close()


def test_a_page_comes_with_the_facts_of_its_visit() -> None:
    with Peer(page(head=OK + b"Server: oven/2\r\n")) as peer:
        got = fetch(peer, replace(OPTIONS, accept_language="es"), "site.test/a?b=c")
        request = peer.requests[0]
    assert got.body == HTML and got.bytes == len(HTML)
    assert got.requested_url == got.final_url == "http://site.test/a?b=c"
    assert (got.http_status, got.https, got.ip, got.server, got.charset) == (200, False, SITE, "oven/2", "utf-8")
    assert got.content_type == "text/html; charset=UTF-8" and ("Server", "oven/2") in got.headers
    assert 0 < got.ttfb_seconds <= got.total_seconds < 5
    assert datetime.now(UTC) - got.fetched_at < timedelta(minutes=1)
    lines = request.split(b"\r\n")
    assert lines[0] == b"GET /a?b=c HTTP/1.1"
    assert {b"Host: site.test", b"User-Agent: Lote-Test/1", b"Accept-Language: es"} < set(lines)
    assert b"Accept-Encoding: gzip, deflate" in lines and b"Cookie" not in request


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(HTML, mtime=0)),
        (b"x-gzip", gzip.compress(HTML, mtime=0)),
        (b"deflate", zlib.compress(HTML)),
        (b"deflate", zlib.compress(HTML)[2:-4]),
        (b"GZIP", gzip.compress(HTML, mtime=0)),
        (b"gzip, gzip", gzip.compress(gzip.compress(HTML, mtime=0), mtime=0)),
        (b"identity", HTML),
    ],
)
def test_known_encodings_are_undone(encoding: bytes, body: bytes) -> None:
    with Peer(page(body, OK + b"Content-Encoding: " + encoding + b"\r\n")) as peer:
        assert fetch(peer).body == HTML


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"gzip, br", b"gzip, gzip, gzip", b"utf-8"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: bytes) -> None:
    error = failure(page(HTML, OK + b"Content-Encoding: " + encoding + b"\r\n"))
    assert error.kind is K.PROTOCOL and encoding.decode() in error.detail


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"chunked, identity", b"x-rot13"])
def test_a_transfer_encoding_that_was_not_asked_for_is_refused(coding: bytes) -> None:
    error = failure(says(OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n5\r\n<html\r\n0\r\n\r\n"))
    assert error.kind is K.PROTOCOL and coding.decode() in error.detail


def test_a_broken_gzip_body_is_a_fault_of_the_protocol() -> None:
    assert failure(page(b"no gzip at all", OK + b"Content-Encoding: gzip\r\n")).kind is K.PROTOCOL


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, K.HTTP_4XX),
        (401, K.HTTP_4XX),
        (403, K.HTTP_403),
        (404, K.HTTP_404),
        (408, K.HTTP_4XX),
        (410, K.HTTP_4XX),
        (425, K.HTTP_4XX),
        (429, K.HTTP_429),
        (500, K.HTTP_5XX),
        (503, K.HTTP_5XX),
        (999, K.HTTP_5XX),
        (304, K.PROTOCOL),
        (302, K.PROTOCOL),
    ],
)
def test_a_status_that_gives_no_page_is_named_and_its_body_kept(status: int, kind: K) -> None:
    error = failure(says(b"HTTP/1.1 %d Sorry\r\nServer: wall\r\n\r\nGo away" % status))
    assert (error.kind, error.http_status) == (kind, status)
    assert f"HTTP {status} Sorry" in error.detail
    assert isinstance(error, BadAnswer) and error.page.server == "wall"
    assert error.page.body == (b"" if status == 304 else b"Go away")


@pytest.mark.parametrize(("value", "least", "most"), [("120", 120, 120), ("date", 80, 100), ("later", None, None)])
def test_retry_after_is_kept_in_the_failure(value: str, least: float | None, most: float | None) -> None:
    if value == "date":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=95), usegmt=True)
    asked = failure(
        says(b"HTTP/1.1 503 Busy\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n" % value.encode())
    ).retry_after_seconds
    assert asked is None if least is None or most is None else least <= (asked or 0) <= most


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        (b"text/html", b"", K.EMPTY),
        (b"text/html", b" \r\n\t \n" * 400, K.EMPTY),
        (b"text/html", b"\xef\xbb\xbf \n", K.EMPTY),
        (b"application/pdf", b"%PDF-1.7", K.NOT_HTML),
        (b"text/html", b"%PDF-1.7 ...", K.NOT_HTML),
        (b"text/html", b"\x89PNG\r\n\x1a\n", K.NOT_HTML),
        (b"text/html", b"\x00\x00\x00\x18ftypmp42", K.NOT_HTML),
        (b"text/html", b"RIFF\x24\x00\x00\x00WEBPVP8 ", K.NOT_HTML),
        (b"text/html", b"\x00asm\x01\x00\x00\x00", K.NOT_HTML),
        (b"application/json", b"{}", K.NOT_HTML),
        (b"text/plain", b"Just words", K.NOT_HTML),
        (b"application/rss+xml", b"<rss/>", K.NOT_HTML),
        (b"text/xml", b"<?xml version='1.0'?><rss/>", K.NOT_HTML),
        (b"", b"Just words", K.NOT_HTML),
        (b"text/html", b"<p>Hello", None),
        (b"text/html", b"Just words", None),
        (b"Application/XHTML+XML; charset=utf-8", b"<html/>", None),
        (b"text/plain", b"\n<!-- a --><!DOCTYPE HTML><p>x", None),
        (b"text/xml", b"<?xml version='1.0'?>\n<html></html>", None),
        (b"", b"\xef\xbb\xbf <div>x", None),
    ],
)
def test_what_is_no_web_page_is_told_from_type_and_content(content_type: bytes, body: bytes, kind: K | None) -> None:
    behave = page(body, b"HTTP/1.1 200 OK\r\n" + (b"Content-Type: %s\r\n" % content_type if content_type else b""))
    if kind is not None:
        assert failure(behave).kind is kind
        return
    with Peer(behave) as peer:
        assert fetch(peer).body == body


def test_no_content_is_empty() -> None:
    assert failure(says(b"HTTP/1.1 204 No Content\r\n\r\n")).kind is K.EMPTY


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), K.PROTOCOL),
        (says(b"HTTP/1.1 2x0 OK\r\n\r\n"), K.PROTOCOL),
        (says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), K.PROTOCOL),
        (says(OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), K.PROTOCOL),
        (says(), K.RESET),
        (resets, K.RESET),
        (says(OK + b"X-Cut: in the head"), K.RESET),
        (says(b"HTTP/1.1 302 Found\r\nLocation: /cut"), K.RESET),
        (says(OK + b"Content-Length: 500\r\n\r\n<p>half"), K.RESET),
        (says(OK + b"Transfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n"), K.RESET),
    ],
)
def test_broken_answers_have_a_kind(behave: Behaviour, kind: K) -> None:
    assert failure(behave).kind is kind


def test_targets_that_cannot_be_visited_are_told() -> None:
    fetcher = Fetcher(settings())
    for target in ("a b.test", "user@site.test", "site.test\\@x", "site.test/\x00", "[::1", "site.test:99999", ""):
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(target, OPTIONS, Abort())
        assert caught.value.kind is K.INVALID_TARGET, target
    fetcher.close()


# https first


def test_https_answers_first_and_its_certificate_is_told(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(page(), tls=authority.server("site.test")) as secure, Peer(page()) as plain:
        got = first_visit({"site.test:443": secure, "site.test:80": plain}, bundle=authority.bundle)
        assert plain.connections == 0
    assert got.https and got.final_url == "https://site.test/"
    assert got.tls_issuer == "Bakers' Trust" and (got.tls_expires_at or datetime.min.replace(tzinfo=UTC)).year > 2100


@pytest.mark.parametrize("trouble", ["refused", "reset", "not tls", "unknown issuer", "no handshake", "no connection"])
def test_http_is_tried_when_https_gives_no_http_answer(trouble: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        Peer(resets) as broken,
        Peer(page()) as plain,
        Peer(page(), tls=authority.server("site.test")) as untrusted,
        silent_listener() as silent,
        black_hole() as hole,
    ):
        ports: dict[str, Peer | int] = {
            "refused": closed_port(),
            "reset": broken,
            "not tls": plain,
            "unknown issuer": untrusted,
            "no handshake": silent,
            "no connection": hole,
        }
        got = first_visit({"site.test:443": ports[trouble], "site.test:80": plain}, seconds=3)
    assert not got.https and got.final_url == "http://site.test/" and got.tls_issuer is None
    assert got.total_seconds < 2


def test_a_target_with_a_port_is_tried_with_both_on_that_port() -> None:
    with Peer(page()) as plain:
        fetcher = Fetcher(settings(dns_overrides=f"site.test={SITE}"))
        got = fetcher.fetch(f"site.test:{plain.port}/x", OPTIONS, Abort())
        fetcher.close()
    assert got.final_url == f"http://site.test:{plain.port}/x" and not got.https


def test_when_both_fail_the_https_failure_counts(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(page(), tls=authority.server("other.test")) as secure, pytest.raises(FetchError) as caught:
        first_visit({"site.test:443": secure, "site.test:80": closed_port()}, bundle=authority.bundle)
    assert caught.value.kind is K.TLS and "other.test" in caught.value.detail


def test_an_http_answer_over_http_is_what_happened() -> None:
    with Peer(says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) as plain:
        with pytest.raises(FetchError) as caught:
            first_visit({"site.test:443": closed_port(), "site.test:80": plain})
        assert caught.value.kind is K.HTTP_404


@pytest.mark.parametrize("behave", [says(b"HTTP/1.1 503 Busy\r\n\r\n"), mute, says(b"nonsense\r\n\r\n")])
def test_http_is_not_tried_after_an_answer_or_a_silence_over_https(behave: Behaviour, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(behave, tls=authority.server("site.test")) as secure, Peer(page()) as plain:
        with pytest.raises(FetchError):
            first_visit({"site.test:443": secure, "site.test:80": plain}, seconds=1, bundle=authority.bundle)
        assert plain.connections == 0


# Certificates


@pytest.mark.parametrize(
    ("names", "until", "words"),
    [
        (("site.test",), datetime(2026, 5, 3, tzinfo=UTC), "certificate expired on 3 May 2026"),
        (("a.test", "b.test"), None, "certificate is for a.test, b.test"),
    ],
)
def test_a_bad_certificate_is_told_with_its_facts(
    names: tuple[str, ...], until: datetime | None, words: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server(*names, not_after=until) if until else authority.server(*names)
    with Peer(page(), tls=tls) as secure, pytest.raises(FetchError) as caught:
        first_visit({"site.test:443": secure, "site.test:80": closed_port()}, bundle=authority.bundle)
    assert caught.value.kind is K.TLS and words in caught.value.detail


def test_an_unknown_issuer_is_named(tmp_path: Path) -> None:
    with Peer(page(), tls=Authority(tmp_path).server("site.test")) as secure, pytest.raises(FetchError) as caught:
        first_visit({"site.test:443": secure, "site.test:80": closed_port()})
    assert caught.value.kind is K.TLS and "unknown issuer (Bakers' Trust)" in caught.value.detail


# Redirects


def test_redirects_are_followed_and_kept(tmp_path: Path) -> None:
    pages = {
        b"/": redirect("/one", 301),
        b"/one": redirect("two?x=1#part", 302),
        b"/two?x=1": redirect("//site.test/caf\u00e9", 303),
        b"/caf%C3%A9": redirect("http://SITE.test/end", 307),
        b"/end": OK + b"Content-Length: %d\r\n\r\n" % len(HTML) + HTML,
    }
    with Peer(by_path(pages)) as peer:
        got = fetch(peer)
    assert got.final_url == "http://site.test/end" and got.requested_url == "http://site.test/"
    assert [hop["status"] for hop in got.redirect_chain] == [301, 302, 303, 307]
    assert got.redirect_chain[1] == {"url": "http://site.test/one", "status": 302}


def test_a_permanent_redirect_to_https_is_followed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        Peer(page(), tls=authority.server("www.test")) as secure,
        Peer(says(redirect("https://www.test/", 308))) as plain,
    ):
        got = first_visit(
            {"site.test:443": closed_port(), "site.test:80": plain, "www.test:443": secure}, bundle=authority.bundle
        )
    assert got.final_url == "https://www.test/" and got.tls_issuer == "Bakers' Trust" and not got.https


@pytest.mark.parametrize(
    ("pages", "limit", "words"),
    [
        ({b"/": redirect("/a"), b"/a": redirect("/")}, 5, "lead back to http://site.test/"),
        ({b"/": redirect("")}, 5, "lead back"),
        ({b"/": redirect("/1"), b"/1": redirect("/2"), b"/2": redirect("/3")}, 2, "More than 2 redirects"),
        ({b"/": redirect("/1")}, 0, "Redirects are not followed; the last one leads to http://site.test/1"),
    ],
)
def test_redirects_end(pages: dict[bytes, bytes], limit: int, words: str) -> None:
    error = failure(by_path(pages), follow_redirects=limit)
    assert error.kind is K.REDIRECT_LOOP and words in error.detail


def test_a_site_that_sets_a_cookie_and_leads_back_is_no_loop_and_the_next_visit_knows_nothing_of_it() -> None:
    def behave(peer: Peer, connection: object, head: bytes) -> None:
        known = b"Cookie: seen=1" in head
        answer = OK + b"\r\n" + HTML if known else b"HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: seen=1\r\n\r\n"
        says(answer)(peer, connection, head)  # type: ignore[arg-type]

    with Peer(behave) as peer:
        fetcher = Fetcher(settings({"site.test:80": peer}))
        for _visit in range(2):
            assert fetcher.fetch("site.test", OPTIONS, Abort(), scheme="http").body == HTML
        fetcher.close()
        assert [b"Cookie" in request for request in peer.requests] == [False, True, False, True]


# Pages that lead on by themselves


def refreshing(content: str, rest: str = "") -> bytes:
    return f'<!doctype html><title>Moving</title><meta http-equiv="refresh" content="{content}">{rest}'.encode()


def whole(body: bytes, fields: bytes = b"") -> bytes:
    return OK + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "first",
    [
        whole(refreshing("0;url=/end")),
        whole(refreshing("5; URL='http://site.test/end'", "<p>You are being redirected. <a href=/end>Click here</a>.")),
        whole(b"", b"Refresh: 0; url=/end\r\n"),
        whole(HTML, b"Refresh: 3,/end\r\n"),
    ],
)
def test_a_page_that_is_nothing_but_a_refresh_is_a_redirect(first: bytes) -> None:
    with Peer(by_path({b"/": first, b"/end": whole(HTML)})) as peer:
        got = fetch(peer)
        assert [request.split(b" ")[1] for request in peer.requests] == [b"/", b"/end"]
    assert got.final_url == "http://site.test/end" and got.body == HTML
    assert got.redirect_chain == ({"url": "http://site.test/", "status": 200},)


def test_refreshes_end_as_redirects_do() -> None:
    circle = {b"/": whole(refreshing("0;url=/a")), b"/a": whole(refreshing("0;url=/"))}
    for pages, limit in ((circle, 5), (circle, 0), ({b"/": redirect("/a"), **circle}, 5)):
        assert failure(by_path(pages), follow_redirects=limit).kind is K.REDIRECT_LOOP
    inward = failure(says(whole(refreshing("0;url=http://127.0.0.1/"))))
    assert inward.kind is K.BLOCKED_ADDRESS
    nowhere = whole(refreshing("0;url=file:///etc/passwd"))
    with Peer(says(nowhere)) as peer:
        assert not fetch(peer).redirect_chain


def test_a_page_that_loads_itself_anew_is_the_page_unless_it_waits_for_its_cookie() -> None:
    def behave(peer: Peer, connection: object, head: bytes) -> None:
        cookie = b"Set-Cookie: seen=%d\r\n" % len(peer.requests) if b"GET /news " not in head else b""
        says(whole(refreshing("5;url=", HTML.decode()), cookie))(peer, connection, head)  # type: ignore[arg-type]

    def with_cookie(peer: Peer, connection: object, head: bytes) -> None:
        answer = whole(HTML) if b"Cookie: seen" in head else whole(refreshing("0;url=/"), b"Set-Cookie: seen=1\r\n")
        says(answer)(peer, connection, head)  # type: ignore[arg-type]

    with Peer(behave) as peer:
        assert not fetch(peer, target="site.test/news").redirect_chain
        assert len(peer.requests) == 1
        assert HTML in fetch(peer).body  # a new cookie with every visit
    with Peer(with_cookie) as peer:
        assert fetch(peer).body == HTML


@pytest.mark.parametrize(
    "location",
    [
        *("ftp://site.test/", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.test", "http://user@site.test/"),
        *("http://site.test\\@evil.test/", "http:\\\\evil.test", "/a\x00b", "/a\tb", "http://[::1/", "http://"),
        *("//", "http:///", "http://site.test:99999/", "http://site.test:0/", "/" + "x" * 9000),
    ],
)
def test_a_redirect_that_is_no_clean_web_address_is_not_followed(location: str) -> None:
    with pytest.raises(FetchError) as caught:
        next_url("http://site.test/", location)
    assert caught.value.kind is K.PROTOCOL and "is not followed" in caught.value.detail


@given(
    st.text(st.characters(max_codepoint=255), max_size=80), st.sampled_from(["http://a.test/b/c?d", "https://a.test"])
)
def test_any_location_gives_a_clean_address_or_a_refusal(location: str, current: str) -> None:
    try:
        url = next_url(current, location)
    except FetchError as error:
        assert error.kind is K.PROTOCOL
    else:
        assert fault_of_url(url) is None and url.startswith(("http://", "https://")) and "#" not in url
