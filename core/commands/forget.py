"""`python -m core forget example.com`."""

import logging
from datetime import UTC, datetime

import click

from core import logs
from core.forget import Forgotten, copies, preview
from core.forget import forget as leave_nothing
from core.i18n import _
from core.job_service import JobService
from core.settings import Settings


@click.command()
@click.argument("domain")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
def forget(domain: str, yes: bool, dry_run: bool) -> None:
    """Delete all that was scraped of DOMAIN and what is below it, and its mentions in what was scraped of others."""
    settings = Settings.load()
    logs.configure(settings.log_format, logging.ERROR)
    service = JobService.open(settings)
    try:
        name, found = preview(service.database, domain, settings)
        click.echo(told(found))
        if dry_run:
            return
        if not yes and click.prompt(_("Type the domain to forget it"), default="", show_default=False) != name:
            raise click.Abort
        leave_nothing(service.database, name, datetime.now(UTC), settings)
    finally:
        service.close()
    click.echo(_("Forgotten. Logs and files that were exported still have it."))
    for copy in copies(settings.data_dir):
        click.echo(_("So has this copy of the database: {file}").format(file=copy))


def told(found: Forgotten) -> str:
    """The counts, one a line."""
    lines = (
        (_("Steps, with lines, attempts and reports: {n}"), found.steps),
        (_("Steps among them that have not ended: {n}"), found.unfinished),
        (_("Jobs without any other step, with their comments: {n}"), found.jobs),
        (_("Reports: {n}"), found.reports),
        (_("Rows in which others name it: about {n}"), found.mentions),
    )
    return "\n".join(template.format(n=n) for template, n in lines)
