"""Reads of stored pages: one as it was fetched, what a step needs to read it again, how many there are."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.errors import NoLongerKept, NotFound
from core.i18n import N_
from core.job_config import MIB
from core.models import REPORTS, STORED_PAGES
from core.queries import reports
from core.stored_page import LARGEST_BYTES, unpack

OF_VISIT = (
    *("requested_url", "final_url", "redirect_chain", "http_status", "https", "ip", "ttfb_seconds", "total_seconds"),
    *("bytes", "content_type", "server", "tls_issuer", "tls_expires_at", "x_robots_tag", "response_headers"),
    *("robots_verdict", "fetched_at"),
)
"""Columns of a report that the visit gives, whatever the page says."""
_CONTACT = ("emails", "phones", "social_profiles", "postal_addresses", "contact_sources", "extra_pages")
_SOURCE = (*(REPORTS.c[name] for name in (*OF_VISIT, *_CONTACT)), STORED_PAGES.c.sha256, STORED_PAGES.c.body)
_STORED = sa.join(REPORTS, STORED_PAGES, STORED_PAGES.c.sha256 == REPORTS.c.html_sha256)


@dataclass(frozen=True, slots=True)
class Source:
    """A report with its page: `visit` and `contact` are columns of it."""

    visit: dict[str, Any]
    contact: dict[str, Any]
    sha256: str
    page: bytes


@dataclass(frozen=True, slots=True)
class Html:
    """The HTML of a report as it was fetched, in `charset` (None: nobody knows)."""

    host: str
    charset: str | None
    page: bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of all stored pages together, in bytes: as fetched, and as they are stored."""

    pages: int
    bytes: int
    stored_bytes: int


def source(session: Session, report_id: int) -> Source | None:
    """What a step reads instead of a visit; None when report or page are gone."""
    row = session.execute(sa.select(*_SOURCE).select_from(_STORED).where(REPORTS.c.id == report_id)).mappings().first()
    if row is None:
        return None
    visit, contact = ({name: row[name] for name in names} for names in (OF_VISIT, _CONTACT))
    return Source(visit, contact, row["sha256"], unpack(row["body"]))


def html(session: Session, report_id: int) -> Html:
    """The page of a report; `NotFound` when there is no such report, or its page is not stored."""
    report = reports.get(session, report_id)
    body = session.execute(sa.select(STORED_PAGES.c.body).where(STORED_PAGES.c.sha256 == report.html_sha256)).scalar()
    if body is not None:
        return Html(report.host, report.charset, unpack(body))
    if report.html_pruned_at is not None:
        raise NoLongerKept(N_("The HTML of report {id} is no longer kept."), id=report_id, job_id=report.job_id)
    if report.html_sha256 is None:
        raise NotFound(N_("The HTML of report {id} is not stored: its job did not ask for it."), id=report_id)
    raise NotFound(
        N_("The HTML of report {id} is not stored: it takes more than {limit} MiB, even packed."),
        id=report_id,
        limit=LARGEST_BYTES // MIB,
    )


def size(session: Session, sha256: str | None) -> int | None:
    """Bytes of this page as it was fetched; None when it is not stored."""
    return session.execute(sa.select(STORED_PAGES.c.bytes).where(STORED_PAGES.c.sha256 == sha256)).scalar()


def sizes(session: Session) -> Sizes:
    """How many pages are stored, and what they take; read from an index of just that."""
    sums = (sa.func.coalesce(sa.func.sum(STORED_PAGES.c[name]), 0) for name in ("bytes", "stored_bytes"))
    pages, of_pages, stored = session.execute(sa.select(sa.func.count(), *sums).select_from(STORED_PAGES)).one()
    return Sizes(pages, int(of_pages), int(stored))
