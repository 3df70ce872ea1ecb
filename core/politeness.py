"""When a host may be visited again: the longest of three pauses, or what people have set for it. Pure.

`entry` is a row with the `ENTRY` columns of `hosts`, all None for a host that was never visited.
"""

from datetime import datetime, timedelta
from typing import Any

from core.retry import MAX_RETRY_AFTER_SECONDS

ENTRY = ("last_ended_at", "crawl_delay_seconds", "not_before", "interval_seconds")
BREAKING_OFF_SECONDS = 2.0
"""A visit whose claim is gone ends within this time; until then its host counts as visited."""


def gap_seconds(entry: Any, interval_seconds: float) -> float:
    """The pause between two visits: what people set for the host, else the job's or the host's own, the longer one."""
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
