"""More targets for a job through the API: the answer, the refusals, a request that is sent twice."""

from typing import Any

from starlette.testclient import TestClient

from core.job_service import JobService


def add(client: TestClient, job_id: object, body: Any, **headers: str) -> Any:
    return client.post(f"/api/jobs/{job_id}/lines", json=body, headers=headers)


def test_the_answer_is_the_job_with_what_was_not_taken(client: TestClient, job: dict[str, Any]) -> None:
    answer = add(client, job["id"], {"domains": ["example.edu", "EXAMPLE.com", "no dot"]})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["id"], told["total_steps"], told["progress_percentage"]) == (job["id"], 4, 0.0)
    assert told["duplicates"] == [{"line": 5, "input": "EXAMPLE.com", "duplicate_of": 1}]
    assert [(line["line"], line["input"]) for line in told["rejected"]] == [(6, "no dot")]
    assert answer.headers["Location"] == f"/api/jobs/{job['id']}"
    lines = client.get(f"/api/jobs/{job['id']}/lines").json()["items"]
    assert [line["line"] for line in lines] == [1, 2, 3, 4, 5, 6]


def test_a_request_sent_twice_adds_once(client: TestClient, job: dict[str, Any]) -> None:
    body = {"domains": ["example.edu"]}
    first, second = (add(client, job["id"], body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.json(), second.headers["Idempotent-Replayed"]) == (second.json(), "true")
    assert client.get(f"/api/jobs/{job['id']}").json()["total_steps"] == 4
    other = add(client, job["id"], {"domains": ["example.info"]}, **{"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_refusals(client: TestClient, job: dict[str, Any], finished: dict[str, Any], service: JobService) -> None:
    ended = add(client, finished["id"], {"domains": ["example.edu"]})
    assert (ended.status_code, "create another job" in ended.json()["detail"]) == (409, True)
    for unknown, status in ((999, 404), (0, 404), ("x", 422)):
        assert add(client, unknown, {"domains": ["example.edu"]}).status_code == status
    open_job = service.create_batch_scraping_job(["example.com"]).job.id
    for body in ({"domains": []}, {"domains": ["example.com"]}, {}, {"domains": "example.edu"}, {"domains": [1]}):
        assert add(client, open_job, body).status_code == 422
    too_many = add(client, open_job, {"domains": [f"h{n}.example.com" for n in range(200)]})
    assert (too_many.status_code, "200 are allowed" in too_many.json()["detail"]) == (422, True)
    assert client.get(f"/api/jobs/{open_job}").json()["total_steps"] == 1


def test_reused_reports_are_told_by_steps_and_by_the_job(client: TestClient, finished: dict[str, Any]) -> None:
    body = {"domains": ["example.com", "example.edu"], "config": {"reuse_days": 365}}
    job = client.post("/api/jobs/batch-scraping", json=body).json()
    assert job["config"]["reuse_days"] == 365
    [reused, left] = client.get(f"/api/jobs/{job['id']}/steps").json()["items"]
    assert reused["result_data"] == {"report_id": finished["report_id"], "reused": True}
    assert (reused["status"], reused["attempts"], left["status"]) == ("completed", 0, "pending")
    reports = client.get("/api/reports", params={"job_id": job["id"]}).json()["items"]
    assert [(report["id"], report["job_id"]) for report in reports] == [(finished["report_id"], finished["id"])]
    gone = client.delete(f"/api/jobs/{finished['id']}").json()
    assert (gone["reports"], gone["kept_reports"]) == (0, 1)
    assert client.get(f"/api/reports/{finished['report_id']}").json()["job_id"] == job["id"]
    refused = client.post("/api/jobs/batch-scraping", json={"domains": ["a.com"], "config": {"reuse_days": 366}})
    assert refused.status_code == 422
