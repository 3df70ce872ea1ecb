"""People who have logged in, or were given a role before they did."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.actor import Role
from core.models.columns import NO_ID_TWICE, Text, enumeration


class User(SQLModel, table=True):
    """Somebody known by a login."""

    __tablename__ = "users"
    __table_args__ = (NO_ID_TWICE,)

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=320)
    """The e-mail address in lower case if the provider gives a verified one, else its `sub`."""
    name: str = Field(default="", sa_type=Text)
    """As the provider gave it at the last visit."""
    role: Role | None = Field(default=None, sa_type=enumeration(Role, "role"))
    """Set by an admin; null: as the provider's claim or the default says."""
    is_blocked: bool = False
    """Set by an admin: may not come in, whatever the claim or the default says."""
    role_set_by: str | None = Field(default=None, sa_type=Text)
    seen_role: Role | None = Field(default=None, sa_type=enumeration(Role, "seen_role"))
    """The role at the last visit, whoever gave it: their tokens have no more. Null: none, or they never came."""
    created_at: datetime
    seen_at: datetime | None = None
    """The last visit, within some minutes; null for who never came."""
