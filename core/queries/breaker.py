"""Reads of the batch breaker: the last attempts of a job, and which hosts can tell whether the network works."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core import reasons
from core.breaker import OURS, WINDOW, Ended
from core.models import Host, Job, JobStep, StepAttempt
from core.queries.rows import Json
from core.states import SPENT, JobStatus, StepStatus

KNOWN_FOR = timedelta(days=7)
"""A host that answered within this time can witness that the network works."""
WITNESSES = 3


@dataclass(frozen=True, slots=True)
class Case:
    """The last attempts of a running job, newest first, some of their targets, and since when nothing else happened."""

    attempts: list[Ended]
    targets: list[str]
    since: datetime
    unfinished_steps: int

    @property
    def failed_hosts(self) -> set[str]:
        """Hosts of those attempts that failed as a fault of ours would make them."""
        return {one.host for one in self.attempts if one.kind in OURS}


@dataclass(frozen=True, slots=True)
class Held:
    """A job that the breaker paused, with its reason."""

    job_id: int
    reason: Json

    @property
    def since(self) -> datetime:
        """The begin of the failures that paused it."""
        return datetime.fromisoformat(self.reason["since"])


def case(session: Session, job_id: int) -> Case | None:
    """What speaks for a fault of ours; None for a job that does not run or has no attempts since its start.

    The failures that count reach back beyond the last attempts, to the newest one that is no such failure.
    """
    ended_steps = col(Job.completed_steps) + col(Job.failed_steps) + col(Job.cancelled_steps)
    running = session.execute(
        sa.select(col(Job.queued_at), col(Job.total_steps) - ended_steps).where(
            col(Job.id) == job_id, col(Job.status) == JobStatus.RUNNING
        )
    ).first()
    if running is None:
        return None
    queued_at, unfinished = running
    rows = session.execute(_attempts(job_id, queued_at).limit(WINDOW)).all()
    if not rows:
        return None
    attempts = [Ended(row.host, row.error_kind) for row in rows]
    targets = list(dict.fromkeys(row.target for row in rows if row.error_kind in OURS))
    kind, completed_at = col(StepAttempt.error_kind), col(StepAttempt.completed_at)
    others = _attempts(job_id, queued_at).where(
        completed_at < rows[-1].completed_at, kind.is_(None) | kind.not_in(list(OURS))
    )
    before = session.execute(others.limit(1)).first()
    return Case(attempts, targets[:WITNESSES], before.completed_at if before else queued_at, unfinished)


def witnesses(session: Session, job_id: int, since: datetime) -> list[str]:
    """Targets of the hosts that answered last, at most three; none of which this job failed at since then."""
    failing = (
        sa.select(col(JobStep.host))
        .join(StepAttempt, col(StepAttempt.step_id) == col(JobStep.id))
        .where(col(JobStep.job_id) == job_id, col(StepAttempt.completed_at) >= since)
        .where(col(StepAttempt.error_kind).in_(list(OURS)))
    )
    known = (
        sa.select(col(Host.host))
        .where(col(Host.answered_at) >= since - KNOWN_FOR, col(Host.host).not_in(failing))
        .order_by(col(Host.answered_at).desc(), col(Host.host))
        .limit(WITNESSES)
    )
    return [_target(session, host) for host in session.scalars(known)]


def held(session: Session, only_job: int | None = None) -> list[Held]:
    """The jobs that are paused by the breaker."""
    paused = (col(Job.status) == JobStatus.PAUSED) & (col(Job.status_reason)["code"].as_string() == reasons.BREAKER)
    if only_job is not None:
        paused &= col(Job.id) == only_job
    rows = session.execute(sa.select(col(Job.id), col(Job.status_reason)).where(paused).order_by(col(Job.id)))
    return [Held(job_id, reason) for job_id, reason in rows]


def pending_targets(session: Session, job_id: int) -> list[str]:
    """The first targets that wait in the job."""
    mine = (col(JobStep.job_id) == job_id, col(JobStep.status) == StepStatus.PENDING)
    waiting = sa.select(col(JobStep.target)).where(*mine).order_by(col(JobStep.id))
    return list(session.scalars(waiting.limit(WITNESSES)))


def _attempts(job_id: int, since: datetime) -> sa.Select[Any]:
    """Attempts of the job that its targets answered or failed, the newest first."""
    completed_at = col(StepAttempt.completed_at)
    columns: list[Any] = [col(JobStep.host), col(JobStep.target), col(StepAttempt.error_kind), completed_at]
    return (
        sa.select(*columns)
        .join(JobStep, col(JobStep.id) == col(StepAttempt.step_id))
        .where(col(JobStep.job_id) == job_id, col(StepAttempt.outcome).in_(SPENT))
        .where(completed_at >= since)
        .order_by(completed_at.desc(), col(StepAttempt.id).desc())
    )


def _target(session: Session, host: str) -> str:
    """The host as it was last asked: it may answer on a port of its own only."""
    last = sa.select(col(JobStep.target)).where(col(JobStep.host) == host).order_by(col(JobStep.job_id).desc()).limit(1)
    return session.execute(last).scalar() or host
