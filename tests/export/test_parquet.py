"""parquet: row groups, and a schema that does not depend on the values."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.db import Database
from core.export import export
from core.queries import export as reads
from tests.export.story import OURS, content_of, from_parquet, large_job, mixed_job, new_job


def test_parquet_has_a_row_group_a_chunk(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "CHUNK_ROWS", 100)
    data = content_of(export(database, large_job(database, 250), format="parquet"))
    metadata = pq.read_metadata(io.BytesIO(data))
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [100, 100, 50]
    assert [row["line"] for row in from_parquet(data)] == list(range(1, 251))


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
