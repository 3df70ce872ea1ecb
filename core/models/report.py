"""Reports and their texts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from core.models.columns import HOST, NO_ID_TWICE, Document, Json, Text, partial

EMPTY_LIST, EMPTY_OBJECT = text("'[]'"), text("'{}'")


FLAGGED = ("job_id", "flag_count", "checked_at", "flag_codes", "step_id")
"""What is asked of flagged reports: an index of just these tells it without a look at the long rows themselves."""

HAS_HTML = "html_sha256 IS NOT NULL"

SLOW_SECONDS = 10
SLOW = f"total_seconds >= {SLOW_SECONDS} AND source_report_id IS NULL"
"""Visits that took this long; a page that was read again from where it is stored is none."""
OF_SLOW = ("fetched_at", "host", "total_seconds", "job_id", "source_report_id")


class Report(SQLModel, table=True):
    """What one successful step produced."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("step_id"),
        Index(None, "job_id", "id"),
        Index(None, "host", "id"),
        Index(None, "target", "fetched_at"),
        partial("ix_reports_flagged", *FLAGGED, where="flag_count > 0"),
        partial("ix_reports_slow", *OF_SLOW, where=SLOW),
        partial("ix_reports_html", "html_sha256", "job_id", where=HAS_HTML),
        partial("ix_reports_with_html", "job_id", "html_sha256", where=HAS_HTML),
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
    canonical_differs: bool | None = None
    language_declared: str | None = Field(default=None, sa_type=Text)
    language_detected: str | None = Field(default=None, sa_type=Text)
    site_name: str | None = Field(default=None, sa_type=Text)
    author: str | None = Field(default=None, sa_type=Text)
    published_on: date | None = None
    modified_on: date | None = None
    image_url: str | None = Field(default=None, sa_type=Text)
    favicon_url: str | None = Field(default=None, sa_type=Text)
    generator: str | None = Field(default=None, sa_type=Text)
    technologies: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    h1s: list[Any] = Field(sa_type=Document)
    jsonld_types: list[Any] = Field(sa_type=Document)
    feeds: list[Any] = Field(sa_type=Document)
    hreflang: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    meta_robots: str | None = Field(default=None, sa_type=Text)
    x_robots_tag: str | None = Field(default=None, sa_type=Text)
    word_count: int
    content_hash: str = Field(max_length=64)
    categories: list[Any] = Field(sa_type=Document)
    tags: list[Any] = Field(sa_type=Document)
    internal_links: list[Any] = Field(sa_type=Document)
    external_links: list[Any] = Field(sa_type=Document)
    external_hosts: list[Any] = Field(sa_type=Document)
    outlinks: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    emails: list[Any] = Field(sa_type=Document)
    phones: list[Any] = Field(sa_type=Document)
    social_profiles: list[Any] = Field(sa_type=Document)
    organisation_name: str | None = Field(default=None, sa_type=Text)
    postal_addresses: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    contact_sources: Json = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_OBJECT})
    """Which page has it: the e-mail address, number, profile or postal address → the page's address."""
    extra_pages: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    response_headers: list[Any] = Field(sa_type=Document, sa_column_kwargs={"server_default": EMPTY_LIST})
    flags: list[Any] = Field(sa_type=Document)
    flag_count: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    flag_codes: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    """The codes of `flags`, each once, by name, with spaces between: an index holds them, so counting is cheap."""
    checked_at: datetime | None = None
    """When a person looked at the page and found it good in spite of its flags."""
    checked_by: str | None = Field(default=None, sa_type=Text)
    checked_note: str | None = Field(default=None, sa_type=Text)
    answers: Json = Field(sa_type=Document)
    html_sha256: str | None = Field(default=None, max_length=64)
    """The page in `stored_pages`; without one there it was too large. None: the job did not ask for it."""
    html_pruned_at: datetime | None = None
    """When its stored page went, which had been kept long enough."""
    source_report_id: int | None = None
    """The report whose stored page this one was extracted from, without a visit; it may be deleted since."""


class ReportText(SQLModel, table=True):
    """The text of a report, apart, so that lists of reports stay light."""

    __tablename__ = "report_texts"

    report_id: int = Field(primary_key=True, foreign_key="reports.id", ondelete="CASCADE")
    text: str = Field(sa_type=Text)
