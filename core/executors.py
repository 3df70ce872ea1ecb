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
from core.errors import Aborted, FetchError, LoteError, WorkerDied
from core.extract import Extraction
from core.failures import FailureKind

TIME_LIMIT_SECONDS = 30.0
MEMORY_LIMIT_BYTES = 1536 * 1024 * 1024  # address space of a worker; 0.2 GiB of it are the libraries
GRACE_SECONDS = 30.0  # a pool whose lock died with its process says nothing; a starved machine says it late
OPENING_SECONDS = 60.0  # the fork server's imports take 2 s
OPENINGS = 3  # tries to start a process, and tries of a task whose process was gone before it could begin
ROOT = Path(__file__).resolve().parent.parent
WORKER_NAME = "pebble_pool_worker"

logger = logging.getLogger(__name__)


class Extractor:
    """A fixed number of worker processes; safe to use from many threads."""

    def __init__(
        self,
        processes: int,
        *,
        time_limit_seconds: float = TIME_LIMIT_SECONDS,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        """`time_limit_seconds` bounds processor time and duration of one page alike."""
        self._time_limit_seconds = time_limit_seconds
        self._memory_limit_bytes = memory_limit_bytes
        self._changed = threading.Condition()
        self._free: deque[ProcessPool] = deque()
        self._pools: set[ProcessPool] = set()
        self._running: set[ProcessFuture[Any]] = set()
        self._missing = processes  # places without a pool
        self._is_opening = False
        self._is_closed = False
        atexit.register(self.close)  # before pebble's own, which would leave places half open

    def start(self) -> None:
        """Begin to open the places that are missing and return at once; `extract` waits for the first one."""
        with self._changed:
            if self._missing and not self._is_opening and not self._is_closed:
                self._is_opening = True
                threading.Thread(target=self._open_missing, name="extractor-opener", daemon=True).start()

    def extract(self, body: bytes, url: str, content_type: str | None, abort: Abort) -> Extraction:
        """Extract one page in a worker process; blocks.

        Raises `FetchError` (EXTRACT) for a page that cannot be read within the limits, `WorkerDied` when the process
        died by itself, `Aborted` within 1 s of an abort or of `close`.
        """
        for _ in range(OPENINGS):
            pool = self._take(abort)
            try:
                return self._run(pool, (body, url, content_type, self._time_limit_seconds), abort)
            except RuntimeError as error:  # from the pool, so before the task began
                logger.info("An idle extraction process was gone, %s goes to another: %s", url, error)
            finally:
                self._give_back(pool)
        raise WorkerDied

    def worker_pids(self) -> list[int]:
        """Ids of the worker processes of this program that live now."""
        return [child.pid for child in multiprocessing.active_children() if child.name == WORKER_NAME and child.pid]

    def close(self) -> None:
        """End all workers, within 2 s; whoever waits or extracts gets `Aborted`."""
        with self._changed:
            self._is_closed = True
            pools, self._pools = self._pools, set()
            running = list(self._running)
            self._free.clear()
            self._changed.notify_all()
        atexit.unregister(self.close)
        for future in running:
            future.cancel()  # type: ignore[no-untyped-call]  # untyped in pebble
        _stop(pools)

    def _take(self, abort: Abort) -> ProcessPool:
        with abort.interrupting(self._wake), self._changed:
            while True:
                abort.check()
                if self._is_closed:
                    raise Aborted
                for broken in [pool for pool in self._free if not pool.active]:
                    self._free.remove(broken)
                    self._discard(broken)
                if self._free:
                    return self._free.popleft()
                self.start()
                self._changed.wait()
                if not (self._pools or self._is_opening or self._is_closed):
                    raise WorkerDied  # no process can be started, see the log

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self, pool: ProcessPool, task: tuple[bytes, str, str | None, float], abort: Abort) -> Extraction:
        """Run one task; a pool that lost its process before the task began raises as pebble does."""
        future: ProcessFuture[Extraction] = pool.schedule(extract_worker.read, args=task, timeout=task[-1])
        try:
            with self._closable(future), abort.interrupting(future.cancel):
                return future.result(task[-1] + GRACE_SECONDS)
        except Exception as error:
            if isinstance(error, BrokenProcessPool) and not self._is_closed:
                raise
            if isinstance(error, TimeoutError) and not future.done():  # a lock died with the process
                self._discard(pool)
            raise self._translate(error, task[1], is_reported=future.done()) from error

    @contextmanager
    def _closable(self, future: "ProcessFuture[Any]") -> Iterator[None]:
        """While the block runs, `close` cancels the future."""
        with self._changed:
            self._running.add(future)
            if self._is_closed:
                future.cancel()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(future)

    def _translate(self, error: Exception, url: str, *, is_reported: bool) -> LoteError:
        """The error of our tree; `is_reported` tells that the pool itself ended the task."""
        if isinstance(error, LoteError):
            return error
        if hasattr(error, "traceback"):  # raised in the worker, brought here by pebble
            logger.error("Extraction of %s failed", url, exc_info=error)
            return FetchError(FailureKind.EXTRACT, f"The page could not be read ({type(error).__name__})")
        if isinstance(error, CancelledError) or self._is_closed:
            return Aborted()
        is_time_up = isinstance(error, TimeoutError) and is_reported
        if is_time_up or (isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGXCPU):
            return FetchError(FailureKind.EXTRACT, f"The page took more than {self._time_limit_seconds:g} s to read")
        logger.warning("The extraction process died while it held %s: %r", url, error)
        return WorkerDied()

    def _give_back(self, pool: ProcessPool) -> None:
        with self._changed:
            if pool in self._pools and not self._is_closed:
                self._free.append(pool)
            self._changed.notify_all()

    def _discard(self, pool: ProcessPool) -> None:
        """Drop a broken pool; its place is opened anew."""
        with self._changed:
            if pool not in self._pools:
                return
            self._pools.remove(pool)
            self._missing += 1
        threading.Thread(target=_stop, args=([pool],), name="extractor-stopper", daemon=True).start()
        self.start()

    def _open_missing(self) -> None:
        failures = 0
        while failures < OPENINGS and self._is_one_missing():
            try:
                _start_fork_server()
                self._open_one()
                failures = 0
            except Exception as error:  # the outermost edge of this thread; `extract` tries again
                failures += 1
                if not self._is_closed:
                    logger.error("An extraction process could not be started", exc_info=error)
        with self._changed:
            self._is_opening = self._is_opening and failures < OPENINGS
            self._changed.notify_all()

    def _is_one_missing(self) -> bool:
        with self._changed:
            self._is_opening = self._missing > 0 and not self._is_closed
            return self._is_opening

    def _open_one(self) -> None:
        pool = ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("forkserver"),
            initializer=extract_worker.initialize,
            initargs=[self._memory_limit_bytes],
        )
        with self._changed:
            if self._is_closed:
                return
            self._pools.add(pool)
            self._missing -= 1
        try:
            future = pool.schedule(extract_worker.ready)
            with self._closable(future):
                future.result(OPENING_SECONDS)
        except Exception:
            self._discard(pool)
            raise
        self._give_back(pool)


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
