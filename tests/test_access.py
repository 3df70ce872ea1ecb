"""Who may talk to the server: this machine, and no web page of somebody else."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from core import provider
from core.access import Access
from tests.cookies import header, login_cookies
from tests.test_login import settings_with

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
LOCAL = ("127.0.0.1", 50000)


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def client_of(
    allow_anonymous: bool = False, client: tuple[str, int] = LOCAL, base_url: str = "http://localhost:8501"
) -> TestClient:
    app = Starlette(
        routes=[Route("/x", hello, methods=METHODS), WebSocketRoute("/ws", chat)],
        middleware=[Middleware(Access, allow_anonymous=allow_anonymous)],
    )
    return TestClient(app, base_url=base_url, client=client)


def refused(answer: Any) -> str:
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/api/docs#forbidden"
    return str(answer.json()["detail"])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered(address: str) -> None:
    assert client_of(client=(address, 1)).get("/x").text == "hello"


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "::ffff:10.0.0.7", "2001:db8::1", "somebody", ""])
def test_another_machine_is_told_what_to_set(address: str) -> None:
    assert "LOTE_ALLOW_ANONYMOUS" in refused(client_of(client=(address, 1)).get("/x"))
    assert client_of(True, client=(address, 1)).get("/x").status_code == 200


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Host", "X-Real-IP", "Via"]
)
def test_what_a_proxy_passes_on_is_refused(header: str) -> None:
    assert header.lower() in refused(client_of().get("/x", headers={header: "10.0.0.7"}))
    assert client_of(True).get("/x", headers={header: "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:80", "127.0.0.1", "[::1]:8501", "[::1]"])
def test_names_of_this_machine_are_answered(host: str) -> None:
    assert client_of().get("/x", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost:x", "",
     "user@localhost", "localhost evil.example", "[::2]", "0.0.0.0"],
)  # fmt: skip
def test_a_foreign_host_is_refused(host: str) -> None:
    assert "localhost" in refused(client_of().get("/x", headers={"Host": host}))


def test_two_hosts_are_one_too_many() -> None:
    refused(client_of().get("/x", headers=[("Host", "localhost"), ("Host", "evil.example")]))  # type: ignore[arg-type]


def test_other_names_are_answered_where_anonymous_access_is_allowed() -> None:
    client = client_of(True, base_url="https://lote.example")
    assert client.post("/x").status_code == 200
    assert client.post("/x", headers={"Origin": "https://lote.example"}).status_code == 200
    refused(client.post("/x", headers={"Origin": "https://evil.example"}))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost:9999", "http://localhost", "null", "http://127.0.0.1:8501",
     "file://", "http://localhost:8501@evil.example", "", "http://localhost:x", "chrome-extension://localhost:8501"],
)  # fmt: skip
def test_a_change_from_another_origin_is_refused(method: str, origin: str) -> None:
    refused(client_of().request(method, "/x", headers={"Origin": origin}))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_from_our_own_page_or_a_program_passes(method: str) -> None:
    client = client_of()
    assert client.request(method, "/x").status_code == 200
    own = {"Origin": "http://localhost:8501", "Sec-Fetch-Site": "same-origin"}
    assert client.request(method, "/x", headers=own).status_code == 200


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 200), ("none", 200)])
def test_a_cross_site_change_is_refused(site: str, status: int) -> None:
    assert client_of().post("/x", headers={"Sec-Fetch-Site": site}).status_code == status
    assert client_of(True).post("/x", headers={"Sec-Fetch-Site": site}).status_code == status


def test_default_ports_are_the_same_written_or_not() -> None:
    client = client_of()
    assert client.post("/x", headers={"Host": "localhost:80", "Origin": "http://localhost"}).status_code == 200
    assert client.post("/x", headers={"Host": "localhost", "Origin": "http://localhost:80"}).status_code == 200
    assert client.post("/x", headers={"Host": "localhost", "Origin": "https://localhost"}).status_code == 200
    refused(client.post("/x", headers={"Host": "localhost:443", "Origin": "http://localhost"}))


def test_links_from_elsewhere_may_be_followed() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client_of().get("/x", headers=headers).status_code == 200


def test_websockets_follow_the_same_rules() -> None:
    def talk(client: TestClient, **headers: str) -> str:
        with client.websocket_connect("ws://localhost:8501/ws", headers=headers) as websocket:
            return websocket.receive_text()

    assert talk(client_of()) == "hello"
    assert talk(client_of(), Origin="http://localhost:8501") == "hello"
    for client, headers in [
        (client_of(), {"Origin": "https://evil.example"}),
        (client_of(), {"Origin": "http://localhost:3000"}),
        (client_of(), {"X-Forwarded-For": "10.0.0.7"}),
        (client_of(), {"Host": "evil.example"}),
        (client_of(client=("10.0.0.7", 1)), {}),
        (client_of(True), {"Origin": "https://evil.example"}),
    ]:
        with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
            talk(client, **headers)


@pytest.fixture
def with_login() -> TestClient:
    found = provider.of(settings_with(), ())
    assert found
    app = Starlette(
        routes=[
            Route(path, hello, methods=METHODS)
            for path in ("/x", "/static/media/{name}", "/tools/media/{name}", "/_stcore/upload_file/1/2")
        ],
        middleware=[Middleware(Access, provider=found)],
    )
    return TestClient(app, base_url="https://lote.example", client=("10.0.0.7", 1))


def test_with_a_login_other_machines_names_and_proxies_are_answered(with_login: TestClient) -> None:
    assert with_login.get("/x", headers={"X-Forwarded-For": "10.0.0.9"}).text == "hello"
    assert with_login.post("/x", headers={"Origin": "https://lote.example"}).text == "hello"


def test_with_a_login_another_web_page_changes_nothing_either(with_login: TestClient) -> None:
    cookies = header(login_cookies(sub="a1"))
    refused(with_login.post("/x", headers={"Origin": "https://evil.example", **cookies}))
    refused(with_login.post("/x", headers={"Sec-Fetch-Site": "cross-site", **cookies}))
    refused(with_login.post("/x", headers={"Origin": "https://other.lote.example", **cookies}))


@pytest.mark.parametrize("path", ["/tools/media/export.csv", "/_stcore/upload_file/1/2"])
def test_files_of_the_screens_are_for_those_who_have_logged_in(with_login: TestClient, path: str) -> None:
    assert "Log in" in refused(with_login.get(path))
    assert "Log in" in refused(with_login.get(path, headers=header(login_cookies("x" * 40, sub="a1"))))
    assert with_login.get(path, headers=header(login_cookies(sub="a1"))).text == "hello"


def test_the_login_page_has_its_fonts(with_login: TestClient) -> None:
    assert with_login.get("/static/media/MaterialSymbols.woff2").text == "hello"
