"""Claims of engines that are gone: their steps become pending again, and no attempt is spent."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.queue import ledger
from core.states import STEP_MOVES, Outcome, StepEvent, StepStatus


def rescue(session: Session, owner: str, gone: Collection[str], now: datetime) -> list[int]:
    """Take back what the `gone` owners hold and every lease that ran out, but nothing of `owner`; gives step ids."""
    lost = (
        (JOB_STEPS.c.status == StepStatus.RUNNING)
        & (JOB_STEPS.c.lease_owner != owner)
        & (JOB_STEPS.c.lease_owner.in_(gone) | (JOB_STEPS.c.lease_expires_at < now))
    )
    jobs = sorted(job_id for (job_id,) in session.execute(sa.select(JOB_STEPS.c.job_id).where(lost).distinct()))
    if not jobs:
        return []
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id.in_(jobs)).order_by(JOBS.c.id).with_for_update())
    taken = session.execute(
        sa.update(JOB_STEPS)
        .where(lost, JOB_STEPS.c.job_id.in_(jobs), JOB_STEPS.c.status.in_(STEP_MOVES[StepEvent.RELEASE]))
        .values(status=StepStatus.PENDING, lease_owner=None, lease_expires_at=None)
        .returning(JOB_STEPS.c.id, JOB_STEPS.c.host, JOB_STEPS.c.source_report_id)
    ).all()
    ids = [row.id for row in taken]
    session.execute(
        sa.update(STEP_ATTEMPTS)
        .where(STEP_ATTEMPTS.c.step_id.in_(ids), STEP_ATTEMPTS.c.completed_at.is_(None))
        .values(completed_at=now, outcome=Outcome.LOST)
    )
    ledger.broken_off(session, {row.host for row in taken if row.source_report_id is None}, now)
    return ids
