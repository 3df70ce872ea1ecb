"""Table: what an uploaded file holds, and the limits of an upload."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.errors import InvalidInput
from core.i18n import N_, Count

UPLOAD_LIMIT_BYTES = 25 * 1024 * 1024
UNPACKED_LIMIT_BYTES = 200 * 1024 * 1024
"""Of a workbook, all its parts together."""
ROW_LIMIT = 500_000
"""As many as the API takes domains (`LARGEST_LIST`): a job's own limit counts targets, and is told when all rows are
judged, so that repeated and rejected ones do not count."""
CELL_LIMIT = 5_000_000
"""Rows × columns, empty cells included: both readers give a full rectangle. Ten columns of the most rows; as Python's
strings they take some 600 MiB for as long as the file is read."""

Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Table:
    """The rows of a file; every row has a cell for every column. A text is a table of one column, a line a row."""

    kind: Literal["text", "csv", "xlsx"]
    columns: tuple[str, ...]
    """Unique names: the heading's, or `A`, `B`, … as in a spreadsheet."""
    rows: tuple[Row, ...]
    """(physical line or row of the sheet from 1, cells), without the heading and without empty rows."""
    guessed_column: str | None
    """The column that seems to hold the targets."""
    heading_line: int | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    text: str | None = None
    """The whole text, if the file has no columns."""

    def rows_for(self, column: str | None = None) -> Iterator[tuple[int, str, dict[str, str]]]:
        """(line, cell of `column`, the other columns), as `targets.parse_rows` takes them; default: the guessed one."""
        wanted = column if column is not None else self.guessed_column or self.columns[0]
        if wanted not in self.columns:
            raise InvalidInput(
                N_("There is no column “{column}”. There are: {columns}"),
                column=wanted,
                columns=", ".join(self.columns),
            )
        at = self.columns.index(wanted)
        for line, cells in self.rows:
            others = zip(self.columns, cells, strict=True)
            yield line, cells[at], {name: cell for name, cell in others if name != wanted}


def check_shape(filename: str, rows: int, columns: int, row_limit: int, besides: int = 0) -> None:
    """Raise `InvalidInput` for a table that is too large to be read; `besides` rows may turn out to be none."""
    if rows - besides > row_limit:
        raise InvalidInput(
            N_("“{file}” has more than {limit} rows. Cut it into several files."), file=filename, limit=Count(row_limit)
        )
    if rows * columns > CELL_LIMIT:
        raise InvalidInput(
            N_("“{file}” has {rows} rows of {columns} columns, more than {limit} cells. Keep only the needed columns."),
            file=filename,
            rows=Count(rows),
            columns=Count(columns),
            limit=Count(CELL_LIMIT),
        )
