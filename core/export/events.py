"""The audit log as a file: what goes into it, whatever its format."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime

import pandas as pd
from sqlmodel import Session

from core.i18n import _, speaking
from core.queries import audit
from core.queries.audit import EventFilter
from core.rows import Column, Kind, moment_text

COLUMNS = (
    Column("id", Kind.INTEGER),
    Column("at", Kind.MOMENT),
    Column("actor", Kind.TEXT),
    Column("means", Kind.TEXT),
    Column("token_id", Kind.INTEGER),
    Column("action", Kind.TEXT),
    Column("thing", Kind.TEXT),
    Column("thing_id", Kind.TEXT),
    Column("details", Kind.DOCUMENT),
)


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a filter over one snapshot: `session` stays open until the last chunk is read."""

    session: Session
    wanted: EventFilter
    total: int
    separator: str
    language: str
    made_at: datetime

    @classmethod
    def of(cls, session: Session, wanted: EventFilter, separator: str, language: str, made_at: datetime) -> "Events":
        """Everything but the rows."""
        return cls(session, wanted, audit.exact_total(session, wanted), separator, language, made_at)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of the table."""
        return COLUMNS

    @property
    def title(self) -> str:
        """What the file is about."""
        return "Lote: audit log"

    @property
    def sheet(self) -> str:
        """What its rows are."""
        return "events"

    def frames(self) -> Iterator[pd.DataFrame]:
        """The rows, one frame a chunk."""
        names = [column.name for column in COLUMNS]
        for chunk in audit.chunks(self.session, self.wanted):
            yield pd.DataFrame([astuple(event) for event in chunk], columns=names, dtype=object)

    def about(self) -> list[tuple[str, str]]:
        """Facts for people who open the file later."""
        with speaking(self.language):
            return [(_("Rows"), str(self.total)), (_("Exported at"), moment_text(self.made_at))]
