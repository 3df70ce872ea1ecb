"""Take a backup: one snapshot of all rows, while engines and screens go on."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import __version__
from core.backups import content
from core.backups.archive import Contents, written
from core.db import Database, revision_of, without_password
from core.errors import DatabaseUnusable, InvalidInput
from core.i18n import N_

FETCHED_ROWS = 50
"""That are held in memory at a time; each may have a page of megabytes."""

log = logging.getLogger(__name__)


def backup(database: Database, path: Path, now: datetime) -> Contents:
    """Write all rows as they are at one moment to the file, over an older one of that name only at the very end.

    The database may be of an older revision. Raises `InvalidInput` when the file cannot be written,
    `DatabaseUnusable` for an empty database.
    """
    kind = "sqlite" if database.is_sqlite else "postgresql"
    try:
        with database.reading() as session, written(path) as file:
            of_itself: dict[str, Any] = {
                "version": __version__,
                "revision": _revision(session, database),
                "created_at": now.isoformat(),
                "database": kind,
                "sequences": content.sequences(session),
            }
            file.begin(**of_itself)
            for table in content.tables(session):
                file.table(table.name, [column.name for column in table.columns])
                found = session.execute(sa.select(*table.columns), execution_options={"yield_per": FETCHED_ROWS})
                for row in found:
                    file.row(tuple(row), content.plain)
            rows = file.end()
    except OSError as error:
        raise InvalidInput(
            N_("The backup {file} cannot be written: {reason}"), file=path, reason=error.strerror
        ) from error
    log.info("backup written: %s, %d rows", path, sum(rows.values()))
    return Contents(**of_itself, rows=rows)


def _revision(session: Session, database: Database) -> str:
    if (found := revision_of(session.connection())) is not None:
        return found
    raise DatabaseUnusable(
        N_("The database {database} is empty: there is nothing to back up."), database=without_password(database.url)
    )
