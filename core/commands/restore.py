"""`python -m core restore FILE`."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import click

from core import logs
from core.backups import restore as put_back
from core.db import Database
from core.i18n import N_, _, ngettext
from core.settings import Settings

KEPT_FILE = N_("The database from before is {name}. Delete it when you do not need it any more.")
KEPT_SCHEMA = N_('The tables from before are in a schema. When you do not need them: DROP SCHEMA "{name}" CASCADE')


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Over a database that has data; that is kept beside the restored one.")
def restore(file: Path, replace: bool) -> None:
    """Put the backup FILE back, into SQLite or PostgreSQL, whichever it was taken from. Stop Lote first.

    An older backup is migrated. What was running is pending again; it goes on when Lote is started.
    """
    settings = Settings.load()
    logs.configure(settings.log_format, logging.ERROR)
    database = Database.of(settings)
    try:
        restored = put_back(database, file, datetime.now(UTC), replace=replace)
    finally:
        database.close()
    rows = restored.contents.rows
    click.echo(
        _("Restored: the state of {moment}, {jobs}, {reports}.").format(
            moment=restored.contents.created_at[:16].replace("T", " ") + " UTC",
            jobs=ngettext("{n} job", "{n} jobs", rows.get("jobs", 0)).format(n=rows.get("jobs", 0)),
            reports=ngettext("{n} report", "{n} reports", rows.get("reports", 0)).format(n=rows.get("reports", 0)),
        )
    )
    if n := restored.handed_back:
        told = ngettext("{n} step was running; it will run again.", "{n} steps were running; they will run again.", n)
        click.echo(told.format(n=n))
    if restored.kept is not None:
        click.echo(_(KEPT_FILE if database.is_sqlite else KEPT_SCHEMA).format(name=restored.kept))
