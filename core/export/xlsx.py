"""xlsx: typed cells written row by row (pandas would hold the sheet), real links within Excel's limits, no formulas."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from core.errors import InvalidInput
from core.export import temporary
from core.export.content import Table
from core.i18n import N_, _, speaking
from core.rows import Column, Kind, as_text

# Excel specifications and limits (support.microsoft.com)
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_LINKS = 65_530
LINK_UNITS = 2_079  # UTF-16 units
CELL_UNITS = 32_767  # UTF-16 units
FIRST_YEAR = 1900
CUT = " …"

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 does not allow (2.2)."""
LINKED_COLUMN = "final_url"
"""The column that keeps its links when there are too many rows for links in all URL columns."""
WIDTHS = {Kind.INTEGER: 10, Kind.NUMBER: 10, Kind.TRUTH: 8, Kind.MOMENT: 19, Kind.DAY: 11, Kind.URL: 36}
OTHER_WIDTH = 24
WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def pieces(content: Table) -> Iterator[bytes]:
    """The file, streamed when it is complete; `InvalidInput` at once if Excel could not open it."""
    if content.total + 1 > MOST_ROWS or len(content.columns) > MOST_COLUMNS:
        raise InvalidInput(
            N_(
                "A workbook holds {most_rows} rows and {most_columns} columns; this export has {rows} and {columns}."
                " Choose csv or parquet."
            ),
            errors=[{"field": "format", "detail": _("too many rows or columns for xlsx")}],
            most_rows=MOST_ROWS - 1,
            most_columns=MOST_COLUMNS,
            rows=content.total,
            columns=len(content.columns),
        )
    return temporary.streamed(partial(_write, content), "xlsx")


def _write(content: Table, path: Path) -> Iterator[None]:
    workbook = xlsxwriter.Workbook(path, WORKBOOK_OPTIONS | {"tmpdir": str(path.parent)})
    workbook.use_zip64()
    workbook.set_properties({"title": _cleaned(content.title), "created": content.made_at.replace(tzinfo=None)})
    try:
        sheet = Sheet(workbook, content)
        for frame in content.frames():
            for row in frame.itertuples(index=False, name=None):
                sheet.add(row)
            yield
        sheet.finish()
        _about(workbook, content)
    except BaseException:
        # a half-made workbook is not closed (that would build it), but its open files are
        for worksheet in workbook.worksheets():
            worksheet._opt_close()
        raise
    workbook.close()


class Sheet:
    """The sheet of rows, written downwards; nothing of a finished row is held but its links."""

    def __init__(self, workbook: Any, content: Table) -> None:
        """Writes the header, which stays in sight while one scrolls."""
        self.columns = content.columns
        self.sheet = workbook.add_worksheet(content.sheet)
        self.moment_format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.linked = _linked(content)
        self.links = 0
        self.next_row = 1
        with speaking(content.language):
            self.cut_mark = " " + _("[cut: a cell ends at {limit} characters]").format(limit=CELL_UNITS)
        bold = workbook.add_format({"bold": True})
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, WIDTHS.get(column.kind, OTHER_WIDTH))
            self.sheet.write_string(0, place, cell_text(column.name), bold)
        self.sheet.freeze_panes(1, 0)

    def add(self, values: tuple[Any, ...]) -> None:
        """Write the next row."""
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            if value is not None:
                self._write(self.next_row, place, column, value)
        self.next_row += 1

    def finish(self) -> None:
        """Filters over all rows."""
        self.sheet.autofilter(0, 0, self.next_row - 1, len(self.columns) - 1)

    def _write(self, row: int, place: int, column: Column, value: Any) -> None:
        match column.kind:
            case Kind.INTEGER | Kind.NUMBER:
                self.sheet.write_number(row, place, value)
            case Kind.TRUTH:
                self.sheet.write_boolean(row, place, value)
            case Kind.MOMENT | Kind.DAY:
                self._write_time(row, place, value)
            case _:
                self._write_text(row, place, column, value)

    def _write_time(self, row: int, place: int, value: date) -> None:
        """Excel's calendar begins in 1900; what is before it (a page may say anything) is text."""
        if value.year < FIRST_YEAR:
            self.sheet.write_string(row, place, value.isoformat())
        elif isinstance(value, datetime):
            self.sheet.write_datetime(row, place, value.astimezone(UTC), self.moment_format)
        else:
            self.sheet.write_datetime(row, place, value, self.day_format)

    def _write_text(self, row: int, place: int, column: Column, value: Any) -> None:
        text = cell_text(as_text(value, column.kind) or "", self.cut_mark)
        if column.name in self.linked and self.links < MOST_LINKS and _can_be_link(text):
            self.links += 1
            self.sheet.write_url(row, place, text, string=text)
        elif text:
            self.sheet.write_string(row, place, text)


def cell_text(text: str, cut_mark: str = CUT) -> str:
    """The text as a cell takes it: no forbidden characters, line feeds alone, cut with a mark at Excel's limit."""
    text = _cleaned(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) * 2 > CELL_UNITS and _units(text) > CELL_UNITS:
        room = CELL_UNITS - _units(cut_mark)
        text = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + cut_mark
    # xlsxwriter would write such a text as markup, unescaped
    return f" {text}" if text.startswith("<r>") and text.endswith("</r>") else text


def _cleaned(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _linked(content: Table) -> frozenset[str]:
    names = frozenset(column.name for column in content.columns if column.kind is Kind.URL)
    return names if content.total * len(names) <= MOST_LINKS else frozenset({LINKED_COLUMN})


def _can_be_link(text: str) -> bool:
    return text.lower().startswith(("http://", "https://")) and _units(text) <= LINK_UNITS


def _about(workbook: Any, content: Table) -> None:
    """A second sheet: what the file is, and when it was made."""
    with speaking(content.language):
        sheet = workbook.add_worksheet(_("About"))
    sheet.set_column(0, 1, OTHER_WIDTH)
    for row, pair in enumerate(content.about()):
        for place, text in enumerate(pair):
            sheet.write_string(row, place, cell_text(text))
