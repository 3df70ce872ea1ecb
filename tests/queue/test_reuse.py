"""Reports used again instead of a visit: which, what their job becomes, and that no delete takes them away."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core import queries
from core.db import Database
from core.errors import InvalidInput, Refused
from core.job_service import JobService
from core.models import JOB_STEPS, REPORT_TEXTS, REPORTS, STEP_ATTEMPTS
from core.queries.rows import Deletion, FullReportRow, StepRow
from core.states import JobStatus, StepStatus
from tests.story import (
    assert_counters_hold,
    claim,
    completed,
    failed,
    job_of,
    new_job,
    report_columns,
    settle,
    steps_of,
)

THIN = [{"flag": "thin_text", "evidence": "23 words"}]


def scraped(service: JobService, targets: int | list[str] = 3, days: float = 3, **columns: Any) -> int:
    """A finished job whose reports are so many days old."""
    job_id = new_job(service, targets)
    at = datetime.now(UTC) - timedelta(days=days)
    claims = claim(service.database, only_job=job_id)
    settle(service.database, *(completed(one, fetched_at=at, **columns) for one in claims))
    return job_id


def reusing(service: JobService, targets: int | list[str] = 3, days: int = 7, **options: Any) -> int:
    """A started job that uses reports again."""
    return new_job(service, targets, config={"reuse_days": days}, **options)


def report_of(service: JobService, step: StepRow) -> FullReportRow:
    assert step.report_id is not None
    return service.get_report(step.report_id)


def test_a_young_report_is_used_instead_of_a_visit(service: JobService, database: Database) -> None:
    first = scraped(service, 2)
    job_id = reusing(service, 3)
    reused, again, left = steps_of(database, job_id)
    originals = [step.report_id for step in steps_of(database, first)]
    for step, report_id in zip((reused, again), originals, strict=True):
        assert step.result_data == {"report_id": report_id, "reused": True}
        assert (step.status, step.attempts, step.fence) == (StepStatus.COMPLETED, 0, 0)
        assert (step.started_at, step.error_kind, step.completed_at is not None) == (None, None, True)
    assert left.status is StepStatus.PENDING
    job = job_of(database, job_id)
    assert (job.status, job.completed_steps, job.progress_percentage) == (JobStatus.PENDING, 2, 66.6)
    assert_counters_hold(database, job_id)
    with database.reading() as session:
        assert queries.jobs.facts(session, job).reused_steps == 2
        tried = session.execute(sa.select(sa.func.count()).where(STEP_ATTEMPTS.c.step_id == reused.id)).scalar_one()
        found = queries.reports.by_steps(session, [reused.id, again.id, left.id])
        assert {step_id: report.id for step_id, report in found.items()} == {
            reused.id: originals[0],
            again.id: originals[1],
        }
        assert queries.reports.page(session, job_id=job_id).total == 2
    assert tried == 0
    [one] = claim(database, only_job=job_id)
    settle(database, completed(one))
    assert job_of(database, job_id).status is JobStatus.COMPLETED
    assert_counters_hold(database, job_id)


def test_a_job_whose_every_report_is_reused_ends_at_once(service: JobService, database: Database) -> None:
    scraped(service)
    job_id = reusing(service, start=False)
    assert [step.status for step in steps_of(database, job_id)] == [StepStatus.PENDING] * 3
    job = service.start_job(job_id)
    assert (job.status, job.completed_steps, job.progress_percentage) == (JobStatus.COMPLETED, 3, 100.0)
    assert job.queued_at == job.started_at == job.completed_at is not None
    assert claim(database, only_job=job_id) == []
    again = service.run_again(job_id)
    assert again.status is JobStatus.COMPLETED
    assert service.execute_job(reusing(service, start=False)).status is JobStatus.COMPLETED


@pytest.mark.parametrize(
    ("days", "columns", "target"),
    [
        (7.01, {}, "h1.test"),  # too old
        (1, {"flags": THIN}, "h1.test"),  # perhaps worthless
        (1, {}, "h1.test/about"),  # another target on the same host
        (1, {}, "www.h1.test"),
    ],
)
def test_only_good_young_reports_of_the_same_target_are_used(
    service: JobService, database: Database, days: float, columns: dict[str, Any], target: str
) -> None:
    scraped(service, 1, days, **columns)
    job_id = reusing(service, [target])
    assert (job_of(database, job_id).status, steps_of(database, job_id)[0].report_id) == (JobStatus.PENDING, None)


def test_the_newest_of_several_reports_is_used(service: JobService, database: Database) -> None:
    newest = scraped(service, 1, 1)
    scraped(service, 1, 2)
    scraped(service, 1, 0.5, flags=THIN)
    [step] = steps_of(database, reusing(service, ["HTTPS://H1.test/"]))
    assert step.report_id == steps_of(database, newest)[0].report_id


def test_without_the_option_everything_is_visited(service: JobService, database: Database) -> None:
    scraped(service, 2, 0)
    assert len(claim(database, only_job=new_job(service, 2))) == 2


def test_a_retry_visits(service: JobService, database: Database) -> None:
    scraped(service, ["h1.test"])
    job_id = reusing(service, 2)
    settle(database, *map(failed, claim(database, only_job=job_id)))
    scraped(service, ["h2.test"], 1)
    assert service.retry(job_id).completed_steps == 1
    assert [one.target for one in claim(database, only_job=job_id)] == ["h2.test"]
    with pytest.raises(InvalidInput, match="reuse_days"):
        service.retry(job_id, overrides={"reuse_days": 3})
    with pytest.raises(Refused, match="reuse_days"):
        service.update_job(job_id, config={"reuse_days": 3})


@pytest.mark.parametrize("days", [-1, 366, 1.5, "7"])
def test_days_out_of_bounds_are_refused(service: JobService, days: Any) -> None:
    with pytest.raises(InvalidInput, match="reuse_days"):
        new_job(service, 1, config={"reuse_days": days})


def test_a_delete_leaves_the_reports_that_other_jobs_use(service: JobService, database: Database) -> None:
    first = scraped(service, 3)
    second, third = reusing(service, 2), reusing(service, 2)
    before = [report_of(service, step) for step in steps_of(database, second)]
    assert service.deletion_counts(first) == Deletion(3, 3, 1, 0, kept_reports=2)
    assert service.delete_job(first).kept_reports == 2
    for heir, other in ((second, third), (third, None)):
        for jobs_step, report in zip(steps_of(database, heir), before, strict=True):
            now = report_of(service, jobs_step)
            assert (now.text, now.title, now.fetched_at) == (report.text, report.title, report.fetched_at)
            assert (now.job_id, now.step_id) == (heir, jobs_step.id)
            with database.reading() as session:
                assert queries.steps.using(session, now.id).id == jobs_step.id
        assert service.deletion_counts(heir).kept_reports == (2 if other else 0)
        service.delete_job(heir)
    with database.reading() as session:
        for table in (REPORTS, REPORT_TEXTS, JOB_STEPS):
            assert session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_the_neighbours_of_a_report_are_those_of_the_job_that_shows_it(service: JobService, database: Database) -> None:
    first = scraped(service, ["h2.test", "h3.test"])
    job_id = reusing(service, ["h1.test", "h2.test", "h9.test", "h3.test"])
    [one, nine] = claim(database, only_job=job_id)
    settle(database, completed(one), failed(nine))
    own, second, _failed, fourth = (step.report_id for step in steps_of(database, job_id))
    with database.reading() as session:
        step = queries.steps.using(session, second or 0, job_id)
        assert queries.steps.neighbours(session, step) == (own, fourth, 2, 4)
        for asked in (None, first, 999, -1, 2**70):
            step = queries.steps.using(session, second or 0, asked)
            assert (step.job_id, queries.steps.neighbours(session, step)) == (first, (None, fourth, 1, 2))


def test_many_reports_are_found_by_their_targets(service: JobService, database: Database) -> None:
    n = 3_000
    targets = [f"h{i % 3}.test/{i}" for i in range(n)]
    first = new_job(service, targets, start=False)
    with database.writing() as session:
        columns = {**report_columns("h1.test"), "fetched_at": datetime.now(UTC), "attempts": 1, "job_id": first}
        step = sa.select(JOB_STEPS.c.id, JOB_STEPS.c.target, JOB_STEPS.c.host).where(JOB_STEPS.c.job_id == first)
        values = [sa.literal(value, REPORTS.c[name].type) for name, value in columns.items()]
        session.execute(
            sa.insert(REPORTS).from_select(["step_id", "target", "host", *columns], step.add_columns(*values))
        )
    job_id = reusing(service, targets, start=False)
    began = time.perf_counter()
    job = service.start_job(job_id)
    seconds = time.perf_counter() - began
    assert (job.status, job.completed_steps) == (JobStatus.COMPLETED, n)
    assert seconds < 3  # 100,000 take 1 s on SQLite, 3 s on PostgreSQL
