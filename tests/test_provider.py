"""Where a login is configured, and that half of one is refused."""

from pathlib import Path
from typing import Any

import pytest

from core import provider
from core.errors import InvalidInput
from core.settings import Settings
from tests.test_login import settings_with

SECRETS = """
[auth]
redirect_uri = "https://lote.example.com/tools/oauth2callback"
cookie_secret = "forty characters or so, only for this one"
"""
GOOGLE = """
[auth.google]
client_id = "lote"
client_secret = "s"
server_metadata_url = "https://accounts.example.com/.well-known/openid-configuration"
"""


def found(directory: Path, text: str | None = None, **values: Any) -> provider.Provider | None:
    if text is not None:
        (directory / ".streamlit").mkdir()
        (directory / ".streamlit" / "secrets.toml").write_text(text)
    return provider.of(Settings.load(**values), (directory,))


def test_without_any_there_is_no_login(tmp_path: Path) -> None:
    assert found(tmp_path) is None
    assert found(tmp_path, '[database]\nname = "x"\n') is None


def test_streamlits_secrets_name_one_or_more_providers(tmp_path: Path) -> None:
    login = found(tmp_path, SECRETS + GOOGLE + GOOGLE.replace("google", "microsoft"))
    assert login
    assert (login.names, login.origin) == (("google", "microsoft"), "https://lote.example.com")


def test_the_environment_names_one_and_wins(tmp_path: Path) -> None:
    login = provider.of(settings_with(oidc_scope="openid email groups"), (tmp_path,))
    assert login
    assert (login.names, login.origin) == (("default",), "http://localhost:8501")
    assert login.auth["client_kwargs"] == {"scope": "openid email groups"}


def test_a_login_never_shows_its_secrets() -> None:
    assert "of the client" not in repr(provider.of(settings_with(), ())) + repr(settings_with())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"oidc_client_secret": ""}, "LOTE_OIDC_CLIENT_SECRET"),
        ({"oidc_redirect_uri": ""}, "LOTE_OIDC_REDIRECT_URI"),
        ({"oidc_redirect_uri": "https://lote.example.com/"}, "oauth2callback"),
        ({"oidc_cookie_secret": "secret"}, "fewer than 32 characters"),
    ],
)
def test_half_a_login_keeps_lote_from_starting(values: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        provider.of(settings_with(**values), (Path("/nowhere"),))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SECRETS, "client_id, client_secret, server_metadata_url is missing"),
        (SECRETS + GOOGLE.replace("client_secret", "secret"), r"client_secret is missing.*\[auth\.google\]"),
        ("[auth", "cannot be read"),
    ],
)
def test_half_a_file_of_secrets_keeps_lote_from_starting(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        found(tmp_path, text)
