"""The file of a backup: gzip, JSON lines (RFC 8259, one value a line).

First an object that says what it is, then for each table an object with its columns and its rows as arrays, at last an
object with the number of rows of each table and the SHA-256 of all lines before it.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from core.errors import InvalidInput
from core.i18n import N_

FORMAT = 1
"""Of the file; another number is another way to write it. What the tables are is the revision's matter."""
LEVEL = 4
"""Of gzip; 6 takes twice as long for a twentieth less."""
MARK = "lote_backup"
OF_ITSELF = ("version", "revision", "created_at", "database", "sequences")
UNREADABLE = N_("The backup {file} cannot be read: {reason}. Nothing was changed.")
NO_BACKUP = N_("{file} is not a backup that `python -m core backup` has made. Nothing was changed.")
CUT = N_("The backup {file} is cut off: its end is missing. Nothing was changed. Take another backup.")
DAMAGED = N_("The backup {file} is damaged: its checksum is wrong. Nothing was changed. Take another backup.")
NEWER = N_(
    "The backup {file} was made by a newer version of Lote, {version}. Nothing was changed. Install that version first."
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself; `sequences` is the highest id that each table ever gave, `rows` of each table."""

    version: str
    revision: str
    created_at: str
    database: str
    sequences: dict[str, int]
    rows: dict[str, int]


@contextmanager
def written(path: Path) -> Iterator["Writer"]:
    """A writer of this file, which stands under its name only when all is written; mode 0600."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
                yield Writer(cast(IO[bytes], packed))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Writer:
    """Writes the lines of one backup."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._rows: Counter[str] = Counter()
        self._table = ""

    def begin(self, **contents: object) -> None:
        """What it is."""
        self._line({MARK: FORMAT, **contents})

    def table(self, name: str, columns: Sequence[str]) -> None:
        """The rows that follow are this table's."""
        self._table = name
        self._rows[name] = 0
        self._line({"table": name, "columns": list(columns)})

    def row(self, values: Sequence[Any], plain: Callable[[Any], Any]) -> None:
        """One row; `plain` gives the form of what JSON does not know."""
        self._rows[self._table] += 1
        self._line(values, plain)

    def end(self) -> dict[str, int]:
        """Close it; gives the rows of each table."""
        rows = dict(self._rows)
        self._line({"rows": rows, "sha256": self._hash.hexdigest()})
        return rows

    def _line(self, value: Any, plain: Callable[[Any], Any] | None = None) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
        line = text.encode("utf-8", "surrogatepass") + b"\n"
        self._hash.update(line)
        self._file.write(line)


def look_into(path: Path) -> Contents:
    """What the backup is, after all of it has been read and found whole.

    Raises `InvalidInput` for what cannot be read, is no backup, is cut off or damaged, or is of a later format.
    """
    values = _values(path)
    first = next(values)
    rows: Counter[str] = Counter()
    table, end = "", {}
    for value in values:
        if isinstance(value, list):
            rows[table] += 1
        elif "table" in value:
            table = value["table"]
            rows[table] = 0
        else:
            end = value
    if end.get("rows") != rows:
        raise InvalidInput(DAMAGED, file=path)
    return Contents(**{name: first[name] for name in OF_ITSELF}, rows=dict(rows))


def rows_of(path: Path) -> Iterator[tuple[str, list[str], list[Any]]]:
    """Every row with its table and the names of its columns; raises as `look_into` does."""
    values = _values(path)
    next(values)
    table, columns = "", list[str]()
    for value in values:
        if isinstance(value, list):
            yield table, columns, value
        elif "table" in value:
            table, columns = value["table"], value["columns"]


def _values(path: Path) -> Iterator[Any]:
    """The value of each line; after the last one it is certain that none was changed or lost."""
    seen, began = hashlib.sha256(), False
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                value = json.loads(line)
                if not began:
                    _check_kind(path, value)
                    began = True
                if isinstance(value, dict) and "sha256" in value:
                    if value["sha256"] != seen.hexdigest():
                        raise InvalidInput(DAMAGED, file=path)
                    yield value
                    return
                seen.update(line)
                yield value
    except EOFError as error:
        raise InvalidInput(CUT if began else NO_BACKUP, file=path) from error
    except (gzip.BadGzipFile, zlib.error, ValueError) as error:
        raise InvalidInput(DAMAGED if began else NO_BACKUP, file=path) from error
    except OSError as error:
        raise InvalidInput(UNREADABLE, file=path, reason=error.strerror) from error
    raise InvalidInput(CUT if began else NO_BACKUP, file=path)


def _check_kind(path: Path, first: Any) -> None:
    if not isinstance(first, dict) or not isinstance(first.get(MARK), int):
        raise InvalidInput(NO_BACKUP, file=path)
    if first[MARK] > FORMAT:
        raise InvalidInput(NEWER, file=path, version=first.get("version"))
