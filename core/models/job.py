"""Jobs and the lists that they were given."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Computed, Float, Index
from sqlmodel import Field, SQLModel

from core.models.columns import NO_ID_TWICE, Document, Json, Text, enumeration, one_of
from core.states import FINAL, JobStatus, JobType, Origin, Verdict


class Job(SQLModel, table=True):
    """One batch: a list of targets with one configuration."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("priority BETWEEN -10 AND 10", name="priority"),
        CheckConstraint(
            "completed_steps >= 0 AND failed_steps >= 0 AND cancelled_steps >= 0"
            " AND completed_steps + failed_steps + cancelled_steps <= total_steps",
            name="counters",
        ),
        CheckConstraint(f"(status IN ({one_of(FINAL)})) = (completed_at IS NOT NULL)", name="final"),
        CheckConstraint("status <> 'running' OR (started_at IS NOT NULL AND queued_at IS NOT NULL)", name="running"),
        Index(None, "status", "priority", "queued_at"),
        Index(None, "created_by"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    job_type: JobType = Field(sa_type=enumeration(JobType, "job_type"))
    name: str = Field(sa_type=Text)
    description: str = Field(default="", sa_type=Text)
    status: JobStatus = Field(sa_type=enumeration(JobStatus, "status"))
    status_reason: Json | None = Field(default=None, sa_type=Document)
    priority: int = 0
    config: Json = Field(sa_type=Document)
    total_steps: int
    completed_steps: int = 0
    failed_steps: int = 0
    cancelled_steps: int = 0
    progress_percentage: float | None = Field(
        default=None,
        sa_column=Column(
            Float,
            Computed(
                "CASE WHEN total_steps = 0 THEN 0"
                " ELSE ((completed_steps + failed_steps) * 1000 / total_steps) / 10.0 END",
                persisted=True,
            ),
        ),
    )
    created_by: str = Field(default="", sa_type=Text)
    origin: Origin = Field(sa_type=enumeration(Origin, "origin"))
    created_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    pace_changed_at: datetime | None = None
    """When its lanes or its pause were last changed after its start."""


class JobLine(SQLModel, table=True):
    """One line of the list as it was given; a line with several targets has several rows."""

    __tablename__ = "job_lines"
    __table_args__ = (
        Index(None, "job_id", "id"),
        Index(None, "job_id", "verdict", "id"),
        Index(None, "step_id"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    line: int
    input: str = Field(sa_type=Text)
    verdict: Verdict = Field(sa_type=enumeration(Verdict, "verdict"))
    reason: str | None = Field(default=None, sa_type=Text)
    step_id: int | None = Field(default=None, foreign_key="job_steps.id", ondelete="CASCADE")
    extra: Json | None = Field(default=None, sa_type=Document)
