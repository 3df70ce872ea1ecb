"""What the `<link>` elements of a page say: its canonical address, icon, feeds, its other languages."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from core.extract.language import tag
from core.extract.page import ParsedPage

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
MOST_FEEDS, MOST_LANGUAGES = 1_000, 300
CAMPAIGN = re.compile(r"(?:utm|mtm|pk|hsa)_|(?:fbcl|gcl|dcl|msclk|yclid|twcl|igsh|wbra|gbra)id?$|mc_[ce]id$|_ga$", re.I)
"""Parameters that campaigns add to an address."""


class Relations:
    """The `<link>` elements by relation."""

    def __init__(self, page: ParsedPage) -> None:
        self._links = [
            ((element.get("rel") or "").lower().split(), element, url)
            for element in page.tree.iter("link")
            if (url := page.resolve(element.get("href")))
        ]

    def first(self, relation: str) -> str | None:
        """The address of the first link with this relation."""
        return next((url for relations, _, url in self._links if relation in relations), None)

    def feeds(self) -> list[str]:
        """The addresses of feeds, each once."""
        alternates = self._alternates("type")
        return list(dict.fromkeys(url for kind, url in alternates if kind.lower().startswith(FEED_TYPES)))[:MOST_FEEDS]

    def hreflang(self) -> list[dict[str, str]]:
        """The page in other languages: {"lang", "url"}, `lang` as a BCP 47 tag or `x-default`."""
        found = dict.fromkeys((lang, url) for given, url in self._alternates("hreflang") if (lang := _language(given)))
        return [{"lang": lang, "url": url} for lang, url in found][:MOST_LANGUAGES]

    def _alternates(self, attribute: str) -> list[tuple[str, str]]:
        return [(e.get(attribute, "").strip(), url) for relations, e, url in self._links if "alternate" in relations]


def is_same_page(one: str, other: str) -> bool:
    """Whether two URLs name one page (RFC 3986, 6.2): scheme, usual port, final slash, escapes, the order of the
    query and what campaigns add to it do not count."""
    try:
        return _page_named(one) == _page_named(other)
    except ValueError:
        return False


def _page_named(url: str) -> tuple[str, int | None, str, list[tuple[str, str]]]:
    parts = urlsplit(url)
    port = None if parts.port in (80, 443) else parts.port
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not CAMPAIGN.match(pair[0]))
    return (parts.hostname or "").rstrip("."), port, unquote(parts.path).rstrip("/"), query


def _language(given: str) -> str | None:
    return "x-default" if given.lower() == "x-default" else tag(given)
