"""Reports used again: a target with a good young report is completed at the start by pointing to that, not visited.

A report that steps of other jobs point to outlives its own job: the delete gives it to one of them.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect, queries
from core.models import JOB_STEPS, JOBS, REPORTS
from core.states import JOB_MOVES, STEP_MOVES, JobEvent, JobStatus, StepEvent, StepStatus

REUSE_LOCK = 0x4C6F7465_7265
"""Lock between starts that point to reports and deletes that take them; before any row."""

log = logging.getLogger(__name__)


def keep_reports(session: Session) -> None:
    """No report goes until this transaction ends; called before it locks a row."""
    dialect.keep_away(session, REUSE_LOCK)


def reuse(session: Session, job_id: int, now: datetime, *, after_step: int = 0) -> int:
    """Complete the pending steps whose target has a report without flags younger than the job's `reuse_days`.

    Only steps with a higher number than `after_step`; gives how many. A job with nothing left to do ends here.
    """
    config = queries.jobs.get(session, job_id).config
    days = config.get("reuse_days", 0)
    if not days:
        return 0
    since = now - timedelta(days=days)
    found = _young_reports(job_id, since, after_step, with_html=config.get("store_html", False)).subquery("young")
    completed = session.execute(
        sa.update(JOB_STEPS)
        .where(JOB_STEPS.c.id == found.c.step_id, found.c.report_id.is_not(None))
        .values(
            status=StepStatus.COMPLETED,
            completed_at=now,
            reused_report_id=found.c.report_id,
            result_data=_result_data(session, found.c.report_id),
        )
    )
    reused = int(completed.rowcount)  # type: ignore[attr-defined]
    if reused:
        log.info("%d reports are reused", reused, extra={"job_id": job_id})
        _count(session, job_id, reused, now)
    return reused


def _young_reports(job_id: int, since: datetime, after_step: int, *, with_html: bool) -> sa.Select[Any]:
    """Each step that may be reused for, with the newest report that it can have (None without one)."""
    newest = (
        sa.select(REPORTS.c.id)
        .where(REPORTS.c.target == JOB_STEPS.c.target, REPORTS.c.fetched_at > since)
        .where(REPORTS.c.flag_count == 0, REPORTS.c.html_sha256.is_not(None) if with_html else sa.true())
        .order_by(REPORTS.c.fetched_at.desc(), REPORTS.c.id.desc())
        .limit(1)
        .correlate(JOB_STEPS)
        .scalar_subquery()
    )
    return sa.select(JOB_STEPS.c.id.label("step_id"), newest.label("report_id")).where(
        JOB_STEPS.c.job_id == job_id,
        JOB_STEPS.c.step_number > after_step,
        JOB_STEPS.c.status.in_(STEP_MOVES[StepEvent.REUSE]),
    )


def _result_data(session: Session, report_id: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """`{"report_id": …, "reused": true}`, made in the database."""
    document = sa.literal('{"report_id": ') + sa.cast(report_id, sa.String) + sa.literal(', "reused": true}')
    if dialect.is_postgresql(session):
        return sa.cast(document, sa.JSON)
    return sa.type_coerce(document, sa.String)


def _count(session: Session, job_id: int, reused: int, now: datetime) -> None:
    session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(completed_steps=JOBS.c.completed_steps + reused))
    ended = session.execute(
        sa.update(JOBS)
        .where(JOBS.c.id == job_id, JOBS.c.status.in_(JOB_MOVES[JobEvent.REUSE]))
        .where(JOBS.c.completed_steps == JOBS.c.total_steps)
        .values(status=JobStatus.COMPLETED, started_at=now, completed_at=now, status_reason=None)
        .returning(JOBS.c.id)
    )
    if ended.first() is not None:
        log.info("job ended: completed", extra={"job_id": job_id})


def rehome(session: Session, job_id: int) -> None:
    """Give the job's reports that steps of other jobs point to, each to one of these steps.

    Locks the job and those others in the order of their ids.
    """
    dialect.go_one_by_one(session, REUSE_LOCK)
    pointing = (
        sa.select(JOB_STEPS.c.reused_report_id.label("report_id"), sa.func.min(JOB_STEPS.c.id).label("step_id"))
        .join(REPORTS, REPORTS.c.id == JOB_STEPS.c.reused_report_id)
        .where(REPORTS.c.job_id == job_id, JOB_STEPS.c.job_id != job_id, JOB_STEPS.c.reused_report_id.is_not(None))
        .group_by(JOB_STEPS.c.reused_report_id)
        .subquery("pointing")
    )
    heirs = sa.select(JOB_STEPS.c.job_id).join(pointing, JOB_STEPS.c.id == pointing.c.step_id)
    concerned = JOBS.c.id.in_(heirs) | (JOBS.c.id == job_id)
    session.execute(sa.select(JOBS.c.id).where(concerned).order_by(JOBS.c.id).with_for_update())
    session.execute(
        sa.update(REPORTS)
        .where(REPORTS.c.id == pointing.c.report_id, JOB_STEPS.c.id == pointing.c.step_id)
        .values(step_id=JOB_STEPS.c.id, job_id=JOB_STEPS.c.job_id)
    )
