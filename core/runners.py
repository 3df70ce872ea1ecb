"""The threads that work on steps: each takes one after the other, and ends when none came for a while."""

import threading
from collections import deque
from collections.abc import Callable, Collection

from core.abort import Abort
from core.queue import Claim

PATIENCE_SECONDS = 1.0
"""How long a runner waits for the next step."""


class Runners:
    """Belongs to one engine. `start` lets a thread run what it is given; `work` is what is done with each step."""

    def __init__(self, start: Callable[[Callable[[], None]], object], work: Callable[[Claim, Abort], None]) -> None:
        self._start = start
        self._work = work
        self._handing = threading.Condition()
        self._ready: deque[tuple[Claim, Abort]] = deque()
        self._idle = 0
        self._stopping = False

    def hand_out(self, ready: Collection[tuple[Claim, Abort]]) -> None:
        """Runners that wait take the steps; for the others new ones are started."""
        with self._handing:
            self._ready.extend(ready)
            missing = len(self._ready) - self._idle
            self._handing.notify(len(ready))
        for _ in range(missing):
            self._start(self._run)

    def stop(self) -> None:
        """Nobody waits for more; what was handed out is still worked on."""
        with self._handing:
            self._stopping = True
            self._handing.notify_all()

    def _run(self) -> None:
        while (ready := self._next()) is not None:
            self._work(*ready)

    def _next(self) -> tuple[Claim, Abort] | None:
        """The next step; None when none came for a while."""
        with self._handing:
            self._idle += 1
            self._handing.wait_for(lambda: self._ready or self._stopping, PATIENCE_SECONDS)
            self._idle -= 1
            return self._ready.popleft() if self._ready else None
