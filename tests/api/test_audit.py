"""Every call that changes something leaves one event, signed; what changes nothing leaves none."""

from typing import Any

from starlette.testclient import TestClient

from core import queries
from core.job_service import JobService
from core.queries.audit import EventFilter, EventRow
from tests.story import claim, failed, flagged, new_job, settle, stored

WHO = {"Cookie": "lote_name=ana"}


def events(service: JobService) -> list[EventRow]:
    with service.database.reading() as session:
        return queries.audit.page(session, EventFilter(), limit=500).items


def ended(service: JobService) -> tuple[int, int]:
    """A job with a stored page, a flagged report and a failure; gives its id and that of the flagged report."""
    job_id = new_job(service, [f"{name}.example.com" for name in "abc"])
    first, second, third = claim(service.database)
    settle(service.database, stored(first), flagged(second, "thin_text"), failed(third))
    with service.database.reading() as session:
        steps = queries.steps.page(session, job_id).items
    return job_id, int(steps[1].report_id or 0)


def test_every_change_is_told_once(client: TestClient, service: JobService) -> None:
    done, report = ended(service)
    waiting = new_job(service, ["example.org"], start=False)
    spare = new_job(service, ["example.org"], start=False)
    token = client.post("/api/tokens", json={"name": "x", "owner": "ana"}).json()["id"]
    comment = service.add_comment(done, "ana", "x").id
    said: dict[str, Any] = {"author": "ana"}
    calls: dict[str, tuple[str, str, Any, str]] = {
        "create_batch_scraping_job": ("POST", "jobs/batch-scraping", {"domains": ["example.com"]}, "job.created"),
        "create_single_scraping_job": ("POST", "jobs/single-scraping", {"domain": "example.com"}, "job.created"),
        "extract_again": ("POST", f"jobs/{done}/extract-again", None, "job.created"),
        "add_lines": ("POST", f"jobs/{waiting}/lines", {"domains": ["example.net"]}, "job.extended"),
        "update_job": ("PATCH", f"jobs/{waiting}", {"priority": 3}, "job.edited"),
        "start_job": ("POST", f"jobs/{waiting}/start", None, "job.started"),
        "pause_job": ("POST", f"jobs/{waiting}/pause", None, "job.paused"),
        "resume_job": ("POST", f"jobs/{waiting}/resume", None, "job.resumed"),
        "cancel_job": ("POST", f"jobs/{waiting}/cancel", None, "job.cancelled"),
        "retry_job": ("POST", f"jobs/{waiting}/retry", {"states": ["cancelled"]}, "job.retried"),
        "add_comment": ("POST", "comments/job", {**said, "job_id": done, "body": "x"}, "job.commented"),
        "edit_comment": ("PATCH", f"comments/{comment}", {**said, "body": "y"}, "job.comment_edited"),
        "delete_comment": ("DELETE", f"comments/{comment}?author=ana", None, "job.comment_deleted"),
        "check_report": ("POST", f"reports/{report}/check", said, "job.report_checked"),
        "uncheck_report": ("DELETE", f"reports/{report}/check", None, "job.report_unchecked"),
        "delete_job": ("DELETE", f"jobs/{spare}", None, "job.deleted"),
        "create_token": ("POST", "tokens", {"name": "y"}, "token.created"),
        "forget_domain": ("POST", "forget", {"domain": "c.example.com"}, "data.forgotten"),
        "revoke_token": ("DELETE", f"tokens/{token}", None, "token.revoked"),
    }
    schema = client.get("/api/openapi.json").json()
    changing = {
        operation["operationId"]
        for path in schema["paths"].values()
        for method, operation in path.items()
        if method != "get"
    }
    assert changing == calls.keys()
    for name, (method, path, body, action) in calls.items():
        before = len(events(service))
        answer = client.request(method, f"/api/{path}", json=body, headers=WHO)
        assert answer.is_success, (name, answer.text)
        new = events(service)[: len(events(service)) - before]
        assert [(event.action, event.actor) for event in new] == [(action, "ana")], name


def test_what_changes_nothing_is_not_told(client: TestClient, service: JobService) -> None:
    done, report = ended(service)
    before = len(events(service))
    for method, path, body in (
        ("PATCH", f"jobs/{done}", {"priority": 0}),
        ("DELETE", f"reports/{report}/check", None),
        ("POST", f"jobs/{done}/cancel", None),
        ("POST", f"jobs/{done}/lines", {"domains": ["example.net"]}),
        ("POST", "jobs/batch-scraping", {"domains": ["-"]}),
        ("DELETE", "tokens/99", None),
    ):
        client.request(method, f"/api/{path}", json=body, headers=WHO)
    key = {"Idempotency-Key": "k", **WHO}
    for _twice in range(2):
        client.post("/api/jobs/batch-scraping", json={"domains": ["example.com"]}, headers=key)
    assert len(events(service)) == before + 1
