"""What keeps the scheduler going when the clock of the machine is set: it looks at a clock that cannot be set."""

import logging
import threading
import time
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Heart:
    """Wakes ticks that are overdue. APScheduler waits for times of day, so a clock set back would stop it."""

    def __init__(self, scheduler: BackgroundScheduler) -> None:
        self._scheduler = scheduler
        self._periods: dict[str, float] = {}
        self._ran_at: dict[str, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="engine-heart", daemon=True)

    def watch(self, tick: str, seconds: float) -> None:
        """Expect the job of this id to run every so many seconds."""
        self._periods[tick] = seconds
        self.ran(tick)

    def ran(self, tick: str) -> None:
        """The job has just run, or has begun to."""
        self._ran_at[tick] = time.monotonic()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            now = time.monotonic()
            for tick, seconds in self._periods.items():
                if now - self._ran_at[tick] > 2 * seconds + BEAT_SECONDS:
                    self._wake(tick)

    def _wake(self, tick: str) -> None:
        try:
            self._scheduler.modify_job(tick, next_run_time=datetime.now(UTC))
            self.ran(tick)
        except JobLookupError:  # the scheduler is being shut down
            log.debug("no tick %s to wake", tick)
