"""`python -m core prune`."""

import logging
from datetime import UTC, datetime

import click

from core import logs
from core.db import Database
from core.i18n import _
from core.job_service import JobService
from core.prune import due
from core.prune import prune as let_go
from core.retention import NAMES, Kind, Retention
from core.settings import Settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
def prune(dry_run: bool) -> None:
    """Delete what has been kept as long as LOTE_KEEP_…_DAYS say; engines do so every hour by themselves."""
    settings, now = Settings.load(), datetime.now(UTC)
    logs.configure(settings.log_format, logging.ERROR)
    service = JobService.open(settings)
    try:
        _tell(service.database, Retention.of(settings), now, dry_run)
    finally:
        service.close()


def _tell(database: Database, retention: Retention, now: datetime, dry_run: bool) -> None:
    with database.reading() as session:
        found = due(session, retention, now)
    for kind in Kind:
        click.echo(_line(kind, retention.days[kind], found[kind]))
    if not dry_run:
        let_go(database, retention, now)
        click.echo(_("Done."))


def _line(kind: Kind, days: int, n: int) -> str:
    name, variable = _(NAMES[kind]), f"LOTE_KEEP_{kind.upper()}_DAYS"
    if not days:
        return _("{name}: kept for ever ({variable} is not set)").format(name=name, variable=variable)
    return _("{name}: {n} older than {days} days ({variable})").format(name=name, n=n, days=days, variable=variable)
