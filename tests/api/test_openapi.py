"""The documentation: a valid schema that answers agree with, shown without anything from outside."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient


@pytest.fixture
def schema(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/api/openapi.json").json())


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in schema["paths"].values() for operation in path.values()]


def test_every_reference_leads_somewhere_and_every_shape_is_a_schema(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    for reference in re.findall(r"'\$ref': '([^']*)'", str(schema)):
        assert reference.removeprefix("#/components/schemas/") in shapes
    for shape in shapes.values():
        Draft202012Validator.check_schema(shape)
    assert schema["servers"] == [{"url": "/api"}]


def test_every_operation_is_named_grouped_and_explained(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(schema)]
    assert len(names) == len(set(names)) == 38
    assert all(operation["tags"] and operation["description"] for operation in operations(schema))
    assert "create_batch_scraping_job" in names


def test_errors_are_documented_as_problems(schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        for status, response in operation["responses"].items():
            if status.startswith("2") or operation["tags"] == ["health"]:
                continue
            assert list(response["content"]) == ["application/problem+json"], (operation["operationId"], status)
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_every_operation_says_what_it_needs_and_how_it_is_refused(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for operation in operations(schema):
        if operation["tags"] == ["health"]:
            assert "security" not in operation
            continue
        assert operation["security"] == [{"token": []}, {"login": []}]
        assert {"401", "403", "429"} <= operation["responses"].keys()
        assert re.search(
            r"Needs the role (viewer|analyst|admin) \(scope (read|write|admin)\)", operation["description"]
        )


def test_no_internal_name_is_shown(schema: dict[str, Any]) -> None:
    names = " ".join(schema["components"]["schemas"])
    assert not re.search(r"Row|Page|_", names)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/jobs", "/jobs"),
        ("/jobs/{id}", "/jobs/{job_id}"),
        ("/jobs/{id}/steps", "/jobs/{job_id}/steps"),
        ("/jobs/{id}/lines", "/jobs/{job_id}/lines"),
        ("/jobs/{id}/steps/1/attempts", "/jobs/{job_id}/steps/{step_number}/attempts"),
        ("/jobs/stats/summary", "/jobs/stats/summary"),
        ("/reports", "/reports"),
        ("/reports/{report_id}", "/reports/{report_id}"),
        ("/comments/job/{id}", "/comments/job/{job_id}"),
        ("/health", "/health"),
        ("/health/live", "/health/live"),
        ("/health/ready", "/health/ready"),
    ],
)
def test_answers_are_as_documented(
    client: TestClient, finished: dict[str, Any], schema: dict[str, Any], path: str, template: str
) -> None:
    answer = client.get("/api" + path.format(**finished))
    assert answer.status_code == 200
    shape = schema["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**shape, "components": schema["components"]}).validate(answer.json())


def test_a_problem_is_as_documented(client: TestClient, schema: dict[str, Any]) -> None:
    shape = {"$ref": "#/components/schemas/Problem", "components": schema["components"]}
    Draft202012Validator(shape).validate(client.get("/api/jobs?limit=x").json())


def test_the_documentation_needs_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert "//" not in "".join(addresses)
    for address in addresses:
        assert client.get(address).status_code == 200
    assert '"validatorUrl": null' in page.text
    assert client.get("/api/").url.path == "/api/docs"


def test_the_javascript_client_is_a_module(client: TestClient) -> None:
    answer = client.get("/api/client/job-manager.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "export class JobManager" in answer.text
