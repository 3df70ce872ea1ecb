"""Answers to requests that may be sent twice."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.models.columns import Document, Json


class IdempotencyKey(SQLModel, table=True):
    """The answer to a request that may be sent twice; kept 24 h."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    key: str = Field(primary_key=True, max_length=255)
    caller: str = Field(primary_key=True, max_length=255)
    request_hash: str = Field(max_length=64)
    job_id: int | None = Field(default=None, foreign_key="jobs.id", ondelete="SET NULL")
    response: Json | None = Field(default=None, sa_type=Document)
    created_at: datetime
