"""How long a running job still takes: a range, drawn many times from what its own attempts took so far. Pure."""

from dataclasses import dataclass

from core.forecast.course import Course, Ended, HostQueue, Running, Waiting
from core.forecast.draws import Draws
from core.retry import longest_backoff_seconds

__all__ = [
    "Course",
    "Ended",
    "Forecast",
    "HostQueue",
    "Running",
    "Waiting",
    "forecast",
    "steps_per_minute",
    "worst_seconds",
]

FEWEST_ENDED = 5
"""Attempts that must have ended before anything is said."""
DRAWS = 80
LOW, HIGH = 0.13, 0.955
"""Parts of the draws that lie below the range, and below its high end: jobs end later than drawn more often than
earlier."""
MINUTE_SECONDS, LONG_MINUTE_SECONDS = 60.0, 90.0
"""While a step may still use up its time limits, the high end is not below the second (or what that takes, if less)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds to the end of the job: it ends within the range four times of five."""

    low_seconds: float
    high_seconds: float


def steps_per_minute(course: Course, running_for: float) -> float:
    """Steps that ended in the last minute of a job that runs for so many seconds, per minute; over a longer time when
    fewer than `FEWEST_ENDED` did.
    """
    ends = sorted(one.ago for one in course.ended if one.ends_step)
    within = sum(ago <= MINUTE_SECONDS for ago in ends)
    seconds = min(MINUTE_SECONDS, max(1.0, running_for))
    if within < FEWEST_ENDED <= len(ends):
        within, seconds = FEWEST_ENDED, max(seconds, ends[FEWEST_ENDED - 1])
    elif within and within == len(ends) and not course.is_whole:  # more than was read may have ended in this minute
        seconds = min(seconds, max(1.0, ends[-1]))
    return within * MINUTE_SECONDS / seconds


def forecast(course: Course) -> Forecast | None:
    """The range of the time left; None while too few attempts have ended."""
    if len(course.ended) < FEWEST_ENDED:
        return None
    draw = Draws(course)
    ends = sorted(draw.end() for _ in range(DRAWS))
    low, high = ends[int(LOW * DRAWS)], ends[int(HIGH * DRAWS)]
    return Forecast(low, max(high, min(worst_seconds(course), LONG_MINUTE_SECONDS)))


def worst_seconds(course: Course) -> float:
    """What a step that is left takes when each of its attempts uses up the time limit."""
    config, spent = course.config, [one.attempts for one in course.running]
    spent += [one.attempts for one in course.waiting]
    if course.untried:
        spent.append(0)
    if not spent:
        return 0.0
    attempts = range(min(spent) + 1, config.max_retries + 2)
    return len(attempts) * config.timeout_seconds + sum(longest_backoff_seconds(n, config) for n in attempts[:-1])
