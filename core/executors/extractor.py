"""Where extraction runs: worker processes that a bad page can cost, while nothing else is lost.

Pages never queue in a process; who finds no free one waits here, abortable.
"""

import atexit
import logging
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterable
from functools import partial
from multiprocessing import forkserver
from pathlib import Path

from core import extract_worker
from core.abort import Abort
from core.errors import Aborted, FetchError, LoteError, NoWorker, WorkerDied
from core.executors.turns import Turns, Waiter
from core.executors.worker import Died, Gone, Worker
from core.extract import NOTHING_MORE, Extraction, Reach, Wish, read_reach
from core.extract_worker import Answer, Found, Reader, Task, whole_page
from core.failures import FailureKind

TIME_LIMIT_SECONDS = 30.0  # a busy machine may need so long for what costs a second of its processor
CPU_LIMIT_SECONDS = 10.0  # the kernel counts whole seconds, so up to one more
MEMORY_LIMIT_BYTES = 1536 * 1024 * 1024  # address space of a worker; 0.2 GiB of it are the libraries
OPENING_SECONDS = 60.0  # the fork server's imports take 2 s
OPENING_PACE_SECONDS = 3.0  # after a failure to start a process, while somebody waits for it
LOOK_SECONDS = 0.5  # the death of a process that nobody asked for anything is noticed within this time
IDLE_PACES = 10  # so many times longer while nobody does
OPENINGS = 3  # failures to start that one page waits for, and tries of a page whose process was gone before it began
CLOSING_SECONDS = 1.0  # an exit while the fork server is asked for a process makes it print a traceback
ROOT = Path(__file__).resolve().parents[2]

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
        self._workers: set[Worker] = set()  # all that are not stopped yet
        self._open: set[Worker] = set()
        self._free: deque[Worker] = deque()
        self._broken: list[Worker] = []
        self._keeper: threading.Thread | None = None
        self._failures = 0  # to open a place, ever
        self._is_failing = False
        atexit.register(self.close)

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

    def extract(
        self,
        body: bytes,
        url: str,
        content_type: str | None,
        abort: Abort,
        *,
        turn: int = 0,
        wish: Wish = NOTHING_MORE,
    ) -> Extraction:
        """Extract one page in a worker process; blocks. `turn` is the job: free workers go round the jobs that wait.

        Raises `FetchError` (EXTRACT) for a page that cannot be read within the limits, `WorkerDied` when the process
        that held it died by itself, `NoWorker` when none ever held it, `Aborted` within 1 s of an abort or of `close`.
        """
        found = self._read(partial(whole_page, wish=wish), body, url, content_type, abort, turn)
        assert isinstance(found, Extraction)
        return found

    def read_reach(self, body: bytes, url: str, content_type: str | None, abort: Abort, *, turn: int = 0) -> Reach:
        """The contact fields of one page, otherwise as `extract`."""
        found = self._read(read_reach, body, url, content_type, abort, turn)
        assert isinstance(found, Reach)
        return found

    def waiting_by_turn(self) -> dict[int, int]:
        """How many pages wait for a worker, by job; jobs without any are left out."""
        with self._lock:
            return self._turns.lengths()

    def is_able(self) -> bool:
        """Whether a worker is there, or may be soon: the last attempt to open one has not failed."""
        with self._lock:
            return bool(self._open) or not self._is_failing

    def worker_pids(self) -> list[int]:
        """Ids of the worker processes that live now."""
        with self._lock:
            return [worker.pid for worker in self._workers if worker.lives()]

    def close(self) -> None:
        """End all workers, within 2 s; whoever waits or extracts gets `Aborted`."""
        with self._lock:
            self._closed.set()
            keeper = self._keeper
            workers, self._workers = self._workers, set()
            self._free.clear()
            self._broken.clear()
            self._wake()
            self._work.notify()
        atexit.unregister(self.close)
        _stop(workers)
        if keeper and keeper is not threading.current_thread():
            keeper.join(CLOSING_SECONDS)

    # -- a page

    def _read(self, reader: Reader, body: bytes, url: str, content_type: str | None, abort: Abort, turn: int) -> Found:
        task = reader, body, url, content_type, self._cpu_limit_seconds
        return _checked(pickle.loads(self._answer(task, abort, turn)), url)

    def _answer(self, task: Task, abort: Abort, turn: int) -> bytes:
        for _ in range(OPENINGS):
            worker = self._take(turn, abort)
            try:
                return self._run(worker, task, abort)
            except Gone as error:
                logger.info("An extraction process was gone, %s goes to another: %r", task[2], error.__cause__)
            finally:
                self._give_back(turn, worker)
        raise NoWorker

    def _take(self, turn: int, abort: Abort) -> Worker:
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

    def _give_back(self, turn: int, worker: Worker) -> None:
        with self._lock:
            self._turns.leave(turn)
            if worker in self._open and not self._closed.is_set():
                self._free.append(worker)
            self._serve()

    def _run(self, worker: Worker, task: Task, abort: Abort) -> bytes:
        """The answer to one task; `Gone` tells that the page was never begun and may go to another worker."""
        page = object()
        try:
            with worker.holding(page), abort.interrupting(lambda: worker.kill(page)):
                return worker.run(task)
        except (Gone, Died, TimeoutError) as error:
            self._discard(worker)
            if abort.is_set() or self._closed.is_set():
                raise Aborted from error
            if isinstance(error, Gone):
                raise
            raise self._translate(error, worker, task[2]) from error

    def _translate(self, error: Exception, worker: Worker, url: str) -> LoteError:
        """The error of our tree for a page that its worker did not answer."""
        if isinstance(error, TimeoutError):
            return _too_long(f"{self._time_limit_seconds:g} s")
        status = worker.exit_status()
        if status == -signal.SIGXCPU:
            return _too_long(f"{self._cpu_limit_seconds:g} s of processor time")
        logger.warning("The extraction process died (status %s) while it held %s", status, url)
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
        worker = Worker(self._memory_limit_bytes, self._time_limit_seconds)
        with self._lock:
            if self._closed.is_set():
                worker.kill()
                return
            self._workers.add(worker)
        try:
            worker.wait_until_ready(OPENING_SECONDS)
        except Exception:
            self._discard(worker)
            raise
        with self._lock:
            if not self._closed.is_set():
                self._is_failing = False
                self._open.add(worker)
                self._free.append(worker)
                self._serve()

    def _drop_broken(self) -> None:
        """Take out of the free places those whose process is gone; the caller holds the lock."""
        for worker in [worker for worker in self._free if not worker.is_usable()]:
            self._free.remove(worker)
            self._discard(worker)

    def _discard(self, worker: Worker) -> None:
        """Drop a worker; the keeper ends it and opens its place anew."""
        with self._lock:
            self._open.discard(worker)
            if worker in self._workers and worker not in self._broken:
                self._broken.append(worker)
                self._work.notify()

    def _stop_broken(self) -> None:
        with self._lock:
            broken, self._broken = self._broken, []
            self._workers.difference_update(broken)
        _stop(broken)


def _checked(answer: Answer, url: str) -> Found:
    """What the worker says. Raises `FetchError` (EXTRACT)."""
    if isinstance(answer, Extraction | Reach):
        return answer
    if isinstance(answer, FetchError):
        raise answer
    name, trace = answer
    logger.error("Extraction of %s failed\n%s", url, trace)
    raise FetchError(FailureKind.EXTRACT, f"The page could not be read ({name})")


def _too_long(limit: str) -> FetchError:
    return FetchError(FailureKind.EXTRACT, f"The page took more than {limit} to read")


def _stop(workers: Iterable[Worker]) -> None:
    """End them, and wait for that."""
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.exit_status()


def _start_fork_server() -> None:
    """Start it with the project root in PYTHONPATH, for good: Python 3.11's fork server ignores `sys.path`."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(ROOT) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, paths)])
    forkserver.set_forkserver_preload([extract_worker.PRELOAD])
    forkserver.ensure_running()
    # It serves when its imports are done: wait for that here and not for a worker, which could not be closed meanwhile.
    probe = multiprocessing.get_context("forkserver").Process(target=os.getpid, daemon=True)
    probe.start()
    probe.join()
