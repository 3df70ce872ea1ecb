"""Why a pending step of a running job waits, and until when: the rule that holds it back, and its words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.i18n import Amount, _
from core.job_config import JobConfig
from core.politeness import free_at, gap_seconds
from core.queries.rows import StepRow
from core.states import StepStatus

SAME_MOMENT = timedelta(seconds=2)
"""The moment of a retry and that of its host's `Retry-After` lie this close together when the second made the first."""


class WaitKind(StrEnum):
    """What a step waits for; `waits_for` of the API."""

    RETRY = "retry"
    RETRY_AFTER = "retry_after"
    INTERVAL = "interval"
    CRAWL_DELAY = "crawl_delay"
    SET_PAUSE = "set_pause"
    """A pause that people have set for the host."""
    VISIT = "visit"
    """Another page of the host is being visited."""
    OTHER_PAGES = "other_pages"
    """Other pages of the host come first."""
    MOMENT = "moment"
    """The step was handed back and comes again a little later."""


@dataclass(frozen=True, slots=True)
class Wait:
    """`until` is None when nobody knows; `attempt` of `attempts` comes then; `seconds` is the length of a pause."""

    kind: WaitKind
    host: str
    until: datetime | None = None
    attempt: int = 0
    attempts: int = 0
    seconds: float = 0.0


def judge(
    step: StepRow, entry: Any, config: JobConfig, now: datetime, *, is_visited: bool, is_first: bool
) -> Wait | None:
    """What the step waits for; None when it does not, or for a lane only.

    `entry` has the columns of its host, all None for an unknown one; `is_visited`: a visit to the host is on its way;
    `is_first`: of the steps of its job that wait for the host, this one comes next.
    """
    if step.status is not StepStatus.PENDING or step.next_attempt_at <= now:
        return None
    if not step.waits_for_host:
        return _for_its_moment(step, entry, config)
    if is_visited or not is_first:
        return Wait(WaitKind.VISIT if is_first else WaitKind.OTHER_PAGES, step.host)
    return _for_its_host(step.host, entry, config.interval_seconds, now)


def sentence(wait: Wait, time: Callable[[datetime], str]) -> str:
    """The wait in words; `time` says a moment as the reader's clock shows it."""
    if wait.until is None:
        text = _("waits: a visit to {host} is on its way")
        return (text if wait.kind is WaitKind.VISIT else _("waits: other pages of {host} come first")).format(
            host=wait.host
        )
    text = {
        WaitKind.RETRY: _("waits until {time}: attempt {attempt} of {attempts}"),
        WaitKind.RETRY_AFTER: _("waits until {time}: Retry-After of {host}"),
        WaitKind.INTERVAL: _("waits until {time}: {seconds} s between visits to {host}"),
        WaitKind.CRAWL_DELAY: _("waits until {time}: Crawl-delay of {seconds} s of {host}"),
        WaitKind.SET_PAUSE: _("waits until {time}: a pause of {seconds} s is set for {host}"),
    }.get(wait.kind, _("waits until {time}"))
    told = {"host": wait.host, "attempt": wait.attempt, "attempts": wait.attempts, "seconds": Amount(wait.seconds)}
    return text.format(time=time(wait.until), **told)


def _for_its_moment(step: StepRow, entry: Any, config: JobConfig) -> Wait:
    until = step.next_attempt_at
    if entry.not_before is not None and abs(entry.not_before - until) <= SAME_MOMENT:
        return Wait(WaitKind.RETRY_AFTER, step.host, until)
    if step.attempts:
        attempts = int((step.overrides or {}).get("max_retries", config.max_retries)) + 1
        return Wait(WaitKind.RETRY, step.host, until, step.attempts + 1, attempts)
    return Wait(WaitKind.MOMENT, step.host, until)


def _for_its_host(host: str, entry: Any, interval_seconds: float, now: datetime) -> Wait | None:
    until = free_at(entry, interval_seconds, now)
    if until <= now:
        return None
    if entry.not_before is not None and entry.not_before >= until:
        return Wait(WaitKind.RETRY_AFTER, host, until)
    seconds = gap_seconds(entry, interval_seconds)
    kind = WaitKind.INTERVAL if seconds else WaitKind.MOMENT
    if entry.interval_seconds is not None:
        kind = WaitKind.SET_PAUSE
    elif (entry.crawl_delay_seconds or 0.0) > interval_seconds:
        kind = WaitKind.CRAWL_DELAY
    return Wait(kind, host, until, seconds=seconds)
