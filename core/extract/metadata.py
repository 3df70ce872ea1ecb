"""What the head of a page says about it; where several places say it, trafilatura's order decides.

A home page gets only what is stated for the page itself: the bylines and categories on it belong to its teasers.
"""

import logging
from html import unescape
from typing import Any, NamedTuple

from trafilatura.json_metadata import extract_json
from trafilatura.metadata import examine_meta, extract_author, extract_catstags, extract_sitename, extract_title
from trafilatura.settings import Document

from core import technologies
from core.extract.jsonld import Structured
from core.extract.language import declared
from core.extract.page import ParsedPage, clean, cleaned
from core.extract.relations import Relations, is_same_page

logger = logging.getLogger(__name__)


class Head(NamedTuple):
    """Facts about the page as a whole, with the names of the report's columns."""

    title: str | None
    description: str | None
    canonical_url: str | None
    canonical_differs: bool | None
    language_declared: str | None
    site_name: str | None
    author: str | None
    image_url: str | None
    favicon_url: str | None
    generator: str | None
    technologies: list[dict[str, Any]]
    h1s: list[str]
    feeds: list[str]
    hreflang: list[dict[str, str]]
    meta_robots: str | None
    categories: list[str]
    tags: list[str]


def read(page: ParsedPage, structured: Structured) -> Head:
    """Everything that is stated about the page."""
    stated = _stated(page, structured)
    title = _title_element(page)
    links = Relations(page)
    canonical = links.first("canonical")
    return Head(
        title=(title if page.is_home and title else None) or clean(_plain(stated.title), 1_000) or title,
        description=clean(_plain(stated.description), 5_000),
        canonical_url=canonical,
        canonical_differs=None if canonical is None else not is_same_page(canonical, page.url),
        language_declared=declared(page),
        site_name=clean(_plain((stated.sitename or "").lstrip("@")), 500),
        author=clean(_plain(stated.author), 500),
        image_url=page.resolve(stated.image) if isinstance(stated.image, str) else None,
        favicon_url=links.first("icon"),
        generator=clean(page.meta("generator"), 500),
        technologies=technologies.stated(cleaned(_contents(page, "generator"), 500)),
        h1s=cleaned([" ".join(h1.itertext()) for h1 in page.tree.iter("h1")], 1_000),
        feeds=links.feeds(),
        hreflang=links.hreflang(),
        meta_robots=clean(", ".join(_contents(page, "robots")), 500),
        categories=cleaned(_split(stated.categories), 200),
        tags=cleaned(_split(stated.tags), 200),
    )


def _contents(page: ParsedPage, wanted: str) -> list[str]:
    """What the meta elements of this name say."""
    return [content for name, content in page.metas() if name == wanted]


def _stated(page: ParsedPage, structured: Structured) -> Document:
    """Trafilatura's own steps, in its order, less the dates (see dates.py) and its own parse of the JSON-LD."""
    stated = Document()
    try:
        stated = examine_meta(page.tree)
        if stated.author and " " not in stated.author:
            stated.author = None
        _add_structured(stated, structured)
        stated.title = stated.title or extract_title(page.tree)
        stated.sitename = stated.sitename or extract_sitename(page.tree)
        if not page.is_home:
            stated.author = stated.author or extract_author(page.tree)
            stated.categories = stated.categories or extract_catstags("category", page.tree)
            stated.tags = stated.tags or extract_catstags("tag", page.tree)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # rules of a library over any page; what was found so far stands
        logger.info("Metadata read in part: %r", error)
    return stated


def _add_structured(stated: Document, structured: Structured) -> None:
    for schema in structured.schemas:
        try:
            extract_json(schema, stated)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # it takes values of unexpected types for granted
            logger.debug("JSON-LD used in part: %r", error)


def _title_element(page: ParsedPage) -> str | None:
    element = page.tree.find(".//head/title")
    if element is None:
        element = next((t for t in page.tree.iter("title") if t.getparent().tag not in ("svg", "symbol", "g")), None)
    return None if element is None else clean(element.text_content(), 1_000)


def _plain(value: object) -> str | None:
    return unescape(value) if isinstance(value, str) else None


def _split(values: object) -> list[str]:
    """Keywords come as one text with commas."""
    listed = values if isinstance(values, list) else [values]
    return [part for value in listed if (plain := _plain(value)) for part in plain[:100_000].split(",")]
