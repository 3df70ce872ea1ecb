"""A new job: its row, its steps and the list as it was given, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.draft import Draft
from core.models import JOB_LINES, JOB_STEPS, JOBS
from core.states import JobStatus, StepStatus
from core.targets import Line

INSERTED_AT_ONCE = 5_000


def create(session: Session, draft: Draft, now: datetime) -> int:
    """Insert the job (not started), one step for each target and one row for each line; gives the job's id."""
    targets = [line for line in draft.lines if line.taken]
    job_id = insert_job(session, draft, len(targets), now)
    insert_steps(session, job_id, targets, draft.config["concurrency"], now)
    steps = sa.select(JOB_STEPS.c.target, JOB_STEPS.c.id).where(JOB_STEPS.c.job_id == job_id)
    step_ids: dict[str | None, int] = {target: step_id for target, step_id in session.execute(steps)}
    insert_lines(session, job_id, draft.lines, step_ids)
    return job_id


def insert_job(session: Session, draft: Draft, total_steps: int, now: datetime) -> int:
    """The row of a job that was not started; gives its id."""
    inserted = session.execute(
        sa.insert(JOBS)
        .values(
            job_type=draft.job_type,
            name=draft.name,
            description=draft.description,
            status=JobStatus.PENDING,
            priority=draft.priority,
            config=draft.config,
            total_steps=total_steps,
            completed_steps=0,
            failed_steps=0,
            cancelled_steps=0,
            created_by=draft.created_by,
            origin=draft.origin,
            created_at=now,
        )
        .returning(JOBS.c.id)
    )
    return int(inserted.scalar_one())


def insert_steps(
    session: Session, job_id: int, targets: Iterable[Line], lanes: int, now: datetime, *, first: int = 1
) -> None:
    """One step for each target, numbered from `first` on."""
    _insert_many(session, JOB_STEPS, _steps(job_id, targets, lanes, now, first))


def insert_lines(session: Session, job_id: int, lines: Iterable[Line], step_ids: Mapping[str | None, int]) -> None:
    """One row for each line, with the step of its target."""
    _insert_many(session, JOB_LINES, (_line(job_id, line, step_ids.get(line.target)) for line in lines))


def _steps(job_id: int, targets: Iterable[Line], lanes: int, now: datetime, first: int) -> Iterator[dict[str, Any]]:
    """In the order of the list; with several lanes the k-th step of a host comes after the first k-1 of all others."""
    of_host: Counter[str | None] = Counter()
    for number, line in enumerate(targets, first):
        yield _step(job_id, number, line, now + timedelta(microseconds=of_host[line.host]))
        of_host[line.host] += lanes > 1


def keep_list_order(session: Session, job_id: int) -> None:
    """The job has one lane from now on: steps that were never tried come in the order of the list."""
    created_at = sa.select(JOBS.c.created_at).where(JOBS.c.id == job_id).scalar_subquery()
    untried = (JOB_STEPS.c.job_id == job_id) & (JOB_STEPS.c.status == StepStatus.PENDING) & (JOB_STEPS.c.fence == 0)
    session.execute(sa.update(JOB_STEPS).where(untried).values(next_attempt_at=created_at))


def _step(job_id: int, number: int, line: Line, due: datetime) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "step_number": number,
        "name": f"Scraping: {line.target}",
        "target": line.target,
        "host": line.host,
        "status": StepStatus.PENDING,
        "attempts": 0,
        "fence": 0,
        "next_attempt_at": due,
    }


def _line(job_id: int, line: Line, step_id: int | None) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "line": line.line,
        "input": line.input,
        "verdict": line.verdict,
        "reason": line.reason or None,
        "step_id": step_id,
        "extra": dict(line.extra) or None,
    }


def _insert_many(session: Session, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == INSERTED_AT_ONCE:
            session.execute(sa.insert(table), chunk)
            chunk = []
    if chunk:
        session.execute(sa.insert(table), chunk)
