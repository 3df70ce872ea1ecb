"""Which steps of a job a retry takes, and which options earlier retries have given to them."""

import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from core.failures import FailureKind
from core.models import JOB_STEPS, Json
from core.states import STEP_MOVES, StepEvent, StepStatus

_stored = sa.cast(JOB_STEPS.c.overrides, sa.Text)  # PostgreSQL compares no JSON


@dataclass(frozen=True, slots=True)
class Retried:
    """How many steps a retry takes, by their state."""

    failed: int
    cancelled: int

    @property
    def steps(self) -> int:
        """All of them."""
        return self.failed + self.cancelled


def taken(
    job_id: int,
    states: Collection[StepStatus] = (StepStatus.FAILED,),
    error_kind: FailureKind | None = None,
    steps: Collection[int] | None = None,
) -> sa.ColumnElement[bool]:
    """The steps in one of these states that can be retried, of one kind of failure, of these numbers."""
    possible = [status for status in states if status in STEP_MOVES[StepEvent.RETRY]]
    wanted = (JOB_STEPS.c.job_id == job_id) & JOB_STEPS.c.status.in_(possible)
    if error_kind is not None:
        wanted &= JOB_STEPS.c.error_kind == error_kind
    if steps is not None:
        wanted &= JOB_STEPS.c.step_number.in_(steps)
    return wanted


def count(session: Session, wanted: sa.ColumnElement[bool]) -> Retried:
    """How many the `taken` steps are."""
    statement = sa.select(JOB_STEPS.c.status, sa.func.count()).where(wanted).group_by(JOB_STEPS.c.status)
    found: dict[str, int] = {status: n for status, n in session.execute(statement)}
    return Retried(found.get(StepStatus.FAILED, 0), found.get(StepStatus.CANCELLED, 0))


def overrides(session: Session, wanted: sa.ColumnElement[bool]) -> dict[str, Json]:
    """Every different set of options that earlier retries have given to some of the `taken` steps, by the text that it
    is stored as.
    """
    statement = sa.select(_stored).where(wanted, JOB_STEPS.c.overrides.is_not(None)).distinct()
    return {stored: json.loads(stored) for (stored,) in session.execute(statement)}


def changed_steps(session: Session, job_id: int) -> int:
    """How many steps of the job have options from a retry."""
    statement = sa.select(sa.func.count()).where(JOB_STEPS.c.job_id == job_id, JOB_STEPS.c.overrides.is_not(None))
    return int(session.execute(statement).scalar_one())


def has_overrides(stored: str) -> sa.ColumnElement[bool]:
    """The steps whose options are stored as this text."""
    return _stored == stored
