"""Uploaded files as tables: bytes → columns, rows with their line numbers, and the column that holds the targets."""

from core.tables.reading import read_table
from core.tables.table import ROW_LIMIT, UPLOAD_LIMIT_BYTES, Table

__all__ = ["ROW_LIMIT", "UPLOAD_LIMIT_BYTES", "Table", "read_table"]
