"""Every run of one target, whichever job it was: good ones by their reports, those that ended badly by their steps.
What was extracted again from a stored page is no run: nobody went there.

Each of the three reads has an index of its own, so that a look at one target costs the same in a table of any size.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.failures import FailureKind
from core.models import Job, JobStep, Report, StepAttempt
from core.models.step import ENDED_BADLY
from core.queries.paging import count
from core.queries.rows import Page
from core.states import StepStatus

LAST = 12
"""Runs of the strip."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One visit to a target, or the try at one. `at`: when it was fetched, ended or begun.

    `has_changed` says whether its text is another than that of the report before; None where nothing can be compared.
    """

    status: StepStatus
    at: datetime
    job_id: int
    job_name: str
    step_number: int
    http_status: int | None
    error_kind: FailureKind | None = None
    report_id: int | None = None
    word_count: int | None = None
    flag_count: int = 0
    checked_at: datetime | None = None
    content_hash: str | None = None
    has_changed: bool | None = None


def last(session: Session, target: str, host: str, n: int = LAST) -> list[RunRow]:
    """The last `n` runs of the target, newest first."""
    # one report more than is shown: the last one shown is compared with it
    reports = [RunRow(StepStatus.COMPLETED, *found) for found in session.execute(_good(target).limit(n + 1))]
    told = [replace(new, has_changed=new.content_hash != old.content_hash) for new, old in pairwise(reports)]
    others = [RunRow(*found) for found in session.execute(_bad(target).limit(n))]
    others += [RunRow(*found) for found in session.execute(_running(target, host).limit(n))]
    newest = sorted([*told, *reports[len(told) :], *others], key=lambda run: run.at, reverse=True)
    return newest[:n]


def page(session: Session, target: str, host: str, *, page: int, size: int) -> Page[RunRow]:
    """The `page`-th page (from 1) of `size` runs, newest first; one beyond the end gives the last one."""
    counts = [count(session, runs) for runs in (_good(target), _bad(target), _running(target, host))]
    total = sum(number for number, _ in counts)
    current = min(max(page, 1), max(1, -(-total // size)))
    runs = last(session, target, host, current * size)[(current - 1) * size :]
    return Page(runs, None, total, all(is_exact for _, is_exact in counts))


def _good(target: str) -> sa.Select[Any]:
    visit = (Report.fetched_at, Report.job_id, Job.name, JobStep.step_number, Report.http_status)
    of_report = (Report.id, Report.word_count, Report.flag_count, Report.checked_at, Report.content_hash)
    given: list[Any] = [*map(col, visit), sa.null(), *map(col, of_report)]
    return (
        sa.select(*given)
        .join(Job, col(Job.id) == col(Report.job_id))
        .join(JobStep, col(JobStep.id) == col(Report.step_id))
        .where(col(Report.target) == target, col(Report.source_report_id).is_(None))
        .order_by(col(Report.fetched_at).desc())
    )


def _bad(target: str) -> sa.Select[Any]:
    return (
        _of_steps(col(JobStep.completed_at))
        .where(col(JobStep.target) == target, sa.text(f"({ENDED_BADLY})"))
        .order_by(col(JobStep.completed_at).desc())
    )


def _running(target: str, host: str) -> sa.Select[Any]:
    return _of_steps(col(JobStep.started_at)).where(
        col(JobStep.host) == host, col(JobStep.target) == target, sa.text("job_steps.status = 'running'")
    )


def _of_steps(at: Any) -> sa.Select[Any]:
    columns = (JobStep.job_id, Job.name, JobStep.step_number)
    answered = (
        sa.select(col(StepAttempt.http_status))
        .where(col(StepAttempt.step_id) == col(JobStep.id))
        .order_by(col(StepAttempt.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    found = sa.select(col(JobStep.status), at, *map(col, columns), answered, col(JobStep.error_kind))
    return found.join(Job, col(Job.id) == col(JobStep.job_id)).where(col(JobStep.source_report_id).is_(None))
