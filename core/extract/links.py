"""Where a page links to: within its own site, and to others."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from core.extract.page import ParsedPage, host_of, site_of

LIMIT = 1_000  # links of each kind


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute http(s) URLs without fragments, each once, in the order of the page.

    `outlinks` counts the external ones by host, the largest first: {"host", "links"}.
    """

    internal: list[str]
    external: list[str]
    external_hosts: list[str]
    outlinks: list[dict[str, Any]]
    all: list[str]


def read(page: ParsedPage) -> Links:
    """The links of `a` and `area` elements. Internal: the same registered domain, whichever its subdomain."""
    found = dict.fromkeys(
        url for element in page.tree.iter("a", "area") if (url := page.resolve(element.get("href"))) is not None
    )
    own = site_of(page.host)
    sites: dict[str, str] = {}
    internal: list[str] = []
    external: list[str] = []
    for url in found:
        host = host_of(url)
        if host not in sites:
            sites[host] = site_of(host)
        (internal if sites[host] == own else external).append(url)
    hosts = Counter(map(host_of, external))
    outlinks = [{"host": host, "links": count} for host, count in hosts.most_common(LIMIT)]
    return Links(internal[:LIMIT], external[:LIMIT], sorted(hosts)[:LIMIT], outlinks, list(found))
