"""The OpenID Connect provider that says who people are: named by the environment or by Streamlit's secrets.toml."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import InvalidInput
from core.i18n import N_, _
from core.settings import Settings

SECRETS_FILE = Path(".streamlit") / "secrets.toml"
DEFAULT = "default"
"""Streamlit's name for the provider that stands in `[auth]` itself, not in a section of its own."""
CALLBACK = "/oauth2callback"
SHORTEST_SECRET = 32
"""Characters; with a shorter one a cookie could be forged by trying."""
KEYS = ("client_id", "client_secret", "server_metadata_url")
SHARED_KEYS = ("redirect_uri", "cookie_secret")
VARIABLES = {
    "server_metadata_url": "LOTE_OIDC_METADATA_URL",
    "client_id": "LOTE_OIDC_CLIENT_ID",
    "client_secret": "LOTE_OIDC_CLIENT_SECRET",
    "cookie_secret": "LOTE_OIDC_COOKIE_SECRET",
    "redirect_uri": "LOTE_OIDC_REDIRECT_URI",
}
"""Keys of Streamlit's `[auth]` and the environment variables that may stand for them."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A login as it is configured."""

    auth: Mapping[str, Any] = field(repr=False)
    """Streamlit's section `[auth]`."""
    names: tuple[str, ...]
    """What `st.login` takes; mostly there is `DEFAULT` alone."""
    origin: str
    """Scheme, host and port of Lote as browsers see it."""

    @property
    def cookie_secret(self) -> str:
        """What signs the login's cookie."""
        return str(self.auth["cookie_secret"])


def of(settings: Settings, directories: tuple[Path, ...] | None = None) -> Provider | None:
    """The provider, or None without a login. The environment wins; `directories` may hold secrets, the last one wins.

    Raises `InvalidInput` for half a configuration: nobody should be let in because of a forgotten line.
    """
    directories = directories or (Path(os.path.expanduser("~")), Path.cwd())
    auth = _environment(settings) or _secrets([directory / SECRETS_FILE for directory in directories])
    if not auth:
        return None
    named = {name: part for name, part in auth.items() if isinstance(part, dict) and name != "client_kwargs"}
    if any(key in auth for key in KEYS) or not named:
        named = {DEFAULT: auth} | named
    _check(auth, SHARED_KEYS)
    for name, part in named.items():
        _check(part, KEYS, name)
        if "_" in name:
            raise _unusable(_("the name {name} of a provider has a “_”").format(name=name))
    return Provider(auth, tuple(named), _origin(str(auth["redirect_uri"]), str(auth["cookie_secret"])))


def _environment(settings: Settings) -> dict[str, Any]:
    given = {
        "server_metadata_url": settings.oidc_metadata_url,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "cookie_secret": settings.oidc_cookie_secret.get_secret_value(),
        "redirect_uri": settings.oidc_redirect_uri,
    }
    auth: dict[str, Any] = {key: value for key, value in given.items() if value}
    return auth | {"client_kwargs": {"scope": settings.oidc_scope}} if auth else {}


def _secrets(files: list[Path]) -> dict[str, Any]:
    auth: dict[str, Any] = {}
    for file in files:
        try:
            auth = tomllib.loads(file.read_text(encoding="utf-8")).get("auth", auth)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise _unusable(_("{file} cannot be read: {reason}").format(file=file, reason=error)) from error
    return auth


def _check(part: Mapping[str, Any], keys: tuple[str, ...], name: str = DEFAULT) -> None:
    missing = [key for key in keys if not part.get(key)]
    if missing:
        where = "auth" if name == DEFAULT else f"auth.{name}"
        words = _("{keys} is missing: set {variables}, or give it in [{section}] of .streamlit/secrets.toml")
        variables = ", ".join(VARIABLES[key] for key in missing)
        raise _unusable(words.format(keys=", ".join(missing), variables=variables, section=where))


def _origin(redirect_uri: str, cookie_secret: str) -> str:
    parts = urlsplit(redirect_uri)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not parts.path.endswith(CALLBACK):
        raise _unusable(_("redirect_uri is not a URL such as https://lote.example.com/oauth2callback"))
    if len(cookie_secret) < SHORTEST_SECRET:
        raise _unusable(_("cookie_secret has fewer than {n} characters").format(n=SHORTEST_SECRET))
    return f"{parts.scheme}://{parts.netloc}"


def _unusable(problem: str) -> InvalidInput:
    return InvalidInput(N_("The login cannot be used: {problem}."), problem=problem)
