"""The API as it is mounted in the app, on a real database."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.access import Access
from core.api import create_api
from core.job_service import JobService
from core.models import JOB_STEPS, JOBS, REPORT_TEXTS, REPORTS, STEP_ATTEMPTS
from core.settings import Settings

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file that is migrated already: copying it is quicker."""
    directory = tmp_path_factory.mktemp("migrated")
    JobService.open(Settings.load(data_dir=directory)).close()
    return directory / "lote.db"


@pytest.fixture
def service(tmp_path: Path, migrated: Path) -> Iterator[JobService]:
    """The use-cases on a fresh SQLite database; a job may have 200 steps."""
    shutil.copy(migrated, tmp_path / "lote.db")
    service = JobService.open(Settings.load(data_dir=tmp_path, max_steps_per_job=200))
    yield service
    service.close()


@pytest.fixture
def engine() -> dict[str, Any]:
    """What the engine says of itself; a test may change it."""
    return {"status": "ok"}


@pytest.fixture
def app(service: JobService, engine: dict[str, Any]) -> Starlette:
    api = create_api(service, lambda: engine)
    return Starlette(routes=[Mount("/api", api)], middleware=[Middleware(Access)])


@pytest.fixture
def client(app: Starlette) -> TestClient:
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000), raise_server_exceptions=False)


@pytest.fixture
def job(client: TestClient) -> dict[str, Any]:
    """A job of three targets that was not started."""
    domains = ["example.com", "example.org", "example.net/about"]
    answer = client.post("/api/jobs/batch-scraping", json={"domains": domains, "name": "Three", "start": False})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def finished(service: JobService, job: dict[str, Any]) -> dict[str, Any]:
    """The same job, ended: the first step completed with a report, the others failed."""
    with service.database.writing() as session:
        session.execute(
            sa.update(JOB_STEPS)
            .where(JOB_STEPS.c.job_id == job["id"])
            .values(status="failed", error_kind="timeout", error_message="Timed out", attempts=3, completed_at=NOW)
        )
        step_id = session.execute(
            sa.select(JOB_STEPS.c.id).where(JOB_STEPS.c.job_id == job["id"], JOB_STEPS.c.step_number == 1)
        ).scalar_one()
        report_id = session.execute(sa.insert(REPORTS).values(**_report(step_id, job["id"])).returning(REPORTS.c.id))
        result = {"report_id": report_id.scalar_one()}
        session.execute(sa.insert(REPORT_TEXTS).values(report_id=result["report_id"], text="The whole text"))
        session.execute(
            sa.update(JOB_STEPS)
            .where(JOB_STEPS.c.id == step_id)
            .values(status="completed", error_kind=None, error_message=None, attempts=1, result_data=result)
        )
        attempt = {"step_id": step_id, "number": 1, "started_at": NOW, "completed_at": NOW, "outcome": "completed"}
        session.execute(sa.insert(STEP_ATTEMPTS).values(**attempt, http_status=200))
        ended = {"status": "completed", "completed_steps": 1, "failed_steps": 2}
        times = {"queued_at": NOW, "started_at": NOW, "completed_at": NOW}
        session.execute(sa.update(JOBS).where(JOBS.c.id == job["id"]).values(**ended, **times))
    return {**job, "report_id": result["report_id"]}


def _report(step_id: int, job_id: int) -> dict[str, Any]:
    url = "https://example.com/"
    lists = ("h1s", "jsonld_types", "feeds", "categories", "tags", "internal_links", "external_links", "external_hosts")
    return {
        "step_id": step_id,
        "job_id": job_id,
        "target": "example.com",
        "host": "example.com",
        "requested_url": url,
        "final_url": url,
        "redirect_chain": [],
        "http_status": 200,
        "https": True,
        "bytes": 1256,
        "fetched_at": NOW,
        "attempts": 1,
        "extractor_version": "1",
        "title": "Example Domain",
        "word_count": 230,
        "content_hash": "0" * 64,
        "emails": ["info@example.com"],
        "phones": [],
        "social_profiles": [],
        "flags": [],
        "answers": {},
        **{name: [] for name in lists},
    }
