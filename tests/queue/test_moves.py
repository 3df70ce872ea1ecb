"""What people can ask of a job in each of its states, and what comes of it."""

import pytest

from core import queries
from core.db import Database
from core.errors import ForbiddenMove, InvalidInput, NotFound, Refused
from core.job_service import JobService
from core.states import FINAL, JobStatus, StepStatus
from tests.story import assert_counters_hold, claim, completed, failed, job_of, later, new_job, settle, steps_of

STATES = ["not started", "queued", "running", "paused", "completed", "failed", "cancelled"]
COMMANDS = ["start", "pause", "resume", "cancel", "retry", "delete"]
ALLOWED = {
    ("not started", "start"): "pending",
    ("not started", "pause"): "paused",
    ("not started", "resume"): "pending",
    ("not started", "cancel"): "cancelled",
    ("not started", "delete"): None,
    ("queued", "start"): "pending",
    ("queued", "pause"): "paused",
    ("queued", "resume"): "pending",
    ("queued", "cancel"): "cancelled",
    ("running", "start"): "running",
    ("running", "pause"): "paused",
    ("running", "resume"): "running",
    ("running", "cancel"): "cancelled",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelled",
    ("completed", "retry"): "pending",
    ("completed", "delete"): None,
    ("failed", "retry"): "pending",
    ("failed", "delete"): None,
    ("cancelled", "cancel"): "cancelled",
    ("cancelled", "delete"): None,
}
"""(state, command) → the state afterwards; None: the job is gone. What is not here is refused."""


def job_in(state: str, service: JobService) -> int:
    """A job of two steps that has come into `state` as it does in life."""
    job_id = new_job(service, 2, start=state != "not started")
    if state in {"not started", "queued"}:
        return job_id
    claims = claim(service.database)
    match state:
        case "paused":
            service.pause_job(job_id)
        case "cancelled":
            service.cancel_job(job_id)
        case "completed":
            settle(service.database, completed(claims[0]), failed(claims[1]))
        case "failed":
            settle(service.database, failed(claims[0]), failed(claims[1]))
    return job_id


def command(name: str, service: JobService, job_id: int) -> object:
    """Give the command as screens and API do."""
    commands = {
        "start": service.start_job,
        "pause": service.pause_job,
        "resume": service.resume_job,
        "cancel": service.cancel_job,
        "retry": service.retry,
        "delete": service.delete_job,
    }
    return commands[name](job_id)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(state: str, name: str, service: JobService) -> None:
    job_id = job_in(state, service)
    before = job_of(service.database, job_id)
    if (state, name) not in ALLOWED:
        with pytest.raises(Refused) as refusal:
            command(name, service, job_id)
        assert str(job_id) in str(refusal.value)
        assert job_of(service.database, job_id) == before
        return
    command(name, service, job_id)
    expected = ALLOWED[state, name]
    if expected is None:
        with pytest.raises(NotFound):
            job_of(service.database, job_id)
        return
    after = job_of(service.database, job_id)
    assert after.status == expected
    assert (after.completed_at is not None) == (after.status in FINAL)
    assert_counters_hold(service.database, job_id)


@pytest.mark.parametrize("name", ["start", "pause", "resume", "cancel"])
def test_a_second_click_changes_nothing(name: str, service: JobService) -> None:
    states = {"start": "queued", "pause": "paused", "resume": "running", "cancel": "cancelled"}
    job_id = job_in(states[name], service)
    before = job_of(service.database, job_id)
    command(name, service, job_id)
    assert job_of(service.database, job_id) == before


def test_the_refusal_names_job_and_state(service: JobService) -> None:
    job_id = job_in("completed", service)
    with pytest.raises(ForbiddenMove, match=f"Job {job_id} cannot be cancelled. It is completed."):
        service.cancel_job(job_id)


def test_cancel_ends_job_and_steps_at_once_and_late_results_change_nothing(service: JobService) -> None:
    job_id = new_job(service, 3)
    claims = claim(service.database, 2)
    settle(service.database, completed(claims[0]))
    job = service.cancel_job(job_id, by="ana")
    assert (job.status, job.completed_steps, job.cancelled_steps) == (JobStatus.CANCELLED, 1, 2)
    assert job.progress_percentage == 33.3
    assert job.status_reason == {"code": "cancelled_by", "by": "ana"}
    settle(service.database, completed(claims[1]))
    assert job_of(service.database, job_id) == job
    assert [step.status for step in steps_of(service.database, job_id)] == ["completed", "cancelled", "cancelled"]
    with service.database.reading() as session:
        attempts = queries.steps.attempts(session, job_id, 2)
        assert [a.outcome for a in attempts] == ["cancelled"]
        assert queries.reports.page(session, job_id=job_id).total == 1


def test_retry_queues_only_what_failed_and_progress_falls(service: JobService) -> None:
    job_id = job_in("completed", service)
    job = service.retry(job_id)
    assert (job.status, job.failed_steps, job.completed_steps, job.progress_percentage) == ("pending", 0, 1, 50.0)
    (again,) = claim(service.database)
    assert (again.step_number, again.attempts, again.fence) == (2, 0, 2)
    settle(service.database, completed(again))
    assert job_of(service.database, job_id).completed_steps == 2


def test_retry_runs_the_remaining_steps_of_a_cancelled_job_with_new_options(service: JobService) -> None:
    job_id = job_in("cancelled", service)
    with pytest.raises(Refused, match="no step to retry"):
        service.retry(job_id)
    service.retry(job_id, states=["cancelled"], overrides={"timeout_seconds": 60})
    claims = claim(service.database, now=later(3))  # the visits that were broken off have ended by then
    assert [c.config.timeout_seconds for c in claims] == [60, 60]
    assert job_of(service.database, job_id).config["timeout_seconds"] == 30


def test_overrides_of_several_retries_add_up_and_stay_with_the_step(service: JobService) -> None:
    job_id = job_in("failed", service)
    service.retry(job_id, steps=[1], overrides={"timeout_seconds": 60})
    settle(service.database, failed(*claim(service.database)))
    service.retry(job_id, overrides={"max_bytes": 2048})  # steps without options of their own, and with some
    configs = {c.step_number: c.config for c in claim(service.database)}
    assert [(configs[n].timeout_seconds, configs[n].max_bytes) for n in (1, 2)] == [(60, 2048), (30, 2048)]
    with service.database.reading() as session:
        attempts = queries.steps.attempts(session, job_id, 1)
    sixty = {"timeout_seconds": 60}
    assert [attempt.overrides for attempt in attempts] == [None, sixty, {**sixty, "max_bytes": 2048}]


@pytest.mark.parametrize("overrides", [{"concurrency": 2}, {"surprise": 1}, {"timeout_seconds": 1000}])
def test_a_retry_refuses_options_that_it_cannot_keep(overrides: dict[str, int], service: JobService) -> None:
    job_id = job_in("failed", service)
    with pytest.raises(InvalidInput, match=next(iter(overrides))):
        service.retry(job_id, overrides=overrides)
    assert job_of(service.database, job_id).status == JobStatus.FAILED


def test_pause_stops_claims_and_lets_running_steps_end_the_job(service: JobService) -> None:
    job_id = new_job(service, 2)
    claims = claim(service.database, 1)
    service.pause_job(job_id, by="ana")
    settle(service.database, completed(claims[0]))
    assert claim(service.database) == []
    service.resume_job(job_id)
    (second,) = claim(service.database)
    service.pause_job(job_id)
    settle(service.database, completed(second))
    assert job_of(service.database, job_id).status == JobStatus.COMPLETED


def test_a_job_paused_before_its_start_is_again_as_it_was_when_resumed(service: JobService) -> None:
    job_id = new_job(service, 1, start=False)
    service.pause_job(job_id)
    assert service.update_job(job_id, config={"timeout_seconds": 9}).config["timeout_seconds"] == 9
    assert service.resume_job(job_id).is_not_started
    assert service.resume_job(job_id).is_not_started
    service.pause_job(job_id)
    assert service.delete_job(job_id).steps == 1


def test_delete_takes_everything_with_it_and_says_what(service: JobService) -> None:
    kept, job_id = new_job(service, 1, start=False), job_in("completed", service)
    service.add_comment(job_id, "ana", "Look at this")
    counts = service.deletion_counts(job_id)
    assert service.delete_job(job_id) == counts
    assert (counts.lines, counts.steps, counts.reports, counts.comments) == (2, 2, 1, 1)
    with service.database.reading() as session:
        assert queries.jobs.summary(session).total == 1
        assert queries.reports.page(session).total == 0
    assert new_job(service, 1) > max(kept, job_id)


def test_unknown_jobs_are_named(service: JobService) -> None:
    for act in (service.start_job, service.cancel_job, service.delete_job, service.retry, service.get_job_status):
        with pytest.raises(NotFound, match="There is no job 99"):
            act(99)


def test_steps_of_a_job_are_all_in_known_states(database: Database, service: JobService) -> None:
    job_id = job_in("running", service)
    assert {step.status for step in steps_of(database, job_id)} <= set(StepStatus)
