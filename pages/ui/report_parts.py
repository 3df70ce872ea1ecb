"""The parts of a report. What a page said is shown as text, code or cells of a table, never as Markdown or a label."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from core.i18n import N_, _
from core.queries.rows import FullReportRow, ReportRow
from core.rows import pair_text
from pages.ui.figures import ago, day, duration, middle, moment, now, number, plain, size
from pages.ui.labels import LABELS, WORDS

SHOWN_CHARACTERS = 100_000
"""A browser lays out this much text without a pause; the rest is in the download."""
TABLE_ROWS = 12
LONGEST_TITLE, LONGEST_DESCRIPTION = 120, 240
"""Characters in the head."""
COLUMNS = {
    "lang": (N_("Language"), 100),
    "host": (N_("Host"), 400),
    "address": (N_("Address"), 780),
    "name": (N_("Name"), 260),
    "value": (N_("Value"), 640),
}
"""Columns of texts in the tables of a report, with their widths in pixels."""
Fact = tuple[str, object]


def details(report: FullReportRow) -> None:
    """What the page says about itself."""
    _fields(
        report,
        ["title", "description", "h1s", "site_name", "author", "published_on", "modified_on", "language_declared"],
        ["language_detected", "word_count", "categories", "tags", "canonical_url", "canonical_differs", "meta_robots"],
        ["x_robots_tag", "generator", "technologies", "jsonld_types", "feeds", "image_url", "favicon_url"],
    )
    if report.hreflang:
        table("hreflang", [{"lang": one.get("lang"), "address": one.get("url")} for one in report.hreflang])


def text(report: FullReportRow) -> None:
    """The text of the page, with a button to copy it and one for the whole as a file."""
    if not report.text:
        st.info(_("This page has no text."), icon=":material/info:")
        return
    shown = report.text[:SHOWN_CHARACTERS]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("{n} words, {size}").format(n=number(report.word_count), size=size(len(report.text.encode()))))
        st.space("stretch")
        st.download_button(
            _("Download"), report.text, f"{report.host}.txt", "text/plain", icon=":material/download:", key="text_file"
        )
    st.code(shown, language=None, wrap_lines=True)
    if len(shown) < len(report.text):
        note = _("Shown are the first {n} characters; the download has all of them.")
        st.caption(note.format(n=number(SHOWN_CHARACTERS)))


def links(report: FullReportRow) -> None:
    """Where the page leads."""
    # reports of older versions know the hosts alone
    hosts = report.outlinks or [{"host": host} for host in report.external_hosts]
    table("outlinks", [{"host": one.get("host"), "links": one.get("links")} for one in hosts])
    for name in ("external_links", "internal_links"):
        table(name, [{"address": url} for url in getattr(report, name)])


def headers(report: FullReportRow) -> None:
    """How the server answered, over which way and with which certificate."""
    _fields(
        report,
        ["http_status", "requested_url", "final_url", "redirect_chain", "https", "ip", "server", "content_type"],
        ["charset", "charset_source", "ttfb_seconds", "total_seconds", "robots_verdict", "tls_issuer"],
        ["tls_expires_at"],
    )
    table("response_headers", [{"name": one.get("name"), "value": one.get("value")} for one in report.response_headers])


def provenance(report: FullReportRow) -> None:
    """Where the report comes from: when, which job, how many attempts, which extractor, how much, which hash."""
    attempts = _("attempt {n}").format(n=report.attempts)
    st.caption(
        " · ".join(
            [
                _("Fetched {moment}").format(moment=moment(report.fetched_at)),
                _("job #{id}").format(id=report.job_id),
                attempts,
                _("extractor {version}").format(version=plain(report.extractor_version)),
                size(report.bytes),
                f"`{report.content_hash[:16]}`",
            ]
        )
    )


def age(report: ReportRow, at: datetime | None = None) -> str:
    """report of 3 days ago reused; to the hour, so that a table of them does not change with every refresh."""
    if (at or now()) - report.fetched_at < timedelta(hours=1):
        return _("report of less than an hour ago reused")
    return _("report of {ago} reused").format(ago=ago(report.fetched_at, at))


def glance(report: FullReportRow) -> str:
    """0.8 s · en · 230 words."""
    language = report.language_detected or report.language_declared
    words = _("{n} words").format(n=number(report.word_count))
    return _joined([duration(report.total_seconds), language, words])


def headline(report: FullReportRow) -> str:
    """Title — “description”, long ones cut: the details have all of it."""
    quoted = f"“{middle(report.description, LONGEST_DESCRIPTION)}”" if report.description else None
    return " — ".join(part for part in (middle(report.title or "", LONGEST_TITLE), quoted) if part)


def _fields(report: FullReportRow, *names: Iterable[str]) -> None:
    facts((_(LABELS[name]), _told(name, getattr(report, name))) for group in names for name in group)


def _told(name: str, value: object) -> object:
    """A field as people read it; a list stays one."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case int():
            return number(value)
        case float():
            return duration(value)
        case datetime():
            return f"{day(value)} ({ago(value)})"
        case date():
            return day(value)
        case str() if name in WORDS:
            return _(WORDS[name].get(value, value))
        case list() if name == "redirect_chain":
            return [f"{item.get('status')}  {item.get('url')}" for item in value]
        case list():
            return [pair_text(item) for item in value]
        case _:
            return value


def facts(rows: Iterable[Fact]) -> None:
    """Names and values, one below the other; what a page does not tell is left out and named at the end."""
    absent = []
    for name, value in rows:
        lines = [str(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        told = [str(line) for line in lines if line not in (None, "")]
        if not told:
            absent.append(name)
            continue
        left, right = st.columns([1, 4], gap="xsmall", vertical_alignment="top")
        left.caption(name)
        right.text("\n".join(told))
    if absent:
        st.caption(_("Not told: {fields}").format(fields=", ".join(absent)))


def table(name: str, rows: Sequence[dict[str, object]]) -> None:
    """A field with many rows, columns as `COLUMNS` calls them; of addresses only those of the web can be clicked."""
    st.subheader(f"{_(LABELS[name])} :small[:gray[{number(len(rows))}]]", anchor=False)
    if not rows:
        st.caption(_("None"))
        return
    web = [address if is_web(address := row.get("address")) else None for row in rows]
    column = st.column_config
    st.dataframe(
        pd.DataFrame([{"open": url, **row} for url, row in zip(web, rows, strict=True)]),
        key=name,
        hide_index=True,
        height="content" if len(rows) <= TABLE_ROWS else 420,
        placeholder="",
        alt=_(LABELS[name]),
        column_config={
            "open": column.LinkColumn(_("Open"), display_text=":material/open_in_new:", width=60) if any(web) else None,
            **{key: column.TextColumn(_(title), width=width) for key, (title, width) in COLUMNS.items()},
            "links": column.NumberColumn(_("Links"), width=80),
        },
    )


def is_web(url: object) -> bool:
    """Whether a click on the address does nothing but open a page."""
    try:
        return urlsplit(str(url)).scheme in {"http", "https"}
    except ValueError:
        return False


def _joined(parts: Iterable[str | None]) -> str:
    return " · ".join(part for part in parts if part)
