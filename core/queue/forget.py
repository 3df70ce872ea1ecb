"""Steps that are to be forgotten: they go with all that is theirs, whatever they are doing; their job goes on without
them, ends with the others, or goes too when it has no other.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.models import JOB_STEPS, JOBS
from core.queue import reuse
from core.queue.prune import drop_steps, take_reports
from core.states import JOB_MOVES, JobEvent, JobStatus

_ALL_ENDED = JOBS.c.completed_steps + JOBS.c.failed_steps + JOBS.c.cancelled_steps == JOBS.c.total_steps


def forget_steps(session: Session, job_id: int, steps: Collection[int], now: datetime) -> int:
    """Delete these steps of the job: an engine that works on one finds its claim gone. Gives how many there were."""
    _lock(session, {job_id})
    here = sa.select(JOB_STEPS.c.id).where(JOB_STEPS.c.job_id == job_id, JOB_STEPS.c.id.in_(steps))
    gone = drop_steps(session, job_id, list(session.scalars(here)))
    session.execute(sa.delete(JOBS).where(JOBS.c.id == job_id, JOBS.c.total_steps == 0))
    _end(session, job_id, now)
    return gone


def forget_reports(session: Session, reports: dict[int, int]) -> None:
    """Delete these reports (id → its job); their steps say that they are no longer kept."""
    _lock(session, set(reports.values()))
    take_reports(session, list(reports))


def _lock(session: Session, jobs: set[int]) -> None:
    dialect.go_one_by_one(session, reuse.REUSE_LOCK)
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id.in_(jobs)).order_by(JOBS.c.id).with_for_update())


def _end(session: Session, job_id: int, now: datetime) -> None:
    """A job whose other steps have ended ends; one that waited to run again as it was, or cancelled."""
    nothing_left = sa.update(JOBS).where(JOBS.c.id == job_id, _ALL_ENDED)
    any_completed = JOBS.c.completed_steps > 0
    ended = {"completed_at": now, "status_reason": None}
    for event, status, which in (
        (JobEvent.COMPLETE, JobStatus.COMPLETED, any_completed),
        (JobEvent.FAIL, JobStatus.FAILED, ~any_completed),
        (JobEvent.REUSE, JobStatus.COMPLETED, any_completed),
        (JobEvent.CANCEL, JobStatus.CANCELLED, ~any_completed),
    ):
        session.execute(nothing_left.where(JOBS.c.status.in_(JOB_MOVES[event]), which).values(status=status, **ended))
