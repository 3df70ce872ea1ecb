"""What a claim on PostgreSQL makes of visits that end while it is on its way or waits for a lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from core import queue
from core.db import Database
from core.job_service import JobService
from core.models import JOBS
from core.queue import Claim
from tests.queue.locks import until_somebody_waits
from tests.story import claim, completed, later, new_job, settle, steps_of

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def claims(database: Database, clock: Callable[[], datetime]) -> list[Claim]:
    with database.writing() as session:
        return queue.claim(session, "engine-2", 10, clock, max_running_jobs=4).claims


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
        until_somebody_waits(database, claiming.done)
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
        until_somebody_waits(database, claiming.done)
        moments.append(later(10, began))
        settle(database, completed(visit), now=moments[-1])
    assert claiming.result() == []
    assert [step.next_attempt_at for step in steps_of(database, patient)] == [later(15, began)]
