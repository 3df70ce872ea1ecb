"""Care of data over the API."""

from typing import Any

from starlette.testclient import TestClient

from tests.api.test_problems import problem_of


def test_a_domain_is_forgotten(client: TestClient, job: dict[str, Any]) -> None:
    domain = client.get(f"/api/jobs/{job['id']}/steps").json()["items"][0]["host"]
    shown = client.post("/api/forget", json={"domain": domain.upper(), "dry_run": True}).json()
    assert (shown["domain"], shown["dry_run"], shown["gone"]["steps"]) == (domain, True, 1)
    assert client.get(f"/api/jobs/{job['id']}").json()["total_steps"] == job["total_steps"]
    assert client.post("/api/forget", json={"domain": domain}).json()["gone"]["steps"] == 1
    assert domain not in client.get(f"/api/jobs/{job['id']}/lines").text
    problem_of(client.post("/api/forget", json={"domain": "a b"}), 422, "invalid-input")
    problem_of(client.post("/api/forget", json={"domain": ""}), 422, "invalid-input")
