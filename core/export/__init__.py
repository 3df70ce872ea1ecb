"""A job's lines or steps with their reports, or the audit log, as a file that is streamed in pieces."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import cast, get_args

from core.db import Database
from core.errors import InvalidInput
from core.export import csv, json, parquet, xlsx
from core.export.content import Content, Table
from core.export.events import Events
from core.export.file_name import file_name
from core.i18n import N_, _
from core.queries.audit import EventFilter
from core.queries.export import RowsOf


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is made; `pieces` checks its limits when it is called, before anything is read."""

    media_type: str
    pieces: Callable[[Content], Iterator[bytes]]


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", csv.pieces),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.pieces),
    "json": Format("application/json", json.pieces),
    "ndjson": Format("application/x-ndjson", json.line_pieces),
    "parquet": Format("application/vnd.apache.parquet", parquet.pieces),
}
"""Format, which is also the file's ending → how it is made."""
OF_EVENTS: dict[str, Callable[[Table], Iterator[bytes]]] = {
    "csv": csv.pieces,
    "xlsx": xlsx.pieces,
    "ndjson": json.line_pieces,
}
"""Formats of the audit log."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file that is made while it is read; `partial` says that the job was still going on.

    `chunks` can be read once and holds a snapshot of the database, and perhaps a temporary file, until it ends, fails,
    or `close` is called; empty pieces say that the work goes on. Leaving a `with` block closes too.
    """

    filename: str
    media_type: str
    chunks: Generator[bytes, None, None]
    partial: bool
    _held: ExitStack = field(repr=False)

    def close(self) -> None:
        """Give snapshot and temporary files back, also when the reader went away halfway."""
        self.chunks.close()
        self._held.close()

    def __enter__(self) -> "ExportFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def export(
    database: Database,
    job_id: int,
    *,
    format: str,
    rows: str = "lines",
    separator: str = ",",
    language: str = "en",
    now: datetime | None = None,
) -> ExportFile:
    """The export of a job as it is at this moment; raises `NotFound` and `InvalidInput` here, not while streaming.

    `rows`: "lines" (the list as given, rejected and duplicate lines too) or "steps"; `separator` (csv): `,`, `;` or a
    tab; `language`: of the sentences, never of the column names; `now`: the date in the file's name.
    """
    _check("format", format, tuple(FORMATS))
    _check("rows", rows, get_args(RowsOf))
    _check("separator", separator, csv.SEPARATORS)
    made_at = now or datetime.now(UTC)
    with ExitStack() as stack:
        session = stack.enter_context(database.reading())
        content = Content.of(session, job_id, cast(RowsOf, rows), separator, language, made_at)
        pieces = FORMATS[format].pieces(content)
        held = stack.pop_all()
    return ExportFile(
        file_name(content, format), FORMATS[format].media_type, _streamed(held, pieces), content.partial, held
    )


def export_events(
    database: Database,
    wanted: EventFilter,
    *,
    format: str,
    separator: str = ",",
    language: str = "en",
    now: datetime | None = None,
) -> ExportFile:
    """The audit log, newest event first; raises `InvalidInput` here, not while streaming."""
    _check("format", format, tuple(OF_EVENTS))
    _check("separator", separator, csv.SEPARATORS)
    made_at = now or datetime.now(UTC)
    with ExitStack() as stack:
        session = stack.enter_context(database.reading())
        pieces = OF_EVENTS[format](Events.of(session, wanted, separator, language, made_at))
        held = stack.pop_all()
    name = f"lote-audit-{made_at.date().isoformat()}.{format}"
    return ExportFile(name, FORMATS[format].media_type, _streamed(held, pieces), False, held)


def _streamed(held: ExitStack, pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    with held:
        yield from pieces


def _check(field_name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidInput(
            N_("'{value}' is not possible for {field}; choose one of: {allowed}."),
            errors=[
                {"field": field_name, "detail": _("one of {allowed}").format(allowed=", ".join(map(repr, allowed)))}
            ],
            value=value[:100],
            field=field_name,
            allowed=_quoted(allowed),
        )


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values))
