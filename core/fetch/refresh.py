"""Does a page only lead on to another? Its `Refresh` header or `<meta http-equiv=refresh>` → that address. Pure.

Browsers leave such a page by themselves, so it is a redirect in all but its status:
https://html.spec.whatwg.org/multipage/document-lifecycle.html#shared-declarative-refresh-steps
"""

import html
import re
from collections.abc import Iterable, Iterator

from core.errors import FetchError
from core.extract.page import TAG
from core.extract.text import count_words
from core.fetch.redirect import MAX_URL, next_url

MAX_SECONDS = 5
"""Of a page that stays longer people read what it says."""
MAX_WORDS = 60
"""Visible words of a page that is nothing but the way to another: it says so, perhaps in several languages."""
LOOKED_THROUGH_BYTES = 64 * 1024
MAX_ATTRIBUTES = MAX_URL + 1024
"""Characters of the tag that are read."""
UNREAD = frozenset({"script", "style", "noscript", "template", "textarea", "title", "iframe"})
"""What neither shows text nor leads anywhere; of a page that needs scripts, `noscript` shows its worst side."""

OTHER_TAGS = re.compile(r"<[/!?][^>]*+>?+")
_META = re.compile(rb"http-equiv\s*+=\s*+[\"']?+\s*+refresh", re.I)
_STEPS = re.compile(
    r"\s*+(?P<seconds>\d++|(?=\.))[\d.]*+(?:\s*+[;,]\s*+|\s++)(?:url\s*+=\s*+)?+(?P<quote>[\"']?+)(?P<url>.++)",
    re.A | re.I | re.S,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'>/=]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]++)))?+"
)


def onward(url: str, headers: Iterable[tuple[str, str]], body: bytes) -> str | None:
    """The address that the page at `url` leads to within `MAX_SECONDS`, absolute; None when it is there to be read.

    None also for an address that is no clean http(s) one: browsers stay there too.
    """
    said = [value for name, value in headers if name.lower() == "refresh"]
    if len(body) > LOOKED_THROUGH_BYTES or not (said or _META.search(body)):
        return None
    words, metas, base = _skim(body, url)
    location = next((found for each in [*said, *metas] if (found := _location(each)) is not None), None)
    return _resolved(base, location) if location and words <= MAX_WORDS else None


def _text(body: bytes) -> str:
    """Roughly: markup is ASCII in every charset that matters here, and so are addresses."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _location(said: str) -> str | None:
    """What `0; url=/next` leads to; None for what reloads the page itself, stays too long or says nothing."""
    found = _STEPS.match(said)
    if found is None or len(found["seconds"]) > 3 or int(found["seconds"] or 0) > MAX_SECONDS:
        return None
    return found["url"].partition(found["quote"])[0] if found["quote"] else found["url"]


def _resolved(base: str, location: str) -> str | None:
    try:
        return next_url(base, location.strip())
    except FetchError:
        return None


def _skim(body: bytes, url: str) -> tuple[int, list[str], str]:
    """Visible words, what the refreshes say, and the base of addresses; every character is looked at once."""
    pieces, metas, base = [], [], None
    for seen, name, attributes in _tags(_text(body), _text(body.lower())):
        pieces.append(OTHER_TAGS.sub(" ", seen))
        if name == "meta" and attributes.get("http-equiv", "").strip().lower() == "refresh":
            metas.append(attributes.get("content", ""))
        elif name == "base" and base is None:
            base = _resolved(url, attributes.get("href", ""))
    return count_words(html.unescape(" ".join(pieces))), metas, base or url


def _tags(text: str, lower: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(the text before it, name, attributes) of each start tag and of the end; attributes only where they matter."""
    position = 0
    while found := TAG.search(text, position):
        name = (found[2] or "").lower()
        yield text[position : found.start()], name, _attributes(found[3]) if name in ("meta", "base") else {}
        position = found.end()
        closing = "-->" if found[1] else f"</{name}" if name in UNREAD else ">"
        end = lower.find(closing, position)
        position = len(text) if end < 0 else end + (closing == ">")
    yield text[position:], "", {}


def _attributes(text: str) -> dict[str, str]:
    """The first of each name counts."""
    found: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(text[:MAX_ATTRIBUTES]):
        value = each["double"] or each["single"] or each["bare"] or ""
        found.setdefault(each["name"].lower(), html.unescape(value))
    return found
