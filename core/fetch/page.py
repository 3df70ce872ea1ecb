"""What a fetch is asked for, and what it gives."""

import builtins
from dataclasses import dataclass
from datetime import datetime

from core.errors import FetchError
from core.failures import FailureKind
from core.robots import RobotsVerdict


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How one visit is made."""

    timeout_seconds: float
    """Limit of the whole visit: look-up, connections, robots.txt, redirects, bodies."""
    max_bytes: int
    """Largest body, compressed and decoded."""
    follow_redirects: int
    """Redirects followed at the most; with 0 a redirect fails as `redirect_loop`."""
    user_agent: str
    accept_language: str | None = None
    respect_robots: bool = True
    """Ask the robots.txt of every origin first, and do what it says."""
    stays_on_host: bool = False
    """A redirect to another host is not followed: it fails as `redirect_loop`."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer and the facts of its visit; the field names are those of `reports`."""

    requested_url: str
    final_url: str
    redirect_chain: tuple[dict[str, str | int], ...]
    """{"url", "status"} of every answer that redirected, in order; `final_url` is not among them."""
    http_status: int
    https: bool
    """Whether the first answer came by https."""
    ip: str | None
    """The address that the final answer came from; None through a proxy."""
    ttfb_seconds: float
    """From the start of the visit to the head of the final answer: with redirects, without robots.txt."""
    total_seconds: float
    bytes: int
    """Size of the decoded body."""
    content_type: str | None
    charset: str | None
    """As the Content-Type header says, lower case."""
    server: str | None
    tls_issuer: str | None
    tls_expires_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    body: builtins.bytes
    fetched_at: datetime
    robots_verdict: RobotsVerdict
    """Of the origin that the final answer came from."""
    crawl_delay_seconds: float | None
    """The longest that the robots.txt of this visit ask for; 0 when they ask for none, None when none was read."""


class ProxyRefused(FetchError):
    """{detail}"""

    def __init__(self, detail: str) -> None:
        """The proxy of the settings cannot be reached, or lets nobody through: no target has a part in that."""
        super().__init__(FailureKind.CONNECT, detail)


class BadAnswer(FetchError):
    """{detail}"""

    def __init__(self, kind: FailureKind, detail: str, page: Page, retry_after_seconds: float | None = None) -> None:
        """An HTTP status that is no page; `page` holds head and the first bytes, for who looks for a bot wall."""
        super().__init__(kind, detail, http_status=page.http_status, retry_after_seconds=retry_after_seconds)
        self.page = page
