"""How a page says its owner can be reached, and nothing else of it: what is asked of a site's contact pages."""

from typing import NamedTuple

from core.errors import FetchError
from core.extract import contact, jsonld, language, links, organisation, social, text
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
        found = contact.read(page, text.visible(page), language.declared(page), owner)
        profiles = social.profiles([*links.read(page).all, *structured.same_as])
        return Reach(found.emails, found.phones, profiles, owner.addresses)
    except MemoryError as error:
        raise FetchError(FailureKind.EXTRACT, "The page needs more memory than allowed to read") from error
