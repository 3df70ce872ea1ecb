"""Metrics over many steps: seconds that the screen's reads and a Prometheus scrape take, beside plain SQL.

python -m tests.benchmarks.metrics [STEPS] [--postgresql]
"""

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from core.api import create_api
from core.db import Database
from core.job_service import JobService
from core.period import NAMED, named
from core.queries import metrics, metrics_hosts, metrics_now
from core.settings import Settings
from tests import plain_metrics
from tests.benchmarks.database import database
from tests.bulk import OWNERS, fill, summed

TIMES = 5
MADRID = ZoneInfo("Europe/Madrid")


def seconds(work: Callable[[], Any]) -> float:
    """What it takes at its slowest of `TIMES`, after a first time that fills the caches."""
    work()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return max(took)


def screen(database: Database, period: str, owner: str | None, now: datetime) -> None:
    """Everything that the screen reads."""
    asked = named(period, now, MADRID)
    with database.reading() as session:
        metrics.read(session, asked, owner)
        metrics.owners(session)
        metrics_hosts.failing(session, asked, owner)
        metrics_hosts.slowest(session, asked, owner)
        metrics_now.read(session, now)


def main() -> None:
    """Read the arguments, fill a database, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true", help="on a real PostgreSQL instead of SQLite")
    arguments = parser.parse_args()
    with database(postgresql=arguments.postgresql) as (url, directory):
        settings = Settings.load(database_url=url, data_dir=directory / "data", auto_migrate=True)
        with closing(JobService.open(settings)) as service:
            measure(service, arguments.steps)


def measure(service: JobService, steps: int) -> None:
    """Print the figures."""
    database = service.database
    now = datetime.now(UTC)
    began = time.perf_counter()
    fill(database, steps, now)
    filled = time.perf_counter()
    summed(database)
    print(
        f"{database.engine.dialect.name}: {steps:,} steps made in {filled - began:.1f} s,"
        f" their sums by the migration in {time.perf_counter() - filled:.1f} s"
    )
    for period in NAMED:
        for owner in (None, OWNERS[0]):
            took = seconds(lambda period=period, owner=owner: screen(database, period, owner, now))
            print(f"  screen, {period:>3}, {owner or 'all owners':>10}: {1000 * took:4.0f} ms")
    client = TestClient(create_api(service, lambda: {"status": "ok"}), base_url="http://localhost")
    print(f"  scrape: {1000 * seconds(lambda: client.get('/metrics').raise_for_status()):.0f} ms")
    compare(database, now)


def compare(database: Database, now: datetime) -> None:
    """Whether the figures of 90 days are those of plain SQL, and how long that takes."""
    period = named("90d", now, MADRID)
    with database.reading() as session:
        began = time.perf_counter()
        told = plain_metrics.told(session, period.begins_at, period.ends_at, None)
        took = time.perf_counter() - began
        is_equal = told == plain_metrics.of_slot(metrics.read(session, period).whole)
    print(f"  90d by plain SQL: {took:.1f} s, {'the same figures' if is_equal else 'OTHER FIGURES'}")


if __name__ == "__main__":
    main()
