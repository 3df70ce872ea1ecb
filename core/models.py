"""The tables, their constraints and indexes; no behaviour. Times are UTC-aware, enumerations VARCHAR with a CHECK."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Computed,
    Dialect,
    Enum,
    Float,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from core.failures import FailureKind
from core.states import FINAL, STEP_FINAL, JobStatus, JobType, Origin, Outcome, StepStatus, Verdict

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]
NO_ID_TWICE = {"sqlite_autoincrement": True}
"""A late worker or an old link must never meet a new row under a deleted row's id."""


def storable(value: str) -> str:
    """The text as both databases take it: PostgreSQL refuses NUL, both refuse lone surrogates; each becomes U+FFFD."""
    if value.isascii():
        return value.replace("\x00", "\ufffd") if "\x00" in value else value
    return value.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Text(TypeDecorator[str]):
    """Text that is always storable."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean the text on its way in."""
        return None if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """JSON whose texts are always storable and whose keys keep their order; Python's None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Clean every text of the document on its way in."""
        return _storable_json(value)


def _storable_json(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _storable_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable_json(item) for item in value]
        case _:
            return value


def _enum(kind: type[StrEnum], name: str) -> Enum:
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def _one_of(values: frozenset[StrEnum] | frozenset[JobStatus] | frozenset[StepStatus]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


HOST = String(253).with_variant(String(253, collation="C"), "postgresql")
"""A host name; compared by bytes, so that "begins with" is a range of the index on both databases."""


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
        CheckConstraint(f"(status IN ({_one_of(FINAL)})) = (completed_at IS NOT NULL)", name="final"),
        CheckConstraint("status <> 'running' OR (started_at IS NOT NULL AND queued_at IS NOT NULL)", name="running"),
        Index(None, "status", "priority", "queued_at"),
        Index(None, "created_by"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    job_type: JobType = Field(sa_type=_enum(JobType, "job_type"))
    name: str = Field(sa_type=Text)
    description: str = Field(default="", sa_type=Text)
    status: JobStatus = Field(sa_type=_enum(JobStatus, "status"))
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
    origin: Origin = Field(sa_type=_enum(Origin, "origin"))
    created_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class JobStep(SQLModel, table=True):
    """One target of a job."""

    __tablename__ = "job_steps"
    __table_args__ = (
        UniqueConstraint("job_id", "step_number"),
        CheckConstraint("(status = 'running') = (lease_owner IS NOT NULL)", name="owned"),
        CheckConstraint("(lease_owner IS NULL) = (lease_expires_at IS NULL)", name="leased"),
        CheckConstraint(f"(status IN ({_one_of(STEP_FINAL)})) = (completed_at IS NOT NULL)", name="final"),
        CheckConstraint("attempts >= 0 AND fence >= 0", name="counts"),
        Index(None, "job_id", "status", "id"),
        Index(None, "host", "job_id"),
        Index("ix_job_steps_due", "job_id", "status", "next_attempt_at", "step_number"),
        Index(
            "ix_job_steps_visited",
            "host",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "ix_job_steps_parked",
            "host",
            "job_id",
            "next_attempt_at",
            "step_number",
            sqlite_where=text("waits_for_host"),
            postgresql_where=text("waits_for_host"),
        ),
        Index(
            "ix_job_steps_leases",
            "lease_owner",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "ix_job_steps_reused",
            "reused_report_id",
            "job_id",
            sqlite_where=text("reused_report_id IS NOT NULL"),
            postgresql_where=text("reused_report_id IS NOT NULL"),
        ),
        Index(
            "ix_job_steps_reusing",
            "job_id",
            sqlite_where=text("reused_report_id IS NOT NULL"),
            postgresql_where=text("reused_report_id IS NOT NULL"),
        ),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    step_number: int
    name: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    host: str = Field(sa_type=HOST)
    status: StepStatus = Field(sa_type=_enum(StepStatus, "status"))
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
    error_kind: FailureKind | None = Field(default=None, sa_type=_enum(FailureKind, "error_kind"))
    error_message: str | None = Field(default=None, sa_type=Text)
    started_at: datetime | None = None
    completed_at: datetime | None = None


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
    verdict: Verdict = Field(sa_type=_enum(Verdict, "verdict"))
    reason: str | None = Field(default=None, sa_type=Text)
    step_id: int | None = Field(default=None, foreign_key="job_steps.id", ondelete="CASCADE")
    extra: Json | None = Field(default=None, sa_type=Document)


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
    started_at: datetime
    completed_at: datetime | None = None
    outcome: Outcome | None = Field(default=None, sa_type=_enum(Outcome, "outcome"))
    error_kind: FailureKind | None = Field(default=None, sa_type=_enum(FailureKind, "error_kind"))
    error_message: str | None = Field(default=None, sa_type=Text)
    http_status: int | None = None


class Report(SQLModel, table=True):
    """What one successful step produced."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("step_id"),
        Index(None, "job_id", "id"),
        Index(None, "host", "id"),
        Index(None, "target", "fetched_at"),
        NO_ID_TWICE,
    )

    id: int | None = Field(default=None, primary_key=True)
    step_id: int = Field(foreign_key="job_steps.id", ondelete="CASCADE")
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    target: str = Field(sa_type=Text)
    host: str = Field(sa_type=HOST)
    requested_url: str = Field(sa_type=Text)
    final_url: str = Field(sa_type=Text)
    redirect_chain: list[Any] = Field(sa_type=Document)
    http_status: int
    https: bool
    ip: str | None = None
    ttfb_seconds: float | None = None
    total_seconds: float | None = None
    bytes: int
    content_type: str | None = Field(default=None, sa_type=Text)
    charset: str | None = Field(default=None, sa_type=Text)
    charset_source: str | None = Field(default=None, sa_type=Text)
    server: str | None = Field(default=None, sa_type=Text)
    tls_issuer: str | None = Field(default=None, sa_type=Text)
    tls_expires_at: datetime | None = None
    robots_verdict: str | None = Field(default=None, sa_type=Text)
    fetched_at: datetime
    attempts: int
    extractor_version: str = Field(sa_type=Text)
    title: str | None = Field(default=None, sa_type=Text)
    description: str | None = Field(default=None, sa_type=Text)
    canonical_url: str | None = Field(default=None, sa_type=Text)
    language_declared: str | None = Field(default=None, sa_type=Text)
    language_detected: str | None = Field(default=None, sa_type=Text)
    site_name: str | None = Field(default=None, sa_type=Text)
    author: str | None = Field(default=None, sa_type=Text)
    published_on: date | None = None
    modified_on: date | None = None
    image_url: str | None = Field(default=None, sa_type=Text)
    favicon_url: str | None = Field(default=None, sa_type=Text)
    generator: str | None = Field(default=None, sa_type=Text)
    h1s: list[Any] = Field(sa_type=Document)
    jsonld_types: list[Any] = Field(sa_type=Document)
    feeds: list[Any] = Field(sa_type=Document)
    meta_robots: str | None = Field(default=None, sa_type=Text)
    word_count: int
    content_hash: str = Field(max_length=64)
    categories: list[Any] = Field(sa_type=Document)
    tags: list[Any] = Field(sa_type=Document)
    internal_links: list[Any] = Field(sa_type=Document)
    external_links: list[Any] = Field(sa_type=Document)
    external_hosts: list[Any] = Field(sa_type=Document)
    emails: list[Any] = Field(sa_type=Document)
    phones: list[Any] = Field(sa_type=Document)
    social_profiles: list[Any] = Field(sa_type=Document)
    flags: list[Any] = Field(sa_type=Document)
    answers: Json = Field(sa_type=Document)


class ReportText(SQLModel, table=True):
    """The text of a report, apart, so that lists of reports stay light."""

    __tablename__ = "report_texts"

    report_id: int = Field(primary_key=True, foreign_key="reports.id", ondelete="CASCADE")
    text: str = Field(sa_type=Text)


class Comment(SQLModel, table=True):
    """What somebody wrote about a job."""

    __tablename__ = "comments"
    __table_args__ = (Index(None, "job_id", "id"), NO_ID_TWICE)

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobs.id", ondelete="CASCADE")
    author: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    created_at: datetime
    edited_at: datetime | None = None


class Host(SQLModel, table=True):
    """What politeness has to know about a host, over all jobs and engines; a row begins with the first visit."""

    __tablename__ = "hosts"
    __table_args__ = (
        CheckConstraint("interval_seconds IS NULL OR interval_seconds BETWEEN 0 AND 3600", name="interval"),
        CheckConstraint("crawl_delay_seconds IS NULL OR crawl_delay_seconds BETWEEN 0 AND 60", name="crawl_delay"),
        Index(
            "ix_hosts_waited_for",
            "not_before",
            sqlite_where=text("not_before IS NOT NULL"),
            postgresql_where=text("not_before IS NOT NULL"),
        ),
        Index(
            "ix_hosts_overridden",
            "host",
            sqlite_where=text("interval_seconds IS NOT NULL"),
            postgresql_where=text("interval_seconds IS NOT NULL"),
        ),
    )

    host: str = Field(primary_key=True, sa_type=HOST)
    last_ended_at: datetime | None = None
    """When the last visit ended; a visit that is being broken off is given 2 s more."""
    answered_at: datetime | None = None
    """The last HTTP answer of whatever status."""
    crawl_delay_seconds: float | None = None
    """`Crawl-delay` of its robots.txt; 0 when that asks for none, null while it was not read."""
    not_before: datetime | None = None
    """Until when its last `Retry-After` asked to wait."""
    interval_seconds: float | None = None
    """Set by people: instead of the interval of the jobs and of `Crawl-delay`."""


class EngineRecord(SQLModel, table=True):
    """One start of an engine; it renews `seen_at` while it lives, and goes with its process."""

    __tablename__ = "engines"

    id: str = Field(primary_key=True, max_length=80)
    kind: str = Field(max_length=20)
    machine: str = Field(sa_type=Text)
    pid: int
    version: str = Field(max_length=40)
    started_at: datetime
    seen_at: datetime
    vitals: Json = Field(sa_type=Document)


class IdempotencyKey(SQLModel, table=True):
    """The answer to a request that may be sent twice; kept 24 h."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    key: str = Field(primary_key=True, max_length=255)
    caller: str = Field(primary_key=True, max_length=255)
    request_hash: str = Field(max_length=64)
    job_id: int | None = Field(default=None, foreign_key="jobs.id", ondelete="SET NULL")
    response: Json | None = Field(default=None, sa_type=Document)
    created_at: datetime


JOBS = SQLModel.metadata.tables["jobs"]
JOB_STEPS = SQLModel.metadata.tables["job_steps"]
JOB_LINES = SQLModel.metadata.tables["job_lines"]
STEP_ATTEMPTS = SQLModel.metadata.tables["step_attempts"]
REPORTS = SQLModel.metadata.tables["reports"]
REPORT_TEXTS = SQLModel.metadata.tables["report_texts"]
COMMENTS = SQLModel.metadata.tables["comments"]
HOSTS = SQLModel.metadata.tables["hosts"]
ENGINES = SQLModel.metadata.tables["engines"]
IDEMPOTENCY_KEYS = SQLModel.metadata.tables["idempotency_keys"]
