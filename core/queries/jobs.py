"""Reads of jobs: one, lists, the facts of the Job screen, totals."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core import presence, reasons
from core.errors import NotFound
from core.i18n import N_
from core.models import Comment, Job, JobLine, JobStep, Report, StepAttempt, StoredPage
from core.queries import flags
from core.queries.paging import by_keyset, by_number, columns, many, one
from core.queries.rows import Deletion, JobFacts, JobRow, Page, Summary
from core.states import SPENT, JobStatus, JobType, StepStatus, Verdict

LARGEST_ID = 2**63 - 1
QUEUED = (col(Job.status) == JobStatus.PENDING) & col(Job.queued_at).is_not(None)
ACTIVE = col(Job.status).in_([JobStatus.RUNNING, JobStatus.PAUSED]) | QUEUED
PAUSED_BY_THE_ENGINE = (col(Job.status) == JobStatus.PAUSED) & col(Job.status_reason)["by"].as_string().is_(None)
ATTENTION = (
    (col(Job.status) == JobStatus.FAILED)
    | ((col(Job.status) == JobStatus.COMPLETED) & ((col(Job.failed_steps) > 0) | flags.need_a_look()))
    | PAUSED_BY_THE_ENGINE
)
VIEWS = {"active": ACTIVE, "attention": ATTENTION}


def get(session: Session, job_id: int) -> JobRow:
    """The job, or `NotFound`."""
    found = None
    if 0 < job_id <= LARGEST_ID:
        found = one(session, JobRow, _one_job(), job_id=job_id)
    if found is None:
        raise NotFound(N_("There is no job {id}. It may have been deleted."), id=job_id)
    return _explained(session, [found])[0]


def page(
    session: Session,
    *,
    status: JobStatus | None = None,
    job_type: JobType | None = None,
    q: str | None = None,
    created_by: str | None = None,
    view: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[JobRow]:
    """Jobs, newest first. `q`: the name contains it, or a host of the job begins with it; `view`: a key of `VIEWS`."""
    statement = _filtered(status, job_type, q, created_by, view)
    found = by_keyset(session, JobRow, statement, col(Job.id), limit=limit, cursor=cursor, descending=True)
    return replace(found, items=_explained(session, found.items))


def numbered(
    session: Session,
    *,
    page: int,
    size: int,
    status: JobStatus | None = None,
    job_type: JobType | None = None,
    q: str | None = None,
    created_by: str | None = None,
    view: str | None = None,
) -> Page[JobRow]:
    """The same jobs as `page`, by page number."""
    statement = _filtered(status, job_type, q, created_by, view)
    found = by_number(session, JobRow, statement, [col(Job.id).desc()], page=page, size=size)
    return replace(found, items=_explained(session, found.items))


def by_ids(session: Session, job_ids: Iterable[int]) -> list[JobRow]:
    """The jobs that exist among the given ones."""
    return _explained(session, many(session, JobRow, _jobs().where(col(Job.id).in_(list(job_ids)))))


def facts(session: Session, job: JobRow) -> JobFacts:
    """What the Job screen shows beside the job; its cost grows with what failed, is flagged or was not taken."""
    steps = sa.select(sa.func.count()).select_from(JobStep).where(col(JobStep.job_id) == job.id)
    lines = sa.select(col(JobLine.verdict), sa.func.count()).where(
        col(JobLine.job_id) == job.id, col(JobLine.verdict).in_([Verdict.DUPLICATE, Verdict.REJECTED])
    )
    verdicts = {verdict: n for verdict, n in session.execute(lines.group_by(col(JobLine.verdict)))}
    duplicates, rejected = verdicts.get(Verdict.DUPLICATE, 0), verdicts.get(Verdict.REJECTED, 0)
    failures = (
        sa.select(col(JobStep.error_kind), sa.func.count())
        .where(col(JobStep.job_id) == job.id, col(JobStep.status) == StepStatus.FAILED)
        .group_by(col(JobStep.error_kind))
        .order_by(sa.func.count().desc())
    )
    running = steps.where(col(JobStep.status) == StepStatus.RUNNING) if job.is_active else None
    return JobFacts(
        running_steps=session.execute(running).scalar_one() if running is not None else 0,
        failures={str(kind): n for kind, n in session.execute(failures)} if job.failed_steps else {},
        flags=flags.by_flag(session, job.id) if job.flagged_steps else {},
        lines=job.total_steps + duplicates + rejected,
        not_taken=duplicates + rejected,
        rejected=rejected,
        comments=session.execute(
            sa.select(sa.func.count()).select_from(Comment).where(col(Comment.job_id) == job.id)
        ).scalar_one(),
        ahead=ahead(session, job),
        reused_steps=_reused_steps(session, job.id) if job.config.get("reuse_days") else 0,
        **_source(session, job.id),
    )


def _source(session: Session, job_id: int) -> dict[str, Any]:
    """Whether the first step reads a stored page, and which job has that."""
    read = col(JobStep.source_report_id)
    statement = sa.select(col(Report.job_id)).select_from(JobStep).outerjoin(Report, col(Report.id) == read)
    first = (col(JobStep.job_id) == job_id, col(JobStep.step_number) == 1, read.is_not(None))
    found = session.execute(statement.where(*first)).first()
    return {"is_extracted_again": found is not None, "source_job_id": found.job_id if found is not None else None}


def ahead(session: Session, job: JobRow) -> int:
    """How many queued jobs get a place before this one; 0 for a job that does not wait."""
    if not job.is_queued:
        return 0
    return ahead_of(session, [job])[job.id]


def ahead_of(session: Session, jobs: list[JobRow]) -> dict[int, int]:
    """`ahead` of several jobs in one query."""
    if not any(job.is_queued for job in jobs):
        return {job.id: 0 for job in jobs}
    order = [col(Job.priority).desc(), col(Job.queued_at), col(Job.id)]
    queue = [job_id for (job_id,) in session.execute(sa.select(col(Job.id)).where(QUEUED).order_by(*order))]
    places = {job_id: place for place, job_id in enumerate(queue)}
    return {job.id: places.get(job.id, 0) for job in jobs}


def running_steps(session: Session, job_ids: Iterable[int]) -> dict[int, int]:
    """Running steps by job; jobs without any are left out."""
    statement = (
        sa.select(col(JobStep.job_id), sa.func.count())
        .where(col(JobStep.job_id).in_(list(job_ids)), col(JobStep.status) == StepStatus.RUNNING)
        .group_by(col(JobStep.job_id))
    )
    return {job_id: n for job_id, n in session.execute(statement)}


def steps_since(session: Session, since: datetime) -> int:
    """Steps of all jobs that ended since then."""
    attempts = (
        sa.select(sa.func.count())
        .select_from(StepAttempt)
        .where(
            col(StepAttempt.completed_at) >= since,
            col(StepAttempt.outcome).in_(SPENT),
        )
        .join(JobStep, col(JobStep.id) == col(StepAttempt.step_id))
        .where(col(JobStep.status).in_([StepStatus.COMPLETED, StepStatus.FAILED]))
        .where(col(JobStep.fence) == col(StepAttempt.number))
    )
    return int(session.execute(attempts).scalar_one())


def summary(session: Session) -> Summary:
    """Counts over all jobs, and over their steps."""
    statement = sa.select(
        col(Job.status),
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(col(Job.total_steps)), 0),
        sa.func.coalesce(sa.func.sum(col(Job.completed_steps)), 0),
        sa.func.coalesce(sa.func.sum(col(Job.failed_steps)), 0),
        sa.func.coalesce(sa.func.sum(col(Job.cancelled_steps)), 0),
    ).group_by(col(Job.status))
    jobs = dict.fromkeys(JobStatus, 0)
    total = completed = failed = cancelled = 0
    for status, n, *counts in session.execute(statement):
        jobs[status] = n
        total, completed, failed, cancelled = (
            a + int(b) for a, b in zip((total, completed, failed, cancelled), counts, strict=True)
        )
    running = _count(session, JobStep, col(JobStep.status) == StepStatus.RUNNING, col(JobStep.lease_owner).is_not(None))
    steps = {
        "total": total,
        "pending": total - completed - failed - cancelled - running,
        "running": running,
        "completed": completed,
        "failed": failed,
        "cancelled": cancelled,
    }
    active = _count(session, Job, ACTIVE)
    counted = {status.value: n for status, n in jobs.items()}
    return Summary(total=sum(jobs.values()), active=active, steps=steps, flagged_steps=flags.in_all(session), **counted)


def attention(session: Session) -> int:
    """How many jobs need attention: failed, completed with failures or unchecked flags, or paused by the engine."""
    return _count(session, Job, ATTENTION)


def waiting(session: Session) -> int:
    """How many started jobs wait for a place."""
    return _count(session, Job, QUEUED)


def owners(session: Session) -> list[str]:
    """Everybody who created a job, by name."""
    statement = sa.select(col(Job.created_by)).where(col(Job.created_by) != "").distinct()
    return sorted(name for (name,) in session.execute(statement))


def deletion(session: Session, job_id: int) -> Deletion:
    """What a deletion of the job takes with it; `NotFound` without the job."""
    job = get(session, job_id)
    kept = _used_elsewhere(session, job_id)
    return Deletion(
        lines=_count(session, JobLine, col(JobLine.job_id) == job_id),
        steps=job.total_steps,
        reports=_count(session, Report, col(Report.job_id) == job_id) - kept,
        comments=_count(session, Comment, col(Comment.job_id) == job_id),
        kept_reports=kept,
        stored_pages=_pages_going(session, job_id),
    )


def _used_elsewhere(session: Session, job_id: int) -> int:
    """Reports of the job that steps of other jobs point to."""
    return _count(session, Report, col(Report.job_id) == job_id, _is_pointed_to(Report, job_id))


def _is_pointed_to(report: Any, job_id: int) -> sa.Exists:
    return sa.exists().where(
        col(JobStep.reused_report_id) == report.id,
        col(JobStep.job_id) != job_id,
        col(JobStep.reused_report_id).is_not(None),
    )


def _pages_going(session: Session, job_id: int) -> int:
    """Stored pages that only reports have which go with the job."""
    other = aliased(Report)
    stays = (col(other.job_id) != job_id) | _is_pointed_to(other, job_id)
    own = sa.select(col(Report.html_sha256)).where(col(Report.job_id) == job_id, col(Report.html_sha256).is_not(None))
    name = col(StoredPage.sha256)
    return _count(session, StoredPage, name.in_(own), ~sa.exists().where(col(other.html_sha256) == name, stays))


def _reused_steps(session: Session, job_id: int) -> int:
    return _count(session, JobStep, col(JobStep.job_id) == job_id, col(JobStep.reused_report_id).is_not(None))


@cache
def _jobs() -> sa.Select[Any]:
    """Made once: that takes longer than to execute it."""
    return sa.select(*columns(JobRow, Job), *flags.counts())


@cache
def _one_job() -> sa.Select[Any]:
    return _jobs().where(col(Job.id) == sa.bindparam("job_id"))


def _explained(session: Session, jobs: list[JobRow]) -> list[JobRow]:
    """A job that waits has its reason from the queue and the engines as they are now; the others from their row."""
    if all(job.status not in (JobStatus.PENDING, JobStatus.RUNNING) for job in jobs):
        return jobs
    ahead, engines = ahead_of(session, jobs), presence.living(session)
    is_served, is_worked_on = any(engine.serves for engine in engines), bool(engines)

    def why(job: JobRow) -> dict[str, Any] | None:
        if job.status is JobStatus.RUNNING:
            return job.status_reason if is_worked_on else {"code": reasons.NO_ENGINE}
        if job.status is not JobStatus.PENDING:
            return job.status_reason
        if not job.is_queued:
            return {"code": reasons.NOT_STARTED}
        return {"code": reasons.WAITING, "ahead": ahead[job.id]} if is_served else {"code": reasons.NO_ENGINE}

    return [replace(job, status_reason=why(job)) for job in jobs]


def _filtered(
    status: JobStatus | None, job_type: JobType | None, q: str | None, created_by: str | None, view: str | None
) -> sa.Select[Any]:
    statement = _jobs()
    if status is not None:
        statement = statement.where(col(Job.status) == status)
    if job_type is not None:
        statement = statement.where(col(Job.job_type) == job_type)
    if created_by is not None:
        statement = statement.where(col(Job.created_by) == created_by)
    if view is not None:
        statement = statement.where(VIEWS[view])
    if q and (wanted := q.strip()):
        statement = statement.where(col(Job.name).icontains(wanted, autoescape=True) | _has_host(wanted.lower()))
    return statement


def _has_host(beginning: str) -> sa.ColumnElement[bool]:
    hosts = sa.select(col(JobStep.job_id)).where(
        col(JobStep.host) >= beginning, col(JobStep.host) < beginning + "\U0010ffff"
    )
    return col(Job.id).in_(hosts)


def _count(session: Session, table: type[Any], *conditions: sa.ColumnElement[bool]) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())
