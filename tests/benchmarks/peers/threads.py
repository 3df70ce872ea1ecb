"""Threads that fetch with requests and extract themselves. lxml is not safe in threads, so this may well crash."""

from concurrent.futures import ThreadPoolExecutor

import requests

from core import extract_preload  # noqa: F401  # the import warms
from core.extract import extract
from tests.benchmarks.peers.task import Meter, Task, resolve_here, tell


def _visit(url: str) -> None:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    extract(answer.content, answer.url, answer.headers.get("Content-Type"))


def main() -> None:
    """One thread a lane."""
    task = Task.given()
    resolve_here()
    meter = Meter()
    with ThreadPoolExecutor(task.concurrency) as pool:
        list(pool.map(_visit, task.urls()))
    tell(meter.figures(task.hosts))


if __name__ == "__main__":
    main()
