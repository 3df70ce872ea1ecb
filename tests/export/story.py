"""Jobs to export, and files read back with the programs that people use."""

import csv as standard_csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from core import rows
from core.db import Database
from core.export import FORMATS, ExportFile, export
from core.models import Job, JobLine, JobStep, Report, ReportText

NOW = datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC)
OURS = [column.name for column in rows.COLUMNS]
Values = dict[str, Any]

REPORT: Values = {
    "target": "example.com",
    "host": "example.com",
    "requested_url": "https://example.com/",
    "final_url": "https://www.example.com/",
    "redirect_chain": [{"url": "https://example.com/", "status": 301}],
    "http_status": 200,
    "https": True,
    "ttfb_seconds": 0.25,
    "bytes": 1234,
    "fetched_at": NOW,
    "attempts": 1,
    "extractor_version": "1",
    "title": "Example Domain",
    "published_on": date(2025, 12, 24),
    "h1s": ["One", "Two"],
    "jsonld_types": [],
    "feeds": [],
    "word_count": 230,
    "content_hash": "0" * 64,
    "categories": [],
    "tags": [],
    "internal_links": [],
    "external_links": [],
    "external_hosts": [],
    "emails": ["a@example.com"],
    "phones": ["+34911234567"],
    "social_profiles": [],
    "flags": [{"flag": "thin_text", "evidence": "23 words"}],
    "answers": {"price": "12 €"},
}


def new_job(database: Database, *, total: int, name: str = "Cartera Q4", running: bool = False) -> int:
    ended: Values = {"status": "completed", "completed_steps": total, "completed_at": NOW}
    going_on: Values = {"status": "running", "completed_steps": total - 1, "started_at": NOW, "queued_at": NOW}
    values = {
        "job_type": "batch_scraping",
        "name": name,
        "description": "",
        "priority": 0,
        "config": {},
        "total_steps": total,
        "failed_steps": 0,
        "cancelled_steps": 0,
        "created_by": "ana",
        "origin": "ui",
        "created_at": NOW,
    }
    return inserted(database, Job, [values | (going_on if running else ended)])[0]


def inserted(database: Database, table: type[Any], values: list[Values]) -> list[int]:
    with database.writing() as session:
        ids = session.execute(sa.insert(table).returning(sa.inspect(table).primary_key[0]), values).scalars().all()
    return sorted(ids)


def new_steps(database: Database, job_id: int, count: int, **values: Any) -> list[int]:
    step = {"status": "completed", "completed_at": NOW, "attempts": 1, "next_attempt_at": NOW, "fence": 1} | values
    steps = [
        {"job_id": job_id, "step_number": n, "name": "Scraping", "target": f"s{n}.test", "host": f"s{n}.test"} | step
        for n in range(1, count + 1)
    ]
    return inserted(database, JobStep, steps)


def new_lines(database: Database, job_id: int, lines: list[Values]) -> None:
    line: Values = {"job_id": job_id, "verdict": "ok", "reason": None, "step_id": None, "extra": None, "input": "x"}
    inserted(database, JobLine, [line | {"line": n} | values for n, values in enumerate(lines, 1)])


def new_report(database: Database, job_id: int, step_id: int, text: str = "Some words", **values: Any) -> int:
    (report_id,) = inserted(database, Report, [REPORT | {"job_id": job_id, "step_id": step_id} | values])
    inserted(database, ReportText, [{"report_id": report_id, "text": text}])
    with database.writing() as session:
        step = sa.update(JobStep).where(sa.column("id") == step_id)
        session.execute(step.values(result_data={"report_id": report_id}))
    return report_id


def job_with_report(database: Database, text: str = "Some words", extra: Values | None = None, **report: Any) -> int:
    job_id = new_job(database, total=1)
    (step_id,) = new_steps(database, job_id, 1)
    new_lines(database, job_id, [{"step_id": step_id, "extra": extra}])
    new_report(database, job_id, step_id, text, **report)
    return job_id


def mixed_job(database: Database) -> int:
    """Five lines: a good one, a rejected one, one that failed, a duplicate of the first, one corrected and pending."""
    job_id = new_job(database, total=3, running=True)
    done, failed, pending = new_steps(database, job_id, 3)
    with database.writing() as session:
        session.execute(
            sa.update(JobStep)
            .where(sa.column("id") == failed)
            .values(status="failed", error_kind="timeout", error_message="Timed out after 30 s", attempts=3)
        )
        session.execute(
            sa.update(JobStep).where(sa.column("id") == pending).values(status="pending", completed_at=None, attempts=0)
        )
    lines: list[Values] = [
        {"input": "s1.test", "step_id": done, "extra": {"client": "North", "title": "theirs"}},
        {"input": "exmaple", "verdict": "rejected", "reason": "no_dot", "extra": {"client": "South"}},
        {"input": "s2.test", "step_id": failed},
        {"input": "S1.test", "verdict": "duplicate", "reason": "duplicate:1", "step_id": done, "extra": {"zone": "4"}},
        {"input": "S3.test", "verdict": "corrected", "reason": "case", "step_id": pending},
    ]
    new_lines(database, job_id, lines)
    new_report(database, job_id, done, target="s1.test", host="s1.test")
    return job_id


def large_job(database: Database, count: int) -> int:
    job_id = new_job(database, total=count)
    steps = new_steps(database, job_id, count)
    new_lines(database, job_id, [{"step_id": step} for step in steps])
    report = REPORT | {"job_id": job_id}
    reports = inserted(database, Report, [report | {"step_id": step} for step in steps[::4]])
    inserted(database, ReportText, [{"report_id": report_id, "text": "word " * 400} for report_id in reports])
    with database.writing() as session:
        pointers = zip(steps[::4], reports, strict=True)
        session.execute(sa.update(JobStep), [{"id": step, "result_data": {"report_id": n}} for step, n in pointers])
    return job_id


def content_of(file: ExportFile) -> bytes:
    with file:
        return b"".join(file.chunks)


def table_of(data: bytes, separator: str = ",") -> list[dict[str, str]]:
    return list(standard_csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


def from_csv(data: bytes) -> list[Values]:
    return [{name: value or None for name, value in row.items()} for row in table_of(data)]


def from_xlsx(data: bytes) -> list[Values]:
    header, *found = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in found]


def from_json(data: bytes) -> list[Values]:
    found: list[Values] = json.loads(data)["rows"]
    return found


def from_ndjson(data: bytes) -> list[Values]:
    return [json.loads(line) for line in data.decode().split("\n") if line]


def from_parquet(data: bytes) -> list[Values]:
    return pq.read_table(io.BytesIO(data)).to_pylist()  # type: ignore[no-untyped-call,no-any-return]


READERS: dict[str, Callable[[bytes], list[Values]]] = {
    "csv": from_csv,
    "xlsx": from_xlsx,
    "json": from_json,
    "ndjson": from_ndjson,
    "parquet": from_parquet,
}
every_format = pytest.mark.parametrize("format", sorted(FORMATS))


def read(database: Database, job_id: int, format: str, **options: Any) -> list[Values]:
    return READERS[format](content_of(export(database, job_id, format=format, **options)))
