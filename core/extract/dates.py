"""When a page says it was published and changed: only what it states as such, never a date from running text."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date

from htmldate import find_date
from lxml.html import HtmlElement, document_fromstring

from core.extract.jsonld import Structured
from core.extract.page import ParsedPage

FIRST, LAST = date(1990, 1, 1), date(2100, 1, 1)
CANDIDATES = 40
CANDIDATE_CHARACTERS = 100

PUBLISHED = frozenset({
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date", "dc.date",
    "dc.date.issued", "dc.date.created", "dcterms.date", "dcterms.issued", "dcterms.created", "pubdate",
    "publishdate", "publish_date", "publish-date", "published_time", "sailthru.date", "parsely-pub-date",
    "citation_publication_date", "citation_date", "article.published", "publication_date", "originalpublicationdate",
    "date_published", "datecreated",
})  # fmt: skip
MODIFIED = frozenset({
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time", "datemodified",
    "last-modified", "lastmod", "last_modified", "modified", "dcterms.modified", "dc.date.modified", "revision_date",
    "article.updated",
})  # fmt: skip
ARTICLES = ("article", "posting", "report", "review", "recipe")
PAGES = ("webpage", "aboutpage", "contactpage", "itempage", "collectionpage", "profilepage", "videoobject")
ISO = re.compile(r"\s*((?:19|20)\d\d)([-/.]?)([01]?\d)\2([0-3]?\d)(?!\d)")
MARKED = "(^|[^a-z]|publish(ing)?|publication|post|entry|news|article)(date|datum|fecha)([^a-z]|$)"
MARKED += "|(^|[^a-z])(published|pubdate|posted|dateline|timestamp|byline|post-created|publication)([^a-z]|$)"
CANDIDATE = (
    "//time|//abbr[@class='published' or @title]"
    "|//*[re:test(@property, '^[a-z]+:(date|datePublished|created|issued)$')]"
    "|//*[self::p or self::span or self::div or self::li or self::small or self::em or self::strong or self::td]"
    f"[re:test(@class, '{MARKED}', 'i')]"
)
ADDRESS = re.compile(r"//[^/?#]+/(?:[^?#]*/)?((?:19|20)\d\d)/([01]?\d)/([0-3]?\d)(?=[/?#-]|$)")
REGEXP = {"re": "http://exslt.org/regular-expressions"}


@dataclass(frozen=True, slots=True)
class Dates:
    """Days as the page writes them, in its own time zone."""

    published_on: date | None
    modified_on: date | None


def find_dates(page: ParsedPage, structured: Structured) -> Dates:
    """The dates that metadata and JSON-LD state, on other pages than a home page also the address (a day in its path,
    which is in the site's time zone) and elements marked as dates."""
    modified = _first(_stated(page, structured, "dateModified", MODIFIED))
    if page.is_home:
        return Dates(_first(_stated(page, structured, "datePublished", PUBLISHED)), modified)
    published = _in_address(page) or _first(_stated(page, structured, "datePublished", PUBLISHED)) or _shown(page)
    return Dates(published, modified)


def _in_address(page: ParsedPage) -> date | None:
    found = ADDRESS.search(page.url)
    return _valid(int(found[1]), int(found[2]), int(found[3])) if found else None


def _stated(page: ParsedPage, structured: Structured, key: str, names: frozenset[str]) -> Iterator[object]:
    for kinds in (ARTICLES, PAGES):
        yield from (node.get(key) for node in structured.of_type(*kinds))
    yield from (content for name, content in page.metas() if name in names)
    if not page.is_home:  # there an itemprop belongs to a teaser
        for element in page.tree.iterfind(f".//*[@itemprop='{key}']"):
            yield element.get("datetime") or element.get("content") or element.text


def _first(values: Iterator[object]) -> date | None:
    return next((day for value in values if (day := _read(value))), None)


def _read(value: object) -> date | None:
    """A day from ISO 8601 or from words in any language ("25. Januar 2022")."""
    if not isinstance(value, str) or not value.strip() or len(value) > CANDIDATE_CHARACTERS:
        return None
    if iso := ISO.match(value):
        return _valid(int(iso[1]), int(iso[3]), int(iso[4]))
    document = document_fromstring("<html><head><meta name='date'></head><body></body></html>")
    document.find(".//meta").set("content", "".join(c for c in value if c.isprintable()))
    return _by_htmldate(document)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


def _shown(page: ParsedPage) -> date | None:
    """The date in elements that are marked as dates; the rest of the page is not looked at."""
    document = document_fromstring("<html><head></head><body></body></html>")
    body = document.find("body")
    for element in page.tree.xpath(CANDIDATE, namespaces=REGEXP)[:CANDIDATES]:
        if len(element.text_content()) <= CANDIDATE_CHARACTERS:
            shown = copy(element)
            shown.tail = None
            body.append(shown)
    return _by_htmldate(document)


def _by_htmldate(document: HtmlElement) -> date | None:
    try:
        found = find_date(document, url="", original_date=True, extensive_search=False)
        return date.fromisoformat(found) if found else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # date parsers raise all kinds on odd input; no date is the right answer
        return None
