"""`python -m core token create | list | revoke ID`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from core import actor, queries, tokens
from core.actor import Scope
from core.db import Database
from core.i18n import _
from core.job_service import JobService
from core.queries.tokens import TokenRow

PAGE_ROWS = 500
DAY = "%Y-%m-%d"


@click.group()
def token() -> None:
    """Tokens that let programs into the API."""


@token.command()
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.READ.value,
    show_default=True,
    help="What it may do at most.",
)
@click.option(
    "--days", type=int, default=tokens.DEFAULT_DAYS, show_default=True, help="Until it expires; 0: when it is revoked."
)
@click.option("--owner", help="Who signs what it does; by default whoever runs this.")
def create(name: str, scope: str, days: int, owner: str | None) -> None:
    """Create a token. Its secret is the only line on standard output, and is never shown again."""
    with _database() as database:
        signed = owner or actor.current().name
        made = tokens.create(database, name, Scope(scope), days=days or None, owner=signed)
    row = made.row
    until = row.expires_at.strftime(DAY) if row.expires_at else _("never")
    told = _("Token {id} “{name}” of {owner}, scope {scope}, expires: {until}. Keep it: it is not shown again.")
    click.echo(told.format(id=row.id, name=row.name, owner=row.owner, scope=row.scope, until=until), err=True)
    click.echo(made.secret)


@token.command(name="list")
def list_tokens() -> None:
    """Every token, newest first, without its secret."""
    now, cursor = datetime.now(UTC), None
    with _database() as database, database.reading() as session:
        while True:
            page = queries.tokens.page(session, limit=PAGE_ROWS, cursor=cursor)
            for row in page.items:
                click.echo(_line(row, now))
            if (cursor := page.next_cursor) is None:
                break
    if not page.total:
        click.echo(_("There are no tokens."), err=True)


@token.command()
@click.argument("token_id", metavar="ID", type=int)
def revoke(token_id: int) -> None:
    """Revoke a token: it lets nobody in from now on."""
    with _database() as database:
        row = tokens.revoke(database, token_id, by=actor.current().name)
    click.echo(_("Token {id} “{name}” of {owner} is revoked.").format(id=row.id, name=row.name, owner=row.owner))


@contextmanager
def _database() -> Iterator[Database]:
    service = JobService.open()
    try:
        yield service.database
    finally:
        service.close()


def _line(row: TokenRow, now: datetime) -> str:
    """Id, hint, scope, state, expiry, last use, owner, name: separated by tabs, for people and for `cut`."""
    expires = row.expires_at.strftime(DAY) if row.expires_at else _("never")
    used = row.last_used_at.strftime(DAY) if row.last_used_at else _("never")
    return "\t".join([str(row.id), row.hint, row.scope, row.state_at(now), expires, used, row.owner, row.name])
