"""Huey on SQLite with worker processes: each task fetches with requests and extracts."""

import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import requests
from huey import SqliteHuey

from core import extract_preload  # noqa: F401  # the import warms; the workers are forked from here
from core.extract import extract
from tests.benchmarks.peers.task import Meter, Task, resolve_here, tell

WORKERS = int(os.environ.get("PEERS_HUEY_WORKERS", "8"))
"""Processes: with fewer than latency and work ask for, both processors wait for answers."""
POLL_SECONDS = 0.02


def main() -> None:
    """From the start of the consumer, over a full queue, to the last result."""
    task = Task.given()
    resolve_here()
    with tempfile.TemporaryDirectory() as directory:
        huey = SqliteHuey(filename=str(Path(directory) / "huey.db"))

        @huey.task()
        def visit(url: str) -> dict[str, Any]:
            answer = requests.get(url, timeout=30)
            answer.raise_for_status()
            return asdict(extract(answer.content, answer.url, answer.headers.get("Content-Type")))

        results = [visit(url) for url in task.urls()]
        consumer = huey.create_consumer(
            workers=WORKERS, worker_type="process", periodic=False, check_worker_health=False
        )
        meter = Meter()
        consumer.start()
        while huey.result_count() < task.hosts:
            time.sleep(POLL_SECONDS)
        figures = meter.figures(task.hosts)
        consumer.stop()
        for result in results:
            result.get()  # raises what the task raised
    tell(figures)


if __name__ == "__main__":
    main()
