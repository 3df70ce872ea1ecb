"""Reads of steps and their attempts."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.errors import NotFound
from core.failures import FailureKind
from core.i18n import N_
from core.models import JobStep, Report, StepAttempt
from core.queries import jobs
from core.queries.paging import by_keyset, by_number, columns, many, one
from core.queries.rows import AttemptRow, Page, StepRow
from core.states import StepStatus

ORDERS: dict[str, Any] = {
    "step_number": col(JobStep.step_number),
    "target": col(JobStep.host),
    "status": col(JobStep.status),
    "attempts": col(JobStep.attempts),
    "error_kind": col(JobStep.error_kind),
    "completed_at": col(JobStep.completed_at),
    "total_seconds": col(Report.total_seconds),
    "word_count": col(Report.word_count),
    "http_status": col(Report.http_status),
    "title": col(Report.title),
}
"""What the Steps table can be sorted by."""


def page(
    session: Session,
    job_id: int,
    *,
    status: StepStatus | None = None,
    error_kind: FailureKind | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[StepRow]:
    """Steps of a job by number; `NotFound` without the job."""
    jobs.get(session, job_id)
    statement = _filtered(job_id, status, error_kind, q)
    return by_keyset(session, StepRow, statement, col(JobStep.step_number), limit=limit, cursor=cursor)


def numbered(
    session: Session,
    job_id: int,
    *,
    page: int,
    size: int,
    status: StepStatus | None = None,
    error_kind: FailureKind | None = None,
    q: str | None = None,
    order_by: str = "step_number",
    descending: bool = False,
) -> Page[StepRow]:
    """The same steps by page number, sorted by a key of `ORDERS`."""
    statement = _filtered(job_id, status, error_kind, q)
    key = ORDERS[order_by]
    if key.class_ is Report:
        statement = statement.outerjoin(Report, col(Report.step_id) == col(JobStep.id))
    order = [(key.desc() if descending else key.asc()).nulls_last(), col(JobStep.step_number)]
    return by_number(session, StepRow, statement, order, page=page, size=size)


def get(session: Session, job_id: int, step_number: int) -> StepRow:
    """One step by its number, or `NotFound`."""
    jobs.get(session, job_id)
    found = None
    if 0 < step_number <= jobs.LARGEST_ID:
        statement = _steps(job_id).where(col(JobStep.step_number) == step_number)
        found = one(session, StepRow, statement)
    if found is None:
        raise NotFound(N_("Job {job_id} has no step {id}."), job_id=job_id, id=step_number)
    return found


def attempts(session: Session, job_id: int, step_number: int) -> list[AttemptRow]:
    """The whole history of a step, oldest first."""
    step = get(session, job_id, step_number)
    statement = sa.select(*columns(AttemptRow, StepAttempt)).where(col(StepAttempt.step_id) == step.id)
    return many(session, AttemptRow, statement.order_by(col(StepAttempt.number)))


def neighbours(session: Session, report_id: int) -> tuple[int | None, int | None, int, int]:
    """Around a report in its job, by step number: report before, report after, own step number, steps of the job."""
    statement = (
        sa.select(col(JobStep.job_id), col(JobStep.step_number))
        .join(Report, col(Report.step_id) == col(JobStep.id))
        .where(col(Report.id) == report_id)
    )
    found = session.execute(statement).first()
    if found is None:
        raise NotFound(N_("There is no report {id}. It may have been deleted with its job."), id=report_id)
    job_id, number = found
    job = jobs.get(session, job_id)
    around = (
        sa.select(col(Report.id))
        .join(JobStep, col(Report.step_id) == col(JobStep.id))
        .where(col(JobStep.job_id) == job_id)
        .limit(1)
    )
    step_number = col(JobStep.step_number)
    before = session.execute(around.where(step_number < number).order_by(step_number.desc())).scalar()
    after = session.execute(around.where(step_number > number).order_by(step_number)).scalar()
    return before, after, number, job.total_steps


def _steps(job_id: int) -> sa.Select[Any]:
    return sa.select(*columns(StepRow, JobStep)).where(col(JobStep.job_id) == job_id)


def _filtered(job_id: int, status: StepStatus | None, error_kind: FailureKind | None, q: str | None) -> sa.Select[Any]:
    statement = _steps(job_id)
    if status is not None:
        statement = statement.where(col(JobStep.status) == status)
    if error_kind is not None:
        statement = statement.where(col(JobStep.error_kind) == error_kind)
    if q and (wanted := q.strip()):
        statement = statement.where(col(JobStep.target).icontains(wanted, autoescape=True))
    return statement
