"""A job whose steps read stored pages: its row, its steps and its list, each written by one statement."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.draft import Draft
from core.models import JOB_LINES, JOB_STEPS, JOBS, REPORTS, STORED_PAGES
from core.queries.reports import OF_STEP, REPORT_ID
from core.queue import reuse
from core.queue.create import insert_job
from core.states import StepStatus, Verdict

_STEP = (
    *("job_id", "step_number", "name", "target", "host", "source_report_id"),
    *("status", "attempts", "fence", "next_attempt_at"),
)
_LINE = ("job_id", "line", "input", "verdict", "reason", "extra", "step_id")


def extract_again(
    session: Session, job_id: int, draft: Draft, now: datetime, *, steps: Collection[int] | None = None
) -> tuple[int, int]:
    """Insert a job (not started) with a step for each one of the job whose report has a stored page, or for those of
    the numbered `steps`. Their lines of the list go with them, duplicates included. Gives its id and its steps.
    """
    reuse.keep_reports(session)
    new_id = insert_job(session, draft, 0, now)
    session.execute(sa.insert(JOB_STEPS).from_select(list(_STEP), _steps(new_id, job_id, steps, now)))
    session.execute(sa.insert(JOB_LINES).from_select(list(_LINE), _lines(new_id, job_id)))
    n = sa.select(sa.func.count()).where(JOB_STEPS.c.job_id == new_id).scalar_subquery()
    counted = sa.update(JOBS).where(JOBS.c.id == new_id).values(total_steps=n).returning(JOBS.c.total_steps)
    return new_id, session.execute(counted).scalar_one()


def _steps(new_id: int, job_id: int, steps: Collection[int] | None, now: datetime) -> sa.Select[Any]:
    s = JOB_STEPS.c
    number = sa.func.row_number().over(order_by=s.step_number)
    own: tuple[Any, ...] = (sa.literal(new_id), number, sa.literal("Extraction: ") + s.target, s.target, s.host)
    fresh = {"status": StepStatus.PENDING, "attempts": 0, "fence": 0, "next_attempt_at": now}
    values = (sa.literal(value, s[name].type) for name, value in fresh.items())
    found = (
        sa.select(*own, REPORTS.c.id, *values)
        .join(REPORTS, OF_STEP)
        .join(STORED_PAGES, STORED_PAGES.c.sha256 == REPORTS.c.html_sha256)
        .where(s.job_id == job_id)
        .order_by(s.step_number)
    )
    return found if steps is None else found.where(s.step_number.in_(steps))


def _lines(new_id: int, job_id: int) -> sa.Select[Any]:
    """The lines whose step has one in the new job, which reads its report."""
    new = JOB_STEPS.alias("new")
    step_id = (
        sa.select(new.c.id)
        .where(new.c.source_report_id == REPORT_ID)
        .where(new.c.job_id + 0 == new_id)  # no index: PostgreSQL's statistics do not know these steps yet
        .correlate(JOB_STEPS)
        .scalar_subquery()
    )
    line = JOB_LINES.c
    given = (
        sa.select(sa.literal(new_id).label("job_id"), *(line[name] for name in _LINE[1:-1]))
        .add_columns(step_id.label("step_id"), line.id)
        .join(JOB_STEPS, JOB_STEPS.c.id == line.step_id)
        .where(line.job_id == job_id, line.verdict != Verdict.REJECTED)
        .subquery("given")
    )
    return sa.select(*(given.c[name] for name in _LINE)).where(given.c.step_id.is_not(None)).order_by(given.c.id)
