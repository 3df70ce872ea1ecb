"""Durations sorted into fixed buckets: what is kept of them, and the percentiles that can be told from it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

BOUNDS_SECONDS = (
    *(0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5),
    *(10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0),
)
"""Upper ends of the buckets, each part of its bucket; what is longer goes into one more. Sums are stored by the numbers
of the buckets: a bound may neither move nor go."""
BUCKETS = len(BOUNDS_SECONDS) + 1


@dataclass(frozen=True, slots=True)
class Percentile:
    """An estimate, and the bucket that the true value lies in: above `low`, up to `high` (None: it has no end)."""

    seconds: float
    low: float
    high: float | None


def bucket_of(seconds: float) -> int:
    """The number of the bucket, from 0."""
    return bisect_left(BOUNDS_SECONDS, seconds)


def percentile(counts: Sequence[int], share: float) -> Percentile | None:
    """The value that `share` (0 to 1) of the counted durations do not exceed; None when nothing is counted.

    Within its bucket it is taken to lie in proportion, as `histogram_quantile` of Prometheus does: the estimate is off
    by less than the width of that bucket. In the last one, which has no end, it is its beginning.
    """
    total = sum(counts)
    if not total:
        return None
    rank = share * total
    reached = list(accumulate(counts))
    bucket = bisect_left(reached, rank) if rank else next(n for n, count in enumerate(counts) if count)
    low = BOUNDS_SECONDS[bucket - 1] if bucket else 0.0
    if bucket == len(BOUNDS_SECONDS):
        return Percentile(low, low, None)
    within = (rank - (reached[bucket] - counts[bucket])) / counts[bucket]
    high = BOUNDS_SECONDS[bucket]
    return Percentile(low + (high - low) * within, low, high)
