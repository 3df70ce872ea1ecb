"""Who stands behind a site, as its JSON-LD states it: name, address, how to reach it; schema.org/Organization."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.extract.jsonld import Structured, types_of
from core.extract.page import clean, cleaned

MOST = 50
NAME_LENGTH, ADDRESS_LENGTH = 500, 500
ADDRESS_PARTS = ("streetAddress", "postOfficeBoxNumber", "postalCode", "addressLocality", "addressRegion")
ORGANISATIONS = (
    "organization", "business", "store", "corporation", "agency", "establishment", "airline", "ngo", "cooperative",
    "consortium", "place", "restaurant", "hotel", "legalservice", "financialservice", "professionalservice",
)  # fmt: skip
"""Endings of the types that are one; schema.org has some 250, the rest is known by `ORGANISATIONAL`."""
ORGANISATIONAL = frozenset({"telephone", "email", "address", "contactPoint", "vatID", "taxID", "openingHours"})
OTHERS = (
    "person", "event", "product", "posting", "offer", "accommodation", "apartment", "house", "residence", "listing",
    "article", "page", "website", "contactpoint", "postaladdress", "review",
)  # fmt: skip
"""Endings of types that have such properties too and are none."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """`name` of the first one; `country` is the ISO code of the first address that has one."""

    name: str | None
    addresses: list[str]
    country: str | None
    emails: list[str]
    phones: list[str]


def read(structured: Structured) -> Organisation:
    """Of the nodes that speak for the site itself (`Structured.own`), nearest first."""
    nodes = [node for node in structured.own if _is_organisation(node)]
    reachable = [*nodes, *(node for node in structured.own if "contactpoint" in _kinds(node))]
    addresses = [address for node in nodes for address in _values(node.get("address"))]
    countries = [found for address in addresses if isinstance(address, dict) and (found := _country(address))]
    return Organisation(
        name=next(iter(_stated(nodes, "name", NAME_LENGTH)), None),
        addresses=cleaned([_line(address) for address in addresses], ADDRESS_LENGTH, MOST),
        country=next((code.upper() for code in countries if len(code) == 2 and code.isalpha()), None),
        emails=_stated(reachable, "email"),
        phones=_stated(reachable, "telephone"),
    )


def _is_organisation(node: dict[str, Any]) -> bool:
    kinds = _kinds(node)
    if any(kind.endswith(ORGANISATIONS) for kind in kinds):
        return True
    return not any(kind.endswith(OTHERS) for kind in kinds) and bool(ORGANISATIONAL & node.keys())


def _kinds(node: dict[str, Any]) -> list[str]:
    return [kind.lower() for kind in types_of(node)]


def _values(value: Any) -> Iterator[Any]:
    yield from value[:MOST] if isinstance(value, list) else [value]


def _stated(nodes: list[dict[str, Any]], name: str, length: int = 300) -> list[str]:
    return cleaned([value for node in nodes for value in _values(node.get(name))], length, MOST)


def _line(address: Any) -> str | None:
    """A postal address on one line; what is given as text stays as it is."""
    if not isinstance(address, dict):
        return clean(address, ADDRESS_LENGTH)
    parts = [*(clean(part, 200) for name in ADDRESS_PARTS for part in _values(address.get(name))), _country(address)]
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _country(address: dict[str, Any]) -> str | None:
    stated = address.get("addressCountry")
    return clean(stated.get("name") if isinstance(stated, dict) else stated, 100)
