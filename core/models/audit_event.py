"""Who did what to which thing."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.actor import Means
from core.models.columns import NO_ID_TWICE, Document, Json, Text, enumeration


class AuditEvent(SQLModel, table=True):
    """Something that somebody did; written in the transaction that does it, never changed."""

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "at", "id"), Index(None, "thing", "thing_id", "id"), NO_ID_TWICE)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str = Field(sa_type=Text)
    means: Means = Field(sa_type=enumeration(Means, "means"))
    token_id: int | None = None
    """The token that was used; it may have been deleted."""
    action: str = Field(max_length=40)
    """`job.created`, `job.commented`, `token.revoked`, `user.role_set`."""
    thing: str = Field(max_length=20)
    """`job` (its comments and reports are told as its own), `token`, `user`, `host`, `data`."""
    thing_id: str = Field(default="", max_length=320)
    """Its id, host or login; it may be gone."""
    details: Json = Field(default_factory=dict, sa_type=Document)
    """What was changed into what; never a secret."""
