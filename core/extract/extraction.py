"""What a page says, as one frozen value with the names of the report's columns, and the one way to get it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import trafilatura

from core.apart import at_once
from core.errors import FetchError
from core.extract import answers as answering
from core.extract import jsonld, language, links, markup, metadata, organisation, reach, site_pages, text
from core.extract.answers import Apart
from core.extract.charset import Decoded, decode
from core.extract.dates import find_dates
from core.extract.markup import Markup
from core.extract.page import ParsedPage, parse
from core.extract.site_pages import SitePage
from core.extract.wish import NOTHING_MORE, Wish
from core.failures import FailureKind

EXTRACTOR_VERSION = f"lote 2 / trafilatura {trafilatura.__version__}"


@dataclass(frozen=True, slots=True)
class Extraction:
    """Facts of one page. Strings are clean (valid Unicode, no control characters) and bounded; URLs are absolute."""

    extractor_version: str
    title: str | None
    description: str | None
    canonical_url: str | None
    canonical_differs: bool | None
    language_declared: str | None
    language_detected: str | None
    site_name: str | None
    author: str | None
    published_on: date | None
    modified_on: date | None
    image_url: str | None
    favicon_url: str | None
    generator: str | None
    technologies: list[dict[str, Any]]
    charset: str
    charset_source: str
    h1s: list[str]
    jsonld_types: list[str]
    feeds: list[str]
    hreflang: list[dict[str, str]]
    meta_robots: str | None
    word_count: int
    content_hash: str
    categories: list[str]
    tags: list[str]
    internal_links: list[str]
    external_links: list[str]
    external_hosts: list[str]
    outlinks: list[dict[str, Any]]
    emails: list[str]
    phones: list[str]
    social_profiles: list[str]
    organisation_name: str | None
    postal_addresses: list[str]
    text: str
    markup: Markup | None
    """For the flags; no column, and gone where these are judged."""

    flags: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    site_pages: list[SitePage] = field(default_factory=list)
    """Where to look further; no column."""


def extract(
    body: bytes, url: str, content_type: str | None = None, wish: Wish = NOTHING_MORE, *, apart: Apart = at_once
) -> Extraction:
    """Read a page: `body` as served and decompressed, `url` its final address, `content_type` its header.

    The questions of `wish` are answered by `apart`, which can bound what each of them costs.
    Raises `FetchError` of kind EXTRACT for a page that cannot be read within the limits, nothing else.
    Not safe in threads (lxml): one call at a time per process.
    """
    try:
        decoded = decode(body, content_type)
        return _read(parse(decoded.text, url, is_home=wish.is_for_home), decoded, wish, apart)
    except MemoryError as error:
        raise FetchError(FailureKind.EXTRACT, "The page needs more memory than allowed to read") from error


def _read(page: ParsedPage, decoded: Decoded, wish: Wish, apart: Apart) -> Extraction:
    structured = jsonld.read(page)
    visible = text.visible(page)
    answers = answering.read(page, visible, decoded.text, wish.questions, apart)
    chosen = text.choose(page, visible)
    head = metadata.read(page, structured)
    dates = find_dates(page, structured)
    found = links.read(page)
    owner = organisation.read(structured)
    detected = language.detect(chosen)
    return Extraction(
        **head._asdict(),
        **reach.read(page, structured, owner, found.all, visible, head.language_declared or detected)._asdict(),
        extractor_version=EXTRACTOR_VERSION,
        language_detected=detected,
        published_on=dates.published_on,
        modified_on=dates.modified_on,
        charset=decoded.charset,
        charset_source=decoded.source,
        jsonld_types=structured.types,
        word_count=text.count_words(visible),
        content_hash=text.fingerprint(chosen),
        internal_links=found.internal,
        external_links=found.external,
        external_hosts=found.external_hosts,
        outlinks=found.outlinks,
        organisation_name=owner.name,
        text=chosen,
        markup=markup.read(page, visible),
        answers=answers,
        site_pages=site_pages.find(page) if wish.site_pages else [],
    )
