"""An xlsx workbook → the rows of one sheet; formulas give the values that were saved with them."""

import io
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from core.errors import InvalidInput
from core.i18n import N_
from core.tables.archive import broken, check_workbook, protected
from core.tables.table import Row, check_shape

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_EXACT_INTEGERS = 2**53

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
            found = _choose(book, sheet, filename)
            return found.name, names, _rows(found, filename, row_limit)
    except PasswordError as error:
        raise protected(filename) from error
    except (CalamineError, OSError, ValueError) as error:
        raise broken(filename) from error


def _choose(book: CalamineWorkbook, sheet: str | None, filename: str) -> CalamineSheet:
    if sheet is not None:
        if sheet not in book.sheet_names:
            names = ", ".join(book.sheet_names)
            raise InvalidInput(
                N_("“{file}” has no sheet “{sheet}”. There are: {names}"), file=filename, sheet=sheet, names=names
            )
        return book.get_sheet_by_name(sheet)
    ordered = sorted(book.sheets_metadata, key=lambda facts: facts.visible != SheetVisibleEnum.Visible)
    for facts in ordered:
        found = book.get_sheet_by_name(facts.name)
        if found.height:
            return found
    raise InvalidInput(N_("“{file}” is empty: no sheet has a cell with content."), file=filename)


def _rows(sheet: CalamineSheet, filename: str, row_limit: int) -> list[Row]:
    rows: list[Row] = []
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(map(_plain, values))
        if any(cell and not cell.isspace() for cell in cells):
            rows.append((number, cells))
            check_shape(filename, len(rows), len(cells), row_limit, besides=1)  # the heading is not a row
    return rows


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
