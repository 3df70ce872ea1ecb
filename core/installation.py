"""What this installation is and how it does: the settings in force, engines, database and disk, what is wrong."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import SecretStr

from core import __version__, owner, presence, provider
from core.db import Database, without_password
from core.i18n import N_, _
from core.job_config import MIB
from core.queries import storage, stored_pages
from core.queries.stored_pages import Sizes
from core.settings import Settings
from core.vitals import vitals

LITTLE_SPACE_BYTES = 128 * MIB
"""With less free disk space a database may soon be unable to take reports."""

MEANINGS: dict[str, str] = {
    "database_url": N_("SQLAlchemy URL of the database; without one it is SQLite in the data directory"),
    "auto_migrate": N_("Migrate PostgreSQL at the start; SQLite always is, after a copy"),
    "data_dir": N_("Directory of the database, its backups and the locks of engines"),
    "fetch_threads": N_("Steps that this process works on at a time"),
    "extract_processes": N_("Worker processes that read pages"),
    "max_running_jobs": N_("Jobs that run at a time, over the whole database"),
    "max_steps_per_job": N_("Largest list of one job"),
    "allowed_private_networks": N_("Networks that may be scraped although they are private, on any port"),
    "dns_overrides": N_("Names that are connected to at another address, as by curl's --connect-to"),
    "proxy_url": N_("Proxy for every request; HTTP_PROXY and the like are not used"),
    "ca_bundle": N_("PEM file of certificates trusted beside certifi's"),
    "contact": N_("Address or URL in the default User-Agent, so that a site's owner can ask"),
    "user_agent": N_("User-Agent of jobs that set none"),
    "log_format": N_("Format of the log: text, or json with one object a line"),
    "keep_html_days": N_("Days that stored pages are kept after the end of their job; 0: for ever"),
    "keep_reports_days": N_("Days that reports are kept after the end of their job, whose steps stay; 0: for ever"),
    "keep_attempts_days": N_("Days that the history of attempts is kept; 0: for ever"),
    "keep_jobs_days": N_("Days that ended jobs are kept, with all that is theirs; 0: for ever"),
    "keep_audit_days": N_("Days that the audit log is kept; 0: for ever"),
    "allow_anonymous": N_("Answer other machines although there is no login"),
    "oidc_metadata_url": N_("Login: the OpenID provider's …/.well-known/openid-configuration"),
    "oidc_client_id": N_("Login: Lote's name at the provider"),
    "oidc_client_secret": N_("Login: what proves that name"),
    "oidc_cookie_secret": N_("Login: signs the cookie of who has logged in"),
    "oidc_redirect_uri": N_("Login: Lote's address as browsers see it, ending in /oauth2callback"),
    "oidc_scope": N_("Login: what the provider is asked to tell"),
    "login_days": N_("Login: after so many days everybody has to log in again"),
    "admins": N_("Logins that are admins whatever else says"),
    "default_role": N_("Role of those to whom nobody gave one; none keeps them out"),
    "role_claim": N_("Claim of the ID token that tells roles or groups"),
    "role_values": N_("What the values of that claim mean: group=role"),
    "api_requests_per_minute": N_("Requests that one API token may make in a minute; 0 for no limit"),
}
"""What each setting is for; keys are the fields of `Settings`."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as it is in force. `value` is None when it is not set, and always for a secret."""

    variable: str
    value: str | None
    meaning: str
    is_secret: bool
    is_set: bool
    in_environment: bool


@dataclass(frozen=True, slots=True)
class EngineHere:
    """The engine of this process."""

    is_alive: bool
    can_extract: bool
    running_steps: int
    places: int
    worker_processes: int


@dataclass(frozen=True, slots=True)
class Installation:
    """The facts of one moment; sizes in bytes."""

    version: str
    database: str
    revision: str | None
    database_bytes: int
    stored: Sizes
    data_dir: Path
    free_bytes: int
    disk_bytes: int
    engines: int
    engine: EngineHere | None
    unused_proxy: str | None
    unknown_variables: tuple[str, ...]
    answers_anybody: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, as a sentence in the reader's language; a grave one keeps jobs from being done."""

    sentence: str
    is_grave: bool


def settings_in_force(settings: Settings) -> list[SettingRow]:
    """Every setting in the order of the class, explained in the reader's language."""
    return [_row(settings, name) for name in type(settings).model_fields]


def look(settings: Settings, database: Database) -> Installation:
    """The installation as it is now."""
    with database.reading() as session:
        database_bytes = storage.size(session)
        stored = stored_pages.sizes(session)
        engines = presence.living(session, owner.gone(settings.data_dir))
    disk = shutil.disk_usage(settings.data_dir)
    status = vitals()
    return Installation(
        version=__version__,
        database="SQLite" if database.is_sqlite else "PostgreSQL",
        revision=database.revision(),
        database_bytes=database_bytes,
        stored=stored,
        data_dir=settings.data_dir.absolute(),
        free_bytes=disk.free,
        disk_bytes=disk.total,
        engines=len(engines),
        engine=None
        if status is None
        else EngineHere(
            is_alive=status["alive"],
            can_extract=status["can_extract"],
            running_steps=status["running_steps"],
            places=status["places"],
            worker_processes=status["worker_processes"],
        ),
        unused_proxy=settings.unused_proxy,
        unknown_variables=tuple(settings.unknown_variables),
        answers_anybody=settings.allow_anonymous and provider.of(settings) is None,
    )


def problems(found: Installation, *, little_bytes: int = LITTLE_SPACE_BYTES) -> list[Problem]:
    """What is wrong, grave things first. That no engine lives at all is for every screen to say, not for this list."""
    grave, others = [], []
    if found.engine and not found.engine.is_alive:
        grave.append(_("The engine of this process does not work; the log says why. Start Lote again."))
    if found.engine and not found.engine.can_extract:
        grave.append(
            _("Worker processes cannot be started, so pages cannot be read; the log says why. Is there enough memory?")
        )
    if found.free_bytes < little_bytes:
        sentence = _("Only {n} MiB of disk space are free in {directory}. Make room, or set LOTE_DATA_DIR elsewhere.")
        grave.append(sentence.format(n=found.free_bytes // MIB, directory=found.data_dir))
    if found.unused_proxy:
        sentence = _("The environment sets {name}, which Lote does not use. If a proxy is needed, set LOTE_PROXY_URL.")
        others.append(sentence.format(name=found.unused_proxy))
    for name in found.unknown_variables:
        others.append(_("{name} is set, and there is no such setting. Is it misspelt?").format(name=name))
    if found.answers_anybody:
        others.append(
            _("LOTE_ALLOW_ANONYMOUS is on: everybody who reaches this port can do everything, without a login.")
        )
    return [Problem(text, True) for text in grave] + [Problem(text, False) for text in others]


def _row(settings: Settings, name: str) -> SettingRow:
    annotation = type(settings).model_fields[name].annotation
    is_secret = name != "database_url" and SecretStr in (annotation, *get_args(annotation))
    value = _value(settings, name)
    return SettingRow(
        variable=f"LOTE_{name.upper()}",
        value=None if is_secret else value,
        meaning=_(MEANINGS[name]),
        is_secret=is_secret,
        is_set=value is not None,
        in_environment=name in settings.model_fields_set,
    )


def _value(settings: Settings, name: str) -> str | None:
    """The value that counts, written as in the environment; None for nothing."""
    match name:
        case "database_url":
            return without_password(settings.url)
        case "user_agent":
            return settings.default_user_agent
    match getattr(settings, name):
        case None | "" | ():
            return None
        case SecretStr() as secret:
            return "***" if secret.get_secret_value() else None
        case bool() as yes:
            return str(yes).lower()
        case Path() as path:
            return str(path.absolute())
        case tuple() as parts:
            return ", ".join("=".join(part) if isinstance(part, tuple) else str(part) for part in parts)
        case value:
            return str(value)
