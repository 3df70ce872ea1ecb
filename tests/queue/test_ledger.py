"""How long a host is left alone: over jobs and engines, by interval, Crawl-delay, Retry-After and what people set."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core import queue
from core.failures import FailureKind
from core.job_service import JobService
from core.models import HOSTS, JOB_STEPS
from core.queue import Failed
from tests.story import claim, completed, failed, later, lost, new_job, settle, steps_of


def visit(service: JobService, now: datetime, **facts: float) -> None:
    """One visit to the only due host, which ends at once."""
    (one,) = claim(service.database, 1, now=now)
    settle(service.database, replace(completed(one), **facts), now=now)


def claimed_at(service: JobService, now: datetime, seconds: float) -> list[str]:
    return [one.target for one in claim(service.database, now=later(seconds, now))]


def due(service: JobService, job_id: int) -> list[datetime]:
    return [step.next_attempt_at for step in steps_of(service.database, job_id) if step.status == "pending"]


def test_the_pause_of_a_host_holds_between_jobs(service: JobService) -> None:
    now = later(60)  # everything that is created below is due by then
    new_job(service, ["a.test/1"])
    visit(service, now)
    patient = new_job(service, ["a.test/2"], config={"interval_seconds": 20})
    assert claimed_at(service, now, 19) == []
    assert due(service, patient) == [later(20, now)]
    new_job(service, ["a.test/3"], config={"interval_seconds": 5})
    assert claimed_at(service, now, 19) == ["a.test/3"]


def test_crawl_delay_is_kept_up_to_a_minute(service: JobService) -> None:
    now = later(60)
    new_job(service, ["a.test/1", "a.test/2"])
    visit(service, now, crawl_delay_seconds=600.0)
    assert claimed_at(service, now, 59) == []
    assert claimed_at(service, now, 61) == ["a.test/2"]


def test_a_visit_that_did_not_read_robots_txt_leaves_the_crawl_delay(service: JobService) -> None:
    now = later(60)
    new_job(service, ["a.test/1", "a.test/2", "a.test/3"])
    visit(service, now, crawl_delay_seconds=10.0)
    visit(service, later(11, now))
    assert claimed_at(service, now, 20) == []
    assert claimed_at(service, now, 22) == ["a.test/3"]


def test_retry_after_holds_for_every_url_of_the_host(service: JobService) -> None:
    now = later(60)
    job_id = new_job(service, ["a.test/1", "a.test/2", "b.test"])
    first = claim(service.database, 1, now=now)[0]
    settle(service.database, Failed(first, FailureKind.HTTP_429, "429", 429, 120.0, 120.0), now=now)
    assert claimed_at(service, now, 1) == ["b.test"]
    assert due(service, job_id) == [later(120, now), later(120, now)]
    assert len(claimed_at(service, now, 122)) == 1


def test_retry_after_holds_ten_minutes_at_the_most(service: JobService) -> None:
    now = later(60)
    new_job(service, ["a.test/1", "a.test/2"])
    first = claim(service.database, 1, now=now)[0]
    settle(service.database, Failed(first, FailureKind.HTTP_429, "429", 429, None, 86_400.0), now=now)
    assert claimed_at(service, now, 599) == []
    assert claimed_at(service, now, 601) == ["a.test/2"]


@pytest.mark.parametrize(("set_by_people", "rests"), [(0.0, False), (30.0, True)])
def test_what_people_set_for_a_host_replaces_interval_and_crawl_delay(
    service: JobService, set_by_people: float, rests: bool
) -> None:
    now = later(60)
    new_job(service, ["a.test/1", "a.test/2"], config={"interval_seconds": 10})
    visit(service, now, crawl_delay_seconds=20.0)
    with service.database.writing() as session:
        session.execute(sa.update(HOSTS).values(interval_seconds=set_by_people))
    assert claimed_at(service, now, 1) == ([] if rests else ["a.test/2"])
    if rests:
        assert claimed_at(service, now, 31) == ["a.test/2"]


def test_a_claim_reads_past_the_many_urls_of_one_busy_host(service: JobService) -> None:
    now = later(60)
    job_id = new_job(service, [f"a.test/{n}" for n in range(3000)] + ["b.test"], config={"concurrency": 64})
    assert [one.target for one in claim(service.database, 2, now=now)] == ["a.test/0", "b.test"]
    for seconds in range(1, 40):
        assert claimed_at(service, now, seconds) == []
    with service.database.reading() as session:
        put_off = session.execute(
            sa.select(sa.func.count()).where(JOB_STEPS.c.job_id == job_id, JOB_STEPS.c.next_attempt_at > now)
        ).scalar_one()
        far = session.execute(sa.select(sa.func.max(JOB_STEPS.c.next_attempt_at))).scalar_one()
    assert put_off > 2900
    assert far < later(700, now)


def test_the_next_url_of_a_host_is_there_when_the_visit_ends(service: JobService) -> None:
    now = later(60)
    new_job(service, [f"a.test/{n}" for n in range(50)])
    for n in range(50):
        (one,) = claim(service.database, now=later(n * 0.001, now)) or claim(service.database, now=later(60 + n, now))
        settle(service.database, completed(one), now=later(n * 0.001, now))
    assert claim(service.database, now=later(1000, now)) == []


def test_steps_that_waited_for_a_host_are_looked_at_again_when_their_job_resumes(service: JobService) -> None:
    now = later(60)
    paused = new_job(service, ["a.test/1", "a.test/2", "a.test/3"])
    one = claim(service.database, 9, now=now)[0]
    service.pause_job(paused)
    settle(service.database, completed(one), now=now)
    service.resume_job(paused)
    assert claimed_at(service, now, 0.1) == ["a.test/2"]


def test_a_paused_job_keeps_no_other_from_a_host_that_both_wait_for(service: JobService) -> None:
    now = later(60)
    new_job(service, ["a.test/1"])
    one = claim(service.database, 9, now=now)[0]
    paused, other = new_job(service, ["a.test/2"]), new_job(service, ["a.test/3"])
    assert claim(service.database, now=now) == []
    service.pause_job(paused)
    settle(service.database, completed(one), now=now)
    assert [found.job_id for found in claim(service.database, now=later(0.1, now))] == [other]


@pytest.mark.parametrize("lanes_at_first", [1, 4])
def test_the_strictly_sequential_way_keeps_the_order_of_the_list(service: JobService, lanes_at_first: int) -> None:
    now = later(60)
    config = {"concurrency": lanes_at_first, "interval_seconds": 1}
    job_id = new_job(service, ["a.test/1", "b.test", "a.test/2", "a.test/3", "c.test"], config=config)
    service.update_job(job_id, config={"concurrency": 1})
    seen = []
    for n in range(5):
        (one,) = claim(service.database, now=later(2 * n, now))
        settle(service.database, completed(one), now=later(2 * n, now))
        seen.append(one.step_number)
    assert seen == [1, 2, 3, 4, 5]


def test_a_step_handed_back_keeps_its_place(service: JobService) -> None:
    new_job(service, 3)
    first = claim(service.database, 1)[0]
    settle(service.database, lost(first))
    assert claim(service.database, 1, now=later(3))[0].step_number == 1


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_by_an_hour_keeps_no_step_waiting(service: JobService, hours: int) -> None:
    now = later(60)
    job_id = new_job(service, ["a.test/1", "a.test/2", "b.test"], config={"interval_seconds": 2})
    one, other = claim(service.database, now=now)
    settle(service.database, Failed(one, FailureKind.HTTP_429, "429", 429, 30.0, 30.0), now=now)
    settle(service.database, failed(other, 30.0), now=now)
    changed = now + timedelta(hours=hours)
    with service.database.writing() as session:
        queue.recall(session, changed)
    for seconds in (0, 31, 65):
        for claimed in claim(service.database, now=later(seconds, changed)):
            settle(service.database, completed(claimed), now=later(seconds, changed))
    assert {step.status for step in steps_of(service.database, job_id)} == {"completed"}


@pytest.mark.parametrize(("before", "after"), [(40, 0), (700, 3)])
def test_a_changed_pause_of_a_job_counts_for_what_waits_already(
    service: JobService, before: float, after: float
) -> None:
    now = later(60)
    job_id = new_job(service, ["a.test/1", "a.test/2", "a.test/3"], config={"interval_seconds": before})
    visit(service, now)
    assert claimed_at(service, now, 1) == []
    service.update_job(job_id, config={"interval_seconds": after})
    assert claimed_at(service, now, after + 0.1) == ["a.test/2"]


def test_a_longer_pause_of_a_job_counts_for_what_waits_already(service: JobService) -> None:
    now = later(60)
    job_id = new_job(service, ["a.test/1", "a.test/2"], config={"interval_seconds": 2})
    visit(service, now)
    assert claimed_at(service, now, 1) == []
    service.update_job(job_id, config={"interval_seconds": 30})
    assert claimed_at(service, now, 29) == []
    assert due(service, job_id) == [later(30, now)]


@pytest.mark.parametrize("set_to", [None, 5.0])
def test_a_changed_pause_of_a_host_counts_for_what_waits_already(service: JobService, set_to: float | None) -> None:
    now = later(60)
    service.set_host_interval("a.test", 600)
    new_job(service, ["a.test/1", "a.test/2", "a.test/3"], config={"interval_seconds": 0})
    other = new_job(service, ["a.test/4", "b.test"], config={"interval_seconds": 0})
    visit(service, now)
    assert claimed_at(service, now, 1) == ["b.test"]
    service.set_host_interval("a.test", set_to)
    assert claimed_at(service, now, (set_to or 0) + 0.1) == ["a.test/2"]
    assert [step.next_attempt_at > now for step in steps_of(service.database, other)] == [True, False]


def test_a_changed_pause_moves_one_step_of_each_host(service: JobService) -> None:
    now = later(60)
    many = [f"{host}.test/{n}" for host in "ab" for n in range(300)]
    job_id = new_job(service, many, config={"interval_seconds": 40})
    for _ in "ab":
        visit(service, now)
    assert claimed_at(service, now, 1) == []
    put_off = sum(moment > now for moment in due(service, job_id))
    service.update_job(job_id, config={"interval_seconds": 20})
    assert sum(moment > now for moment in due(service, job_id)) == put_off - 2
