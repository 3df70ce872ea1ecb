"""Cookies of a login, made by Streamlit itself, and by itsdangerous where they are to be older than now."""

from datetime import datetime
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from core.login import COOKIE

ORIGIN = "http://localhost:8501"
COOKIE_SECRET = "the cookie secret of the tests, nobody else's"


def login_cookies(secret: str = COOKIE_SECRET, origin: str = ORIGIN, **claims: Any) -> dict[str, str]:
    """What the browser of somebody with these claims sends, in several parts where there are many."""
    cookies: dict[str, str] = {}

    def sign(name: str, value: str) -> bytes:
        return create_signed_value(secret, name, value)

    set_cookie_with_chunks(
        lambda name, value: cookies.update({name: sign(name, value).decode()}),
        sign,
        COOKIE,
        {**claims, "origin": origin, "is_logged_in": True, "provider": "default"},
        cookie_attr_size=60,
    )
    return cookies


def signed_at(moment: datetime, name: str, value: str, secret: str = COOKIE_SECRET) -> str:
    """One cookie that was signed then."""

    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(moment.timestamp())

    return str(URLSafeTimedSerializer(secret, salt=name, signer=Signer).dumps(value))


def header(cookies: dict[str, str]) -> dict[str, str]:
    """The cookies as a header of a request."""
    return {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
