"""Cells of a worksheet that its reader gives as empty although they say something: formulas without a saved value, and
errors (ECMA-376, 18.3.1.4 and 18.18.11)."""

import re
from html import unescape
from xml.parsers.expat import XMLParserType

from core.tables.reach import SLICE, UTF16, Parsed, column_number

Unread = dict[int, list[tuple[int, str]]]
"""Row → its columns with their texts: `=A2&".com"`, `=…` where a formula is shared with another cell, `#DIV/0!`."""

SHARED = "=…"
_TELLING = re.compile(rb"[<:]f[\s/>]|t\s*=\s*[\"']e[\"']")
_USUAL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"((?: [a-z]{1,9}="[^"<>]*")*)>(?=<f|<v>#)'
    rb"(<f(?: [^<>]*)?/>|<f(?: [^<>]*[^<>/])?>([^<]*)</f>)?(<v>([^<]*)</v>|<v ?/>)?</c>"
)


def unread_cells(xml: bytes, limit: int) -> Unread:
    """These cells of a worksheet. Raises `OverflowError` above `limit` of them; its callers tell what to do."""
    found = None if xml.startswith(UTF16) else _usual(xml, limit)
    return _Parsed(xml, limit).found if found is None else found


def _usual(xml: bytes, limit: int) -> Unread | None:
    """The cells, or None if some are not spelled as spreadsheets do; in slices, to give other threads their turn."""
    found: Unread = {}
    count = begin = 0
    while begin < len(xml):
        end = xml.find(b"<c ", begin + SLICE)
        end = len(xml) if end < 0 else end
        cells = _of_slice(xml, begin, end)
        if cells is None:
            return None
        count += len(cells)
        _check(count, limit)
        for row, column, text in cells:
            found.setdefault(row, []).append((column, text))
        begin = end
    return found


def _of_slice(xml: bytes, begin: int, end: int) -> list[tuple[int, int, str]] | None:
    cells: list[tuple[int, int, str]] = []
    telling = sum(1 for _match in _TELLING.finditer(xml, begin, end))
    matches = _USUAL.findall(xml, begin, end) if telling else []
    for letters, digits, attributes, formula, inner, saved, value in matches:
        is_error = b' t="e"' in attributes
        telling -= bool(formula) + is_error
        if value and not is_error:
            continue
        kind = "e" if is_error else "str" if b' t="str"' in attributes else ""
        text = _text(kind, bool(formula), _decoded(inner), _decoded(value) if saved else None)
        if text:
            cells.append((int(digits), column_number(letters.decode()), text))
    return None if telling else cells


def _decoded(raw: bytes) -> str:
    return unescape(raw.decode(errors="replace"))


def _text(kind: str, has_formula: bool, formula: str, value: str | None) -> str | None:
    """What the cell says, if the reader does not. An empty text is the saved value of many formulas."""
    if value and kind == "e":
        return value
    if not has_formula or value or (kind == "str" and value is not None):
        return None
    return f"={formula.strip()}" if formula.strip() else SHARED


def _check(count: int, limit: int) -> None:
    if count > limit:
        raise OverflowError("too many cells without a value")


class _Parsed(Parsed):
    """The same by a real parser, for unusual spellings."""

    def __init__(self, xml: bytes, limit: int) -> None:
        self.found: Unread = {}
        self._limit = limit
        self._count = 0
        self._kind = ""
        self._texts: dict[str, list[str]] = {}
        self._open: list[str] | None = None
        super().__init__(xml)

    def _prepare(self, parser: XMLParserType) -> None:
        parser.buffer_text = True
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        super()._element(name, attributes)
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._kind, self._texts = attributes.get("t", ""), {}
        elif kind in {"f", "v", "is"}:
            self._open = self._texts.setdefault("v" if kind == "is" else kind, [])

    def _characters(self, text: str) -> None:
        if self._open is not None:
            self._open.append(text)

    def _end(self, name: str) -> None:
        kind = name.rpartition(":")[2]
        if kind in {"f", "v", "is"}:
            self._open = None
        elif kind == "c":
            self._keep(*("".join(self._texts[part]) if part in self._texts else None for part in ("f", "v")))

    def _keep(self, formula: str | None, value: str | None) -> None:
        text = _text(self._kind, formula is not None, formula or "", value)
        if text:
            self._count += 1
            _check(self._count, self._limit)
            row, column = self._at
            self.found.setdefault(row, []).append((column, text))
