"""How the owner of a site can be reached, with the page that says it, above where the page leads."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import streamlit as st

from core.failures import EXPLANATIONS, FailureKind
from core.i18n import N_, _
from core.queries.rows import FullReportRow
from pages.ui import report_parts as parts
from pages.ui.labels import LABELS

FIELDS = ("organisation_name", "emails", "phones", "postal_addresses", "social_profiles")
KINDS = {"contact": N_("contact"), "legal": N_("legal notice"), "about": N_("about the site")}


def links(report: FullReportRow) -> None:
    """Contact, then links."""
    st.subheader(_("Contact"), anchor=False)
    contact(report)
    extra_pages(report)
    parts.links(report)


def contact(report: FullReportRow) -> None:
    """The contact fields; what another page than the report's own says has that page behind it."""
    parts.facts((_(LABELS[name]), list(_lines(report, name))) for name in FIELDS)


def extra_pages(report: FullReportRow) -> None:
    """What came of the site's own pages that were asked for; nothing when none was."""
    if report.extra_pages:
        parts.table("extra_pages", [_told(page) for page in report.extra_pages])


def _lines(report: FullReportRow, name: str) -> Iterator[str]:
    values = getattr(report, name)
    for value in values if isinstance(values, list) else [values]:
        page = report.contact_sources.get(value, report.final_url)
        if value:
            yield value if page == report.final_url else f"{value}   ({_path(page)})"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(scheme="", netloc="").geturl()


def _told(page: dict[str, object]) -> dict[str, object]:
    kind, error = str(page.get("kind")), page.get("error_kind")
    came = _(EXPLANATIONS[FailureKind(error)].sentence) if error else f"HTTP {page.get('status')}"
    return {"name": _(KINDS[kind]) if kind in KINDS else kind, "value": came, "address": page.get("url")}
