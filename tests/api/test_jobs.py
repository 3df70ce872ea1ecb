"""Creating, reading, changing and moving jobs over HTTP."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

BATCH, SINGLE = "/api/jobs/batch-scraping", "/api/jobs/single-scraping"
OF_A_JOB = [
    ("GET", ""),
    ("DELETE", ""),
    ("POST", "/start"),
    ("POST", "/pause"),
    ("POST", "/resume"),
    ("POST", "/cancel"),
    ("POST", "/retry"),
    ("GET", "/steps"),
    ("GET", "/steps/1/attempts"),
    ("GET", "/lines"),
    ("GET", "/export"),
]


def test_a_batch_says_what_was_not_taken(client: TestClient) -> None:
    domains = ["HTTPS://Example.COM./", "exmaple", "example.com", "example.org/blog"]
    answer = client.post(BATCH, json={"domains": domains, "name": "Mixed", "created_by": "ana", "priority": 3})
    assert answer.status_code == 201
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    assert (job["name"], job["created_by"], job["priority"], job["origin"]) == ("Mixed", "ana", 3, "api")
    assert (job["job_type"], job["status"], job["total_steps"]) == ("batch_scraping", "pending", 2)
    [rejected] = job["rejected"]
    assert (rejected["line"], rejected["input"], rejected["reason"]) == (2, "exmaple", "no_dot")
    assert "no dot" in rejected["message"]
    assert job["duplicates"] == [{"line": 3, "input": "example.com", "duplicate_of": 1}]


def test_a_batch_is_started_at_once_unless_told_otherwise(client: TestClient) -> None:
    started = client.post(BATCH, json={"domains": ["example.com"]}).json()
    waiting = client.post(BATCH, json={"domains": ["example.com"], "start": False}).json()
    assert started["queued_at"] is not None
    assert waiting["queued_at"] is None


def test_a_batch_without_a_name_gets_one(client: TestClient) -> None:
    assert client.post(BATCH, json={"domains": ["example.com"]}).json()["name"].startswith("Batch of 20")


def test_the_name_of_the_screens_signs_a_job_without_an_author(client: TestClient) -> None:
    client.cookies.set("lote_name", "Jos%C3%A9")
    assert client.post(BATCH, json={"domains": ["example.com"]}).json()["created_by"] == "José"
    assert client.post(BATCH, json={"domains": ["example.com"], "created_by": "ana"}).json()["created_by"] == "ana"


def test_times_are_utc_with_z(client: TestClient, job: dict[str, Any]) -> None:
    instant = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
    assert re.fullmatch(instant, job["created_at"])
    assert re.fullmatch(instant, client.get(f"/api/jobs/{job['id']}").json()["created_at"])


def test_a_single_target_is_a_job_too(client: TestClient) -> None:
    answer = client.post(SINGLE, json={"domain": "https://Example.com", "config": {"timeout_seconds": 60}})
    assert answer.status_code == 201
    job = answer.json()
    assert (job["job_type"], job["total_steps"], job["rejected"]) == ("single_scraping", 1, [])
    assert job["config"]["timeout_seconds"] == 60


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "domains"),
        ({"domains": "example.com"}, "domains"),
        ({"domains": [1]}, "domains.1"),
        ({"domains": []}, None),
        ({"domains": ["nonsense"]}, "domains.1"),
        ({"domains": ["example.com"], "priority": 11}, "priority"),
        ({"domains": ["example.com"], "priority": "5"}, "priority"),
        ({"domains": ["example.com"], "start": "yes"}, "start"),
        ({"domains": ["example.com"], "name": "x" * 201}, "name"),
        ({"domains": ["example.com"], "config": {"concurrency": 0}}, "config.concurrency"),
        ({"domains": ["example.com"], "config": {"concurrency": 10_000}}, "config.concurrency"),
        ({"domains": ["example.com"], "config": {"concurency": 4}}, "config.concurency"),
        ({"domains": ["example.com"], "config": []}, "config"),
        ({"domains": ["example.com"], "nmae": "x"}, "nmae"),
        ({"domains": [f"host{n}.example.com" for n in range(201)]}, "domains"),
        ([], ""),
        (None, ""),
        ("example.com", ""),
    ],
)
def test_a_wrong_batch_is_refused_with_the_field(client: TestClient, body: Any, field: str | None) -> None:
    answer = client.post(BATCH, json=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "/api/docs#invalid-input"
    assert problem["detail"]
    if field is not None:
        assert [fault["field"] for fault in problem["errors"]] == [field]
        assert all(fault["detail"] for fault in problem["errors"])
    assert client.get("/api/jobs").json()["total"] == 0


def test_jobs_are_listed_newest_first_page_by_page(client: TestClient) -> None:
    ids = [client.post(BATCH, json={"domains": ["example.com"]}).json()["id"] for _ in range(5)]
    first = client.get("/api/jobs", params={"limit": 3}).json()
    assert first.keys() == {"items", "next_cursor", "total", "total_is_exact"}
    assert (first["total"], first["total_is_exact"]) == (5, True)
    second = client.get("/api/jobs", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


def test_jobs_are_filtered(client: TestClient, finished: dict[str, Any]) -> None:
    other = {"domains": ["other.example.com"], "name": "Other", "created_by": "bea"}
    client.post(BATCH, json=other)
    client.post(SINGLE, json={"domain": "example.com", "name": "One"})

    def names(**filters: str) -> list[str]:
        return [job["name"] for job in client.get("/api/jobs", params=filters).json()["items"]]

    assert names(status="completed") == ["Three"]
    assert names(job_type="single_scraping") == ["One"]
    assert names(created_by="bea") == ["Other"]
    assert names(q="thr") == ["Three"]
    assert names(q="other.exa") == ["Other"]
    assert names(q="a\x00b") == []
    assert len(names(status="", job_type="", q="", created_by="", limit="", cursor="")) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "foo"),
        ("job_type", "foo"),
        ("limit", "501"),
        ("limit", "0"),
        ("limit", "ten"),
        ("limit", "9" * 5000),
        ("cursor", "!!"),
        ("cursor", "x" * 1000),
        ("q", "x" * 1000),
        ("state", "failed"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(client: TestClient, name: str, value: str) -> None:
    answer = client.get("/api/jobs", params={name: value})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [name]


@pytest.mark.parametrize("job_id", ["0", "-1", "999", str(2**63 - 1)])
def test_a_job_that_is_not_there_is_not_found(client: TestClient, job_id: str) -> None:
    for method, path in OF_A_JOB:
        answer = client.request(method, f"/api/jobs/{job_id}{path}")
        assert answer.status_code == 404, (method, path)
        assert job_id in answer.json()["detail"]


@pytest.mark.parametrize("job_id", ["abc", "1.5", str(2**63), "-" + "9" * 30, "9" * 5000, "%00", "1e3"])
def test_what_is_no_id_is_refused(client: TestClient, job_id: str) -> None:
    answer = client.get(f"/api/jobs/{job_id}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "job_id"


def test_everything_changes_before_the_start(client: TestClient, job: dict[str, Any]) -> None:
    change = {"name": "New", "description": "Why", "priority": -2, "config": {"timeout_seconds": 9}}
    changed = client.patch(f"/api/jobs/{job['id']}", json=change).json()
    assert (changed["name"], changed["description"], changed["priority"]) == ("New", "Why", -2)
    assert changed["config"] == {**job["config"], "timeout_seconds": 9}


def test_after_the_start_only_lanes_and_pause_of_the_config_change(client: TestClient, job: dict[str, Any]) -> None:
    client.post(f"/api/jobs/{job['id']}/start")
    answer = client.patch(f"/api/jobs/{job['id']}", json={"config": {"concurrency": 8, "interval_seconds": 0.5}})
    assert answer.status_code == 200
    assert (answer.json()["config"]["concurrency"], answer.json()["config"]["interval_seconds"]) == (8, 0.5)
    refused = client.patch(f"/api/jobs/{job['id']}", json={"config": {"timeout_seconds": 9}})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/api/docs#conflict"


def test_an_option_can_be_taken_back(client: TestClient, job: dict[str, Any]) -> None:
    url = f"/api/jobs/{job['id']}"
    assert client.patch(url, json={"config": {"user_agent": "Mine"}}).json()["config"]["user_agent"] == "Mine"
    assert client.patch(url, json={"config": {"user_agent": None}}).json()["config"]["user_agent"] is None


@pytest.mark.parametrize(
    "change", [{"status": "completed"}, {"config": {"concurrency": 0}}, {"priority": 11}, {"name": ""}]
)
def test_a_wrong_change_is_refused(client: TestClient, job: dict[str, Any], change: dict[str, Any]) -> None:
    assert client.patch(f"/api/jobs/{job['id']}", json=change).status_code == 422
    assert client.get(f"/api/jobs/{job['id']}").json()["name"] == "Three"


def test_an_empty_change_changes_nothing(client: TestClient, job: dict[str, Any]) -> None:
    answer = client.patch(f"/api/jobs/{job['id']}", json={})
    assert answer.status_code == 200
    assert answer.json() == {key: value for key, value in job.items() if key not in {"rejected", "duplicates"}}


def test_a_job_is_started_paused_resumed_and_cancelled(client: TestClient, job: dict[str, Any]) -> None:
    client.cookies.set("lote_name", "ana")
    url = f"/api/jobs/{job['id']}"
    assert client.post(f"{url}/start").json()["queued_at"]
    assert client.post(f"{url}/start").status_code == 200
    paused = client.post(f"{url}/pause").json()
    assert (paused["status"], paused["status_reason"]["by"]) == ("paused", "ana")
    assert client.post(f"{url}/resume").json()["status"] in {"pending", "running"}
    cancelled = client.post(f"{url}/cancel").json()
    assert (cancelled["status"], cancelled["cancelled_steps"]) == ("cancelled", 3)
    assert client.post(f"{url}/cancel").json() == cancelled
    refused = client.post(f"{url}/pause")
    assert refused.status_code == 409
    assert "cancelled" in refused.json()["detail"]


@pytest.mark.parametrize("move", ["start", "pause", "resume", "cancel"])
def test_a_finished_job_moves_no_more(client: TestClient, finished: dict[str, Any], move: str) -> None:
    url = f"/api/jobs/{finished['id']}"
    before = client.get(url).json()
    refused = client.post(f"{url}/{move}")
    assert refused.status_code == 409
    assert refused.json()["detail"].endswith("It is completed.")
    assert client.get(url).json() == before


def test_failed_steps_run_again_with_other_options(client: TestClient, finished: dict[str, Any]) -> None:
    url = f"/api/jobs/{finished['id']}"
    order = {"error_kind": "timeout", "steps": [2], "overrides": {"timeout_seconds": 60}}
    answer = client.post(f"{url}/retry", json=order)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["failed_steps"]) == ("pending", 1)
    [step] = client.get(f"{url}/steps", params={"status": "pending"}).json()["items"]
    assert (step["step_number"], step["overrides"]) == (2, {"timeout_seconds": 60})
    assert client.post(f"{url}/retry").status_code == 409


def test_retry_without_a_body_means_the_failed_ones(client: TestClient, finished: dict[str, Any]) -> None:
    answer = client.post(f"/api/jobs/{finished['id']}/retry")
    assert (answer.status_code, answer.json()["failed_steps"]) == (200, 0)


@pytest.mark.parametrize(
    "order",
    [
        {"states": ["running"]},
        {"states": []},
        {"states": "failed"},
        {"error_kind": "foo"},
        {"steps": [2**70]},
        {"steps": ["1"]},
        {"steps": list(range(1, 10_002))},
        {"overrides": {"timeout_seconds": 0}},
        {"overrides": {"nonsense": 1}},
        {"overrides": {"timeout_seconds": {"a": []}}},
        [],
    ],
)
def test_a_wrong_retry_is_refused(client: TestClient, finished: dict[str, Any], order: Any) -> None:
    assert client.post(f"/api/jobs/{finished['id']}/retry", json=order).status_code == 422


def test_a_job_is_deleted_with_what_belongs_to_it(client: TestClient, finished: dict[str, Any]) -> None:
    comment = {"job_id": finished["id"], "author": "ana", "body": "x"}
    assert client.post("/api/comments/job", json=comment).status_code == 201
    answer = client.delete(f"/api/jobs/{finished['id']}")
    assert answer.json() == {"lines": 3, "steps": 3, "reports": 1, "comments": 1, "kept_reports": 0, "stored_pages": 0}
    assert client.get(f"/api/jobs/{finished['id']}").status_code == 404


def test_an_active_job_cannot_be_deleted(client: TestClient, job: dict[str, Any]) -> None:
    client.post(f"/api/jobs/{job['id']}/start")
    assert client.delete(f"/api/jobs/{job['id']}").status_code == 409


def test_the_summary_counts_jobs_and_steps(client: TestClient, finished: dict[str, Any]) -> None:
    client.post(BATCH, json={"domains": ["example.com"]})
    summary = client.get("/api/jobs/stats/summary").json()
    assert (summary["total"], summary["completed"], summary["pending"], summary["active"]) == (2, 1, 1, 1)
    assert summary["steps"] == {"total": 4, "pending": 1, "running": 0, "completed": 1, "failed": 2, "cancelled": 0}
