"""Engines that live."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.models.columns import Document, Json, Text


class EngineRecord(SQLModel, table=True):
    """One start of an engine; it renews `seen_at` while it lives, and goes with its process."""

    __tablename__ = "engines"

    id: str = Field(primary_key=True, max_length=80)
    kind: str = Field(max_length=20)
    machine: str = Field(sa_type=Text)
    pid: int
    version: str = Field(max_length=40)
    started_at: datetime
    seen_at: datetime
    vitals: Json = Field(sa_type=Document)
