"""The language of a request: the one chosen on the screens (cookie `lote_language`), else `Accept-Language`."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from core import i18n

COOKIE = "lote_language"


def of(scope: Scope) -> str:
    """A key of `i18n.LANGUAGES`."""
    headers = Headers(scope=scope)
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    return chosen if chosen in i18n.LANGUAGES else i18n.preferred(headers.get("accept-language"))
