"""Sums of ended steps, by minute, by hour and since ever: what metrics are read from. They outlive the jobs."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from core.models.columns import Text, enumeration


class Span(StrEnum):
    """How long a time a sum is over."""

    MINUTE = "minute"
    HOUR = "hour"
    EVER = "ever"
    """One row that only grows, for counters."""


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""`begins_at` of what is since ever."""
COMPLETED, FLAGGED = "completed", "flagged"
"""Results beside the failure kinds: a report without flags, one with some."""


class StepResult(SQLModel, table=True):
    """How attempts and steps of one owner's jobs ended in that time.

    `attempts` are those that a target answered or failed; `steps` those of them that were the last of their step.
    """

    __tablename__ = "step_results"
    __table_args__ = {"sqlite_with_rowid": False}

    span: Span = Field(primary_key=True, sa_type=enumeration(Span, "span"))
    begins_at: datetime = Field(primary_key=True)
    result: str = Field(primary_key=True, max_length=20)
    """`COMPLETED`, `FLAGGED` or a failure kind."""
    owner: str = Field(primary_key=True, sa_type=Text)
    attempts: int
    steps: int


class StepTime(SQLModel, table=True):
    """How long the last attempts of steps took, from claim to settlement: a histogram (`core.histogram`)."""

    __tablename__ = "step_times"
    __table_args__ = {"sqlite_with_rowid": False}

    span: Span = Field(primary_key=True, sa_type=enumeration(Span, "span"))
    begins_at: datetime = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    owner: str = Field(primary_key=True, sa_type=Text)
    steps: int
    seconds: float
