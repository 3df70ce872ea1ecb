"""The columns that a table of steps can have: fixed ones, every field of the report, the list's own other columns."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import streamlit as st

from core.i18n import N_, _
from core.queries.rows import LineRow, ReportRow
from core.rows import REPORT_COLUMNS, Kind
from core.states import StepStatus
from pages.ui.figures import moment
from pages.ui.status import LOOKS, step_label

LONGEST_TEXT, MOST_ITEMS = 300, 20
"""What a cell shows; the report has the rest."""
EXTRA = "list:"
"""Before the name of a column of the uploaded table."""
LABELS = {
    "requested_url": N_("Requested address"),
    "final_url": N_("Final address"),
    "redirect_chain": N_("Redirects"),
    "http_status": N_("HTTP status"),
    "https": N_("https"),
    "ip": N_("IP address"),
    "ttfb_seconds": N_("First byte (s)"),
    "total_seconds": N_("Total time (s)"),
    "bytes": N_("Bytes"),
    "content_type": N_("Content type"),
    "charset": N_("Character set"),
    "charset_source": N_("Character set from"),
    "server": N_("Server"),
    "tls_issuer": N_("Certificate issued by"),
    "tls_expires_at": N_("Certificate expires"),
    "robots_verdict": N_("robots.txt"),
    "fetched_at": N_("Fetched"),
    "extractor_version": N_("Extractor version"),
    "title": N_("Title"),
    "description": N_("Description"),
    "canonical_url": N_("Canonical address"),
    "language_declared": N_("Language declared"),
    "language_detected": N_("Language detected"),
    "site_name": N_("Name of the site"),
    "author": N_("Author"),
    "published_on": N_("Published"),
    "modified_on": N_("Modified"),
    "image_url": N_("Image"),
    "favicon_url": N_("Icon"),
    "generator": N_("Generator"),
    "h1s": N_("Headings"),
    "jsonld_types": N_("JSON-LD types"),
    "feeds": N_("Feeds"),
    "meta_robots": N_("Robots of the page"),
    "word_count": N_("Words"),
    "content_hash": N_("Hash of the text"),
    "categories": N_("Categories"),
    "tags": N_("Tags"),
    "internal_links": N_("Internal links"),
    "external_links": N_("External links"),
    "external_hosts": N_("External hosts"),
    "emails": N_("E-mail addresses"),
    "phones": N_("Telephone numbers"),
    "social_profiles": N_("Social profiles"),
    "flags": N_("Flags"),
    "answers": N_("Answers"),
}
KINDS: dict[str, Kind] = {column.name: column.kind for column in REPORT_COLUMNS}


def offered(extra: Iterable[str]) -> list[str]:
    """The columns to choose from: the list's own first, then the report's."""
    return [*(f"{EXTRA}{name}" for name in extra), *KINDS]


def is_known(name: str) -> bool:
    """Whether this may name a column: one of the report, or one of some list."""
    return name in KINDS or name.startswith(EXTRA)


def label(name: str) -> str:
    """What a chosen column is called."""
    return name.removeprefix(EXTRA) if name.startswith(EXTRA) else _(LABELS.get(name, name))


def value(name: str, report: ReportRow | None, line: LineRow | None) -> Any:
    """What stands in the cell of a chosen column."""
    if name.startswith(EXTRA):
        return str((line.extra or {}).get(name.removeprefix(EXTRA), "")) if line else ""
    return _cell(getattr(report, name), KINDS[name]) if report else None


def fixed() -> dict[str, Any]:
    """The configuration of the columns that every table of steps has."""
    column = st.column_config
    words = {step_label(status): LOOKS[status].color for status in StepStatus}
    return {
        "step_number": column.NumberColumn("#", width=45, format="%d"),
        "target": column.TextColumn(_("Target"), width=170),
        "status": column.MultiselectColumn(_("State"), options=list(words), color=list(words.values()), width=110),
        "time": column.TextColumn(_("Time"), width=65, alignment="right"),
        "result": column.TextColumn(_("Result / reason"), width=320),
    }


def button(text: str, key: str, help: str, width: int, on_click: Any) -> Any:
    """The configuration of a column of buttons."""
    return st.column_config.ButtonColumn(text, key=key, help=help, width=width, type="tertiary", on_click=on_click)


def chosen(names: Iterable[str]) -> dict[str, Any]:
    """The configuration of the chosen columns."""
    column = st.column_config
    makers = {
        Kind.INTEGER: column.NumberColumn,
        Kind.NUMBER: column.NumberColumn,
        Kind.TRUTH: column.CheckboxColumn,
        Kind.DAY: column.DateColumn,
        Kind.TEXTS: column.ListColumn,
    }
    return {name: makers.get(KINDS.get(name, Kind.TEXT), column.TextColumn)(label(name)) for name in names}


def _cell(given: Any, kind: Kind) -> Any:
    if given is None:
        return None
    if isinstance(given, datetime):
        return moment(given)
    if kind is Kind.TEXTS:
        return [str(item)[:LONGEST_TEXT] for item in given[:MOST_ITEMS]]
    if kind in (Kind.REDIRECTS, Kind.FLAGS, Kind.DOCUMENT):
        return json.dumps(given, ensure_ascii=False)[:LONGEST_TEXT] if given else None
    return given[:LONGEST_TEXT] if isinstance(given, str) else given
