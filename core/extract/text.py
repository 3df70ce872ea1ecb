"""What a reader sees on a page, and which part of it is the report's text.

The rule: a home page's text is all its visible text, its sections (hero, cards, footer …) apart by an empty line.
Any other page's text is the main text that trafilatura finds; where that is less than `FEW_WORDS` words or less than
`SMALL_SHARE` of the visible ones, or the page has more than `MANY_ELEMENTS`, or tables inside more than `MANY_TABLES`
others, it is the visible text too.
"""

import hashlib
import logging
import re
import unicodedata

import trafilatura
from lxml.etree import iterwalk
from lxml.html import HtmlElement

from core.extract.page import UNWANTED, ParsedPage

FEW_WORDS = 25
SHORT_WORDS = 60  # of a main text found by trafilatura's fast way; below, its slow one, twice as dear, often finds more
SMALL_SHARE = 0.05
MANY_ELEMENTS = 100_000  # trafilatura takes 0.1 ms an element: the time limit would cost the whole page
MANY_TABLES = 100  # each inside the next: its time grows with the cube of them, and 1,900 fit into 13 KB
TEXT_BYTES = 2_000_000

UNSEEN = frozenset({
    "script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
    "video", "map", "select", "datalist", "textarea", "noembed", "noframes",
})  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
SECTIONS = frozenset({"article", "aside", "footer", "form", "header", "main", "nav", "section"})
HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
BLOCK_BREAK, SECTION_BREAK = "\n", "\v"
SPACE = re.compile(r"\s+")
SPACE_RUN = re.compile(r" {2,}")
LINE_ENDS = re.compile(r" *\n[ \n]*")
SECTION_ENDS = re.compile(r"[ \n]*\v[ \n\v]*")
WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")

logger = logging.getLogger(__name__)
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without an article
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def visible(page: ParsedPage) -> str:
    """The text a reader sees without scripts: one block a line, an empty line between sections."""
    body = page.tree.find("body")
    return seen_in(page.tree if body is None else body)


def seen_in(root: HtmlElement) -> str:
    """The same of one element."""
    pieces: list[str] = []
    walker = iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in BLOCKS:
            pieces.append(SECTION_BREAK if tag in SECTIONS else BLOCK_BREAK)
        if event == "end":
            _append(pieces, element.tail if element is not root else None)
        elif tag in UNSEEN or is_hidden(element, tag):
            walker.skip_subtree()
        else:
            _append(pieces, element.text)
    joined = SECTION_ENDS.sub("\v", LINE_ENDS.sub("\n", SPACE_RUN.sub(" ", "".join(pieces))))
    return _bounded(joined.replace("\v", "\n\n").strip())


def choose(page: ParsedPage, seen: str) -> str:
    """The report's text by the rule above; `seen` is the visible text."""
    if page.is_home:
        return seen
    main, words = ("", 0) if _is_monstrous(page) else _main(page)
    return seen if words < FEW_WORDS or words < SMALL_SHARE * count_words(seen) else main


def count_words(text: str) -> int:
    """Words of a text; in scripts without spaces (Chinese, Japanese, Thai …) two characters count as one."""
    unspaced = len(UNSPACED.findall(text))
    return len(WORD.findall(UNSPACED.sub(" ", text) if unspaced else text)) + (unspaced + 1) // 2


def fingerprint(text: str) -> str:
    """SHA-256 of the text in NFC, white space collapsed: changes when the words do."""
    return hashlib.sha256(" ".join(unicodedata.normalize("NFC", text).split()).encode()).hexdigest()


def _is_monstrous(page: ParsedPage) -> bool:
    """Whether looking for the main text would cost more than it is worth."""
    too_many, too_deep = f"count(//*) > {MANY_ELEMENTS}", f"//table/ancestor::table[{MANY_TABLES}]"
    return bool(page.tree.xpath(too_many) or page.tree.xpath(f"boolean({too_deep})"))


def _main(page: ParsedPage) -> tuple[str, int]:
    """The main text and its number of words."""
    found = _found(page, is_fast=True)
    words = count_words(found)
    if words >= SHORT_WORDS:
        return found, words
    found = _found(page, is_fast=False)
    return found, count_words(found)


def _found(page: ParsedPage, *, is_fast: bool) -> str:
    try:
        found = trafilatura.bare_extraction(page.tree, url=page.url, include_comments=False, fast=is_fast)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # rules of a library over any page; the visible text stands in
        logger.info("Main text not found: %r", error)
        return ""
    return _bounded(UNWANTED.sub("", getattr(found, "text", None) or "").strip())


def _append(pieces: list[str], text: str | None) -> None:
    if text:
        pieces.append(SPACE.sub(" ", UNWANTED.sub("", text)))


def is_hidden(element: HtmlElement, tag: str) -> bool:
    """Whether its own attributes hide it; `tag` is its name."""
    if tag in ("html", "body"):  # hidden only until scripts have run
        return False
    style = element.get("style")
    return "hidden" in element.attrib or (style is not None and HIDDEN.search(style) is not None)


def _bounded(text: str) -> str:
    if len(text) * 4 <= TEXT_BYTES:
        return text
    return text.encode("utf-8")[:TEXT_BYTES].decode("utf-8", "ignore")
