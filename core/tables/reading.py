"""Bytes and name of an upload → Table."""

from pathlib import PurePath

from core.errors import InvalidInput
from core.i18n import N_
from core.tables.columns import guess, names, share_of_targets, starts_with_heading
from core.tables.decoding import decode
from core.tables.separated import find_separator, hinted_separator, read_rows
from core.tables.table import ROW_LIMIT, UPLOAD_LIMIT_BYTES, Row, Table, check_shape
from core.tables.workbook import read_sheet
from core.targets import Policy
from core.targets.parsing import is_heading
from core.targets.tokens import tokens_of

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")
_MOSTLY = 0.5
_SAMPLE = 200
_DEFAULT = Policy()


def read_table(
    data: bytes, filename: str, *, sheet: str | None = None, policy: Policy = _DEFAULT, row_limit: int = ROW_LIMIT
) -> Table:
    """The table in an uploaded file. `policy` helps to guess the column; `sheet` chooses one of a workbook.

    Raises `InvalidInput` for a file that is too large, empty, no table, or no text although its name says so.
    """
    ending = PurePath(filename).suffix.lower()
    _check_upload(data, filename, ending)
    if ending == ".xlsx":
        return _of_workbook(data, filename, sheet, policy, row_limit)
    text, encoding = decode(data, filename)
    if not text.strip("\ufeff\u200b \t\r\n\x0b\x0c\x1a,;|"):
        raise _empty(filename)
    text = text.rstrip("\x1a")  # the end mark of old DOS files
    separator = hinted_separator(text) or find_separator(text, policy)
    rows = read_rows(text, separator, filename, row_limit)
    if separator and not _has_columns(rows, ending, policy):
        separator, rows = None, read_rows(text, None, filename, row_limit)
    if ending == ".txt" and not separator:
        return _of_text(text, encoding, filename, row_limit)
    columns, rest, heading = _headed(rows, filename, policy, row_limit)
    return Table("csv", columns, rest, guess(columns, rest, policy), heading, encoding=encoding, separator=separator)


def _check_upload(data: bytes, filename: str, ending: str) -> None:
    if ending not in ENDINGS:
        raise InvalidInput(
            N_("“{file}” cannot be read: the ending must be .csv, .txt, .tsv or .xlsx. Save the list as one of them."),
            file=filename,
        )
    if len(data) > UPLOAD_LIMIT_BYTES:
        raise InvalidInput(
            N_("“{file}” has {size} MiB; {limit} MiB are allowed. Cut it into several files."),
            file=filename,
            size=f"{len(data) / 1024 / 1024:.1f}",
            limit=UPLOAD_LIMIT_BYTES // 1024 // 1024,
        )
    if not data:
        raise _empty(filename)


def _of_workbook(data: bytes, filename: str, sheet: str | None, policy: Policy, row_limit: int) -> Table:
    name, sheets, rows = read_sheet(data, filename, sheet, row_limit)
    columns, rest, heading = _headed(rows, filename, policy, row_limit)
    return Table("xlsx", columns, rest, guess(columns, rest, policy), heading, sheet=name, sheets=sheets)


def _headed(
    rows: list[Row], filename: str, policy: Policy, row_limit: int
) -> tuple[tuple[str, ...], tuple[Row, ...], int | None]:
    """Names of the columns, the rows below the heading, and the heading's line if there is one."""
    if not rows:
        raise _empty(filename)
    width = len(rows[0][1])
    headed = starts_with_heading(rows, policy)
    check_shape(filename, len(rows), width, row_limit, besides=int(headed))
    return names(rows[0][1] if headed else None, width), tuple(rows[headed:]), rows[0][0] if headed else None


def _of_text(text: str, encoding: str, filename: str, row_limit: int) -> Table:
    lines = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
    rows = [(number, (line,)) for number, line in lines if next(tokens_of(line), None)]
    headed = bool(rows) and is_heading(rows[0][1])
    columns = names(rows[0][1] if headed else None, 1)
    kept = rows[headed:]
    check_shape(filename, len(kept), 1, row_limit)
    heading = rows[0][0] if headed else None
    return Table("text", columns, tuple(kept), columns[0], heading, encoding=encoding, text=text)


def _has_columns(rows: list[Row], ending: str, policy: Policy) -> bool:
    """Whether separated cells are the columns of a table, and not a list with several targets a line."""
    if not rows or is_heading(rows[0][1]):
        return True
    sample = [cells for _line, cells in rows[:_SAMPLE]]
    with_targets = [share_of_targets(column, policy) >= _MOSTLY for column in zip(*sample, strict=True)]
    return not all(with_targets) and (ending != ".txt" or any(with_targets))


def _empty(filename: str) -> InvalidInput:
    return InvalidInput(N_("“{file}” is empty. Choose a file with at least one line."), file=filename)
