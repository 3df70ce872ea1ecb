"""Text, items or rows of a table → Targets; every physical line that says something gives at least one entry."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from core.states import Verdict
from core.targets.judging import judge
from core.targets.lines import Line, Part, Targets, of_part, without_duplicates
from core.targets.policy import Policy
from core.targets.tokens import Token, tokens_of

PARTS_LIMIT = 100_000
"""Tokens of one line; a longer one is rejected unread, so that a book in one line costs little."""
HEADINGS = frozenset(
    {
        "address",
        "company website",
        "correo",
        "correo electrónico",
        "dirección web",
        "domain",
        "domain name",
        "domain names",
        "domains",
        "dominio",
        "dominios",
        "e-mail",
        "email",
        "enlace",
        "enlaces",
        "home page",
        "homepage",
        "host",
        "hostname",
        "hosts",
        "link",
        "links",
        "nombre de dominio",
        "objetivo",
        "objetivos",
        "pagina web",
        "página web",
        "site",
        "sites",
        "sitio",
        "sitio web",
        "sitios",
        "sitios web",
        "target",
        "targets",
        "uri",
        "url",
        "urls",
        "web",
        "web site",
        "web sites",
        "webs",
        "website",
        "websites",
    }
)
"""What people call the column with the targets, in English and Spanish, case-folded."""

CELL_ERRORS = frozenset(
    {
        *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"),
        *("#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!"),
        *("#¡NULO!", "#¡DIV/0!", "#¡VALOR!", "#¡REF!", "#¿NOMBRE?", "#¡NUM!", "#N/D", "#¡DESBORDAMIENTO!", "#¡CALC!"),
    }
)
"""What a spreadsheet shows instead of a value, in English and Spanish."""

_SIMPLE = re.compile(r"[a-z0-9.-]*[a-z0-9]")
_CELL = re.compile(r"[,;|\t]")
_DEFAULT = Policy()


def parse_text(text: str, *, policy: Policy = _DEFAULT) -> Targets:
    """The targets of pasted text. Lines end at LF, CR LF or CR, and are counted as an editor does.

    A first line that is the heading of a list (`domain`, `url;company`, …) stays visible: it is rejected with the
    reason `header`, is counted there and says so. A heading above nothing is read like any other line, but is no target
    even where any word may be a name. Never raises.
    """
    return Targets(tuple(without_duplicates(_lines_of_text(text, policy))))


def parse_items(items: Iterable[str], policy: Policy = _DEFAULT) -> Targets:
    """The targets of a list of items (API), each read like a line of text; `line` is the position from 1.

    Every item gives at least one entry: one that is blank or only a comment is `empty`; there are no headings.
    """
    lines = (line for place, item in enumerate(items, start=1) for line in _read_or_empty(place, item, {}, policy))
    return Targets(tuple(without_duplicates(lines)))


def parse_rows(rows: Iterable[tuple[int, str, dict[str, str]]], policy: Policy = _DEFAULT) -> Targets:
    """The targets of a table: (line number, cell, other columns); a row without anything in its cell is `empty`.

    A cell with a formula (`=A2&".com"`) or an error of a spreadsheet (`#DIV/0!`) is rejected as such.
    """
    return Targets(tuple(without_duplicates(line for row in rows for line in _lines_of_row(*row, policy))))


def is_heading(cells: Iterable[str]) -> bool:
    """Whether cells are the heading of a table: one is a known name, and none could be a target."""
    names = [cell.strip().strip("\"'“”").strip().casefold() for cell in cells]
    return any(name in HEADINGS for name in names) and not any(set(name) & {".", "@", "/", ":"} for name in names)


def has_no_value(cell: str) -> bool:
    """Whether a spreadsheet left a formula or an error in a cell instead of a value."""
    return _unsaved(cell) is not None


def _lines_of_text(text: str, policy: Policy) -> Iterator[Line]:
    heading: tuple[int, str] | None = None
    first = True
    for number, raw in enumerate(_physical(text), start=1):
        if not raw or raw.isspace():
            continue
        if first and is_heading(_CELL.split(raw.strip("\ufeff"))):
            heading, first = (number, raw), False
            continue
        for line in _read(number, raw, {}, policy):
            if heading:
                yield Line(*heading, Verdict.REJECTED, ("header",))
                heading = None
            first = False
            yield line
    if heading:
        yield from _heading_alone(*heading, policy)


def _heading_alone(number: int, raw: str, policy: Policy) -> Iterator[Line]:
    lines = list(_read(number, raw, {}, policy))
    if any(line.taken for line in lines):
        yield Line(number, raw, Verdict.REJECTED, ("header",))
    else:
        yield from lines


def _physical(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\r" in text else text.split("\n")


def _lines_of_row(number: int, cell: str, extra: dict[str, str], policy: Policy) -> Iterator[Line]:
    code = _unsaved(cell) if cell else None
    if code:
        yield Line(number, cell, Verdict.REJECTED, (code,), extra=extra)
    else:
        yield from _read_or_empty(number, cell, extra, policy)


def _unsaved(cell: str) -> str | None:
    """Why a spreadsheet left no value in a cell; a row of equals signs is an ornament."""
    cell = cell.strip()
    if cell.startswith("="):
        return "formula" if cell.strip("= ") and not cell.startswith("==") else None
    return "cell_error" if cell.startswith("#") and cell.upper() in CELL_ERRORS else None


def _read_or_empty(number: int, raw: str, extra: dict[str, str], policy: Policy) -> Iterator[Line]:
    """The entries of an item or cell: at least one."""
    found = False
    for line in _read(number, raw, extra, policy):
        found = True
        yield line
    if not found:
        yield Line(number, raw, Verdict.REJECTED, ("empty",), extra=extra)


def _read(number: int, raw: str, extra: dict[str, str], policy: Policy) -> Iterator[Line]:
    """The entries of one line, item or cell: none without a token. A comment ends with its own line in a cell."""
    if _SIMPLE.fullmatch(raw):
        yield of_part(number, raw, judge(Token(raw, raw, ()), policy), extra)
        return
    tokens: list[Token] = []
    for token in chain.from_iterable(map(tokens_of, _physical(raw))):
        tokens.append(token)
        if len(tokens) > PARTS_LIMIT:
            yield Line(number, raw, Verdict.REJECTED, ("too_many_parts",), extra=extra)
            return
    if len(tokens) == 1:
        yield of_part(number, raw, judge(tokens[0], policy), extra)
    elif tokens:
        yield from _several(number, raw, tokens, extra, policy)


def _several(number: int, raw: str, tokens: list[Token], extra: dict[str, str], policy: Policy) -> Iterator[Line]:
    parts: tuple[Part, ...] = tuple(judge(token, policy) for token in tokens)
    if any(part.target is None for part in parts):
        yield Line(number, raw, Verdict.REJECTED, ("mixed",), extra=extra, parts=parts)
        return
    for part in parts:
        yield of_part(number, part.input, part, extra)
