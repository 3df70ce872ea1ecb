"""Pauses by the engine itself, for a reason that may pass: the disk is full, the network is away."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.models import JOBS
from core.queue import ledger
from core.states import JOB_MOVES, JobEvent, JobStatus


def hold(session: Session, job_ids: Collection[int] | None, reason: dict[str, Any]) -> list[int]:
    """Pause running jobs (all of them for None) with this `status_reason`, which has a `code` and no `by`.

    Gives the ids of those it paused; jobs in any other state stay as they are.
    """
    return _move(session, JobEvent.PAUSE, _among(job_ids) & (JOBS.c.status == JobStatus.RUNNING), reason)


def release(session: Session, code: str, job_ids: Collection[int] | None = None) -> list[int]:
    """Let jobs that are paused with this code run again; what people paused stays paused. Gives their ids."""
    held = _among(job_ids) & (JOBS.c.status_reason["code"].as_string() == code) & JOBS.c.started_at.is_not(None)
    released = _move(session, JobEvent.RESUME, held, None)
    ledger.look_again(session, released)
    return released


def _among(job_ids: Collection[int] | None) -> sa.ColumnElement[bool]:
    return sa.true() if job_ids is None else JOBS.c.id.in_(job_ids)


def _move(
    session: Session, event: JobEvent, wanted: sa.ColumnElement[bool], reason: dict[str, Any] | None
) -> list[int]:
    """Move the jobs by this event, locked in the order of their ids as every other transaction does."""
    moves = JOB_MOVES[event]
    wanted &= JOBS.c.status.in_(moves)
    ids = list(session.scalars(sa.select(JOBS.c.id).where(wanted).order_by(JOBS.c.id).with_for_update()))
    if not ids:
        return []
    (after,) = set(moves.values())
    statement = sa.update(JOBS).where(JOBS.c.id.in_(ids), wanted).values(status=after, status_reason=reason)
    return sorted(session.scalars(statement.returning(JOBS.c.id)))
