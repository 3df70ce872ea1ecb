"""Exports of jobs that used reports again: every field is there, and a column says that they are not of this job."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.db import Database
from core.job_service import JobService
from core.settings import Settings
from tests.export.story import read
from tests.queue.test_reuse import reusing, scraped
from tests.story import claim, completed, settle, steps_of


@pytest.fixture
def service(each_database: Database, tmp_path: Path) -> JobService:
    return JobService(Settings.load(data_dir=tmp_path, dns_overrides="*.test=127.0.0.1"), each_database)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_reused_reports_fill_every_field(service: JobService, format: str) -> None:
    database = service.database
    first = scraped(service, 1, 3, tags=["a", "b"], language_detected="es")
    job_id = reusing(service, ["h1.test", "ftp://x.test", "h2.test", "H1.test", "h3.test"])
    settle(database, completed(claim(database, 1, only_job=job_id)[0]))
    [original] = read(database, first, format, rows="steps")
    by_line, by_step = read(database, job_id, format), read(database, job_id, format, rows="steps")
    assert [_truth(row["reused"]) for row in by_line] == [True, None, False, True, None]
    assert [_truth(row["reused"]) for row in by_step] == [True, False, None]
    own = {"job_id", "attempts", "reused", "line", "input"}
    for row in (by_line[0], by_step[0]):
        assert {name: row[name] for name in row.keys() - own} == {name: original[name] for name in row.keys() - own}
    assert str(by_step[0]["attempts"]) == "0"
    service.delete_job(first)
    assert read(database, job_id, format) == by_line


def _truth(value: Any) -> bool | None:
    return {"true": True, "false": False, None: None}.get(value, value)


def test_fetched_at_is_that_of_the_visit(service: JobService) -> None:
    database = service.database
    scraped(service, 1, 3)
    job_id = reusing(service, 1)
    [step], [row] = steps_of(database, job_id), read(database, job_id, "parquet")
    assert step.completed_at is not None
    assert timedelta(days=2.9) < step.completed_at - row["fetched_at"] < timedelta(days=3.1)
