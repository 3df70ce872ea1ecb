"""What people ask of a job: start, pause, resume, cancel, retry, delete."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import queries, reasons
from core.errors import ForbiddenMove, Refused
from core.failures import FailureKind
from core.i18n import N_
from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.queries import retries
from core.queue import ledger, reuse, stored_pages
from core.states import JOB_MOVES, STEP_MOVES, JobEvent, JobStatus, Outcome, StepEvent, StepStatus


def start(session: Session, job_id: int, now: datetime) -> None:
    """Put the job into the queue; a job that is queued or running stays as it is."""
    job = queries.jobs.get(session, job_id)
    if job.is_queued or job.status is JobStatus.RUNNING:
        return
    reuse.keep_reports(session)
    if not _move(session, job_id, JobEvent.START, queued_at=now):
        _refuse(session, job_id, JobEvent.START)
    reuse.reuse(session, job_id, now)


def pause(session: Session, job_id: int, by: str) -> None:
    """Claim nothing more for the job; what runs may finish. A paused job stays as it is.

    One that would go on by itself is from now on paused by the person.
    """
    reason = reasons.by(reasons.PAUSED_BY, by)
    if _move(session, job_id, JobEvent.PAUSE, status_reason=reason):
        return
    passing = JOBS.c.status_reason["code"].as_string().in_(sorted(reasons.GOES_ON_BY_ITSELF))
    paused = sa.update(JOBS).where(JOBS.c.id == job_id, JOBS.c.status == JobStatus.PAUSED, passing)
    if session.execute(paused.values(status_reason=reason).returning(JOBS.c.id)).first() is None:
        _refuse(session, job_id, JobEvent.PAUSE, unless=JobStatus.PAUSED)


def resume(session: Session, job_id: int) -> None:
    """Go on: a job that ran runs at once, another one is again as it was. One that is not paused stays as it is."""
    job = queries.jobs.get(session, job_id)
    if job.status is JobStatus.PENDING:
        return
    event = JobEvent.RESUME if job.started_at is not None else JobEvent.REQUEUE
    if _move(session, job_id, event, status_reason=None):
        ledger.look_again(session, [job_id])
    else:
        _refuse(session, job_id, JobEvent.RESUME, unless=JobStatus.RUNNING)


def cancel(session: Session, job_id: int, by: str, now: datetime) -> None:
    """End the job at once, with all its unfinished steps; a cancelled job stays as it is."""
    reason = reasons.by(reasons.CANCELLED_BY, by)
    if not _move(session, job_id, JobEvent.CANCEL, completed_at=now, status_reason=reason):
        _refuse(session, job_id, JobEvent.CANCEL, unless=JobStatus.CANCELLED)
        return
    unfinished = (JOB_STEPS.c.job_id == job_id) & JOB_STEPS.c.status.in_(STEP_MOVES[StepEvent.CANCEL])
    running = session.execute(
        sa.select(JOB_STEPS.c.id, JOB_STEPS.c.host, JOB_STEPS.c.source_report_id)
        .where(JOB_STEPS.c.job_id == job_id, JOB_STEPS.c.status == StepStatus.RUNNING)
        .order_by(JOB_STEPS.c.id)
        .with_for_update()
    ).all()
    session.execute(
        sa.update(STEP_ATTEMPTS)
        .where(STEP_ATTEMPTS.c.completed_at.is_(None), STEP_ATTEMPTS.c.step_id.in_([row.id for row in running]))
        .values(completed_at=now, outcome=Outcome.CANCELLED, error_kind=FailureKind.CANCELLED)
    )
    fence = sa.case((JOB_STEPS.c.status == StepStatus.RUNNING, JOB_STEPS.c.fence + 1), else_=JOB_STEPS.c.fence)
    cancelled = session.execute(
        sa.update(JOB_STEPS)
        .where(unfinished)
        .values(
            status=StepStatus.CANCELLED,
            fence=fence,
            lease_owner=None,
            lease_expires_at=None,
            waits_for_host=False,
            completed_at=now,
            error_kind=FailureKind.CANCELLED,
            error_message=None,
        )
    )
    ledger.broken_off(session, {row.host for row in running if row.source_report_id is None}, now)
    _count(session, job_id, cancelled_steps=cancelled.rowcount)  # type: ignore[attr-defined]


def retry(
    session: Session,
    job_id: int,
    now: datetime,
    *,
    states: Collection[StepStatus] = (StepStatus.FAILED,),
    error_kind: FailureKind | None = None,
    steps: Collection[int] | None = None,
    overrides: dict[str, Any] | None = None,
) -> int:
    """Queue failed or cancelled steps of a finished job again; `overrides` change its configuration for them.

    Gives how many steps it takes; `Refused` when there is none.
    """
    _lock(session, job_id)
    job = queries.jobs.get(session, job_id)
    if job.status not in JOB_MOVES[JobEvent.RETRY]:
        _refuse(session, job_id, JobEvent.RETRY)
    wanted = retries.taken(job_id, states, error_kind, steps)
    found = retries.count(session, wanted)
    if not found.steps:
        raise Refused(N_("Job {job_id} has no step to retry that fits what was asked for."), job_id=job_id)
    if overrides:
        _override(session, wanted, overrides)
    nothing_yet = dict.fromkeys(("completed_at", "started_at", "error_kind", "error_message"))
    again = {"status": StepStatus.PENDING, "attempts": 0, "next_attempt_at": now, **nothing_yet}
    session.execute(sa.update(JOB_STEPS).where(wanted).values(again))
    _move(session, job_id, JobEvent.RETRY, queued_at=now, started_at=None, completed_at=None, status_reason=None)
    _count(session, job_id, failed_steps=-found.failed, cancelled_steps=-found.cancelled)
    return found.steps


def _override(session: Session, wanted: sa.ColumnElement[bool], overrides: dict[str, Any]) -> None:
    """Add to what earlier retries of a step have changed; the same key takes the new value.

    One statement for all steps that have the same; those that it makes like others are not changed by theirs.
    """
    changed = sa.update(JOB_STEPS).where(wanted)
    earlier = retries.overrides(session, wanted)
    session.execute(changed.where(JOB_STEPS.c.overrides.is_(None)).values(overrides=overrides))
    for stored, before in earlier.items():
        session.execute(changed.where(retries.has_overrides(stored)).values(overrides={**before, **overrides}))


def delete(session: Session, job_id: int) -> None:
    """Delete a finished or never started job with everything that belongs to it, but for reports that others use."""
    reuse.rehome(session, job_id)
    stored_pages.check_unread(session, job_id)
    stored_pages.drop(session, job_id)
    not_started = JOBS.c.status.in_([JobStatus.PENDING, JobStatus.PAUSED]) & JOBS.c.queued_at.is_(None)
    deletable = JOBS.c.status.in_(JOB_MOVES[JobEvent.DELETE]) | not_started
    deleted = session.execute(sa.delete(JOBS).where(JOBS.c.id == job_id, deletable).returning(JOBS.c.id)).first()
    if deleted is None:
        _refuse(session, job_id, JobEvent.DELETE)


def _move(session: Session, job_id: int, event: JobEvent, **values: Any) -> bool:
    """The guarded change of a job's state; False when its state forbids it (or there is no such job)."""
    moves = JOB_MOVES[event]
    (after,) = set(moves.values())
    statement = sa.update(JOBS).where(JOBS.c.id == job_id, JOBS.c.status.in_(moves)).values(status=after, **values)
    return session.execute(statement.returning(JOBS.c.id)).first() is not None


def _refuse(session: Session, job_id: int, event: JobEvent, unless: JobStatus | None = None) -> None:
    """`NotFound` or `ForbiddenMove`; nothing when the job is already in the state that was asked for."""
    job = queries.jobs.get(session, job_id)
    if job.status is not unless:
        raise ForbiddenMove(job_id, job.status, event)


def _lock(session: Session, job_id: int) -> None:
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job_id).with_for_update())


def _count(session: Session, job_id: int, **changes: int) -> None:
    values = {name: JOBS.c[name] + change for name, change in changes.items()}
    session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(**values))
