"""What a step does. A handler gives rows to add, or raises; only the engine settles."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from core import headers, queries, technologies
from core.abort import Abort
from core.db import Database
from core.errors import FetchError
from core.executors import Extractor
from core.extra_pages import ExtraPages, Visited
from core.extract import Extraction, Reach, Wish, reach
from core.extract.page import host_of, site_of
from core.failures import FailureKind
from core.fetch import Fetcher, FetchOptions, Page
from core.queries.stored_pages import OF_VISIT, Source
from core.queue import Claim
from core.settings import Settings
from core.stored_page import PackedPage, pack

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scraped:
    """The columns of a report, its text, what robots.txt asks for (None: it was not read) and `Retry-After`; the page
    that is stored with it.
    """

    report: dict[str, Any]
    text: str
    crawl_delay_seconds: float | None = None
    retry_after_seconds: float | None = None
    page: PackedPage | None = None


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
    wish = _wish(claim, page.http_status, site_pages=config.extra_pages > 0)
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
    report = _report(claim, _visit(page), page.headers, extraction, visited)
    packed = pack(page.body) if config.store_html else None
    if packed is not None and packed.body is None:
        log.warning("the HTML is too large to be stored", extra={"job_id": claim.job_id, "step_id": claim.step_id})
    return Scraped(report, extraction.text, page.crawl_delay_seconds, visited.retry_after_seconds, packed)


def extract_again(claim: Claim, database: Database, extractor: Extractor, abort: Abort) -> Scraped:
    """Read the stored page of the report that the claim names, without any visit; the facts of that stay as they were.

    Raises `FetchError` (`page_gone` when there is none any more), `WorkerDied`, `NoWorker`, `Aborted`, `DatabaseDown`.
    """
    assert claim.source_report_id is not None
    with database.reading() as session:
        source = queries.stored_pages.source(session, claim.source_report_id)
    if source is None:
        raise FetchError(
            FailureKind.PAGE_GONE, f"The stored page of report {claim.source_report_id} is gone: it was deleted"
        )
    visit = source.visit
    wish = _wish(claim, visit["http_status"], site_pages=False)
    extraction = extractor.extract(
        source.page, visit["final_url"], visit["content_type"], abort, turn=claim.job_id, wish=wish
    )
    given = [(header["name"], header["value"]) for header in visit["response_headers"]]
    visited = Visited(source.contact["extra_pages"], _found_elsewhere(source))
    report = _report(claim, visit, given, extraction, visited)
    return Scraped(report, extraction.text, page=PackedPage(source.sha256, len(source.page), None))


def _wish(claim: Claim, http_status: int, *, site_pages: bool) -> Wish:
    return Wish(tuple(question.asked for question in claim.config.questions), site_pages, claim.target, http_status)


def _found_elsewhere(source: Source) -> list[tuple[str, Reach]]:
    """What the extra pages of the visit had; they are not stored."""
    of_value = source.contact["contact_sources"]
    pages = dict.fromkeys(url for url in of_value.values() if url != source.visit["final_url"])
    return [
        (url, Reach(*([one for one in source.contact[name] if of_value.get(one) == url] for name in Reach._fields)))
        for url in pages
    ]


def _report(
    claim: Claim, visit: dict[str, Any], given: Iterable[tuple[str, str]], extraction: Extraction, visited: Visited
) -> dict[str, Any]:
    """The columns of a report: those that the visit gives and what was read of the page; `given` are headers."""
    found = {field.name: getattr(extraction, field.name) for field in fields(extraction)}  # asdict copies every link
    for name in ("text", "markup", "site_pages"):
        del found[name]
    found["technologies"] = technologies.merged(extraction.technologies, headers.makers(given))
    return {**visit, **found, **_contact(visit["final_url"], extraction, visited)}


def _pause(claim: Claim, page: Page) -> float:
    """What lies between two requests for pages of the host within one visit: as much as between two visits to it."""
    if claim.host_pause_seconds is not None:
        return claim.host_pause_seconds
    return max(claim.config.interval_seconds, page.crawl_delay_seconds or 0.0)


def _contact(final_url: str, extraction: Extraction, visited: Visited) -> dict[str, Any]:
    """The contact fields with what the extra pages add, and where each was found if any were asked for."""
    if not visited.pages:
        return {"extra_pages": [], "contact_sources": {}}
    own = Reach(**{name: getattr(extraction, name) for name in Reach._fields})
    merged, sources = reach.merge([(final_url, own), *visited.found])
    return {**merged._asdict(), "contact_sources": sources, "extra_pages": visited.pages}


def _visit(page: Page) -> dict[str, Any]:
    told = {
        "redirect_chain": list(page.redirect_chain),
        "x_robots_tag": headers.robots_tag(page.headers),
        "response_headers": headers.kept(page.headers),
        "robots_verdict": page.robots_verdict.value,
    }
    return {name: told[name] if name in told else getattr(page, name) for name in OF_VISIT}
