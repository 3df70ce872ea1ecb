"""No route answers 5xx, whatever is sent to it; on both databases."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.api import create_api
from core.job_service import JobService
from core.settings import Settings

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**65)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["example.com", "failed", "timeout", "a\x00b", "1", "' OR 1=1 --", "%", "٣"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = ["domains", "domain", "name", "description", "priority", "config", "start", "created_by", "states", "steps"]
FIELDS += ["error_kind", "overrides", "job_id", "body", "author", "concurrency", "user_agent", "nonsense"]
BODIES = VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)
JSON = {"Content-Type": "application/json"}
NOUNS = st.sampled_from(["jobs", "reports", "comments", "job", "steps", "lines", "attempts", "export", "retry"])
IDS = st.sampled_from(["1", "2", "0", "-1", str(2**63 - 1), str(2**64), "x", "%00", "start", "stats", "summary"])
NAMES = st.sampled_from(["status", "q", "limit", "cursor", "domain", "job_id", "author", "created_by", "verdict", "x"])
QUERIES = st.dictionaries(NAMES, st.text(max_size=12) | st.sampled_from(["a\x00b", "9" * 30, "MQ", "1"]), max_size=3)

SMALL = settings(
    max_examples=50, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def garbage_client(database_url: str, tmp_path: Any) -> Iterator[TestClient]:
    service = JobService.open(Settings.load(database_url=database_url, data_dir=tmp_path))
    job = service.create_batch_scraping_job(["example.com"]).job
    service.add_comment(job.id, "ana", "x")
    yield TestClient(create_api(service, lambda: {"status": "ok"}), raise_server_exceptions=True)
    service.close()


@SMALL
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    path=st.lists(NOUNS | IDS, min_size=1, max_size=4),
    query=QUERIES,
    body=BODIES,
)
def test_no_request_breaks_a_route(
    garbage_client: TestClient, method: str, path: list[str], query: dict[str, str], body: Any
) -> None:
    answer = garbage_client.request(method, "/" + "/".join(path), params=query, content=json.dumps(body), headers=JSON)
    assert answer.status_code < 500


@SMALL
@given(
    call=st.sampled_from(
        [
            ("POST", "/jobs/batch-scraping"),
            ("POST", "/jobs/single-scraping"),
            ("PATCH", "/jobs/1"),
            ("POST", "/jobs/1/retry"),
            ("POST", "/comments/job"),
            ("PATCH", "/comments/1"),
        ]
    ),
    body=BODIES,
)
def test_no_body_breaks_a_route(garbage_client: TestClient, call: tuple[str, str], body: Any) -> None:
    assert garbage_client.request(*call, content=json.dumps(body), headers=JSON).status_code < 500


@SMALL
@given(
    path=st.sampled_from(["/jobs", "/jobs/1/steps", "/jobs/1/lines", "/reports", "/comments/job/1", "/jobs/1/export"]),
    query=QUERIES,
)
def test_no_filter_breaks_a_list(garbage_client: TestClient, path: str, query: dict[str, str]) -> None:
    assert garbage_client.get(path, params=query).status_code < 500
