"""Reads of how a job goes: its pace, the time left, its slowest hosts. The cost does not grow with the job."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from random import Random
from statistics import fmean
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.errors import InvalidInput
from core.failures import FailureKind, may_pass
from core.forecast import Course, Ended, Forecast, HostQueue, Running, Waiting, forecast, steps_per_minute
from core.job_config import JobConfig
from core.models import HOSTS, JOB_STEPS, JOBS, STEP_ATTEMPTS
from core.politeness import gap_seconds
from core.queries.rows import JobRow
from core.states import SPENT, STEP_FINAL, JobStatus, Outcome, StepStatus

MOST_ENDED = 300
"""Latest attempts of the job that are looked at."""
LOOKED_AT = (600, 8_000)
"""Latest attempts of all jobs among which those are looked for; the second when the first held too few."""
MOST_WAITING = 400
"""Pending steps, those furthest ahead, among which retries are looked for."""
SAMPLED = 300
"""Steps, spread over the job, that show which hosts have many pages left."""
OF_STORED_PAGES = {"interval_seconds": 0.0, "max_retries": 0, "timeout_seconds": 1.0}
"""How a job goes that reads stored pages, whatever its configuration: no lane rests, nobody has to be waited for."""
MOST_HOSTS, SLOWEST = 100, 5
"""Hosts with several pages whose pauses are looked up; hosts that are told as slowest."""


@dataclass(frozen=True, slots=True)
class SecondsLeft:
    """The job ends within this range four times of five."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SlowHost:
    """A host that took long in the latest attempts: their seconds in all, the one on its way included.

    `waiting_steps`: its untried pages, about; `error_kind`: how its last failure went, None when none failed.
    """

    host: str
    seconds: float
    attempts: int
    waiting_steps: int
    error_kind: FailureKind | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How a job goes; `seconds_left` is None when it does not run, and while too few attempts have ended."""

    steps_per_minute: float
    seconds_left: SecondsLeft | None
    slowest_hosts: list[SlowHost]


def of_job(session: Session, job: JobRow, now: datetime) -> Progress:
    """How the job goes now; the slowest hosts are those of its last run, as far as its attempts are the latest."""
    if job.started_at is None:
        return Progress(0.0, None, [])
    ended = _latest(session, job)
    if job.status is not JobStatus.RUNNING:
        return Progress(0.0, None, _slowest(ended, [], {}, now))
    running, left = _running(session, job.id), _Left(session, job)
    slowest = _slowest(ended, running, left.untried, now)
    try:
        course = _course(session, job, ended, running, left, now)
    except InvalidInput:  # an engine is about to pause the job for its configuration
        return Progress(0.0, None, slowest)
    pace = steps_per_minute(course, (now - job.started_at).total_seconds())
    return Progress(round(pace, 1), _rounded(forecast(course)), slowest)


def _rounded(found: Forecast | None) -> SecondsLeft | None:
    return None if found is None else SecondsLeft(round(found.low_seconds, 1), round(found.high_seconds, 1))


def _latest(session: Session, job: JobRow) -> Sequence[Any]:
    """The latest attempts of the job that ended since its start, the last one first."""
    a, s = STEP_ATTEMPTS.c, JOB_STEPS.c
    rows: Sequence[Any] = []
    for looked_at in LOOKED_AT:
        latest = (
            sa.select(a.step_id, a.number, a.started_at, a.completed_at, a.outcome, a.error_kind, a.http_status)
            .where(a.completed_at >= job.started_at, a.outcome.in_(SPENT))
            .order_by(a.completed_at.desc())
            .limit(looked_at)
            .subquery()
        )
        statement = (
            sa.select(latest, s.host, s.status, s.fence, s.attempts)
            .join(JOB_STEPS, s.id == latest.c.step_id)
            .where(s.job_id + 0 == job.id)  # no index: with old statistics PostgreSQL would walk through the whole job
            .order_by(latest.c.completed_at.desc())
            .limit(MOST_ENDED)
        )
        rows = session.execute(statement).all()
        if len(rows) == MOST_ENDED or len(rows) >= job.total_steps - job.unfinished_steps:
            break
    return rows


def _running(session: Session, job_id: int) -> Sequence[Any]:
    a, s = STEP_ATTEMPTS.c, JOB_STEPS.c
    statement = (
        sa.select(s.host, s.attempts, a.started_at)
        .join(STEP_ATTEMPTS, (a.step_id == s.id) & (a.number == s.fence))
        .where(s.job_id == job_id, s.status == StepStatus.RUNNING)
    )
    return session.execute(statement).all()


class _Left:
    """What a sample shows of the pending steps: retries that wait, untried pages by host (those with several); whether
    steps of the job read stored pages.
    """

    def __init__(self, session: Session, job: JobRow) -> None:
        self.retries = _retries(session, job.id)
        self.untried, self.reads_pages = _untried(session, job)


def _retries(session: Session, job_id: int) -> Sequence[Any]:
    """Steps that failed and come again; among the pending ones these are the furthest ahead, or wait for a host."""
    a, s = STEP_ATTEMPTS.c, JOB_STEPS.c
    furthest = (
        sa.select(s.id, s.host, s.attempts, s.fence, s.next_attempt_at, s.waits_for_host)
        .where(s.job_id == job_id, s.status == StepStatus.PENDING)
        .order_by(s.next_attempt_at.desc(), s.step_number.desc())
        .limit(MOST_WAITING)
        .subquery()
    )
    statement = (
        sa.select(furthest, a.started_at, a.completed_at)
        .join(STEP_ATTEMPTS, (a.step_id == furthest.c.id) & (a.number == furthest.c.fence))
        .where(furthest.c.attempts > 0, a.completed_at.is_not(None))
    )
    return session.execute(statement).all()


def _untried(session: Session, job: JobRow) -> tuple[dict[str, float], bool]:
    """Untried pages by host, of the hosts that have several: counted in a short job, estimated in a long one. Stored
    ones wait for no host; the second says whether there are any.
    """
    s = JOB_STEPS.c
    numbers = _sample(job.total_steps, job.id)
    columns = (s.host, s.status, s.attempts, s.source_report_id)
    # sorted out here: with the status in the condition, SQLite would walk through all pending steps
    rows = session.execute(sa.select(*columns).where(s.job_id == job.id, s.step_number.in_(numbers))).all()
    visits = [row for row in rows if row.source_report_id is None]
    pages = Counter(row.host for row in visits if row.status == StepStatus.PENDING and not row.attempts)
    each = job.total_steps / max(1, len(numbers))
    return {host: n * each for host, n in pages.items() if n > 1}, len(visits) < len(rows)


def _sample(total: int, seed: int) -> list[int]:
    """Step numbers, one by chance out of each of `SAMPLED` equal parts; all of a short job."""
    if total <= SAMPLED:
        return list(range(1, total + 1))
    random, part = Random(seed), total / SAMPLED
    return sorted({1 + int((n + random.random()) * part) for n in range(SAMPLED)})


def _course(
    session: Session, job: JobRow, ended: Sequence[Any], running: Sequence[Any], left: _Left, now: datetime
) -> Course:
    config = JobConfig.parse(job.config)
    if left.reads_pages:
        config = config.model_copy(update=OF_STORED_PAGES)
    waiting = _waiting(left.retries, now)
    pending = job.unfinished_steps - len(running)
    if len(left.retries) == MOST_WAITING:  # there are more: as many as have failed so far
        waiting = _scaled(waiting, _failed_share(ended) * (job.total_steps - job.unfinished_steps))
    untried = max(0, pending - sum(group.steps for group in waiting))
    return Course(
        config,
        [_ended(row, now) for row in ended],
        len(ended) < MOST_ENDED,
        [Running(row.host, _seconds(now, row.started_at), row.attempts) for row in running],
        untried,
        waiting,
        _queues(session, config, ended, left, untried),
        _changed_ago(session, job, now),
    )


def _changed_ago(session: Session, job: JobRow, now: datetime) -> float | None:
    """Since when the job has the lanes and the pause that it has; None: since its start."""
    changed_at = session.execute(sa.select(JOBS.c.pace_changed_at).where(JOBS.c.id == job.id)).scalar_one()
    return _seconds(now, changed_at) if changed_at and job.started_at and changed_at > job.started_at else None


def _ended(row: Any, now: datetime) -> Ended:
    later = row.fence - (row.status == StepStatus.RUNNING) - row.number
    return Ended(
        ago=_seconds(now, row.completed_at),
        seconds=_seconds(row.completed_at, row.started_at),
        is_first=row.attempts - later <= 1,
        may_pass=_may_pass(row),
        ends_step=row.number == row.fence and row.status in STEP_FINAL,
    )


def _may_pass(row: Any) -> bool:
    return row.outcome == Outcome.FAILED and may_pass(row.error_kind, row.http_status)


def _failed_share(ended: Sequence[Any]) -> float:
    return sum(_may_pass(row) for row in ended) / max(1, len(ended))


def _waiting(retries: Iterable[Any], now: datetime) -> list[Waiting]:
    """The retries, those after the same number of failures together; one that waits for its host has no moment."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in retries:
        groups[row.attempts].append(row)
    return [
        Waiting(
            attempts,
            len(rows),
            max(0.0 if row.waits_for_host else _seconds(row.next_attempt_at, now) for row in rows),
            [_seconds(row.completed_at, row.started_at) for row in rows],
        )
        for attempts, rows in groups.items()
    ]


def _scaled(waiting: list[Waiting], steps: float) -> list[Waiting]:
    times = max(1.0, steps / sum(group.steps for group in waiting))
    return [Waiting(group.attempts, round(group.steps * times), group.seconds, group.took) for group in waiting]


def _queues(session: Session, config: JobConfig, ended: Sequence[Any], left: _Left, untried: int) -> list[HostQueue]:
    """The hosts with several pages left, with their pauses and manners."""
    again: Counter[str] = Counter()
    for row in left.retries:
        again[row.host] += max(0, config.max_retries + 1 - row.attempts)
    hosts = {*left.untried, *(host for host, n in again.items() if n > 1)}
    took: defaultdict[str, list[float]] = defaultdict(list)
    for row in ended:
        if row.host in hosts:
            took[row.host].append(_seconds(row.completed_at, row.started_at))
    names = sorted(hosts, key=lambda host: -(left.untried.get(host, 0.0) + again[host]))[:MOST_HOSTS]
    entries = {row.host: row for row in session.execute(sa.select(HOSTS).where(HOSTS.c.host.in_(names)))}
    return [
        HostQueue(
            host,
            min(left.untried.get(host, 0.0), untried),
            gap_seconds(entries[host], config.interval_seconds) if host in entries else config.interval_seconds,
            again[host],
            fmean(took[host]) if took[host] else None,
            len(took[host]),
            _answers(entries.get(host)),
        )
        for host in names
    ]


def _answers(entry: Any) -> bool | None:
    """Whether the last visit was answered; None before the first one."""
    if entry is None or entry.last_ended_at is None:
        return None
    return entry.answered_at is not None and bool(entry.answered_at >= entry.last_ended_at)


def _slowest(ended: Sequence[Any], running: Sequence[Any], untried: dict[str, float], now: datetime) -> list[SlowHost]:
    """The hosts that took the most time, with the one reason that the last failure gave."""
    seconds: defaultdict[str, float] = defaultdict(float)
    attempts: Counter[str] = Counter()
    kinds: dict[str, FailureKind] = {}
    for row in ended:
        seconds[row.host] += _seconds(row.completed_at, row.started_at)
        attempts[row.host] += 1
        if row.error_kind is not None:
            kinds.setdefault(row.host, row.error_kind)
    for row in running:
        seconds[row.host] += _seconds(now, row.started_at)
        attempts[row.host] += 1
    return [
        SlowHost(host, round(took, 1), attempts[host], round(untried.get(host, 0.0)), kinds.get(host))
        for host, took in nsmallest(SLOWEST, seconds.items(), key=lambda took: (-took[1], took[0]))
    ]


def _seconds(later: datetime, earlier: datetime) -> float:
    return max(0.0, (later - earlier).total_seconds())
