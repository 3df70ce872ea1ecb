"""How long a list will take: a range from the lanes, the pauses and the hosts, said before anything is created."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from core.i18n import N_, _
from core.job_config import JobConfig

VISIT_SECONDS = (0.8, 2.5)
"""What a visit to a healthy site usually takes: a quick one, a slow one."""
ROBOTS_SECONDS = (0.2, 0.7)
"""What the robots.txt of a host adds to the first visit."""
DEAD_SHARE, DEAD_SECONDS = 0.05, 20.0
"""Part of a real list that never answers, and what each attempt at it takes: https and http wait 10 s each."""

_UNITS = ((60, 1, N_("{span} s")), (90 * 60, 60, N_("{span} min")), (float("inf"), 3600, N_("{span} h")))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds from the first claim to the last end, if the job runs alone.

    `pages` on `hosts` hosts, those included that are asked for beside each target; `robots_files` is how many
    robots.txt are asked for.
    """

    low_seconds: float
    high_seconds: float
    pages: int
    hosts: int
    robots_files: int


def estimate(hosts: Iterable[str], config: JobConfig, *, places: int) -> Estimate:
    """The estimate for one host per target, in any order; `places` is what one engine fetches at a time."""
    per_host = Counter(hosts)
    low, high = (
        _seconds(per_host, *visit, config, places) for visit in zip(VISIT_SECONDS, ROBOTS_SECONDS, strict=True)
    )
    dead_attempts = per_host.total() * DEAD_SHARE * (config.max_retries + 1)
    high += dead_attempts * min(config.timeout_seconds, DEAD_SECONDS) / _lanes(per_host, config, places)
    pages = per_host.total() * (1 + config.extra_pages)
    return Estimate(low, high, pages, len(per_host), len(per_host) if config.respect_robots else 0)


def span(low_seconds: float, high_seconds: float) -> str:
    """The range for people, in one unit: "2–4 min", "40 s", "3–5 h"; rounded up."""
    for limit, unit, text in _UNITS:
        if high_seconds <= limit:
            low, high = max(1, round(low_seconds / unit)), max(1, ceil(high_seconds / unit))
            return _(text).format(span=f"{low}–{high}" if low < high else f"{high}")
    raise AssertionError("the last unit has no limit")


def _seconds(per_host: Counter[str], visit: float, robots: float, config: JobConfig, places: int) -> float:
    """A lane rests after each page, and so does a host: the slower of the two sets the pace."""
    if not per_host:
        return 0.0
    cycle = (1 + config.extra_pages) * (visit + config.interval_seconds)
    lanes = _lanes(per_host, config, places)
    robots = robots if config.respect_robots else 0.0
    of_lanes = ceil(per_host.total() / lanes) * cycle + ceil(len(per_host) / lanes) * robots
    of_longest_queue = max(per_host.values()) * cycle + robots
    return max(of_lanes, of_longest_queue) - config.interval_seconds


def _lanes(per_host: Counter[str], config: JobConfig, places: int) -> int:
    """Lanes that can work at once: not more than the engine has places, nor than hosts (one visit at a time each)."""
    return max(1, min(config.concurrency, places, len(per_host)))
