"""When and by whom steps are worked on: APScheduler's ticks claim, renew and rescue; its second executor runs steps.

The database is the only queue. What this process holds (`_running`, the outbox) is work in progress that any
other engine takes up when this one dies.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.base import STATE_RUNNING

from core import owner, presence, queue, reasons
from core.abort import Abort
from core.attempt import attempt, ids, is_no_answer
from core.caretaker import PRUNE_SECONDS, ROUND_SECONDS, Caretaker
from core.db import Database
from core.disk import Disk
from core.executors import Extractor
from core.fetch import Fetcher
from core.heart import Heart, Scheduler, awake_at, run_logged
from core.outage import LOOK_SECONDS, PROBE_SECONDS, Outages
from core.outbox import Outbox
from core.presence import IDLE_SECONDS, EngineKind
from core.queries import jobs
from core.queries.rows import JobRow
from core.queue import Claim, Lost, Settled
from core.retention import Retention
from core.runners import Runners
from core.settings import Settings
from core.states import JobStatus
from core.steps import Scraped, extract_again, scrape

DISPATCH_SECONDS = 1.0
FENCES_SECONDS = 1.0
RESCUE_SECONDS = 5.0
RENEW_SECONDS = 15.0
DRAIN_SECONDS = 10.0
ABORT_SECONDS = 5.0
BACKLOG_PER_PROCESS = 4
"""Pages of one job that may wait for each worker process before nothing more of it is claimed."""
GATHER_SECONDS = 0.1
"""While pages wait for worker processes, nobody gains by haste: a finished step waits so long for others to be written
together with it."""

log = logging.getLogger(__name__)


class Engine:
    """One engine on one database; `start()` and `stop()` may be called once.

    `only_job` keeps it to one job; `scrape` is what a step does, `disk` what it needs room on.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        kind: EngineKind = EngineKind.APP,
        only_job: int | None = None,
        disk: Disk | None = None,
        probe_seconds: float = PROBE_SECONDS,
        scrape: Callable[[Claim, Fetcher, Extractor, Settings, Abort], Scraped] = scrape,
    ) -> None:
        self._settings = settings
        self._database = database
        self._only_job = only_job
        self._scrape = scrape
        self._fetcher = Fetcher(settings)
        self._extractor = Extractor(settings.extract_processes)
        self._owner: owner.Owner | None = None
        self._running: dict[tuple[int, int], tuple[Claim, Abort]] = {}
        self._outbox = Outbox(database, self._settled)
        self._outages = Outages(
            settings, database, self._outbox, lambda: self._fetcher, only_job=only_job, probe_seconds=probe_seconds
        )
        kind = kind if only_job is None else EngineKind.EXECUTE
        self._caretaker = Caretaker(
            database, kind, self.status, only_job=only_job, disk=disk, retention=Retention.of(settings)
        )
        self._turning = threading.Lock()
        self._gathering = threading.Lock()
        self._is_asked = False
        self._state = threading.Condition()
        self._stopping = False
        self._dispatched_at: float | None = None
        self._scheduler = Scheduler(
            executors={"default": ThreadPoolExecutor(4), "steps": ThreadPoolExecutor(settings.fetch_threads)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._runners = Runners(lambda run: self._scheduler.add_job(run, executor="steps"), self._work)
        self._heart = Heart(self._scheduler)

    # -- life

    def start(self) -> None:
        """Take up what dead engines of this data directory left, and begin to work; returns at once."""
        self._owner = owner.Owner(self._settings.data_dir)
        self._caretaker.begin(self._owner.id)
        self._extractor.start()
        self._heart.tick(self._caretaker.round, ROUND_SECONDS)
        self._heart.tick(self._caretaker.prune, PRUNE_SECONDS)
        self._heart.tick(self._rescue, RESCUE_SECONDS)
        self._heart.tick(self._turn, DISPATCH_SECONDS)
        self._heart.tick(self._check_fences, FENCES_SECONDS)
        self._heart.tick(self._renew, RENEW_SECONDS)
        self._heart.tick(self._outages.look, LOOK_SECONDS)
        self._scheduler.start()
        self._heart.start()
        log.info("engine started", extra={"owner": self._owner.id})

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Claim nothing more, let running steps end for `drain_seconds`, hand the rest back."""
        with self._state:
            if self._stopping or self._owner is None:
                return
            self._stopping = True
        with self._turning:  # a claim that is under way is finished, so that nothing is claimed behind our back
            pass
        self._runners.stop()
        self._outages.stop()
        with self._state:
            self._state.wait_for(lambda: not self._running, timeout=drain_seconds)
            left = list(self._running.values())
        for _claim, abort in left:
            abort.set()
        with self._state:
            self._state.wait_for(lambda: not self._running, timeout=ABORT_SECONDS)
            for claim, _abort in self._running.values():
                self._outbox.put(Lost(claim))
        run_logged(self._settle_all)
        self._heart.stop()
        self._scheduler.shutdown(wait=False)
        self._extractor.close()
        self._fetcher.close()
        run_logged(self._caretaker.leave)
        self._owner.release(holds_claims=len(self._outbox) > 0)
        log.info("engine stopped", extra={"owner": self._owner.id})

    def __enter__(self) -> "Engine":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def status(self) -> dict[str, Any]:
        """`alive`: the scheduler runs and has looked for work lately, `idle_seconds` ago; `can_extract`: worker
        processes can be started; `running_steps`, `places`, `worker_processes`; `disk_is_full`, `free_bytes`."""
        at = self._dispatched_at
        idle = None if at is None else round(time.monotonic() - at, 1)
        return {
            "id": self._owner.id if self._owner else None,
            "alive": self._scheduler.running and idle is not None and idle < IDLE_SECONDS,
            "idle_seconds": idle,
            "can_extract": self._extractor.is_able(),
            "running_steps": len(self._running),
            "places": self._settings.fetch_threads,
            "worker_processes": len(self._extractor.worker_pids()),
            "disk_is_full": self._caretaker.disk.is_full,
            "free_bytes": self._caretaker.disk.free_bytes,
        }

    def wait_for_job(self, told: Callable[[JobRow], None] = lambda job: None) -> None:
        """Block until the job of `only_job` is finished, or paused with nothing running; `told` hears how it is."""
        assert self._only_job is not None
        while True:
            with self._database.reading() as session:
                job = jobs.get(session, self._only_job)
            told(job)
            is_stopped = job.status is JobStatus.PAUSED and not reasons.goes_on_by_itself(job)
            if job.is_final or (is_stopped and not self._running):
                return
            with self._state:
                self._state.wait(timeout=0.5)

    # -- ticks

    def _turn(self) -> None:
        """Settle what is finished, then fill the free places; the one does not depend on the other.

        Who comes while another thread is at it leaves its part to that one.
        """
        self._is_asked = True
        while self._is_asked and self._turning.acquire(blocking=False):
            try:
                self._is_asked = False
                run_logged(self._outbox.flush)
                run_logged(self._fill)
            finally:
                self._turning.release()

    def _settle_all(self) -> None:
        self._outbox.flush(wait=True)

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
            presence.sweep(session, gone)
            recalled = queue.recall(session, datetime.now(UTC))
            queue.drop_old_sums(session, datetime.now(UTC))
        owner.forget(self._settings.data_dir, gone)
        if recalled:
            log.warning("%d steps waited for a moment that the clock was set back from; they are due", recalled)
        if steps:
            log.warning("%d lost claims taken back: steps %s", len(steps), steps[:50])
            self._turn()

    # -- a step

    def _fill(self) -> None:
        """Claim for all free places and hand the steps to the executor."""
        places = self._settings.fetch_threads - len(self._running)
        may_claim = not self._stopping and self._scheduler.state == STATE_RUNNING and self._extractor.is_able()
        if may_claim and places > 0 and self._caretaker.has_room():
            with self._database.writing() as session:
                claimed = queue.claim(
                    session,
                    self._id,
                    places,
                    lambda: datetime.now(UTC),
                    max_running_jobs=self._settings.max_running_jobs,
                    only_job=self._only_job,
                    held_back=[*self._backlogged(), *self._outages.doubted()],
                )
            for job_id in claimed.begun:
                log.info("job began", extra={"job_id": job_id})
            ready = [(one, Abort()) for one in claimed.claims]
            with self._state:
                self._running.update({(one.step_id, one.fence): (one, abort) for one, abort in ready})
            self._runners.hand_out(ready)
            if claimed.more_at is not None:
                self._wake_at(claimed.more_at)
        self._dispatched_at = time.monotonic()

    def _backlogged(self) -> list[int]:
        """Jobs whose pages wait for a worker process already; more of them would only take places from others."""
        most = BACKLOG_PER_PROCESS * self._settings.extract_processes
        return [job_id for job_id, n in self._extractor.waiting_by_turn().items() if n >= most]

    def _wake_at(self, moment: datetime) -> None:
        """Look again then; the regular tick comes soon enough for anything later than it."""
        if moment < datetime.now(UTC) + timedelta(seconds=DISPATCH_SECONDS):
            self._scheduler.add_job(
                self._turn, "date", run_date=moment, id="wake", replace_existing=True, max_instances=2
            )

    def _work(self, claim: Claim, abort: Abort) -> None:
        """One attempt, from claim to settlement."""
        log.info("step began: %s", claim.target, extra=ids(claim))
        began = awake_at()
        settlement = attempt(claim, lambda: self._found(claim, abort))
        if is_no_answer(settlement) and self._heart.slept_since(began):
            log.warning("step: its failure is that of a process that slept; it is tried again", extra=ids(claim))
            settlement = Lost(claim)
        if not self._outages.keeps(settlement):
            self._outbox.put(settlement)
        if self._gather():
            self._turn()

    def _found(self, claim: Claim, abort: Abort) -> Scraped:
        if claim.source_report_id is not None:
            return extract_again(claim, self._database, self._extractor, abort)
        return self._scrape(claim, self._fetcher, self._extractor, self._settings, abort)

    def _gather(self) -> bool:
        """Whether the turn is this thread's; where haste is of no use, the first that comes waits for the others'."""
        if not self._extractor.waiting_by_turn():
            return True
        if not self._gathering.acquire(blocking=False):
            return False
        try:
            with self._state:
                self._state.wait_for(lambda: self._stopping, GATHER_SECONDS)
        finally:
            self._gathering.release()
        return True

    def _settled(self, settled: Settled) -> None:
        """Tell what was written, and give the places back."""
        with self._state:
            for settlement, _status in settled.steps:
                self._running.pop((settlement.claim.step_id, settlement.claim.fence), None)
            self._state.notify_all()
        for settlement, status in settled.steps:
            log.info("step %s", status or "had another owner: its result is dropped", extra=ids(settlement.claim))
        for job_id, end in settled.ended:
            self._outages.forget(job_id)
            log.info("job ended: %s", end, extra={"job_id": job_id})

    @property
    def _id(self) -> str:
        assert self._owner is not None, "the engine was not started"
        return self._owner.id
