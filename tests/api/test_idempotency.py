"""A request that is sent twice makes one job, also when both come at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

BATCH = "/api/jobs/batch-scraping"
BODY = {"domains": ["example.com", "nonsense", "example.com"]}


@pytest.fixture
def url(app: Starlette) -> Iterator[str]:
    """The API behind a real server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_same_request_gets_the_same_answer(client: TestClient) -> None:
    first = client.post(BATCH, json=BODY, headers={"Idempotency-Key": "k"})
    client.post(f"/api/jobs/{first.json()['id']}/cancel")
    again = client.post(BATCH, json=BODY, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert client.get("/api/jobs").json()["total"] == 1


def test_another_request_with_the_same_key_is_refused(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k"}
    client.post(BATCH, json=BODY, headers=headers)
    for path, body in [(BATCH, {**BODY, "name": "x"}), ("/api/jobs/single-scraping", {"domain": "example.com"})]:
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ñ"])
def test_a_wrong_key_is_refused(client: TestClient, key: str) -> None:
    answer = client.post(BATCH, json=BODY, headers={"Idempotency-Key": key.encode()})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_calls_at_once_make_one_job(url: str) -> None:
    barrier = threading.Barrier(8)

    def call(_n: int) -> tuple[int, Any]:
        with httpx2.Client(trust_env=False) as client:
            barrier.wait()
            answer = client.post(url + BATCH, json=BODY, headers={"Idempotency-Key": "at once"}, timeout=30)
            return answer.status_code, answer.json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert answers[0][0] == 201
    assert all(answer == answers[0] for answer in answers)
    with httpx2.Client(trust_env=False) as client:
        assert client.get(f"{url}/api/jobs").json()["total"] == 1


def test_a_body_that_never_ends_is_cut_off(url: str) -> None:
    def endless() -> Iterator[bytes]:
        yield b"["
        while True:
            yield b" " * 2**20

    with httpx2.Client(trust_env=False) as client:
        try:
            status = client.post(
                url + BATCH, content=endless(), headers={"Content-Type": "application/json"}
            ).status_code
        except httpx2.TransportError:
            status = 413  # the server closed while we still sent
        assert status == 413
        assert client.get(f"{url}/api/health").status_code == 200
