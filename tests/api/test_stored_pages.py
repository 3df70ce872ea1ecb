"""Stored pages over HTTP: the HTML as a file that no browser shows, and jobs that extract it again."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.job_service import JobService
from tests.story import claim, completed, new_job, settle, stored

HTML = "<script>alert(1)</script><p>Pan de leña".encode("cp1252")


@pytest.fixture
def job_id(service: JobService) -> int:
    """A finished job with three reports: a page in a known charset, one in an odd one, one that is not stored."""
    job_id = new_job(service, ["example.com", "example.net", "example.org"], config={"store_html": True})
    one, two, three = claim(service.database)
    odd = stored(two, HTML, charset='x"\r\nX-Evil: 1')
    settle(service.database, stored(one, HTML, charset="windows-1252"), odd)
    settle(service.database, completed(three))
    return job_id


def test_the_html_comes_as_a_file_byte_for_byte(client: TestClient, job_id: int) -> None:
    answer = client.get("/api/reports/1/html")
    assert (answer.status_code, answer.content) == (200, HTML)
    shown = {name: answer.headers[name] for name in ("content-type", "x-content-type-options", "cache-control")}
    assert shown == {
        "content-type": "text/plain; charset=windows-1252",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["content-disposition"].startswith('attachment; filename="example.com-1.html"')
    odd = client.get("/api/reports/2/html")
    assert (odd.headers["content-type"], odd.content) == ("application/octet-stream", HTML)
    assert "x-evil" not in odd.headers


@pytest.mark.parametrize(("report_id", "detail"), [(3, "did not ask for it"), (99, "There is no report 99")])
def test_html_that_is_not_stored_is_a_problem(client: TestClient, job_id: int, report_id: int, detail: str) -> None:
    answer = client.get(f"/api/reports/{report_id}/html")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert detail in answer.json()["detail"]


def test_a_job_is_extracted_again(client: TestClient, service: JobService, job_id: int) -> None:
    question: dict[str, Any] = {"name": "Bread", "kind": "text", "expression": "pan"}
    body = {"name": "Again", "config": {"questions": [question]}}
    answer = client.post(f"/api/jobs/{job_id}/extract-again", json=body, headers={"Idempotency-Key": "once"})
    job = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/jobs/{job['id']}")
    assert (job["name"], job["origin"], job["total_steps"], job["rejected"]) == ("Again", "api", 2, [])
    assert job["config"]["questions"] == [{**question, "over": "text"}]
    assert job["config"]["store_html"] is True
    twice = client.post(f"/api/jobs/{job_id}/extract-again", json=body, headers={"Idempotency-Key": "once"})
    assert (twice.json(), twice.headers["idempotent-replayed"]) == (job, "true")
    settle(service.database, *map(stored, claim(service.database)))
    steps = client.get(f"/api/jobs/{job['id']}/steps").json()["items"]
    assert [step["source_report_id"] for step in steps] == [1, 2]
    report = client.get(f"/api/reports/{steps[0]['result_data']['report_id']}").json()
    assert report["source_report_id"] == 1
    lines = client.get(f"/api/jobs/{job['id']}/export?format=ndjson").text.splitlines()
    assert [json.loads(line)["source_report_id"] for line in lines] == [1, 2]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"steps": [3]}, 409, "None of the named steps"),
        ({"steps": []}, 422, "steps"),
        ({"config": {"reuse_days": 3}}, 422, "reuse_days"),
        ({"config": {"no_such": 3}}, 422, "config.no_such"),
        ({"domains": ["example.com"]}, 422, "domains"),
    ],
)
def test_what_cannot_be_extracted_again_is_a_problem(
    client: TestClient, job_id: int, body: dict[str, Any], status: int, detail: str
) -> None:
    answer = client.post(f"/api/jobs/{job_id}/extract-again", json=body)
    assert (answer.status_code, detail in answer.text) == (status, True), answer.text
    assert client.post("/api/jobs/99/extract-again").status_code == 404


def test_a_deletion_tells_the_pages_that_go_with_it(client: TestClient, job_id: int) -> None:
    assert client.delete(f"/api/jobs/{job_id}").json()["stored_pages"] == 1
