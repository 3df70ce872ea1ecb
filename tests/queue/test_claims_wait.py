"""What a claim on PostgreSQL makes of visits that end while it is on its way or waits for a lock."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from core import queue
from core.db import Database
from core.job_service import JobService
from core.models import JOBS
from core.queue import Claim
from tests.story import claim, completed, later, new_job, settle, steps_of

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
WAITERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
PATIENCE_SECONDS = 10.0


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def claims(database: Database, clock: Callable[[], datetime]) -> list[Claim]:
    with database.writing() as session:
        return queue.claim(session, "engine-2", 10, clock, max_running_jobs=4).claims


def let_it_wait(database: Database, claiming: Future[list[Claim]]) -> None:
    """Until the claim waits for a lock, or is through without one."""
    end = time.monotonic() + PATIENCE_SECONDS
    waits = False
    while not (waits or claiming.done()):
        assert time.monotonic() < end, "the claim neither waits nor ends"
        with database.reading() as session:
            waits = session.execute(WAITERS).scalar_one() > 0


@pytest.mark.parametrize("end", ["answer", "engine dies", "cancel"])
def test_a_step_is_not_parked_behind_a_visit_of_a_paused_job_that_is_just_ending(
    service: JobService, thread: ThreadPoolExecutor, end: str
) -> None:
    database, now = service.database, later(60)
    paused = new_job(service, ["h.test/1"])
    (visit,) = claim(database, now=now)
    service.pause_job(paused)
    waiting = new_job(service, ["h.test/2"])
    with database.writing() as ending:
        if end == "answer":
            queue.settle(ending, [completed(visit)], now)
        elif end == "cancel":
            queue.cancel(ending, paused, "Ana", now)
        else:
            queue.rescue(ending, "engine-2", ["engine-1"], now)
        claiming = thread.submit(claims, database, lambda: now)
        let_it_wait(database, claiming)
    taken = [one.target for one in claiming.result()]
    (step,) = steps_of(database, waiting)
    assert taken == ["h.test/2"] if end == "answer" else step.next_attempt_at <= later(2, now)


def test_the_pause_of_a_host_holds_when_its_visit_ends_while_a_claim_waits(
    service: JobService, thread: ThreadPoolExecutor
) -> None:
    database, began = service.database, later(60)
    moments = [began]
    locked = new_job(service, 1)
    claim(database, now=began)
    new_job(service, ["k.test/1"], config={"interval_seconds": 5})
    (visit,) = claim(database, now=began)
    patient = new_job(service, ["k.test/2"], config={"interval_seconds": 5})
    with database.writing() as other:
        other.execute(sa.select(JOBS.c.id).where(JOBS.c.id == locked).with_for_update())
        claiming = thread.submit(claims, database, lambda: moments[-1])
        let_it_wait(database, claiming)
        moments.append(later(10, began))
        settle(database, completed(visit), now=moments[-1])
    assert claiming.result() == []
    assert [step.next_attempt_at for step in steps_of(database, patient)] == [later(15, began)]
