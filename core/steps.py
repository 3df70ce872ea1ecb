"""What a step does. A handler gives rows to add, or raises; only the engine settles."""

from dataclasses import dataclass, fields
from typing import Any

from core import headers, technologies
from core.abort import Abort
from core.errors import FetchError
from core.executors import Extractor
from core.fetch import Fetcher, FetchOptions, Page
from core.flags import Facts, judge
from core.queue import Claim
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Scraped:
    """The columns of a report, its text, and what robots.txt asks for (None: it was not read)."""

    report: dict[str, Any]
    text: str
    crawl_delay_seconds: float | None = None


def scrape(claim: Claim, fetcher: Fetcher, extractor: Extractor, settings: Settings, abort: Abort) -> Scraped:
    """Fetch the target and read its page. Raises `FetchError`, `WorkerDied`, `NoWorker` or `Aborted`."""
    config = claim.config
    options = FetchOptions(
        timeout_seconds=config.timeout_seconds,
        max_bytes=config.max_bytes,
        follow_redirects=config.follow_redirects,
        user_agent=config.user_agent or settings.default_user_agent,
        accept_language=config.accept_language,
        respect_robots=config.respect_robots,
    )
    page = fetcher.fetch(claim.target, options, abort)
    try:
        extraction = extractor.extract(page.body, page.final_url, page.content_type, abort, turn=claim.job_id)
    except FetchError as failure:
        failure.crawl_delay_seconds = page.crawl_delay_seconds
        raise
    found = {field.name: getattr(extraction, field.name) for field in fields(extraction)}  # asdict copies every link
    text, _markup, _site_pages = (found.pop(name) for name in ("text", "markup", "site_pages"))
    found["technologies"] = technologies.merged(extraction.technologies, headers.makers(page.headers))
    flags = judge(Facts.of(claim.target, page.final_url, page.http_status, extraction))
    return Scraped({**_visit(page), **found, "flags": flags}, text, page.crawl_delay_seconds)


def _visit(page: Page) -> dict[str, Any]:
    return {
        "requested_url": page.requested_url,
        "final_url": page.final_url,
        "redirect_chain": list(page.redirect_chain),
        "http_status": page.http_status,
        "https": page.https,
        "ip": page.ip,
        "ttfb_seconds": page.ttfb_seconds,
        "total_seconds": page.total_seconds,
        "bytes": page.bytes,
        "content_type": page.content_type,
        "server": page.server,
        "tls_issuer": page.tls_issuer,
        "tls_expires_at": page.tls_expires_at,
        "x_robots_tag": headers.robots_tag(page.headers),
        "response_headers": headers.kept(page.headers),
        "robots_verdict": page.robots_verdict.value,
        "fetched_at": page.fetched_at,
    }
