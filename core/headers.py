"""What a report keeps of the headers of an answer, and what they state."""

import re
from collections.abc import Iterable

from core import technologies

MOST, LONGEST_NAME, LONGEST_VALUE = 100, 100, 300
"""Headers kept of one answer, characters of each."""
HIDDEN = "…"
SECRETS = frozenset({"set-cookie", "set-cookie2"})
COOKIE = re.compile(r"^([^=;]*=)[^;]*")
MAKERS = frozenset({"x-powered-by", "x-generator", "x-powered-cms"})

Headers = Iterable[tuple[str, str]]


def kept(headers: Headers) -> list[dict[str, str]]:
    """{"name", "value"} of the headers in their order, cut; of a cookie its name and attributes, never its value."""
    return [_kept(name, value) for name, value in list(headers)[:MOST]]


def _kept(name: str, value: str) -> dict[str, str]:
    if name.lower() in SECRETS:
        value = COOKIE.sub(rf"\1{HIDDEN}", value) if "=" in value.partition(";")[0] else HIDDEN
    return {"name": _shown(name, LONGEST_NAME), "value": _shown(value, LONGEST_VALUE)}


def _shown(text: str, most: int) -> str:
    """On one line; a header is latin-1 by its standard and UTF-8 by custom."""
    try:
        text = text[: 2 * most].encode("latin-1").decode("utf-8", "strict")
    except UnicodeError:
        text = text[: 2 * most]
    flat = "".join(char if char.isprintable() else " " for char in text).strip()
    return flat if len(flat) <= most else flat[: most - 1] + HIDDEN


def robots_tag(headers: Headers) -> str | None:
    """What the X-Robots-Tag headers ask of search engines, None without one."""
    asked = [_kept(name, value)["value"] for name, value in headers if name.lower() == "x-robots-tag"]
    return ", ".join(asked)[:LONGEST_VALUE] or None


def makers(headers: Headers) -> list[dict[str, str | None]]:
    """The technologies that the headers state; X-Powered-By lists several with commas."""
    values = [_shown(value, LONGEST_VALUE) for name, value in headers if name.lower() in MAKERS]
    return technologies.stated(one for value in values for one in value.split(","))
