"""How a job goes and what its steps wait for, through the API."""

from datetime import UTC, datetime

from starlette.testclient import TestClient

from core.job_service import JobService
from tests.story import claim, completed, failed, later, new_job, settle


def test_a_running_job_tells_pace_range_and_slowest_hosts(client: TestClient, service: JobService) -> None:
    job_id, now = (
        new_job(service, [f"h{n}.example.com" for n in range(40)], config={"concurrency": 8}),
        datetime.now(UTC),
    )
    for _ in range(3):
        claims = claim(service.database, now=now)
        now = later(5, now)
        settle(service.database, *(completed(one) for one in claims), now=now)
    told = client.get(f"/api/jobs/{job_id}/progress").json()
    assert told.keys() == {"steps_per_minute", "seconds_left", "slowest_hosts"}
    assert told["steps_per_minute"] > 0
    assert 0 < told["seconds_left"]["low"] < told["seconds_left"]["high"]
    assert len(told["slowest_hosts"]) == 5
    first = told["slowest_hosts"][0]
    assert first == {"host": first["host"], "seconds": 5.0, "attempts": 1, "waiting_steps": 0, "error_kind": None}


def test_a_job_that_does_not_run_has_no_range(client: TestClient, service: JobService) -> None:
    nothing = {"steps_per_minute": 0.0, "seconds_left": None, "slowest_hosts": []}
    job_id = new_job(service, ["example.com"], start=False)
    assert client.get(f"/api/jobs/{job_id}/progress").json() == nothing
    assert client.get("/api/jobs/999/progress").status_code == 404
    assert client.get("/api/jobs/x/progress").status_code == 422


def test_steps_tell_what_they_wait_for(client: TestClient, service: JobService) -> None:
    job_id, now = new_job(service, ["example.com/1", "example.com/2", "example.org"]), datetime.now(UTC)
    first, other = claim(service.database, now=now)
    settle(service.database, failed(other, retry_in=600), now=now)
    steps = client.get(f"/api/jobs/{job_id}/steps").json()["items"]
    assert [(step["status"], step["waits_for"]) for step in steps] == [
        ("running", None),
        ("pending", "visit"),
        ("pending", "retry"),
    ]
    assert steps[1]["waits_until"] is None
    assert steps[2]["waits_until"] == steps[2]["next_attempt_at"]
    assert first.target == "example.com/1"
