"""What a question looks for, read from how people write it: words, a regular expression, a CSS selector. Pure."""

import re
import unicodedata
import warnings
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cssselect import ExpressionError, HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from cssselect.parser import Attrib, Class, Element, FunctionalPseudoElement, Hash, Selector, Tree
from cssselect.xpath import XPathExpr

TEXT_OF = "text"
"""`::text`: the pieces of text that stand in an element itself, as in parsel and Scrapy."""


class BadExpression(ValueError):
    """What is written there is no such expression; the message says where it goes wrong, in English."""


class Unanswered(StrEnum):
    """Why a question has no answer on a page."""

    TIMEOUT = "timeout"
    FAILED = "failed"


class Asked(NamedTuple):
    """A question as the processes get it that answer it; the fields are those of `core.questions.Question`."""

    name: str
    kind: str
    expression: str
    over: str


@dataclass(frozen=True, slots=True)
class Path:
    """One of the selectors between commas: the elements of `xpath`, or an attribute or the text of each.

    A plain one looks at each element for itself (`a.shop[href]`): its cost grows with the page and no faster.
    """

    xpath: str
    is_plain: bool
    attribute: str | None = None
    of_text: bool = False


def words(expression: str) -> re.Pattern[str]:
    """Finds the words in this order, in upper or lower case, whatever white space stands between them.

    Accents on vowels make no difference, they are left out often enough; ñ, ç and the like are letters of their own.
    """
    composed = unicodedata.normalize("NFC", expression)
    return re.compile(r"\s+".join("".join(map(_letter, word)) for word in composed.split()), re.IGNORECASE)


def _letter(char: str) -> str:
    pieces = unicodedata.normalize("NFD", char)
    base = pieces[0].lower()
    if base in _VOWELS:
        return f"[{_VOWELS[base]}]{_ACCENTS}?"
    return re.escape(char) if pieces == char else f"(?:{re.escape(char)}|{re.escape(pieces)})"


_ACCENTS = "[\u0300-\u036f]"
_LATIN = [chr(code) for code in range(0xC0, 0x250)]
_VOWELS = {
    base: base + "".join(char for char in _LATIN if unicodedata.normalize("NFD", char)[0] == base) for base in "aeiouy"
}


def regular(expression: str) -> re.Pattern[str]:
    """The regular expression (Python's `re`). Raises `BadExpression`.

    Compiling stays cheap whatever is written; how long the search takes is for the caller to bound.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "possible nested set" is for programmers
            return re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadExpression(str(error) or type(error).__name__) from error


@lru_cache(maxsize=256)
def selectors(expression: str) -> tuple[Path, ...]:
    """The paths of a CSS selector; `::attr(name)` and `::text` at the end of one as in parsel. Raises `BadExpression`.

    A path may be more than the XPath engine takes: that shows when it is used.
    """
    try:
        return tuple(_path(selector) for selector in parse_selectors(expression))
    except (SelectorError, RecursionError) as error:
        raise BadExpression(str(error) or type(error).__name__) from error


def _is_plain(tree: Tree) -> bool:
    while isinstance(tree, Attrib | Class | Hash):
        tree = tree.selector
    return isinstance(tree, Element)


class _Translator(HTMLTranslator):
    """Refuses what only the engine of the XPaths would refuse."""

    def xpath_element(self, selector: Element) -> XPathExpr:
        _refuse_namespace(selector)
        return super().xpath_element(selector)

    def xpath_attrib(self, selector: Attrib) -> XPathExpr:
        _refuse_namespace(selector)
        return super().xpath_attrib(selector)


def _refuse_namespace(selector: Element | Attrib) -> None:
    if selector.namespace not in (None, "", "*"):
        raise ExpressionError(f"{selector.namespace}| is a namespace, and HTML has none")


def _path(selector: Selector) -> Path:
    path = Path(_Translator().selector_to_xpath(selector), _is_plain(selector.parsed_tree))
    match selector.pseudo_element:
        case None:
            return path
        case str(name) if name == TEXT_OF:
            return replace(path, of_text=True)
        case FunctionalPseudoElement(name="attr") as attribute if attribute.argument_types() in (["IDENT"], ["STRING"]):
            return replace(path, attribute=str(attribute.arguments[0].value).lower())
        case other:
            name = other if isinstance(other, str) else other.name
            raise BadExpression(f"::{name} is not known; ::attr(name) and ::text are")
