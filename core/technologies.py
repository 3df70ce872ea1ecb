"""What a page or its server states that it was made with; nothing is inferred from how the page looks."""

import re
from collections.abc import Iterable
from typing import Any

MOST = 50
LONGEST = 200  # characters of one statement
STATED = re.compile(
    r"(?:powered by\s+)?(?P<name>\S.*?)"
    r"(?:(?:\s+\([^()]*\))?(?:\s+-)?(?:\s+(?:version\s+)?v?\.?|/)"
    r"(?P<version>\d+(?:\.[\w+-]+)+|\d+(?=\s*[(|,]|\s+[-–]|$))(?=\s|[(|,]|$).*"
    r"|\s+\(.*|\s+[-–|].*)?",
    re.IGNORECASE,
)
"""A name, maybe a version ("Hugo 0.120", "PHP/8.2.1"), maybe a slogan, an address or settings behind them."""


def stated(statements: Iterable[str]) -> list[dict[str, Any]]:
    """{"name", "version"} of each statement, as stated; `version` is None where none is."""
    found = []
    for statement in statements:
        text = " ".join(statement[:LONGEST].partition(";")[0].split())
        if (match := STATED.fullmatch(text)) and (name := match["name"].rstrip(",: ")):
            found.append({"name": name, "version": match["version"]})
    return merged(found)


def merged(*lists: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of several lists, each name once, with the version that is stated first."""
    found: dict[str, dict[str, Any]] = {}
    for one in (one for technologies in lists for one in technologies):
        known = found.setdefault(one["name"].lower(), dict(one))
        known["version"] = known["version"] or one["version"]
    return list(found.values())[:MOST]
