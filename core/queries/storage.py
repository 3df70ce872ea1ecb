"""Reads about the database itself."""

import sqlalchemy as sa
from sqlmodel import Session

from core.dialect import is_postgresql


def size(session: Session) -> int:
    """Bytes that the database takes; on SQLite without what its write-ahead log still holds."""
    if is_postgresql(session):
        return int(session.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one())
    statement = sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    return int(session.execute(statement).scalar_one())
