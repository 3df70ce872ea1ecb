"""Behind a reverse proxy on the same machine nothing counts as this machine: a real server, a real small proxy."""

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from core import tokens
from core.access import Access
from core.actor import Scope
from core.api import create_api
from core.job_service import JobService
from core.provider import Provider
from core.settings import Settings
from tests.served import NobodyLoggedIn, served

OUTSIDE = {"Host": "lote.example"}
AUTH = {"client_id": "lote", "cookie_secret": "x" * 40}


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobService]:
    service = JobService.open(Settings.load(data_dir=tmp_path_factory.mktemp("data")))
    yield service
    service.close()


@contextmanager
def behind_access(service: JobService, *, login: bool) -> Iterator[int]:
    """The API as the app serves it; gives the port."""
    api = create_api(service, lambda: {"status": "ok"}, NobodyLoggedIn() if login else None)  # type: ignore[arg-type]
    provider = Provider(AUTH, ("default",), "https://lote.example") if login else None
    with served(Starlette(routes=[Mount("/api", api)], middleware=[Middleware(Access, provider=provider)])) as port:
        yield port


@contextmanager
def proxied(port: int, added: Mapping[str, str], *, keeps_host: bool, version: str) -> Iterator[str]:
    """A proxy on loopback that passes everything on to the port; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            onward = http.client.HTTPConnection("127.0.0.1", port)
            onward._http_vsn, onward._http_vsn_str = (10, "HTTP/1.0") if version == "1.0" else (11, "HTTP/1.1")
            headers = dict(self.headers.items()) | dict(added)
            if not keeps_host:
                headers["Host"] = f"127.0.0.1:{port}"
            onward.request("GET", self.path, headers=headers)
            answer = onward.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            onward.close()

        def log_message(self, *_: object) -> None:
            """The test tells what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PROXIES = {
    "nginx as it comes": ({}, False, "1.0"),
    "X-Forwarded-For of the client": ({"X-Forwarded-For": "203.0.113.9"}, False, "1.1"),
    "X-Forwarded-For of this machine": ({"X-Forwarded-For": "127.0.0.1"}, True, "1.1"),
    "Forwarded": ({"Forwarded": "for=127.0.0.1;host=localhost"}, False, "1.1"),
    "Via": ({"Via": "1.1 proxy"}, False, "1.1"),
    "the name people type, and nothing more": ({}, True, "1.1"),
}


@pytest.mark.parametrize("kind", PROXIES)
def test_nobody_comes_through_a_proxy_as_if_from_this_machine(service: JobService, kind: str) -> None:
    added, keeps_host, version = PROXIES[kind]
    with (
        behind_access(service, login=False) as port,
        proxied(port, added, keeps_host=keeps_host, version=version) as url,
    ):
        assert requests.get(f"{url}/api/jobs", headers=OUTSIDE, timeout=10).status_code == 403
        assert requests.get(f"http://127.0.0.1:{port}/api/jobs", timeout=10).status_code == 200


def test_with_a_login_a_proxy_and_this_machine_need_a_token_alike(service: JobService) -> None:
    headers = {"Authorization": f"Bearer {tokens.create(service.database, 'x', Scope.READ, owner='x').secret}"}
    with behind_access(service, login=True) as port:
        assert requests.get(f"http://127.0.0.1:{port}/api/jobs", timeout=10).status_code == 401
        for added, keeps_host, version in PROXIES.values():
            with proxied(port, added, keeps_host=keeps_host, version=version) as url:
                assert requests.get(f"{url}/api/jobs", headers=OUTSIDE, timeout=10).status_code == 401
                assert requests.get(f"{url}/api/jobs", headers=OUTSIDE | headers, timeout=10).status_code == 200
                assert requests.get(f"{url}/api/health", headers=OUTSIDE, timeout=10).status_code == 200
