"""When the failures of a job raise a doubt, and how far a verdict on them reaches; in the eyes of one engine."""

from collections import deque
from collections.abc import Iterable

from core import breaker
from core.breaker import Ended
from core.failures import FailureKind
from core.queue import Settlement

PACE_SECONDS = 10.0
"""A job in which new hosts fail and fail is judged once in so long: each time up to three hosts are asked. What fails
meanwhile is given back if the next verdict finds our network at fault."""


class Doubt:
    """Of one job. A verdict holds for the failures it was made of and for no others: not for other hosts of the job
    that fail later, and not for other jobs.
    """

    def __init__(self) -> None:
        self._last: deque[Ended] = deque(maxlen=breaker.WINDOW)
        self._judged: set[str] = set()
        """Hosts whose failures are known to be theirs."""
        self._again_at = 0.0
        self._since = 0
        self._left = 0
        self.kept: list[Settlement] | None = None
        """The failures that wait while the job is in doubt; None while it is not."""

    def hear(self, host: str, kind: FailureKind | None, now: float) -> None:
        """An attempt has ended, at `now` of a clock that cannot be set; the job is in doubt when that looks like our
        fault.
        """
        self._since += 1
        fails = kind in breaker.OURS
        if fails and host in self._judged:
            return
        self._judged.discard(host)
        self._last.appendleft(Ended(host, kind))
        if fails and self._may_be_judged(now) and breaker.suspicion(list(self._last)) is not None:
            self.kept = []

    def is_judged(self, theirs: Iterable[str], unfinished: int, now: float) -> None:
        """The fault is not ours: failures of these hosts are theirs; so many steps of the job are left."""
        self._judged.update(theirs)
        self._last.clear()
        self._again_at, self._since, self._left = now + PACE_SECONDS, 0, unfinished

    def _may_be_judged(self, now: float) -> bool:
        """Not too often; but what ends with the job is lost, so before that no pace counts."""
        return now >= self._again_at or 2 * self._since >= self._left
