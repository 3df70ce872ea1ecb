"""The runs of one target over all jobs: in order, compared, paged, and found by indexes alone."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.queries import runs
from core.queries.runs import RunRow
from tests.story import claim, completed, failed, new_job, settle

TARGET = "h1.test"
NOW = datetime.now(UTC)


def a_run(service: JobService, day: int, content: str | None, *, targets: list[str] | None = None) -> int:
    """A job of the target on this day; without content it fails."""
    job_id = new_job(service, targets or [TARGET], name=f"Day {day}")
    at = NOW + timedelta(days=day)
    done = [
        completed(one, fetched_at=at, content_hash=content * 64, word_count=day)
        if content
        else failed(one, kind=FailureKind.HTTP_404)
        for one in claim(service.database, only_job=job_id)
    ]
    settle(service.database, *done, now=at)
    return job_id


def read(database: Database, n: int = 12, target: str = TARGET) -> list[RunRow]:
    with database.reading() as session:
        return runs.last(session, target, target.partition("/")[0], n)


def test_runs_come_newest_first_with_what_came_of_them(service: JobService, database: Database) -> None:
    first = a_run(service, 1, "a")
    second = a_run(service, 3, None)
    third = a_run(service, 2, "a")  # an older visit, settled later
    fourth = a_run(service, 4, "b")
    a_run(service, 5, "b", targets=["h1.test/other", "h2.test"])
    found = read(database)
    assert [run.job_id for run in found] == [fourth, second, third, first]
    assert [run.status for run in found] == ["completed", "failed", "completed", "completed"]
    assert [run.has_changed for run in found] == [True, None, False, None]
    assert [run.word_count for run in found] == [4, None, 2, 1]
    assert (found[1].error_kind, found[1].job_name, found[1].report_id) == (FailureKind.HTTP_404, "Day 3", None)
    assert found[0].at == NOW + timedelta(days=4)


def test_what_runs_now_is_told_and_what_never_ran_is_not(service: JobService, database: Database) -> None:
    a_run(service, -1, "a")
    running = new_job(service, [TARGET], name="Now")
    [one] = claim(database, only_job=running)
    new_job(service, [TARGET], start=False)
    service.cancel_job(new_job(service, [TARGET], start=True))
    assert [(run.job_id, run.status) for run in read(database)] == [(running, "running"), (1, "completed")]
    service.cancel_job(running)
    assert [(run.job_id, run.status) for run in read(database)] == [(running, "cancelled"), (1, "completed")]
    assert one.target == TARGET


def test_the_last_one_shown_is_compared_with_the_one_before(service: JobService, database: Database) -> None:
    for day, content in enumerate("aab"):
        a_run(service, day, content)
    assert [run.has_changed for run in read(database, 2)] == [True, False]
    with database.reading() as session:
        pages = [runs.page(session, TARGET, TARGET, page=n, size=2) for n in (1, 2, 9)]
    assert [[run.has_changed for run in page.items] for page in pages] == [[True, False], [None], [None]]
    assert {(page.total, page.total_is_exact) for page in pages} == {(3, True)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL reads small tables as a whole
@pytest.mark.parametrize("statement", [runs._good(TARGET), runs._bad(TARGET), runs._running(TARGET, TARGET)])
def test_runs_are_found_by_indexes(database: Database, statement: sa.Select) -> None:
    sql = str(statement.limit(12).compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert not [line for line in plan if line.startswith("SCAN")], plan
    assert not [line for line in plan if "TEMP B-TREE" in line], plan
