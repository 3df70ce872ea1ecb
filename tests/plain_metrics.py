"""The figures of the metrics as plain SQL over attempts, steps, jobs and reports tells them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.models import JOB_STEPS, JOBS, REPORTS, STEP_ATTEMPTS
from core.queries.metrics import Slot


def ended(session: Session, begins_at: datetime, ends_at: datetime, owner: str | None) -> list[Any]:
    """Every attempt of that time that its target answered or failed."""
    a, s, j, r = STEP_ATTEMPTS.c, JOB_STEPS.c, JOBS.c, REPORTS.c
    is_last = (a.number == s.fence) & s.status.in_(["completed", "failed"])
    statement = (
        sa.select(a.outcome, a.error_kind, is_last.label("is_last"), a.started_at, a.completed_at, r.flag_count)
        .join(JOB_STEPS, s.id == a.step_id)
        .join(JOBS, j.id == s.job_id)
        .outerjoin(REPORTS, r.step_id == s.id)
        .where(a.outcome.in_(["completed", "failed"]), a.completed_at >= begins_at, a.completed_at < ends_at)
    )
    return list(session.execute(statement if owner is None else statement.where(j.created_by == owner)))


def told(session: Session, begins_at: datetime, ends_at: datetime, owner: str | None) -> dict[str, Any]:
    """What `of_slot` must tell."""
    rows = ended(session, begins_at, ends_at, owner)
    last = [row for row in rows if row.is_last]
    kinds = {row.error_kind for row in last} - {None}
    return {
        "completed": sum(row.outcome == "completed" for row in last),
        "flagged": sum(row.outcome == "completed" and row.flag_count > 0 for row in last),
        "failures": {kind: sum(row.error_kind == kind for row in last) for kind in kinds},
        "retried": len(rows) - len(last),
        "seconds": round(sum(durations(last)), 3),
    }


def of_slot(slot: Slot) -> dict[str, Any]:
    """The same of a slot."""
    return {
        "completed": slot.completed,
        "flagged": slot.flagged,
        "failures": {kind: n for kind, n in slot.failures.items() if n},
        "retried": slot.retried_attempts,
        "seconds": round(slot.seconds, 3),
    }


def durations(rows: list[Any]) -> list[float]:
    """How long they took, shortest first."""
    return sorted((row.completed_at - row.started_at).total_seconds() for row in rows)


def nearest_rank(seconds: list[float], percent: int) -> float:
    """The exact percentile."""
    return seconds[max(0, -(-len(seconds) * percent // 100) - 1)]


def failing(session: Session, begins_at: datetime, ends_at: datetime, owner: str | None) -> list[tuple[str, int]]:
    """Hosts with their failed steps, most first."""
    s = JOB_STEPS.c
    n = sa.func.count()
    found = sa.select(s.host, n).join(JOBS, JOBS.c.id == s.job_id).where(s.status == "failed")
    found = found.where(s.completed_at >= begins_at, s.completed_at < ends_at)
    found = found if owner is None else found.where(JOBS.c.created_by == owner)
    return [(host, times) for host, times in session.execute(found.group_by(s.host).order_by(n.desc(), s.host))]


def slowest(
    session: Session, begins_at: datetime, ends_at: datetime, owner: str | None
) -> list[tuple[str, int, float]]:
    """Hosts with their visits of ten seconds and more, longest in all first."""
    r = REPORTS.c
    total = sa.func.sum(r.total_seconds)
    found = sa.select(r.host, sa.func.count(), total).join(JOBS, JOBS.c.id == r.job_id).where(r.total_seconds >= 10)
    found = found.where(r.fetched_at >= begins_at, r.fetched_at < ends_at)
    found = found if owner is None else found.where(JOBS.c.created_by == owner)
    rows = session.execute(found.group_by(r.host).order_by(total.desc(), r.host))
    return [(host, n, seconds) for host, n, seconds in rows]
