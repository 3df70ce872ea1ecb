"""Claims: which steps an engine works on, until when, and under which fence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.job_config import JobConfig
from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.states import JOB_MOVES, STEP_MOVES, JobEvent, JobStatus, Outcome, StepEvent, StepStatus

LEASE_SECONDS = 60
CLAIM_LOCK = 0x4C6F7465
"""Key of PostgreSQL's advisory lock: claims of several engines go one after the other, as SQLite's do by themselves."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One step in the hands of one engine; `attempts` counts those spent, `config` holds the step's overrides."""

    step_id: int
    job_id: int
    step_number: int
    target: str
    host: str
    attempts: int
    fence: int
    owner: str
    config: JobConfig


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one claim gave: steps, jobs that began by it, and the moment at which more may be due (None: unknown)."""

    claims: list[Claim]
    begun: list[int]
    more_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Lanes:
    free: int
    rest_ends_at: datetime | None


def claim(
    session: Session, owner: str, places: int, now: datetime, *, max_running_jobs: int, only_job: int | None = None
) -> Claimed:
    """Fill up to `places` with due steps: jobs by priority, those of one priority in equal shares.

    First queued jobs get the free places for running jobs. `only_job` keeps to that job.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(CLAIM_LOCK)))
    begun = _begin(session, now, max_running_jobs, only_job)
    running = sa.select(JOBS.c.id, JOBS.c.priority, JOBS.c.config).where(JOBS.c.status == JobStatus.RUNNING)
    if only_job is not None:
        running = running.where(JOBS.c.id == only_job)
    jobs = session.execute(
        running.order_by(JOBS.c.priority.desc(), JOBS.c.queued_at, JOBS.c.id).with_for_update()
    ).all()
    configs = {job.id: JobConfig.parse(job.config) for job in jobs}
    lanes = {job.id: _lanes(session, job.id, configs[job.id], now) for job in jobs}
    claims: list[Claim] = []
    for priority in sorted({job.priority for job in jobs}, reverse=True):
        peers = [job.id for job in jobs if job.priority == priority]
        while peers and places > len(claims):
            share = -(-(places - len(claims)) // len(peers))
            job_id = peers.pop(0)
            wanted = min(share, lanes[job_id].free, places - len(claims))
            claims += _take(session, job_id, configs[job_id], wanted, owner, now)
    return Claimed(claims, begun, _more_at(session, lanes, now))


def renew(session: Session, owner: str, now: datetime) -> int:
    """Extend every lease of the owner; rows that another transaction holds are left to the next time."""
    held_rows = (
        sa.select(JOB_STEPS.c.id)
        .where(JOB_STEPS.c.lease_owner == owner, JOB_STEPS.c.status == StepStatus.RUNNING)
        .with_for_update(skip_locked=True)
    )
    statement = sa.update(JOB_STEPS).where(JOB_STEPS.c.id.in_(held_rows))
    renewed = session.execute(statement.values(lease_expires_at=now + timedelta(seconds=LEASE_SECONDS)))
    return int(renewed.rowcount)  # type: ignore[attr-defined]


def held(session: Session, owner: str) -> set[tuple[int, int]]:
    """(step id, fence) of everything that the owner still holds."""
    statement = sa.select(JOB_STEPS.c.id, JOB_STEPS.c.fence).where(
        JOB_STEPS.c.lease_owner == owner, JOB_STEPS.c.status == StepStatus.RUNNING
    )
    return {(step_id, fence) for step_id, fence in session.execute(statement)}


def _begin(session: Session, now: datetime, max_running_jobs: int, only_job: int | None) -> list[int]:
    """Queued jobs become running while there are places, highest priority first, then oldest; gives their ids."""
    running = sa.select(sa.func.count()).select_from(JOBS).where(JOBS.c.status == JobStatus.RUNNING)
    places = max_running_jobs - session.execute(running).scalar_one()
    if places <= 0:
        return []
    queued = sa.select(JOBS.c.id).where(JOBS.c.status.in_(JOB_MOVES[JobEvent.PROMOTE]), JOBS.c.queued_at.is_not(None))
    if only_job is not None:
        queued = queued.where(JOBS.c.id == only_job)
    first = queued.order_by(JOBS.c.priority.desc(), JOBS.c.queued_at, JOBS.c.id).limit(places).with_for_update()
    ids = [job_id for (job_id,) in session.execute(first)]
    if ids:
        session.execute(
            sa.update(JOBS)
            .where(JOBS.c.id.in_(ids), JOBS.c.status.in_(JOB_MOVES[JobEvent.PROMOTE]))
            .values(status=JobStatus.RUNNING, started_at=sa.func.coalesce(JOBS.c.started_at, now))
        )
    return ids


def _lanes(session: Session, job_id: int, config: JobConfig, now: datetime) -> _Lanes:
    """Lanes that are neither taken by a running step nor resting after an attempt."""
    of_job = JOB_STEPS.c.job_id == job_id
    running = sa.select(sa.func.count()).select_from(JOB_STEPS).where(of_job, JOB_STEPS.c.status == StepStatus.RUNNING)
    taken = session.execute(running).scalar_one()
    if not config.interval_seconds:
        return _Lanes(config.concurrency - taken, None)
    resting = sa.select(sa.func.count(), sa.func.min(STEP_ATTEMPTS.c.completed_at)).where(
        of_job, _ended_within(config.interval_seconds, now)
    )
    n, earliest = session.execute(resting.select_from(STEP_ATTEMPTS.join(JOB_STEPS, _own))).one()
    rest_ends_at = earliest + timedelta(seconds=config.interval_seconds) if n else None
    return _Lanes(config.concurrency - taken - n, rest_ends_at)


_own = STEP_ATTEMPTS.c.step_id == JOB_STEPS.c.id


def _ended_within(seconds: float, now: datetime) -> sa.ColumnElement[bool]:
    """Attempts that their own target answered or failed less than `seconds` ago."""
    return (STEP_ATTEMPTS.c.completed_at > now - timedelta(seconds=seconds)) & STEP_ATTEMPTS.c.outcome.in_(
        [Outcome.COMPLETED, Outcome.FAILED]
    )


def _take(session: Session, job_id: int, config: JobConfig, wanted: int, owner: str, now: datetime) -> list[Claim]:
    """Claim up to `wanted` due steps of the job, one a host, no host that is being visited or has just been."""
    ids = _due(session, job_id, config, wanted, now)
    if not ids:
        return []
    taken = session.execute(
        sa.update(JOB_STEPS)
        .where(JOB_STEPS.c.id.in_(ids), JOB_STEPS.c.status.in_(STEP_MOVES[StepEvent.CLAIM]))
        .values(
            status=StepStatus.RUNNING,
            lease_owner=owner,
            lease_expires_at=now + timedelta(seconds=LEASE_SECONDS),
            fence=JOB_STEPS.c.fence + 1,
            started_at=sa.func.coalesce(JOB_STEPS.c.started_at, now),
        )
        .returning(*_CLAIMED)
    ).all()
    claims = sorted((_claim(row, owner, config) for row in taken), key=lambda c: ids.index(c.step_id))
    session.execute(
        sa.insert(STEP_ATTEMPTS),
        [{"step_id": c.step_id, "number": c.fence, "started_at": now} for c in claims],
    )
    return claims


_CLAIMED = [JOB_STEPS.c[n] for n in ("id", "job_id", "step_number", "target", "host", "attempts", "fence", "overrides")]


def _claim(row: Any, owner: str, config: JobConfig) -> Claim:
    own = JobConfig.parse({**config.model_dump(), **row.overrides}) if row.overrides else config
    return Claim(row.id, row.job_id, row.step_number, row.target, row.host, row.attempts, row.fence, owner, own)


def _due(session: Session, job_id: int, config: JobConfig, wanted: int, now: datetime) -> list[int]:
    """Ids of due steps in their order, at most one a host."""
    busy = sa.select(JOB_STEPS.c.host).where(
        JOB_STEPS.c.status == StepStatus.RUNNING, JOB_STEPS.c.lease_owner.is_not(None)
    )
    if config.interval_seconds:
        recent = sa.select(JOB_STEPS.c.host).select_from(STEP_ATTEMPTS.join(JOB_STEPS, _own))
        busy = busy.union(recent.where(_ended_within(config.interval_seconds, now)))  # type: ignore[assignment]
    found: dict[str, int] = {}
    while len(found) < wanted:
        statement = (
            sa.select(JOB_STEPS.c.id, JOB_STEPS.c.host)
            .where(
                JOB_STEPS.c.job_id == job_id,
                JOB_STEPS.c.status == StepStatus.PENDING,
                JOB_STEPS.c.next_attempt_at <= now,
                JOB_STEPS.c.host.not_in(busy),
                JOB_STEPS.c.host.not_in(list(found)),
            )
            .order_by(JOB_STEPS.c.next_attempt_at, JOB_STEPS.c.step_number)
            .limit(2 * wanted)
        )
        rows = session.execute(statement).all()
        for step_id, host in rows:
            if len(found) < wanted:
                found.setdefault(host, step_id)
        if len(rows) < 2 * wanted:
            break
    return list(found.values())


def _more_at(session: Session, lanes: dict[int, _Lanes], now: datetime) -> datetime | None:
    """The next moment at which a lane ends its rest or a waiting step becomes due."""
    waiting = sa.select(sa.func.min(JOB_STEPS.c.next_attempt_at)).where(
        JOB_STEPS.c.status == StepStatus.PENDING, JOB_STEPS.c.next_attempt_at > now
    )
    moments: list[datetime] = []
    for job_id, lane in lanes.items():
        due = session.execute(waiting.where(JOB_STEPS.c.job_id == job_id)).scalar()
        moments += [moment for moment in (due, lane.rest_ends_at) if moment is not None]
    return min(moments, default=None)
