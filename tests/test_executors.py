"""Extraction in worker processes: limits, deaths, aborts, and what is left behind (nothing)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from core.abort import Abort
from core.errors import Aborted, FetchError, NoWorker, WorkerDied
from core.executors import Extractor
from core.extract import Extraction
from core.failures import FailureKind

ROOT = Path(__file__).resolve().parent.parent
LOWEST_PRIORITY = 19


def small(title: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body><p>Words of {title}</p></body></html>".encode()


def slow(seconds: float, title: str = "Slow") -> bytes:
    """Valid markup just under the limit of a tag; lxml's C code compares each attribute with all before it."""
    tag = "<p " + " ".join(f'a{i}=""' for i in range(7_000)) + ">x</p>"
    return (f"<html><title>{title}</title><body>" + tag * max(1, int(seconds * 25)) + "</body></html>").encode()


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def processor_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0
    return float(times.user + times.system)


def busy_worker(extractor: Extractor) -> int:
    """The id of the worker process that has a slow page; one without has hardly used the processor."""
    found: list[int] = []

    def look() -> bool:
        found.extend(pid for pid in extractor.worker_pids() if processor_seconds(pid) > 0.3)
        return bool(found)

    assert wait_until(look, 30)
    return found[0]


@pytest.fixture(scope="module")
def shared() -> Iterator[Extractor]:
    extractor = Extractor(2)
    extractor.start()
    yield extractor
    extractor.close()


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    extractor = Extractor(2, time_limit_seconds=20)
    yield extractor
    extractor.close()


def begin(
    pool: ThreadPoolExecutor, extractor: Extractor, body: bytes, abort: Abort | None = None, turn: int = 0
) -> Future[Extraction]:
    return pool.submit(extractor.extract, body, "https://a.test/", None, abort or Abort(), turn=turn)


def test_starting_does_not_block_the_caller() -> None:
    extractor = Extractor(1)
    began = time.monotonic()
    extractor.start()
    assert time.monotonic() - began < 0.5
    assert extractor.extract(small("one"), "https://a.test/", None, Abort()).title == "one"
    extractor.close()


def test_pages_are_extracted_side_by_side_and_never_mixed_up(shared: Extractor) -> None:
    with ThreadPoolExecutor(8) as pool:
        pages = {f"page {n}": begin(pool, shared, small(f"page {n}")) for n in range(60)}
    assert {title: future.result().title for title, future in pages.items()} == {title: title for title in pages}


def test_workers_give_way_and_are_deaf_to_ctrl_c(shared: Extractor) -> None:
    shared.extract(small("one"), "https://a.test/", None, Abort())
    assert wait_until(lambda: len(shared.worker_pids()) == 2)
    pids = shared.worker_pids()
    lower = min(LOWEST_PRIORITY, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    assert wait_until(lambda: {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids} == {lower})
    for pid in pids:
        os.kill(pid, signal.SIGINT)
    assert shared.extract(small("two"), "https://a.test/", None, Abort()).title == "two"
    assert set(pids) <= set(shared.worker_pids())


def test_an_unreadable_page_tells_its_reason(shared: Extractor) -> None:
    with pytest.raises(FetchError, match="64 KiB") as caught:
        shared.extract(b"<p " + b"a=1 " * 50_000 + b">", "https://a.test/", None, Abort())
    assert caught.value.kind is FailureKind.EXTRACT


def test_a_page_that_takes_too_long_is_stopped_and_its_place_works_on() -> None:
    extractor = Extractor(1, time_limit_seconds=0.5)
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"more than 0\.5 s to read") as caught:
        extractor.extract(slow(20), "https://a.test/", None, Abort())
    assert caught.value.kind is FailureKind.EXTRACT
    assert time.monotonic() - began < 4
    assert extractor.extract(small("next"), "https://a.test/", None, Abort()).title == "next"
    extractor.close()


def test_a_page_that_takes_too_much_of_the_processor_is_stopped_and_its_place_works_on() -> None:
    extractor = Extractor(1, cpu_limit_seconds=1)
    began = time.monotonic()
    with pytest.raises(FetchError, match="more than 1 s of processor time to read") as caught:
        extractor.extract(slow(20), "https://a.test/", None, Abort())
    assert caught.value.kind is FailureKind.EXTRACT
    assert time.monotonic() - began < 15
    assert extractor.extract(small("next"), "https://a.test/", None, Abort()).title == "next"
    extractor.close()


def test_processor_time_is_limited_by_the_kernel() -> None:
    code = (
        "import sys; from core import extract, extract_worker\n"
        "for _ in range(3): extract_worker.read(extract.extract, b'<p>x', 'https://a.test/', None, 1)\n"
        "extract_worker.read(extract.extract, sys.stdin.buffer.read(), 'https://a.test/', None, 1)"
    )
    ended = subprocess.run([sys.executable, "-c", code], input=slow(20), cwd=ROOT, capture_output=True, timeout=30)
    assert ended.returncode == -signal.SIGXCPU


def test_a_page_that_needs_too_much_memory_is_refused() -> None:
    extractor = Extractor(1, memory_limit_bytes=300 * 1024 * 1024)
    with pytest.raises((FetchError, WorkerDied)):
        extractor.extract(b"<b>x</b>" * 600_000, "https://a.test/", None, Abort())
    assert extractor.extract(small("next"), "https://a.test/", None, Abort()).title == "next"
    extractor.close()


def test_a_killed_worker_costs_only_its_own_page(extractor: Extractor) -> None:
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    with ThreadPoolExecutor(8) as pool:
        victim = begin(pool, extractor, slow(30))
        busy = busy_worker(extractor)
        neighbours = [begin(pool, extractor, small(f"page {n}")) for n in range(40)]
        os.kill(busy, signal.SIGKILL)
        assert isinstance(victim.exception(), WorkerDied)
        assert [page.result().title for page in neighbours] == [f"page {n}" for n in range(40)]
        assert begin(pool, extractor, small("next")).result().title == "next"


def test_a_worker_killed_while_idle_costs_nothing(extractor: Extractor) -> None:
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    for _ in range(2):
        assert wait_until(lambda: len(extractor.worker_pids()) >= 2)
        for child in psutil.Process().children(recursive=True):
            if child.pid in extractor.worker_pids() and processor_seconds(child.pid) < 1:
                os.kill(child.pid, signal.SIGKILL)
        assert extractor.extract(small("next"), "https://a.test/", None, Abort()).title == "next"


def test_an_abort_ends_a_running_page_at_once_and_kills_its_process(extractor: Extractor) -> None:
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    abort = Abort()
    with ThreadPoolExecutor(1) as pool:
        page = begin(pool, extractor, slow(30), abort)
        busy = busy_worker(extractor)
        began = time.monotonic()
        abort.set()
        assert isinstance(page.exception(), Aborted)
        assert time.monotonic() - began < 1
        assert wait_until(lambda: not psutil.pid_exists(busy), 2)


def test_an_abort_ends_waiting_for_a_place_and_for_the_start() -> None:
    extractor = Extractor(1)
    abort = Abort()
    threading.Timer(0.2, abort.set).start()
    with ThreadPoolExecutor(2) as pool:
        first, second = begin(pool, extractor, slow(9), abort), begin(pool, extractor, slow(9), abort)
        began = time.monotonic()
        assert isinstance(first.exception(), Aborted) and isinstance(second.exception(), Aborted)
        assert time.monotonic() - began < 1.5
    extractor.close()


def test_free_workers_go_round_the_jobs_and_within_a_job_the_first_comes_first() -> None:
    extractor = Extractor(1)
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    ended: list[str] = []
    unwanted = Abort()

    def queue(pool: ThreadPoolExecutor, turn: int, name: str) -> None:
        before = extractor.waiting_by_turn().get(turn, 0)
        page = begin(pool, extractor, slow(0.2, name), unwanted if name == "aborted" else None, turn)
        page.add_done_callback(lambda page: ended.append("aborted" if page.exception() else page.result().title or ""))
        assert wait_until(lambda: extractor.waiting_by_turn().get(turn) == before + 1)

    with ThreadPoolExecutor(12) as pool:
        first = begin(pool, extractor, slow(2), turn=1)
        assert wait_until(lambda: any(worker._page for worker in list(extractor._open)))
        for name in ("1a", "1b", "aborted", "1c", "1d", "2a", "2b", "3a"):
            queue(pool, 1 if name == "aborted" else int(name[0]), name)
        assert extractor.waiting_by_turn() == {1: 5, 2: 2, 3: 1}
        unwanted.set()
        assert wait_until(lambda: extractor.waiting_by_turn()[1] == 4, 1)
        assert not first.done() and ended == ["aborted"]
    assert ended == ["aborted", "2a", "3a", "1a", "2b", "1b", "1c", "1d"]
    assert extractor.waiting_by_turn() == {}
    extractor.close()


def test_slow_pages_of_one_job_leave_a_worker_to_another() -> None:
    extractor = Extractor(2, time_limit_seconds=1)
    with ThreadPoolExecutor(32) as pool:
        heavy = [begin(pool, extractor, slow(20), turn=1) for _ in range(10)]
        assert wait_until(lambda: any(page.done() for page in heavy), 30)
        quick = [begin(pool, extractor, small(f"page {n}"), turn=2) for n in range(20)]
        assert [page.result().title for page in quick] == [f"page {n}" for n in range(20)]
        assert extractor.waiting_by_turn()[1] > 0
        assert all(isinstance(page.exception(), FetchError) for page in heavy)
    extractor.close()


class AbortedAtItsTurn(Abort):
    """Set when the page has got its worker and is not under way yet: with what is to be interrupted second."""

    asked = 0

    def interrupting(self, interrupt: Callable[[], object]) -> AbstractContextManager[None]:
        self.asked += 1
        if self.asked == 2:
            self.set()
        return super().interrupting(interrupt)


def test_an_abort_between_a_page_and_its_worker_ends_the_page() -> None:
    extractor = Extractor(1)
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    began = time.monotonic()
    with pytest.raises(Aborted):
        extractor.extract(slow(30), "https://a.test/", None, AbortedAtItsTurn())
    assert time.monotonic() - began < 5
    assert extractor.extract(small("next"), "https://a.test/", None, Abort()).title == "next"
    extractor.close()


def test_closing_ends_all_workers_and_all_waiting() -> None:
    extractor = Extractor(2)
    extractor.extract(small("warm"), "https://a.test/", None, Abort())
    with ThreadPoolExecutor(4) as pool:
        pages = [begin(pool, extractor, slow(30)) for _ in range(4)]
        busy_worker(extractor)
        began = time.monotonic()
        extractor.close()
        assert all(isinstance(page.exception(), Aborted) for page in pages)
        assert time.monotonic() - began < 2
    with pytest.raises(Aborted):
        extractor.extract(small("late"), "https://a.test/", None, Abort())


SCRIPT = """
import os, sys, threading
sys.path.insert(0, {root!r})
with open({runs!r}, "a") as runs:
    runs.write("run\\n")
from core.abort import Abort
from core.executors import Extractor
extractor = Extractor(2)
assert extractor.extract(b"<title>One</title>", "https://a.test/", None, Abort()).title == "One"
{rest}
"""
HANG = """
body = sys.stdin.buffer.read()
threading.Thread(target=extractor.extract, args=(body, "https://a.test/", None, Abort())).start()
print("running", flush=True)
"""


def script(tmp_path: Path, rest: str) -> list[str]:
    path = tmp_path / "app_without_main_guard.py"
    path.write_text(SCRIPT.format(root=str(ROOT), runs=str(tmp_path / "runs"), rest=rest))
    return [sys.executable, str(path)]


@pytest.mark.parametrize("rest", ["extractor.close()", "", "extractor.close(); os._exit(0)"])
def test_nothing_is_said_or_left_at_exit_and_the_script_is_not_run_again(tmp_path: Path, rest: str) -> None:
    ended = subprocess.run(script(tmp_path, rest), capture_output=True, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert (tmp_path / "runs").read_text() == "run\n"


def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    app = subprocess.Popen(
        script(tmp_path, HANG), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert app.stdin and app.stdout
    with app, app.stdin, app.stdout:
        app.stdin.write(slow(25))
        app.stdin.close()
        assert app.stdout.readline() == b"running\n"
        children = psutil.Process(app.pid).children(recursive=True)
        before = {child.pid: processor_seconds(child.pid) for child in children}
        assert wait_until(lambda: any(processor_seconds(pid) > spent + 0.1 for pid, spent in before.items()), 30)
        app.kill()
        assert wait_until(lambda: not any(child.is_running() for child in children), 5)


NO_MEMORY = """
import errno, os
fork = os.fork
def fork_if_there_is_memory():
    if os.path.exists({flag!r}):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")
    return fork()
os.fork = fork_if_there_is_memory
"""
WITHOUT_MEMORY = """
import logging, pathlib, sys
from concurrent.futures import ThreadPoolExecutor
import psutil
from core.abort import Abort
from core.errors import NoWorker
from core.executors import Extractor
from tests.test_executors import begin, busy_worker, small, slow, wait_until

class Failures(logging.Handler):
    count = 0
    def emit(self, record):
        Failures.count += record.levelno == logging.ERROR
logging.getLogger("core.executors").addHandler(Failures())
flag = pathlib.Path(sys.argv[1])
extractor = Extractor(2, opening_pace_seconds=0.2, time_limit_seconds=100)  # a busy machine is not what it is about
pool = ThreadPoolExecutor(8)
"""
AT_THE_START = """
flag.touch()
extractor.start()
assert extractor.is_able()
pages = [begin(pool, extractor, small(f"page {n}"), turn=n) for n in range(6)]
assert all(isinstance(page.exception(), NoWorker) for page in pages), [page.exception() for page in pages]
assert 3 <= Failures.count <= 5, Failures.count  # attempts, not pages
assert not extractor.is_able() and extractor.waiting_by_turn() == {}
page = begin(pool, extractor, small("late"))
flag.unlink()
assert page.result().title == "late"
assert extractor.is_able()
extractor.close()
"""
UNDER_A_PAGE = """
begin(pool, extractor, small("warm")).result()
assert wait_until(lambda: len(extractor.worker_pids()) == 2 and len(extractor._free) == 2)
page = begin(pool, extractor, slow(4, "page"))
busy = busy_worker(extractor)
workers = [psutil.Process(pid) for pid in extractor.worker_pids()]
flag.touch()
next(worker for worker in workers if worker.pid != busy).kill()  # the fork server dies as it replaces this one
assert wait_until(lambda: Failures.count > 0, 30)
assert not page.done()
flag.unlink()
assert page.result().title == "page"
assert wait_until(lambda: not any(worker.is_running() for worker in workers), 15)
extractor.close()
"""


@pytest.mark.parametrize("story", [AT_THE_START, UNDER_A_PAGE], ids=["at_the_start", "under_a_page"])
def test_a_page_is_not_to_blame_when_no_process_can_be_started(tmp_path: Path, story: str) -> None:
    flag = tmp_path / "no_memory"
    (tmp_path / "sitecustomize.py").write_text(NO_MEMORY.format(flag=str(flag)))
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_MEMORY + story, str(flag)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=200,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Cannot allocate memory" in ended.stderr


def test_without_a_thread_for_the_places_a_page_is_not_to_blame() -> None:
    extractor = Extractor(1)
    before = threading.stack_size(1 << 46)
    try:
        with pytest.raises(NoWorker):
            extractor.extract(small("one"), "https://a.test/", None, Abort())
    finally:
        threading.stack_size(before)
    assert not extractor.is_able()
    assert extractor.extract(small("two"), "https://a.test/", None, Abort()).title == "two"
    assert extractor.is_able()
    extractor.close()
