"""Engine overhead: steps per second through claim, hand-over and settlement, with a scrape that does nothing.

python -m tests.benchmarks.overhead [STEPS] [--postgresql]
"""

import argparse
import resource
import time
from datetime import UTC, datetime
from typing import Any

from core.engine import Engine
from core.job_service import JobService
from core.queue import Claim
from core.settings import Settings
from core.steps import Scraped
from tests.benchmarks.database import database
from tests.story import report_columns


def nothing(claim: Claim, *_others: Any) -> Scraped:
    """A report without a fetch."""
    return Scraped({**report_columns(claim.target), "fetched_at": datetime.now(UTC)}, "text")


def measure(settings: Settings, steps: int) -> None:
    """One job of so many steps, from the creation to its end; prints the figures."""
    service = JobService.open(settings)
    began = time.monotonic()
    domains = [f"h{n}.test" for n in range(steps)]
    config = {"interval_seconds": 0, "concurrency": 64}
    job_id = service.create_batch_scraping_job(domains, config=config).job.id
    created = time.monotonic()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with Engine(settings, service.database, only_job=job_id, scrape=nothing) as engine:
        service.start_job(job_id)
        started, cpu = time.monotonic(), time.process_time()
        engine.wait_for_job()
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - memory
    job = service.get_job_status(job_id)
    service.close()
    kind = service.database.engine.dialect.name
    print(
        f"{kind} {steps:,} steps created in {created - began:.1f} s; {steps / seconds:,.0f} steps/s"
        f" ({1000 * cpu / steps:.2f} ms of processor time each), memory +{grown:.0f} MiB, ended {job.status}"
        f" with {job.completed_steps:,} completed"
    )


def main() -> None:
    """Read the arguments, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="?", type=int, default=5000)
    parser.add_argument("--postgresql", action="store_true", help="on a real PostgreSQL instead of SQLite")
    arguments = parser.parse_args()
    with database(postgresql=arguments.postgresql) as (url, directory):
        values = {"data_dir": directory / "data", "dns_overrides": "*.test=127.0.0.1", "auto_migrate": True}
        measure(Settings.load(database_url=url, extract_processes=1, **values), arguments.steps)


if __name__ == "__main__":
    main()
