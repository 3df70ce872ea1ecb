"""Which steps an engine gets, when, and what becomes of a claim."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from core import queries, queue, reasons
from core.db import Database
from core.failures import FailureKind
from core.job_service import JobService
from core.models import JOBS
from core.states import JobStatus, StepStatus
from tests.story import (
    NOW,
    assert_counters_hold,
    claim,
    completed,
    failed,
    job_of,
    later,
    lost,
    new_job,
    settle,
    steps_of,
    worker_gone,
)


def test_a_job_that_was_not_started_is_not_touched(service: JobService) -> None:
    new_job(service, 3, start=False)
    assert claim(service.database) == []


def test_first_attempts_come_in_the_order_of_the_list(service: JobService) -> None:
    new_job(service, 5)
    assert [c.step_number for c in claim(service.database, 3)] == [1, 2, 3]
    assert [c.step_number for c in claim(service.database, 3)] == [4, 5]


def test_concurrency_is_counted_over_all_engines(service: JobService) -> None:
    new_job(service, 5, config={"concurrency": 3})
    assert len(claim(service.database, 2, owner="engine-1")) == 2
    assert len(claim(service.database, 9, owner="engine-2")) == 1


def test_a_lane_rests_after_an_attempt_for_the_interval(service: JobService) -> None:
    new_job(service, 3, config={"concurrency": 1, "interval_seconds": 10})
    now = later(0)
    (first,) = claim(service.database, now=now)
    settle(service.database, completed(first), now=now)
    assert claim(service.database, now=later(9.9, now)) == []
    with service.database.writing() as session:
        waiting = queue.claim(session, "e", 9, lambda: later(1, now), max_running_jobs=4)
    assert waiting.more_at == later(10, now)
    assert [c.step_number for c in claim(service.database, now=later(10.1, now))] == [2]


def test_one_visit_at_a_time_to_a_host_over_all_jobs(service: JobService) -> None:
    new_job(service, ["a.test/1", "a.test/2", "b.test"])
    new_job(service, ["a.test/3", "c.test"])
    claims = claim(service.database)
    assert sorted(c.host for c in claims) == ["a.test", "b.test", "c.test"]
    assert claim(service.database) == []
    settle(service.database, completed(claims[0]))
    assert [c.target for c in claim(service.database)] == ["a.test/2"]


def test_a_host_rests_between_visits_of_one_job(service: JobService) -> None:
    new_job(service, ["a.test/1", "a.test/2"], config={"concurrency": 4, "interval_seconds": 5})
    now = later(0)
    (first,) = claim(service.database, now=now)
    settle(service.database, completed(first), now=now)
    assert claim(service.database, now=later(4, now)) == []
    assert [c.target for c in claim(service.database, now=later(6, now))] == ["a.test/2"]


def test_higher_priority_goes_first_and_equals_share(service: JobService) -> None:
    low = new_job(service, [f"low{n}.test" for n in range(9)], priority=-1)
    first = new_job(service, [f"first{n}.test" for n in range(9)])
    second = new_job(service, [f"second{n}.test" for n in range(9)])
    claims = claim(service.database, 6)
    assert sorted(c.job_id for c in claims) == sorted([first] * 3 + [second] * 3)
    assert {c.job_id for c in claim(service.database, 99)} == {low, first, second}


def test_places_that_become_free_one_by_one_are_shared_too(service: JobService) -> None:
    jobs = [new_job(service, [f"{name}{n}.test" for n in range(40)]) for name in "abc"]
    claims = claim(service.database, 6)
    for _ in range(30):
        done, *claims = claims
        settle(service.database, completed(done))
        claims += claim(service.database, 1)
    ended = [job_of(service.database, job_id).completed_steps for job_id in jobs]
    assert sum(ended) == 30
    assert max(ended) - min(ended) <= 3


def test_jobs_that_are_held_back_give_nothing(service: JobService) -> None:
    first, second = new_job(service, ["a.test"]), new_job(service, ["b.test"])
    with service.database.writing() as session:
        claimed = queue.claim(session, "e", 9, lambda: later(0), max_running_jobs=4, held_back=[first])
    assert [c.job_id for c in claimed.claims] == [second]


def test_a_job_whose_configuration_cannot_be_read_is_paused_and_stops_no_other(service: JobService) -> None:
    bad, good = new_job(service, ["a.test"]), new_job(service, ["b.test"])
    with service.database.writing() as session:
        session.execute(sa.update(JOBS).where(JOBS.c.id == bad).values(config={"surprise": 1}))
    assert [c.job_id for c in claim(service.database)] == [good]
    job = job_of(service.database, bad)
    assert job.status == JobStatus.PAUSED
    assert "surprise" in reasons.sentence(job)


def test_a_host_rests_while_a_visit_that_was_broken_off_may_still_end(service: JobService) -> None:
    job_id = new_job(service, ["a.test"])
    now = later(0)
    claim(service.database, now=now)
    service.cancel_job(job_id)
    service.retry(job_id, states=["cancelled"])
    assert claim(service.database, now=later(0.5)) == []
    assert len(claim(service.database, now=later(3))) == 1


def test_only_so_many_jobs_run_and_the_others_wait_in_order(service: JobService) -> None:
    jobs = [new_job(service, [f"j{n}.test"], priority=1 if n == 3 else 0) for n in range(4)]
    claims = claim(service.database, max_running_jobs=2)
    assert sorted(c.job_id for c in claims) == [jobs[0], jobs[3]]
    with service.database.reading() as session:
        waiting = [queries.jobs.get(session, job_id) for job_id in jobs[1:3]]
        assert queries.jobs.ahead_of(session, waiting) == {jobs[1]: 0, jobs[2]: 1}
    settle(service.database, *(completed(c) for c in claims))
    assert sorted(c.job_id for c in claim(service.database, max_running_jobs=2)) == jobs[1:3]


def test_a_paused_job_gives_its_place_up(service: JobService) -> None:
    first, second = new_job(service, ["a.test"]), new_job(service, ["b.test"])
    assert [c.job_id for c in claim(service.database, max_running_jobs=1)] == [first]
    service.pause_job(first)
    assert [c.job_id for c in claim(service.database, max_running_jobs=1)] == [second]


def test_a_failed_attempt_waits_for_its_retry_and_holds_no_lane(service: JobService) -> None:
    job_id = new_job(service, 2, config={"concurrency": 1})
    now = later(0)
    (first,) = claim(service.database, now=now)
    settle(service.database, failed(first, retry_in=20), now=now)
    step = steps_of(service.database, job_id)[0]
    assert (step.status, step.attempts, step.error_kind) == (StepStatus.PENDING, 1, FailureKind.TIMEOUT)
    assert step.next_attempt_at == later(20, now)
    (second,) = claim(service.database, now=now)
    assert second.step_number == 2
    settle(service.database, completed(second), now=now)
    assert claim(service.database, now=later(19, now)) == []
    (again,) = claim(service.database, now=later(21, now))
    assert (again.step_number, again.attempts, again.fence) == (1, 1, 2)


def test_the_last_step_decides_how_the_job_ends(service: JobService) -> None:
    mixed, bad = new_job(service, ["a.test", "b.test"]), new_job(service, ["c.test"])
    by_host = {c.host: c for c in claim(service.database)}
    settle(service.database, failed(by_host["c.test"]))
    settle(service.database, failed(by_host["a.test"]))
    assert job_of(service.database, mixed).status == JobStatus.RUNNING
    settle(service.database, completed(by_host["b.test"]))
    assert job_of(service.database, mixed).status == JobStatus.COMPLETED
    assert job_of(service.database, bad).status == JobStatus.FAILED
    assert job_of(service.database, mixed).progress_percentage == 100


def test_a_report_is_written_once_whatever_comes_late(service: JobService) -> None:
    job_id = new_job(service, 1)
    (one,) = claim(service.database)
    settle(service.database, completed(one), completed(one), failed(one))
    settle(service.database, failed(one), lost(one), worker_gone(one))
    step = steps_of(service.database, job_id)[0]
    assert (step.status, step.attempts) == (StepStatus.COMPLETED, 1)
    with service.database.reading() as session:
        reports = queries.reports.page(session, job_id=job_id).items
        report = queries.reports.get(session, reports[0].id)
    assert [r.id for r in reports] == [step.report_id]
    assert (report.text, report.attempts) == ("Text of h1.test", 1)


def test_a_claim_handed_back_spends_no_attempt(service: JobService) -> None:
    job_id = new_job(service, 1)
    for minute in range(5):
        (one,) = claim(service.database, now=later(60 * minute))
        settle(service.database, lost(one), now=later(60 * minute))
    (step,) = steps_of(service.database, job_id)
    assert (step.status, step.attempts, step.fence) == (StepStatus.PENDING, 0, 5)
    with service.database.reading() as session:
        attempts = queries.steps.attempts(session, job_id, 1)
    assert [(a.number, a.outcome) for a in attempts] == [(n, "lost") for n in range(1, 6)]


def test_the_second_death_of_a_worker_fails_the_step_for_good(service: JobService) -> None:
    job_id = new_job(service, 1)
    (one,) = claim(service.database)
    settle(service.database, worker_gone(one))
    (step,) = steps_of(service.database, job_id)
    assert (step.status, step.attempts) == (StepStatus.PENDING, 0)
    (one,) = claim(service.database, now=later(60))
    settle(service.database, worker_gone(one))
    (step,) = steps_of(service.database, job_id)
    assert (step.status, step.error_kind) == (StepStatus.FAILED, FailureKind.WORKER_DIED)


def test_deaths_before_a_retry_do_not_count(service: JobService) -> None:
    job_id = new_job(service, 1)
    for minute in range(2):
        (one,) = claim(service.database, now=later(60 * minute))
        settle(service.database, worker_gone(one), now=later(60 * minute))
    with service.database.writing() as session:
        queue.retry(session, job_id, later(600))
    (one,) = claim(service.database, now=later(601))
    settle(service.database, worker_gone(one), now=later(601))
    assert steps_of(service.database, job_id)[0].status == StepStatus.PENDING


def test_a_step_that_found_no_worker_comes_back_later(service: JobService) -> None:
    job_id = new_job(service, 1)
    now = later(0)
    (one,) = claim(service.database, now=now)
    settle(service.database, queue.Lost(one, 30), now=now)
    assert claim(service.database, now=later(29, now)) == []
    assert len(claim(service.database, now=later(31, now))) == 1
    assert steps_of(service.database, job_id)[0].attempts == 0


def rescue(database: Database, gone: list[str], now: object = None, owner: str = "engine-2") -> list[int]:
    with database.writing() as session:
        return queue.rescue(session, owner, gone, now or later(0))  # type: ignore[arg-type]


def test_claims_of_a_dead_engine_are_taken_back_without_spending_an_attempt(service: JobService) -> None:
    job_id = new_job(service, 3)
    dead, alive = claim(service.database, 2, owner="dead"), claim(service.database, 1, owner="alive")
    assert sorted(rescue(service.database, ["dead"])) == sorted(c.step_id for c in dead)
    assert [(s.status, s.attempts) for s in steps_of(service.database, job_id)] == [
        ("pending", 0),
        ("pending", 0),
        ("running", 0),
    ]
    settle(service.database, completed(dead[0]), completed(alive[0]))
    assert [s.status for s in steps_of(service.database, job_id)] == ["pending", "pending", "completed"]
    assert_counters_hold(service.database, job_id)


def test_a_lease_that_ran_out_is_taken_by_others_but_never_from_oneself(service: JobService) -> None:
    new_job(service, 1)
    now = later(0)
    claim(service.database, owner="engine-1", now=now)
    assert rescue(service.database, [], later(59, now)) == []
    assert rescue(service.database, [], later(61, now), owner="engine-1") == []
    with service.database.writing() as session:
        assert queue.renew(session, "engine-1", later(50, now)) == 1
    assert rescue(service.database, [], later(61, now)) == []
    assert len(rescue(service.database, [], later(111, now))) == 1


def test_held_tells_which_fences_still_hold(service: JobService) -> None:
    job_id = new_job(service, 2)
    claims = claim(service.database)
    with service.database.reading() as session:
        assert queue.held(session, "engine-1") == {(c.step_id, c.fence) for c in claims}
    service.cancel_job(job_id)
    with service.database.reading() as session:
        assert queue.held(session, "engine-1") == set()


def test_two_engines_at_once_never_hold_the_same_step_or_host(service: JobService) -> None:
    new_job(service, [f"h{n % 40}.test/{n}" for n in range(80)])
    found: list[queue.Claim] = []
    errors: list[BaseException] = []

    def work(owner: str) -> None:
        try:
            for _ in range(10):
                found.extend(claim(service.database, 3, owner=owner))
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"engine-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(found) == 40
    assert len({c.step_id for c in found}) == len({c.host for c in found}) == 40


def test_jobs_of_different_priorities_do_not_stand_in_each_others_way(service: JobService) -> None:
    jobs = [new_job(service, [f"p{p}n{n}.test" for n in range(25)], priority=p) for p in (-1, 0, 1, 2)]
    errors: list[BaseException] = []

    def work(owner: str) -> None:
        try:
            while claims := claim(service.database, 4, owner=owner):
                settle(service.database, *(completed(c) for c in reversed(claims)))
                service.update_job(claims[0].job_id, description=owner)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"engine-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {job_of(service.database, job_id).completed_steps for job_id in jobs} == {25}


def test_counters_equal_the_steps_in_every_snapshot_while_steps_end(service: JobService) -> None:
    job_id = new_job(service, 60)
    done = threading.Event()

    def work() -> None:
        while claims := claim(service.database, 4):
            settle(service.database, *(completed(c) if c.step_number % 3 else failed(c) for c in claims))
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    seen = 0
    while not done.is_set() or seen == 0:
        assert_counters_hold(service.database, job_id)
        seen += 1
    worker.join()
    job = job_of(service.database, job_id)
    assert (job.completed_steps, job.failed_steps, job.status) == (40, 20, JobStatus.COMPLETED)


def test_times_are_stored_in_utc(service: JobService) -> None:
    job_id = new_job(service, 1)
    claim(service.database, now=NOW + timedelta(days=3650))
    started_at = job_of(service.database, job_id).started_at
    assert started_at == NOW + timedelta(days=3650)
    assert started_at.utcoffset() == timedelta(0)
