"""Reads of what pending steps wait for."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core.errors import InvalidInput
from core.job_config import JobConfig
from core.models import HOSTS, JOB_STEPS
from core.politeness import ENTRY
from core.queries.hosts import is_visited
from core.queries.rows import JobRow, StepRow
from core.states import JobStatus, StepStatus
from core.waits import Wait, judge


def of_steps(session: Session, job: JobRow, steps: Iterable[StepRow], now: datetime) -> dict[int, Wait]:
    """What these steps of one job wait for, by step id; nothing of a job that does not run.

    A step that waits for a lane only, or for nothing, is left out.
    """
    waiting = {step.id: step for step in steps if step.status is StepStatus.PENDING and step.next_attempt_at > now}
    if job.status is not JobStatus.RUNNING or not waiting:
        return {}
    try:
        config = JobConfig.parse(job.config)
    except InvalidInput:  # an engine is about to pause the job for it
        return {}
    first = JOB_STEPS.alias("first")
    comes_next = (
        sa.select(first.c.id)
        .where(first.c.host == JOB_STEPS.c.host, first.c.job_id == job.id, first.c.waits_for_host)
        .order_by(first.c.next_attempt_at, first.c.step_number)
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        sa.select(
            JOB_STEPS.c.id,
            is_visited(JOB_STEPS.c.host).label("is_visited"),
            comes_next.label("next_id"),
            *(HOSTS.c[name] for name in ENTRY),
        )
        .select_from(JOB_STEPS.outerjoin(HOSTS, HOSTS.c.host == JOB_STEPS.c.host))
        .where(JOB_STEPS.c.id.in_(list(waiting)))
    )
    waits: dict[int, Wait] = {}
    for row in session.execute(statement):
        step = waiting[row.id]
        wait = judge(step, row, config, now, is_visited=bool(row.is_visited), is_first=row.next_id == row.id)
        if wait is not None:
            waits[row.id] = wait
    return waits
