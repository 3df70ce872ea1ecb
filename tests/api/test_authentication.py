"""Who asks is known before a body is read: tokens, the login's cookie, how often, and what each role may."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from core import queries, secret, tokens
from core.actor import Actor, Means, Role, Scope
from core.api import create_api, roles
from core.api.authentication import FAILURES_PER_MINUTE, Door, _address
from core.api.rates import MOST_KEYS, Rates
from core.job_service import JobService
from tests.api.test_problems import problem_of

ANA = Actor("ana@example.com", Role.ANALYST, Means.LOGIN)
BATCH = "/api/jobs/batch-scraping"
OTHER_PAGES = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]


class CookieOfAna:
    """A login that knows one cookie; what Streamlit's looks like is told by the tests of the login."""

    def actor_of_cookie(self, headers: Mapping[str, str]) -> Actor | None:
        return ANA if "user=ana" in headers.get("cookie", "") else None


@pytest.fixture
def app(service: JobService) -> Starlette:
    api = create_api(service, lambda: {"status": "ok"}, CookieOfAna())  # type: ignore[arg-type]
    return Starlette(routes=[Mount("/api", api)])


@pytest.fixture
def client(app: Starlette) -> TestClient:
    """Somebody on this very machine, which a reverse proxy may be, too: it counts for nothing."""
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000), raise_server_exceptions=False)


def bearer(service: JobService, scope: Scope, **options: Any) -> dict[str, str]:
    made = tokens.create(service.database, "CI", scope, owner="robot", **options)
    return {"Authorization": f"Bearer {made.secret}"}


def unknown(answer: Any) -> dict[str, Any]:
    assert answer.headers["www-authenticate"].startswith('Bearer realm="Lote"')
    return problem_of(answer, 401, "unauthorized")


def calls(app: Starlette) -> Iterator[tuple[str, str, str, str]]:
    """Every operation: name, method, path as documented, an address of it."""
    for path, operations in app.routes[0].app.openapi()["paths"].items():  # type: ignore[attr-defined]
        for method, operation in operations.items():
            yield operation["operationId"], method.upper(), path, "/api" + re.sub(r"{\w+}", "1", path)


def test_nothing_but_health_is_open(app: Starlette, client: TestClient) -> None:
    tried = 0
    for _name, method, path, address in calls(app):
        answer = client.request(method, address)
        if path in roles.OPEN:
            assert answer.status_code == 200
        else:
            unknown(answer)
            tried += 1
    assert tried > 30
    for path in ("/api/nothing", "/api/docs", "/api/openapi.json", "/api/", "/api/client/job-manager.js"):
        unknown(client.get(path))
    for header in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-IP": "::1"}):
        unknown(client.get("/api/jobs", headers=header))


def test_each_scope_may_what_its_role_may(app: Starlette, client: TestClient, service: JobService) -> None:
    headers = {scope: bearer(service, scope) for scope in Scope}
    for name, method, path, address in calls(app):
        if path in roles.OPEN:
            continue
        role = roles.needed(name, {method})
        for scope in Scope:
            answer = client.request(method, address, headers=headers[scope])
            is_enough = Actor(role=scope.role).may(role)
            assert (answer.status_code == 403) is not is_enough, (name, scope, answer.text)
            assert answer.status_code < 500
            if name == "revoke_token":  # the token above was its own
                headers = {scope: bearer(service, scope) for scope in Scope}


def test_a_body_is_not_read_before_it_is_known_who_sends_it(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 50:
            sent += 1
            yield b"x" * 1000

    answer = client.post(BATCH, content=b"{}", headers={"Content-Type": "text/plain"})
    unknown(answer)
    assert answer.headers["connection"] == "close"
    problem_of(client.post(BATCH, content=b"", headers={"Content-Length": "99999999999"}), 413, "too-large")
    unknown(client.post(BATCH, content=endless(), headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("ghp_123", "no token of Lote"),
        ("lote_123", "not whole"),
        (secret.new()[:-1] + "!", "mistyped"),
        (secret.new(), "not known here"),
        ("", "no token of Lote"),
    ],
    ids=["foreign", "cut", "mistyped", "unknown", "empty"],
)
def test_a_wrong_token_is_told_why(client: TestClient, given: str, word: str) -> None:
    answer = client.get("/api/jobs", headers={"Authorization": f"Bearer {given}"})
    assert word in unknown(answer)["detail"]
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert given[10:] not in answer.text or not given[10:]


def test_expired_and_revoked_tokens_are_told_in_the_readers_language(client: TestClient, service: JobService) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    expired = bearer(service, Scope.READ, days=1, now=long_ago)
    assert "expired on" in unknown(client.get("/api/jobs", headers=expired))["detail"]
    assert "caducó" in unknown(client.get("/api/jobs", headers={**expired, "Accept-Language": "es"}))["detail"]
    revoked = bearer(service, Scope.READ)
    tokens.revoke(service.database, 2)
    assert "revoked on" in unknown(client.get("/api/jobs", headers=revoked))["detail"]


def test_schemes_are_read_in_any_case_and_those_of_others_are_not_ours(client: TestClient, service: JobService) -> None:
    token = bearer(service, Scope.READ)["Authorization"].split()[1]
    for value in (f"bearer {token}", f"BEARER   {token} "):
        assert client.get("/api/jobs", headers={"Authorization": value}).status_code == 200
    basic = {"Authorization": "Basic YTpi"}
    unknown(client.get("/api/jobs", headers=basic))
    assert client.get("/api/jobs", headers={**basic, "Cookie": "user=ana"}).status_code == 200
    two = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert "several" in unknown(client.get("/api/jobs", headers=two))["detail"]  # type: ignore[arg-type]


def test_the_logins_cookie_lets_in_and_signs(client: TestClient) -> None:
    cookie = {"Cookie": "user=ana", "Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    answer = client.post(BATCH, json={"domains": ["example.com"], "created_by": "somebody else"}, headers=cookie)
    assert (answer.status_code, answer.json()["created_by"]) == (201, ANA.name)
    unknown(client.get("/api/jobs", headers={"Cookie": "user=eve"}))


@pytest.mark.parametrize("page", OTHER_PAGES, ids=str)
def test_a_cookie_never_authorises_a_call_of_another_page(
    client: TestClient, service: JobService, page: dict[str, str]
) -> None:
    for method, path in (("GET", "/api/jobs"), ("POST", "/api/jobs/1/cancel"), ("GET", "/api/docs")):
        assert (
            "another web page"
            in unknown(client.request(method, path, headers={"Cookie": "user=ana", **page}))["detail"]
        )
    token = bearer(service, Scope.READ)
    assert client.get("/api/jobs", headers={**token, **page}).status_code == 200


def test_a_token_counts_before_a_cookie(client: TestClient, service: JobService) -> None:
    both = {**bearer(service, Scope.READ), "Cookie": "user=ana"}
    problem_of(client.post(BATCH, json={"domains": ["example.com"]}, headers=both), 403, "forbidden")
    unknown(client.get("/api/jobs", headers={"Authorization": "Bearer lote_x", "Cookie": "user=ana"}))


def test_a_token_signs_by_its_owner_and_its_use_is_seen(client: TestClient, service: JobService) -> None:
    headers = bearer(service, Scope.WRITE)
    job = client.post(BATCH, json={"domains": ["example.com"]}, headers=headers).json()
    assert job["created_by"] == "robot"
    with service.database.reading() as session:
        event = queries.audit.page(session, queries.audit.EventFilter(job_id=job["id"])).items[0]
        used = queries.tokens.get(session, 1).last_used_at
    assert (event.action, event.actor, event.means, event.token_id) == ("job.created", "robot", Means.TOKEN, 1)
    assert used is not None and datetime.now(UTC) - used < timedelta(minutes=1)


def test_a_token_that_is_used_too_often_has_to_wait(service: JobService, migrated: Any) -> None:
    few = JobService(service.settings.model_copy(update={"api_requests_per_minute": 3}), service.database)
    client = TestClient(create_api(few, lambda: {"status": "ok"}), client=("127.0.0.1", 1))
    headers, other = bearer(service, Scope.READ), bearer(service, Scope.READ)
    assert [client.get("/jobs", headers=headers).status_code for _n in range(4)] == [200, 200, 200, 429]
    answer = client.get("/jobs", headers=headers)
    problem_of(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert client.get("/jobs", headers=other).status_code == 200
    assert client.get("/jobs").status_code == 200


def test_whoever_guesses_has_to_wait_and_shuts_nobody_out(client: TestClient, service: JobService) -> None:
    headers = {"Authorization": "Bearer lote_guess"}
    codes = [client.get("/api/jobs", headers=headers).status_code for _n in range(FAILURES_PER_MINUTE + 2)]
    assert codes == [401] * FAILURES_PER_MINUTE + [429] * 2
    assert int(client.get("/api/jobs", headers=headers).headers["retry-after"]) >= 1
    assert client.get("/api/jobs", headers=bearer(service, Scope.READ)).status_code == 200
    unknown(client.get("/api/jobs"))


def test_a_bucket_fills_again_and_memory_is_bounded() -> None:
    rates = Rates(60)
    assert [rates.wait_seconds("a", 0.0) for _n in range(61)] == [0.0] * 60 + [1.0]
    assert rates.wait_seconds("a", 0.5) == 0.5
    assert rates.wait_seconds("a", 1.0) == 0.0
    assert rates.wait_seconds("a", 1000.0) == 0.0
    for key in range(MOST_KEYS + 5):
        rates.wait_seconds(key, 2000.0)
    assert len(rates._buckets) == MOST_KEYS
    assert Rates(0).wait_seconds("a", 0.0) == 0.0


def test_without_a_login_a_wrong_token_is_refused_all_the_same(service: JobService) -> None:
    client = TestClient(create_api(service, lambda: {"status": "ok"}), client=("127.0.0.1", 1))
    assert client.get("/jobs").status_code == 200
    unknown(client.get("/jobs", headers={"Authorization": "Bearer lote_x"}))
    assert client.delete("/jobs/1", headers=bearer(service, Scope.READ)).status_code == 403


def test_a_database_that_is_down_is_no_wrong_token(service: JobService) -> None:
    headers = bearer(service, Scope.READ)
    with service.database.writing() as session:
        session.execute(sa.text("ALTER TABLE api_tokens RENAME TO gone"))
    client = TestClient(create_api(service, lambda: {"status": "ok"}), client=("127.0.0.1", 1))
    problem_of(client.get("/jobs", headers=headers), 503, "unavailable")


def test_two_clients_of_one_ipv6_network_are_one() -> None:
    def address(given: str) -> str:
        return _address({"client": (given, 1)})

    assert address("2001:db8::1") == address("2001:db8::ffff")
    assert address("2001:db8:0:1::1") != address("2001:db8::1")
    assert address("10.0.0.1") != address("10.0.0.2")
    assert address("nobody") == "nobody"


def test_the_door_has_the_rate_of_the_settings(service: JobService) -> None:
    assert Door.of(service, None).requests.per_minute == service.settings.api_requests_per_minute
