"""What has been kept long enough goes: over a simulated year rows and bytes stay bounded, nothing in use goes, and what
went is told.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core import audit, queries
from core.db import Database
from core.errors import NoLongerKept
from core.export import export
from core.job_service import JobService
from core.models import SQLModel
from core.prune import due, prune
from core.queries import storage
from core.queue import prune as batches
from core.retention import Kind, Retention
from core.settings import Settings
from tests.story import (
    NOW,
    assert_counters_hold,
    claim,
    completed,
    failed,
    flagged,
    job_of,
    new_job,
    settle,
    steps_of,
    stored,
)

DAY = timedelta(days=1)
SUMS = {"step_results", "step_times"}
"""For metrics: some rows for each hour in which something was done, whatever the number of steps."""


def keeping(**days: int) -> Retention:
    return Retention({kind: days.get(kind, 0) for kind in Kind})


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


def bytes_taken(database: Database) -> int:
    """After what PostgreSQL does by itself from time to time."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
    with database.reading() as session:
        return storage.size(session)


def run_job(service: JobService, now: datetime, targets: list[str], **options: Any) -> int:
    """A job that begins and ends at that time."""
    job_id = new_job(service, targets, **options)
    moved = {"created_at": now, "queued_at": now}
    with service.database.writing() as session:
        session.execute(sa.update(SQLModel.metadata.tables["jobs"]).values(moved).where(sa.column("id") == job_id))
        due_now = sa.update(SQLModel.metadata.tables["job_steps"]).values(next_attempt_at=now)
        session.execute(due_now.where(sa.column("job_id") == job_id, sa.column("status") == "pending"))
    for one in claim(service.database, only_job=job_id, now=now):
        page = stored(one, f"<p>{one.target} of {now:%Y-%m-%d}".encode() * 40, fetched_at=now)
        settle(service.database, failed(one) if one.host.startswith("bad") else page, now=now)
    return job_id


def freshen(database: Database) -> None:
    """The reports are as of now, whenever their jobs ended."""
    with database.writing() as session:
        session.execute(sa.update(SQLModel.metadata.tables["reports"]).values(fetched_at=datetime.now(UTC)))


def test_over_a_year_rows_and_bytes_stay_bounded(service: JobService, database: Database) -> None:
    kept = keeping(html=15, reports=30, attempts=30, jobs=60, audit=60)
    sizes, counts = [], []
    for week in range(0, 52, 2):
        now = NOW + week * 7 * DAY
        hosts = [f"w{week}n{n}.test" for n in range(6)] + ["bad.test", "again.test"]
        run_job(service, now, hosts, config={"store_html": True, "max_retries": 0})
        prune(database, kept, now)
        if week % 10 == 0:
            sizes.append(bytes_taken(database))
            counts.append(rows(database))
    half_way, end = counts[2], counts[-1]
    for table in end.keys() - SUMS:
        n = end[table]
        assert n <= half_way[table], table
    assert (end["jobs"], end["reports"], end["stored_pages"]) == (5, 3 * 7, 2 * 7)
    assert sizes[-1] <= sizes[2] * 1.1
    for job in service.list_jobs():
        assert_counters_hold(database, job.id)


def test_a_report_that_went_is_told_as_such_and_its_job_stays(service: JobService, database: Database) -> None:
    job_id = run_job(service, NOW, ["one.test", "bad.test"], config={"max_retries": 0})
    report_id = steps_of(database, job_id)[0].report_id or 0
    assert prune(database, keeping(reports=30), NOW + 29 * DAY)[Kind.REPORTS] == 0
    with database.reading() as session:
        assert due(session, keeping(reports=30), NOW + 31 * DAY)[Kind.REPORTS] == 1
    assert prune(database, keeping(reports=30), NOW + 31 * DAY)[Kind.REPORTS] == 1
    with database.reading() as session, pytest.raises(NoLongerKept) as told:
        queries.reports.get(session, report_id)
    assert told.value.message == f"Report {report_id} is no longer kept. Its step is still in the list of job {job_id}."
    one, _bad = steps_of(database, job_id)
    assert (one.status, one.report_id, one.pruned_report_id) == ("completed", None, report_id)
    assert job_of(database, job_id).completed_steps == 1
    assert_counters_hold(database, job_id)
    with export(database, job_id, format="csv", rows="lines") as file:
        table = b"".join(file.chunks).decode("utf-8-sig").splitlines()
    names = table[0].split(",")
    assert [line.split(",")[names.index("pruned")] for line in table[1:]] == ["true", "false"]


def test_a_report_stays_as_long_as_a_job_that_uses_it_again(service: JobService, database: Database) -> None:
    first = run_job(service, NOW, ["one.test"])
    freshen(database)
    second = new_job(service, ["one.test"], config={"reuse_days": 1})
    with database.writing() as session:
        ended = sa.update(SQLModel.metadata.tables["jobs"]).where(sa.column("id") == second)
        session.execute(ended.values(completed_at=NOW + 20 * DAY))
    report_id = steps_of(database, first)[0].report_id
    assert steps_of(database, second)[0].is_reused
    assert prune(database, keeping(reports=30, html=30), NOW + 40 * DAY)[Kind.REPORTS] == 0
    assert prune(database, keeping(reports=30, html=30), NOW + 51 * DAY)[Kind.REPORTS] == 1
    for job_id in (first, second):
        (step,) = steps_of(database, job_id)
        assert (step.report_id, step.pruned_report_id) == (None, report_id)


def test_a_job_that_goes_leaves_its_reports_to_those_that_use_them(service: JobService, database: Database) -> None:
    first = run_job(service, NOW, ["one.test", "two.test"])
    freshen(database)
    second = new_job(service, ["one.test", "new.test"], config={"reuse_days": 1})
    prune(database, keeping(jobs=30), NOW + 31 * DAY)
    assert [job.id for job in service.list_jobs()] == [second]
    report_id = steps_of(database, second)[0].report_id or 0
    with database.reading() as session:
        assert queries.reports.get(session, report_id).job_id == second
    assert first not in [job.id for job in service.list_jobs()]
    assert_counters_hold(database, second)


def test_a_page_that_two_reports_share_stays_for_the_younger(service: JobService, database: Database) -> None:
    options = {"config": {"store_html": True}}
    for moment in (NOW, NOW + 20 * DAY):
        job_id = new_job(service, ["one.test"], **options)
        with database.writing() as session:
            session.execute(sa.update(SQLModel.metadata.tables["job_steps"]).values(next_attempt_at=moment))
        settle(database, *(stored(one) for one in claim(database, only_job=job_id, now=moment)), now=moment)
    first, second = (steps_of(database, job_id)[0].report_id or 0 for job_id in (job_id - 1, job_id))
    prune(database, keeping(html=30), NOW + 31 * DAY)
    with database.reading() as session:
        assert queries.stored_pages.html(session, second).page == b"<p>A page"
        with pytest.raises(NoLongerKept, match="HTML of report"):
            queries.stored_pages.html(session, first)
    prune(database, keeping(html=30), NOW + 60 * DAY)
    assert rows(database)["stored_pages"] == 0


def test_nothing_of_unfinished_work_goes(service: JobService, database: Database) -> None:
    done = run_job(service, NOW, ["one.test", "two.test"], config={"store_html": True})
    reader = service.extract_again(done, start=False).job.id
    paused = new_job(service, ["a.test", "b.test"])
    settle(database, *(completed(one) for one in claim(database, 1, only_job=paused)))
    service.pause_job(paused)
    before = rows(database)
    everything = keeping(html=1, reports=1, jobs=1, attempts=1)
    later = NOW + 4000 * DAY
    gone = prune(database, everything, later)
    assert (gone[Kind.HTML], gone[Kind.REPORTS], gone[Kind.JOBS]) == (0, 0, 0)
    apart = {"step_attempts": 0, "audit_events": 0}  # those of the job that ended, and that they went
    assert {**rows(database), **apart} == {**before, **apart}
    service.cancel_job(reader)
    service.cancel_job(paused)
    prune(database, everything, later)
    assert {rows(database)[table] for table in ("jobs", "job_steps", "reports", "stored_pages", "step_attempts")} == {0}


def test_while_a_job_goes_its_counters_equal_its_steps(service: JobService, database: Database) -> None:
    job_id = run_job(service, NOW, ["a.test", "bad.test", "c.test", "d.test", "no_!"], config={"max_retries": 0})
    seen = []
    while True:
        with database.writing() as session:
            n = batches.prune_jobs(session, NOW + DAY, 2)
        if not n or not service.list_jobs():
            break
        assert_counters_hold(database, job_id)
        seen.append(job_of(database, job_id).total_steps)
    assert seen[:2] == [2, 0]
    assert service.list_jobs() == []


def test_a_report_that_was_flagged_and_the_audit_log_go_too(service: JobService, database: Database) -> None:
    job_id = new_job(service, 1)
    settle(database, *(flagged(one, "parked") for one in claim(database)))
    with database.writing() as session:
        audit.record(session, "job.seen", job_id)
    prune(database, keeping(reports=1, audit=1), NOW + 4000 * DAY)
    assert job_of(database, job_id).flagged_steps == 0
    with database.reading() as session:
        (event,) = queries.audit.page(session, queries.audit.EventFilter()).items
    assert (event.action, event.details["reports"], event.details["audit"] > 0) == ("data.pruned", 1, True)


def test_days_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Retention.of(Settings.load()).days == dict.fromkeys(Kind, 0)
    monkeypatch.setenv("LOTE_KEEP_REPORTS_DAYS", "90")
    monkeypatch.setenv("LOTE_KEEP_HTML_DAYS", "none")
    assert dict(Retention.of(Settings.load()).ends(NOW)) == {Kind.REPORTS: NOW - 90 * DAY}
