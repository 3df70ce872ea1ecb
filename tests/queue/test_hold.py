"""Pauses by the engine itself: all running jobs or some, for a reason; they go on when it has passed."""

from core import queue
from core.db import Database
from core.job_service import JobService
from tests.story import claim, completed, engine_lives, job_of, new_job, settle

FULL = {"code": "disk_full", "free_bytes": 1}


def hold(database: Database, job_ids: list[int] | None = None) -> list[int]:
    with database.writing() as session:
        return queue.hold(session, job_ids, FULL)


def release(database: Database, code: str = "disk_full", job_ids: list[int] | None = None) -> list[int]:
    with database.writing() as session:
        return queue.release(session, code, job_ids)


def test_running_jobs_are_paused_with_the_reason_and_go_on(service: JobService, database: Database) -> None:
    engine_lives(database)
    first, second = new_job(service), new_job(service)
    claim(database)
    queued = new_job(service)
    assert hold(database) == [first, second]
    assert hold(database) == []
    assert (job_of(database, first).status, job_of(database, first).status_reason) == ("paused", FULL)
    assert job_of(database, queued).is_queued
    assert release(database, "another_code") == []
    assert release(database, job_ids=[second]) == [second]
    assert release(database) == [first]
    assert (job_of(database, first).status, job_of(database, first).status_reason) == ("running", None)


def test_some_jobs_alone_are_paused(service: JobService, database: Database) -> None:
    first, second = new_job(service), new_job(service)
    claim(database)
    assert hold(database, [second, 999]) == [second]
    assert job_of(database, first).status == "running"


def test_what_people_paused_is_theirs(service: JobService, database: Database) -> None:
    job_id = new_job(service)
    claim(database)
    service.pause_job(job_id, by="ana")
    assert hold(database) == []
    assert release(database, "paused_by") == [job_id], "the code alone decides"
    service.pause_job(job_id, by="ana")
    assert release(database) == []


def test_a_held_job_ends_with_its_last_step(service: JobService, database: Database) -> None:
    job_id = new_job(service, 1)
    (only,) = claim(database)
    hold(database)
    settle(database, completed(only))
    assert job_of(database, job_id).status == "completed"
    assert release(database) == []
