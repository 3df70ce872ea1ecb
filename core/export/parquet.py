"""parquet: typed columns, one row group a chunk; the schema depends on the columns alone, never on the values."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.export import temporary
from core.export.content import Content
from core.rows import Column, Kind, document_text, item_text, pair_text

TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.URL: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TRUTH: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.REDIRECTS: pa.list_(pa.struct([("url", pa.string()), ("status", pa.int64())])),
    Kind.FLAGS: pa.list_(pa.struct([("flag", pa.string()), ("evidence", pa.string())])),
    Kind.PAIRS: pa.list_(pa.string()),
    Kind.DOCUMENT: pa.string(),
}


def pieces(content: Content) -> Iterator[bytes]:
    """The file, streamed when it is complete."""
    return temporary.streamed(lambda path: _write(content, path), "parquet")


def schema_of(content: Content) -> pa.Schema:
    """Names and types; the metadata says which job it was, and whether it was partial."""
    facts = {"job_id": content.job.id, "name": content.job.name, "partial": content.partial}
    fields = [(column.name, TYPES[column.kind]) for column in content.columns]
    return pa.schema(fields, metadata={"lote": document_text(facts | {"exported_at": content.made_at})})


def _write(content: Content, path: Path) -> Iterator[None]:
    schema = schema_of(content)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for frame in content.frames():
            writer.write_table(pa.Table.from_pandas(_plain(frame, content.columns), schema, preserve_index=False))
            yield


def _plain(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """The frame with documents as JSON and lists of one type each, as the schema says."""
    for column in columns:
        if column.kind in PLAIN_FORMS:
            plain = PLAIN_FORMS[column.kind]
            cells = [None if value is None else plain(value) for value in frame[column.name]]
            frame[column.name] = pd.Series(cells, dtype=object)
    return frame


def _evidence(value: Any) -> str | None:
    return None if value is None else item_text(value)


PLAIN_FORMS: dict[Kind, Callable[[Any], Any]] = {
    Kind.DOCUMENT: document_text,
    Kind.TEXTS: lambda items: [item_text(item) for item in items],
    Kind.PAIRS: lambda items: [pair_text(item) for item in items],
    Kind.REDIRECTS: lambda items: [{"url": item.get("url"), "status": item.get("status")} for item in items],
    Kind.FLAGS: lambda items: [
        {"flag": item.get("flag"), "evidence": _evidence(item.get("evidence"))} for item in items
    ],
}
"""Kinds whose values need a form that Arrow's type takes."""
