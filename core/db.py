"""The database: connections, `reading()` and `writing()` transactions, migrations with a backup before them."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import Session

from core.errors import DatabaseDown, DatabaseFull, DatabaseMoved, DatabaseUnusable
from core.i18n import N_, _
from core.settings import Settings

BUSY_TIMEOUT_SECONDS = 30
BACKUPS_KEPT = 3
SQLITE_DOWN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
POSTGRESQL_DOWN = ("08", "53", "57")
"""Connection exception, insufficient resources, operator intervention."""
POSTGRESQL_FULL = "53100"
IDLE_TRANSACTION_SECONDS = 300
PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
"""libpq's, unless the URL says otherwise: a server that is gone is noticed within half a minute (the last is in ms)."""
MIGRATIONS = Path(__file__).parent / "migrations"

log = logging.getLogger(__name__)


class Database:
    """One database, on SQLite or PostgreSQL; safe to share between threads."""

    def __init__(self, url: str, data_dir: Path) -> None:
        """`url` is SQLAlchemy's; `data_dir` takes backups. Nothing is connected yet."""
        self.url = sa.make_url(url)
        self.data_dir = data_dir
        self._file: Path | None = None
        self._identity: tuple[int, int] | None = None  # device and inode of the file that is open
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        if self.is_sqlite:
            self._watch_file()
            self._reads = self._writes = self.engine
            self._writes = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        else:
            self._reads = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writes = self.engine

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database of the settings; makes the data directory (mode 0700)."""
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusable(
                N_("The data directory {directory} cannot be made: {reason}. Set LOTE_DATA_DIR to another one."),
                directory=settings.data_dir,
                reason=error.strerror,
            ) from error
        database = cls(settings.url, settings.data_dir)
        database._make_private()
        return database

    def _make_private(self) -> None:
        """A new file is its owner's alone, wherever it lies; SQLite would make it as readable as the umask has it.

        What cannot be made is told by the first connection, in the words of the driver.
        """
        if self.is_sqlite and self.url.database not in (None, "", ":memory:"):
            with contextlib.suppress(OSError):
                os.close(os.open(str(self.url.database), os.O_CREAT | os.O_CLOEXEC, 0o600))

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot: everything read in the block belongs together.

        Raises `DatabaseDown` (also `writing()`) when it does not answer, `DatabaseMoved` when its file is another one.
        """
        with self._answering(), Session(self._reads) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back on any error."""
        with self._answering(), Session(self._writes, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection; SQLite's write-ahead log goes into the file, so that the file alone is a copy."""
        if self.is_sqlite:
            with contextlib.suppress(OperationalError, DatabaseMoved), self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")  # a checkpoint cannot run inside a transaction
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.engine.dispose()

    # -- faults

    @contextmanager
    def _answering(self) -> Iterator[None]:
        self._check_file()
        try:
            yield
        except NoConnection as error:
            raise DatabaseDown from error
        except DBAPIError as error:
            if (known := _known(error)) is not None:
                raise known from error
            raise

    def _check_file(self) -> None:
        """Nothing is read or written any more when the path leads to another file than the connections have open."""
        if self._identity is not None and self._file is not None and _identity(self._file) != self._identity:
            raise DatabaseMoved(file=self._file)

    def _watch_file(self) -> None:
        name = self.url.database
        if not name or name == ":memory:" or "uri" in self.url.query:
            return
        self._file = Path(name).absolute()
        # a new connection would open the other file, or make an empty one
        event.listen(self.engine, "do_connect", lambda *_: self._check_file())
        event.listen(self.engine, "connect", lambda *_: self._remember_file())

    def _remember_file(self) -> None:
        if self._identity is None and self._file is not None:
            self._identity = _identity(self._file)

    # -- migrations

    def revision(self) -> str | None:
        """The revision of the schema; None for an empty database."""
        with self.engine.connect() as connection:
            return revision_of(connection)

    def is_current(self) -> bool:
        """Whether the schema is the one that this code was written for; raises `DatabaseDown` as `reading()` does."""
        with self._answering():
            return self.revision() == head()

    def prepare(self, auto_migrate: bool) -> None:
        """Make the schema fit the code. SQLite migrates by itself, PostgreSQL with `auto_migrate` only.

        Raises `DatabaseUnusable` when it cannot be reached, is newer than the code, or has to be migrated by hand.
        """
        current = self._current()
        if current == head():
            return
        if current is not None and current not in revisions():
            raise DatabaseUnusable(
                N_(
                    "The database {database} is newer than this version of Lote (its revision {revision} is unknown"
                    " here). Install the newer version again, or restore a backup from {directory}."
                ),
                database=without_password(self.url),
                revision=current,
                directory=self.data_dir,
            )
        if self.is_sqlite or auto_migrate:
            self.migrate()
        else:
            raise DatabaseUnusable(
                N_(
                    "The database {database} has to be migrated first: run `python -m core migrate`, or set"
                    " LOTE_AUTO_MIGRATE=true."
                ),
                database=without_password(self.url),
            )

    def _current(self) -> str | None:
        try:
            return self.revision()
        except (OperationalError, DBAPIError) as error:
            raise DatabaseUnusable(
                N_("The database {database} cannot be opened: {reason}"),
                database=without_password(self.url),
                reason=str(error.orig).strip(),
            ) from error

    def migrate(self) -> None:
        """Bring the schema to this code's revision; SQLite is copied first and put back when it fails."""
        current = self._current()
        if current == head():
            return
        backup = self._backup(current) if self.is_sqlite and current is not None else None
        try:
            with self._writes.begin() as connection:
                upgrade(connection)
        except (sa.exc.SQLAlchemyError, CommandError) as error:
            log.exception("migration from %s failed", current)
            raise DatabaseUnusable(
                N_(
                    "The migration of {database} failed and was rolled back: {reason}. The database is as it was:"
                    " start the version of Lote that it belongs to. {copy}"
                ),
                database=without_password(self.url),
                reason=str(getattr(error, "orig", None) or error).strip(),
                copy=_("A copy from before is {file}.").format(file=backup) if backup else "",
            ) from error
        log.info("database migrated from %s to %s", current, head())

    def _backup(self, revision: str) -> Path:
        """Copy the database file online to data/backup-<revision>.db; the newest copies stay."""
        target = self.data_dir / f"backup-{revision}.db"
        target.unlink(missing_ok=True)
        with (
            sqlite3.connect(f"file:{self.url.database}?mode=ro", uri=True) as source,
            sqlite3.connect(target) as copy,
        ):
            source.backup(copy)
        source.close()
        copy.close()
        target.chmod(0o600)
        backups = sorted(self.data_dir.glob("backup-*.db"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in backups[BACKUPS_KEPT:]:
            old.unlink()
        return target


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of the schema that this connection sees; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision, that of this code."""
    return _head_of(MIGRATIONS)


@cache
def _head_of(migrations: Path) -> str:
    return str(ScriptDirectory(str(migrations)).get_current_head())


def revisions() -> set[str]:
    """All revisions that this code knows."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Bring the schema to a revision, in the transaction of the caller."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def without_password(url: str | sa.URL) -> str:
    """The URL as it may be shown; PostgreSQL takes passwords in the query of a URL, too."""
    parts = sa.make_url(url)
    hidden = [name for name in parts.query if "password" in name.lower()]
    return parts.difference_update_query(hidden).render_as_string(hide_password=True)


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _known(error: DBAPIError) -> DatabaseDown | None:
    """The error for people when the database does not do its part; None when the statement was at fault."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the primary one
        if code == sqlite3.SQLITE_FULL:
            return DatabaseFull()
        return DatabaseDown() if code in SQLITE_DOWN else None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == POSTGRESQL_FULL:
        return DatabaseFull()
    is_gone = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    return DatabaseDown() if is_gone or state.startswith(POSTGRESQL_DOWN) else None


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_size=10,
        max_overflow=100,
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        # pysqlite begins nothing by itself here: a snapshot for readers, the write lock at once for writers
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _postgresql_engine(url: sa.URL) -> sa.Engine:
    patience = {name: value for name, value in PATIENCE.items() if name not in url.query}
    engine = sa.create_engine(url, connect_args=patience, pool_size=10, max_overflow=100, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # an engine that is stopped in mid-transaction holds its locks no longer than this
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)  # SQLAlchemy does not know it yet
            connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TRANSACTION_SECONDS}s'")
            connection.commit()
            undo.pop_all()

    return engine
