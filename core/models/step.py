"""Steps and their attempts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from core.failures import FailureKind
from core.models.columns import HOST, NO_ID_TWICE, Document, Json, Text, enumeration, one_of, partial
from core.states import STEP_FINAL, Outcome, StepStatus

ENDED_BADLY = "job_steps.status = 'failed' OR (job_steps.status = 'cancelled' AND job_steps.started_at IS NOT NULL)"
"""Steps that were run and have no report."""

FAILED = "status = 'failed' AND source_report_id IS NULL"
"""Steps whose target failed; one that reads a stored page has asked nobody."""
OF_FAILED = ("completed_at", "host", "error_kind", "job_id", "status", "source_report_id")
"""All that is asked of them, the condition included: SQLite tells it by the index alone."""


class JobStep(SQLModel, table=True):
    """One target of a job."""

    __tablename__ = "job_steps"
    __table_args__ = (
        UniqueConstraint("job_id", "step_number"),
        CheckConstraint("(status = 'running') = (lease_owner IS NOT NULL)", name="owned"),
        CheckConstraint("(lease_owner IS NULL) = (lease_expires_at IS NULL)", name="leased"),
        CheckConstraint(f"(status IN ({one_of(STEP_FINAL)})) = (completed_at IS NOT NULL)", name="final"),
        CheckConstraint("attempts >= 0 AND fence >= 0", name="counts"),
        Index(None, "job_id", "status", "id"),
        Index(None, "host", "job_id"),
        Index("ix_job_steps_due", "job_id", "status", "next_attempt_at", "step_number"),
        partial("ix_job_steps_visited", "host", where="status = 'running'"),
        partial("ix_job_steps_parked", "host", "job_id", "next_attempt_at", "step_number", where="waits_for_host"),
        partial("ix_job_steps_ended_badly", "target", "completed_at", where=ENDED_BADLY.replace("job_steps.", "")),
        partial("ix_job_steps_failed", *OF_FAILED, where=FAILED),
        partial("ix_job_steps_leases", "lease_owner", where="status = 'running'"),
        partial("ix_job_steps_reused", "reused_report_id", "job_id", where="reused_report_id IS NOT NULL"),
        partial("ix_job_steps_reusing", "job_id", where="reused_report_id IS NOT NULL"),
        partial("ix_job_steps_pruned", "pruned_report_id", where="pruned_report_id IS NOT NULL"),
        partial("ix_job_steps_reading", "source_report_id", "job_id", where="source_report_id IS NOT NULL"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    step_number: int
    name: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    host: str = Field(sa_type=HOST)
    status: StepStatus = Field(sa_type=enumeration(StepStatus, "status"))
    attempts: int = 0
    next_attempt_at: datetime
    waits_for_host: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether `next_attempt_at` is a guess: the end of a visit to its host makes it due."""
    overrides: Json | None = Field(default=None, sa_type=Document)
    lease_owner: str | None = Field(default=None, max_length=80)
    lease_expires_at: datetime | None = None
    fence: int = 0
    result_data: Json | None = Field(default=None, sa_type=Document)
    reused_report_id: int | None = None
    """The report that another step made and this one points to; `result_data` says it to the readers."""
    source_report_id: int | None = None
    """The report whose stored page this step reads instead of visiting its target."""
    pruned_report_id: int | None = None
    """The report that this step had and that is no longer kept."""
    error_kind: FailureKind | None = Field(default=None, sa_type=enumeration(FailureKind, "error_kind"))
    error_message: str | None = Field(default=None, sa_type=Text)
    started_at: datetime | None = None
    completed_at: datetime | None = None


class StepAttempt(SQLModel, table=True):
    """One claim of a step and how it ended; inserted by the claim, never overwritten by a later one."""

    __tablename__ = "step_attempts"
    __table_args__ = (
        UniqueConstraint("step_id", "number"),
        CheckConstraint("(outcome IS NULL) = (completed_at IS NULL)", name="ended"),
        Index(None, "completed_at"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    step_id: int = Field(foreign_key="job_steps.id", ondelete="CASCADE")
    number: int
    overrides: Json | None = Field(default=None, sa_type=Document)
    """Those of its step at the time of the claim: a later retry changes only the step's."""
    started_at: datetime
    completed_at: datetime | None = None
    outcome: Outcome | None = Field(default=None, sa_type=enumeration(Outcome, "outcome"))
    error_kind: FailureKind | None = Field(default=None, sa_type=enumeration(FailureKind, "error_kind"))
    error_message: str | None = Field(default=None, sa_type=Text)
    http_status: int | None = None
