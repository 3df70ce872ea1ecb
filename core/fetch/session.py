"""`requests` behind the guard: sessions that know no environment, no redirects, and only guarded connections."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar

from core.fetch.certificate import RecordingSocket
from core.fetch.connection import POOLS


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Trusts certifi's roots, and those of `ca_bundle` in addition. Costs some 20 ms: make one, use it everywhere."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.sslsocket_class = RecordingSocket
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context


class GuardAdapter(HTTPAdapter):
    """An adapter whose connections pass the guard, directly and through a proxy."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **values: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **values)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **values: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, proxy_ssl_context=self._context, **values)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to set: the context verifies. (The original loads certifi's roots again for every connection.)"""


class GuardSession(requests.Session):
    """One request at a time; a redirect is an answer like any other (requests would read its whole body)."""

    def __init__(self, context: ssl.SSLContext, proxy_url: str | None) -> None:
        super().__init__()
        self.trust_env = False  # neither proxies nor .netrc nor certificates of the environment
        self.headers.clear()
        self.proxies = {"http": proxy_url, "https": proxy_url} if proxy_url else {}
        adapter = GuardAdapter(context)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: Any) -> None:
        """None: redirects are followed by the fetcher, hop by hop."""
        return

    def get_answer(self, url: str, headers: dict[str, str]) -> requests.Response:
        """The answer to one GET: its head, the body unread."""
        request = self.prepare_request(requests.Request("GET", url, headers=headers))
        return self.send(request, stream=True, allow_redirects=False, proxies=self.proxies)

    @contextmanager
    def without_cookies(self) -> Iterator[None]:
        """Requests that neither bring cookies nor leave any."""
        own, self.cookies = self.cookies, RequestsCookieJar()
        try:
            yield
        finally:
            self.cookies = own


class Sessions:
    """Sessions to borrow: as many as there are visits at a time, each used by one, without cookies of another."""

    def __init__(self, context: ssl.SSLContext, proxy_url: str | None) -> None:
        self._context = context
        self._proxy_url = proxy_url
        self._idle: LifoQueue[GuardSession] = LifoQueue()

    def borrow(self) -> GuardSession:
        """A session with an empty cookie jar."""
        try:
            session = self._idle.get_nowait()
        except Empty:
            session = GuardSession(self._context, self._proxy_url)
        session.cookies = RequestsCookieJar()
        return session

    def give_back(self, session: GuardSession) -> None:
        """The visit is over."""
        self._idle.put(session)

    def close(self) -> None:
        """Close the idle ones."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
