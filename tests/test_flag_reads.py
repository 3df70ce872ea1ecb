"""Flags as lists and totals read them: counted by job and by flag, the steps behind them, what needs attention."""

import pytest

from core import queries
from core.db import Database
from core.job_service import JobService
from core.queries import flags
from tests.story import claim, completed, failed, flagged, job_of, new_job, settle, steps_of
from tests.test_step_reads import numbers


@pytest.fixture
def job_id(service: JobService, database: Database) -> int:
    """A good step, three flagged ones and a failed one."""
    job_id = new_job(service, 5)
    first, second, third, fourth, fifth = claim(database)
    settle(database, completed(first), flagged(second, "thin_text"), flagged(third, "js_only", "thin_text"))
    settle(database, flagged(fourth, "soft_404"), failed(fifth))
    return job_id


def attention(database: Database) -> tuple[int, list[int]]:
    with database.reading() as session:
        shown = queries.jobs.numbered(session, page=1, size=20, view="attention")
        return queries.jobs.attention(session), [job.id for job in shown.items]


def test_flags_are_counted_apart(service: JobService, database: Database, job_id: int) -> None:
    other = new_job(service, 1)
    settle(database, *(flagged(one, "parked") for one in claim(database, only_job=other)))
    job = job_of(database, job_id)
    assert (job.completed_steps, job.flagged_steps, job.unchecked_steps, job.failed_steps) == (4, 3, 3, 1)
    with database.reading() as session:
        assert list(queries.jobs.facts(session, job).flags.items()) == [
            ("thin_text", 2),
            ("js_only", 1),
            ("soft_404", 1),
        ]
        assert queries.jobs.summary(session).flagged_steps == 4
        assert [job.flagged_steps for job in queries.jobs.page(session).items] == [1, 3]


def test_every_report_tells_how_many_flags_it_has(database: Database, job_id: int) -> None:
    with database.reading() as session:
        counted = [(report.flag_count, len(report.flags)) for report in queries.reports.page(session).items]
    assert sorted(counted) == [(0, 0), (1, 1), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("flag", "shown"),
    [("any", [2, 3, 4]), ("thin_text", [2, 3]), ("js_only", [3]), ("parked", []), ("unchecked", [3, 4]), ("t", [])],
)
def test_steps_are_filtered_by_flag(
    service: JobService, database: Database, job_id: int, flag: str, shown: list[int]
) -> None:
    service.check_report(steps_of(database, job_id)[1].report_id or 0, "ana")
    assert numbers(database, job_id, flag=flag) == shown
    assert numbers(database, job_id, flag=flag, order_by="flags", descending=True) == sorted(
        shown, key=lambda n: n != 3
    )
    with database.reading() as session:
        first = queries.steps.page(session, job_id, flag=flag, limit=1)
        rest = (
            queries.steps.page(session, job_id, flag=flag, cursor=first.next_cursor).items if first.next_cursor else []
        )
    assert (first.total, [step.step_number for step in (*first.items, *rest)]) == (len(shown), shown)


def test_a_job_needs_attention_until_its_flags_are_checked(service: JobService, database: Database) -> None:
    job_id = new_job(service, 2)
    first, second = claim(database)
    settle(database, flagged(first, "parked"), completed(second))
    assert attention(database) == (1, [job_id])
    service.check_report(steps_of(database, job_id)[0].report_id or 0, "ana")
    assert attention(database) == (0, [])
    service.uncheck_report(steps_of(database, job_id)[0].report_id or 0)
    assert attention(database) == (1, [job_id])


def test_counting_flags_reads_their_index_alone(database: Database, job_id: int) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL decides by the size of its tables")
    for statement in (queries.jobs._jobs(), flags.steps(job_id, "thin_text"), flags.steps(job_id, flags.UNCHECKED)):
        text = str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))
        with database.reading() as session:
            plan = [row.detail for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        assert all("COVERING INDEX ix_reports_flagged" in step for step in plan if "reports" in step), plan
