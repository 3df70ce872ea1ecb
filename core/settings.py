"""The settings of this installation: one frozen class, read from the environment (`LOTE_…`) and checked at start."""

import os
import ssl
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from core import __version__
from core.actor import Role
from core.errors import InvalidInput
from core.i18n import N_

Network = IPv4Network | IPv6Network
Days = Annotated[int, Field(ge=0, le=36_500)]


class Settings(BaseSettings):
    """Each field is the environment variable `LOTE_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="LOTE_", frozen=True, extra="ignore")

    database_url: SecretStr = SecretStr("")
    """SQLAlchemy URL; empty means SQLite in the data directory."""
    auto_migrate: bool = False
    """Migrate PostgreSQL at start; SQLite always is."""
    data_dir: Path = Path("data")
    """Database, backups and engine locks."""
    fetch_threads: Annotated[int, Field(ge=1, le=256)] = 32
    """Steps that this process works on at a time."""
    extract_processes: Annotated[int, Field(ge=1, le=64)] = os.cpu_count() or 1
    """Worker processes that read pages."""
    max_running_jobs: Annotated[int, Field(ge=1, le=1000)] = 4
    """Jobs that run at a time, over the whole database."""
    max_steps_per_job: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    """Largest list of one job."""
    allowed_private_networks: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks, separated by commas, that may be connected to although they are private; on any port."""
    dns_overrides: Annotated[tuple[tuple[str, str], ...], NoDecode] = ()
    """`name[:port]=address[:port]`, separated by commas; `*.test` matches every name below `test`."""
    proxy_url: SecretStr | None = None
    """Proxy for every request; the environment's own proxy variables are not used."""
    ca_bundle: Path | None = None
    """PEM file of certificates trusted in addition to certifi's."""
    contact: str = ""
    """Address or URL that the default User-Agent gives, so that a site's owner can ask."""
    user_agent: str = ""
    """User-Agent header; by default it names the product and the contact."""
    log_format: Literal["text", "json"] = "text"
    """Format of the log lines."""
    keep_html_days: Days = 0
    """Days that stored pages are kept after the end of their job; 0 is for ever, here and in the next ones."""
    keep_reports_days: Days = 0
    """Days that reports are kept after the end of their job."""
    keep_attempts_days: Days = 0
    """Days that attempts are kept after their end."""
    keep_jobs_days: Days = 0
    """Days that jobs are kept, with all that is theirs, after their end."""
    keep_audit_days: Days = 0
    """Days that the audit log is kept."""
    allow_anonymous: bool = False
    """Answer requests from other machines although there is no login."""
    oidc_metadata_url: str = ""
    """OpenID Connect: the provider's `…/.well-known/openid-configuration`; with it the next four are needed."""
    oidc_client_id: str = ""
    """Lote's name at the provider."""
    oidc_client_secret: SecretStr = SecretStr("")
    """What proves that name."""
    oidc_cookie_secret: SecretStr = SecretStr("")
    """Signs the login's cookie; at least 32 characters."""
    oidc_redirect_uri: str = ""
    """Address of Lote as browsers see it, with `/oauth2callback` at its end."""
    oidc_scope: str = "openid email profile"
    """What the provider is asked to tell; some want `groups` in it."""
    login_days: Annotated[int, Field(ge=1, le=30)] = 30
    """After so many days everybody has to log in again."""
    admins: Annotated[tuple[str, ...], NoDecode] = ()
    """Logins, separated by commas, that are admins whatever else says: how the first one comes in."""
    default_role: Literal["none", "viewer", "analyst", "admin"] = "viewer"
    """Role of those to whom nobody gave one; with "none" they may not come in."""
    role_claim: str = ""
    """Claim of the ID token that tells roles or groups; `realm_access.roles` is a claim inside another."""
    role_values: Annotated[tuple[tuple[str, Role], ...], NoDecode] = ()
    """`value=role`, separated by commas: what the claim's values mean, if they are not the names of roles."""
    api_requests_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 600
    """Requests of one API token in a minute; 0 for no limit."""

    @field_validator("allowed_private_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(ip_network(part, strict=False) for part in _parts(value)) if isinstance(value, str) else value

    @field_validator("dns_overrides", mode="before")
    @classmethod
    def _overrides(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = []
        for part in _parts(value):
            name, sep, address = part.partition("=")
            if not sep or not name.strip() or not address.strip():
                raise ValueError(f"'{part}' is not name=address")
            pairs.append((name.strip().lower(), address.strip()))
        return tuple(pairs)

    @field_validator("admins", mode="before")
    @classmethod
    def _logins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.lower() if "@" in part else part for part in _parts(value))

    @field_validator("role_values", mode="before")
    @classmethod
    def _meanings(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition("=") for part in _parts(value)]
        for given, sep, role in pairs:
            if not sep or not given.strip() or role.strip().lower() not in set(Role):
                raise ValueError(f"'{given}{sep}{role}' is not value=role, with a role of {', '.join(Role)}")
        return tuple((given.strip(), Role(role.strip().lower())) for given, _sep, role in pairs)

    @field_validator(*(f"keep_{kind}_days" for kind in ("html", "reports", "attempts", "jobs", "audit")), mode="before")
    @classmethod
    def _for_ever(cls, value: object) -> object:
        return 0 if isinstance(value, str) and value.strip().lower() in {"", "none"} else value

    @field_validator("database_url", mode="after")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value()
        try:
            known = not given or make_url(given).get_backend_name() in {"sqlite", "postgresql", "postgres"}
        except (ArgumentError, ValueError) as error:
            raise ValueError("it is not a URL such as postgresql://user:password@host/name") from error
        if not known:
            raise ValueError("only sqlite:// and postgresql:// are possible")
        return value

    @field_validator("proxy_url", mode="after")
    @classmethod
    def _usable_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it is not a URL such as http://user:password@proxy.example:3128")
        return value

    @field_validator("ca_bundle", mode="after")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
        except OSError as error:  # ssl.SSLError is one
            raise ValueError(f"{value} cannot be read as a PEM file of certificates") from error
        return value

    @classmethod
    def load(cls, **values: object) -> "Settings":
        """The settings of the environment; `values` win. Raises `InvalidInput` that names the variable and the rule."""
        try:
            return cls(**values)  # type: ignore[arg-type]
        except ValidationError as error:
            problem = "; ".join(f"LOTE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise InvalidInput(N_("The settings cannot be used: {problem}"), problem=problem) from error

    @cached_property
    def url(self) -> str:
        """The SQLAlchemy URL of the database, with the driver that Lote uses."""
        given = self.database_url.get_secret_value()
        if not given:
            return f"sqlite:///{self.data_dir.absolute() / 'lote.db'}"
        scheme, sep, rest = given.partition("://")
        return f"postgresql+psycopg{sep}{rest}" if scheme in {"postgres", "postgresql"} else given

    @cached_property
    def default_user_agent(self) -> str:
        """The User-Agent of a job that does not set one."""
        if self.user_agent:
            return self.user_agent
        return f"Lote/{__version__} ({f'+{self.contact}' if self.contact else 'internal data app'})"

    @property
    def unknown_variables(self) -> list[str]:
        """Variables of the environment that begin with `LOTE_` and are no setting: typing errors, most likely."""
        known = {f"LOTE_{name.upper()}" for name in type(self).model_fields}
        return sorted(name for name in os.environ if name.upper().startswith("LOTE_") and name.upper() not in known)

    @property
    def unused_proxy(self) -> str | None:
        """The name of the environment's proxy variable that is set and not used, if there is one."""
        if self.proxy_url is not None:
            return None
        proxies = getproxies()
        return next((f"{scheme}_proxy" for scheme in ("https", "http", "all") if proxies.get(scheme)), None)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
