"""The way in: when a login does not succeed, the login page is shown again and told why.

Without this a provider that is down leaves the reader on a bare page "Authentication error", and a login that was
broken off ends on the login page as if nothing had been tried.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.login import COOKIE
from core.provider import CALLBACK

LOGIN = "/auth/login"
PARAMETER = "login"
"""Of the login page's address, with one of these as its value."""
DOWN, FAILED, REFUSED = "down", "failed", "refused"


class WayIn:
    """ASGI middleware around Streamlit's routes `/auth/login` and `/oauth2callback`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer that leads nobody in becomes a way back to the login page."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.endswith(LOGIN):
            send = _led_back(send, path.removesuffix(LOGIN), DOWN, lambda status, _headers: status >= 400)
        elif path.endswith(CALLBACK):
            asked = parse_qs(scope["query_string"].decode("latin-1"))
            if "code" in asked or "error" in asked:  # else it is the provider's word that somebody has logged out
                why = REFUSED if "error" in asked else FAILED
                send = _led_back(send, path.removesuffix(CALLBACK), why, lambda _status, headers: not _lets_in(headers))
        await self.app(scope, receive, send)


def _led_back(send: Send, base: str, why: str, is_failure: Callable[[int, Headers], bool]) -> Send:
    """`send` that leads back to the login page below `base` instead of a failure."""
    failed = False

    async def answer(message: Message) -> None:
        nonlocal failed
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if failed := is_failure(message["status"], headers):
                kept = [(name, value) for name, value in message["headers"] if name == b"set-cookie"]
                back = (b"location", f"{base}/?{PARAMETER}={why}".encode())
                message = {**message, "status": 303, "headers": [*kept, back, (b"content-length", b"0")]}
        elif failed:
            message = {**message, "body": b""}
        await send(message)

    return answer


def _lets_in(headers: Headers) -> bool:
    """Whether a login's cookie is set, not just taken away."""
    return any(
        cookie.startswith(f"{COOKIE}=") and not cookie.removeprefix(f"{COOKIE}=").startswith(('"";', ";"))
        for cookie in headers.getlist("set-cookie")
    )
