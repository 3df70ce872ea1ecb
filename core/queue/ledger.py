"""The ledger of hosts: when a visit may begin, over all jobs and engines (one at a time, with a pause in between)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.models import HOSTS, JOB_STEPS, JOBS
from core.politeness import BREAKING_OFF_SECONDS
from core.queue.sorting import PARKED_SECONDS
from core.retry import MAX_RETRY_AFTER_SECONDS
from core.robots import MAX_CRAWL_DELAY_SECONDS
from core.states import JobStatus, StepStatus

CLOCK_SLACK_SECONDS = 60.0

_FACTS = ("answered_at", "crawl_delay_seconds", "not_before")


@dataclass(frozen=True, slots=True)
class Ended:
    """A visit that ended at `at`; what it did not learn about the host is None and stays as it was."""

    host: str
    at: datetime
    answered: bool = False
    crawl_delay_seconds: float | None = None
    retry_after_seconds: float | None = None


def ended(session: Session, visits: Iterable[Ended]) -> None:
    """Write down what the visits mean for the next ones; locks the hosts in the order of their names."""
    rows = [_row(visit) for visit in sorted({visit.host: visit for visit in visits}.values(), key=lambda v: v.host)]
    if not rows:
        return
    session.execute(_write_down(dialect.is_postgresql(session)), rows)
    session.execute(_NEXT_ONES, [{"of_host": row["host"], "due": row["last_ended_at"]} for row in rows])


@cache
def _write_down(is_postgresql: bool) -> Any:
    statement = dialect.inserting(is_postgresql, HOSTS)
    new = statement.excluded
    facts = {name: sa.func.coalesce(new[name], HOSTS.c[name]) for name in _FACTS}
    return statement.on_conflict_do_update(
        index_elements=[HOSTS.c.host], set_={"last_ended_at": new.last_ended_at, **facts}
    )


def _next_ones() -> sa.Update:
    """Of each running job, the first step that waits for the host is due; a row that is being changed is left alone."""
    step = JOB_STEPS.alias("step")
    first = (
        sa.select(step.c.id)
        .where(step.c.host == sa.bindparam("of_host"), step.c.job_id == JOBS.c.id, step.c.waits_for_host)
        .order_by(step.c.next_attempt_at, step.c.step_number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
        .correlate(JOBS)
    )
    firsts = sa.select(first).where(JOBS.c.status == JobStatus.RUNNING)
    return sa.update(JOB_STEPS).where(JOB_STEPS.c.id.in_(firsts)).values(next_attempt_at=sa.bindparam("due"))


_NEXT_ONES = _next_ones()


def broken_off(session: Session, hosts: Iterable[str], now: datetime) -> None:
    """The claims on these hosts are gone; their visits may still be on the way for a moment."""
    ended(session, (Ended(host, now + timedelta(seconds=BREAKING_OFF_SECONDS)) for host in hosts))


def look_again(session: Session, job_ids: Collection[int]) -> None:
    """These jobs run from now on: what waited for hosts before is due, in the order of the list."""
    _are_due(session, JOB_STEPS.c.job_id.in_(job_ids))


def pace_changed(session: Session, job_id: int) -> None:
    """This job may have another pause: of each host that its steps wait for, the first is due, and a claim looks
    whether it may come now. The others wait for that visit as before.

    The caller has locked the job.
    """
    step = JOB_STEPS.alias("step")
    firsts = sa.select(sa.func.min(step.c.step_number)).where(step.c.job_id == job_id, step.c.waits_for_host)
    _are_due(session, (JOB_STEPS.c.job_id == job_id) & JOB_STEPS.c.step_number.in_(firsts.group_by(step.c.host)))


def host_changed(session: Session, host: str) -> None:
    """The pause of this host is another one: of each running job, the first step that waits for it is due.

    Locks all running jobs, as a claim does, so that none puts a step off by the old pause meanwhile.
    """
    running = sa.select(JOBS.c.id).where(JOBS.c.status == JobStatus.RUNNING).order_by(JOBS.c.id)
    jobs = list(session.scalars(running.with_for_update()))
    step = JOB_STEPS.alias("step")
    waiting = (step.c.host == host) & step.c.job_id.in_(jobs) & step.c.waits_for_host
    firsts = sa.select(step.c.job_id, sa.func.min(step.c.step_number)).where(waiting).group_by(step.c.job_id)
    _are_due(session, sa.tuple_(JOB_STEPS.c.job_id, JOB_STEPS.c.step_number).in_(firsts))


def _are_due(session: Session, wanted: sa.ColumnElement[bool]) -> None:
    created_at = sa.select(JOBS.c.created_at).where(JOBS.c.id == JOB_STEPS.c.job_id).scalar_subquery()
    waiting = wanted & (JOB_STEPS.c.status == StepStatus.PENDING) & JOB_STEPS.c.waits_for_host
    session.execute(sa.update(JOB_STEPS).where(waiting).values(next_attempt_at=created_at))


def recall(session: Session, now: datetime) -> int:
    """Steps that wait longer than any rule allows are due: their moment comes from a clock that was set back since."""
    overridden = session.execute(sa.select(sa.func.max(HOSTS.c.interval_seconds))).scalar() or 0.0
    running = sa.select(JOBS.c.id, JOBS.c.config).where(JOBS.c.status == JobStatus.RUNNING).order_by(JOBS.c.id)
    recalled = 0
    for job_id, config in session.execute(running).all():
        longest = max(PARKED_SECONDS, MAX_RETRY_AFTER_SECONDS, config.get("interval_seconds", 0.0), overridden)
        far = JOB_STEPS.c.next_attempt_at > now + timedelta(seconds=longest + CLOCK_SLACK_SECONDS)
        waiting = (JOB_STEPS.c.job_id == job_id) & (JOB_STEPS.c.status == StepStatus.PENDING)
        due = session.execute(sa.update(JOB_STEPS).where(waiting, far).values(next_attempt_at=now))
        recalled += int(due.rowcount)  # type: ignore[attr-defined]
    return recalled


def _row(visit: Ended) -> dict[str, Any]:
    wait, delay = visit.retry_after_seconds, visit.crawl_delay_seconds
    asked = None if wait is None else visit.at + timedelta(seconds=min(wait, MAX_RETRY_AFTER_SECONDS))
    return {
        "host": visit.host,
        "last_ended_at": visit.at,
        "answered_at": visit.at if visit.answered else None,
        "crawl_delay_seconds": None if delay is None else min(delay, MAX_CRAWL_DELAY_SECONDS),
        "not_before": asked,
    }
