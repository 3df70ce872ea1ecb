"""The file as a whole: name, partial or complete, language, refusals."""

import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from core.db import Database
from core.errors import InvalidInput, NotFound
from core.export import FORMATS, export
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import speaking
from tests.export.story import NOW, OURS, Values, content_of, every_format, job_with_report, mixed_job, new_job, read


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
