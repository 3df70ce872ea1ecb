"""Every hostile host visited alone: how its visit ends, and what it takes of time, processor and memory."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import psutil

from core.abort import Abort
from core.errors import FetchError, LoteError
from core.executors import Extractor
from core.fetch import Fetcher, FetchOptions
from core.settings import Settings
from tests.hostile import HTML, Authority
from tests.hostile_web import memory
from tests.hostile_web.canary import Canary
from tests.hostile_web.case import COMPLETED, MAX_BYTES, Case
from tests.hostile_web.world import addresses

TIMEOUT_SECONDS = 3.0
OPTIONS = FetchOptions(TIMEOUT_SECONDS, MAX_BYTES, follow_redirects=10, user_agent="Lote-Test/1")


def visits(cases: Sequence[Case], authority: Authority) -> Iterator[dict[str, Any]]:
    """One row a case: name, kind and what was expected, seconds, processor seconds and MiB of both processes."""
    canary = Canary(addresses(cases).values())
    fetcher, extractor = Fetcher(Settings.load(ca_bundle=authority.bundle)), Extractor(1)
    extractor.extract(HTML, "https://warm.test/", None, Abort())
    for case in cases:
        worker = psutil.Process(extractor.worker_pids()[0])
        memory.forget_peak()
        memory.forget_peak(worker.pid)
        ours, theirs = memory.peak(), memory.peak(worker.pid)
        began, used, used_there = time.monotonic(), time.process_time(), _processor_seconds(worker)
        kind = _visit(case, fetcher, extractor)
        yield {
            "case": case.name,
            "kind": kind,
            "expected": case.kind,
            "seconds": time.monotonic() - began,
            "processor": time.process_time() - used + _processor_seconds(worker) - used_there,
            "mib": memory.peak() - ours,
            "worker_mib": memory.peak(worker.pid) - theirs,
        }
    assert canary.hits == []
    extractor.close()
    fetcher.close()


def _visit(case: Case, fetcher: Fetcher, extractor: Extractor) -> str:
    try:
        page = fetcher.fetch(case.host, OPTIONS, Abort())
        extractor.extract(page.body, page.final_url, page.content_type, Abort())
    except FetchError as failure:
        return failure.kind.value
    except LoteError as error:
        return type(error).__name__
    return COMPLETED


def _processor_seconds(process: psutil.Process) -> float:
    """Of a process that may have been ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
