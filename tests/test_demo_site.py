"""The small web: what each host promises, that TLS can be verified, and that it holds many connections."""

import gzip
import http.client
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests
from cryptography import x509

from core.demo.answers import files
from core.demo.certificate import AUTHORITY, CERTIFICATE
from core.demo.exchange import Exchange
from core.demo.hosts import GOOD_ENGLISH, GOOD_SPANISH, certificate_names
from core.demo.site import DEMO_LIST, HOSTS, SAMPLE, Site
from tests.site import HOSTILE, Web, bulk_hosts

GOOD = {**GOOD_SPANISH, **GOOD_ENGLISH}
TRUST = ssl.create_default_context(cafile=AUTHORITY)
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Got:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def connect(site: Site, host: str, *, tls: bool) -> socket.socket:
    port = site.https_port if tls else site.http_port
    connection = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
    if not tls:
        return connection
    try:
        return TRUST.wrap_socket(connection, server_hostname=host)
    except OSError:
        connection.close()
        raise


def get(site: Site, host: str, path: str = "/", *, tls: bool = True, accept: str = "identity") -> Got:
    client = http.client.HTTPConnection(host)
    client.sock = connect(site, host, tls=tls)
    try:
        client.request("GET", path, headers={"Accept-Encoding": accept})
        with client.getresponse() as answer:
            return Got(answer.status, answer.headers, answer.read())
    finally:
        client.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site.start(certificate=CERTIFICATE) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def slow_visit(site: Site) -> "Iterator[Future[tuple[Got, float]]]":
    """A visit to slow.test with its duration, begun before the other tests so that none waits for it."""

    def visit() -> tuple[Got, float]:
        begin = time.monotonic()
        return get(site, "slow.test"), time.monotonic() - begin

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(visit)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web.start() as running:
        yield running


@pytest.mark.parametrize("host", GOOD)
def test_a_good_host_answers_over_verified_tls_with_a_page_in_its_language(site: Site, host: str) -> None:
    got = get(site, host)
    language = "es" if host in GOOD_SPANISH else "en"
    assert got.status == 200
    assert got.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 1_500 < len(got.body) < 15_000
    assert re.search(rb"<html lang=\"%s" % language.encode(), got.body) or b"<HTML>" in got.body
    assert re.search(rb"(?i)<title>[^<]+", got.body) and re.search(rb"(?i)<h1[^>]*>[^<]+", got.body)


def test_the_good_hosts_are_many_half_spanish_and_all_different() -> None:
    assert len(GOOD) >= 40
    assert abs(len(GOOD_SPANISH) - len(GOOD_ENGLISH)) <= 2
    assert len({files()[host]["/index.html"] for host in GOOD}) == len(GOOD)
    assert sum(len(content) for own in files().values() for content in own.values()) < 600_000


def test_sample_and_demo_list_name_hosts_of_this_web() -> None:
    assert len(SAMPLE) == 5 and set(SAMPLE) <= set(GOOD)
    assert 55 <= len(DEMO_LIST.splitlines()) <= 75
    named = {name for name in re.findall(r"[\w.-]+\.test", DEMO_LIST.lower()) if name in HOSTS}
    assert len(named) >= 50 and named & {"slow.test", "broken.test"} and "192.168.1.20" in DEMO_LIST


def test_the_certificate_is_for_all_hosts_and_its_authority_for_test_names_only() -> None:
    authority = x509.load_pem_x509_certificate(AUTHORITY.read_bytes())
    leaf = x509.load_pem_x509_certificate(CERTIFICATE[0].read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == certificate_names()
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    assert permitted == [x509.DNSName("test")]
    assert min(leaf.not_valid_after_utc.year, authority.not_valid_after_utc.year) > 2100


def test_subpages_feeds_robots_www_and_missing_paths(site: Site) -> None:
    assert b"encargos@panaderia-elmolino.test" in get(site, "panaderia-elmolino.test", "/contacto").body
    assert get(site, "daily-lantern.test", "/feed.xml").headers["Content-Type"].startswith("application/rss+xml")
    assert b"Disallow: /admin/" in get(site, "daily-lantern.test", "/robots.txt").body
    assert b"Crawl-delay: 2" in get(site, "calm.test", "/robots.txt").body
    assert b"Disallow: /\n" in get(site, "no-robots.test", "/robots.txt").body
    assert get(site, "daily-lantern.test", "/nothing-here").status == 404
    assert get(site, "unknown.test", tls=False).status == 404
    moved = get(site, "www.summit-outdoor.test", "/boots")
    assert (moved.status, moved.headers["Location"]) == (301, "https://summit-outdoor.test/boots")


def test_a_file_outside_of_the_pages_is_not_served(site: Site) -> None:
    assert get(site, "quillpad.test", "/../../site.py").status == 404
    assert get(site, "..", "/site.py", tls=False).status == 404


def test_text_is_gzipped_for_clients_that_take_it(site: Site) -> None:
    packed = get(site, "quillpad.test", accept="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == get(site, "quillpad.test").body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("notfound.test", 404),
        ("gone.test", 410),
        ("forbidden.test", 403),
        ("broken.test", 500),
        ("robots-broken.test", 503),
        ("bot-wall.test", 403),
        ("empty.test", 200),
        ("parked.test", 200),
        ("soft-404.test", 200),
        ("thin.test", 200),
        ("login.test", 200),
        ("js-only.test", 200),
        ("captcha.test", 200),
        ("hostile.test", 200),
        ("long-title.test", 200),
        ("pdf.test", 200),
    ],
)
def test_a_host_answers_with_its_status_each_time(site: Site, host: str, status: int) -> None:
    assert [get(site, host).status, get(site, host, tls=False).status] == [status, status]


def test_what_special_pages_hold(site: Site) -> None:
    assert get(site, "empty.test").body == b""
    assert get(site, "bot-wall.test").headers["cf-mitigated"] == "challenge"
    assert get(site, "bot-wall.test", "/robots.txt").status == 200
    assert get(site, "robots-broken.test", "/robots.txt").status == 503
    assert get(site, "broken.test", "/robots.txt").status == 200
    assert get(site, "pdf.test").headers["Content-Type"] == "application/pdf"
    assert get(site, "pdf.test").body.startswith(b"%PDF-")
    hostile = get(site, "hostile.test").body
    assert all(part in hostile for part in (b"<script>", b"![pixel](", b"javascript:", b"=HYPERLINK("))
    title = re.search(rb"<title>(.*?)</title>", get(site, "long-title.test").body)
    assert title and len(title[1]) >= 3000


def test_charsets_are_as_wrong_as_promised(site: Site) -> None:
    declared, meta, wide = (get(site, f"{name}.test") for name in ("charset", "charset-meta", "utf16"))
    assert declared.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "cigüeña" in declared.body.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        declared.body.decode("utf-8")
    assert meta.headers["Content-Type"] == "text/html" and b'<meta charset="windows-1252">' in meta.body
    assert "25 €" in meta.body.decode("cp1252")
    assert wide.body[:2] in (b"\xff\xfe", b"\xfe\xff") and "cigüeña" in wide.body.decode("utf-16")


def test_flaky_and_busy_get_better_once_per_site() -> None:
    for _ in range(2):
        with Site.start(certificate=CERTIFICATE) as fresh:
            assert get(fresh, "flaky.test", "/robots.txt").status == 200
            assert [get(fresh, "flaky.test").status for _ in range(4)] == [503, 503, 200, 200]
            refused = get(fresh, "busy.test")
            assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
            assert get(fresh, "busy.test").status == 200


def test_a_late_robots_txt_fails_once_and_its_pages_never() -> None:
    with Site.start(certificate=CERTIFICATE) as fresh:
        refused = get(fresh, "robots-late.test", "/robots.txt")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert get(fresh, "robots-late.test").status == 200
        assert b"Disallow: /admin/" in get(fresh, "robots-late.test", "/robots.txt").body
        assert (fresh.visits["robots-late.test"], fresh.robots_visits["robots-late.test"]) == (1, 2)


def test_redirects(site: Site) -> None:
    def location(host: str, path: str = "/", *, tls: bool = True) -> str | None:
        return get(site, host, path, tls=tls).headers["Location"]

    assert location("redirect.test") == "https://www.redirect.test/"
    assert location("redirect.test", tls=False) == "http://www.redirect.test/"
    assert get(site, "www.redirect.test").status == 200
    assert [location("redirect-loop.test"), location("redirect-loop.test", "/back")] == ["/back", "/"]
    assert [location("redirect-chain.test", path) for path in ("/", "/1", "/2")] == ["/1", "/2", "/home"]
    assert get(site, "redirect-chain.test", "/home").status == 200
    assert location("moved.test") == "https://summit-outdoor.test/"
    assert location("inward.test") == "http://169.254.169.254/latest/meta-data/"


def test_tls_failures(site: Site) -> None:
    with pytest.raises(ssl.SSLError):
        get(site, "plain-http.test")
    assert b"Ajedrez" in get(site, "plain-http.test", tls=False).body
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'bad-certificate"):
        get(site, "bad-certificate.test")
    for host in ("tls-only.test", "bad-certificate.test"):
        with pytest.raises(ConnectionResetError):
            get(site, host, tls=False)
    assert get(site, "tls-only.test").status == 200


@pytest.mark.parametrize("tls", [True, False])
def test_broken_connections(site: Site, tls: bool) -> None:
    with pytest.raises(ConnectionResetError):
        get(site, "reset.test", tls=tls)
    with pytest.raises(http.client.RemoteDisconnected):
        get(site, "hang-up.test", tls=tls)
    with pytest.raises(http.client.BadStatusLine):
        get(site, "garbage.test", tls=tls)


def test_big_is_big_and_does_not_say_so(site: Site) -> None:
    got = get(site, "big.test", tls=False)
    assert len(got.body) > 20 * 1024 * 1024
    assert got.headers["Content-Length"] is None


def test_very_slow_drips() -> None:
    with Site.start() as fresh, connect(fresh, "very-slow.test", tls=False) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: very-slow.test\r\n\r\n")
        got = b""
        while got.count(b"\n") < 7:  # the head and the first bytes of the body
            got += connection.recv(4096)
        length = re.search(rb"Content-Length: (\d+)", got)
        assert length and len(got) < int(length[1])
        assert connection.recv(4096)  # and another drop


def test_without_a_certificate_tls_is_refused_at_once() -> None:
    with Site.start() as plain:
        assert plain.https_port is None
        port = int(plain.overrides().rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        assert get(plain, "quillpad.test", tls=False).status == 200
        assert "LOTE_CA_BUNDLE" not in plain.environment()


def test_requests_verifies_it_by_the_authority_alone(site: Site) -> None:
    with pytest.raises(requests.exceptions.SSLError), requests.Session() as session:
        session.trust_env = False
        session.get(f"https://127.0.0.1:{site.https_port}/", timeout=TIMEOUT_SECONDS)
    assert site.overrides() == f"*.test:80=127.0.0.1:{site.http_port},*.test:443=127.0.0.1:{site.https_port}"


def test_a_connection_is_kept_and_head_has_no_body(site: Site) -> None:
    client = http.client.HTTPConnection("quillpad.test")
    client.sock = connect(site, "quillpad.test", tls=True)
    socket_used = client.sock
    for method, has_body in (("GET", True), ("HEAD", False), ("GET", True)):
        client.request(method, "/")
        with client.getresponse() as answer:
            assert bool(answer.read()) is has_body
    assert client.sock is socket_used
    client.close()


def test_visits_are_counted_without_robots(site: Site) -> None:
    before = site.visits["harbour-books.test"]
    for path in ("/robots.txt", "/", "/browse"):
        get(site, "harbour-books.test", path)
    assert site.visits["harbour-books.test"] == before + 2
    paths = [request.path for request in site.log if request.host == "harbour-books.test"][-3:]
    assert paths == ["/robots.txt", "/", "/browse"]


def test_closing_ends_open_connections_and_frees_the_ports() -> None:
    running = Site.start(certificate=CERTIFICATE)
    with connect(running, "slow.test", tls=False) as waiting, connect(running, "slow.test", tls=True) as idle:
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: slow.test\r\n\r\n")
        while not running.log:
            threading.Event().wait(0.001)
        begin = time.monotonic()
        running.close()
        running.close()
        assert time.monotonic() - begin < 2
        for connection in (waiting, idle):
            with connection, pytest.raises(OSError):
                assert connection.recv(1) == b""
                raise ConnectionAbortedError  # an orderly end is as good as a reset
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", running.http_port), TIMEOUT_SECONDS)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x00\xa5",
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 70_000,
    ],
)
def test_rubbish_from_a_client_harms_nobody(site: Site, rubbish: bytes) -> None:
    with connect(site, "quillpad.test", tls=False) as connection:
        connection.sendall(rubbish)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert get(site, "quillpad.test").status == 200


def test_a_thousand_bulk_hosts_in_64_connections_at_100_ms() -> None:
    with Web.start(latency_seconds=0.1) as web, ThreadPoolExecutor(64) as pool:
        threads_before = threading.active_count()
        got = list(pool.map(lambda host: get(web, host, tls=False).status, bulk_hosts(1000)))
        assert got == [200] * 1000
        assert web.max_concurrent() >= 48
        assert all(web.visits[host] == 1 for host in bulk_hosts(1000))
        assert threading.active_count() - threads_before <= 64  # the clients' own


def test_bulk_pages_differ_and_alternate_between_languages(web: Web) -> None:
    first, second = (get(web, host).body for host in bulk_hosts(2))
    assert b'<html lang="en">' in first and b"h0001.bulk.test" in first
    assert b'<html lang="es">' in second
    assert get(web, "h0001.bulk.test").body == first


def test_a_test_adds_its_own_host_and_reads_pauses_and_overlap(web: Web) -> None:
    together = threading.Barrier(2)

    async def answer(exchange: Exchange) -> None:
        await exchange.send(f"<p>{exchange.request.number}</p>".encode())

    web.answers["mine.extra.test"] = answer
    assert [get(web, "mine.extra.test").body for _ in range(2)] == [b"<p>1</p>", b"<p>2</p>"]
    assert len(web.pauses("mine.extra.test")) == 1 and web.pauses("mine.extra.test")[0] >= 0
    assert web.max_concurrent("mine.extra.test") == 1
    web.latency_seconds = 0.3

    def visit(_: int) -> None:
        together.wait(TIMEOUT_SECONDS)
        get(web, "h0001.bulk.test", tls=False)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(visit, range(2)))
    assert web.max_concurrent("h0001.bulk.test") == 2


def test_settings_lead_the_app_to_this_web_only(web: Web) -> None:
    settings = web.settings(user_agent="Trial/1")
    assert dict(settings.dns_overrides)["*.test:443"] == f"127.0.0.1:{web.https_port}"
    assert [str(network) for network in settings.allowed_private_networks] == ["127.0.0.1/32"]
    assert settings.ca_bundle == AUTHORITY and settings.user_agent == "Trial/1"


def test_hostile_hosts_hurt_as_promised(web: Web) -> None:
    assert all(get(web, host, "/robots.txt").status == 404 for host in HOSTILE)
    bomb = get(web, "bomb.hostile.test")
    assert len(bomb.body) < 1_000_000 and bomb.headers["Content-Encoding"] == "gzip"
    assert get(web, "redirect-bomb.hostile.test").status == 302
    assert get(web, "attributes.hostile.test").body.count(b'="x"') == 50_000
    assert get(web, "nested.hostile.test").body.count(b"<div>") == 100_000
    assert get(web, "encoding.hostile.test").headers["Content-Encoding"] == "br"
    with pytest.raises(http.client.IncompleteRead):
        get(web, "truncated.hostile.test")
    with pytest.raises(http.client.HTTPException):
        get(web, "head.hostile.test")
    for host in ("hints.hostile.test", "endless.hostile.test"):
        with connect(web, host, tls=False) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            received = 0
            while received < 2_000_000:
                received += len(connection.recv(65536))


def test_slow_takes_three_seconds_and_its_robots_none(slow_visit: "Future[tuple[Got, float]]", site: Site) -> None:
    begin = time.monotonic()
    assert get(site, "slow.test", "/robots.txt").status == 200
    assert time.monotonic() - begin < 2
    got, seconds = slow_visit.result(TIMEOUT_SECONDS)
    assert b"Slowboat" in got.body and seconds >= 3
