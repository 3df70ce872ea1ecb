"""What a step does. A handler gives rows to add, or raises; only the engine settles."""

from dataclasses import dataclass, fields
from typing import Any

from core import headers, technologies
from core.abort import Abort
from core.errors import FetchError
from core.executors import Extractor
from core.extra_pages import ExtraPages, Visited
from core.extract import Extraction, Reach, Wish, reach
from core.extract.page import host_of, site_of
from core.fetch import Fetcher, FetchOptions, Page
from core.flags import Facts, judge
from core.queue import Claim
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Scraped:
    """The columns of a report, its text, what robots.txt asks for (None: it was not read) and `Retry-After`."""

    report: dict[str, Any]
    text: str
    crawl_delay_seconds: float | None = None
    retry_after_seconds: float | None = None


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
    wish = Wish(tuple(question.asked for question in config.questions), site_pages=config.extra_pages > 0)
    try:
        extraction = extractor.extract(
            page.body, page.final_url, page.content_type, abort, turn=claim.job_id, wish=wish
        )
    except FetchError as failure:
        failure.crawl_delay_seconds = page.crawl_delay_seconds
        raise
    more = ExtraPages(fetcher, extractor, options, _pause(claim, page), abort, claim.job_id)
    # Of another site that the target leads to, other visits may be on their way: only the target's host is held.
    is_own = site_of(host_of(page.final_url)) == site_of(claim.host)
    visited = more.visit(extraction.site_pages[: config.extra_pages] if is_own else [], page)
    found = {field.name: getattr(extraction, field.name) for field in fields(extraction)}  # asdict copies every link
    text, _markup, _site_pages = (found.pop(name) for name in ("text", "markup", "site_pages"))
    found["technologies"] = technologies.merged(extraction.technologies, headers.makers(page.headers))
    flags = judge(Facts.of(claim.target, page.final_url, page.http_status, extraction))
    report = {**_visit(page), **found, **_contact(page, extraction, visited), "flags": flags}
    return Scraped(report, text, page.crawl_delay_seconds, visited.retry_after_seconds)


def _pause(claim: Claim, page: Page) -> float:
    """What lies between two requests for pages of the host within one visit: as much as between two visits to it."""
    if claim.host_pause_seconds is not None:
        return claim.host_pause_seconds
    return max(claim.config.interval_seconds, page.crawl_delay_seconds or 0.0)


def _contact(page: Page, extraction: Extraction, visited: Visited) -> dict[str, Any]:
    """The contact fields with what the extra pages add, and where each was found if any were asked for."""
    if not visited.pages:
        return {"extra_pages": [], "contact_sources": {}}
    own = Reach(**{name: getattr(extraction, name) for name in Reach._fields})
    merged, sources = reach.merge([(page.final_url, own), *visited.found])
    return {**merged._asdict(), "contact_sources": sources, "extra_pages": visited.pages}


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
