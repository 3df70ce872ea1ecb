"""Flags over HTTP: counted, filtered by, checked by hand."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from core.job_service import JobService
from tests.story import claim, completed, flagged, new_job, settle


@pytest.fixture
def job_id(service: JobService) -> int:
    """A finished job: a good report and two flagged ones, whose ids are 2 and 3."""
    job_id = new_job(service, ["example.com", "example.net", "example.org"])
    first, second, third = claim(service.database)
    settle(service.database, completed(first), flagged(second, "thin_text"), flagged(third, "parked", "thin_text"))
    return job_id


def test_jobs_and_totals_count_flagged_steps(client: TestClient, job_id: int) -> None:
    job = client.get(f"/api/jobs/{job_id}").json()
    assert (job["completed_steps"], job["flagged_steps"], job["unchecked_steps"]) == (3, 2, 2)
    [listed] = client.get("/api/jobs").json()["items"]
    assert listed == job
    assert client.get("/api/jobs/stats/summary").json()["flagged_steps"] == 2
    assert client.get("/api/reports/3").json()["flag_count"] == 2


@pytest.mark.parametrize(
    ("flag", "shown"), [("any", [2, 3]), ("unchecked", [2, 3]), ("parked", [3]), ("js_only", []), ("", [1, 2, 3])]
)
def test_steps_are_filtered_by_flag(client: TestClient, job_id: int, flag: str, shown: list[int]) -> None:
    steps = client.get(f"/api/jobs/{job_id}/steps", params={"flag": flag}).json()
    assert ([step["step_number"] for step in steps["items"]], steps["total"]) == (shown, len(shown))


def test_an_unknown_flag_is_told_with_those_that_there_are(client: TestClient, job_id: int) -> None:
    answer = client.get(f"/api/jobs/{job_id}/steps", params={"flag": "bad"})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["field"] == "flag"
    assert "'any', 'unchecked', 'parked'" in fault["detail"]


def test_a_report_is_checked_and_the_check_is_taken_back(client: TestClient, job_id: int) -> None:
    check = {"author": "ana", "note": "<b>Small</b>, but theirs."}
    report = client.post("/api/reports/2/check", json=check).json()
    assert (report["checked_by"], report["checked_note"]) == ("ana", "<b>Small</b>, but theirs.")
    assert report["checked_at"].endswith("Z")
    assert client.post("/api/reports/2/check", json=check).json() == report == client.get("/api/reports/2").json()
    again = client.post("/api/reports/2/check", json={"author": "bea"})
    assert (again.status_code, again.json()["type"]) == (409, "/api/docs#conflict")
    assert "ana has checked" in again.json()["detail"]
    unchecked = client.get(f"/api/jobs/{job_id}/steps", params={"flag": "unchecked"}).json()
    assert [step["step_number"] for step in unchecked["items"]] == [3]
    exported = client.get(f"/api/jobs/{job_id}/export", params={"format": "json", "rows": "steps"}).json()
    assert [row["checked_by"] for row in exported["rows"]] == [None, "ana", None]
    assert [row["flag_count"] for row in exported["rows"]] == [0, 1, 2]
    for _tab in range(2):
        taken_back = client.delete("/api/reports/2/check")
        assert (taken_back.status_code, taken_back.json()["checked_at"]) == (200, None)


@pytest.mark.parametrize(
    ("report_id", "body", "status"),
    [
        (1, {"author": "ana"}, 409),
        (99, {"author": "ana"}, 404),
        (2**63, {"author": "ana"}, 422),
        (2, {}, 422),
        (2, {"author": ""}, 422),
        (2, {"author": " "}, 422),
        (2, {"author": "ana", "note": None}, 422),
        (2, {"author": "ana", "note": "x" * 1_001}, 422),
        (2, {"author": "ana", "checked_at": "2026-01-01"}, 422),
    ],
)
def test_a_wrong_check_is_a_problem(
    client: TestClient, job_id: int, report_id: int, body: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/api/reports/{report_id}/check", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert client.get("/api/reports/2").json()["checked_at"] is None


def test_another_site_can_neither_check_nor_take_back(client: TestClient, job_id: int) -> None:
    client.post("/api/reports/2/check", json={"author": "ana"})
    elsewhere = {"Origin": "http://evil.test"}
    assert client.post("/api/reports/3/check", json={"author": "ana"}, headers=elsewhere).status_code == 403
    assert client.delete("/api/reports/2/check", headers=elsewhere).status_code == 403
    assert client.get("/api/reports/2").json()["checked_by"] == "ana"
