"""One parse of a page, shared by all that reads it; refuses what would cost the parser minutes."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from publicsuffixlist import PublicSuffixList
from trafilatura.utils import repair_faulty_html

from core.errors import FetchError
from core.failures import FailureKind

TAG_LIMIT = 64 * 1024  # characters of one tag outside its quoted values; 50,000 attributes cost lxml 25 s
URL_LIMIT = 2_048  # characters
EMPTY = "<html><body></body></html>"

# A tag as the tokenizer of the HTML standard reads it: quotes count only after an equals sign.
TAG = re.compile(r"<(?:(!--)|([a-zA-Z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+))")
QUOTED = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
RAW_END = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title")}
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f]")
HOME_SEGMENT = re.compile(
    r"(?:[a-z]{2,3}(?:[-_][a-z]{2,4})?|(?:index|default|home|inicio|start)(?:\.\w{1,5})?)", re.IGNORECASE
)
SUFFIXES = PublicSuffixList()


@dataclass(frozen=True)
class ParsedPage:
    """A parsed page: `tree` is its root (readers must not change it), `url` its final address."""

    tree: HtmlElement
    url: str
    is_known_home: bool = False

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to: `<base href>` where it is http(s), else the address itself."""
        for element in self.tree.iter("base"):
            if href := element.get("href"):
                return absolute(href, self.url) or self.url
        return self.url

    @cached_property
    def host(self) -> str:
        """The host of its address, "" if it has none."""
        return host_of(self.url)

    @cached_property
    def is_home(self) -> bool:
        """Whether it is known to be a home page or has the address of one: no path but a language or an index file."""
        if self.is_known_home:
            return True
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return False
        return not parts.query and all(HOME_SEGMENT.fullmatch(s) for s in parts.path.split("/") if s)

    def resolve(self, href: str | None) -> str | None:
        """The absolute http(s) URL that an attribute of this page means, without fragment; None for all else."""
        return absolute(href, self.base) if href else None

    def metas(self) -> Iterator[tuple[str, str]]:
        """(name in lower case, content) of every meta element, by its name, property, itemprop or http-equiv."""
        for element in self.tree.iter("meta"):
            content = (element.get("content") or "").strip()
            for attribute in ("name", "property", "itemprop", "http-equiv"):
                if content and (name := element.get(attribute)):
                    yield name.strip().lower(), content

    def meta(self, *names: str) -> str | None:
        """The content of the first meta element with one of the names."""
        return next((content for name, content in self.metas() if name in names), None)


def parse(text: str, url: str, *, is_home: bool = False) -> ParsedPage:
    """Parse a decoded page. Raises `FetchError` (EXTRACT) for a monstrous tag or too deep a nesting."""
    _refuse_monstrous_tags(text)
    repaired = repair_faulty_html(text, text[:50].lower())
    # `huge_tree`: without it everything beyond 256 levels is lost in silence; with it the limit is 2,048.
    parser = HTMLParser(
        collect_ids=False,
        default_doctype=False,
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        tree = document_fromstring(repaired.encode("utf-8", "replace"), parser=parser)
    except (ParserError, AssertionError):  # nothing in it, or comments only
        tree = document_fromstring(EMPTY)
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise FetchError(FailureKind.EXTRACT, "The page nests its elements deeper than 2,048 levels")
    return ParsedPage(tree, url, is_home)


def absolute(href: str, base: str) -> str | None:
    """`href` resolved against `base`: an http(s) URL with a host, at most 2,048 characters, no fragment; else None."""
    href = href.strip(" \t\r\n\f")
    if len(href) > URL_LIMIT:
        return None
    try:
        joined = urljoin(base, href.replace("\n", "").replace("\r", "").replace("\t", ""))
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        netloc = parts.netloc.rpartition("@")[2].lower()
        joined = parts._replace(netloc=netloc, path=parts.path or "/", fragment="").geturl()
    except ValueError:
        return None
    joined = CONTROL_OR_SPACE.sub(lambda found: f"%{ord(found[0]):02X}", UNWANTED.sub("", joined))
    return joined if len(joined) <= URL_LIMIT else None


def host_of(url: str) -> str:
    """The host of a URL in lower case without a final dot, "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")[:253]
    except ValueError:
        return ""


def site_of(host: str) -> str:
    """What one owner registered of a host (`shop.example.co.uk` → `example.co.uk`); an IP address is itself."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return str(SUFFIXES.privatesuffix(host) or host)
    return host


def clean(value: object, limit: int) -> str | None:
    """One line of valid Unicode, at most `limit` characters; None if nothing is left or it is no text."""
    if not isinstance(value, str):
        return None
    return " ".join(UNWANTED.sub("", value[: 4 * limit]).split())[:limit].rstrip() or None


def cleaned(values: object, limit: int, count: int = 1_000) -> list[str]:
    """At most `count` different clean texts, in their order."""
    if not isinstance(values, list | tuple):
        return []
    return list(dict.fromkeys(text for value in values if (text := clean(value, limit))))[:count]


def _refuse_monstrous_tags(text: str) -> None:
    if len(text) <= TAG_LIMIT:
        return
    position = 0
    while found := TAG.search(text, position):
        position = found.end()
        if found[1]:
            end = text.find("-->", position)
            position = len(text) if end < 0 else end
            continue
        if len(found[0]) > TAG_LIMIT and len(QUOTED.sub("", found[0])) > TAG_LIMIT:
            raise FetchError(FailureKind.EXTRACT, f"The page has a tag above {TAG_LIMIT // 1024} KiB")
        if closing := RAW_END.get(found[2].lower()):
            end_tag = closing.search(text, position)
            position = end_tag.start() if end_tag else len(text)
