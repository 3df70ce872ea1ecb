"""Steps, attempts, lines, comments, reports and exports over HTTP."""

import io
import json
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient


def test_steps_come_by_number_and_filtered(client: TestClient, finished: dict[str, Any]) -> None:
    url = f"/api/jobs/{finished['id']}/steps"
    steps = client.get(url).json()
    assert [step["step_number"] for step in steps["items"]] == [1, 2, 3]
    assert steps["items"][0]["result_data"] == {"report_id": finished["report_id"]}
    assert client.get(url, params={"status": "failed"}).json()["total"] == 2
    assert client.get(url, params={"error_kind": "timeout", "limit": 1}).json()["next_cursor"]
    assert client.get(url, params={"error_kind": "dns"}).json()["items"] == []
    for wrong in ({"status": "paused"}, {"error_kind": "bad"}, {"limit": "501"}):
        assert client.get(url, params=wrong).status_code == 422


def test_a_step_has_its_history(client: TestClient, finished: dict[str, Any]) -> None:
    url = f"/api/jobs/{finished['id']}/steps"
    attempts = client.get(f"{url}/1/attempts").json()
    assert (attempts["total"], attempts["next_cursor"]) == (1, None)
    [attempt] = attempts["items"]
    assert (attempt["number"], attempt["outcome"], attempt["http_status"]) == (1, "completed", 200)
    assert attempt["started_at"] == "2026-03-04T05:06:07Z"
    assert client.get(f"{url}/9/attempts").status_code == 404
    assert client.get(f"{url}/{2**63}/attempts").status_code == 422


def test_lines_are_the_list_as_given(client: TestClient) -> None:
    domains = ["EXAMPLE.com", "exmaple", "example.com"]
    job = client.post("/api/jobs/batch-scraping", json={"domains": domains}).json()
    url = f"/api/jobs/{job['id']}/lines"
    lines = client.get(url).json()["items"]
    assert [line["input"] for line in lines] == domains
    assert [line["verdict"] for line in lines] == ["corrected", "rejected", "duplicate"]
    assert client.get(url, params={"verdict": "rejected"}).json()["total"] == 1
    assert client.get(url, params={"verdict": "bad"}).status_code == 422


def test_comments_are_written_edited_and_deleted_by_their_author(client: TestClient, job: dict[str, Any]) -> None:
    new = {"job_id": job["id"], "author": "ana", "body": "<b>First</b>"}
    assert client.post("/api/comments/job", json={"job_id": job["id"], "body": "Whose?"}).status_code == 422
    answer = client.post("/api/comments/job", json=new)
    assert answer.status_code == 201
    comment = answer.json()
    assert (comment["author"], comment["body"], comment["edited_at"]) == ("ana", "<b>First</b>", None)
    url = f"/api/comments/{comment['id']}"
    assert client.patch(url, json={"author": "bea", "body": "Mine"}).status_code == 409
    edited = client.patch(url, json={"author": "ana", "body": "Second"}).json()
    assert (edited["body"], edited["edited_at"] is not None) == ("Second", True)
    assert client.get(f"/api/comments/job/{job['id']}").json()["items"] == [edited]
    assert client.delete(url).status_code == 422
    assert client.delete(url, params={"author": "bea"}).status_code == 409
    deleted = client.delete(url, params={"author": "ana"})
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.delete(url, params={"author": "ana"}).status_code == 404


@pytest.mark.parametrize(
    "change", [{"body": ""}, {"body": "  "}, {"author": ""}, {"author": None}, {"body": "x" * 10_001}]
)
def test_a_wrong_comment_is_refused(client: TestClient, job: dict[str, Any], change: dict[str, Any]) -> None:
    comment = {"job_id": job["id"], "author": "ana", "body": "x"}
    assert client.post("/api/comments/job", json={**comment, **change}).status_code == 422


def test_comments_need_a_job(client: TestClient) -> None:
    comment = {"job_id": 7, "author": "ana", "body": "x"}
    assert client.post("/api/comments/job", json=comment).status_code == 404
    assert client.post("/api/comments/job", json={**comment, "job_id": 2**63}).status_code == 422
    assert client.get("/api/comments/job/7").status_code == 404


def test_one_report_has_its_text_and_the_list_has_none(client: TestClient, finished: dict[str, Any]) -> None:
    report = client.get(f"/api/reports/{finished['report_id']}").json()
    assert (report["title"], report["text"], report["fetched_at"]) == (
        "Example Domain", "The whole text", "2026-03-04T05:06:07Z",
    )  # fmt: skip
    [listed] = client.get("/api/reports").json()["items"]
    assert listed == {key: value for key, value in report.items() if key != "text"}
    assert client.get("/api/reports/99").status_code == 404


def test_reports_are_filtered(client: TestClient, finished: dict[str, Any]) -> None:
    def total(**filters: object) -> int:
        return int(client.get("/api/reports", params=filters).json()["total"])

    assert (total(domain="example.com"), total(domain="example.org")) == (1, 0)
    assert (total(q="example dom"), total(q="%"), total(q="\x00")) == (1, 0, 0)
    assert total(job_id=finished["id"]) == 1
    assert client.get("/api/reports", params={"job_id": 99}).status_code == 404
    assert client.get("/api/reports", params={"job_id": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("format", "media_type", "begins"),
    [
        ("csv", "text/csv; charset=utf-8", b""),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("json", "application/json", b""),
        ("ndjson", "application/x-ndjson", b"{"),
        ("parquet", "application/vnd.apache.parquet", b"PAR1"),
    ],
)
def test_a_job_is_exported(
    client: TestClient, finished: dict[str, Any], format: str, media_type: str, begins: bytes
) -> None:
    answer = client.get(f"/api/jobs/{finished['id']}/export", params={"format": format})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert f".{format}" in disposition
    assert answer.content.startswith(begins)
    if format in {"csv", "json", "ndjson"}:
        assert "example.com" in answer.text


def test_an_export_says_whether_it_is_partial(client: TestClient, job: dict[str, Any]) -> None:
    url = f"/api/jobs/{job['id']}/export"
    client.post(f"/api/jobs/{job['id']}/start")
    assert client.get(url, params={"format": "ndjson", "rows": "steps"}).headers["lote-partial"] == "true"
    client.post(f"/api/jobs/{job['id']}/cancel")
    answer = client.get(url, params={"format": "ndjson", "rows": "steps"})
    assert answer.headers["lote-partial"] == "false"
    assert len([json.loads(line) for line in answer.text.splitlines()]) == 3


def test_a_wrong_export_is_refused(client: TestClient, job: dict[str, Any]) -> None:
    for wrong in ({"format": "pdf"}, {"rows": "reports"}, {"colour": "red"}):
        answer = client.get(f"/api/jobs/{job['id']}/export", params=wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == next(iter(wrong))


def test_a_csv_has_the_chosen_separator_and_language(client: TestClient, finished: dict[str, Any]) -> None:
    url = f"/api/jobs/{finished['id']}/export"
    for given, used in ((",", ","), (";", ";"), ("tab", "\t")):
        answer = client.get(url, params={"format": "csv", "separator": given})
        assert f"line{used}input{used}target" in answer.text.splitlines()[0]
    assert client.get(url, params={"separator": "|"}).status_code == 422
    about = [
        openpyxl.load_workbook(io.BytesIO(client.get(url, params={"format": "xlsx", **asked}).content)).worksheets[1]
        for asked in ({"language": "en"}, {"language": "es"})
    ]
    assert [(sheet.title, sheet["B3"].value) for sheet in about] == [
        ("About", "Completed"),
        ("Acerca de", "Completado"),
    ]
    assert client.get(url, params={"language": "fr"}).status_code == 422
