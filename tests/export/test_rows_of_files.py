"""Every format gives every line, in order, with all columns and types, from both databases."""

import io
import json
from datetime import date, datetime

import openpyxl
import pyarrow.parquet as pq

from core.db import Database
from core.export import export
from core.failures import EXPLANATIONS, FailureKind
from tests.export.story import NOW, OURS, READERS, content_of, every_format, job_with_report, mixed_job, new_job, read


@every_format
def test_every_line_as_it_was_given_in_order(database: Database, format: str):
    found = read(database, mixed_job(database), format)
    assert [row["input"] for row in found] == ["s1.test", "exmaple", "s2.test", "S1.test", "S3.test"]
    assert [row["verdict"] for row in found] == ["ok", "rejected", "ok", "duplicate", "corrected"]
    assert [row["status"] for row in found] == ["completed", None, "failed", "completed", "pending"]
    assert [row["reason_sentence"] for row in found] == [
        None,
        found[1]["reason_sentence"],
        None,
        "duplicate of line 1",
        "corrected: case",
    ]
    assert "no dot" in found[1]["reason_sentence"]
    assert [str(row["duplicate_of"] or "") for row in found] == ["", "", "", "1", ""]
    assert [row["title"] for row in found] == ["Example Domain", None, None, "Example Domain", None]
    assert [row["text"] for row in found] == ["Some words", None, None, "Some words", None]
    assert (found[2]["error_kind"], found[2]["error_message"]) == ("timeout", "Timed out after 30 s")
    assert found[2]["error_sentence"] == EXPLANATIONS[FailureKind.TIMEOUT].sentence


@every_format
def test_one_row_a_step_with_the_line_it_came_from(database: Database, format: str):
    found = read(database, mixed_job(database), format, rows="steps")
    assert [int(row["step_number"]) for row in found] == [1, 2, 3]
    assert [int(row["line"]) for row in found] == [1, 3, 5]
    assert [row["client"] for row in found] == ["North", None, None]


@every_format
def test_uploaded_columns_of_all_lines_come_first(database: Database, format: str):
    found = read(database, mixed_job(database), format)
    assert list(found[0]) == ["client", "title_uploaded", "zone", *OURS]
    assert [(row["client"], row["title_uploaded"], row["zone"]) for row in found] == [
        ("North", "theirs", None),
        ("South", None, None),
        (None, None, None),
        (None, None, "4"),
        (None, None, None),
    ]


@every_format
def test_a_job_without_lines_gives_the_columns_alone(database: Database, format: str):
    data = content_of(export(database, new_job(database, total=0), format=format))
    assert READERS[format](data) == []
    if format == "csv":
        assert data.decode("utf-8-sig").strip().split(",") == OURS
    if format == "xlsx":
        assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0][1]] == OURS
    if format == "parquet":
        assert pq.read_schema(io.BytesIO(data)).names == OURS


@every_format
def test_values_keep_their_types(database: Database, format: str):
    (row,) = read(database, job_with_report(database), format)
    is_text = format == "csv"
    assert row["http_status"] == ("200" if is_text else 200)
    assert row["ttfb_seconds"] == ("0.25" if is_text else 0.25)
    assert row["https"] == ("true" if is_text else True)
    moment = "2026-01-31T12:30:15Z"
    assert row["fetched_at"] == {"xlsx": NOW.replace(tzinfo=None), "parquet": NOW}.get(format, moment)
    assert row["published_on"] == {"xlsx": datetime(2025, 12, 24), "parquet": date(2025, 12, 24)}.get(
        format, "2025-12-24"
    )
    assert row["h1s"] == ("One\nTwo" if format in {"csv", "xlsx"} else ["One", "Two"])
    assert row["phones"] == ("+34911234567" if format in {"csv", "xlsx"} else ["+34911234567"])
    flags = [{"flag": "thin_text", "evidence": "23 words"}]
    assert row["flags"] == ("thin_text: 23 words" if format in {"csv", "xlsx"} else flags)
    chain = [{"url": "https://example.com/", "status": 301}]
    assert row["redirect_chain"] == ("301 https://example.com/" if format in {"csv", "xlsx"} else chain)
    answers = {"price": "12 €"}
    assert row["answers"] == (answers if format in {"json", "ndjson"} else json.dumps(answers, ensure_ascii=False))


def test_both_databases_give_the_same_rows(each_database: Database):
    job_id = mixed_job(each_database)
    by_line = read(each_database, job_id, "ndjson")
    assert [row["input"] for row in by_line] == ["s1.test", "exmaple", "s2.test", "S1.test", "S3.test"]
    assert [row["status"] for row in by_line] == ["completed", None, "failed", "completed", "pending"]
    assert [row["duplicate_of"] for row in by_line] == [None, None, None, 1, None]
    assert by_line[0]["fetched_at"] == "2026-01-31T12:30:15Z"
    assert by_line[0]["answers"] == {"price": "12 €"}
    assert set(by_line[0]) == {"client", "title_uploaded", "zone", *OURS}
    by_step = read(each_database, job_id, "ndjson", rows="steps")
    assert [(row["step_number"], row["line"], row["client"]) for row in by_step] == [
        (1, 1, "North"),
        (2, 3, None),
        (3, 5, None),
    ]
