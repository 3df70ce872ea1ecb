"""Claims: which steps an engine works on, until when, and under which fence."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect, reasons
from core.errors import InvalidInput
from core.job_config import JobConfig
from core.models import JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.politeness import BREAKING_OFF_SECONDS
from core.queue.sorting import OF_JOB, Sorting
from core.states import JOB_MOVES, SPENT, STEP_MOVES, JobEvent, JobStatus, StepEvent, StepStatus

LEASE_SECONDS = 60
CLAIM_LOCK = 0x4C6F7465
"""Claims of several engines go one after the other."""

_TIME = JOB_STEPS.c.next_attempt_at.type
_CLAIMED = [
    *(JOB_STEPS.c[name] for name in ("id", "job_id", "step_number", "target", "host", "attempts", "fence")),
    *(JOB_STEPS.c[name] for name in ("overrides", "source_report_id")),
]


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
    started_at: datetime
    host_pause_seconds: float | None = None
    """What people have set to lie between two requests to the host."""
    source_report_id: int | None = None
    """The report whose stored page is read instead of a visit."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one claim gave: steps, jobs that began by it, and the moment at which more may be due (None: unknown)."""

    claims: list[Claim]
    begun: list[int]
    more_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Job:
    """A running job in the eyes of a claim: `running` steps, `free` lanes, when the next lane ends its rest."""

    id: int
    config: JobConfig
    running: int
    free: int
    rest_ends_at: datetime | None


def claim(
    session: Session,
    owner: str,
    places: int,
    clock: Callable[[], datetime],
    *,
    max_running_jobs: int,
    only_job: int | None = None,
    held_back: Collection[int] = (),
) -> Claimed:
    """Fill up to `places` with due steps: jobs by priority; of one priority, those with the fewest running steps first.

    First queued jobs get the free places for running jobs. `only_job` keeps to that job; nothing is claimed of the
    jobs that are `held_back`. The `clock` is read when the locks are held: visits may end while a claim waits for them,
    and moments later than its own would count as those of a clock that was set back.
    """
    dialect.go_one_by_one(session, CLAIM_LOCK)
    first = _lock(session, max_running_jobs, only_job)
    now = clock()
    begun = _begin(session, first, now)
    claims: list[Claim] = []
    jobs: list[_Job] = []
    for peers in _running_jobs(session, now, only_job, held_back):
        jobs += peers
        for number, job in enumerate(sorted(peers, key=lambda job: job.running)):
            share = -(-(places - len(claims)) // (len(peers) - number))
            claims += _take(session, job, min(share, job.free), owner, now)
    return Claimed(claims, begun, _more_at(session, jobs, now))


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


_IS_RUNNING = JOBS.c.status == JobStatus.RUNNING
_IS_QUEUED = JOBS.c.status.in_(JOB_MOVES[JobEvent.PROMOTE]) & JOBS.c.queued_at.is_not(None)
_ASKED_FOR = sa.bindparam("only_job", type_=sa.Integer).is_(None) | (JOBS.c.id == sa.bindparam("only_job"))
_BY_RANK = JOBS.c.priority.desc(), JOBS.c.queued_at, JOBS.c.id
_AMONG = JOBS.c.id.in_(sa.bindparam("ids", expanding=True))
_COUNT_RUNNING_JOBS = sa.select(sa.func.count()).select_from(JOBS).where(_IS_RUNNING)
_FIRST_QUEUED = sa.select(JOBS.c.id).where(_IS_QUEUED, _ASKED_FOR).order_by(*_BY_RANK).limit(sa.bindparam("places"))
_AT_WORK = JOBS.c.id.in_(sa.select(JOB_STEPS.c.job_id).where(JOB_STEPS.c.status == StepStatus.RUNNING))
_LOCK_JOBS = sa.select(JOBS.c.id).where(_AMONG | _IS_RUNNING | _AT_WORK).order_by(JOBS.c.id).with_for_update()
_PROMOTE = (
    sa.update(JOBS)
    .where(_AMONG, _IS_QUEUED)
    .values(status=JobStatus.RUNNING, started_at=sa.func.coalesce(JOBS.c.started_at, sa.bindparam("now", type_=_TIME)))
    .returning(JOBS.c.id)
)


def _lock(session: Session, max_running_jobs: int, only_job: int | None) -> list[int]:
    """The queued jobs for which there are places, highest priority first, then oldest; gives their ids.

    Locks these, all running jobs and paused ones with running steps, in the order of their ids as every other
    transaction does. So no visit ends meanwhile: its end would not see, and never wake, a step parked behind it.
    """
    places = max_running_jobs - session.execute(_COUNT_RUNNING_JOBS).scalar_one()
    asked = {"only_job": only_job, "places": places}
    ids = list(session.execute(_FIRST_QUEUED, asked).scalars()) if places > 0 else []
    session.execute(_LOCK_JOBS, {"ids": ids})
    return ids


def _begin(session: Session, ids: list[int], now: datetime) -> list[int]:
    """These jobs become running, as far as they are still queued; gives their ids."""
    return list(session.execute(_PROMOTE, {"ids": ids, "now": now}).scalars()) if ids else []


_RUNNING_JOBS = sa.select(JOBS.c.id, JOBS.c.priority, JOBS.c.config).where(_IS_RUNNING, _ASKED_FOR).order_by(*_BY_RANK)


def _running_jobs(
    session: Session, now: datetime, only_job: int | None, held_back: Collection[int]
) -> Iterator[list[_Job]]:
    """The running jobs, those of one priority together, the highest first."""
    rows = session.execute(_RUNNING_JOBS, {"only_job": only_job}).all()
    for _priority, peers in groupby(rows, key=lambda row: row.priority):
        wanted = [row for row in peers if row.id not in held_back]
        yield [job for row in wanted if (job := _job(session, row.id, row.config, now)) is not None]


_COUNT_RUNNING_STEPS = (
    sa.select(sa.func.count()).select_from(JOB_STEPS).where(OF_JOB, JOB_STEPS.c.status == StepStatus.RUNNING)
)
_RESTING = (  # attempts that their own target answered or failed lately; what a clock set back wrote is old
    sa.select(sa.func.count(), sa.func.min(STEP_ATTEMPTS.c.completed_at))
    .select_from(STEP_ATTEMPTS.join(JOB_STEPS, STEP_ATTEMPTS.c.step_id == JOB_STEPS.c.id))
    .where(OF_JOB, STEP_ATTEMPTS.c.outcome.in_(SPENT), JOB_STEPS.c.source_report_id.is_(None))
    .where(STEP_ATTEMPTS.c.completed_at.between(sa.bindparam("since"), sa.bindparam("until")))
)


def _job(session: Session, job_id: int, stored: dict[str, Any], now: datetime) -> _Job | None:
    """The job with its lanes: neither taken by a running step nor resting after an attempt.

    One whose stored configuration cannot be read is paused, so that it stops no other job.
    """
    try:
        config = JobConfig.parse(stored)
    except InvalidInput as error:
        reason = {"code": reasons.BAD_CONFIG, "detail": str(error)}
        session.execute(
            sa.update(JOBS)
            .where(JOBS.c.id == job_id, JOBS.c.status.in_(JOB_MOVES[JobEvent.PAUSE]))
            .values(status=JobStatus.PAUSED, status_reason=reason)
        )
        return None
    running = session.execute(_COUNT_RUNNING_STEPS, {"job_id": job_id}).scalar_one()
    if not config.interval_seconds:
        return _Job(job_id, config, running, max(0, config.concurrency - running), None)
    rest = timedelta(seconds=config.interval_seconds)
    lately = {"job_id": job_id, "since": now - rest, "until": now + timedelta(seconds=BREAKING_OFF_SECONDS)}
    n, earliest = session.execute(_RESTING, lately).one()
    return _Job(job_id, config, running, max(0, config.concurrency - running - n), earliest + rest if n else None)


_TAKE = (
    sa.update(JOB_STEPS)
    .where(JOB_STEPS.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(JOB_STEPS.c.status.in_(STEP_MOVES[StepEvent.CLAIM]))
    .values(
        status=StepStatus.RUNNING,
        lease_owner=sa.bindparam("owner"),
        lease_expires_at=sa.bindparam("until"),
        fence=JOB_STEPS.c.fence + 1,
        waits_for_host=False,
        started_at=sa.func.coalesce(JOB_STEPS.c.started_at, sa.bindparam("now", type_=_TIME)),
    )
    .returning(*_CLAIMED)
)
_BEGIN_ATTEMPTS = sa.insert(STEP_ATTEMPTS)


def _take(session: Session, job: _Job, wanted: int, owner: str, now: datetime) -> list[Claim]:
    """Claim up to `wanted` due steps of the job, none of a host that is being visited or has to rest.

    Those that read a stored page visit nobody: no host has a part in them.
    """
    sorting = Sorting(session, job.id, job.config.interval_seconds, now)
    ids = sorting.choose(wanted) if wanted > 0 else []
    if not ids:
        return []
    lease = {"owner": owner, "until": now + timedelta(seconds=LEASE_SECONDS), "now": now}
    taken = session.execute(_TAKE, {"ids": ids, **lease}).all()
    found = (_claim(row, owner, job.config, now, sorting.pauses.get(row.host)) for row in taken)
    claims = sorted(found, key=lambda c: ids.index(c.step_id))
    attempts = [
        {"step_id": row.id, "number": row.fence, "overrides": row.overrides, "started_at": now} for row in taken
    ]
    if attempts:
        session.execute(_BEGIN_ATTEMPTS, attempts)
    return claims


def _claim(row: Any, owner: str, config: JobConfig, now: datetime, pause: float | None) -> Claim:
    """A step with overrides is one of a retry, which reuses nothing: what cannot go with `reuse_days` may be there."""
    own = JobConfig.parse({**config.model_dump(), **row.overrides, "reuse_days": 0}) if row.overrides else config
    step = row.id, row.job_id, row.step_number, row.target, row.host, row.attempts, row.fence
    return Claim(*step, owner, own, now, pause, row.source_report_id)


_WAITING = sa.select(sa.func.min(JOB_STEPS.c.next_attempt_at)).where(
    OF_JOB, JOB_STEPS.c.status == StepStatus.PENDING, JOB_STEPS.c.next_attempt_at > sa.bindparam("now")
)


def _more_at(session: Session, jobs: list[_Job], now: datetime) -> datetime | None:
    """The next moment at which a lane ends its rest or a waiting step becomes due."""
    moments: list[datetime] = []
    for job in jobs:
        due = session.execute(_WAITING, {"job_id": job.id, "now": now}).scalar()
        moments += [moment for moment in (due, job.rest_ends_at) if moment is not None]
    return min(moments, default=None)
