"""Reads of how steps ended in a period: all of it from the sums, so that the cost does not grow with the steps.

A step counts when its last attempt ends: again when it is retried, and also after its job was deleted. Steps that
reuse a report, and cancelled ones, do not count: nobody was visited.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.failures import FailureKind
from core.histogram import BUCKETS, Percentile, percentile
from core.models import STEP_RESULTS, STEP_TIMES
from core.models.step_sums import COMPLETED, EPOCH, FLAGGED, Span
from core.period import Period

MEDIAN, HIGH = 0.5, 0.95


@dataclass(slots=True)
class Slot:
    """What ended in a part of the period; `failures` by kind, `times` is a histogram as `core.histogram` has it."""

    begins_at: datetime
    completed: int = 0
    flagged: int = 0
    """Those of `completed` whose report had a flag when it was made."""
    failures: Counter[FailureKind] = field(default_factory=Counter)
    retried_attempts: int = 0
    """Attempts that failed and were followed by another one."""
    times: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Steps whose last attempt failed."""
        return self.failures.total()

    @property
    def steps(self) -> int:
        """Steps that ended."""
        return self.completed + self.failed

    @property
    def median(self) -> Percentile | None:
        """Half of the steps took at most as long; None without any."""
        return percentile(self.times, MEDIAN)

    @property
    def high(self) -> Percentile | None:
        """19 of 20 steps took at most as long; None without any."""
        return percentile(self.times, HIGH)

    def add(self, other: "Slot") -> None:
        """Count what ended in the other one as well."""
        self.completed += other.completed
        self.flagged += other.flagged
        self.failures += other.failures
        self.retried_attempts += other.retried_attempts
        self.times = [a + b for a, b in zip(self.times, other.times, strict=True)]
        self.seconds += other.seconds


@dataclass(frozen=True, slots=True)
class Metrics:
    """A period in its slots, and the whole of it."""

    period: Period
    slots: list[Slot]
    whole: Slot


def read(session: Session, period: Period, owner: str | None = None) -> Metrics:
    """What ended in the period, over all jobs or those of one owner."""
    slots = [Slot(begin) for begin in period.slots]
    for number, result, attempts, steps in session.execute(
        _by_slot(session, STEP_RESULTS, "result", ("attempts", "steps"), period, owner)
    ):
        _count(slots[number], result, int(attempts), int(steps))  # PostgreSQL sums to a Decimal
    for number, bucket, steps, seconds in session.execute(
        _by_slot(session, STEP_TIMES, "bucket", ("steps", "seconds"), period, owner)
    ):
        slots[number].times[bucket] += int(steps)
        slots[number].seconds += seconds
    whole = Slot(period.begins_at)
    for slot in slots:
        whole.add(slot)
    return Metrics(period, slots, whole)


def ever(session: Session) -> Slot:
    """All that ended since the first step; it only grows, also over deletions and restarts."""
    slot = Slot(EPOCH)
    for result, attempts, steps in session.execute(_since_ever(STEP_RESULTS, "result", "attempts", "steps")):
        _count(slot, result, int(attempts), int(steps))
    for bucket, steps, seconds in session.execute(_since_ever(STEP_TIMES, "bucket", "steps", "seconds")):
        slot.times[bucket] += int(steps)
        slot.seconds += seconds
    return slot


def _since_ever(table: sa.Table, key: str, *values: str) -> sa.Select[Any]:
    sums = (sa.func.sum(table.c[name]) for name in values)
    return sa.select(table.c[key], *sums).where(table.c.span == Span.EVER).group_by(table.c[key])


def owners(session: Session) -> list[str]:
    """Everybody whose jobs' steps have been counted, by name."""
    statement = sa.select(STEP_RESULTS.c.owner).where(STEP_RESULTS.c.span == Span.EVER, STEP_RESULTS.c.owner != "")
    return sorted(session.scalars(statement.distinct()))


def _count(slot: Slot, result: str, attempts: int, steps: int) -> None:
    if result in (COMPLETED, FLAGGED):
        slot.completed += steps
        slot.flagged += steps if result == FLAGGED else 0
    else:
        slot.failures[FailureKind(result)] += steps
        slot.retried_attempts += attempts - steps


def _by_slot(
    session: Session, table: sa.Table, key: str, values: tuple[str, str], period: Period, owner: str | None
) -> sa.Select[Any]:
    """The number of the slot, the key and the sums of the values.

    First by the stored moments, which stand in this order: then only few rows are left to be put into slots.
    """
    t = table.c
    stored = (
        sa.select(dialect.epoch_seconds(session, t.begins_at).label("epoch"), t[key])
        .add_columns(*(sa.func.sum(t[name]).label(name) for name in values))
        .where(t.span == (Span.MINUTE if period.by_minute else Span.HOUR))
        .where(t.begins_at >= period.begins_at, t.begins_at < period.ends_at)
        .group_by(t.begins_at, t[key])
    )
    rows = (stored if owner is None else stored.where(t.owner == owner)).subquery()
    number = _number(rows.c.epoch, period).label("slot")
    sums = (sa.func.sum(rows.c[name]) for name in values)
    return sa.select(number, rows.c[key], *sums).group_by("slot", rows.c[key])


def _number(epoch: sa.ColumnElement[int], period: Period) -> sa.ColumnElement[int]:
    """Which slot a moment lies in; slots of one length in a row are counted through, a day of 23 hours stands alone."""
    cases = []
    ends = [*period.slots[1:], period.ends_at]
    lengths = [int((end - begin).total_seconds()) for begin, end in zip(period.slots, ends, strict=True)]
    for number, begin in enumerate(period.slots):
        if not number or lengths[number] != lengths[number - 1]:
            begins = int(begin.timestamp())
            cases.append((epoch >= begins, (epoch - begins) // lengths[number] + number))
    return sa.case(*reversed(cases))
