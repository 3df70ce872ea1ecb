"""Where a backup is put back: a new, empty place beside what is there, which steps aside at the very end."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from core import owner, presence
from core.backups.content import TABLES
from core.db import Database, without_password
from core.errors import Refused
from core.i18n import N_
from core.models import ENGINES

LOCK_SECONDS = 10
IN_USE = N_(
    "The database {database} is in use. Stop Lote, its workers and whatever else has it open, then try again."
    " Nothing was changed."
)


def check_free(database: Database, *, replace: bool) -> bool:
    """Whether the database has rows. Raises `Refused` then, unless `replace`, and while an engine lives."""
    with database.reading() as session:
        there = set(sa.inspect(session.connection()).get_table_names())
        if ENGINES.name in there and presence.living(session, owner.gone(database.data_dir)):
            raise Refused(IN_USE, database=without_password(database.url))
        has_rows = _has_rows(session, there)
        if has_rows and not replace:
            raise Refused(
                N_(
                    "There is something in the database {database}. With --replace it is kept beside the restored one."
                    " Nothing was changed."
                ),
                database=without_password(database.url),
            )
    return has_rows


def _has_rows(session: Session, there: set[str]) -> bool:
    return any(
        session.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None
        for name in TABLES
        if name in there
    )


def name_of_kept(database: Database, now: datetime) -> str:
    """Under which the present database is kept: a file beside its own, or a schema."""
    name = f"before_restore_{now:%Y%m%d_%H%M%S}"
    if not database.is_sqlite:
        return name
    file = Path(database.url.database or "")
    return str(file.with_name(f"{file.stem}-{name}{file.suffix}").absolute())


@contextmanager
def beside(database: Database, kept: str | None) -> Iterator[Session]:
    """A session on an empty place without tables. At the end of the block it takes the place of the database, which is
    kept under this name, or goes if it has none; after an error nothing has happened.
    """
    if database.is_sqlite:
        with _file_beside(database, kept) as session:
            yield session
    else:
        with database.writing() as session:
            _move_aside(session, kept)
            yield session


# -- SQLite: another file takes the name


@contextmanager
def _file_beside(database: Database, kept: str | None) -> Iterator[Session]:
    file = Path(database.url.database or "")
    unfinished = file.with_name(f".{file.name}.restored")
    for left in (unfinished, *_of_log(unfinished)):
        left.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
    new = Database(f"sqlite:///{unfinished}", database.data_dir)
    try:
        with new.writing() as session:
            yield session
        new.close()
        database.engine.dispose()
        if file.exists():
            _leave_log(database, file)
            if kept is not None:
                os.link(file, kept)
        unfinished.replace(file)
    finally:
        new.close()
        for left in (unfinished, *_of_log(unfinished)):
            left.unlink(missing_ok=True)


def _leave_log(database: Database, file: Path) -> None:
    """All of the database into its one file; only who has it alone can do that, so nobody else has it open."""
    with closing(sqlite3.connect(file, timeout=LOCK_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise Refused(IN_USE, database=without_password(database.url)) from error


def _of_log(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm", "-journal")]


# -- PostgreSQL: the tables go into a schema of their own


def _move_aside(session: Session, kept: str | None) -> None:
    session.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    there = set(sa.inspect(session.connection()).get_table_names())
    moving = [table for table in (*reversed(TABLES), ENGINES.name, "alembic_version") if table in there]
    if kept is not None:
        session.execute(sa.text(f'CREATE SCHEMA "{kept}"'))
    for table in moving:
        aside = f'ALTER TABLE "{table}" SET SCHEMA "{kept}"'
        session.execute(sa.text(aside if kept is not None else f'DROP TABLE "{table}"'))
