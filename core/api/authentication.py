"""Who asks: told by the token or by the login's cookie of a request, before anything of its body is read."""

import logging
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from time import monotonic
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from core import tokens
from core.actor import NOBODY_IN_PARTICULAR, Actor
from core.api import problems
from core.api.rates import Rates
from core.api.roles import OPEN
from core.errors import LoteError, Unidentified
from core.i18n import N_, _
from core.job_service import JobService
from core.login import Login
from core.models import storable
from core.tokens import Grant

FAILURES_PER_MINUTE = 30
"""Of one client address; a token that is right is let in all the same, so that nobody can shut others out."""
NAME_COOKIE, LONGEST_NAME = "lote_name", 100
CHALLENGE = 'Bearer realm="Lote"'
"""RFC 6750, 3."""
SEVERAL = N_("Send one token, not several.")
OTHER_PAGE = N_(
    "The login counts on Lote's own pages only, and this call came from another web page. A program needs a token."
)
TOO_OFTEN = N_("This token may be used {n} times a minute. Try again in {seconds} s.")
TOO_WRONG = N_("Too many wrong tokens came from this address. Try again in {seconds} s.")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets requests in. Without a `login`, who sends no token is whoever reaches this machine."""

    service: JobService
    login: Login | None
    requests: Rates
    failures: Rates = field(default_factory=lambda: Rates(FAILURES_PER_MINUTE))

    @classmethod
    def of(cls, service: JobService, login: Login | None) -> "Door":
        """The door of this installation."""
        return cls(service, login, Rates(service.settings.api_requests_per_minute))

    async def admit(self, scope: Scope, headers: Headers) -> Grant | Response:
        """Who may go on, or the answer that refuses."""
        if scope["path"].removeprefix(scope.get("root_path", "")) in OPEN:
            return Grant(NOBODY_IN_PARTICULAR)
        try:
            given = _token(headers)
            if given is not None:
                return await self._with_token(given, _address(scope))
            return await self._without_token(headers)
        except Unidentified as error:
            return problems.problem(problems.UNIDENTIFIED, error.message, headers={"WWW-Authenticate": CHALLENGE})
        except (LoteError, *problems.FAR) as error:
            return problems.answer(error)

    async def leave(self, grant: Grant) -> None:
        """After the answer: write that a token was used, if that is due."""
        if not grant.is_use_due or grant.actor.token_id is None:
            return
        try:
            await run_in_threadpool(tokens.used, self.service.database, grant.actor.token_id, datetime.now(UTC))
        except (LoteError, *problems.FAR) as error:
            log.warning("the use of token %d could not be written: %s", grant.actor.token_id, error)

    async def _with_token(self, given: str, address: str) -> Grant | Response:
        try:
            grant = await run_in_threadpool(self._checked, given)
        except Unidentified as error:
            if wait := self.failures.wait_seconds(address, monotonic()):
                return _too_many(TOO_WRONG, wait)
            log.warning("a token from %s was refused: %s", address, error)
            headers = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
            return problems.problem(problems.UNIDENTIFIED, error.message, headers=headers)
        if wait := self.requests.wait_seconds(grant.actor.token_id, monotonic()):
            return _too_many(TOO_OFTEN, wait, n=self.requests.per_minute)
        return grant

    async def _without_token(self, headers: Headers) -> Grant:
        if self.login is None:
            return Grant(Actor(_name(headers)))
        actor = await run_in_threadpool(self.login.actor_of_cookie, headers)
        if actor is None:
            raise Unidentified
        if _is_from_other_page(headers):
            raise Unidentified(OTHER_PAGE)
        return Grant(actor)

    def _checked(self, given: str) -> Grant:
        with self.service.database.reading() as session:
            return tokens.check(session, given, datetime.now(UTC), self.service.settings.admins)


def _token(headers: Headers) -> str | None:
    """The token that was sent; None without one. Other schemes are not ours: a proxy in front may have asked for them.

    Raises `Unidentified` for several.
    """
    sent = [value.strip().partition(" ") for value in headers.getlist("authorization")]
    given = [token.strip() for scheme, _space, token in sent if scheme.lower() == "bearer"]
    if len(given) > 1:
        raise Unidentified(SEVERAL)
    return given[0] if given else None


def _name(headers: Headers) -> str:
    """The name that the caller's browser gave on the screens, "" without one; not verified."""
    cookies = cookie_parser(headers.get("cookie", ""))
    return storable(unquote(cookies.get(NAME_COOKIE, "")))[:LONGEST_NAME].strip()


def _is_from_other_page(headers: Headers) -> bool:
    """Whether a web page that is not Lote's had the browser send this (Fetch Metadata; Origin, RFC 6454)."""
    sites = {value.lower() for value in headers.getlist("sec-fetch-site")}
    origins = {value.partition("://")[2].lower() for value in headers.getlist("origin")}
    return not sites <= {"same-origin", "none"} or not origins <= {headers.get("host", "").lower()}


def _address(scope: Scope) -> str:
    """The client's address; of IPv6 the network, of which one client has all the addresses."""
    given = str((scope.get("client") or ("",))[0])
    try:
        address = ip_address(given)
    except ValueError:
        return given
    return address.exploded[:19] if isinstance(address, IPv6Address) and not address.ipv4_mapped else given


def _too_many(message: str, wait_seconds: float, **values: object) -> Response:
    seconds = math.ceil(wait_seconds)
    detail = _(message).format(seconds=seconds, **values)
    return problems.problem(problems.TOO_MANY, detail, headers={"Retry-After": str(seconds)})
