"""What has been kept long enough goes, a batch in each transaction; nothing of a job that has not ended, nothing that
another job still uses, and counters equal steps at any moment.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.models import JOB_LINES, JOB_STEPS, JOBS, REPORTS, STEP_ATTEMPTS
from core.queue import reuse, stored_pages
from core.states import FINAL, JOB_MOVES, STEP_FINAL, JobEvent, StepStatus

COUNTERS = {
    StepStatus.COMPLETED: JOBS.c.completed_steps,
    StepStatus.FAILED: JOBS.c.failed_steps,
    StepStatus.CANCELLED: JOBS.c.cancelled_steps,
}


def due_reports(before: datetime) -> sa.ColumnElement[bool]:
    """Reports whose job ended before, like every other one that uses them, and that no step is still to read."""
    user = JOBS.alias("user")
    used = sa.exists().where(
        JOB_STEPS.c.reused_report_id == REPORTS.c.id,
        JOB_STEPS.c.reused_report_id.is_not(None),
        user.c.id == JOB_STEPS.c.job_id,
        ~_ended(user, before),
    )
    to_be_read = sa.exists().where(
        JOB_STEPS.c.source_report_id == REPORTS.c.id,
        JOB_STEPS.c.source_report_id.is_not(None),
        JOB_STEPS.c.status.not_in(STEP_FINAL),
    )
    return REPORTS.c.job_id.in_(sa.select(JOBS.c.id).where(_ended(JOBS, before))) & ~used & ~to_be_read


def due_pages(before: datetime) -> sa.ColumnElement[bool]:
    """Those of them whose page is kept."""
    return REPORTS.c.html_sha256.is_not(None) & due_reports(before)


def due_attempts(before: datetime) -> sa.ColumnElement[bool]:
    """Attempts that ended before, of jobs that have ended."""
    of_ended = sa.exists().where(
        JOB_STEPS.c.id == STEP_ATTEMPTS.c.step_id, JOBS.c.id == JOB_STEPS.c.job_id, JOBS.c.status.in_(FINAL)
    )
    return (STEP_ATTEMPTS.c.completed_at < before) & of_ended


def due_jobs(before: datetime) -> sa.ColumnElement[bool]:
    """Jobs that ended before, and whose pages no step of another job is still to read."""
    to_be_read = sa.exists().where(
        REPORTS.c.job_id == JOBS.c.id,
        REPORTS.c.html_sha256.is_not(None),
        JOB_STEPS.c.source_report_id == REPORTS.c.id,
        JOB_STEPS.c.source_report_id.is_not(None),
        JOB_STEPS.c.status.not_in(STEP_FINAL),
    )
    return sa.and_(_ended(JOBS, before), ~to_be_read)


def _ended(jobs: Any, before: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.status.in_(FINAL), jobs.c.completed_at < before)


def prune_reports(session: Session, before: datetime, limit: int) -> int:
    """Delete reports with texts and pages; their steps, and those that used them again, say which one is gone."""
    found = _locked(session, due_reports(before), limit)
    take_reports(session, list(found))
    return len(found)


def take_reports(session: Session, ids: Collection[int]) -> None:
    """Delete these reports; whoever calls has the lock between starts and deletes (`reuse.REUSE_LOCK`)."""
    going = REPORTS.c.id.in_(ids)
    own = sa.select(REPORTS.c.id).where(REPORTS.c.step_id == JOB_STEPS.c.id, going).scalar_subquery()
    makers = JOB_STEPS.c.id.in_(sa.select(REPORTS.c.step_id).where(going))
    session.execute(sa.update(JOB_STEPS).where(makers).values(pruned_report_id=own))
    users = JOB_STEPS.c.reused_report_id.in_(ids) & JOB_STEPS.c.reused_report_id.is_not(None)
    session.execute(sa.update(JOB_STEPS).where(users).values(pruned_report_id=JOB_STEPS.c.reused_report_id))
    deleted = session.execute(sa.delete(REPORTS).where(going).returning(REPORTS.c.html_sha256)).scalars()
    stored_pages.drop_unused(session, {name for name in deleted if name is not None})


def prune_pages(session: Session, before: datetime, limit: int, now: datetime) -> int:
    """Take their pages from reports, and delete the pages that no report has any more."""
    return take_pages(session, _locked(session, due_pages(before), limit), now)


def take_pages(session: Session, pages: dict[int, str | None], now: datetime) -> int:
    """The reports with these ids have no page any more; these are the names of the pages. Gives how many reports."""
    changed = sa.update(REPORTS).where(REPORTS.c.id.in_(list(pages))).values(html_sha256=None, html_pruned_at=now)
    session.execute(changed)
    stored_pages.drop_unused(session, {name for name in pages.values() if name is not None})
    return len(pages)


def _locked(session: Session, due: sa.ColumnElement[bool], limit: int) -> dict[int, str | None]:
    """Reports that are due, with the names of their pages; nobody points to them or moves their jobs meanwhile."""
    dialect.go_one_by_one(session, reuse.REUSE_LOCK)
    wanted = sa.select(REPORTS.c.id, REPORTS.c.html_sha256, REPORTS.c.job_id).where(due).limit(limit)
    found = session.execute(wanted).all()
    jobs = {row.job_id for row in found}
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id.in_(jobs)).order_by(JOBS.c.id).with_for_update())
    still = sa.select(REPORTS.c.id, REPORTS.c.html_sha256).where(REPORTS.c.id.in_([row.id for row in found]), due)
    return {row.id: row.html_sha256 for row in session.execute(still)} if found else {}


def prune_attempts(session: Session, before: datetime, limit: int) -> int:
    """Delete the history of steps."""
    due = sa.select(STEP_ATTEMPTS.c.id).where(due_attempts(before)).order_by(STEP_ATTEMPTS.c.completed_at).limit(limit)
    deleted = session.execute(sa.delete(STEP_ATTEMPTS).where(STEP_ATTEMPTS.c.id.in_(due)))
    return int(deleted.rowcount)  # type: ignore[attr-defined]


def prune_jobs(session: Session, before: datetime, limit: int) -> int:
    """Delete the last steps of a job with all that is theirs, at last its lines and itself; reports that other jobs use
    are theirs from now on. Gives the rows that went.
    """
    job_id = session.execute(sa.select(JOBS.c.id).where(due_jobs(before)).order_by(JOBS.c.id).limit(1)).scalar()
    if job_id is None:
        return 0
    reuse.rehome(session, job_id)
    if session.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job_id, due_jobs(before))).first() is None:
        return 1  # somebody runs it again
    of_job = JOB_STEPS.c.job_id == job_id
    last = sa.select(JOB_STEPS.c.id).where(of_job).order_by(JOB_STEPS.c.step_number.desc()).limit(limit)
    if steps := list(session.scalars(last)):
        return drop_steps(session, job_id, steps)
    lines = sa.select(JOB_LINES.c.id).where(JOB_LINES.c.job_id == job_id).limit(limit)
    gone = session.execute(sa.delete(JOB_LINES).where(JOB_LINES.c.id.in_(lines))).rowcount  # type: ignore[attr-defined]
    deletable = JOBS.c.status.in_(JOB_MOVES[JobEvent.DELETE])
    return int(gone) or len(
        session.execute(sa.delete(JOBS).where(JOBS.c.id == job_id, deletable).returning(JOBS.c.id)).all()
    )


def drop_steps(session: Session, job_id: int, steps: Collection[int]) -> int:
    """Delete these steps of the job, which the caller has locked, with their lines, attempts, reports and pages; the
    job's counters go down with them. Gives how many there were.
    """
    going = JOB_STEPS.c.id.in_(steps)
    of_steps = REPORTS.c.step_id.in_(steps) & REPORTS.c.html_sha256.is_not(None)
    names = set(session.scalars(sa.select(REPORTS.c.html_sha256).where(of_steps)))
    by_status = sa.select(JOB_STEPS.c.status, sa.func.count()).where(going).group_by(JOB_STEPS.c.status)
    counts: dict[StepStatus, int] = {status: n for status, n in session.execute(by_status)}
    less = {column.name: column - counts.get(status, 0) for status, column in COUNTERS.items()}
    n = sum(counts.values())
    session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(total_steps=JOBS.c.total_steps - n, **less))
    session.execute(sa.delete(JOB_STEPS).where(going))
    stored_pages.drop_unused(session, names)
    return n
