"""Reads of people."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core.actor import Role
from core.models import USERS


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who came, or was given a role before (`users` in the models tells each column)."""

    id: int
    login: str
    name: str
    role: Role | None
    is_blocked: bool
    role_set_by: str | None
    seen_role: Role | None
    created_at: datetime
    seen_at: datetime | None


COLUMNS = [USERS.c[name] for name in PersonRow.__slots__]


def find(session: Session, login: str) -> PersonRow | None:
    """Who has this login."""
    row = session.execute(sa.select(*COLUMNS).where(USERS.c.login == login)).one_or_none()
    return PersonRow(*row) if row else None


def newest(session: Session, *, q: str = "", limit: int = 200) -> list[PersonRow]:
    """People whose login or name holds `q`, who came last first, who never came at the end."""
    statement = sa.select(*COLUMNS).order_by(USERS.c.seen_at.desc().nulls_last(), USERS.c.login).limit(limit)
    if q:
        both = (USERS.c.login.icontains(q, autoescape=True), USERS.c.name.icontains(q, autoescape=True))
        statement = statement.where(sa.or_(*both))
    return [PersonRow(*row) for row in session.execute(statement)]


def count(session: Session) -> int:
    """How many people there are."""
    found: int = session.execute(sa.select(sa.func.count()).select_from(USERS)).scalar_one()
    return found
