"""The sums behind the metrics: each settled attempt adds to those of its minute, of its hour and of all time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import dialect
from core.histogram import bucket_of
from core.models import STEP_RESULTS, STEP_TIMES
from core.models.step_sums import EPOCH, Span

KEPT = {Span.MINUTE: timedelta(hours=49), Span.HOUR: timedelta(days=400)}
"""How long sums are kept; minutes are for what is shown by the minute, a day at the most."""
LIMITED = (Span.MINUTE, Span.HOUR)


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that its target answered or failed; `result` as in the models, `owner` is who created the job."""

    owner: str
    result: str
    at: datetime
    seconds: float
    ends_step: bool


def ended(owner: str, result: str, started_at: datetime, at: datetime, *, ends_step: bool) -> Ended:
    """The attempt that took from `started_at` to `at`; no time at all where the clock was set back meanwhile."""
    return Ended(owner, result, at, max(0.0, (at - started_at).total_seconds()), ends_step)


def begin_of(span: Span, at: datetime) -> datetime:
    """When the minute or the hour of this moment began."""
    if span is Span.EVER:
        return EPOCH
    whole = at.replace(second=0, microsecond=0)
    return whole.replace(minute=0) if span is Span.HOUR else whole


def add(session: Session, ended: Collection[Ended]) -> None:
    """Count these attempts. Rows are written in one order, so that no two engines wait for each other."""
    is_postgresql = dialect.is_postgresql(session)
    for table, sums in ((STEP_RESULTS, _results(ended, tuple(Span))), (STEP_TIMES, _times(ended, tuple(Span)))):
        if sums:
            session.execute(_adding(is_postgresql, table), sums)


def take_back(session: Session, ended: Collection[Ended]) -> None:
    """These attempts were no fault of their targets: they do not count. The sums of all time keep them."""
    for table, sums in ((STEP_RESULTS, _results(ended, LIMITED)), (STEP_TIMES, _times(ended, LIMITED))):
        if sums:
            session.execute(_taking(table), [{f"of_{name}": value for name, value in row.items()} for row in sums])


def drop_old(session: Session, now: datetime) -> None:
    """Delete the sums that are older than `KEPT` says."""
    for table in (STEP_RESULTS, STEP_TIMES):
        for span, kept in KEPT.items():
            session.execute(sa.delete(table).where(table.c.span == span, table.c.begins_at < now - kept))


def _results(ended: Iterable[Ended], spans: Collection[Span]) -> list[dict[str, Any]]:
    by_minute: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0])
    for one in ended:
        row = by_minute[begin_of(Span.MINUTE, one.at), one.result, one.owner]
        row[0] += 1
        row[1] += one.ends_step
    return _rows(("span", "begins_at", "result", "owner", "attempts", "steps"), by_minute, spans)


def _times(ended: Iterable[Ended], spans: Collection[Span]) -> list[dict[str, Any]]:
    by_minute: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0.0])
    for one in ended:
        if one.ends_step:
            row = by_minute[begin_of(Span.MINUTE, one.at), bucket_of(one.seconds), one.owner]
            row[0] += 1
            row[1] += one.seconds
    return _rows(("span", "begins_at", "bucket", "owner", "steps", "seconds"), by_minute, spans)


def _rows(
    names: tuple[str, ...], by_minute: dict[tuple[Any, ...], list[float]], spans: Collection[Span]
) -> list[dict[str, Any]]:
    """What is added to the rows of each span, in the order of their keys."""
    sums: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0])
    for (minute, *key), (first, second) in by_minute.items():
        for span in spans:
            row = sums[span, begin_of(span, minute), *key]
            row[0] += first
            row[1] += second
    return [dict(zip(names, (*key, *sums[key]), strict=True)) for key in sorted(sums)]


@cache
def _adding(is_postgresql: bool, table: sa.Table) -> Any:
    statement = dialect.inserting(is_postgresql, table)
    summed = {column.name: column + statement.excluded[column.name] for column in _values(table)}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=summed)


@cache
def _taking(table: sa.Table) -> sa.Update:
    key = (column == sa.bindparam(f"of_{column.name}", type_=column.type) for column in table.primary_key)
    less = {column.name: column - sa.bindparam(f"of_{column.name}", type_=column.type) for column in _values(table)}
    return sa.update(table).where(*key).values(less)


def _values(table: sa.Table) -> list[Any]:
    return [column for column in table.c if not column.primary_key]
