"""The ledger of hosts: when a visit may begin, over all jobs and engines (one at a time, with a pause in between)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from core.models import HOSTS
from core.retry import MAX_RETRY_AFTER_SECONDS

BREAKING_OFF_SECONDS = 2.0
"""A visit whose claim is gone ends within this time; until then its host counts as visited."""
MAX_CRAWL_DELAY_SECONDS = 60.0

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
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(HOSTS)
    new: Any = statement.excluded
    facts = {name: sa.func.coalesce(new[name], HOSTS.c[name]) for name in _FACTS}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[HOSTS.c.host], set_={"last_ended_at": new.last_ended_at, **facts}
        ),
        rows,
    )


def broken_off(session: Session, hosts: Iterable[str], now: datetime) -> None:
    """The claims on these hosts are gone; their visits may still be on the way for a moment."""
    ended(session, (Ended(host, now + timedelta(seconds=BREAKING_OFF_SECONDS)) for host in hosts))


def gap_seconds(entry: Any, interval_seconds: float) -> float:
    """The pause between two visits: what people set for the host, else the job's or the host's own, the longer one.

    `entry` is a row with the columns of `hosts`, all None for a host that was never visited.
    """
    if entry.interval_seconds is not None:
        return float(entry.interval_seconds)
    return max(interval_seconds, entry.crawl_delay_seconds or 0.0)


def free_at(entry: Any, interval_seconds: float, now: datetime) -> datetime:
    """When the next visit may begin, as far as no visit is on its way; `now` or earlier means at once.

    Moments that no rule puts so far ahead come from a clock that was set back since: they count no more.
    """
    moments = [now]
    if entry.last_ended_at is not None and entry.last_ended_at <= now + timedelta(seconds=BREAKING_OFF_SECONDS):
        moments.append(entry.last_ended_at + timedelta(seconds=gap_seconds(entry, interval_seconds)))
    if entry.not_before is not None and entry.not_before <= now + timedelta(seconds=MAX_RETRY_AFTER_SECONDS):
        moments.append(entry.not_before)
    return max(moments)


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
