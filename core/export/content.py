"""What goes into an export, whatever its format: columns, rows as data frames of one chunk each; that of a job."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pandas as pd
from sqlmodel import Session

from core import queries, questions, rows
from core.i18n import N_, _, speaking
from core.queries import export as reads
from core.queries.rows import JobRow
from core.rows import moment_text
from core.states import JobStatus

STATUSES = {
    JobStatus.PENDING: N_("Pending"),
    JobStatus.RUNNING: N_("Running"),
    JobStatus.PAUSED: N_("Paused"),
    JobStatus.COMPLETED: N_("Completed"),
    JobStatus.FAILED: N_("Failed"),
    JobStatus.CANCELLED: N_("Cancelled"),
}


class Table(Protocol):
    """What csv, xlsx and ndjson are made of."""

    @property
    def columns(self) -> tuple[rows.Column, ...]:
        """In the order of the file."""

    @property
    def total(self) -> int:
        """How many rows."""

    @property
    def separator(self) -> str:
        """Between the cells of a csv."""

    @property
    def language(self) -> str:
        """Of the sentences."""

    @property
    def made_at(self) -> datetime:
        """When."""

    @property
    def title(self) -> str:
        """What it is about."""

    @property
    def sheet(self) -> str:
        """What its rows are, in one word."""

    def frames(self) -> Iterator[pd.DataFrame]:
        """The rows, one frame a chunk."""

    def about(self) -> list[tuple[str, str]]:
        """Facts for people who open the file later."""


@dataclass(frozen=True, slots=True)
class Content:
    """One job's export over one snapshot: `session` stays open until the last chunk is read."""

    session: Session
    job: JobRow
    rows_of: reads.RowsOf
    columns: tuple[rows.Column, ...]
    total: int
    separator: str
    language: str
    made_at: datetime

    @classmethod
    def of(
        cls, session: Session, job_id: int, rows_of: reads.RowsOf, separator: str, language: str, made_at: datetime
    ) -> "Content":
        """Everything but the rows; `NotFound` without the job."""
        job = queries.jobs.get(session, job_id)
        columns = rows.columns(reads.uploaded(session, job_id), questions.names(job.config))
        return cls(session, job, rows_of, columns, reads.count(session, job_id, rows_of), separator, language, made_at)

    @property
    def partial(self) -> bool:
        """Whether the job had not ended: rows may still change."""
        return not self.job.is_final

    @property
    def finished_steps(self) -> int:
        """Steps that have ended."""
        return self.job.total_steps - self.job.unfinished_steps

    def frames(self) -> Iterator[pd.DataFrame]:
        """The rows, one frame a chunk; cells keep their Python values (None, int, aware datetime, list …)."""
        names = [column.name for column in self.columns]
        for chunk in reads.chunks(self.session, self.job.id, self.rows_of):
            # not around the loop: after a yield the work may go on in another context
            with speaking(self.language):
                shaped: list[tuple[Any, ...]] = [rows.row_of(facts, self.columns) for facts in chunk]
            yield pd.DataFrame(shaped, columns=names, dtype=object)

    @property
    def title(self) -> str:
        """The job's name."""
        return self.job.name

    @property
    def sheet(self) -> str:
        """What its rows are."""
        return self.rows_of

    def about(self) -> list[tuple[str, str]]:
        """Which job, when, and whether it was still going on; in the language of the export."""
        with speaking(self.language):
            facts = [
                (_("Job"), self.job.name),
                (_("Number"), str(self.job.id)),
                (_("Status"), _(STATUSES[self.job.status])),
                (_("Rows"), str(self.total)),
                (_("Exported at"), moment_text(self.made_at)),
            ]
        return [*facts, ("", self.partial_sentence())] if self.partial else facts

    def partial_sentence(self) -> str:
        """How far the job was, in the language of the export."""
        with speaking(self.language):
            return _("partial: {done} of {total}").format(done=self.finished_steps, total=self.job.total_steps)
