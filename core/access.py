"""Who may talk to the server, screens and API alike: without a login this machine only, and no web page of somebody
else.
"""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from core import i18n
from core.api import language, problems
from core.i18n import N_, _
from core.login import claims_of, cookies_of
from core.provider import Provider

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROXY_HEADERS = re.compile(r"forwarded|x-forwarded-.*|x-real-ip|via")
PROXY_VERSION = "1.0"
"""Of HTTP: what nginx speaks to what is behind it where nobody told it more; browsers and curl speak 1.1."""
LOOPBACK_HOST = re.compile(r"(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
DEFAULT_PORTS = {"http": 80, "https": 443}
SCREENS_FILES = re.compile(r"(?<!/static)/(media|_stcore/upload_file)/")
"""Downloads from screens and uploads to them: Streamlit keeps them for whoever knows their address. Its own fonts, in
`/static/media/`, are those of the login page too.
"""
NOSNIFF = {"X-Content-Type-Options": "nosniff"}

REMOTE = N_(
    "Lote answers this machine only. To let others in, set up a login (LOTE_OIDC_METADATA_URL), or set"
    " LOTE_ALLOW_ANONYMOUS=true."
)
PROXIED = N_(
    "The request came through a proxy ({header}), and Lote has no login. To let others in, set one up"
    " (LOTE_OIDC_METADATA_URL), or set LOTE_ALLOW_ANONYMOUS=true."
)
OTHER_HOST = N_(
    "The Host {host} is not a name of this machine; open http://localhost instead. To answer under other names, set"
    " up a login (LOTE_OIDC_METADATA_URL), or set LOTE_ALLOW_ANONYMOUS=true."
)
LOG_IN = N_("Log in first: files of the screens are for those who have.")
OTHER_ORIGIN = N_("This came from another web page ({origin}). Only Lote's own pages may change something.")


class Access:
    """ASGI middleware for the whole server.

    Without a login and `allow_anonymous` a request is refused when its client is not this machine, when a proxy passed
    it on, or when its Host is no loopback name (DNS rebinding). With a login everybody is answered: its page, the API
    and the screens let nobody in by where they come from. Always refused are changes and websockets that another web
    page sent (Origin, RFC 6454; Sec-Fetch-Site, Fetch Metadata). Refused means 403 with problem details.
    """

    def __init__(
        self, app: ASGIApp, *, allow_anonymous: bool = False, provider: Provider | None = None, login_days: int = 30
    ) -> None:
        """`provider` is that of the login, None without one; the others are the settings of that name."""
        self.app = app
        self.provider = provider
        self.login_days = login_days
        self.is_open = allow_anonymous or provider is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        with i18n.speaking(language.of(scope)):
            refusal = self._refusal(scope, Headers(scope=scope))
            answer = problems.problem(problems.FORBIDDEN, refusal, headers=NOSNIFF) if refusal else None
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await answer(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> str | None:
        if not self.is_open and (detail := _foreign(scope, headers)):
            return detail
        if self.provider and SCREENS_FILES.search(scope["path"]):
            cookies = cookies_of(headers.get("cookie", ""))
            if claims_of(cookies, self.provider, self.login_days) is None:
                return _(LOG_IN)
        if scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS:
            return _cross_origin(headers)
        return None


def _foreign(scope: Scope, headers: Headers) -> str | None:
    if header := next((name for name in headers if PROXY_HEADERS.fullmatch(name)), None):
        return _(PROXIED).format(header=header)
    if scope.get("http_version") == PROXY_VERSION:
        return _(PROXIED).format(header=f"HTTP/{PROXY_VERSION}")
    if not _is_loopback(scope.get("client")):
        return _(REMOTE)
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not LOOPBACK_HOST.fullmatch(hosts[0]):
        return _(OTHER_HOST).format(host=", ".join(hosts))
    return None


def _cross_origin(headers: Headers) -> str | None:
    host = headers.get("host", "")
    for origin in headers.getlist("origin"):
        if not _is_same_origin(origin, host):
            return _(OTHER_ORIGIN).format(origin=origin)
    if "cross-site" in (value.lower() for value in headers.getlist("sec-fetch-site")):
        return _(OTHER_ORIGIN).format(origin="Sec-Fetch-Site: cross-site")
    return None


def _is_loopback(client: tuple[str, int] | None) -> bool:
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def _is_same_origin(origin: str, host: str) -> bool:
    """Whether name and port are the same; the scheme tells http from https only behind a proxy that ends TLS."""
    scheme = origin.partition("://")[0].lower()
    if scheme not in DEFAULT_PORTS:
        return False
    try:
        return _name_and_port(origin, scheme) == _name_and_port(f"{scheme}://{host}", scheme)
    except ValueError:
        return False


def _name_and_port(url: str, scheme: str) -> tuple[str | None, int]:
    parts = urlsplit(url)
    return parts.hostname, DEFAULT_PORTS[scheme] if parts.port is None else parts.port
