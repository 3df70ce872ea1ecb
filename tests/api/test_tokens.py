"""Tokens and the audit log over the API."""

import io
import json
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from core import actor, queries, secret
from core.actor import Actor, Means, Role
from core.errors import Forbidden
from core.job_service import JobService
from tests.api.test_problems import problem_of

FORMULA = '=HYPERLINK("http://evil.example")'


def created(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/tokens", json={"name": "CI", "owner": "ana", **body})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def test_a_token_is_created_listed_without_its_secret_and_revoked(client: TestClient) -> None:
    made = created(client, scope="admin", days=None)
    given = made.pop("token")
    assert secret.checked(given).startswith(made["hint"].rstrip("…"))
    assert (made["scope"], made["state"], made["expires_at"], made["owner"]) == ("admin", "active", None, "ana")
    answer = client.get("/api/tokens")
    assert answer.json() == {"items": [made], "next_cursor": None, "total": 1, "total_is_exact": True}
    headers = {"Authorization": f"Bearer {given}"}
    assert client.delete(f"/api/tokens/{made['id']}", headers=headers).json()["state"] == "revoked"
    problem_of(client.get("/api/tokens", headers=headers), 401, "unauthorized")
    assert client.get("/api/tokens?revoked=false").json()["items"] == []
    problem_of(client.delete("/api/tokens/7"), 404, "not-found")


def test_a_program_sees_its_owners_tokens_only(client: TestClient) -> None:
    read = {"Authorization": f"Bearer {created(client, owner='eva')['token']}"}
    created(client, owner="ana")
    assert [token["owner"] for token in client.get("/api/tokens", headers=read).json()["items"]] == ["eva"]
    problem_of(client.delete("/api/tokens/2", headers=read), 404, "not-found")
    problem_of(client.post("/api/tokens", json={"name": "x"}, headers=read), 403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x", "scope": "root"}, {"name": "x", "days": 0}, {"name": "x", "secret": "mine"}],
)
def test_what_cannot_be_a_token_is_invalid(client: TestClient, body: dict[str, Any]) -> None:
    problem_of(client.post("/api/tokens", json=body), 422, "invalid-input")


def test_a_token_needs_an_owner_which_may_be_the_name_of_the_browser(client: TestClient) -> None:
    problem_of(client.post("/api/tokens", json={"name": "x"}), 422, "invalid-input")
    answer = client.post("/api/tokens", json={"name": "x"}, headers={"Cookie": "lote_name=Jos%C3%A9"})
    assert answer.json()["owner"] == "José"


def test_who_did_what_is_told_newest_first(client: TestClient, service: JobService, job: dict[str, Any]) -> None:
    browser = {"Cookie": "lote_name=ana"}
    path = f"/api/jobs/{job['id']}"
    client.patch(path, json={"priority": 5, "config": {"concurrency": 8}}, headers=browser)
    client.patch(path, json={"priority": 5}, headers=browser)  # changes nothing
    client.post(f"{path}/start", headers=browser)
    client.post(f"{path}/pause", headers=browser)
    client.post(f"{path}/pause", headers=browser)  # a second click
    comment = client.post("/api/comments/job", json={"job_id": job["id"], "author": "eva", "body": "secret"}).json()
    client.delete(f"/api/comments/{comment['id']}", params={"author": "eva"})
    client.post(f"{path}/lines", json={"domains": ["example.info", "example.com"]}, headers=browser)
    client.post(f"{path}/cancel", headers=browser)
    client.delete(path, headers=browser)
    events = client.get("/api/audit-events", params={"job_id": job["id"]}).json()["items"]
    assert [(event["action"], event["actor"]) for event in reversed(events)] == [
        ("job.created", ""),
        ("job.edited", "ana"),
        ("job.started", "ana"),
        ("job.paused", "ana"),
        ("job.commented", "eva"),
        ("job.comment_deleted", "eva"),
        ("job.extended", "ana"),
        ("job.cancelled", "ana"),
        ("job.deleted", "ana"),
    ]
    assert {event["means"] for event in events} == {"local"}
    edited = events[-2]["details"]
    assert edited == {
        "before": {"priority": 0, "config.concurrency": 4},
        "after": {"priority": 5, "config.concurrency": 8},
    }
    assert events[1]["details"] == {"before": {"status": "paused"}, "after": {"status": "cancelled"}}
    assert events[0]["details"] | {"name": "Three", "steps": 4} == events[0]["details"]
    assert "secret" not in json.dumps(events)


def test_the_audit_log_is_filtered_and_paged(client: TestClient, job: dict[str, Any]) -> None:
    made = created(client, name="x")
    client.delete(f"/api/tokens/{made['id']}", headers={"Cookie": "lote_name=eva"})

    def actions(**filters: Any) -> list[str]:
        answer = client.get("/api/audit-events", params=filters)
        assert answer.status_code == 200, answer.text
        return [event["action"] for event in answer.json()["items"]]

    assert actions() == ["token.revoked", "token.created", "job.created"]
    assert actions(action="token") == ["token.revoked", "token.created"]
    assert actions(action="job.created") == ["job.created"]
    assert actions(actor="EV") == ["token.revoked"]
    assert actions(actor="%") == []
    assert actions(thing_id=made["id"], action="token.created") == ["token.created"]
    assert actions(until="2020-01-01T00:00:00Z") == []
    assert len(actions(since="2020-01-01T00:00:00+02:00")) == 3
    assert actions(since="0001-01-01T00:00:00+23:00", until="9999-12-31T23:59:59-23:00") == actions()
    page = client.get("/api/audit-events", params={"limit": 2}).json()
    rest = client.get("/api/audit-events", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [len(page["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]
    problem_of(client.get("/api/audit-events?since=2020-01-01T00:00:00"), 422, "invalid-input")


def test_the_audit_log_is_exported_without_formulas(client: TestClient, service: JobService) -> None:
    service.create_batch_scraping_job(["example.com"], FORMULA, created_by=FORMULA)
    answer = client.get("/api/audit-events/export")
    assert answer.headers["content-disposition"].startswith('attachment; filename="lote-audit-')
    header, row, *rest = answer.text.removeprefix("\ufeff").splitlines()
    assert header == "id,at,actor,means,token_id,action,thing,thing_id,details"
    assert "\"'=HYPERLINK(" in row
    assert not rest
    lines = client.get("/api/audit-events/export?format=ndjson").text.splitlines()
    assert [json.loads(line)["details"]["name"] for line in lines] == [FORMULA]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/api/audit-events/export?format=xlsx").content))
    cells = {cell.value: cell.data_type for cell in book["events"][2]}
    assert cells[FORMULA] == "s"
    assert client.get("/api/audit-events/export", params={"actor": "nobody"}).text.count("\n") == 1
    problem_of(client.get("/api/audit-events/export?format=parquet"), 422, "invalid-input")


def test_an_event_belongs_to_the_change_that_it_tells(service: JobService) -> None:
    job = service.create_batch_scraping_job(["example.com"]).job
    with actor.acting(Actor("vic", Role.VIEWER, Means.LOGIN)), pytest.raises(Forbidden):
        service.cancel_job(job.id)
    with service.database.reading() as session:
        events = queries.audit.page(session, queries.audit.EventFilter()).items
    assert [event.action for event in events] == ["job.created"]
