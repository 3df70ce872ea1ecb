"""Every error is a problem (RFC 9457), in the reader's language; nothing of the inside is shown."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.api.edge import LARGEST_BODY
from core.job_service import JobService

BATCH = "/api/jobs/batch-scraping"
JSON = {"Content-Type": "application/json"}


def problem_of(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem: dict[str, Any] = answer.json()
    assert problem.keys() == {"type", "title", "status", "detail", "errors"}
    assert (problem["type"], problem["status"]) == (f"/api/docs#{slug}", status)
    assert problem["title"] and problem["detail"]
    return problem


@pytest.mark.parametrize("path", ["/api/nothing", "/api/jobs/1/nothing", "/api/client/x.js", "/api/%2e%2e/secret"])
def test_an_unknown_route_is_not_found(client: TestClient, path: str) -> None:
    problem_of(client.get(path), 404, "not-found")


def test_a_wrong_method_says_which_ones_are_possible(client: TestClient) -> None:
    answer = client.put("/api/jobs/1")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, PATCH, DELETE"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"domains": [NaN]}',
        b'{"domains": [-Infinity]}',
        b"1" * 5000,
        b"[" * 100_000,
        b"'x'",
        b"{}x",
    ],
)
def test_what_is_no_json_cannot_be_read(client: TestClient, body: bytes) -> None:
    problem_of(client.post(BATCH, content=body, headers=JSON), 400, "bad-request")


def test_deep_nesting_is_refused(client: TestClient) -> None:
    body = b'{"domains": ' + b"[" * 500 + b"]" * 500 + b"}"
    problem_of(client.post(BATCH, content=body, headers=JSON), 422, "invalid-input")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_a_body_must_be_json(client: TestClient, content_type: str) -> None:
    body = b'{"domains": ["example.com"]}'
    problem_of(client.post(BATCH, content=body, headers={"Content-Type": content_type}), 415, "unsupported-media-type")
    assert client.get("/api/jobs").json()["total"] == 0


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/x+json"])
def test_json_has_several_names(client: TestClient, content_type: str) -> None:
    body = b'\xef\xbb\xbf{"domains": ["example.com"]}'
    assert client.post(BATCH, content=body, headers={"Content-Type": content_type}).status_code == 201


def test_a_large_body_is_refused_before_it_is_read(client: TestClient) -> None:
    headers = {**JSON, "Content-Length": str(LARGEST_BODY + 1)}
    problem_of(client.post(BATCH, content=b"{}", headers=headers), 413, "too-large")


def test_a_large_body_of_unknown_length_is_refused_where_it_gets_too_large(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 4 * LARGEST_BODY:
            sent += 2**20
            yield b" " * 2**20

    problem_of(client.post(BATCH, content=endless(), headers=JSON), 413, "too-large")


def test_lone_surrogates_and_nul_break_nothing(client: TestClient) -> None:
    body = json.dumps({"domains": ["example.com", "\ud800", "a\x00b"], "name": "x\x00\udfff"})
    answer = client.post(BATCH, content=body, headers=JSON)
    assert answer.status_code in {201, 422}
    assert client.get("/api/jobs").status_code == 200


def test_faults_are_told_in_few_words_also_when_there_are_many(client: TestClient) -> None:
    answer = client.post(BATCH, json={"domains": [1] * 100_000})
    assert len(problem_of(answer, 422, "invalid-input")["errors"]) == 1


def test_bounds_are_told_for_one_and_for_several(client: TestClient) -> None:
    def told(body: str, **headers: str) -> str:
        said = {"job_id": 1, "author": "ana", "body": body}
        answer = client.post("/api/comments/job", json=said, headers=headers)
        return str(problem_of(answer, 422, "invalid-input")["errors"][0]["detail"])

    assert told("") == "This needs at least 1 character."
    assert told("", **{"Accept-Language": "es"}) == "Necesita al menos 1 carácter."
    assert told("a" * 10_001) == "This may have at most 10,000 characters."


def test_a_database_that_does_not_answer_is_unavailable(client: TestClient, service: JobService) -> None:
    with service.database.writing() as session:
        session.execute(sa.text("ALTER TABLE jobs RENAME TO gone"))
    answer = client.get("/api/jobs/1")
    problem_of(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "jobs" not in answer.json()["detail"]


def test_an_error_inside_is_logged_and_not_shown(
    app: Starlette, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    api = app.routes[0].app  # type: ignore[attr-defined]
    api.state.engine_status = lambda: {}["secret"]
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/health")
    problem_of(answer, 500, "internal-error")
    assert "secret" not in answer.text
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert "/health" in caplog.text


def test_problems_speak_the_readers_language(client: TestClient) -> None:
    def title(**headers: str) -> str:
        return str(client.get("/api/jobs/7", headers=headers).json()["title"])

    english, spanish = title(), title(**{"Accept-Language": "es-AR, en;q=0.5"})
    assert english == title(**{"Accept-Language": "fr"})
    assert spanish not in {english, ""}
    client.cookies.set("lote_language", "es")
    assert title(**{"Accept-Language": "en"}) == spanish
    client.cookies.set("lote_language", "xx")
    assert title(**{"Accept-Language": "en"}) == english


def test_health_tells_whether_the_engine_is_alive(client: TestClient, engine: dict[str, Any]) -> None:
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json() | {"version": ""} == {"status": "ok", "version": "", "database": "ok", "engine": engine}
    engine["status"] = "down"
    degraded = client.get("/api/health")
    assert (degraded.status_code, degraded.json()["status"]) == (503, "degraded")


def test_health_tells_whether_the_database_answers(client: TestClient, service: JobService) -> None:
    with service.database.writing() as session:
        session.execute(sa.text("ALTER TABLE jobs RENAME TO gone"))
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
