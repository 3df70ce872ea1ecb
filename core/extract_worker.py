"""What runs inside a worker process of the extraction: its limits, and one page at a time."""

import fcntl
import math
import os
import resource
import select
import signal
import sys
from multiprocessing import parent_process

from core.extract import Extraction, extract

PRELOAD = "core.extract_preload"
NICENESS = 10  # the screens' and the API's threads go first


def initialize(memory_limit_bytes: int) -> None:
    """Once a process: low priority, deaf to Ctrl+C, mortal at once, bounded in memory, gone when its parent is."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler waits until C code returns
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_limit_bytes if hard == resource.RLIM_INFINITY else min(memory_limit_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _die_with_parent()


def ready() -> int:
    """The first task: the process id, if the fork server has loaded and warmed everything."""
    if PRELOAD not in sys.modules:
        raise RuntimeError(f"{PRELOAD} was not preloaded: the project root must be in the fork server's PYTHONPATH")
    return os.getpid()


def read(body: bytes, url: str, content_type: str | None, cpu_seconds: float) -> Extraction:
    """Extract one page with at most `cpu_seconds` of processor time; beyond it the kernel sends SIGXCPU."""
    _allow(cpu_seconds)
    try:
        return extract(body, url, content_type)
    finally:
        _allow(cpu_seconds)  # to send the result: a process that dies meanwhile takes the lock of its pool along


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
