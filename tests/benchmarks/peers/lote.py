"""Lote end to end: engine, database, fetch, extraction; and what it is like at its beginning."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.engine import Engine
from core.job_service import JobService
from core.settings import Settings
from core.states import FINAL, JobStatus
from core.steps import Scraped, scrape
from tests.benchmarks.peers.task import IMMEDIATE, Meter, Task, tell

FIRST = 20
"""Pages of the first job, which would pay for what is not warm."""
POLL_SECONDS = 0.5
"""Start and end are told by the job; each look takes processor time that is no work of the batch."""


def main() -> None:
    """All figures of Lote for a task."""
    task = Task.given()
    cold = first_result(task)  # first: the fork server outlives its engine
    tell({**run(task), "first_result_seconds": cold})


def first_result(task: Task) -> float:
    """Seconds from the start of an engine, worker processes and all, to the first report of a job that waits."""
    with _service(task) as service:
        job_id = _create(service, task.targets(IMMEDIATE)[:FIRST], task.concurrency, start=True)
        began = time.monotonic()
        with Engine(service.settings, service.database):
            _until(lambda: service.get_job_status(job_id).completed_steps > 0, 0.02)
            return time.monotonic() - began


def run(task: Task) -> dict[str, Any]:
    """Warm: the pages at the latency, the same at once, and what the very first ones took."""
    timer = _Timer()
    with _service(task) as service, Engine(service.settings, service.database, scrape=timer.scrape) as engine:
        _until(lambda: engine.status()["worker_processes"] == task.processes)
        first, again = (
            timer.of(lambda: _run(service, task.targets(IMMEDIATE)[:FIRST], task.processes)) for _ in range(2)
        )
        slower = max(first[target] - again[target] for target in first)
        at_once = _run(service, task.targets(IMMEDIATE), task.concurrency)
        figures = _run(service, task.targets(), task.concurrency)
        return {**figures, "at_once": at_once, "first_slower": slower}


class _Timer:
    """How long the extraction of each page took, its way to the worker and back included."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    def scrape(self, claim: Any, fetcher: Any, extractor: Any, settings: Any, abort: Any) -> Scraped:
        began = time.monotonic()
        scraped = scrape(claim, fetcher, extractor, settings, abort)
        with self._lock:
            self._seconds[claim.target] = time.monotonic() - began - scraped.report["total_seconds"]
        return scraped

    def of(self, act: Callable[[], object]) -> dict[str, float]:
        self._seconds = {}
        act()
        return self._seconds


@contextmanager
def _service(task: Task) -> Iterator[JobService]:
    overrides = f"*.test:80=127.0.0.1:{task.port},*.test:443=127.0.0.1:{task.refusing_port}"
    with tempfile.TemporaryDirectory() as directory:
        service = JobService.open(
            Settings.load(
                data_dir=Path(directory) / "data",
                dns_overrides=overrides,
                allowed_private_networks="127.0.0.1/32",
                extract_processes=task.processes,
                fetch_threads=task.concurrency,
            )
        )
        try:
            yield service
        finally:
            service.close()


def _create(service: JobService, targets: list[str], concurrency: int, *, start: bool = False) -> int:
    config = {"concurrency": concurrency, "interval_seconds": 0, "max_retries": 0, "respect_robots": False}
    return service.create_batch_scraping_job(targets, config=config, start=start).job.id


def _run(service: JobService, targets: list[str], concurrency: int) -> dict[str, float]:
    """One job from its start to its end, every page of it with a report."""
    job_id = _create(service, targets, concurrency)
    meter = Meter()
    service.start_job(job_id)
    _until(lambda: service.get_job_status(job_id).status in FINAL)
    figures, job = meter.figures(len(targets)), service.get_job_status(job_id)
    assert job.status is JobStatus.COMPLETED, f"{job.failed_steps} pages failed"
    assert job.started_at is not None and job.completed_at is not None
    return {**figures, "seconds": (job.completed_at - job.started_at).total_seconds()}


def _until(is_so: Callable[[], bool], poll_seconds: float = POLL_SECONDS) -> None:
    while not is_so():
        time.sleep(poll_seconds)


if __name__ == "__main__":
    main()
