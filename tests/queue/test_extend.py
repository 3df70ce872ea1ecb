"""More targets for an unfinished job: numbers go on, what it has is told, and a job that ends first takes none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from core import queries
from core.db import Database
from core.errors import ForbiddenMove, InvalidInput, NotFound, Refused
from core.job_service import JobService
from core.queries.rows import LineRow
from core.settings import Settings
from core.states import JobStatus, Verdict
from tests.queue.test_moves import job_in
from tests.queue.test_reuse import reusing, scraped
from tests.story import assert_counters_hold, claim, completed, failed, job_of, new_job, settle, steps_of


def lines_of(database: Database, job_id: int) -> list[LineRow]:
    with database.reading() as session:
        return queries.lines.all_of(session, job_id)


def test_lines_and_steps_go_on_where_the_list_ended(service: JobService, database: Database) -> None:
    job_id = service.create_batch_scraping_job("h1.test\n\nftp://old.test\nh2.test\n").job.id
    added = service.add_targets(job_id, "h3.test\nH1.test\n\nftp://new.test\nh3.test\nh4.test/a")
    assert [(line["line"], line["duplicate_of"]) for line in added.duplicates] == [(6, 1), (9, 5)]
    assert [(line["line"], line["input"]) for line in added.rejected] == [(8, "ftp://new.test")]
    steps = steps_of(database, job_id)
    assert [(step.step_number, step.target) for step in steps] == [
        (1, "h1.test"),
        (2, "h2.test"),
        (3, "h3.test"),
        (4, "h4.test/a"),
    ]
    ids = {step.target: step.id for step in steps}
    assert [(line.line, line.verdict, line.step_id) for line in lines_of(database, job_id)[-5:]] == [
        (5, Verdict.OK, ids["h3.test"]),
        (6, Verdict.DUPLICATE, ids["h1.test"]),
        (8, Verdict.REJECTED, None),
        (9, Verdict.DUPLICATE, ids["h3.test"]),
        (10, Verdict.OK, ids["h4.test/a"]),
    ]
    assert (added.job, added.job.total_steps) == (job_of(database, job_id), 4)
    assert service.add_targets(job_id, ["h5.test"]).job.total_steps == 5
    assert lines_of(database, job_id)[-1].line == 11
    assert len(steps_of(database, service.run_again(job_id).id)) == 5


@pytest.mark.parametrize("state", ["not started", "queued", "running", "paused"])
def test_an_unfinished_job_takes_more_and_falls_back(service: JobService, database: Database, state: str) -> None:
    job_id = job_in(state, service)
    before = job_of(database, job_id)
    after = service.add_targets(job_id, ["h8.test", "h9.test"]).job
    assert (after.status, after.queued_at, after.total_steps) == (before.status, before.queued_at, 4)
    assert_counters_hold(database, job_id)


def test_progress_falls_and_the_job_goes_on_with_what_was_added(service: JobService, database: Database) -> None:
    job_id = new_job(service, 2)
    first, second = claim(database)
    settle(database, completed(first))
    assert service.add_targets(job_id, ["h3.test"]).job.progress_percentage == 33.3
    settle(database, failed(second))
    assert job_of(database, job_id).status is JobStatus.RUNNING
    settle(database, *map(completed, claim(database)))
    assert job_of(database, job_id).status is JobStatus.COMPLETED
    assert_counters_hold(database, job_id)


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
def test_a_job_that_has_ended_takes_no_more(service: JobService, database: Database, state: str) -> None:
    job_id = job_in(state, service)
    with pytest.raises(ForbiddenMove, match=r"takes no more domains: create another job for them. It (is|has)"):
        service.add_targets(job_id, ["h9.test"])
    assert (job_of(database, job_id).total_steps, len(lines_of(database, job_id))) == (2, 2)


@pytest.mark.parametrize(
    ("domains", "told"),
    [
        ([], "Nothing was added"),
        (["", "ftp://x.test"], "Nothing was added"),
        (["h1.test", "HTTP://h2.test/"], "does not have"),
    ],
)
def test_a_list_with_nothing_new_is_refused_with_reasons(service: JobService, domains: list[str], told: str) -> None:
    job_id = new_job(service, 2, start=False)
    with pytest.raises(InvalidInput, match=told) as error:
        service.add_targets(job_id, domains)
    assert [fault["field"] for fault in error.value.errors] == [f"domains.{n}" for n in range(1, len(domains) + 1)]
    assert len(lines_of(service.database, job_id)) == 2


def test_the_largest_job_holds_over_the_sum(settings: Settings, service: JobService, database: Database) -> None:
    small = JobService(settings.model_copy(update={"max_steps_per_job": 3}), database)
    job_id = new_job(service, 2)
    with pytest.raises(InvalidInput, match=f"Job {job_id} would have 4 domains; 3 are allowed"):
        small.add_targets(job_id, ["h3.test", "h4.test"])
    assert small.add_targets(job_id, ["h3.test", "h1.test"]).job.total_steps == 3


def test_what_takes_no_list_or_is_not_there(service: JobService) -> None:
    single = service.create_single_scraping_job("h1.test").job.id
    with pytest.raises(Refused, match="takes one domain"):
        service.add_targets(single, ["h2.test"])
    for unknown in (0, -1, 999, 2**70):
        with pytest.raises(NotFound):
            service.add_targets(unknown, ["h2.test"])


@pytest.mark.parametrize(("started", "reused"), [(True, 1), (False, 0)])
def test_reports_are_reused_for_what_is_added_to_a_started_job(
    service: JobService, database: Database, started: bool, reused: int
) -> None:
    job_id = reusing(service, 2, start=started)
    scraped(service, ["h2.test", "h3.test"])
    job = service.add_targets(job_id, ["h3.test", "h4.test"]).job
    assert (job.status, job.total_steps, job.completed_steps) == (JobStatus.PENDING, 4, reused)
    assert [bool(step.report_id) for step in steps_of(database, job_id)] == [False, False, started, False]
    assert_counters_hold(database, job_id)


def test_many_hosts_are_looked_up_in_parts(service: JobService, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries.lines, "HOSTS_AT_ONCE", 2)
    job_id = new_job(service, 5)
    added = service.add_targets(job_id, [f"h{n}.test" for n in range(1, 8)])
    assert ([line["duplicate_of"] for line in added.duplicates], added.job.total_steps) == ([1, 2, 3, 4, 5], 7)


def together(*actions: Callable[[], object]) -> list[object]:
    """What the actions give, or the refusal, when they are begun at the same moment."""
    ready = Barrier(len(actions))

    def act(action: Callable[[], object]) -> object:
        ready.wait()
        try:
            return action()
        except (Refused, InvalidInput) as error:
            return error

    with ThreadPoolExecutor(len(actions)) as threads:
        return [future.result() for future in [threads.submit(act, action) for action in actions]]


def test_a_job_that_ends_in_the_same_moment_is_refused_or_goes_on(service: JobService, database: Database) -> None:
    for _turn in range(5):
        job_id = new_job(service, 1)
        [one] = claim(database, only_job=job_id)
        added, _ = together(
            lambda job_id=job_id: service.add_targets(job_id, ["h2.test"]),
            lambda one=one: settle(database, completed(one)),
        )
        job = job_of(database, job_id)
        if isinstance(added, ForbiddenMove):
            assert (job.status, job.total_steps) == (JobStatus.COMPLETED, 1)
        else:
            assert (job.status, job.total_steps) == (JobStatus.RUNNING, 2)
        assert_counters_hold(database, job_id)
        if not job.is_final:
            service.cancel_job(job_id)


def test_two_tabs_that_add_the_same_add_it_once(service: JobService, database: Database) -> None:
    job_id = new_job(service, 1)
    done = together(*[lambda: service.add_targets(job_id, ["h2.test", "h3.test"])] * 2)
    assert sorted(isinstance(one, InvalidInput) for one in done) == [False, True]
    assert [step.step_number for step in steps_of(database, job_id)] == [1, 2, 3]
    assert_counters_hold(database, job_id)


def test_a_start_and_a_delete_at_once_lose_no_report(service: JobService, database: Database) -> None:
    for turn in range(5):
        first = scraped(service, 3)
        jobs = [reusing(service, 3, start=False) for _n in range(3)]
        second = reusing(service, 3) if turn % 2 else None
        done = together(
            lambda first=first: service.delete_job(first),
            *(lambda job_id=job_id: service.start_job(job_id) for job_id in jobs),
        )
        assert not any(isinstance(one, Exception) for one in done)
        for job_id in (*jobs, *([second] if second else [])):
            for step in steps_of(database, job_id):
                if step.is_reused:
                    assert service.get_report(step.report_id or 0).text == f"Text of {step.target}"
                else:
                    assert step.report_id is None
            if not job_of(database, job_id).is_final:
                service.cancel_job(job_id)
            service.delete_job(job_id)
