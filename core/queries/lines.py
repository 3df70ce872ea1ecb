"""Reads of a job's lines: the list as it was given."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.models import JobLine, JobStep
from core.queries import jobs
from core.queries.paging import by_keyset, by_number, columns, many
from core.queries.rows import LineRow, Page
from core.states import Verdict
from core.targets import Line, Targets, as_duplicate, identity

NOT_TAKEN = (Verdict.DUPLICATE, Verdict.REJECTED)
HOSTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job has a target: its step, and the line that gave it (None: not written yet)."""

    step_id: int
    line: int | None


def page(
    session: Session,
    job_id: int,
    *,
    verdict: Verdict | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[LineRow]:
    """Lines of a job in their order; `NotFound` without the job."""
    jobs.get(session, job_id)
    return by_keyset(session, LineRow, _filtered(job_id, verdict), col(JobLine.id), limit=limit, cursor=cursor)


def not_taken(session: Session, job_id: int, *, page: int, size: int) -> Page[LineRow]:
    """Duplicate and rejected lines, by page number."""
    statement = _filtered(job_id, None).where(col(JobLine.verdict).in_(NOT_TAKEN))
    return by_number(session, LineRow, statement, [col(JobLine.id)], page=page, size=size)


def all_of(session: Session, job_id: int) -> list[LineRow]:
    """Every line of a job, in order."""
    return many(session, LineRow, _filtered(job_id, None).order_by(col(JobLine.id)))


def as_targets(session: Session, job_id: int) -> Targets:
    """The list of a job as it was judged, to make a new job of it."""
    given = columns(LineRow, JobLine)
    statement = sa.select(*given, col(JobStep.target), col(JobStep.host)).where(col(JobLine.job_id) == job_id)
    rows = session.execute(
        statement.outerjoin(JobStep, col(JobStep.id) == col(JobLine.step_id)).order_by(col(JobLine.id))
    )
    return Targets(tuple(_line(LineRow(*row[:-2]), row.target, row.host) for row in rows))


def continued(session: Session, job_id: int, targets: Targets) -> Targets:
    """The list as it would go on at the end of the job's: numbered from there, with what it has as duplicates."""
    last = sa.select(col(JobLine.line)).where(col(JobLine.job_id) == job_id).order_by(col(JobLine.id).desc()).limit(1)
    before = session.execute(last).scalar() or 0
    known = of_targets(session, job_id, targets.lines)
    return Targets(tuple(_continued(line, before, known) for line in targets.lines))


def of_targets(session: Session, job_id: int, lines: Iterable[Line]) -> dict[str, Place]:
    """Identity of a target → where the job has it; for the hosts of these lines."""
    hosts = sorted({line.host for line in lines if line.target is not None and line.host is not None})
    taken = (col(JobLine.step_id) == col(JobStep.id)) & col(JobLine.verdict).not_in(NOT_TAKEN)
    statement = sa.select(col(JobStep.target), col(JobStep.id), col(JobLine.line)).outerjoin(JobLine, taken)
    known: dict[str, Place] = {}
    for start in range(0, len(hosts), HOSTS_AT_ONCE):
        of_hosts = col(JobStep.host).in_(hosts[start : start + HOSTS_AT_ONCE])
        found = session.execute(statement.where(col(JobStep.job_id) == job_id, of_hosts))
        known |= {identity(target): Place(step_id, line) for target, step_id, line in found}
    return known


def _continued(line: Line, before: int, known: dict[str, Place]) -> Line:
    """The line further down by `before` lines."""
    place = known.get(identity(line.target)) if line.target is not None else None
    first = line.duplicate_of + before if line.duplicate_of is not None else None
    moved = replace(line, line=line.line + before, duplicate_of=first)
    return moved if place is None or place.line is None else as_duplicate(moved, place.line)


def _line(row: LineRow, target: str | None, host: str | None) -> Line:
    line = Line.of_row(row.line, row.input, row.verdict, row.reason)
    return replace(line, target=target, host=host, extra=row.extra or {})


def by_steps(session: Session, step_ids: Iterable[int]) -> dict[int, LineRow]:
    """The line that each step came from: step id → its first line."""
    statement = sa.select(*columns(LineRow, JobLine)).where(
        col(JobLine.step_id).in_(list(step_ids)), col(JobLine.verdict).not_in(NOT_TAKEN)
    )
    return {line.step_id: line for line in many(session, LineRow, statement) if line.step_id is not None}


def extra_columns(session: Session, job_id: int) -> list[str]:
    """The names of the uploaded table's other columns."""
    statement = sa.select(col(JobLine.extra)).where(col(JobLine.job_id) == job_id, col(JobLine.extra).is_not(None))
    first = session.execute(statement.order_by(col(JobLine.id)).limit(1)).scalar()
    return list(first or {})


def _filtered(job_id: int, verdict: Verdict | None) -> sa.Select[Any]:
    statement = sa.select(*columns(LineRow, JobLine)).where(col(JobLine.job_id) == job_id)
    return statement if verdict is None else statement.where(col(JobLine.verdict) == verdict)
