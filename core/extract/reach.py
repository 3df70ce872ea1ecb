"""How a page says its owner can be reached, and nothing else of it: what is asked of a site's contact pages."""

from collections.abc import Sequence
from typing import NamedTuple

from core.errors import FetchError
from core.extract import contact, jsonld, language, links, organisation, phones, social, text
from core.extract.charset import decode
from core.extract.page import parse
from core.failures import FailureKind


class Reach(NamedTuple):
    """The contact fields of a report, as one page has them."""

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
        found = contact.read(page, seen, language.declared(page) or language.detect(seen), owner)
        profiles = social.profiles([*links.read(page).all, *structured.same_as])
        return Reach(found.emails, found.phones, profiles, owner.addresses)
    except MemoryError as error:
        raise FetchError(FailureKind.EXTRACT, "The page needs more memory than allowed to read") from error


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
