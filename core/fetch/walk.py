"""From a URL along its redirects to the final answer: every hop is a request of its own that passes the guard."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests

from core.errors import FetchError
from core.failures import FailureKind
from core.fetch import certificate, refresh, wall
from core.fetch.body import ACCEPT_ENCODING, read_body, read_error_body
from core.fetch.judgement import charset, failure_of_status, refuse_body, refuse_type
from core.fetch.page import BadAnswer, FetchOptions, Page
from core.fetch.permission import Permission
from core.fetch.redirect import REDIRECTS, next_url
from core.fetch.request import MAX_SHOWN, ask, shown
from core.fetch.robots_files import RobotsFiles
from core.fetch.session import GuardSession
from core.fetch.visit import Visit
from core.retry import retry_after

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


class Walk:
    """The hops of one visit. Cookies live as long as it does, in the session's empty jar."""

    def __init__(self, session: GuardSession, visit: Visit, options: FetchOptions, files: RobotsFiles) -> None:
        self.permission = Permission(files, session, visit, options)
        self._session = session
        self._visit = visit
        self._options = options
        self._headers = {
            "User-Agent": options.user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
            **({"Accept-Language": options.accept_language} if options.accept_language else {}),
            "Connection": "close",
        }

    def follow(self, first_url: str) -> Page:
        """The final answer. Raises `FetchError`, `Aborted`."""
        chain: list[dict[str, str | int]] = []
        seen: set[tuple[str, str]] = set()
        url = first_url
        while True:
            cookies = self._cookies()
            seen.add((url, cookies))
            self.permission.require(url)
            with self._visit.hop():
                response = ask(self._session, self._visit, url, self._headers)
                try:
                    found = self._next(response, first_url, tuple(chain), cookies)
                finally:
                    response.close()
            if isinstance(found, Page):
                return found
            chain.append({"url": response.url, "status": response.status_code})
            url = found
            if len(chain) > self._options.follow_redirects:
                raise _too_many(self._options.follow_redirects, url)
            if self._options.stays_on_host and _host(url) != _host(first_url):
                raise FetchError(FailureKind.REDIRECT_LOOP, f"Another host is not followed to: {url[:MAX_SHOWN]}")
            if (url, self._cookies()) in seen:
                raise FetchError(FailureKind.REDIRECT_LOOP, f"The redirects lead back to {url[:MAX_SHOWN]}")

    def _next(
        self, response: requests.Response, first_url: str, chain: tuple[dict[str, str | int], ...], cookies: str
    ) -> Page | str:
        """The page, or the URL that the answer leads to: by its status, or because it is nothing but a refresh."""
        location = response.headers.get("Location") if response.status_code in REDIRECTS else None
        if location is not None:
            return next_url(response.url, location)
        page = self._page(response, first_url, chain)
        url = refresh.onward(page.final_url, page.headers, page.body)
        # A page that leads to itself waits for its cookie, once; any other is loaded anew for its news.
        is_news = url == page.final_url and (cookies == self._cookies() or any(hop["url"] == url for hop in chain))
        if url is None or is_news:
            refuse_body(page.content_type, page.body)
            return page
        return url

    def _cookies(self) -> str:
        """A site may set a cookie and lead back to the same URL: that is no loop."""
        return "; ".join(sorted(f"{cookie.name}={cookie.value}" for cookie in self._session.cookies))

    def _page(self, response: requests.Response, first_url: str, chain: tuple[dict[str, str | int], ...]) -> Page:
        status, content_type = response.status_code, shown(response.headers.get("Content-Type"))
        failure = failure_of_status(status, shown(response.reason) or "")
        challenge = wall.of_head(status, response.raw.headers.items())
        if failure is None and challenge is None:
            refuse_type(content_type)
        body = self._body(response, is_error=failure is not None)
        challenge = challenge or wall.of_body(status, body)
        if challenge is not None:
            failure = FailureKind.BOT_WALL, f"HTTP {status}: {challenge}"
        page = self._facts(response, first_url, chain, body)
        if failure is not None:
            wait = retry_after(response.headers.get("Retry-After"), page.fetched_at)
            raise BadAnswer(*failure, page, wait)
        return page

    def _facts(
        self, response: requests.Response, first_url: str, chain: tuple[dict[str, str | int], ...], body: bytes
    ) -> Page:
        content_type = shown(response.headers.get("Content-Type"))
        visit, peer = self._visit, self._visit.certificate or {}
        return Page(
            requested_url=first_url,
            final_url=response.url,
            redirect_chain=chain,
            http_status=response.status_code,
            https=first_url.startswith("https:"),
            ip=visit.ip,
            ttfb_seconds=visit.ttfb_seconds,
            total_seconds=visit.elapsed_seconds,
            bytes=len(body),
            content_type=content_type,
            charset=charset(content_type),
            server=shown(response.headers.get("Server")),
            tls_issuer=shown(certificate.issuer(peer)),
            tls_expires_at=certificate.expires_at(peer),
            headers=tuple(response.raw.headers.items()),
            body=body,
            fetched_at=datetime.now(UTC),
            robots_verdict=self.permission.verdict,
            crawl_delay_seconds=self.permission.crawl_delay_seconds,
        )

    def _body(self, response: requests.Response, *, is_error: bool) -> bytes:
        if is_error:
            return read_error_body(response, self._visit)
        return read_body(response, self._visit, self._options.max_bytes)


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def _too_many(limit: int, url: str) -> FetchError:
    rule = f"More than {limit} redirects" if limit else "Redirects are not followed"
    return FetchError(FailureKind.REDIRECT_LOOP, f"{rule}; the last one leads to {url[:MAX_SHOWN]}")
