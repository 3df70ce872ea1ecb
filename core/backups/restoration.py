"""Put a backup back: all of it or nothing, into a new place; what was running goes on as if its engines had died."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import audit, queue
from core.backups import archive, content
from core.backups.archive import NEWER, Contents
from core.backups.place import IN_USE, beside, check_free, name_of_kept
from core.db import Database, revisions, upgrade, without_password
from core.errors import DatabaseUnusable, InvalidInput, Refused
from core.i18n import N_
from core.models import JOB_STEPS

BATCH_ROWS = 500
BATCH_CHARACTERS = 16 * 1024 * 1024
LOCK_NOT_AVAILABLE = "55P03"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that is now which was there before: a file, or a schema of the database; None when
    there was nothing. `handed_back` steps were running and will run again.
    """

    contents: Contents
    kept: str | None
    handed_back: int


def restore(database: Database, path: Path, now: datetime, *, replace: bool = False) -> Restored:
    """Put the rows of the file into the database, which then has this code's revision; open it anew afterwards.

    Raises `InvalidInput` for a file that cannot be used (see `archive.look_into`, and a newer revision), `Refused`
    while the database is in use or has rows without `replace`; the database is then as it was.
    """
    contents = archive.look_into(path)
    if contents.revision not in revisions():
        raise InvalidInput(NEWER, file=path, version=contents.version)
    kept = name_of_kept(database, now) if check_free(database, replace=replace) else None
    try:
        with beside(database, kept) as session:
            upgrade(session.connection(), contents.revision)
            _load(session, path)
            content.continue_sequences(session, contents.sequences)
            upgrade(session.connection())
            handed_back = _hand_back(session, now)
            audit.record(session, "data.restored", from_revision=contents.revision, rows=sum(contents.rows.values()))
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise Refused(IN_USE, database=without_password(database.url)) from error
        raise DatabaseUnusable(
            N_("The backup {file} could not be put back: {reason}. The database is as it was."),
            file=path,
            reason=str(error.orig).strip(),
        ) from error
    log.info("backup restored: %s, %d rows, %d steps handed back", path, sum(contents.rows.values()), handed_back)
    return Restored(contents, kept, handed_back)


def _load(session: Session, path: Path) -> None:
    there = {table.name: table for table in content.tables(session)}
    for name, rows in groupby(archive.rows_of(path), key=lambda row: row[0]):
        table = there[name]
        read = content.readers(table)
        for batch in _batches(rows):
            values = [
                {
                    column: read[column](value) if column in read and value is not None else value
                    for column, value in zip(columns, row, strict=True)
                }
                for _name, columns, row in batch
            ]
            session.execute(sa.insert(table), values)


def _batches(rows: Iterator[tuple[str, list[str], list[Any]]]) -> Iterator[list[tuple[str, list[str], list[Any]]]]:
    """Not too many at a time, and not too large ones."""
    batch, characters = [], 0
    for row in rows:
        batch.append(row)
        characters += sum(len(value) for value in row[2] if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _hand_back(session: Session, now: datetime) -> int:
    """Running steps are pending again, and no attempt is spent: their engines are not here."""
    owners = session.execute(sa.select(JOB_STEPS.c.lease_owner).where(JOB_STEPS.c.lease_owner.is_not(None)).distinct())
    return len(queue.rescue(session, "", list(owners.scalars()), now))
