"""What a page answers to the questions of its job.

An answer is `{"count": how often it is there, "found": what of it}`, or `{"error": a code of `Unanswered`}`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from core import expressions
from core.apart import at_once
from core.expressions import Asked, BadExpression, Path, Unanswered
from core.extract.page import ParsedPage, clean

MOST_COUNTED, MOST_READ, MOST_FOUND = 1_000, 100, 20
"""Of what a question looks for: counted, read as texts, and kept of those as different ones."""
LONGEST_FOUND = 300
BEFORE, AFTER = 30, 110
"""Characters: of one thing found, and on both sides of words."""
ALL_SECONDS, ONE_SECONDS = 5.0, 1.0
"""Processor time of all questions to a page, and the most that one of them gets."""

Apart = Callable[[Sequence[Callable[[], Any]]], list[Any]]
"""How the questions are answered so that each costs only itself: `core.apart`."""


def read(page: ParsedPage, seen: str, html: str, questions: Sequence[Asked], apart: Apart) -> dict[str, Any]:
    """Name → answer; `seen` is the visible text, `html` the page as it came."""
    texts = {"text": seen, "html": html}
    works = {asked.name: partial(_answer, page, texts[asked.over], asked) for asked in questions}
    costly = {asked.name for asked in questions if _may_be_costly(asked)}
    results: dict[str, Any] = {}
    for names, do in (works.keys() - costly, at_once), (costly, apart):
        if ordered := [name for name in works if name in names]:
            results |= zip(ordered, do([works[name] for name in ordered]), strict=True)
    return {name: _told(results[name]) for name in works}


def seconds_each(questions: Sequence[Asked]) -> float:
    """The processor time that each of them gets."""
    return min(ONE_SECONDS, ALL_SECONDS / max(1, len(questions)))


def _may_be_costly(asked: Asked) -> bool:
    """Whether the cost may grow faster than the page does."""
    if asked.kind != "css":
        return asked.kind == "regex"
    try:
        return not all(path.is_plain for path in expressions.selectors(asked.expression))
    except BadExpression:  # the answer tells it
        return True


def _told(result: Any) -> dict[str, Any]:
    if isinstance(result, OSError):
        return {"error": (Unanswered.TIMEOUT if isinstance(result, TimeoutError) else Unanswered.FAILED).value}
    count, found = result
    return {"count": count, "found": found}


def _answer(page: ParsedPage, text: str, asked: Asked) -> tuple[int, list[str]]:
    match asked.kind:
        case "text":
            return _mentions(expressions.words(asked.expression), text)
        case "regex":
            return _matches(expressions.regular(asked.expression), text)
        case _:
            return _selected(expressions.selectors(asked.expression), page.tree)


def _mentions(words: re.Pattern[str], text: str) -> tuple[int, list[str]]:
    """How often, and the surroundings of the first one."""
    places = [match.span() for match in islice(words.finditer(text), MOST_COUNTED)]
    return len(places), [_around(text, *places[0])] if places else []


def _around(text: str, start: int, end: int) -> str:
    """… up to some words on both sides …"""
    first, last = max(0, start - BEFORE), min(len(text), end + AFTER)
    before, after = text[first:start], text[end:last]
    if first:
        before = "…" + (before.partition(" ")[2] or before)
    if last < len(text):
        after = (after.rpartition(" ")[0] or after) + "…"
    return clean(before + text[start:end] + after, LONGEST_FOUND) or ""


def _matches(pattern: re.Pattern[str], text: str) -> tuple[int, list[str]]:
    """The first group of each match, or the whole where that has no part in it; matches of nothing do not count."""
    found = (match for match in pattern.finditer(text) if match[0])
    return _collected((match[1] if pattern.groups and match[1] else match[0]) for match in found)


def _selected(paths: Iterable[Path], tree: HtmlElement) -> tuple[int, list[str]]:
    return _collected(value for path in paths for value in _values(path, XPath(path.xpath)(tree)))


def _values(path: Path, elements: list[HtmlElement]) -> Iterator[str | Callable[[], str]]:
    """What the path asks of each element that has it; a text is put together only when it is wanted."""
    for element in elements:
        if path.of_text:
            yield from (piece for piece in element.xpath("text()") if piece.strip())
        elif path.attribute is None:
            yield partial(_text, element)
        elif (value := element.get(path.attribute)) is not None:
            yield value if value.strip() else partial(_tag, element)


def _text(element: HtmlElement) -> str:
    """The beginning of an element's text; the tag of one that has none, an image or a script from elsewhere."""
    text = ""
    for piece in element.itertext():
        text += piece if text.strip() else piece.lstrip()
        if len(text) > 4 * LONGEST_FOUND:
            break
    return text if text.strip() else _tag(element)


def _tag(element: HtmlElement) -> str:
    attributes = [f'{name}="{value}"' for name, value in element.items()]
    return f"<{' '.join([str(element.tag), *attributes])}>"


def _collected(values: Iterable[str | Callable[[], str]]) -> tuple[int, list[str]]:
    """How many, up to `MOST_COUNTED`, and the first different ones of them."""
    found: dict[str, None] = {}
    count = 0
    for value in islice(values, MOST_COUNTED):
        count += 1
        if (
            count <= MOST_READ
            and len(found) < MOST_FOUND
            and (text := clean(value if isinstance(value, str) else value(), LONGEST_FOUND))
        ):
            found[text] = None
    return count, list(found)
