"""How a page says its owner can be reached; nothing else of it is asked of a site's contact pages."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.errors import FetchError
from core.extract import emails, jsonld, language, links, organisation, phones, social, text
from core.extract.charset import decode
from core.extract.jsonld import Structured
from core.extract.organisation import Organisation
from core.extract.page import ParsedPage, parse
from core.failures import FailureKind


class Reach(NamedTuple):
    """The contact fields of a report, as one page has them: e-mail addresses with their domain in lower case, numbers
    in E.164 where that is sure, else as written.
    """

    emails: list[str]
    phones: list[str]
    social_profiles: list[str]
    postal_addresses: list[str]


def read_reach(body: bytes, url: str, content_type: str | None = None) -> Reach:
    """The contact fields of a page; parameters, errors and threads as for `extract`."""
    try:
        page = parse(decode(body, content_type).text, url)
        structured = jsonld.read(page)
        owner = organisation.read(structured)
        seen = text.visible(page)
        spoken = language.declared(page) or language.detect(seen)
        return read(page, structured, owner, links.read(page).all, seen, spoken)
    except MemoryError as error:
        raise FetchError(FailureKind.EXTRACT, "The page needs more memory than allowed to read") from error


def read(
    page: ParsedPage, structured: Structured, owner: Organisation, urls: Iterable[str], seen: str, spoken: str | None
) -> Reach:
    """From links (mailto:, tel:, wa.me, `urls`), protected and spelled out addresses, JSON-LD and the visible text."""
    hrefs = list(dict.fromkeys(h.strip() for element in page.tree.iter("a", "area") if (h := element.get("href"))))
    return Reach(
        emails=emails.read(page, hrefs, owner.emails, seen),
        phones=phones.read(page.host, hrefs, owner, seen, spoken),
        social_profiles=social.profiles([*urls, *structured.same_as]),
        postal_addresses=owner.addresses,
    )


def merge(pages: Sequence[tuple[str, Reach]]) -> tuple[Reach, dict[str, str]]:
    """What the pages of a site (address, fields) say together, and which page says each of it first."""
    emails = _each_once(pages, 0)
    numbers = phones.each_once(number for _url, reach in pages for number in reach.phones)
    merged = Reach(emails, numbers, _each_once(pages, 2), _each_once(pages, 3))
    first: dict[str, str] = {}
    for url, reach in pages:
        for values in reach:
            for value in values:
                first.setdefault(value, url)
    return merged, {value: first[value] for values in merged for value in values}


def _each_once(pages: Sequence[tuple[str, Reach]], place: int) -> list[str]:
    """The values of one field as they come first, whatever the case of their letters."""
    found: dict[str, str] = {}
    for _url, reach in pages:
        for value in reach[place]:
            found.setdefault(value.casefold(), value)
    return list(found.values())
