"""Where extraction runs: worker processes that a bad page can cost, while nothing else is lost.

Each place is a pool of one process (pebble), so no lock is shared: a process that dies while it holds one costs its
own place, which is then opened anew. Tasks never queue inside a pool; who finds no free place waits here, abortable.
"""

import atexit
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from core import extract_worker
from core.abort import Abort
from core.errors import Aborted, FetchError, LoteError, NoWorker, WorkerDied
from core.executors.turns import Turns, Waiter
from core.extract import Extraction
from core.failures import FailureKind

TIME_LIMIT_SECONDS = 30.0  # a busy machine may need so long for what costs a second of its processor
CPU_LIMIT_SECONDS = 10.0  # the kernel counts whole seconds, so up to one more
MEMORY_LIMIT_BYTES = 1536 * 1024 * 1024  # address space of a worker; 0.2 GiB of it are the libraries
GRACE_SECONDS = 30.0  # a pool whose lock died with its process says nothing; a starved machine says it late
OPENING_SECONDS = 60.0  # the fork server's imports take 2 s
OPENING_PACE_SECONDS = 3.0  # after a failure to start a process, while somebody waits for it
LOOK_SECONDS = 0.5  # the death of a process that nobody asked for anything is noticed within this time
LOOK_SECONDS = 0.5  # the death of a process that nobody asked for anything is noticed within this time
IDLE_PACES = 10  # so many times longer while nobody does
OPENINGS = 3  # failures to start that one page waits for, and tries of a page whose process was gone before it began
LOST_STATUS = 255  # multiprocessing's exit code of a process that nobody can ask for: the fork server is gone
ROOT = Path(__file__).resolve().parents[2]
WORKER_NAME = "pebble_pool_worker"

logger = logging.getLogger(__name__)


class Extractor:
    """A fixed number of worker processes; safe to use from many threads.

    A thread of its own, the keeper, opens places that are missing, for as long as it takes.
    """

    def __init__(
        self,
        processes: int,
        *,
        time_limit_seconds: float = TIME_LIMIT_SECONDS,
        cpu_limit_seconds: float = CPU_LIMIT_SECONDS,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        opening_pace_seconds: float = OPENING_PACE_SECONDS,
    ) -> None:
        """`time_limit_seconds` bounds the duration of one page, `cpu_limit_seconds` its processor time."""
        self._processes = processes
        self._time_limit_seconds = time_limit_seconds
        self._cpu_limit_seconds = cpu_limit_seconds
        self._memory_limit_bytes = memory_limit_bytes
        self._opening_pace_seconds = opening_pace_seconds
        self._lock = threading.RLock()
        self._work = threading.Condition(self._lock)  # for the keeper
        self._closed = threading.Event()
        self._turns = Turns()
        self._pools: set[ProcessPool] = set()  # all that are not stopped yet
        self._open: set[ProcessPool] = set()
        self._free: deque[ProcessPool] = deque()
        self._broken: list[ProcessPool] = []
        self._running: set[ProcessFuture[Any]] = set()
        self._keeper: threading.Thread | None = None
        self._failures = 0  # to open a place, ever
        self._is_failing = False
        atexit.register(self.close)  # before pebble's own, which would leave places half open

    def start(self) -> None:
        """Begin to open the places and return at once; `extract` waits for the first one.

        Raises `NoWorker` when the system gives no thread for that; `extract` calls this again.
        """
        with self._lock:
            if self._keeper or self._closed.is_set():
                return
            keeper = threading.Thread(target=self._keep_open, name="extractor-keeper", daemon=True)
            try:
                keeper.start()
            except RuntimeError as error:
                self._is_failing = True
                raise NoWorker from error
            self._keeper = keeper

    def extract(self, body: bytes, url: str, content_type: str | None, abort: Abort, *, turn: int = 0) -> Extraction:
        """Extract one page in a worker process; blocks. `turn` is the job: free workers go round the jobs that wait.

        Raises `FetchError` (EXTRACT) for a page that cannot be read within the limits, `WorkerDied` when the process
        that held it died by itself, `NoWorker` when none ever held it, `Aborted` within 1 s of an abort or of `close`.
        """
        for _ in range(OPENINGS):
            pool = self._take(turn, abort)
            try:
                return self._run(pool, (body, url, content_type, self._cpu_limit_seconds), abort)
            except RuntimeError as error:  # from the pool: no fault of the page
                logger.info("An extraction process was gone, %s goes to another: %s", url, error)
            finally:
                self._give_back(turn, pool)
        raise NoWorker

    def waiting(self, turn: int) -> int:
        """How many pages of this job wait for a worker."""
        return self.waiting_by_turn().get(turn, 0)

    def waiting_by_turn(self) -> dict[int, int]:
        """How many pages wait for a worker, by job; jobs without any are left out."""
        with self._lock:
            return self._turns.lengths()

    def is_able(self) -> bool:
        """Whether a worker is there, or may be soon: the last attempt to open one has not failed."""
        with self._lock:
            return bool(self._open) or not self._is_failing

    def worker_pids(self) -> list[int]:
        """Ids of the worker processes of this program that live now."""
        return [child.pid for child in multiprocessing.active_children() if child.name == WORKER_NAME and child.pid]

    def close(self) -> None:
        """End all workers, within 2 s; whoever waits or extracts gets `Aborted`."""
        with self._lock:
            self._closed.set()
            pools, self._pools = self._pools, set()
            running = list(self._running)
            self._free.clear()
            self._broken.clear()
            self._wake()
            self._work.notify()
        atexit.unregister(self.close)
        for future in running:
            future.cancel()  # type: ignore[no-untyped-call]  # untyped in pebble
        _stop(pools)

    # -- a page

    def _take(self, turn: int, abort: Abort) -> ProcessPool:
        self.start()
        waiter = Waiter(threading.Condition(self._lock))
        with abort.interrupting(self._wake), self._lock:
            patience = self._failures + OPENINGS
            self._turns.add(turn, waiter)
            try:
                self._serve()
                while True:
                    abort.check()
                    if self._closed.is_set():
                        raise Aborted
                    if waiter.place:
                        return waiter.place
                    if self._failures >= patience and not self._open:
                        raise NoWorker
                    waiter.changed.wait()
            except BaseException:
                if waiter.place:
                    self._give_back(turn, waiter.place)
                else:
                    self._turns.withdraw(turn, waiter)
                raise

    def _wake(self) -> None:
        """Let all who wait look whether they still should."""
        with self._lock:
            for waiter in self._turns:
                waiter.changed.notify()

    def _serve(self) -> None:
        """Give what is free to those who wait; the caller holds the lock."""
        self._drop_broken()
        while self._free and self._turns.lengths():
            self._turns.serve(self._free.popleft())

    def _give_back(self, turn: int, pool: ProcessPool) -> None:
        with self._lock:
            self._turns.leave(turn)
            if pool in self._open and not self._closed.is_set():
                self._free.append(pool)
            self._serve()

    def _run(self, pool: ProcessPool, task: tuple[bytes, str, str | None, float], abort: Abort) -> Extraction:
        """Run one task; RuntimeError tells that the pool failed and not the page, which may go to another."""
        limit = self._time_limit_seconds
        future: ProcessFuture[Extraction] = pool.schedule(extract_worker.read, args=task, timeout=limit)
        try:
            with self._closable(future), abort.interrupting(future.cancel):
                return future.result(limit + GRACE_SECONDS)
        except Exception as error:
            if isinstance(error, BrokenProcessPool) and not self._closed.is_set():
                raise
            is_silent = isinstance(error, TimeoutError) and not future.done()  # a lock died with the process
            # It lives, and would go on to take tasks beside the one that follows it: closing its pool ends it.
            is_orphan = isinstance(error, ProcessExpired) and error.exitcode == LOST_STATUS
            if is_silent or is_orphan:
                self._discard(pool)
            if is_orphan or (is_silent and not future.running()):
                raise RuntimeError("the fork server is gone" if is_orphan else "no process took the page") from error
            raise self._translate(error, task[1], is_reported=future.done()) from error

    @contextmanager
    def _closable(self, future: "ProcessFuture[Any]") -> Iterator[None]:
        """While the block runs, `close` cancels the future."""
        with self._lock:
            self._running.add(future)
            if self._closed.is_set():
                future.cancel()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(future)

    def _translate(self, error: Exception, url: str, *, is_reported: bool) -> LoteError:
        """The error of our tree; `is_reported` tells that the pool itself ended the task."""
        if isinstance(error, LoteError):
            return error
        if hasattr(error, "traceback"):  # raised in the worker, brought here by pebble
            logger.error("Extraction of %s failed", url, exc_info=error)
            return FetchError(FailureKind.EXTRACT, f"The page could not be read ({type(error).__name__})")
        if isinstance(error, CancelledError) or self._closed.is_set():
            return Aborted()
        if isinstance(error, TimeoutError) and is_reported:
            return _too_long(f"{self._time_limit_seconds:g} s")
        if isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGXCPU:
            return _too_long(f"{self._cpu_limit_seconds:g} s of processor time")
        logger.warning("The extraction process died while it held %s: %r", url, error)
        return WorkerDied()

    # -- the places

    def _keep_open(self) -> None:
        while self._wait_for_work():
            try:
                self._stop_broken()
                while self._is_one_missing():
                    _start_fork_server()
                    self._open_one()
            except Exception as error:  # the outermost edge of this thread, which goes on trying
                if not self._closed.is_set():
                    logger.error("An extraction process could not be started", exc_info=error)
                with self._lock:
                    self._failures += 1
                    self._is_failing = True
                    self._wake()
                self._pause()

    def _wait_for_work(self) -> bool:
        """False when there is none any more."""
        with self._lock:
            while not self._closed.is_set():
                self._drop_broken()
                if self._broken or self._is_one_missing():
                    return True
                self._work.wait(min(LOOK_SECONDS, self._opening_pace_seconds))
        return False

    def _pause(self) -> None:
        for _ in range(IDLE_PACES):
            if self._closed.wait(self._opening_pace_seconds) or self.waiting_by_turn():
                return

    def _is_one_missing(self) -> bool:
        with self._lock:
            return len(self._open) < self._processes and not self._closed.is_set()

    def _open_one(self) -> None:
        pool = ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("forkserver"),
            initializer=extract_worker.initialize,
            initargs=[self._memory_limit_bytes],
        )
        with self._lock:
            if self._closed.is_set():
                return
            self._pools.add(pool)
        try:
            future = pool.schedule(extract_worker.ready)
            with self._closable(future):
                future.result(OPENING_SECONDS)
        except Exception:
            self._discard(pool)
            raise
        with self._lock:
            if not self._closed.is_set():
                self._is_failing = False
                self._open.add(pool)
                self._free.append(pool)
                self._serve()

    def _drop_broken(self) -> None:
        """Take out of the free places those whose process is gone; the caller holds the lock."""
        for pool in [pool for pool in self._free if not pool.active]:
            self._free.remove(pool)
            self._discard(pool)

    def _discard(self, pool: ProcessPool) -> None:
        """Drop a pool; the keeper stops it and opens its place anew."""
        with self._lock:
            self._open.discard(pool)
            if pool in self._pools and pool not in self._broken:
                self._broken.append(pool)
                self._work.notify()

    def _stop_broken(self) -> None:
        """Each in a thread of its own: a pool whose lock died with its process may never end."""
        with self._lock:
            while self._broken:
                threading.Thread(
                    target=_stop, args=([self._broken[-1]],), name="extractor-stopper", daemon=True
                ).start()
                self._pools.discard(self._broken.pop())


def _too_long(limit: str) -> FetchError:
    return FetchError(FailureKind.EXTRACT, f"The page took more than {limit} to read")


def _stop(pools: Iterable[ProcessPool]) -> None:
    for pool in pools:
        pool.stop()  # type: ignore[no-untyped-call]
    for pool in pools:
        pool.join()


def _start_fork_server() -> None:
    """Start it with the project root in PYTHONPATH, for good: Python 3.11's fork server ignores `sys.path`."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(ROOT) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, paths)])
    forkserver.set_forkserver_preload([extract_worker.PRELOAD])
    forkserver.ensure_running()
    # It serves when its imports are done: wait for that here and not in a pool, which could not be closed meanwhile.
    probe = multiprocessing.get_context("forkserver").Process(target=os.getpid, daemon=True)
    probe.start()
    probe.join()
