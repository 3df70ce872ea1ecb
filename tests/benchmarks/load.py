"""1,000 targets at 100 ms latency on the real app: how it ends, and how API and Jobs screen answer meanwhile.

`python -m tests.benchmarks.load [targets]`; needs Chromium for the screen.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.app import App
from tests.browser.chromium import launch
from tests.site import Web, bulk_hosts

SAMPLES = 20


def main(targets: int) -> None:
    with Web.start(0.1) as web, tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        browser = launch(playwright)
        with App(Path(directory) / "data", web, LOTE_EXTRACT_PROCESSES="2") as app:
            page = browser.new_page()
            app.ended(app.batch(bulk_hosts(20)))
            idle = _measured(app, page, lambda: False)
            began = time.monotonic()
            job_id = app.batch(bulk_hosts(targets), config={"concurrency": 32})
            disagreements = polls = 0

            def is_over() -> bool:
                nonlocal disagreements, polls
                job, polls = app.get(f"/jobs/{job_id}"), polls + 1
                counted = app.get("/jobs/stats/summary")["steps"]
                disagreements += counted["total"] != sum(v for k, v in counted.items() if k != "total")
                return job["status"] not in {"pending", "running"}

            loaded = _measured(app, page, is_over)
            job = app.ended(job_id, 900)
            seconds = time.monotonic() - began
        browser.close()
    print(f"{targets} targets: {job['status']}, {job['completed_steps']} completed, {job['failed_steps']} failed")
    print(f"{seconds:.0f} s, {targets / seconds:.1f} targets/s; {disagreements} of {polls} polls disagree")
    for what in idle:
        print(f"{what}: p95 idle {idle[what] * 1000:.0f} ms, under load {loaded[what] * 1000:.0f} ms")


def _measured(app: App, page: Page, is_over: Callable[[], bool]) -> dict[str, float]:
    """p95 in seconds of `GET /api/jobs` and of opening the Jobs screen."""
    api, screen = [], []
    for _ in range(SAMPLES):
        if is_over():
            break
        for _ in range(5):
            api.append(_timed(lambda: app.get("/jobs")))
        screen.append(_timed(lambda: _open_jobs(app, page)))
    return {"GET /api/jobs": _p95(api), "Jobs screen": _p95(screen)}


def _open_jobs(app: App, page: Page) -> None:
    page.goto(app.url)
    page.get_by_role("heading", name="Jobs").wait_for()
    page.get_by_text("batch").first.wait_for()


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
