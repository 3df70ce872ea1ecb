"""Target → `Page`, or why not: robots.txt, https first, then http, everything within one time limit."""

from core.abort import Abort
from core.errors import FetchError
from core.failures import FailureKind
from core.fetch.lookup import LookUps, Resolver, system_resolver
from core.fetch.page import FetchOptions, Page, ProxyRefused
from core.fetch.redirect import fault_of_url, with_path
from core.fetch.robots_files import RobotsFiles
from core.fetch.session import Sessions, tls_context
from core.fetch.visit import Visit
from core.fetch.walk import Walk
from core.guard import Guard
from core.settings import Settings

CONNECT_SHARE = 1 / 3
MAX_CONNECT_SECONDS = 10.0
"""Of the time limit, what https has to be connected before http is tried."""
_NO_HTTP_ANSWER = frozenset({FailureKind.CONNECT, FailureKind.REFUSED, FailureKind.RESET, FailureKind.TLS})
_NETWORK = frozenset({FailureKind.DNS, FailureKind.CONNECT})


class Fetcher:
    """Fetches pages behind the guard. One for the whole process; any thread may use it."""

    def __init__(self, settings: Settings, *, resolver: Resolver = system_resolver) -> None:
        """Raises `InvalidInput` for an unusable `DNS_OVERRIDES`."""
        self._guard = Guard.of(settings)
        self._look_ups = LookUps(resolver)
        proxy_url = settings.proxy_url.get_secret_value() if settings.proxy_url else None
        self._sessions = Sessions(tls_context(settings.ca_bundle), proxy_url)
        self._robots_files = RobotsFiles()
        self._unused_proxy = settings.unused_proxy

    def fetch(self, target: str, options: FetchOptions, abort: Abort, *, scheme: str | None = None) -> Page:
        """The web page of a target `host[:port][/path][?query]` (host in punycode).

        Raises `FetchError` for everything that is no page, `BadAnswer` among them for an HTTP status, and `Aborted`.
        `scheme` ("https" or "http") is for who knows already which one answers; else https is tried first.
        """
        abort.check()
        _check(target)
        visit = Visit(options.timeout_seconds, abort, self._guard, self._look_ups, options.max_bytes)
        session = self._sessions.borrow()
        walk = Walk(session, visit, options, self._robots_files)
        try:
            page = walk.follow(with_path(f"{scheme}://{target}")) if scheme else _https_first(walk, visit, target)
        except FetchError as failure:
            abort.check()
            told = self._with_hint(failure)
            told.crawl_delay_seconds = walk.permission.crawl_delay_seconds
            raise told from failure.__cause__
        finally:
            self._sessions.give_back(session)
        # A shutdown from outside looks like the end of a body that is delimited by the end of its connection.
        abort.check()
        return page

    def close(self) -> None:
        """Give the connections back; visits under way go on."""
        self._sessions.close()

    def _with_hint(self, failure: FetchError) -> FetchError:
        if self._unused_proxy is None or failure.kind not in _NETWORK:
            return failure
        return FetchError(
            failure.kind,
            f"{failure.detail}. The environment sets {self._unused_proxy}, which is not used: set LOTE_PROXY_URL",
            permanent=failure.permanent,
        )


def _check(target: str) -> None:
    try:
        fault = fault_of_url(f"https://{target}") or ("it holds white space" if " " in target else None)
    except ValueError as error:
        fault = str(error)
    if fault:
        raise FetchError(FailureKind.INVALID_TARGET, f"{target[:200]!r} is not visited: {fault}")


def _https_first(walk: Walk, visit: Visit, target: str) -> Page:
    visit.connect_limit_seconds = min(visit.limit_seconds * CONNECT_SHARE, MAX_CONNECT_SECONDS)
    try:
        return walk.follow(with_path(f"https://{target}"))
    except FetchError as failure:
        if not _may_try_http(failure, visit):
            raise
        https_failure = failure
    visit.connect_limit_seconds = None
    try:
        return walk.follow(with_path(f"http://{target}"))
    except FetchError as failure:
        # http gave an answer, or its name leads elsewhere by now: that is what happened.
        tells_more = visit.answered or failure.kind is FailureKind.BLOCKED_ADDRESS
        if tells_more and not isinstance(https_failure, ProxyRefused):
            raise
        raise https_failure from None


def _may_try_http(failure: FetchError, visit: Visit) -> bool:
    """https gave no HTTP answer: refused, reset, TLS, or not connected in its share of the time."""
    if visit.answered or visit.is_over:
        return False
    return failure.kind in _NO_HTTP_ANSWER or (failure.kind is FailureKind.TIMEOUT and not visit.connected)
