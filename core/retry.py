"""When to try again: a failure and the attempts spent → seconds until the next one, or give up. Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from core import failures
from core.errors import FetchError
from core.job_config import JobConfig

MAX_BACKOFF_SECONDS = 300.0
MAX_RETRY_AFTER_SECONDS = 600.0
"""A longer `Retry-After` fails the step."""

MAX_RETRY_AFTER_LENGTH = 100
"""Characters; a date has 29."""


def decide(failure: FetchError, attempt: int, config: JobConfig, jitter: float) -> float | None:
    """Seconds until the next attempt, or None to give up.

    `attempt` counts the attempts spent, this one included (from 1); `jitter` is in [0, 1). The backoff doubles from
    `config.backoff_seconds`, of which jitter leaves at least half; `Retry-After` is a minimum.
    """
    if attempt > config.max_retries or not may_pass(failure) or asks_too_long(failure):
        return None
    backoff = longest_backoff_seconds(attempt, config) * (0.5 + 0.5 * jitter)
    return max(backoff, failure.retry_after_seconds or 0.0)


def longest_backoff_seconds(attempt: int, config: JobConfig) -> float:
    """The pause after so many attempts, before jitter takes of it."""
    return min(config.backoff_seconds * 2.0 ** min(attempt - 1, 32), MAX_BACKOFF_SECONDS)


def may_pass(failure: FetchError) -> bool:
    """Whether the failure may be gone at the next attempt."""
    return not failure.permanent and failures.may_pass(failure.kind, failure.http_status)


def asks_too_long(failure: FetchError) -> bool:
    """Whether the server asks for a longer pause than Lote waits."""
    return (failure.retry_after_seconds or 0.0) > MAX_RETRY_AFTER_SECONDS


def last_word(failure: FetchError) -> str:
    """The failure's detail for a step that is given up: names a `Retry-After` that was too long to wait for."""
    if not (may_pass(failure) and asks_too_long(failure)):
        return failure.detail
    asked, limit = failure.retry_after_seconds or 0.0, MAX_RETRY_AFTER_SECONDS
    return f"{failure.detail}; asked to wait {asked:,.0f} s (Retry-After), more than the {limit:.0f} s that Lote waits"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); None if it says nothing."""
    text = (value or "").strip()[:MAX_RETRY_AFTER_LENGTH]
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    try:
        return max(0.0, (date - now).total_seconds())
    except OverflowError:
        return None
