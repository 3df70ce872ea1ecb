"""Pages as they were fetched, each once however many reports have it."""

import builtins
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class StoredPage(SQLModel, table=True):
    """The HTML of a page, packed as `core.stored_page` does; it goes with the last report that has it."""

    __tablename__ = "stored_pages"
    __table_args__ = (Index("ix_stored_pages_sizes", "bytes", "stored_bytes"),)

    sha256: str = Field(primary_key=True, max_length=64)
    """Of the page as served and decompressed, in hexadecimal."""
    bytes: int
    stored_bytes: int
    """Of `body`: what it takes here."""
    created_at: datetime
    body: builtins.bytes
