"""Exports in pieces: memory, one moment, nothing left behind."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from core.db import Database
from core.export import export
from core.models import JobLine
from core.queries import export as reads
from tests.export.story import every_format, from_ndjson, job_with_report, large_job, mixed_job, new_lines


class Reading:
    """Counts the statements that read lines."""

    def __init__(self, database: Database) -> None:
        self.pages = 0
        event.listen(database.engine, "before_cursor_execute", self._seen)

    def _seen(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.pages += "LEFT OUTER JOIN reports" in statement


def test_twelve_thousand_rows_stream_in_chunks(database: Database):
    job_id = large_job(database, 12_000)
    reading = Reading(database)
    sizes = []
    with export(database, job_id, format="ndjson") as file:
        for pages_read, chunk in enumerate(file.chunks, 1):
            assert reading.pages == pages_read
            sizes.append(chunk.count(b"\n"))
    assert sizes == [5_000, 5_000, 2_000]
    with export(database, job_id, format="csv") as file:
        assert next(file.chunks).startswith(b"\xef\xbb\xbfline,")


def test_long_texts_end_a_chunk_early(each_database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_CHARACTERS", 100_000)
    job_id = large_job(each_database, 500)
    with export(each_database, job_id, format="ndjson") as file:
        chunks = list(file.chunks)
    assert len(chunks) > 3
    assert [json.loads(line)["line"] for line in b"".join(chunks).splitlines()] == list(range(1, 501))


def test_an_export_shows_one_moment(each_database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 1)
    job_id = mixed_job(each_database)
    with export(each_database, job_id, format="ndjson") as file:
        data = next(file.chunks)
        with each_database.writing() as session:
            session.execute(sa.update(JobLine).values(input="changed"))
            session.execute(sa.delete(JobLine).where(sa.column("verdict") == "rejected"))
        data += b"".join(file.chunks)
    assert [row["input"] for row in from_ndjson(data)] == ["s1.test", "exmaple", "s2.test", "S1.test", "S3.test"]


@every_format
def test_nothing_is_left_when_the_reader_goes_away(
    database: Database, temporary: Path, monkeypatch: pytest.MonkeyPatch, format: str
):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 1)
    job_id = mixed_job(database)
    file = export(database, job_id, format=format)
    next(file.chunks)
    assert len(list(temporary.iterdir())) == (1 if format in {"xlsx", "parquet"} else 0)
    file.close()
    assert list(temporary.iterdir()) == []

    export(database, job_id, format=format).close()
    dropped = export(database, job_id, format=format)
    next(dropped.chunks)
    del dropped
    assert list(temporary.iterdir()) == []
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("format", ["xlsx", "parquet"])
def test_nothing_is_left_after_an_error(
    database: Database, temporary: Path, monkeypatch: pytest.MonkeyPatch, format: str
):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 1)
    job_id = job_with_report(database)
    new_lines(database, job_id, [{}])
    file = export(database, job_id, format=format)
    next(file.chunks)

    def broken(*_arguments: Any) -> None:
        raise OSError("disk full")

    event.listen(database.engine, "before_cursor_execute", broken)
    with pytest.raises(OSError, match="disk full"):
        next(file.chunks)
    event.remove(database.engine, "before_cursor_execute", broken)
    assert list(temporary.iterdir()) == []
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
