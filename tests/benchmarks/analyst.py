"""An analyst's real batch: 500 hosts with TLS and gzip, 300 ms away, one in twenty dead, with each preset.

    .venv/bin/python -m tests.benchmarks.analyst [--pages FOLDER] [--hosts 500] [--presets fast normal gentle]

Of the dead hosts three in five refuse every connection, two in five take it and say nothing. With `gentle` 500 hosts
take a quarter of an hour.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from core import queries
from core.demo.certificate import AUTHORITY
from core.engine import Engine
from core.job_config import PRESETS
from core.job_service import JobService
from core.models import JOB_STEPS, STEP_ATTEMPTS
from core.queries.progress import SecondsLeft
from core.settings import Settings
from tests.benchmarks.peers.task import ROOT

LATENCY_SECONDS = 0.3
DEAD_EVERY = 20
FIRST_RESULTS = 50
MOMENTS = (0.10, 0.25, 0.50, 0.75)
"""Parts of the steps that have ended when the forecast is asked."""
POLL_SECONDS = 0.5


@dataclass
class Course:
    """What was seen of one batch; seconds count from its start."""

    first_results: float | None = None
    forecasts: dict[float, tuple[float, SecondsLeft | None]] = field(default_factory=dict)

    def ends_inside(self, end: float) -> tuple[int, int]:
        """(forecasts that hold the end, forecasts given)."""
        given = [(at, left) for at, left in self.forecasts.values() if left is not None]
        return sum(at + left.low <= end <= at + left.high for at, left in given), len(given)


def main() -> None:
    """Run one batch a preset, print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", default="", help="folder of HTML files, packed or not; the project's own otherwise")
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=["fast", "normal", "gentle"])
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # the dead hosts are meant to fail
    with web(given.pages) as ports:
        for preset in given.presets:
            print(batch(preset, given.hosts, ports), flush=True)


@contextmanager
def web(pages: str) -> Iterator[dict[str, int]]:
    """The ports of a running web."""
    command = [sys.executable, "-m", "tests.benchmarks.peers.web", str(LATENCY_SECONDS), pages, "tls"]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    with server:
        server.stdout.readline()
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def batch(preset: str, hosts: int, ports: dict[str, int]) -> str:
    """Run it to its end; what came of it, in a line."""
    refusing, silent = f"127.0.0.1:{ports['refusing_port']}", f"127.0.0.1:{ports['silent_port']}"
    overrides = f"*.refusing.test={refusing},*.silent.test={silent},*.test:443=127.0.0.1:{ports['tls_port']}"
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings.load(
            data_dir=Path(directory) / "data",
            dns_overrides=f"{overrides},*.test:80={refusing}",
            allowed_private_networks="127.0.0.1/32",
            ca_bundle=AUTHORITY,
        )
        service = JobService.open(settings)
        try:
            with Engine(settings, service.database):
                return run(service, preset, targets(hosts))
        finally:
            service.close()


def targets(hosts: int) -> list[str]:
    """The list: every twentieth host is dead."""
    dead = {number: "silent" if number % 5 < 2 else "refusing" for number in range(hosts // DEAD_EVERY)}
    return [
        f"h{n:04}.bulk.test"
        if n % DEAD_EVERY or n // DEAD_EVERY not in dead
        else f"h{n:04}.{dead[n // DEAD_EVERY]}.test"
        for n in range(hosts)
    ]


def run(service: JobService, preset: str, domains: list[str]) -> str:
    """One job, looked at twice a second."""
    began = time.monotonic()
    job_id = service.create_batch_scraping_job(domains, config=PRESETS[preset], start=True).job.id
    course = Course()
    while not (job := service.get_job_status(job_id)).is_final:
        at = time.monotonic() - began
        if course.first_results is None and job.completed_steps >= FIRST_RESULTS:
            course.first_results = at
        ended = (job.completed_steps + job.failed_steps) / job.total_steps
        for moment in MOMENTS:
            if moment <= ended and moment not in course.forecasts:
                with service.database.reading() as session:
                    progress = queries.progress.of_job(session, job, datetime.now(UTC))
                course.forecasts[moment] = at, progress.seconds_left
        time.sleep(POLL_SECONDS)
    seconds = time.monotonic() - began
    inside, given = course.ends_inside(seconds)
    lanes = PRESETS[preset]["concurrency"]
    idle = 1 - working_seconds(service, job_id) / (lanes * seconds)
    first = "–" if course.first_results is None else f"{course.first_results:.1f} s"
    return (
        f"{preset}: {seconds / 60:.1f} min, {job.completed_steps} completed, {job.failed_steps} failed; first "
        f"{FIRST_RESULTS} results after {first}; lanes in pauses {idle:.0%} of the time; "
        f"{inside} of {given} forecasts hold the end"
    )


def working_seconds(service: JobService, job_id: int) -> float:
    """Of all attempts together."""
    ended = sa.select(STEP_ATTEMPTS.c.started_at, STEP_ATTEMPTS.c.completed_at).select_from(
        STEP_ATTEMPTS.join(JOB_STEPS, JOB_STEPS.c.id == STEP_ATTEMPTS.c.step_id)
    )
    with service.database.reading() as session:
        rows = session.execute(ended.where(JOB_STEPS.c.job_id == job_id)).all()
    return sum((row.completed_at - row.started_at).total_seconds() for row in rows)


if __name__ == "__main__":
    main()
