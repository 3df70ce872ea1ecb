"""Exports 100,000 lines with reports of 2 KB text to every format: seconds, bytes and peak memory of each.

By hand: `python -m tests.benchmarks.export [ROWS] [FORMAT …]`. Every format runs in a process of its own.
"""

import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from core.db import Database
from core.export import FORMATS, export
from core.models import Job, JobLine, JobStep, Report, ReportText
from core.settings import Settings

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ROWS = 100_000
LINKS = 30
TEXT = "A sentence of a page that somebody wrote. " * 48


def main(arguments: list[str]) -> None:
    """Make the database once, then measure each format."""
    rows = int(arguments[0]) if arguments else ROWS
    with TemporaryDirectory() as folder:
        began = time.monotonic()
        fill(database_in(Path(folder)), rows)
        print(f"{rows} rows made in {time.monotonic() - began:.1f} s")
        print(f"{'format':8} {'seconds':>8} {'cpu s':>6} {'MB':>8} {'first s':>8} {'imports MB':>11} {'peak MB':>8}")
        for format in arguments[1:] or sorted(FORMATS):
            subprocess.run([sys.executable, "-m", "tests.benchmarks.export", "--one", folder, format], check=True)


def database_in(folder: Path) -> Database:
    """The database of the benchmark, migrated."""
    database = Database.of(Settings.load(data_dir=folder / "data"))
    database.prepare(False)
    return database


def one(folder: Path, format: str) -> None:
    """Export once and print one row of the table."""
    before, spent_before = peak_megabytes(), time.process_time()
    began = time.monotonic()
    first, size = 0.0, 0
    with export(database_in(folder), 1, format=format) as file:
        for piece in file.chunks:
            size += len(piece)
            first = first or (time.monotonic() - began if piece else 0.0)
    seconds, spent = time.monotonic() - began, time.process_time() - spent_before
    print(
        f"{format:8} {seconds:8.1f} {spent:6.1f} {size / 1e6:8.1f} {first:8.1f} {before:11.0f} {peak_megabytes():8.0f}"
    )


def peak_megabytes() -> float:
    """Largest resident size of this process so far (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def fill(database: Database, rows: int) -> None:
    """One job whose lines, steps and reports are copies of one another."""
    with database.writing() as session:
        session.add(
            Job(
                job_type="batch_scraping",
                name="Benchmark",
                status="completed",
                config={},
                total_steps=rows,
                completed_steps=rows,
                origin="cli",
                created_at=NOW,
                completed_at=NOW,
            )
        )
        session.flush()
        step: dict[str, Any] = {"job_id": 1, "step_number": 1, "name": "Scraping: a.example.com", "status": "completed"}
        step |= {"target": "a.example.com", "host": "a.example.com", "attempts": 1}
        session.add(JobStep(**step, next_attempt_at=NOW, completed_at=NOW))
        session.flush()
        session.add(
            JobLine(job_id=1, line=1, input="a.example.com", verdict="ok", step_id=1, extra={"client": "North"})
        )
        session.add(Report(**report()))
        session.flush()
        session.add(ReportText(report_id=1, text=TEXT))
        session.flush()
        multiply(session, JobStep, rows, ("id", "step_number"))
        multiply(session, JobLine, rows, ("id", "line", "step_id"))
        multiply(session, Report, rows, ("id", "step_id"))
        multiply(session, ReportText, rows, ("report_id",))
    database.engine.dispose()


def report() -> dict[str, Any]:
    """The columns of a report as a home page gives them."""
    lists = ("jsonld_types", "feeds", "categories", "tags", "external_hosts", "emails", "phones", "social_profiles")
    links = [f"https://a.example.com/section/page-{n}" for n in range(LINKS)]
    return {name: ["a value of a list"] for name in lists} | {
        "step_id": 1,
        "job_id": 1,
        "target": "a.example.com",
        "host": "a.example.com",
        "requested_url": "https://a.example.com/",
        "final_url": "https://www.a.example.com/",
        "redirect_chain": [{"url": "https://a.example.com/", "status": 301}],
        "http_status": 200,
        "https": True,
        "ip": "192.0.2.1",
        "ttfb_seconds": 0.25,
        "total_seconds": 0.5,
        "bytes": 123_456,
        "content_type": "text/html",
        "fetched_at": NOW,
        "attempts": 1,
        "extractor_version": "1",
        "title": "Example Domain",
        "description": "This domain is for use in documentation. " * 3,
        "canonical_url": "https://www.a.example.com/",
        "published_on": date(2025, 12, 24),
        "h1s": ["Example Domain"],
        "word_count": 400,
        "content_hash": "0" * 64,
        "internal_links": links,
        "external_links": links[:10],
        "flags": [],
        "answers": {},
    }


def multiply(session: Any, table: type[Any], rows: int, numbered: tuple[str, ...]) -> None:
    """Copy the table's first row; `numbered` columns count from 2."""
    columns = [column.name for column in sa.inspect(table).local_table.columns if not column.computed]
    values = ", ".join("i" if name in numbered else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    name = table.__tablename__
    numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
    first = f"(SELECT * FROM {name} LIMIT 1)"
    session.execute(sa.text(f"INSERT INTO {name} ({names}) {numbers} SELECT {values} FROM n, {first}"), {"rows": rows})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(Path(sys.argv[2]), sys.argv[3])
    else:
        main(sys.argv[1:])
