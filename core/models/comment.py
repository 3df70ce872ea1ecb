"""Comments."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.models.columns import NO_ID_TWICE, Text


class Comment(SQLModel, table=True):
    """What somebody wrote about a job."""

    __tablename__ = "comments"
    __table_args__ = (Index(None, "job_id", "id"), NO_ID_TWICE)

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    author: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    created_at: datetime
    edited_at: datetime | None = None
