"""Where a domain is named in texts and documents, and the same without it; pure.

Named is the domain itself and what is below it (`shop.example.com`, `ana@example.com`, `%2Fexample.com`), in punycode
and as people write it; neither `myexample.com` nor `example.com.mx`.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from core.rows import unicode_form

FORGOTTEN = "[forgotten]"
"""Stands where a domain was named."""
DELIMITERS = frozenset(" \t\r\n\"'<>()[]{},;|`")
"""What ends an address in a text."""
LONGEST_ADDRESS = 2_048
NOT_ASCII = re.compile(r"[^\x20-\x7e]+")
LETTER = r"[^\W_]"
"""Of any script, or a digit."""


class Mentions:
    """Those of one domain, given in punycode."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._forms = sorted({domain, unicode_form(domain)})
        names = "|".join(map(re.escape, self._forms))
        self._named = re.compile(
            rf"(?:(?<!{LETTER})(?<!-)|(?<=%[0-9a-f]{{2}}))(?:{names})(?!{LETTER})(?!-)(?!\.{LETTER})", re.IGNORECASE
        )

    @property
    def patterns(self) -> list[str]:
        """For LIKE: they find every text that names it, and a few that do not; also where JSON has escaped it."""
        return [f"%{NOT_ASCII.sub('%', form)}%" for form in self._forms]

    def owns(self, host: str | None) -> bool:
        """Whether the host is the domain, or below it."""
        return host is not None and (host == self.domain or host.endswith(f".{self.domain}"))

    def owns_url(self, url: str) -> bool:
        """Whether the URL leads to it."""
        try:
            return self.owns(urlsplit(url).hostname)
        except ValueError:
            return self.are_in(url)

    def are_in(self, value: Any) -> bool:
        """Whether the text, or any text of the document, names it."""
        match value:
            case str():
                return self._named.search(value) is not None
            case dict():
                return any(self.are_in(key) or self.are_in(item) for key, item in value.items())
            case list():
                return any(map(self.are_in, value))
        return False

    def are_in_page(self, page: bytes) -> bool:
        """Whether the bytes of a page name it, in UTF-8, UTF-16 or what has ASCII in its lower half."""
        text = page.replace(b"\0", b"")
        return self.are_in(text.decode("utf-8", "replace")) or self.are_in(text.decode("latin-1"))

    def out_of_text(self, text: str) -> str:
        """The text with `FORGOTTEN` for each address in which it is named."""
        parts, end = [], 0
        for found in self._named.finditer(text):
            if found.start() < end:
                continue
            start, stop = _address_around(text, found.start(), found.end())
            parts += [text[end : max(start, end)], FORGOTTEN]
            end = stop
        return "".join([*parts, text[end:]])

    def out_of_url(self, url: str) -> str | None:
        """The URL of another host without what names it; None when nothing is left."""
        parts = urlsplit(url)
        home = f"{parts.scheme}://{parts.netloc}/"
        return None if self.are_in(home) or not parts.netloc else home

    def out_of(self, value: Any) -> Any:
        """The document without it: items of lists and keys that name it go, other texts lose the address."""
        match value:
            case str():
                return self.out_of_text(value) if self.are_in(value) else value
            case dict():
                return {key: self.out_of(item) for key, item in value.items() if not self.are_in(key)}
            case list():
                return [self.out_of(item) for item in value if _is_flag(item) or not self.are_in(item)]
        return value


def _address_around(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = max(0, start - LONGEST_ADDRESS), min(len(text), end + LONGEST_ADDRESS)
    while start > first and text[start - 1] not in DELIMITERS:
        start -= 1
    while end < last and text[end] not in DELIMITERS:
        end += 1
    return start, end


def _is_flag(item: Any) -> bool:
    """A flag stays: only its evidence may name somebody."""
    return isinstance(item, dict) and "flag" in item
