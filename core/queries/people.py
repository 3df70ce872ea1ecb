"""Reads of people."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core.actor import Role
from core.models import USERS
from core.queries.rows import Page


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


def numbered(session: Session, *, page: int = 1, size: int = 20, q: str = "") -> Page[PersonRow]:
    """People whose login or name holds `q`, by login, so that no row moves under a click; pages from 1."""
    both = (USERS.c.login.icontains(q, autoescape=True), USERS.c.name.icontains(q, autoescape=True))
    found = sa.select(*COLUMNS).where(sa.or_(*both) if q else sa.true())
    total = session.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar_one()
    rows = session.execute(found.order_by(USERS.c.login).limit(size).offset((page - 1) * size))
    return Page([PersonRow(*row) for row in rows], None, total, True)
