"""Reads of reports; lists leave the text out."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.errors import NoLongerKept, NotFound
from core.i18n import N_
from core.models import JobStep, Report, ReportText
from core.queries import jobs
from core.queries.paging import by_keyset, columns, one
from core.queries.rows import FullReportRow, Page, ReportRow

REPORT_ID: sa.ColumnElement[int] = sa.type_coerce(col(JobStep.result_data), sa.JSON)["report_id"].as_integer()
"""The report of a step, its own or a reused one."""
OF_STEP: sa.ColumnElement[bool] = col(Report.id) == REPORT_ID
"""Joins a step with its report, its own or a reused one."""


def get(session: Session, report_id: int) -> FullReportRow:
    """One report with its text, or `NotFound`."""
    found = None
    if 0 < report_id <= jobs.LARGEST_ID:
        statement = (
            sa.select(*columns(ReportRow, Report), sa.func.coalesce(col(ReportText.text), ""))
            .outerjoin(ReportText, col(ReportText.report_id) == col(Report.id))
            .where(col(Report.id) == report_id)
        )
        found = one(session, FullReportRow, statement)
    if found is None:
        raise _missing(session, report_id)
    return found


def _missing(session: Session, report_id: int) -> NotFound:
    """What there is to say of a report that is not there."""
    pruned = col(JobStep.pruned_report_id)
    job_id = None
    if 0 < report_id <= jobs.LARGEST_ID:
        statement = sa.select(col(JobStep.job_id)).where(pruned == report_id, pruned.is_not(None)).limit(1)
        job_id = session.execute(statement).scalar()
    if job_id is not None:
        return NoLongerKept(id=report_id, job_id=job_id)
    return NotFound(N_("There is no report {id}. It may have been deleted with its job."), id=report_id)


def exists(session: Session, report_id: int | None) -> bool:
    """Whether there is such a report."""
    return session.execute(sa.select(col(Report.id)).where(col(Report.id) == report_id)).first() is not None


def page(
    session: Session,
    *,
    domain: str | None = None,
    job_id: int | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ReportRow]:
    """Reports, newest first. `domain`: that host; `job_id`: those that its steps made or used again; `q`: title,
    description or target contain it.
    """
    statement = sa.select(*columns(ReportRow, Report))
    if job_id is not None:
        reuses = jobs.get(session, job_id).config.get("reuse_days")
        own = col(Report.job_id) == job_id
        statement = statement.where(own | col(Report.id).in_(_reused_by(job_id)) if reuses else own)
    if domain and domain.strip():
        statement = statement.where(col(Report.host) == domain.strip().lower())
    if q and (wanted := q.strip()):
        statement = statement.where(
            sa.or_(*(field.icontains(wanted, autoescape=True) for field in (Report.title, Report.description)))  # type: ignore[union-attr]
            | col(Report.target).icontains(wanted, autoescape=True)
        )
    return by_keyset(session, ReportRow, statement, col(Report.id), limit=limit, cursor=cursor, descending=True)


def by_steps(session: Session, step_ids: Iterable[int]) -> dict[int, ReportRow]:
    """Step id → its report, its own or a reused one, for the steps that have one."""
    statement = sa.select(col(JobStep.id), *columns(ReportRow, Report)).join(Report, OF_STEP)
    found = session.execute(statement.where(col(JobStep.id).in_(list(step_ids))))
    return {step_id: ReportRow(*report) for step_id, *report in found}


def _reused_by(job_id: int) -> sa.Select[Any]:
    """Ids of the reports that steps of the job point to although other steps made them."""
    return sa.select(col(JobStep.reused_report_id)).where(
        col(JobStep.job_id) == job_id, col(JobStep.reused_report_id).is_not(None)
    )
