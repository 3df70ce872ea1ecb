"""A pause by the batch breaker gives back exactly what the outage cost, once; witnesses are hosts that answered."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core import queries, queue, reasons
from core.breaker import Suspicion, suspicion
from core.db import Database
from core.failures import FailureKind as K
from core.job_service import JobService
from core.models import HOSTS
from core.queries import breaker as reads
from core.queries.breaker import Held
from core.states import JobStatus
from tests.story import (
    assert_counters_hold,
    claim,
    completed,
    engine_lives,
    failed,
    job_of,
    later,
    lost,
    new_job,
    settle,
    steps_of,
)

SAID = {"asked": {"witness.test": K.DNS}}
ASKED = later(3600)
"""The first claims, later than whatever a test creates."""


def trip(database: Database, job_id: int, seconds: float = 60) -> int | None:
    """What the engine does when the witnesses fail too."""
    with database.reading() as session:
        case = reads.case(session, job_id)
    assert case is not None
    found = suspicion(case.attempts) or Suspicion(18, 20, K.DNS, frozenset({K.DNS, K.CONNECT}))
    with database.writing() as session:
        return queue.trip(session, job_id, found, case.since, SAID, later(seconds, ASKED))


def held(database: Database, job_id: int | None = None) -> list[Held]:
    with database.reading() as session:
        return reads.held(session, job_id)


def mend(database: Database) -> list[int]:
    """What the engine does when a witness answers again."""
    jobs = held(database)
    with database.writing() as session:
        for job in jobs:
            queue.give_back(session, job, later(90, ASKED))
        return queue.release(session, reasons.BREAKER, [job.job_id for job in jobs])


def outage(database: Database, count: int = 20, retry_in: float | None = None, at: float = 10) -> None:
    """So many claims end with `dns`."""
    now = later(at, ASKED)
    for one in claim(database, count, now=now):
        settle(database, failed(one, retry_in, K.DNS), now=now)


def facts(database: Database, job_id: int) -> list[Any]:
    """What the steps of the job say."""
    return [
        tuple(getattr(step, name) for name in ("status", "attempts", "error_kind"))
        for step in steps_of(database, job_id)
    ]


def test_what_failed_for_good_is_pending_again_with_its_attempts(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 30)
    outage(database)
    assert job_of(database, job_id).failed_steps == 20
    assert trip(database, job_id) == 20
    job = job_of(database, job_id)
    assert (job.status, job.failed_steps, job.progress_percentage) == (JobStatus.PAUSED, 0, 0)
    assert facts(database, job_id) == [("pending", 0, None)] * 30
    assert all(s.completed_at is None and s.error_message is None for s in steps_of(database, job_id))
    assert_counters_hold(database, job_id)
    with database.reading() as session:
        (attempt,) = queries.steps.attempts(session, job_id, 1)
    assert (attempt.outcome, attempt.error_kind) == ("lost", "dns")
    assert claim(database, now=later(61, ASKED)) == []
    assert mend(database) == [job_id]
    assert job_of(database, job_id).status == JobStatus.RUNNING
    assert len(claim(database, now=later(91, ASKED))) == 30


def test_what_waits_for_a_retry_has_its_attempts_again_and_is_due(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 20)
    outage(database, retry_in=5)
    outage(database, retry_in=300, at=20)
    assert facts(database, job_id) == [("pending", 2, "dns")] * 20
    assert trip(database, job_id) == 40
    assert facts(database, job_id) == [("pending", 0, None)] * 20
    assert {step.next_attempt_at for step in steps_of(database, job_id)} == {later(60, ASKED)}


def test_only_the_outage_is_given_back(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 26)
    first, second, third, fourth, *others = claim(database, 24, now=ASKED)
    settle(database, failed(first, 1, K.TIMEOUT), failed(second, None, K.DNS), now=later(1, ASKED))
    settle(database, completed(third), failed(fourth, None, K.HTTP_404), now=later(2, ASKED))
    settle(database, *(failed(one, None, K.DNS) for one in others), now=later(3, ASKED))
    by_host = {one.host: one for one in claim(database, now=later(4, ASKED))}
    again, late, running = by_host[first.host], by_host["h25.test"], by_host["h26.test"]
    settle(database, failed(again, 30, K.CONNECT), failed(late, None, K.TIMEOUT), now=later(5, ASKED))
    assert trip(database, job_id) == 21
    steps = {step.host: (step.status, step.attempts, step.error_kind) for step in steps_of(database, job_id)}
    assert [steps.pop(one.host) for one in (first, second, third, fourth, late, running)] == [
        ("pending", 1, None),
        ("failed", 1, "dns"),  # before the last answer
        ("completed", 1, None),
        ("failed", 1, "http_404"),
        ("failed", 1, "timeout"),
        ("running", 0, None),
    ]
    assert set(steps.values()) == {("pending", 0, None)}
    assert job_of(database, job_id).failed_steps == 3
    assert_counters_hold(database, job_id)


def test_what_was_under_way_is_given_back_later_and_nothing_twice(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 25)
    slow, lame, *others = claim(database, 22, now=ASKED)
    settle(database, *(failed(one, None, K.CONNECT) for one in others), now=later(1, ASKED))
    assert trip(database, job_id) == 20
    assert trip_again(database, job_id) == 0
    settle(database, failed(slow, None, K.CONNECT), lost(lame), now=later(61, ASKED))
    assert job_of(database, job_id).failed_steps == 1
    assert trip_again(database, job_id) == 1
    assert trip_again(database, job_id) == 0
    assert facts(database, job_id) == [("pending", 0, None)] * 25
    assert_counters_hold(database, job_id)


def trip_again(database: Database, job_id: int) -> int:
    (job,) = held(database, job_id)
    with database.writing() as session:
        return queue.give_back(session, job, later(70, ASKED))


def test_a_job_that_people_paused_or_cancelled_is_left_alone(service: JobService) -> None:
    database = service.database
    jobs = [new_job(service, [f"{name}{n}.test" for n in range(30)]) for name in "ab"]
    outage(database, 40)
    service.pause_job(jobs[0], by="ana")
    service.cancel_job(jobs[1], by="ana")
    before = [facts(database, job_id) for job_id in jobs]
    found = Suspicion(20, 20, K.DNS, frozenset({K.DNS}))
    for job_id in jobs:
        with database.writing() as session:
            assert queue.trip(session, job_id, found, ASKED, SAID, later(60, ASKED)) is None
    assert mend(database) == []
    assert [facts(database, job_id) for job_id in jobs] == before
    assert [job_of(database, job_id).failed_steps for job_id in jobs] == [20, 20]


def test_a_resume_by_hand_runs_the_job_and_the_breaker_forgets_it(service: JobService) -> None:
    database = service.database
    engine_lives(database)
    job_id = new_job(service, 30)
    outage(database)
    trip(database, job_id)
    jobs = held(database)
    service.resume_job(job_id)
    one, *_others = claim(database, now=later(61, ASKED))
    settle(database, failed(one, None, K.DNS), now=later(62, ASKED))
    with database.writing() as session:
        assert queue.give_back(session, jobs[0], later(63, ASKED)) == 0
        assert queue.release(session, reasons.BREAKER, [job_id]) == []
    job = job_of(database, job_id)
    assert (job.status, job.status_reason, job.failed_steps) == (JobStatus.RUNNING, None, 1)
    with database.reading() as session:
        case = reads.case(session, job_id)
    assert case is not None and len(case.attempts) == 1  # what was given back counts no more


def test_a_retry_begins_anew(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 20)
    settle(database, *(failed(one, None, K.DNS) for one in claim(database)))
    service.retry(job_id)
    assert len(claim(database, 1, now=later(1))) == 1
    with database.reading() as session:
        assert reads.case(session, job_id) is None


def test_witnesses_answered_lately_and_are_none_of_the_failing_hosts(service: JobService) -> None:
    database = service.database
    new_job(service, ["b.test:8443/path", "h1.test"])
    settle(database, *(completed(one) for one in claim(database, now=ASKED)), now=ASKED)
    job_id = new_job(service, 30)
    outage(database)
    with database.writing() as session:
        ages = {"a.test": 0.5, "c.test": 6.9, "d.test": 7.1, "e.test": 3}
        rows = [{"host": host, "answered_at": ASKED - timedelta(days=age)} for host, age in ages.items()]
        session.execute(sa.insert(HOSTS), rows)
    with database.reading() as session:
        case = reads.case(session, job_id)
        assert case is not None and len(case.targets) == 3
        assert reads.witnesses(session, job_id, case.since) == ["b.test:8443/path", "a.test", "e.test"]


def test_the_reason_is_told_in_words(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 30)
    outage(database)
    trip(database, job_id)
    job = job_of(database, job_id)
    assert job.status_reason is not None
    assert job.status_reason["code"] == reasons.BREAKER
    assert reasons.goes_on_by_itself(job)
    sentence = reasons.sentence(job)
    assert sentence.startswith("Paused: 20 of the last 20 attempts failed (dns).")
    assert "witness.test" in sentence and "goes on by itself" in sentence
    with database.reading() as session:
        assert queries.jobs.attention(session) == 1


def test_a_pause_by_a_person_takes_over(service: JobService) -> None:
    database = service.database
    job_id = new_job(service, 30)
    outage(database)
    trip(database, job_id)
    service.pause_job(job_id, by="ana")
    assert reasons.sentence(job_of(database, job_id)) == "Paused by ana"
    assert mend(database) == []
    service.resume_job(job_id)
    assert job_of(database, job_id).status == JobStatus.RUNNING
