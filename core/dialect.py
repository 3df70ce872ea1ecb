"""What SQLite and PostgreSQL do each in their own way."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def insert(session: Session, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT."""
    return inserting(is_postgresql(session), table)


def inserting(is_postgresql: bool, table: sa.Table) -> Any:
    """The same, for a statement that is made once and kept."""
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def epoch_seconds(session: Session, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Whole seconds from 1970 to a stored moment."""
    if is_postgresql(session):
        return sa.cast(sa.func.floor(sa.extract("epoch", moment)), sa.BigInteger)
    return sa.cast(sa.func.strftime("%s", moment), sa.Integer)


def go_one_by_one(session: Session, key: int) -> None:
    """Wait until no other transaction has this lock, and keep it to the end; on SQLite they do so by themselves."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def keep_away(session: Session, key: int) -> None:
    """Keep out those that go one by one with this key, to the end of the transaction, but none that does the same."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(key)))
