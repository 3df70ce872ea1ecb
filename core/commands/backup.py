"""`python -m core backup FILE`."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import click

from core import audit, logs
from core.backups import backup as take
from core.db import Database, head
from core.i18n import _, ngettext
from core.job_config import MIB
from core.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write all data to FILE while Lote works; in a directory, to a file named after the moment.

    It can be restored into SQLite and PostgreSQL alike. It holds what was scraped and hashes of tokens: only you can
    read it.
    """
    settings, now = Settings.load(), datetime.now(UTC)
    logs.configure(settings.log_format, logging.ERROR)
    database = Database.of(settings)
    if file.is_dir():
        file /= f"lote-{now:%Y%m%d-%H%M%S}.backup"
    try:
        contents = take(database, file, now)
        if contents.revision == head():
            with database.writing() as session:
                audit.record(session, "data.backed_up", rows=sum(contents.rows.values()))
    finally:
        database.close()
    jobs = ngettext("{n} job", "{n} jobs", contents.rows.get("jobs", 0)).format(n=contents.rows.get("jobs", 0))
    reports = contents.rows.get("reports", 0)
    click.echo(
        _("Written: {file}, {size} MiB; {jobs}, {reports}.").format(
            file=file,
            size=f"{file.stat().st_size / MIB:.1f}",
            jobs=jobs,
            reports=ngettext("{n} report", "{n} reports", reports).format(n=reports),
        )
    )
