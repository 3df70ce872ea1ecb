"""The limit: extraction alone, in warm processes that have the pages in memory."""

import multiprocessing
import os
import time
from multiprocessing.synchronize import Barrier
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.peers.task import Task, tell


def _work(task: Task, next_page: Any, start: Barrier, results: Any) -> None:
    from core import extract_preload, extract_worker  # noqa: F401  # the import warms
    from core.extract import Wish

    os.nice(extract_worker.NICENESS)
    pages = list(zip(task.urls(), task.bodies(), strict=True))
    start.wait()
    began, cpu, spent = time.monotonic(), time.process_time(), {}
    while (number := _take(next_page)) < len(pages):
        url, body = pages[number]
        before = time.process_time()
        extract_worker.whole_page(body, url, "text/html", Wish(target=urlsplit(url).netloc + task.path))
        spent[number] = time.process_time() - before
    results.put((time.monotonic() - began, time.process_time() - cpu, spent))


def _take(next_page: Any) -> int:
    with next_page.get_lock():
        next_page.value += 1
        return int(next_page.value) - 1


def main() -> None:
    """As many processes as Lote uses."""
    task = Task.given()
    context = multiprocessing.get_context("spawn")
    next_page, start, results = context.Value("i", 0), context.Barrier(task.processes), context.Queue()
    workers = [context.Process(target=_work, args=(task, next_page, start, results)) for _ in range(task.processes)]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    seconds, cpu = max(each[0] for each in found), sum(each[1] for each in found)
    tell({"seconds": seconds, "pages": task.hosts, "own_cpu": 0.0, "other_cpu": cpu})


if __name__ == "__main__":
    main()
