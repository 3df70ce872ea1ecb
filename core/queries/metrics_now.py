"""Reads of the present moment for the metrics: jobs, steps, what waits for how long, engines, the size of the data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import presence
from core.models import JOB_STEPS, JOBS
from core.queries import jobs, storage
from core.states import JobStatus


@dataclass(frozen=True, slots=True)
class Present:
    """Facts of the whole database, the same for every engine on it.

    `unfinished_steps` are those of active jobs. `queue_age_seconds`: how long the job that has waited longest for its
    begin has waited, 0 when none waits. `places`, `places_in_use` and `worker_processes` are those of all engines.
    """

    jobs: dict[JobStatus, int]
    waiting_jobs: int
    queue_age_seconds: float
    unfinished_steps: int
    running_steps: int
    engines: int
    places: int
    places_in_use: int
    worker_processes: int
    database_bytes: int


def read(session: Session, now: datetime, gone: Collection[str] = ()) -> Present:
    """How it is now; `gone` as in `presence.living`."""
    engines = presence.living(session, gone)
    waiting, oldest = session.execute(_WAITING).one()
    return Present(
        jobs={status: 0 for status in JobStatus} | {JobStatus(status): n for status, n in session.execute(_JOBS)},
        waiting_jobs=waiting,
        queue_age_seconds=max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
        unfinished_steps=session.execute(_UNFINISHED).scalar_one(),
        running_steps=session.execute(_RUNNING).scalar_one(),
        engines=len(engines),
        places=sum(engine.vitals.get("places", 0) for engine in engines),
        places_in_use=sum(engine.vitals.get("running_steps", 0) for engine in engines),
        worker_processes=sum(engine.vitals.get("worker_processes", 0) for engine in engines),
        database_bytes=storage.size(session),
    )


_JOBS = sa.select(JOBS.c.status, sa.func.count()).group_by(JOBS.c.status)
_WAITING = sa.select(sa.func.count(), sa.func.min(JOBS.c.queued_at)).where(jobs.QUEUED)
_ENDED = JOBS.c.completed_steps + JOBS.c.failed_steps + JOBS.c.cancelled_steps
_UNFINISHED = sa.select(sa.func.coalesce(sa.func.sum(JOBS.c.total_steps - _ENDED), 0)).where(jobs.ACTIVE)
_RUNNING = (
    sa.select(sa.func.count())
    .select_from(JOB_STEPS)
    .where(sa.text("status = 'running'"), JOB_STEPS.c.lease_owner.is_not(None))
)
