"""Workbooks: ready to work with, sound, within the limits of Excel."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from core.db import Database
from core.errors import InvalidInput
from core.export import export, xlsx
from tests.export.story import (
    OURS,
    content_of,
    job_with_report,
    mixed_job,
    new_job,
    new_lines,
    new_report,
    new_steps,
    read,
)


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


def test_a_workbook_is_sound_xml(database: Database):
    data = content_of(export(database, job_with_report(database, "\x01\x0b\ufffe ok"), format="xlsx"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert b"_x0001_" not in archive.read("xl/worksheets/sheet1.xml")
