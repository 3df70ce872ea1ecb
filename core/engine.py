"""When and by whom steps are worked on: APScheduler's ticks claim, renew and rescue; its second executor runs steps.

The database is the only queue. What this process holds (`_running`, `_outbox`) is work in progress that any other
engine takes up when this one dies.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

from core import owner, queue, retry
from core.abort import Abort
from core.db import Database
from core.errors import Aborted, FetchError, WorkerDied
from core.executors import Extractor
from core.failures import FailureKind
from core.fetch import Fetcher
from core.queries import jobs
from core.queue import Claim, Completed, Failed, Lost, Settled, Settlement, WorkerGone
from core.settings import Settings
from core.states import JobStatus
from core.steps import scrape

DISPATCH_SECONDS = 1.0
FENCES_SECONDS = 1.0
RESCUE_SECONDS = 5.0
RENEW_SECONDS = 15.0
DRAIN_SECONDS = 10.0
ALIVE_SECONDS = 15.0
"""A dispatch older than this means that the engine does not work."""
SETTLED_AT_ONCE = 50

log = logging.getLogger(__name__)


class Engine:
    """One engine on one database; `start()` and `stop()` may be called once. `only_job` keeps it to one job."""

    def __init__(self, settings: Settings, database: Database, *, only_job: int | None = None) -> None:
        self._settings = settings
        self._database = database
        self._only_job = only_job
        self._fetcher = Fetcher(settings)
        self._extractor = Extractor(settings.extract_processes)
        self._owner: owner.Owner | None = None
        self._running: dict[tuple[int, int], tuple[Claim, Abort]] = {}
        self._outbox: deque[Settlement] = deque()
        self._filling = threading.Lock()
        self._settling = threading.Lock()
        self._state = threading.Condition()
        self._stopping = False
        self._dispatched_at: float | None = None
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4), "steps": ThreadPoolExecutor(settings.fetch_threads)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    # -- life

    def start(self) -> None:
        """Take up what dead engines of this data directory left, and begin to work; returns at once."""
        self._owner = owner.Owner(self._settings.data_dir)
        self._extractor.start()
        ticks: list[tuple[Callable[[], object], float]] = [
            (self._rescue, RESCUE_SECONDS),
            (self._dispatch, DISPATCH_SECONDS),
            (self._check_fences, FENCES_SECONDS),
            (self._renew, RENEW_SECONDS),
        ]
        now = datetime.now(UTC)
        for tick, seconds in ticks:
            self._scheduler.add_job(_logged(tick), "interval", seconds=seconds, id=tick.__name__, next_run_time=now)
        self._scheduler.start()
        log.info("engine started", extra={"owner": self._owner.id})

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Claim nothing more, let running steps end for `drain_seconds`, hand the rest back. Calling it again waits."""
        with self._state:
            if self._owner is None:
                return
            self._stopping = True
            self._state.wait_for(lambda: not self._running, timeout=drain_seconds)
            left = list(self._running.values())
        for _claim, abort in left:
            abort.set()
        with self._state:
            self._state.wait_for(lambda: not self._running, timeout=5)
            unsettled = [claim for claim, _abort in self._running.values()]
            self._outbox.extend(Lost(claim) for claim in unsettled)
        _logged(self._settle)()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._extractor.close()
        self._fetcher.close()
        with self._state:
            if self._owner is not None:
                self._owner.release()
                log.info("engine stopped", extra={"owner": self._owner.id})
            self._owner = None

    def __enter__(self) -> "Engine":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def status(self) -> dict[str, Any]:
        """`alive`: the scheduler runs and has dispatched lately; `running_steps`, `places`, `worker_processes`."""
        at = self._dispatched_at
        return {
            "alive": self._scheduler.running and at is not None and time.monotonic() - at < ALIVE_SECONDS,
            "running_steps": len(self._running),
            "places": self._settings.fetch_threads,
            "worker_processes": len(self._extractor.worker_pids()),
        }

    def wait_for_job(self) -> None:
        """Block until the job of `only_job` is finished or paused, and nothing of it runs here any more."""
        assert self._only_job is not None
        while True:
            with self._database.reading() as session:
                job = jobs.get(session, self._only_job)
            if job.is_final or (job.status is JobStatus.PAUSED and not self._running):
                return
            with self._state:
                self._state.wait(timeout=0.5)

    # -- ticks

    def _dispatch(self) -> None:
        """Settle what could not be settled before, then fill the free places."""
        self._settle()
        self._fill()
        self._dispatched_at = time.monotonic()

    def _check_fences(self) -> None:
        """Stop the work on steps that are not ours any more: cancelled, or taken over."""
        with self._state:
            running = dict(self._running)
        if not running:
            return
        with self._database.reading() as session:
            held = queue.held(session, self._id)
        for key, (_claim, abort) in running.items():
            if key not in held:
                abort.set()

    def _renew(self) -> None:
        if self._running:
            with self._database.writing() as session:
                queue.renew(session, self._id, datetime.now(UTC))

    def _rescue(self) -> None:
        gone = owner.gone(self._settings.data_dir)
        with self._database.writing() as session:
            steps = queue.rescue(session, self._id, gone, datetime.now(UTC))
        owner.forget(self._settings.data_dir, gone)
        if steps:
            log.warning("%d lost claims taken back: steps %s", len(steps), steps[:50])
            self._fill()

    # -- a step

    def _fill(self) -> None:
        """Claim for all free places and hand the steps to the executor."""
        with self._filling:
            places = self._settings.fetch_threads - len(self._running)
            if self._stopping or places <= 0:
                return
            with self._database.writing() as session:
                claimed = queue.claim(
                    session,
                    self._id,
                    places,
                    datetime.now(UTC),
                    max_running_jobs=self._settings.max_running_jobs,
                    only_job=self._only_job,
                )
            for job_id in claimed.begun:
                log.info("job began", extra={"job_id": job_id})
            for claim in claimed.claims:
                abort = Abort()
                with self._state:
                    self._running[claim.step_id, claim.fence] = claim, abort
                self._scheduler.add_job(self._run, args=[claim, abort], executor="steps")
            if claimed.more_at is not None:
                self._wake_at(claimed.more_at)

    def _wake_at(self, moment: datetime) -> None:
        """Look again then; the regular tick comes soon enough for anything later than it."""
        if moment < datetime.now(UTC) + timedelta(seconds=DISPATCH_SECONDS):
            self._scheduler.add_job(
                _logged(self._fill), "date", run_date=moment, id="wake", replace_existing=True, max_instances=2
            )

    def _run(self, claim: Claim, abort: Abort) -> None:
        """One attempt, from claim to settlement."""
        log.info("step began: %s", claim.target, extra=_ids(claim))
        settlement = self._attempt(claim, abort)
        with self._state:
            self._outbox.append(settlement)
        _logged(self._settle)()
        _logged(self._fill)()

    def _attempt(self, claim: Claim, abort: Abort) -> Settlement:
        try:
            scraped = scrape(claim, self._fetcher, self._extractor, self._settings, abort)
        except Aborted:
            log.info("step stopped: %s", claim.target, extra=_ids(claim))
            return Lost(claim)
        except WorkerDied as error:
            log.warning("step: %s", error, extra=_ids(claim))
            return WorkerGone(claim, str(error))
        except FetchError as error:
            return self._failed(claim, error)
        except Exception:  # the edge of an attempt: our own fault must cost this step only
            log.exception("step failed by a fault of Lote's own", extra=_ids(claim))
            return Failed(claim, FailureKind.EXTRACT, "An internal error; the log has the details.", None, None)
        return Completed(claim, scraped.report, scraped.text)

    def _failed(self, claim: Claim, error: FetchError) -> Failed:
        spent = claim.attempts + 1
        retry_in = retry.decide(error, spent, claim.config, random.random())
        then = "no further attempt" if retry_in is None else f"next attempt in {retry_in:.1f} s"
        log.warning("attempt failed (%s): %s; %s", error.kind, error, then, extra=_ids(claim))
        message = retry.last_word(error) if retry_in is None else error.detail
        return Failed(claim, error.kind, message, error.http_status, retry_in)

    def _settle(self) -> None:
        """Write every finished attempt; whoever comes first writes for all, the others need not wait."""
        while self._outbox and self._settling.acquire(blocking=False):
            try:
                batch = list(self._outbox)[:SETTLED_AT_ONCE]
                settled = self._write(batch)
                with self._state:
                    for settlement in batch:
                        self._outbox.popleft()
                        self._running.pop((settlement.claim.step_id, settlement.claim.fence), None)
                    self._state.notify_all()
            finally:
                self._settling.release()
            for settlement, step in settled.steps:
                log.info("step %s", step or "had another owner: its result is dropped", extra=_ids(settlement.claim))
            for job_id, status in settled.ended:
                log.info("job ended: %s", status, extra={"job_id": job_id})

    def _write(self, batch: list[Settlement]) -> Settled:
        """Settle together; if one row is refused by the database, each by itself, so that it harms no other."""
        try:
            with self._database.writing() as session:
                return queue.settle(session, batch, datetime.now(UTC))
        except StatementError as error:
            if isinstance(error, OperationalError | InterfaceError):  # the database's fault: the whole batch waits
                raise
            if len(batch) > 1:
                each = [self._write([settlement]) for settlement in batch]
                return Settled([step for one in each for step in one.steps], [end for one in each for end in one.ended])
            log.exception("the database refused a result", extra=_ids(batch[0].claim))
            message = "The database refused the result; the log has the details."
            with self._database.writing() as session:
                failed = Failed(batch[0].claim, FailureKind.EXTRACT, message, None, None)
                return queue.settle(session, [failed], datetime.now(UTC))

    @property
    def _id(self) -> str:
        assert self._owner is not None, "the engine was not started"
        return self._owner.id


def _ids(claim: Claim) -> dict[str, int]:
    return {"job_id": claim.job_id, "step_id": claim.step_id}


def _logged(tick: Callable[[], object]) -> Callable[[], None]:
    """The tick, whose errors are told in the log and end with it: the next tick tries again."""

    def run() -> None:
        try:
            tick()
        except Exception:  # the edge of a tick
            log.exception("%s failed; it is tried again", tick.__name__)

    return run
