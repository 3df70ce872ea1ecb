"""Separated text → rows: the separator is found by trying, quotes and line ends in cells are understood (RFC 4180)."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from core.tables.columns import share_of_targets
from core.tables.table import Row, check_shape
from core.targets import Policy

SEPARATORS = ("\t", ";", "|", ",")
_NONE = "\x1f"  # no text has it: decoding refuses control characters
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SAMPLE_CHARACTERS = 64 * 1024
_SAMPLE_ROWS = 50
_REGULAR = 0.6
_NO_ROWS = 2  # the line of Excel's hint and the heading


def hinted_separator(text: str) -> str | None:
    """The separator of Excel's own first line `sep=;`."""
    match = _HINT.match(text)
    return match[1] if match else None


def find_separator(text: str, policy: Policy) -> str | None:
    """The character that cuts most lines into the same number of cells, best into cells that are targets; or None."""
    sample = text[:_SAMPLE_CHARACTERS]
    scores = {}
    for separator in SEPARATORS:
        rows = _sample(sample, separator) if separator in sample else []
        cut = [row for row in rows if len(row) > 1]
        if cut and len(cut) >= _REGULAR * len(rows):
            width, regular = Counter(map(len, cut)).most_common(1)[0]
            columns = zip(*(row for row in cut if len(row) == width), strict=True)
            scores[separator] = (regular / len(rows), max(share_of_targets(column, policy) for column in columns))
    return max(scores, key=lambda separator: scores[separator]) if scores else None


def read_rows(text: str, separator: str | None, filename: str, row_limit: int) -> list[Row]:
    """All rows that are not empty, padded to one width, each with its physical line. Raises `InvalidInput`."""
    try:
        found = _collect(_parsed(text, separator), filename, row_limit)
    except csv.Error:  # a quote that never ends, or stands in the middle: then quotes are characters like others
        found = _collect(_unquoted(text, separator), filename, row_limit)
    width = max((len(cells) for _line, cells in found), default=0)
    check_shape(filename, len(found), width, row_limit, besides=_NO_ROWS)
    skipped = 1 if hinted_separator(text) else 0
    return [(line, cells + ("",) * (width - len(cells))) for line, cells in found if line > skipped]


def _collect(rows: Iterator[Row], filename: str, row_limit: int) -> list[Row]:
    found: list[Row] = []
    width = 0
    for line, cells in rows:
        if any(cell and not cell.isspace() for cell in cells):
            found.append((line, cells))
            width = max(width, len(cells))
            check_shape(filename, len(found), width, row_limit, besides=_NO_ROWS)
    return found


def _parsed(text: str, separator: str | None) -> Iterator[Row]:
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=separator or _NONE, strict=True, skipinitialspace=True)
    line = 1
    for cells in reader:
        yield line, tuple(cells)
        line = reader.line_num + 1


def _unquoted(text: str, separator: str | None) -> Iterator[Row]:
    for line, raw in enumerate(io.StringIO(text, newline=None), start=1):
        cells = raw.rstrip("\n").split(separator or _NONE)
        yield line, tuple(cell.strip().strip('"') for cell in cells)


def _sample(text: str, separator: str) -> list[tuple[str, ...]]:
    for rows in (_parsed(text, separator), _unquoted(text, separator)):
        try:
            return list(islice((cells for _line, cells in rows if any(cells)), _SAMPLE_ROWS))
        except csv.Error:
            continue
    return []
