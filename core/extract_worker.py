"""What runs inside a worker process of the extraction: its limits, and one page at a time."""

import fcntl
import math
import os
import pickle
import resource
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing import parent_process
from typing import TYPE_CHECKING

from core import apart
from core.errors import FetchError
from core.extract import Extraction, Reach, Wish, extract
from core.extract.answers import seconds_each
from core.extract.page import host_of
from core.flags import Facts, judge

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Found = Extraction | Reach
Reader = Callable[[bytes, str, str | None], Found]
"""What is read of a page: body, final address, Content-Type."""
Task = tuple[Reader, bytes, str, str | None, float]
"""The arguments of `read`."""
Answer = Found | FetchError | tuple[str, str]
"""What comes back, pickled; the pair is name and traceback of an error that a reader should not raise."""

PRELOAD = "core.extract_preload"
NICENESS = 10  # the screens' and the API's threads go first


def initialize(memory_limit_bytes: int) -> None:
    """Once a process: low priority, deaf to Ctrl+C, bounded in memory, gone when its parent is."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_limit_bytes if hard == resource.RLIM_INFINITY else min(memory_limit_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _die_with_parent()


def serve(pipe: "Connection[bytes, bytes]", memory_limit_bytes: int) -> None:
    """The life of a worker: it says that it is ready, then that it has a task, and answers it, until the pipe ends."""
    initialize(memory_limit_bytes)
    if PRELOAD not in sys.modules:
        raise RuntimeError(f"{PRELOAD} was not preloaded: the project root must be in the fork server's PYTHONPATH")
    pipe.send_bytes(b"ready")
    while True:
        try:
            task: Task = pickle.loads(pipe.recv_bytes())
        except EOFError:
            return
        pipe.send_bytes(b"begun")
        pipe.send_bytes(pickle.dumps(_answer(task), pickle.HIGHEST_PROTOCOL))


def _answer(task: Task) -> Answer:
    try:
        return read(*task)
    except FetchError as error:
        return error
    except Exception as error:  # noqa: BLE001  # the edge of the process; the app tells it
        return type(error).__name__, traceback.format_exc()


def read(reader: Reader, body: bytes, url: str, content_type: str | None, cpu_seconds: float) -> Found:
    """Read one page with at most `cpu_seconds` of processor time; beyond it the kernel sends SIGXCPU."""
    _allow(cpu_seconds)
    try:
        return reader(body, url, content_type)
    finally:
        _allow(cpu_seconds)  # to send the result


def whole_page(body: bytes, url: str, content_type: str | None, wish: Wish) -> Extraction:
    """A `Reader` of everything, flags included; questions are answered in a process of their own, whose time is not the
    page's.
    """
    bounded = partial(apart.each, cpu_seconds=seconds_each(wish.questions))
    page = extract(body, url, content_type, wish, apart=bounded)
    flags = judge(Facts.of(wish.target or host_of(url), url, wish.http_status, page))
    return replace(page, flags=flags, markup=None)


def _allow(cpu_seconds: float) -> None:
    """RLIMIT_CPU counts the whole life of the process: the soft limit moves on with what is used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(usage.ru_utime + usage.ru_stime + cpu_seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _die_with_parent() -> None:
    """The kernel sends SIGIO, which kills, when the app's end of this pipe closes, whatever C code runs here.

    PR_SET_PDEATHSIG would watch the fork server, which lives as long as its workers.
    """
    parent = parent_process()
    if parent is None:
        return
    sentinel: int = parent.sentinel
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([sentinel], [], [], 0)[0]:  # it was gone before
        os._exit(1)
