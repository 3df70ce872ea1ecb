"""The ticks of an engine, kept going when the clock of the machine is set: by a look at a clock that cannot be set.

It also notices that the process slept: stopped, or on a machine that was suspended.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from core.errors import DatabaseDown, DatabaseUnusable

BEAT_SECONDS = 1.0
SLEPT_SECONDS = 10.0
"""So long without a beat, the process did not run."""
FAULT_TOLD_SECONDS = 60.0
"""How often each tick tells that the database fails."""
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux's counts while the machine is suspended

log = logging.getLogger(__name__)


class Scheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler ships no types
    """APScheduler's, which ends with a traceback when it is shut down in the middle of a round."""

    def _process_jobs(self) -> float | None:
        try:
            seconds: float | None = super()._process_jobs()
        except JobLookupError:
            if self.running:
                raise
            return None
        return seconds


class Heart:
    """Runs ticks, and wakes those that are overdue: APScheduler waits for times of day, so a clock set back would stop
    it.
    """

    def __init__(self, scheduler: BackgroundScheduler) -> None:
        self._scheduler = scheduler
        self._periods: dict[str, float] = {}
        self._ran_at: dict[str, float] = {}
        self._beat_at = awake_at()
        self._slept_until = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="engine-heart", daemon=True)

    def tick(self, act: Callable[[], object], seconds: float) -> None:
        """Do this every so many seconds, beginning when the scheduler starts; its errors are told in the log."""
        name = act.__name__

        def run() -> None:
            self._ran(name)
            run_logged(act)

        self._periods[name] = seconds
        self._ran(name)
        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def _ran(self, tick: str) -> None:
        """It has just run, or has begun to."""
        self._ran_at[tick] = time.monotonic()

    def start(self) -> None:
        """Begin to watch."""
        self._beat_at = awake_at()
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()

    def slept_since(self, moment: float) -> bool:
        """Whether the process slept after this `awake_at()`: what failed meanwhile says nothing of others."""
        return self._slept_until >= moment or self._sleeps(awake_at())

    def _sleeps(self, now: float) -> bool:
        return not self._stopped.is_set() and now - self._beat_at > SLEPT_SECONDS

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            if self._sleeps(at := awake_at()):
                log.warning("this process slept for %.0f s", at - self._beat_at)
                self._slept_until = at
            self._beat_at = at
            now = time.monotonic()
            for tick, seconds in self._periods.items():
                if now - self._ran_at[tick] > 2 * seconds + BEAT_SECONDS:
                    self._wake(tick)

    def _wake(self, tick: str) -> None:
        try:
            self._scheduler.modify_job(tick, next_run_time=datetime.now(UTC))
            self._ran(tick)
        except JobLookupError:  # the scheduler is being shut down
            log.debug("no tick %s to wake", tick)


def awake_at() -> float:
    """Now, in seconds of a clock that cannot be set and goes on while the machine is suspended."""
    return time.clock_gettime(CLOCK)


def run_logged(tick: Callable[[], object]) -> None:
    """Do it once; its errors are told in the log and end with it: the next tick tries again."""
    try:
        tick()
    except (DatabaseDown, DatabaseUnusable) as error:
        if _is_news(tick.__name__):
            log.error("%s failed and is tried again: %s", tick.__name__, error)
    except Exception:  # the edge of a tick
        log.exception("%s failed; it is tried again", tick.__name__)


_told_at: dict[str, float] = {}


def _is_news(tick: str) -> bool:
    """Whether this tick has not told for a while that the database fails; it may be away for hours."""
    now = time.monotonic()
    if now - _told_at.get(tick, -FAULT_TOLD_SECONDS) < FAULT_TOLD_SECONDS:
        return False
    _told_at[tick] = now
    return True
