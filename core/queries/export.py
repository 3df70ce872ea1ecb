"""Reads of an export: lines or steps with their reports, in keyset pages that are bounded by rows and by size."""

from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.models import JobLine, JobStep, Report, ReportText
from core.queries.lines import NOT_TAKEN
from core.queries.reports import OF_STEP
from core.rows import REPORT_COLUMNS, Facts
from core.states import Verdict

RowsOf = Literal["lines", "steps"]

CHUNK_ROWS = 5_000
CHUNK_CHARACTERS = 16 * 1024 * 1024
"""A chunk ends here too: 5,000 rows of long texts and links would not fit in the memory of a small machine."""
FETCHED_ROWS = 50
"""Rows that the database's driver holds at a time; each may have a text of megabytes."""
ITEM_CHARACTERS = 80
"""What an item of a list counts for (most are URLs)."""


def uploaded(session: Session, job_id: int) -> list[str]:
    """The names of the uploaded table's other columns over all lines of the job, in the order first seen."""
    statement = sa.select(col(JobLine.extra)).where(col(JobLine.job_id) == job_id, col(JobLine.extra).is_not(None))
    extras = session.execute(statement.order_by(col(JobLine.id)), execution_options={"yield_per": CHUNK_ROWS}).scalars()
    return list(dict.fromkeys(key for extra in extras for key in extra))


def count(session: Session, job_id: int, rows: RowsOf) -> int:
    """How many rows the export has."""
    counted = JobLine if rows == "lines" else JobStep
    statement = sa.select(sa.func.count()).select_from(counted).where(col(counted.job_id) == job_id)
    return int(session.execute(statement).scalar_one())


def chunks(session: Session, job_id: int, rows: RowsOf) -> Iterator[list[Facts]]:
    """The rows in order, at most `CHUNK_ROWS` at a time; each has the names that `core.rows` takes."""
    statement, key = _lines(job_id) if rows == "lines" else _steps(job_id)
    place = 0
    while chunk := _chunk(session, statement.where(key > place).order_by(key).limit(CHUNK_ROWS)):
        place = chunk[-1]["place"]
        yield chunk


def _chunk(session: Session, statement: sa.Select[Any]) -> list[Facts]:
    chunk: list[Facts] = []
    characters = 0
    with session.execute(statement, execution_options={"yield_per": FETCHED_ROWS}) as result:
        for facts in result.mappings():
            chunk.append(facts)
            characters += sum(map(_characters, facts.values()))
            if characters >= CHUNK_CHARACTERS:
                break
    return chunk


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return len(value) * ITEM_CHARACTERS if isinstance(value, list | dict) else 0


def _lines(job_id: int) -> tuple[sa.Select[Any], Any]:
    """One row a line, as the list was given; a duplicate gives the facts of the step that it points to."""
    first = aliased(JobLine)
    duplicate_of = (
        sa.select(col(first.line))
        .where(col(first.step_id) == col(JobLine.step_id), col(first.verdict).not_in(NOT_TAKEN))
        .where(col(JobLine.verdict) == Verdict.DUPLICATE)
        .order_by(col(first.id))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        sa.select(*_facts(duplicate_of), col(JobLine.id).label("place"), col(JobLine.job_id))
        .select_from(JobLine)
        .outerjoin(JobStep, col(JobStep.id) == col(JobLine.step_id))
        .where(col(JobLine.job_id) == job_id)
    )
    return _with_reports(statement), col(JobLine.id)


def _steps(job_id: int) -> tuple[sa.Select[Any], Any]:
    """One row a step, with the line that it came from."""
    first = aliased(JobLine)
    its_line = (
        sa.select(sa.func.min(col(first.id)))
        .where(col(first.step_id) == col(JobStep.id), col(first.verdict).not_in(NOT_TAKEN))
        .scalar_subquery()
    )
    statement = (
        sa.select(*_facts(sa.null()), col(JobStep.step_number).label("place"), col(JobStep.job_id))
        .select_from(JobStep)
        .outerjoin(JobLine, col(JobLine.id) == its_line)
        .where(col(JobStep.job_id) == job_id)
    )
    return _with_reports(statement), col(JobStep.step_number)


def _with_reports(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.outerjoin(Report, OF_STEP).outerjoin(ReportText, col(ReportText.report_id) == col(Report.id))


def _facts(duplicate_of: Any) -> list[sa.ColumnElement[Any]]:
    fields = sa.inspect(Report).columns
    return [
        col(JobLine.extra),
        col(JobLine.line),
        col(JobLine.input),
        _value(JobLine.verdict),
        col(JobLine.reason),
        duplicate_of.label("duplicate_of"),
        col(JobStep.target),
        col(JobStep.host),
        _value(JobStep.status),
        _value(JobStep.error_kind),
        col(JobStep.error_message),
        col(JobStep.attempts),
        col(JobStep.step_number),
        *(fields[column.name] for column in REPORT_COLUMNS),
        col(Report.id).label("report_id"),
        sa.case((col(Report.id).is_not(None), col(JobStep.reused_report_id).is_not(None))).label("reused"),
        sa.case((col(JobStep.completed_at).is_not(None), col(JobStep.pruned_report_id).is_not(None))).label("pruned"),
        col(ReportText.text),
    ]


def _value(enumeration: Any) -> sa.ColumnElement[Any]:
    """The stored value instead of the member: a file knows no classes of ours."""
    return sa.type_coerce(enumeration, sa.String).label(enumeration.key)
