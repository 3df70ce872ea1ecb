"""csv: UTF-8 with BOM (Excel needs it), RFC 4180 quoting and line ends, formulas neutralised."""

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from core.export.content import Table
from core.rows import Column, Kind, as_text

SEPARATORS = (",", ";", "\t")
BOM = "\ufeff"

FORMULA = re.compile(r"[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet may calculate: it may skip white space, and it folds full-width signs (OWASP, CSV injection)."""
PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
"""Numbers and E.164 telephone numbers: a sign before digits alone calculates nothing."""
TYPED = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.TRUTH, Kind.MOMENT, Kind.DAY})


def pieces(content: Table) -> Iterator[bytes]:
    """The file: the header, then one piece a chunk."""
    names = [neutral(column.name) for column in content.columns]
    yield (BOM + _written(pd.DataFrame([], columns=names, dtype=object), content, header=True)).encode()
    for frame in content.frames():
        yield _written(_texts(frame, content.columns), content, header=False).encode("utf-8", "replace")


def neutral(text: str) -> str:
    """The text, with a `'` before it if a spreadsheet might take it for a formula."""
    if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _texts(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    cells = {column.name: [_cell(value, column.kind) for value in frame[column.name]] for column in columns}
    return pd.DataFrame(cells, dtype=object)


def _cell(value: Any, kind: Kind) -> str | None:
    text = as_text(value, kind)
    return text if text is None or kind in TYPED else neutral(text)


def _written(frame: pd.DataFrame, content: Table, *, header: bool) -> str:
    written: str = frame.to_csv(index=False, header=header, sep=content.separator, lineterminator="\r\n")
    return written
