"""Tokens for the API."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.actor import Role
from core.models.columns import NO_ID_TWICE, Text, enumeration


class ApiToken(SQLModel, table=True):
    """A secret that lets a program in; the secret itself is stored nowhere."""

    __tablename__ = "api_tokens"
    __table_args__ = (Index(None, "owner", "id"), NO_ID_TWICE)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text)
    hint: str = Field(max_length=20)
    """The first characters of the token, by which people tell theirs apart."""
    secret_hash: str = Field(unique=True, max_length=64)
    """SHA-256 of the token, in hexadecimal; enough for 256 random bits (a password would need a slow hash)."""
    scope: Role = Field(sa_type=enumeration(Role, "scope"))
    """What it may do: read, write and admin are the roles viewer, analyst and admin."""
    owner: str = Field(sa_type=Text)
    """Who made it; what it does is signed by this name."""
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    """Within a minute."""
    revoked_at: datetime | None = None
    revoked_by: str | None = Field(default=None, sa_type=Text)
