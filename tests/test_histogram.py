"""Percentiles of durations in fixed buckets: never outside of the bucket that the true value lies in."""

import random

import pytest

from core.histogram import BOUNDS_SECONDS, BUCKETS, bucket_of, percentile


def counted(seconds: list[float]) -> list[int]:
    counts = [0] * BUCKETS
    for one in seconds:
        counts[bucket_of(one)] += 1
    return counts


def test_a_bound_belongs_to_its_bucket() -> None:
    assert [bucket_of(seconds) for seconds in (0.0, 0.1, 0.100001, 1.0, 300.0, 301.0)] == [0, 0, 1, 4, 20, 21]


def test_nothing_counted_has_no_percentile() -> None:
    assert percentile([0] * BUCKETS, 0.5) is None


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_true_value_lies_in_the_bucket_that_is_told(seed: int, share: float) -> None:
    chance = random.Random(seed)
    seconds = sorted(chance.lognormvariate(0, 2) for _ in range(chance.randint(1, 400)))
    true = seconds[max(0, -(-len(seconds) * int(share * 100) // 100) - 1)]  # nearest rank
    found = percentile(counted(seconds), share)
    assert found is not None
    assert found.low <= true
    assert found.high is None or true <= found.high
    assert found.low <= found.seconds <= (found.high or found.low)


def test_what_is_longer_than_all_bounds_is_told_as_such() -> None:
    found = percentile(counted([1000.0]), 0.5)
    assert found is not None
    assert (found.seconds, found.low, found.high) == (BOUNDS_SECONDS[-1], BOUNDS_SECONDS[-1], None)
