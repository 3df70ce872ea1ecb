"""What a backup holds: the tables as they are at the revision of their database, and the values of their columns."""

import base64
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from core import dialect
from core.models import SQLModel

LEFT_OUT = frozenset({"engines"})
"""Who lives now: after a restore others do."""
TABLES = tuple(table.name for table in SQLModel.metadata.sorted_tables if table.name not in LEFT_OUT)
"""In an order in which rows find those that they point to."""


def tables(session: Session) -> list[sa.TableClause]:
    """The tables that are there, with all columns that are stored and not computed."""
    inspector = sa.inspect(session.connection())
    there = set(inspector.get_table_names())
    return [_table(inspector, name) for name in TABLES if name in there]


def _table(inspector: sa.Inspector, name: str) -> sa.TableClause:
    columns = (column for column in inspector.get_columns(name) if "computed" not in column)
    return sa.table(name, *(sa.column(column["name"], _type(column["type"])) for column in columns))


def _type(found: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type by which the values of both databases are alike."""
    match found:
        case sa.DateTime():
            return UTCDateTime()
        case sa.JSON():
            return sa.JSON(none_as_null=True)
    return found


def plain(value: Any) -> str:
    """The form in which JSON holds a value that it does not know."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date):  # or a datetime, in UTC
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in a backup")


def readers(table: sa.TableClause) -> dict[str, Callable[[str], Any]]:
    """Of the columns whose values are not as JSON gives them: how they are read."""
    found: dict[str, Callable[[str], Any]] = {}
    for column in table.columns:
        match column.type:
            case UTCDateTime():
                found[column.name] = datetime.fromisoformat
            case sa.Date():
                found[column.name] = date.fromisoformat
            case sa.LargeBinary():
                found[column.name] = base64.b64decode
    return found


def sequences(session: Session) -> dict[str, int]:
    """The highest id that each table ever gave: a deleted row's id must not be given again."""
    if not dialect.is_postgresql(session):
        return {name: int(n) for name, n in session.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))}
    found = {}
    for table in tables(session):
        if (sequence := _sequence(session, table)) is not None:
            last, is_called = session.execute(sa.text(f"SELECT last_value, is_called FROM {sequence}")).one()
            found[table.name] = int(last) if is_called else 0
    return {name: n for name, n in found.items() if n}


def continue_sequences(session: Session, given: dict[str, int]) -> None:
    """The next id of each table comes after these, and after those of its rows."""
    if not dialect.is_postgresql(session):
        for name, n in given.items():
            session.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            row = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :n)")
            session.execute(row, {"name": name, "n": n})
        return
    for table in tables(session):
        n = given.get(table.name, 0)
        if n and (sequence := _sequence(session, table)) is not None:
            session.execute(sa.select(sa.func.setval(sequence, n)))


def _sequence(session: Session, table: sa.TableClause) -> str | None:
    if "id" not in table.columns:
        return None
    found: str | None = session.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, "id"))).scalar()
    return found
