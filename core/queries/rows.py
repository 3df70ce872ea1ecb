"""The frozen rows that reads hand out; fields that are columns bear the names of the columns (the API shows them)."""

from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from core.failures import FailureKind
from core.states import FINAL, JobStatus, JobType, Origin, Outcome, StepStatus, Verdict

Row = TypeVar("Row")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. `next_cursor` is None on the last page; `total` is exact up to 10,000."""

    items: list[Row]
    next_cursor: str | None
    total: int
    total_is_exact: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """One batch: a list of targets with one configuration, and how far it is."""

    id: int
    job_type: JobType
    name: str
    description: str
    status: JobStatus
    status_reason: Json | None
    priority: int
    config: Json
    total_steps: int
    completed_steps: int
    failed_steps: int
    cancelled_steps: int
    progress_percentage: float
    created_by: str
    origin: Origin
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    flagged_steps: int = 0
    """Completed steps whose report has flags."""
    unchecked_steps: int = 0
    """Those of them that nobody has checked by hand."""

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self.status in FINAL

    @property
    def is_active(self) -> bool:
        """Queued, running or paused."""
        return self.status in {JobStatus.RUNNING, JobStatus.PAUSED} or self.is_queued

    @property
    def is_queued(self) -> bool:
        """Started, and waiting for a place."""
        return self.status is JobStatus.PENDING and self.queued_at is not None

    @property
    def was_started(self) -> bool:
        """Whether it was ever started; until then all of it may change."""
        return self.queued_at is not None

    @property
    def is_not_started(self) -> bool:
        """Waits for somebody to start it."""
        return self.status is JobStatus.PENDING and not self.was_started

    @property
    def unfinished_steps(self) -> int:
        """Steps that are pending or running."""
        return self.total_steps - self.completed_steps - self.failed_steps - self.cancelled_steps


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step without its report."""

    id: int
    job_id: int
    step_number: int
    name: str
    target: str
    host: str
    status: StepStatus
    attempts: int
    next_attempt_at: datetime
    waits_for_host: bool
    overrides: Json | None
    lease_owner: str | None
    lease_expires_at: datetime | None
    fence: int
    result_data: Json | None
    source_report_id: int | None
    pruned_report_id: int | None
    error_kind: FailureKind | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def report_id(self) -> int | None:
        """The report of a completed step; None also when it is no longer kept."""
        return None if self.pruned_report_id else (self.result_data or {}).get("report_id")

    @property
    def is_reused(self) -> bool:
        """Whether the step points to a report that another step had made."""
        return bool((self.result_data or {}).get("reused"))


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a job's list as it was given; `reason` holds codes, see `targets.reason_text`."""

    id: int
    job_id: int
    line: int
    input: str
    verdict: Verdict
    reason: str | None
    step_id: int | None
    extra: Json | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt at a step; `overrides` are the options that it was made with instead of the job's."""

    id: int
    step_id: int
    number: int
    overrides: Json | None
    started_at: datetime
    completed_at: datetime | None
    outcome: Outcome | None
    error_kind: FailureKind | None
    error_message: str | None
    http_status: int | None


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment on a job."""

    id: int
    job_id: int
    author: str
    body: str
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report without its text."""

    id: int
    step_id: int
    job_id: int
    target: str
    host: str
    requested_url: str
    final_url: str
    redirect_chain: list[Any]
    http_status: int
    https: bool
    ip: str | None
    ttfb_seconds: float | None
    total_seconds: float | None
    bytes: int
    content_type: str | None
    charset: str | None
    charset_source: str | None
    server: str | None
    tls_issuer: str | None
    tls_expires_at: datetime | None
    robots_verdict: str | None
    fetched_at: datetime
    attempts: int
    extractor_version: str
    title: str | None
    description: str | None
    canonical_url: str | None
    canonical_differs: bool | None
    language_declared: str | None
    language_detected: str | None
    site_name: str | None
    author: str | None
    published_on: date | None
    modified_on: date | None
    image_url: str | None
    favicon_url: str | None
    generator: str | None
    technologies: list[Any]
    h1s: list[Any]
    jsonld_types: list[Any]
    feeds: list[Any]
    hreflang: list[Any]
    meta_robots: str | None
    x_robots_tag: str | None
    word_count: int
    content_hash: str
    categories: list[Any]
    tags: list[Any]
    internal_links: list[Any]
    external_links: list[Any]
    external_hosts: list[Any]
    outlinks: list[Any]
    emails: list[Any]
    phones: list[Any]
    social_profiles: list[Any]
    organisation_name: str | None
    postal_addresses: list[Any]
    contact_sources: Json
    extra_pages: list[Any]
    response_headers: list[Any]
    flags: list[Any]
    flag_count: int
    checked_at: datetime | None
    checked_by: str | None
    checked_note: str | None
    answers: Json
    html_sha256: str | None
    html_pruned_at: datetime | None
    source_report_id: int | None


@dataclass(frozen=True, slots=True)
class FullReportRow(ReportRow):
    """A report with its text."""

    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over all jobs: in all, by state, active ones, and the same of their steps; `flagged_steps` are completed
    ones whose report has flags.
    """

    total: int
    pending: int
    running: int
    paused: int
    completed: int
    failed: int
    cancelled: int
    active: int
    steps: dict[str, int]
    flagged_steps: int


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What the Job screen shows beside the job itself.

    `failures` counts failed steps by kind, `flags` reports by flag; `not_taken` counts rejected and duplicate lines;
    `ahead` counts the queued jobs before a queued one; `reused_steps` point to reports made before. Of a job that reads
    stored pages, `source_job_id` has them (None: it was deleted).
    """

    running_steps: int
    failures: dict[str, int]
    flags: dict[str, int]
    lines: int
    not_taken: int
    rejected: int
    comments: int
    ahead: int
    reused_steps: int = 0
    is_extracted_again: bool = False
    source_job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """What goes when a job is deleted; `kept_reports` stay, because other jobs use them; `stored_pages` are those that
    no other report has.
    """

    lines: int
    steps: int
    reports: int
    comments: int
    kept_reports: int = 0
    stored_pages: int = 0


FIELDS: dict[type, tuple[str, ...]] = {
    row: tuple(field.name for field in fields(row) if field.default is MISSING)
    for row in (JobRow, StepRow, LineRow, AttemptRow, CommentRow, ReportRow)
}
"""Row → the columns that it takes from its table; what has a default is counted beside it."""
