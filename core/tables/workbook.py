"""An xlsx workbook → the rows of one sheet; formulas give the values that were saved with them, else themselves."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from core.errors import InvalidInput
from core.i18n import N_, Count
from core.tables.archive import broken, check_workbook, protected, sheet_part
from core.tables.table import Row, check_shape
from core.tables.unread import Unread, unread_cells

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_EXACT_INTEGERS = 2**53
_UNREAD_LIMIT = 1_000_000

Value = str | float | bool | date | datetime | time | timedelta


def read_sheet(data: bytes, filename: str, sheet: str | None, row_limit: int) -> tuple[str, tuple[str, ...], list[Row]]:
    """(name of the sheet, names of all, rows padded to one width with their row numbers): the sheet asked for, or the
    first with content, visible ones before hidden ones. Raises `InvalidInput`."""
    if data.startswith(_OLE):
        raise protected(filename) if _ENCRYPTED_PART in data else _old(filename)
    check_workbook(data, filename)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = tuple(book.sheet_names)
            for name in _wanted(book, sheet, filename):
                found = book.get_sheet_by_name(name)
                rows = _rows(found, _unread(data, names.index(name), filename), filename, row_limit)
                if rows or sheet is not None:
                    return name, names, rows
    except PasswordError as error:
        raise protected(filename) from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken(filename) from error
    raise InvalidInput(N_("“{file}” is empty: no sheet has a cell with content."), file=filename)


def _wanted(book: CalamineWorkbook, sheet: str | None, filename: str) -> list[str]:
    """Names of the sheets to try, in this order."""
    if sheet is None:
        ordered = sorted(book.sheets_metadata, key=lambda facts: facts.visible != SheetVisibleEnum.Visible)
        return [facts.name for facts in ordered]
    if sheet not in book.sheet_names:
        names = ", ".join(book.sheet_names)
        raise InvalidInput(
            N_("“{file}” has no sheet “{sheet}”. There are: {names}"), file=filename, sheet=sheet, names=names
        )
    return [sheet]


def _unread(data: bytes, place: int, filename: str) -> Unread:
    try:
        return unread_cells(sheet_part(data, place, filename), _UNREAD_LIMIT)
    except OverflowError as error:
        raise InvalidInput(
            N_(
                "“{file}” has more than {limit} formulas without a saved value or with an error. Open it in a"
                " spreadsheet program and save it, or export the list as .csv."
            ),
            file=filename,
            limit=Count(_UNREAD_LIMIT),
        ) from error


def _rows(sheet: CalamineSheet, unread: Unread, filename: str, row_limit: int) -> list[Row]:
    """The rows that are not empty, the reader's with what it does not give, padded to one width."""
    width = max([sheet.total_width, *(column for cells in unread.values() for column, _text in cells)])
    rows: list[Row] = []
    for number, cells in _read(sheet, max(unread, default=0)):
        if len(cells) < width:
            cells += ("",) * (width - len(cells))
        if number in unread:
            cells = _filled(cells, unread[number])
        if any(cell and not cell.isspace() for cell in cells):
            rows.append((number, cells))
            check_shape(filename, len(rows), width, row_limit, besides=1)  # the heading is not a row
    return rows


def _read(sheet: CalamineSheet, last: int) -> Iterator[Row]:
    """The rows of the reader, and empty ones down to row `last`."""
    number = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        yield number, tuple(map(_plain, values))
    for further in range(number + 1, last + 1):
        yield further, ()


def _filled(cells: tuple[str, ...], unread: list[tuple[int, str]]) -> tuple[str, ...]:
    filled = list(cells)
    for column, text in unread:
        filled[column - 1] = text
    return tuple(filled)


def _plain(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _old(filename: str) -> InvalidInput:
    return InvalidInput(N_("“{file}” is an Excel file of the old .xls kind. Save it as .xlsx or .csv."), file=filename)
