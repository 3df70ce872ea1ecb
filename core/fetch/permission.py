"""May this visit ask for a URL? The robots.txt of its origin decides, which is fetched within the same visit."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests

from core import robots
from core.errors import FetchError
from core.failures import FailureKind
from core.fetch import wall
from core.fetch.body import ACCEPT_ENCODING, read_body
from core.fetch.faults import FOREIGN, fault
from core.fetch.judgement import failure_of_status
from core.fetch.page import FetchOptions, ProxyRefused
from core.fetch.redirect import REDIRECTS, next_url
from core.fetch.request import MAX_SHOWN, ask, port_of, shown
from core.fetch.robots_files import Origin, RobotsFiles
from core.fetch.session import GuardSession
from core.fetch.visit import Visit
from core.retry import retry_after
from core.robots import Robots, RobotsVerdict

MAX_REDIRECTS = 5
"""A robots.txt behind more of them does not exist (RFC 9309, 2.3.1.2)."""


class Permission:
    """What robots.txt says to one visit; nothing is asked when its job does not respect it."""

    def __init__(self, files: RobotsFiles, session: GuardSession, visit: Visit, options: FetchOptions) -> None:
        self._files = files
        self._session = session
        self._visit = visit
        self._respects = options.respect_robots
        self._token = robots.product_token(options.user_agent)
        self._headers = {
            "User-Agent": options.user_agent,
            "Accept": "text/plain,*/*;q=0.5",
            "Accept-Encoding": ACCEPT_ENCODING,
            "Connection": "close",
        }
        self.verdict = RobotsVerdict.IGNORED
        """On the URL that was asked about last."""
        self.crawl_delay_seconds: float | None = None
        """The longest that the origins of this visit ask for; 0 when they ask for none, None while none was read."""

    def require(self, url: str) -> None:
        """Raise `FetchError` when `url` may not be visited (robots), or when nobody can tell.

        That is a robots.txt with a 5xx or without an answer: the failure has the kind, the status and the
        `Retry-After` of what happened. Raises `Aborted`.
        """
        if not self._respects:
            return
        url = self._as_sent(url)
        file = self._file(url)
        self.verdict = RobotsVerdict.ALLOWED if file.exists else RobotsVerdict.NO_FILE
        rules = file.rules(self._token)
        self.crawl_delay_seconds = max(self.crawl_delay_seconds or 0.0, rules.crawl_delay_seconds)
        rule = rules.forbidden_by(url)
        if rule is not None:
            raise FetchError(
                FailureKind.ROBOTS,
                f"{_address(url)} forbids {url[:MAX_SHOWN]}: '{rule}' for 'User-agent: {rules.agent}'",
            )

    def _as_sent(self, url: str) -> str:
        """The URL as a request has it: without `..`, its host in punycode."""
        try:
            return requests.Request("GET", url).prepare().url or url
        except FOREIGN as error:
            raise fault(error, self._visit) from error

    def _file(self, url: str) -> Robots:
        with self._visit.aside(), self._session.without_cookies():
            return self._files.get(_origin(url), lambda: self._fetch(_address(url)), self._visit)

    def _fetch(self, address: str) -> Robots:
        try:
            return self._follow(address)
        except ProxyRefused:
            raise
        except FetchError as failure:
            raise FetchError(
                failure.kind,
                f"{failure.detail} (asked for {address[:MAX_SHOWN]})",
                http_status=failure.http_status,
                retry_after_seconds=failure.retry_after_seconds,
                permanent=failure.permanent,
            ) from failure

    def _follow(self, url: str) -> Robots:
        for _redirect in range(MAX_REDIRECTS + 1):
            with self._visit.hop(robots.MAX_BYTES):
                response = ask(self._session, self._visit, url, self._headers)
                try:
                    location = response.headers.get("Location") if response.status_code in REDIRECTS else None
                    if location is None:
                        return self._read(response)
                finally:
                    response.close()
            try:
                url = next_url(response.url, location)
            except FetchError:  # leads nowhere
                break
        return Robots.none(self._token)

    def _read(self, response: requests.Response) -> Robots:
        status = response.status_code
        if 200 <= status < 300:
            return Robots.read(read_body(response, self._visit, robots.MAX_BYTES + 1, cut=True), self._token)
        if 300 <= status < 500:
            return Robots.none(self._token)
        kind, said = failure_of_status(status, shown(response.reason) or "") or (FailureKind.PROTOCOL, f"HTTP {status}")
        if challenge := wall.of_head(status, response.raw.headers.items()):
            kind, said = FailureKind.BOT_WALL, f"HTTP {status}: {challenge}"
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        raise FetchError(kind, said, http_status=status, retry_after_seconds=wait)


def _origin(url: str) -> Origin:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", port_of(parts)


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
