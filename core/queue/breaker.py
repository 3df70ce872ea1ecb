"""What a fault of our own network does to a job: a pause, and the attempts given back."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import reasons
from core.breaker import Suspicion
from core.failures import FailureKind
from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.queries.breaker import Held
from core.queue import sums
from core.queue.hold import hold
from core.states import Outcome, StepStatus

READ_AT_ONCE = 1_000
_OPEN = (StepStatus.PENDING, StepStatus.FAILED)
"""Steps that can be given back: a running one is settled first, a completed one has what it needs."""


def trip(
    session: Session, job_id: int, found: Suspicion, since: datetime, said: dict[str, Any], now: datetime
) -> int | None:
    """Pause the job and give back what failed since then; `said` are the words of witnesses or proxy.

    Gives how many attempts it gave back; None when the job did not run any more.
    """
    facts = {"failed": found.failed, "of": found.of, "kind": found.kind, "kinds": sorted(found.kinds)}
    reason = {"code": reasons.BREAKER, **facts, **said, "since": since.isoformat()}
    if not hold(session, [job_id], reason):
        return None
    return _give_back(session, job_id, since, found.kinds, now)


def give_back(session: Session, held: Held, now: datetime) -> int:
    """Once more for a job that the breaker paused: what was under way then has failed since."""
    statement = sa.select(JOBS.c.id).where(
        JOBS.c.id == held.job_id, JOBS.c.status_reason["since"].as_string() == held.reason["since"]
    )
    if session.execute(statement.with_for_update()).first() is None:
        return 0
    kinds = [FailureKind(kind) for kind in held.reason["kinds"]]
    return _give_back(session, held.job_id, held.since, kinds, now)


def _give_back(session: Session, job_id: int, since: datetime, kinds: Collection[FailureKind], now: datetime) -> int:
    """Attempts that failed so become `lost`, which no second call finds; their steps have them again and are due."""
    mine = sa.select(JOB_STEPS.c.id).where(JOB_STEPS.c.job_id == job_id, JOB_STEPS.c.status.in_(_OPEN))
    a = STEP_ATTEMPTS.c
    returned = session.execute(
        sa.update(STEP_ATTEMPTS)
        .where(STEP_ATTEMPTS.c.completed_at >= since, STEP_ATTEMPTS.c.step_id.in_(mine))
        .where(STEP_ATTEMPTS.c.outcome == Outcome.FAILED, STEP_ATTEMPTS.c.error_kind.in_(list(kinds)))
        .values(outcome=Outcome.LOST)
        .returning(a.step_id, a.number, a.started_at, a.completed_at, a.error_kind)
    ).all()
    attempts: defaultdict[int, list[Any]] = defaultdict(list)
    for row in returned:
        attempts[row.step_id].append(row)
    owner = session.execute(sa.select(JOBS.c.created_by).where(JOBS.c.id == job_id)).scalar_one()
    steps = sorted(attempts)
    reopened = 0
    for start in range(0, len(steps), READ_AT_ONCE):
        some = {step: attempts[step] for step in steps[start : start + READ_AT_ONCE]}
        reopened += _reopen(session, some, kinds, owner, now)
    session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(failed_steps=JOBS.c.failed_steps - reopened))
    return len(returned)


def _reopen(
    session: Session, attempts: dict[int, list[Any]], kinds: Collection[FailureKind], owner: str, now: datetime
) -> int:
    """Take the attempts off their steps; gives how many steps were failed and are pending.

    A step whose last word was another failure keeps it.
    """
    columns = [JOB_STEPS.c[name] for name in ("id", "status", "attempts", "error_kind", "fence")]
    rows = session.execute(sa.select(*columns).where(JOB_STEPS.c.id.in_(attempts))).all()
    left = {row.id: max(0, row.attempts - len(attempts[row.id])) for row in rows}
    again = [row.id for row in rows if row.error_kind in kinds]
    ends = {(row.id, row.fence) for row in rows if row.status == StepStatus.FAILED}
    sums.take_back(session, [_ended(one, owner, ends) for row in rows for one in attempts[row.id]])
    one = sa.update(JOB_STEPS).where(JOB_STEPS.c.id == sa.bindparam("of_step"))
    session.execute(one, [{"of_step": step, "attempts": n} for step, n in left.items()])
    fresh = {
        "status": StepStatus.PENDING,
        "next_attempt_at": now,
        **dict.fromkeys(("completed_at", "error_kind", "error_message")),
    }
    session.execute(sa.update(JOB_STEPS).where(JOB_STEPS.c.id.in_(again), JOB_STEPS.c.status.in_(_OPEN)).values(fresh))
    return sum(row.status == StepStatus.FAILED and row.error_kind in kinds for row in rows)


def _ended(attempt: Any, owner: str, ends: Collection[tuple[int, int]]) -> sums.Ended:
    is_last = (attempt.step_id, attempt.number) in ends
    return sums.ended(owner, attempt.error_kind, attempt.started_at, attempt.completed_at, ends_step=is_last)
