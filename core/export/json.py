"""json (one object: job, partial, rows) and ndjson (one row a line): real lists and numbers, times in ISO 8601."""

from collections.abc import Iterator
from dataclasses import asdict

from core.export.content import Content, Table
from core.rows import document_text


def pieces(content: Content) -> Iterator[bytes]:
    """The object; its rows come one chunk a piece."""
    head = {
        "job": asdict(content.job),
        "partial": content.partial,
        "finished_steps": content.finished_steps,
        "total_steps": content.job.total_steps,
        "exported_at": content.made_at,
        "rows_of": content.rows_of,
        "total_rows": content.total,
    }
    yield _bytes(document_text(head)[:-1] + ', "rows": [')
    before = "\n"
    for rows in _rows(content):
        yield _bytes(before + ",\n".join(rows))
        before = ",\n"
    yield b"\n]}\n"


def line_pieces(content: Table) -> Iterator[bytes]:
    """The rows alone, one object a line; one chunk a piece."""
    for rows in _rows(content):
        yield _bytes("\n".join(rows) + "\n")


def _rows(content: Table) -> Iterator[list[str]]:
    names = [column.name for column in content.columns]
    for frame in content.frames():
        yield [document_text(dict(zip(names, row, strict=True))) for row in frame.itertuples(index=False, name=None)]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
