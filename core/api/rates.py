"""How often something may happen: a token bucket for each key, in the memory of this process."""

from collections import OrderedDict
from collections.abc import Hashable

MOST_KEYS = 10_000
"""Keys that are remembered; the one that was quiet longest is forgotten first, and has a full bucket then."""


class Rates:
    """`per_minute` events a minute for each key, all of them at once if need be; 0 means as many as one likes."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        """Key → what is left, and when that was so."""

    def wait_seconds(self, key: Hashable, now: float) -> float:
        """0 when it may happen now, and is counted; else the seconds until it may. `now` is a monotonic time."""
        if not self.per_minute:
            return 0.0
        per_second = self.per_minute / 60
        left, seen_at = self._buckets.pop(key, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - seen_at) * per_second)
        wait = max(0.0, (1 - left) / per_second)
        self._buckets[key] = (left if wait else left - 1, now)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return wait
