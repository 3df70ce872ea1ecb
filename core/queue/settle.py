"""How attempts end: reports, steps, attempts and counters in one transaction, guarded by the fence alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.failures import FailureKind
from core.models import JOB_STEPS, JOBS, REPORT_TEXTS, REPORTS, STEP_ATTEMPTS
from core.models.step_sums import COMPLETED, FLAGGED
from core.queue import ledger, stored_pages, sums
from core.queue.claim import Claim
from core.queue.settlement import Completed, Failed, Lost, Settled, Settlement, WorkerGone
from core.states import JOB_MOVES, SPENT, JobEvent, JobStatus, Outcome, StepStatus


@dataclass(frozen=True, slots=True)
class _End:
    """How one claim ends: the new columns of its step and of its attempt."""

    claim: Claim
    status: StepStatus
    step: dict[str, Any]
    attempt: dict[str, Any]
    is_flagged: bool = False

    @property
    def ends_step(self) -> bool:
        return self.status is not StepStatus.PENDING

    @property
    def result(self) -> str:
        """As `StepResult` has it."""
        return self.attempt["error_kind"] or (FLAGGED if self.is_flagged else COMPLETED)


_AMONG: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_LOCK_JOBS = sa.select(JOBS.c.id, JOBS.c.created_by).where(JOBS.c.id.in_(_AMONG)).order_by(JOBS.c.id).with_for_update()


def settle(session: Session, settlements: Sequence[Settlement], now: datetime) -> Settled:
    """Settle what is still held; a late result changes nothing."""
    jobs = sorted({settlement.claim.job_id for settlement in settlements})
    owners = {job_id: owner for job_id, owner in session.execute(_LOCK_JOBS, {"ids": jobs})}
    held = _held(session, settlements)
    still = [one for one in settlements if _take(held, one.claim)]
    reports = _insert_reports(session, [one for one in still if isinstance(one, Completed)], now)
    ends = [_end(session, one, reports, now) for one in still]
    _end_claims(session, ends)
    ledger.ended(session, [_visit(one, now) for one in still if one.claim.source_report_id is None])
    statuses = {id(one): end.status for one, end in zip(still, ends, strict=True)}
    ended = _count(session, ends, now)
    sums.add(session, _spent(ends, owners, now))
    return Settled([(one, statuses.get(id(one))) for one in settlements], ended)


_HELD = (
    sa.select(JOB_STEPS.c.id, JOB_STEPS.c.fence)
    .where(JOB_STEPS.c.id.in_(_AMONG), JOB_STEPS.c.status == StepStatus.RUNNING)
    .order_by(JOB_STEPS.c.id)
    .with_for_update()
)


def _held(session: Session, settlements: Sequence[Settlement]) -> set[tuple[int, int]]:
    """(step id, fence) of the claims that still hold; their rows stay locked until the transaction ends."""
    found = session.execute(_HELD, {"ids": [one.claim.step_id for one in settlements]})
    return {(step_id, fence) for step_id, fence in found}


def _take(held: set[tuple[int, int]], one: Claim) -> bool:
    """Whether the claim holds; what comes a second time does not."""
    key = one.step_id, one.fence
    holds = key in held
    held.discard(key)
    return holds


_INSERT_REPORTS = sa.insert(REPORTS).returning(REPORTS.c.step_id, REPORTS.c.id)
_INSERT_TEXTS = sa.insert(REPORT_TEXTS)


def _insert_reports(session: Session, completed: Sequence[Completed], now: datetime) -> dict[int, int]:
    """Write reports, texts and pages; gives the id of the report of each step."""
    if not completed:
        return {}
    stored_pages.store(session, [one.page for one in completed if one.page is not None], now)
    rows = [{**one.report, **_counted(one.report["flags"]), **_of_claim(one.claim), **_html(one)} for one in completed]
    inserted = session.execute(_INSERT_REPORTS, rows)
    ids: dict[int, int] = {step_id: report_id for step_id, report_id in inserted}
    texts = [{"report_id": ids[one.claim.step_id], "text": one.text} for one in completed]
    session.execute(_INSERT_TEXTS, texts)
    return ids


def _counted(flags: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"flag_count": len(flags), "flag_codes": " ".join(sorted({flag["flag"] for flag in flags}))}


def _of_claim(one: Claim) -> dict[str, Any]:
    return {
        "step_id": one.step_id,
        "job_id": one.job_id,
        "target": one.target,
        "host": one.host,
        "attempts": one.attempts + 1,
        "source_report_id": one.source_report_id,
    }


def _html(one: Completed) -> dict[str, Any]:
    return {"html_sha256": one.page.sha256 if one.page is not None else None}


def _end(session: Session, settlement: Settlement, reports: dict[int, int], now: datetime) -> _End:
    match settlement:
        case Completed():
            return _completed(settlement, reports[settlement.claim.step_id], now)
        case Failed():
            return _failed(settlement, now)
        case Lost():
            return _released(settlement, now, None, None)
        case WorkerGone():
            return _worker_gone(session, settlement, now)


def _completed(settlement: Completed, report_id: int, now: datetime) -> _End:
    spent = {"attempts": settlement.claim.attempts + 1, "error_kind": None, "error_message": None}
    step = {**spent, "completed_at": now, "result_data": {"report_id": report_id}}
    http_status = settlement.report.get("http_status")
    attempt = _attempt(Outcome.COMPLETED, now, http_status=http_status)
    return _End(settlement.claim, StepStatus.COMPLETED, step, attempt, bool(settlement.report["flags"]))


def _failed(settlement: Failed, now: datetime) -> _End:
    facts: dict[str, Any] = {"error_kind": settlement.kind, "error_message": settlement.message}
    attempt = _attempt(Outcome.FAILED, now, http_status=settlement.http_status, **facts)
    step: dict[str, Any] = {**facts, "attempts": settlement.claim.attempts + 1}
    if settlement.retry_in_seconds is None:
        return _End(settlement.claim, StepStatus.FAILED, {**step, "completed_at": now}, attempt)
    step["next_attempt_at"] = now + timedelta(seconds=settlement.retry_in_seconds)
    return _End(settlement.claim, StepStatus.PENDING, step, attempt)


def _released(settlement: Lost, now: datetime, kind: FailureKind | None, message: str | None) -> _End:
    """Back to the queue, at its old place where nothing else is said."""
    delay = settlement.again_in_seconds
    step = {"next_attempt_at": now + timedelta(seconds=delay)} if delay else {}
    attempt = _attempt(Outcome.LOST, now, error_kind=kind, error_message=message)
    return _End(settlement.claim, StepStatus.PENDING, step, attempt)


def _worker_gone(session: Session, settlement: WorkerGone, now: datetime) -> _End:
    """Deaths count from the job's last start on: a retry begins anew."""
    started = sa.select(JOBS.c.queued_at).where(JOBS.c.id == settlement.claim.job_id).scalar_subquery()
    deaths = sa.select(sa.func.count()).where(
        STEP_ATTEMPTS.c.step_id == settlement.claim.step_id,
        STEP_ATTEMPTS.c.error_kind == FailureKind.WORKER_DIED,
        STEP_ATTEMPTS.c.started_at >= started,
    )
    if session.execute(deaths).scalar_one():
        return _failed(Failed(settlement.claim, FailureKind.WORKER_DIED, settlement.message, None, None), now)
    return _released(Lost(settlement.claim), now, FailureKind.WORKER_DIED, settlement.message)


def _attempt(outcome: Outcome, now: datetime, **others: Any) -> dict[str, Any]:
    """Every column of an attempt that its end writes."""
    nothing = dict.fromkeys(("error_kind", "error_message", "http_status"))
    return {**nothing, "outcome": outcome, "completed_at": now, **others}


_FREE = (
    sa.update(JOB_STEPS)
    .where(JOB_STEPS.c.id == sa.bindparam("of_step"), JOB_STEPS.c.fence == sa.bindparam("of_fence"))
    .where(JOB_STEPS.c.status == StepStatus.RUNNING)
    .values(lease_owner=None, lease_expires_at=None)
)
_CLOSE = (
    sa.update(STEP_ATTEMPTS)
    .where(STEP_ATTEMPTS.c.step_id == sa.bindparam("of_step"), STEP_ATTEMPTS.c.number == sa.bindparam("of_fence"))
    .where(STEP_ATTEMPTS.c.completed_at.is_(None))
)


def _end_claims(session: Session, ends: Sequence[_End]) -> None:
    """The guarded end of the claims and of their attempts."""
    if not ends:
        return
    for _columns, alike in groupby(sorted(ends, key=_changed), key=_changed):
        session.execute(_FREE, [{**_key(end), "status": end.status, **end.step} for end in alike])
    session.execute(_CLOSE, [{**_key(end), **end.attempt} for end in ends])


def _changed(end: _End) -> list[str]:
    """The columns that change; one statement writes those alike."""
    return sorted(end.step)


def _key(end: _End) -> dict[str, int]:
    return {"of_step": end.claim.step_id, "of_fence": end.claim.fence}


def _spent(ends: Sequence[_End], owners: dict[int, str], now: datetime) -> list[sums.Ended]:
    """The attempts that count in the metrics."""
    return [
        sums.ended(owners[end.claim.job_id], end.result, end.claim.started_at, now, ends_step=end.ends_step)
        for end in ends
        if end.attempt["outcome"] in SPENT
    ]


def _visit(settlement: Settlement, now: datetime) -> ledger.Ended:
    host = settlement.claim.host
    if not isinstance(settlement, Completed | Failed):
        return ledger.Ended(host, now)
    answered = isinstance(settlement, Completed) or settlement.http_status is not None
    return ledger.Ended(host, now, answered, settlement.crawl_delay_seconds, settlement.retry_after_seconds)


_COUNT = (
    sa.update(JOBS)
    .where(JOBS.c.id == sa.bindparam("job_id"))
    .values(
        completed_steps=JOBS.c.completed_steps + sa.bindparam("completed"),
        failed_steps=JOBS.c.failed_steps + sa.bindparam("failed"),
    )
)


def _count(session: Session, ends: Sequence[_End], now: datetime) -> list[tuple[int, JobStatus]]:
    """Add to the counters of the jobs; the last step that ends decides how a job ends. Gives the ended ones."""
    counts = Counter((end.claim.job_id, end.status) for end in ends if end.ends_step)
    ended: list[tuple[int, JobStatus]] = []
    for job_id in sorted({job_id for job_id, _status in counts}):
        completed, failed = counts[job_id, StepStatus.COMPLETED], counts[job_id, StepStatus.FAILED]
        session.execute(_COUNT, {"job_id": job_id, "completed": completed, "failed": failed})
        ended += _ended(session, job_id, now)
    return ended


_END_JOB = (
    sa.update(JOBS)
    .where(
        JOBS.c.id == sa.bindparam("job_id"),
        JOBS.c.status.in_(JOB_MOVES[JobEvent.COMPLETE]),
        JOBS.c.completed_steps + JOBS.c.failed_steps + JOBS.c.cancelled_steps == JOBS.c.total_steps,
    )
    .values(
        status=sa.case((JOBS.c.completed_steps > 0, JobStatus.COMPLETED.value), else_=JobStatus.FAILED.value),
        completed_at=sa.bindparam("now"),
        status_reason=None,
    )
    .returning(JOBS.c.id, JOBS.c.status)
)


def _ended(session: Session, job_id: int, now: datetime) -> list[tuple[int, JobStatus]]:
    ended = session.execute(_END_JOB, {"job_id": job_id, "now": now})
    return [(job_id, JobStatus(status)) for job_id, status in ended]
