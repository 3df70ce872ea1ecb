"""How far the filled cells of a worksheet reach, read from its XML as it is unpacked (ECMA-376, 18.3)."""

import re
from functools import cache
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

_DIGITS = "0123456789"
SLICE = 1024 * 1024
"""Bytes that are read in one go."""
_MARK = b"sheetData"
_ANY_CELL = re.compile(rb"<(?:[^<>\s/:]+:)?c[\s/>]")
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: [a-z]{1,9}="[^"<>]*")*(/?)>')
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def reach(xml: bytes) -> tuple[int, int] | None:
    """The largest row and column of a cell with content, (0, 0) without one; None for cells in XML that is not
    well-formed, in which another reader may see others.

    Cells that only have a format do not count: some programs write them down to the last row.
    """
    usual = None if xml.startswith(UTF16) else _usual(xml)
    if usual is not None:  # six times faster than a parser
        return usual
    parsed = Parsed(xml)
    return None if parsed.failed and _MARK in xml else (parsed.row, parsed.column)


def _usual(xml: bytes) -> tuple[int, int] | None:
    """The reach if every cell is spelled as spreadsheets do; in slices, so that other threads get their turn."""
    row = column = begin = 0
    while begin < len(xml):
        end = xml.find(b"<", begin + SLICE)
        end = len(xml) if end < 0 else end
        cells = _USUAL_CELL.findall(xml, begin, end)
        if len(cells) != len(_ANY_CELL.findall(xml, begin, end)):
            return None
        filled = [(letters, int(digits)) for letters, digits, closed in cells if not closed]
        row = max([row, *(number for _letters, number in filled)])
        column = max([column, *(column_number(letters.decode()) for letters in {letters for letters, _row in filled})])
        begin = end
    return row, column


class Parsed:
    """The same by a real parser, for unusual spellings; stops at what is not well-formed."""

    def __init__(self, xml: bytes) -> None:
        self.row = self.column = 0
        self.failed = False
        self._at = (0, 0)
        parser = ParserCreate()
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._doctype
        self._prepare(parser)
        try:
            parser.Parse(xml, True)
        except (ExpatError, ValueError):
            self.failed = True

    def _prepare(self, parser: XMLParserType) -> None:
        """Where a subclass asks for more than the beginnings of elements."""

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2] if ":" in name else name
        if kind == "c":
            reference = attributes.get("r")
            row, column = self._at
            self._at = _place(reference) if reference else (row, column + 1)
        elif kind in {"v", "is", "f"}:
            row, column = self._at
            if row > self.row:
                self.row = row
            if column > self.column:
                self.column = column
        elif kind == "row":
            number = attributes.get("r")
            self._at = (int(number) if number else self._at[0] + 1, 0)

    def _doctype(self, *_declaration: object) -> None:
        raise ValueError("a part of a workbook has no document type")


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip(_DIGITS)
    return int(reference[len(letters) :]), column_number(letters)


@cache
def column_number(letters: str) -> int:
    """A → 1, AA → 27. Raises `ValueError`."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 4:
        raise ValueError("no column")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
