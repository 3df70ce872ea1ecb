"""The robots.txt files of all origins, kept for a day: visits that ask for one at once fetch it once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from copy import copy
from typing import TYPE_CHECKING

from core.errors import FetchError
from core.robots import Robots

if TYPE_CHECKING:
    from core.fetch.visit import Visit

MAX_AGE_SECONDS = 24 * 3600.0
"""RFC 9309, 2.4."""
MAX_FILES = 10_000
MAX_BYTES = 64 * 1024 * 1024
"""What all files together may take in memory; the one not asked for longest goes first."""

Origin = tuple[str, str, int]
"""Scheme, host, port (RFC 6454, 4)."""
_Flight = Future[Robots | FetchError | None]


class RobotsFiles:
    """Keeps what was read, never a failure. Any thread may use it."""

    def __init__(
        self, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` gives monotonic seconds."""
        self._max_files = max_files
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Origin, tuple[Robots, float]] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Origin, _Flight] = {}

    def get(self, origin: Origin, load: Callable[[], Robots], visit: "Visit") -> Robots:
        """The file of `origin`; `load` fetches it. Raises what `load` raises, or `FetchError` (timeout), `Aborted`.

        While another visit fetches it, this one waits, within its own time. An answer that is no file holds for both;
        a connection that failed may be the other one's (its time limit, its job cancelled): then this one tries.
        """
        while True:
            with self._lock:
                kept = self._fresh(origin)
                if kept is not None:
                    return kept
                others = self._flights.get(origin)
                own: _Flight = Future()
                if others is None:
                    self._flights[origin] = own
            if others is None:
                return self._fetch(origin, load, own)
            outcome = _wait(others, visit)
            if isinstance(outcome, Robots):
                return outcome
            if outcome is not None and outcome.http_status is not None:
                raise copy(outcome)  # a raised error belongs to its thread

    def _fetch(self, origin: Origin, load: Callable[[], Robots], flight: _Flight) -> Robots:
        outcome: Robots | FetchError | None = None
        try:
            outcome = load()
        except FetchError as failure:
            outcome = failure
            raise
        finally:
            with self._lock:
                del self._flights[origin]
                if isinstance(outcome, Robots):
                    self._keep(origin, outcome)
            flight.set_result(outcome)
        return outcome

    def _fresh(self, origin: Origin) -> Robots | None:
        robots, read_at = self._kept.get(origin, (None, 0.0))
        if robots is None:
            return None
        if self._clock() - read_at >= MAX_AGE_SECONDS:
            self._drop(origin)
            return None
        self._kept.move_to_end(origin)
        return robots

    def _keep(self, origin: Origin, robots: Robots) -> None:
        self._kept[origin] = robots, self._clock()
        self._bytes += robots.size
        while self._bytes > self._max_bytes or len(self._kept) > self._max_files:
            self._drop(next(iter(self._kept)))

    def _drop(self, origin: Origin) -> None:
        robots, _read_at = self._kept.pop(origin)
        self._bytes -= robots.size


def _wait(flight: _Flight, visit: "Visit") -> Robots | FetchError | None:
    """What came of another visit's request; None when that visit was stopped."""
    visit.doing = "waiting for robots.txt, which another visit fetches"
    woken = threading.Event()
    flight.add_done_callback(lambda _flight: woken.set())
    with visit.abort.interrupting(woken.set):
        woken.wait(visit.remaining())
    visit.remaining()
    if not flight.done():
        raise visit.timed_out()
    return flight.result()
