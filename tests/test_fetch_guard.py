"""Nothing forbidden is ever connected to: by redirect, rebinding, odd notation, proxy or the environment."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.abort import Abort
from core.errors import FetchError
from core.failures import FailureKind as K
from core.fetch import Fetcher, ProxyRefused, system_resolver
from tests.hostile import (
    CANARY,
    HTML,
    OPTIONS,
    SITE,
    Authority,
    Peer,
    black_hole,
    by_path,
    closed_port,
    page,
    redirect,
    says,
    settings,
)

ONLY_HTTP = "http"


@contextmanager
def canary() -> Iterator[Peer]:
    """A server on 127.0.0.1, which is not allowed: no connection may ever arrive."""
    with Peer(page(), address=CANARY) as bird:
        yield bird
        assert bird.connections == 0


def blocked(fetcher: Fetcher, target: str, scheme: str | None = ONLY_HTTP) -> FetchError:
    try:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(target, replace(OPTIONS, timeout_seconds=5), Abort(), scheme=scheme)
    finally:
        fetcher.close()
    return caught.value


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.1"),
        *("localhost", "0", "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "[::]", "[::127.0.0.1]"),
        *("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "%31%32%37.0.0.1", "127.0.0.1.", "LOCALHOST"),
        *("[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]"),
    ],
)
def test_a_redirect_to_loopback_is_refused_in_every_notation(host: str) -> None:
    with canary() as bird:
        answer = f"HTTP/1.1 302 Found\r\nLocation: http://{host}:{bird.port}/\r\n\r\n".encode()
        with Peer(says(answer)) as peer:
            error = blocked(Fetcher(settings({"site.test:80": peer})), "site.test")
    assert error.kind in (K.BLOCKED_ADDRESS, K.DNS, K.PROTOCOL), error.detail
    if host.isascii() and "%" not in host:
        assert error.kind is K.BLOCKED_ADDRESS, error.detail


@pytest.mark.parametrize("target", ["127.0.0.1", "localhost", "127.1", "[::1]", "169.254.169.254", "10.0.0.1"])
@pytest.mark.parametrize("scheme", [None, "http"])
def test_a_forbidden_target_is_refused_without_a_second_try(target: str, scheme: str | None) -> None:
    with canary() as bird:
        error = blocked(Fetcher(settings()), f"{target}:{bird.port}/", scheme)
    assert error.kind is K.BLOCKED_ADDRESS and "may not be connected to" in error.detail


def test_an_override_may_not_lead_to_a_forbidden_address() -> None:
    with canary() as bird:
        error = blocked(Fetcher(settings({"site.test": bird})), "site.test", None)
    assert error.kind is K.BLOCKED_ADDRESS and "site.test is 127.0.0.1" in error.detail


def test_one_forbidden_address_among_others_refuses_the_name() -> None:
    with canary() as bird, Peer(page()) as peer:
        fetcher = Fetcher(settings(), resolver=lambda host, port: [SITE, CANARY])
        assert blocked(fetcher, f"site.test:{bird.port}").kind is K.BLOCKED_ADDRESS
        assert peer.connections == 0


def test_a_name_is_resolved_once_for_a_connection_and_that_address_is_connected_to() -> None:
    answers = iter([[SITE], [CANARY], [CANARY]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with Peer(by_path({b"/": redirect("/again")})) as peer:
        fetcher = Fetcher(settings(), resolver=rebinding)
        error = blocked(fetcher, f"site.test:{peer.port}")
        assert asked == ["site.test", "site.test"]
        assert peer.connections == 1 and error.kind is K.BLOCKED_ADDRESS


def test_a_name_that_leads_inwards_by_the_time_http_is_tried_is_told_as_such() -> None:
    with Peer(says()) as peer:
        answers = iter([[SITE], [CANARY]])
        fetcher = Fetcher(settings(), resolver=lambda host, port: next(answers))
        assert blocked(fetcher, f"site.test:{peer.port}", None).kind is K.BLOCKED_ADDRESS


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    with Peer(page()) as peer:
        fetcher = Fetcher(settings(), resolver=lambda host, port: ["127.0.0.9", "127.0.0.10", SITE])
        got = fetcher.fetch(f"site.test:{peer.port}", OPTIONS, Abort(), scheme="http")
        fetcher.close()
    assert got.ip == SITE


def test_a_first_address_that_swallows_everything_leaves_time_for_the_second() -> None:
    with black_hole("127.0.0.9") as port:
        try:
            listener = socket.create_server((SITE, port))
        except OSError:
            pytest.skip("the port is taken on the second address")
        with listener:

            def serve() -> None:
                connection, _address = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            fetcher = Fetcher(settings(), resolver=lambda host, _port: ["127.0.0.9", SITE])
            options = replace(OPTIONS, timeout_seconds=1.5)
            assert fetcher.fetch(f"site.test:{port}", options, Abort(), scheme="http").ip == SITE
            fetcher.close()
            thread.join(10)


def test_blocked_ports_are_refused_and_allowed_networks_exempt() -> None:
    fetcher = Fetcher(settings(), resolver=lambda host, port: ["93.184.216.34"])
    error = blocked(fetcher, "site.test:25")
    assert error.kind is K.BLOCKED_ADDRESS and "port 25" in error.detail
    assert blocked(Fetcher(settings()), f"{SITE}:6000").kind is K.REFUSED


@pytest.mark.parametrize(
    ("error", "permanent", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True, "does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False, "temporary"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), False, "Non-recoverable failure"),
        (UnicodeError("label empty or too long"), True, "cannot be a name"),
    ],
)
def test_dns_failures_say_whether_another_attempt_may_help(error: Exception, permanent: bool, words: str) -> None:
    asked = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        raise error

    caught = blocked(Fetcher(settings(), resolver=resolver), "site.test", None)
    assert (caught.kind, caught.permanent) == (K.DNS, permanent) and words in caught.detail
    assert asked == ["site.test"]  # http would not find the name either


def test_the_system_resolver_gives_addresses() -> None:
    assert CANARY in system_resolver("localhost", 80)


# The environment and the proxy


def test_proxies_netrc_and_certificates_of_the_environment_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine site.test login ana password secret\n")
    authority = Authority(tmp_path)
    with canary() as bird, Peer(page()) as peer, Peer(page(), tls=authority.server("site.test")) as secure:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{CANARY}:{bird.port}")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        monkeypatch.setenv("CURL_CA_BUNDLE", str(authority.bundle))
        fetcher = Fetcher(settings({"site.test:80": peer, "site.test:443": secure}))
        got = fetcher.fetch("site.test", OPTIONS, Abort())
        fetcher.close()
        assert not got.https  # the issuer is known to the environment only
        assert b"Authorization" not in peer.requests[0] and b"Cookie" not in peer.requests[0]


@pytest.mark.parametrize("kind", [K.DNS, K.CONNECT])
def test_a_failure_of_the_network_names_the_proxy_that_is_not_used(kind: K, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")

    def resolver(host: str, _port: int) -> list[str]:
        if kind is K.DNS:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [SITE]

    with black_hole() as hole:
        fetcher = Fetcher(settings({"site.test": hole} if kind is K.CONNECT else {}), resolver=resolver)
        with pytest.raises(FetchError) as caught:
            fetcher.fetch("site.test", replace(OPTIONS, timeout_seconds=0.9), Abort())
        fetcher.close()
    assert caught.value.kind is kind
    assert "https_proxy" in caught.value.detail and "LOTE_PROXY_URL" in caught.value.detail


def proxy(ports: dict[bytes, int], answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> Peer:
    """A small http proxy on 127.0.0.1: CONNECT for names that it knows, whole URLs answered by itself."""

    def behave(peer: Peer, connection: socket.socket, head: bytes) -> None:
        method, target, _version = head.split(b"\r\n")[0].split(b" ")
        if method != b"CONNECT":
            page()(peer, connection, head)
            return
        connection.sendall(answer)
        if b" 200 " not in answer:
            return
        with socket.create_connection((SITE, ports[target])) as onward:
            back = threading.Thread(target=pour, args=(onward, connection), daemon=True)
            back.start()
            pour(connection, onward)
            back.join(10)

    return Peer(behave, address=CANARY)


def pour(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side has left


def test_requests_go_through_the_proxy_whose_own_address_is_exempt(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Peer(page(), tls=authority.server("site.test")) as secure, proxy({b"site.test:443": secure.port}) as through:
        fetcher = Fetcher(
            settings(proxy_url=f"http://ana:secret@{CANARY}:{through.port}", ca_bundle=authority.bundle),
            resolver=unknown,
        )
        got = fetcher.fetch("site.test", OPTIONS, Abort())
        assert got.https and got.ip is None and got.tls_issuer == "Bakers' Trust"
        assert through.requests[0].startswith(b"CONNECT site.test:443 HTTP/1.")
        assert b"Basic " + base64.b64encode(b"ana:secret") in through.requests[0]
        assert b"Proxy-Authorization" not in secure.requests[0]
        plain = fetcher.fetch("plain.test/x?y", OPTIONS, Abort(), scheme="http")
        assert plain.body == HTML and through.requests[-1].startswith(b"GET http://plain.test/x?y HTTP/1.1")
        fetcher.close()


def unknown(host: str, _port: int) -> list[str]:
    """A resolver that knows only addresses, as in a network where the proxy does the look-ups."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_that_is_forbidden_here_is_not_asked_of_the_proxy() -> None:
    with proxy({}) as through:
        for target, resolver in (("site.test", lambda host, port: ["10.0.0.1"]), ("127.0.0.1", unknown)):
            fetcher = Fetcher(settings(proxy_url=f"http://{CANARY}:{through.port}"), resolver=resolver)
            assert blocked(fetcher, target, None).kind is K.BLOCKED_ADDRESS
        assert through.connections == 0


@pytest.mark.parametrize("scheme", ["https", None])
@pytest.mark.parametrize("said", ["403 Forbidden by policy", "407 Proxy Authentication Required"])
def test_a_proxy_that_refuses_is_a_failure_to_connect(said: str, scheme: str | None) -> None:
    def refuse(peer: Peer, connection: socket.socket, head: bytes) -> None:
        connection.sendall(f"HTTP/1.1 {said}\r\nContent-Length: 0\r\n\r\n".encode())

    with Peer(refuse, address=CANARY) as through:
        fetcher = Fetcher(settings(proxy_url=f"http://{CANARY}:{through.port}"), resolver=unknown)
        error = blocked(fetcher, "site.test", scheme)
    assert isinstance(error, ProxyRefused)
    assert error.kind is K.CONNECT and said in error.detail and error.http_status is None


def test_a_proxy_that_does_not_find_a_target_does_not_refuse() -> None:
    with proxy({}, b"HTTP/1.1 503 Service Unavailable\r\n\r\n") as through:
        fetcher = Fetcher(settings(proxy_url=f"http://{CANARY}:{through.port}"), resolver=unknown)
        error = blocked(fetcher, "site.test", "https")
    assert error.kind is K.CONNECT and not isinstance(error, ProxyRefused)


def test_a_proxy_that_cannot_be_reached_is_told() -> None:
    for host in (SITE, "proxy.test"):
        fetcher = Fetcher(settings(proxy_url=f"http://{host}:{closed_port()}"), resolver=unknown)
        error = blocked(fetcher, "site.test", None)
        assert isinstance(error, ProxyRefused) and "The proxy cannot be reached" in error.detail
