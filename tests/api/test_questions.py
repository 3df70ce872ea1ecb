"""Questions and extra pages through the API: taken, told back, and refused with the place and the reason."""

from typing import Any

import pytest
from starlette.testclient import TestClient

BATCH = "/api/jobs/batch-scraping"
BREAD = {"name": "Bread", "kind": "text", "expression": "pan de"}


def create(client: TestClient, **config: Any) -> Any:
    return client.post(BATCH, json={"domains": ["example.com"], "start": False, "config": config})


def test_a_job_with_questions_tells_them_back_whole(client: TestClient) -> None:
    shop = {"name": " Shop ", "kind": "css", "expression": "a.shop::attr(href)"}
    answer = create(client, questions=[BREAD, shop], extra_pages=3)
    assert answer.status_code == 201, answer.text
    config = client.get(f"/api/jobs/{answer.json()['id']}").json()["config"]
    assert config["extra_pages"] == 3
    assert config["questions"] == [{**BREAD, "over": "text"}, {**shop, "name": "Shop", "over": "html"}]
    single = {"domain": "example.com", "start": False, "config": config}
    assert client.post("/api/jobs/single-scraping", json=single).json()["config"] == config, "what was told can be sent"


@pytest.mark.parametrize(
    ("config", "field", "told"),
    [
        ({"questions": [{**BREAD, "kind": "regex", "expression": "*"}]}, "questions.1.expression", "“Bread”"),
        ({"questions": [{**BREAD, "kind": "css", "expression": "a >"}]}, "questions.1.expression", "“Bread”"),
        ({"questions": [{**BREAD, "kind": "css", "over": "text"}]}, "questions.1.over", "over the HTML"),
        ({"questions": [{**BREAD, "expression": "a\x00b"}]}, "questions.1.expression", "not allowed"),
        ({"questions": [{**BREAD, "name": "a\nb"}]}, "questions.1.name", "not allowed"),
        ({"questions": [{**BREAD, "name": 1}]}, "questions.1.name", "must be a text"),
        ({"questions": [{**BREAD, "kind": None}]}, "questions.1.kind", "must be one of"),
        ({"questions": [BREAD, None]}, "questions.2", "must be an object"),
        ({"questions": [BREAD, BREAD]}, "questions", "two questions “Bread”"),
        ({"questions": {"Bread": BREAD}}, "questions", "must be a list"),
        ({"questions": [{}]}, "questions.1.name", "needed"),
        ({"extra_pages": 4}, "extra_pages", "3 or less"),
        ({"extra_pages": "1"}, "extra_pages", "whole number"),
        ({"extra_pages": 1, "reuse_days": 1}, "", "reuse none"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    client: TestClient, config: dict[str, Any], field: str, told: str
) -> None:
    answer = create(client, **config)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["field"] == ".".join(filter(None, ["config", field]))
    assert told in fault["detail"]
    assert client.get("/api/jobs").json()["total"] == 0


def test_a_question_with_a_lone_surrogate_is_refused_and_breaks_nothing(client: TestClient) -> None:
    question = b'{"name": "\\ud800", "kind": "text", "expression": "x"}'
    body = b'{"domains": ["example.com"], "config": {"questions": [' + question + b"]}}"
    assert client.post(BATCH, content=body, headers={"Content-Type": "application/json"}).status_code == 422


def test_questions_change_before_the_start_only(client: TestClient) -> None:
    job = create(client, questions=[BREAD]).json()
    path = f"/api/jobs/{job['id']}"
    other = {"config": {"questions": [{**BREAD, "name": "Milk"}], "extra_pages": 1}}
    assert client.patch(path, json=other).json()["config"]["questions"][0]["name"] == "Milk"
    client.post(f"{path}/start")
    refused = client.patch(path, json={"config": {"questions": []}})
    assert (refused.status_code, "questions" in refused.json()["detail"]) == (409, True)
    retried = client.post(f"{path}/retry", json={"overrides": {"questions": [BREAD]}})
    assert retried.status_code in (409, 422)


def test_a_report_has_its_answers_extra_pages_and_sources(client: TestClient, finished: dict[str, Any]) -> None:
    report = client.get(f"/api/reports/{finished['report_id']}").json()
    assert (report["answers"], report["extra_pages"], report["contact_sources"]) == ({}, [], {})
