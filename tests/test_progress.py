"""How a running job goes: pace, time left and slowest hosts, read from real rows; the cost of these reads."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core import edits, queries
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.queries import progress
from core.queries.progress import Progress
from core.queries.rows import StepRow
from core.states import Outcome, StepStatus
from tests.story import claim, completed, failed, later, new_job, settle


def read(database: Database, job_id: int, now: datetime) -> Progress:
    with database.reading() as session:
        return queries.progress.of_job(session, queries.jobs.get(session, job_id), now)


def run(database: Database, job_id: int, rounds: int, now: datetime, *, at_once: int = 4) -> datetime:
    """So many rounds of a few steps that take 2 s each; the first of each round fails and may pass."""
    for _ in range(rounds):
        claims = claim(database, at_once, now=now)
        now = later(2, now)
        settle(
            database, *(failed(one, retry_in=60) if n == 0 else completed(one) for n, one in enumerate(claims)), now=now
        )
    return now


def test_a_job_that_was_never_started_has_neither_pace_nor_end(service: JobService, database: Database) -> None:
    assert read(database, new_job(service, 3, start=False), datetime.now(UTC)) == Progress(0.0, None, [])


def test_pace_and_range_follow_the_attempts(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 200, config={"concurrency": 4}), datetime.now(UTC)
    assert read(database, job_id, now).seconds_left is None
    now = run(database, job_id, 15, now)
    found = read(database, job_id, now)
    assert found.steps_per_minute == pytest.approx(45 * 60 / 30, rel=0.05)
    assert found.seconds_left is not None
    left = (200 - 60) * 2 / 4  # first attempts alone
    assert left < found.seconds_left.high
    assert found.seconds_left.low > left / 2


def test_a_paused_or_ended_job_has_slow_hosts_but_no_end(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 30, config={"concurrency": 4}), datetime.now(UTC)
    now = run(database, job_id, 5, now)
    service.pause_job(job_id)
    found = read(database, job_id, now)
    assert (found.steps_per_minute, found.seconds_left) == (0.0, None)
    assert len(found.slowest_hosts) == 5


def test_the_slowest_hosts_are_told_with_attempts_and_reason(service: JobService, database: Database) -> None:
    targets = ["slow.test/1", "slow.test/2", "slow.test/3", *(f"h{n}.test" for n in range(10))]
    job_id, now = new_job(service, targets), datetime.now(UTC)
    claims = {one.host: one for one in claim(database, now=now)}
    settle(
        database,
        *(completed(one) for host, one in claims.items() if host not in ("slow.test", "h1.test")),
        now=later(1, now),
    )
    settle(database, failed(claims["slow.test"], retry_in=5, kind=FailureKind.TIMEOUT), now=later(30, now))
    first, second, *_rest = read(database, job_id, later(40, now)).slowest_hosts
    assert (first.host, first.seconds, first.attempts, first.error_kind) == ("h1.test", 40.0, 1, None)
    assert (second.host, second.seconds, second.attempts, second.error_kind) == (
        "slow.test",
        30.0,
        1,
        FailureKind.TIMEOUT,
    )
    assert second.waiting_steps == 2


def test_lanes_that_are_raised_shorten_what_is_left(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 400, config={"concurrency": 2, "interval_seconds": 0.0}), datetime.now(UTC)
    now = run(database, job_id, 15, now, at_once=2)
    before = read(database, job_id, now).seconds_left
    with database.writing() as session:
        edits.edit(session, job_id, now, config={"concurrency": 8})
    claim(database, now=now)
    found = read(database, job_id, later(1, now)).seconds_left
    assert before is not None
    assert found is not None
    assert found.high < before.low


def test_the_pages_of_one_host_bound_the_end(service: JobService, database: Database) -> None:
    targets = [*(f"one.test/{n}" for n in range(60)), *(f"h{n}.test" for n in range(20))]
    job_id, now = new_job(service, targets, config={"concurrency": 8, "interval_seconds": 5}), datetime.now(UTC)
    for _ in range(6):
        claims = claim(database, now=now)
        now = later(1, now)
        settle(database, *(completed(one) for one in claims), now=now)
        now = later(5, now)
    found = read(database, job_id, now).seconds_left
    assert found is not None
    pages = [1 for one in job_steps(database, job_id) if one.host == "one.test" and one.status == StepStatus.PENDING]
    assert found.low * 0.8 < len(pages) * 6 < found.high * 1.2


def job_steps(database: Database, job_id: int) -> list[StepRow]:
    with database.reading() as session:
        return queries.steps.page(session, job_id, limit=500).items


def test_only_attempts_since_the_last_start_count(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 12, config={"max_retries": 0}), datetime.now(UTC)
    claims = claim(database, now=now)
    settle(database, *(failed(one) for one in claims), now=later(1, now))
    service.retry(job_id)
    claim(database, 1, now=later(100, now))
    found = read(database, job_id, later(101, now))
    assert found.seconds_left is None
    assert [one.attempts for one in found.slowest_hosts] == [1]


def test_a_job_whose_configuration_cannot_be_read_has_no_end(service: JobService, database: Database) -> None:
    job_id, now = new_job(service, 40, config={"concurrency": 4}), datetime.now(UTC)
    now = run(database, job_id, 5, now)
    with database.writing() as session:
        session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(config={"concurrency": -1}))
    assert read(database, job_id, now).seconds_left is None


def fill(database: Database, job_id: int, ended: int, now: datetime) -> None:
    """The job runs, its first steps have ended one after the other, every tenth waits for its retry."""
    with database.writing() as session:
        steps = (
            session.execute(
                sa.select(JOB_STEPS.c.id).where(JOB_STEPS.c.job_id == job_id).order_by(JOB_STEPS.c.id).limit(ended)
            )
            .scalars()
            .all()
        )
        attempts = [
            {
                "step_id": step_id,
                "number": 1,
                "started_at": later(n - ended - 2, now),
                "completed_at": later(n - ended, now),
                "outcome": Outcome.FAILED if n % 10 == 0 else Outcome.COMPLETED,
                "error_kind": FailureKind.TIMEOUT if n % 10 == 0 else None,
            }
            for n, step_id in enumerate(steps)
        ]
        session.execute(sa.insert(STEP_ATTEMPTS), attempts)
        again, done = steps[::10], [step_id for n, step_id in enumerate(steps) if n % 10]
        of = JOB_STEPS.c.id == sa.bindparam("of")
        session.execute(
            sa.update(JOB_STEPS).where(of).values(attempts=1, fence=1, next_attempt_at=later(20, now)),
            [{"of": one} for one in again],
        )
        session.execute(
            sa.update(JOB_STEPS).where(of).values(attempts=1, fence=1, status="completed", completed_at=now),
            [{"of": one} for one in done],
        )
        session.execute(
            sa.update(JOBS)
            .where(JOBS.c.id == job_id)
            .values(status="running", started_at=now - timedelta(hours=20), completed_steps=len(done))
        )


def test_the_reads_do_not_grow_with_the_job(service: JobService, database: Database) -> None:
    now, seconds = datetime.now(UTC), {}
    for size in (600, 9_000):
        job_id = new_job(service, [f"x{n}.test" for n in range(size)])
        fill(database, job_id, size // 2, now)
        with database.writing() as session:
            session.execute(sa.text("ANALYZE"))  # as both databases do by themselves some time after such a change
        took = []
        for _ in range(5):
            began = time.perf_counter()
            with database.reading() as session:
                job = queries.jobs.get(session, job_id)
                ended, running = progress._latest(session, job), progress._running(session, job_id)
                progress._course(session, job, ended, running, progress._Left(session, job), now)
            took.append(time.perf_counter() - began)
        assert read(database, job_id, now).seconds_left is not None
        seconds[size] = min(took)
    assert seconds[9_000] < 3 * seconds[600] + 0.02
