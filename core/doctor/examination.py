"""All looks, in order; what one needs and another found missing is left out."""

from collections.abc import Iterator
from datetime import datetime

from core.db import Database, head, without_password
from core.doctor import data, network
from core.doctor.finding import Finding, bad, ok, warning
from core.errors import DatabaseDown, DatabaseUnusable, InvalidInput, LoteError
from core.i18n import _
from core.settings import Settings

NAME = "example.com"
"""Looked up by default: it is there for that (RFC 2606)."""
PORT = 8501


def examine(now: datetime, *, name: str = NAME, port: int = PORT) -> Iterator[Finding]:
    """Every finding, as soon as it is there; of the settings in the environment."""
    yield data.python()
    try:
        settings = Settings.load()
    except InvalidInput as error:
        yield bad("settings", error.message, _("Correct the variable, or take it out."))
        return
    yield from _settings(settings)
    yield from data.files(settings)
    yield from _database(settings)
    yield from network.names(settings, name)
    yield network.proxy(settings)
    yield from network.certificates(settings, now)
    yield network.port(port)
    yield network.workers()


def _settings(settings: Settings) -> Iterator[Finding]:
    for variable in settings.unknown_variables:
        told = _("{name} is set, and there is no such setting.").format(name=variable)
        yield warning("settings", told, _("Is it misspelt?"))
    if settings.allow_anonymous:
        told = _("Everybody who reaches the port can do everything (LOTE_ALLOW_ANONYMOUS).")
        yield warning("settings", told, _("Set up a login, or listen on this machine only."))
    if not settings.unknown_variables and not settings.allow_anonymous:
        yield ok("settings", _("The settings can be used."))


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.data_dir.is_dir():
        return  # looking would make it
    database = Database(settings.url, settings.data_dir)
    try:
        yield from data.schema(database)
        if database.revision() == head():
            yield from data.content(database)
    except (DatabaseDown, DatabaseUnusable) as error:
        yield _unreachable(database, error)
    except Exception as error:  # noqa: BLE001  whatever a driver says is a finding
        yield _unreachable(database, error)
    finally:
        database.engine.dispose()


def _unreachable(database: Database, error: Exception) -> Finding:
    reason = error.message if isinstance(error, LoteError) else str(getattr(error, "orig", None) or error).strip()
    told = _("{database} does not answer: {reason}").format(database=without_password(database.url), reason=reason)
    return bad("database", told, _("Start it, or correct LOTE_DATABASE_URL."))
