"""Reads of the hosts that failed most in a period, and of those that answered slowest.

They come from the steps and reports that are there: a deleted job's are not among them, nor what a retry made good.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.failures import FailureKind
from core.models import JOB_STEPS, JOBS, REPORTS
from core.models.report import SLOW, SLOW_SECONDS
from core.models.step import FAILED
from core.period import Period

SHOWN = 10

__all__ = ["SHOWN", "SLOW_SECONDS", "FailingHost", "SlowHost", "failing", "slowest"]


@dataclass(frozen=True, slots=True)
class FailingHost:
    """A host with its failed steps of the period; `kind` is the most frequent failure."""

    host: str
    failed: int
    kind: FailureKind
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SlowHost:
    """A host whose visits took `SLOW_SECONDS` or longer, so many of them and so long in all; they gave a report."""

    host: str
    visits: int
    seconds: float
    longest_seconds: float

    @property
    def mean_seconds(self) -> float:
        """Of one of these visits."""
        return self.seconds / self.visits


def failing(session: Session, period: Period, owner: str | None = None, *, limit: int = SHOWN) -> list[FailingHost]:
    """The hosts with the most failed steps, the worst first."""
    s = JOB_STEPS.c
    n = sa.func.count()
    last = sa.func.max(s.completed_at)
    found = _of_period(sa.select(s.host, n, last), JOB_STEPS, s.completed_at, FAILED, period, owner)
    rows = session.execute(found.group_by(s.host).order_by(n.desc(), s.host).limit(limit)).all()
    kinds: defaultdict[str, Counter[FailureKind]] = defaultdict(Counter)
    named = _of_period(sa.select(s.host, s.error_kind, n), JOB_STEPS, s.completed_at, FAILED, period, owner)
    # the concatenation keeps to the index of failed steps: that of hosts leads to all steps of theirs
    named = (
        named.where(s.host.concat("").in_([row.host for row in rows]))
        .group_by(s.host, s.error_kind)
        .order_by(s.error_kind)
    )
    for host, kind, times in session.execute(named):
        kinds[host][kind] = times
    return [FailingHost(host, times, kinds[host].most_common(1)[0][0], at) for host, times, at in rows]


def slowest(session: Session, period: Period, owner: str | None = None, *, limit: int = SHOWN) -> list[SlowHost]:
    """The hosts whose slow visits took the most time, longest first."""
    r = REPORTS.c
    seconds = sa.func.sum(r.total_seconds)
    columns = (r.host, sa.func.count(), seconds, sa.func.max(r.total_seconds))
    found = _of_period(sa.select(*columns), REPORTS, r.fetched_at, SLOW, period, owner)
    rows = session.execute(found.group_by(r.host).order_by(seconds.desc(), r.host).limit(limit))
    return [SlowHost(*row) for row in rows]


def _of_period(
    select: sa.Select[Any], table: sa.Table, at: Any, condition: str, period: Period, owner: str | None
) -> sa.Select[Any]:
    """`condition` is that of the partial index, word for word, so that both databases know it."""
    found = select.where(sa.text(condition), at >= period.begins_at, at < period.ends_at)
    if owner is not None:
        # + 0: by their index SQLite would walk through all steps of these jobs
        found = found.where((table.c.job_id + 0).in_(sa.select(JOBS.c.id).where(JOBS.c.created_by == owner)))
    return found
