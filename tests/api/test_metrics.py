"""What Prometheus scrapes: right by its own parser, few series, the same from every process, kept over deletions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from core import __version__
from core.api import create_api
from core.api.exposition import OF_PROCESS
from core.job_service import JobService
from tests.story import claim, completed, engine_lives, failed, flagged, new_job, settle

MOST_SERIES = 150


@pytest.fixture
def job_id(service: JobService) -> int:
    """Two good steps, a flagged one, one that failed after a retry."""
    job_id = new_job(service, ["example.com", "example.net", "example.org", "example.es"], created_by="ana")
    first, second, third, fourth = claim(service.database)
    settle(service.database, completed(first), completed(second), flagged(third, "parked"), failed(fourth, retry_in=0))
    settle(service.database, *map(failed, claim(service.database)))
    return job_id


def series(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f"{{{name}={value}}}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(client: TestClient) -> dict[str, float]:
    answer = client.get("/api/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return series(answer.text)


def test_the_figures_are_told(client: TestClient, job_id: int, service: JobService) -> None:
    engine_lives(service.database)
    found = scrape(client)
    assert found["lote_steps_total{status=completed}"] == 3
    assert found["lote_steps_total{status=failed}"] == 1
    assert found["lote_flagged_steps_total"] == 1
    assert found["lote_step_failures_total{error_kind=timeout}"] == 1
    assert found["lote_step_failures_total{error_kind=dns}"] == 0
    assert found["lote_attempts_total{outcome=failed}"] == 2
    assert found["lote_step_duration_seconds_count"] == found["lote_step_duration_seconds_bucket{le=+Inf}"] == 4
    assert found["lote_step_duration_seconds_bucket{le=300.0}"] == 4
    assert found["lote_jobs{status=completed}"] == 1
    assert (found["lote_engines"], found["lote_queue_age_seconds"], found["lote_engine_up"]) == (1, 0, 1)
    assert found["lote_database_size_bytes"] > 0
    assert found["lote_disk_free_bytes"] > 0
    assert found[f"lote_build_info{{version={__version__}}}"] == 1
    assert found["process_resident_memory_bytes"] > 0


def test_openmetrics_is_told_to_who_accepts_it(client: TestClient, job_id: int) -> None:
    answer = client.get("/api/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    families = list(openmetrics_parser.text_string_to_metric_families(answer.text))
    assert {family.name: family.type for family in families if family.name.startswith("lote_step")} == {
        "lote_steps": "counter",
        "lote_step_failures": "counter",
        "lote_step_duration_seconds": "histogram",
    }


def test_there_are_few_series_whatever_is_scraped(client: TestClient, job_id: int) -> None:
    found = scrape(client)
    assert len(found) < MOST_SERIES
    assert not any(word in name for name in found for word in ("example", "ana", "parked"))


@pytest.fixture
def other(service: JobService) -> Iterator[TestClient]:
    """A second process on the same database, whose engine does not work."""
    again = JobService.open(service.settings)
    api = create_api(again, lambda: {"status": "down"})
    yield TestClient(api, base_url="http://localhost")
    again.close()


def test_another_process_tells_the_same_also_of_deleted_jobs(
    client: TestClient, other: TestClient, job_id: int, service: JobService
) -> None:
    before = scrape(client)
    service.delete_job(job_id)
    answer = other.get("/metrics")
    after = series(answer.text)
    assert after["lote_engine_up"] == 0
    assert after["lote_jobs{status=completed}"] == 0
    counters = {name for name in before if "_total" in name or "_duration_" in name}
    shared = {name for name in counters if not name.startswith(OF_PROCESS)}
    assert len(shared) > 40
    assert {name: after[name] for name in shared} == {name: before[name] for name in shared}


def test_a_database_that_does_not_answer_is_a_problem(client: TestClient, tmp_path: Path) -> None:
    scrape(client)
    (tmp_path / "lote.db").rename(tmp_path / "away.db")
    answer = client.get("/api/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    (tmp_path / "away.db").rename(tmp_path / "lote.db")
    scrape(client)
