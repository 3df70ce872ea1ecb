"""What a test sees of jobs, steps, attempts and reports, what each verb may move, and what holds at any time."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.db import Database
from core.models import JOB_STEPS, JOBS, REPORTS, STEP_ATTEMPTS

ENDED = ("completed", "failed", "cancelled")
JOBS_MOVE = {
    "start": {"pending completed"},
    "claim": {"pending running"},
    "settle": {"running completed", "running failed", "paused completed", "paused failed"},
    "pause": {"pending paused", "running paused"},
    "trip": {"running paused"},
    "resume": {"paused running", "paused pending"},
    "cancel": {"pending cancelled", "running cancelled", "paused cancelled"},
    "retry": {"completed pending", "failed pending", "cancelled pending"},
}
"""What each verb may do to a job, written down without a look at `core.states`; every other verb moves none."""
STEPS_MOVE = {
    "start": {"pending completed"},
    "extend": {"pending completed"},
    "claim": {"pending running"},
    "settle": {"running completed", "running failed", "running pending"},
    "give back": {"running pending"},
    "trip": {"failed pending"},
    "reopen": {"failed pending"},
    "cancel": {"pending cancelled", "running cancelled"},
    "retry": {"failed pending", "cancelled pending"},
}


class Job(NamedTuple):
    """A job's own words about itself."""

    status: str
    queued_at: datetime | None
    created_at: datetime
    total: int
    completed: int
    failed: int
    cancelled: int


class Step(NamedTuple):
    """A step; `report_id` is the report that it has itself, `names` the one that its result names."""

    job_id: int
    host: str
    status: str
    attempts: int
    fence: int
    due: datetime
    is_parked: bool
    reused: int | None
    result: dict[str, Any] | None
    report_id: int | None

    @property
    def names(self) -> int | None:
        return self.result["report_id"] if self.result else None


class Attempt(NamedTuple):
    """One try; it is open while `outcome` is None."""

    number: int
    outcome: str | None


_JOB = ("status", "queued_at", "created_at", "total_steps", "completed_steps", "failed_steps", "cancelled_steps")
_STEP = (
    *("job_id", "host", "status", "attempts", "fence", "next_attempt_at", "waits_for_host"),
    *("reused_report_id", "result_data"),
)
_ALL = (
    sa.select(JOB_STEPS.c.id, *(JOBS.c[name] for name in _JOB))
    .add_columns(*(JOB_STEPS.c[name] for name in _STEP), REPORTS.c.id)
    .select_from(JOBS.join(JOB_STEPS, JOB_STEPS.c.job_id == JOBS.c.id))
    .outerjoin(REPORTS, REPORTS.c.step_id == JOB_STEPS.c.id)
    .order_by(JOB_STEPS.c.id)
)
_ATTEMPTS = sa.select(*(STEP_ATTEMPTS.c[name] for name in ("step_id", "number", "outcome", "completed_at"))).order_by(
    STEP_ATTEMPTS.c.number
)


@dataclass(frozen=True)
class World:
    """Everything in one snapshot; `counts` are the steps of each job by their state."""

    jobs: dict[int, Job]
    steps: dict[int, Step]
    attempts: dict[int, list[Attempt]]
    counts: dict[int, dict[str, int]]

    @classmethod
    def read(cls, database: Database) -> "World":
        """Two statements."""
        jobs: dict[int, Job] = {}
        steps: dict[int, Step] = {}
        attempts: dict[int, list[Attempt]] = defaultdict(list)
        counts: dict[int, dict[str, int]] = defaultdict(Counter)
        with database.reading() as session:
            rows, tries = session.execute(_ALL).all(), session.execute(_ATTEMPTS).all()
        for step_id, *columns in rows:
            assert step_id not in steps, "a step has two reports"
            steps[step_id] = step = Step(*columns[len(_JOB) :])
            jobs[step.job_id] = Job(*columns[: len(_JOB)])
            counts[step.job_id][step.status] += 1
        for step_id, number, outcome, completed_at in tries:
            assert (outcome is None) == (completed_at is None)
            attempts[step_id].append(Attempt(number, outcome))
        return cls(jobs, steps, dict(attempts), dict(counts))

    def check(self, lanes: dict[int, int], fresh_since: dict[int, int]) -> None:
        """`lanes` of each job; `fresh_since` is the fence at which a step had its attempts anew."""
        for job_id, job in self.jobs.items():
            _check_job(job, self.counts[job_id], lanes[job_id])
        for step_id, step in self.steps.items():
            _check_attempts(step, self.attempts.get(step_id, []), fresh_since.get(step_id, 0))
        visits = Counter(step.host for step in self.steps.values() if step.status == "running")
        assert max(visits.values(), default=1) == 1, "two visits to one host at a time"
        self._check_reports()

    def _check_reports(self) -> None:
        """A completed step has one report: its own, or one that it uses again. No other step has any."""
        owners = {step.report_id: step_id for step_id, step in self.steps.items() if step.report_id is not None}
        for step_id, step in self.steps.items():
            assert (step.status == "completed") == (step.names is not None)
            if step.names is None:
                assert step.report_id is None
            else:
                assert owners[step.names] == step_id or step.reused == step.names
                assert (step.result or {}).get("reused", False) == (step.reused is not None)


def _check_job(job: Job, steps: dict[str, int], lanes: int) -> None:
    assert job.total == sum(steps.values())
    assert (job.completed, job.failed, job.cancelled) == tuple(steps.get(status, 0) for status in ENDED)
    assert (job.status in ENDED) == (not steps.get("pending") and not steps.get("running"))
    assert steps.get("running", 0) <= lanes


def _check_attempts(step: Step, attempts: list[Attempt], fresh_since: int) -> None:
    """Only an answer or a failure of the target is spent; a running step has one open attempt, that of its fence."""
    numbers = [attempt.number for attempt in attempts]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers, default=0) <= step.fence
    open_ones = [attempt.number for attempt in attempts if attempt.outcome is None]
    assert open_ones == ([step.fence] if step.status == "running" else [])
    spent = [a for a in attempts if a.outcome in ("completed", "failed") and a.number > fresh_since]
    assert step.attempts == len(spent)


def state_of(job: Job) -> str:
    """`status`, and whether a pending or paused job waits for its start."""
    if job.status == "pending":
        return "new" if job.queued_at is None else "queued"
    return "paused before its start" if job.status == "paused" and job.queued_at is None else job.status


def moves_as_its_verb_may(verb: str, before: World, now: World) -> None:
    """What stands in neither table has not moved; places in queue and list stay, but for what has to be due."""
    assert verb == "delete" or before.jobs.keys() <= now.jobs.keys()
    for job_id, job in now.jobs.items():
        if job_id in before.jobs:
            old = before.jobs[job_id]
            _moves(f"job {job_id}", verb, old.status, job.status, JOBS_MOVE)
            assert job.queued_at == old.queued_at or verb in ("start", "retry"), "its place in the queue is lost"
        else:
            assert verb == "create"
    for step_id in now.steps.keys() & before.steps.keys():
        old_step, step = before.steps[step_id], now.steps[step_id]
        _step_moves(verb, step_id, old_step, step, now.jobs[step.job_id])
        if verb == "resume":
            resumed = before.jobs[step.job_id].status != now.jobs[step.job_id].status
            looked_at_again = resumed and old_step.is_parked and old_step.status == "pending"
            assert step.due == (now.jobs[step.job_id].created_at if looked_at_again else old_step.due)


def _step_moves(verb: str, step_id: int, old: Step, step: Step, job: Job) -> None:
    _moves(f"step {step_id}", verb, old.status, step.status, STEPS_MOVE)
    claimed = verb == "claim" and step.status != old.status
    assert job.status == "running" or not claimed, f"a step of a {job.status} job was claimed"
    assert step.fence == old.fence + 1 if claimed else step.fence >= old.fence


def _moves(what: str, verb: str, old: str, new: str, may: dict[str, set[str]]) -> None:
    assert old == new or f"{old} {new}" in may.get(verb, ()), f"{verb} moved {what}: {old} to {new}"
