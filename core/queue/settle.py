"""How an attempt ends: report, step, attempt and counters in one transaction, guarded by the fence alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.failures import FailureKind
from core.models import JOB_STEPS, JOBS, REPORT_TEXTS, REPORTS, STEP_ATTEMPTS
from core.queue.claim import Claim
from core.states import JOB_MOVES, JobEvent, JobStatus, Outcome, StepStatus


@dataclass(frozen=True, slots=True)
class Completed:
    """The target gave a report: its columns (those of the step and job are filled in here) and its text."""

    claim: Claim
    report: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The target failed; `retry_in_seconds` is None when no attempt is left or none may help."""

    claim: Claim
    kind: FailureKind
    message: str
    http_status: int | None
    retry_in_seconds: float | None


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim is handed back, the attempt not spent; `again_in_seconds` keeps the step from coming back at once."""

    claim: Claim
    again_in_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerGone:
    """The extraction process died with this page; the first time is not the target's fault, the second one is."""

    claim: Claim
    message: str


Settlement = Completed | Failed | Lost | WorkerGone


@dataclass(frozen=True, slots=True)
class Settled:
    """The new state of each step (None: it came too late and changed nothing), and the jobs that ended by it."""

    steps: list[tuple[Settlement, StepStatus | None]]
    ended: list[tuple[int, JobStatus]]


def settle(session: Session, settlements: Sequence[Settlement], now: datetime) -> Settled:
    """Settle what is still held; a late result changes nothing."""
    by_job: dict[int, list[Settlement]] = {}
    for settlement in settlements:
        by_job.setdefault(settlement.claim.job_id, []).append(settlement)
    settled = Settled([], [])
    for job_id in sorted(by_job):
        session.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job_id).with_for_update())
        steps = [(settlement, _settle_one(session, settlement, now)) for settlement in by_job[job_id]]
        settled.steps.extend(steps)
        statuses = Counter(status for _settlement, status in steps)
        completed, failed = statuses[StepStatus.COMPLETED], statuses[StepStatus.FAILED]
        if completed or failed:
            settled.ended.extend(_count(session, job_id, completed, failed, now))
    return settled


def _settle_one(session: Session, settlement: Settlement, now: datetime) -> StepStatus | None:
    """The step's new state; None when the claim no longer holds."""
    match settlement:
        case Completed():
            return _complete(session, settlement, now)
        case Failed():
            return _fail(session, settlement, now)
        case Lost():
            return _release(session, settlement, now, None, None)
        case WorkerGone():
            return _worker_gone(session, settlement, now)


def _complete(session: Session, settlement: Completed, now: datetime) -> StepStatus | None:
    one = settlement.claim
    spent = {"attempts": JOB_STEPS.c.attempts + 1, "completed_at": now, "error_kind": None, "error_message": None}
    if not _end_claim(session, one, status=StepStatus.COMPLETED, **spent):
        return None
    row = {**settlement.report, "step_id": one.step_id, "job_id": one.job_id, "target": one.target, "host": one.host}
    row["attempts"] = one.attempts + 1
    report_id = session.execute(sa.insert(REPORTS).values(row).returning(REPORTS.c.id)).scalar_one()
    session.execute(sa.insert(REPORT_TEXTS).values(report_id=report_id, text=settlement.text))
    session.execute(
        sa.update(JOB_STEPS).where(JOB_STEPS.c.id == one.step_id).values(result_data={"report_id": report_id})
    )
    _end_attempt(session, one, now, Outcome.COMPLETED, http_status=settlement.report.get("http_status"))
    return StepStatus.COMPLETED


def _fail(session: Session, settlement: Failed, now: datetime) -> StepStatus | None:
    facts: dict[str, Any] = {"error_kind": settlement.kind, "error_message": settlement.message}
    values: dict[str, Any] = {"attempts": JOB_STEPS.c.attempts + 1, **facts}
    if settlement.retry_in_seconds is None:
        values |= {"status": StepStatus.FAILED, "completed_at": now}
    else:
        due = now + timedelta(seconds=settlement.retry_in_seconds)
        values |= {"status": StepStatus.PENDING, "next_attempt_at": due}
    if not _end_claim(session, settlement.claim, **values):
        return None
    _end_attempt(session, settlement.claim, now, Outcome.FAILED, http_status=settlement.http_status, **facts)
    return values["status"]  # type: ignore[no-any-return]


def _release(
    session: Session, settlement: Lost, now: datetime, kind: FailureKind | None, message: str | None
) -> StepStatus | None:
    one = settlement.claim
    delay = settlement.again_in_seconds
    due = {"next_attempt_at": now + timedelta(seconds=delay)} if delay else {}
    if not _end_claim(session, one, status=StepStatus.PENDING, **due):
        return None
    _end_attempt(session, one, now, Outcome.LOST, error_kind=kind, error_message=message)
    return StepStatus.PENDING


def _worker_gone(session: Session, settlement: WorkerGone, now: datetime) -> StepStatus | None:
    """Deaths count from the job's last start on: a retry begins anew."""
    started = sa.select(JOBS.c.queued_at).where(JOBS.c.id == settlement.claim.job_id).scalar_subquery()
    deaths = sa.select(sa.func.count()).where(
        STEP_ATTEMPTS.c.step_id == settlement.claim.step_id,
        STEP_ATTEMPTS.c.error_kind == FailureKind.WORKER_DIED,
        STEP_ATTEMPTS.c.started_at >= started,
    )
    if session.execute(deaths).scalar_one():
        final = Failed(settlement.claim, FailureKind.WORKER_DIED, settlement.message, None, None)
        return _fail(session, final, now)
    return _release(session, Lost(settlement.claim), now, FailureKind.WORKER_DIED, settlement.message)


def _end_claim(session: Session, one: Claim, **values: Any) -> bool:
    """The guarded end of a claim; False when the step has another fence by now."""
    statement = (
        sa.update(JOB_STEPS)
        .where(JOB_STEPS.c.id == one.step_id, JOB_STEPS.c.fence == one.fence)
        .where(JOB_STEPS.c.status == StepStatus.RUNNING)
        .values(lease_owner=None, lease_expires_at=None, **values)
    )
    return session.execute(statement.returning(JOB_STEPS.c.id)).first() is not None


def _end_attempt(session: Session, one: Claim, now: datetime, outcome: Outcome, **facts: Any) -> None:
    session.execute(
        sa.update(STEP_ATTEMPTS)
        .where(STEP_ATTEMPTS.c.step_id == one.step_id, STEP_ATTEMPTS.c.number == one.fence)
        .where(STEP_ATTEMPTS.c.completed_at.is_(None))
        .values(completed_at=now, outcome=outcome, **facts)
    )


def _count(
    session: Session, job_id: int, completed: int, failed: int, now: datetime
) -> Iterable[tuple[int, JobStatus]]:
    """Add to the job's counters; the last step that ends decides how the job ends."""
    session.execute(
        sa.update(JOBS)
        .where(JOBS.c.id == job_id)
        .values(completed_steps=JOBS.c.completed_steps + completed, failed_steps=JOBS.c.failed_steps + failed)
    )
    some = JOBS.c.completed_steps > 0
    ended = session.execute(
        sa.update(JOBS)
        .where(
            JOBS.c.id == job_id,
            JOBS.c.status.in_(JOB_MOVES[JobEvent.COMPLETE]),
            JOBS.c.completed_steps + JOBS.c.failed_steps + JOBS.c.cancelled_steps == JOBS.c.total_steps,
        )
        .values(
            status=sa.case((some, JobStatus.COMPLETED.value), else_=JobStatus.FAILED.value),
            completed_at=now,
            status_reason=None,
        )
        .returning(JOBS.c.id, JOBS.c.status)
    )
    return [(job_id, JobStatus(status)) for job_id, status in ended]
