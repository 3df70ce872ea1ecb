"""Report: what one visit found out about one target."""

from dataclasses import dataclass

import streamlit as st

from core.i18n import N_, _
from core.queries import jobs, reports, runs, steps, stored_pages
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.queries.runs import RunRow
from pages.ui import address
from pages.ui import report_parts as parts
from pages.ui.app import asked_id, service
from pages.ui.checks import flags
from pages.ui.empty import found, nowhere
from pages.ui.report_answers import details
from pages.ui.report_contact import links
from pages.ui.report_head import head, reused, way
from pages.ui.report_html import html, source
from pages.ui.report_runs import history, strip

TABS = {
    "details": (N_("Details"), details),
    "text": (N_("Text"), parts.text),
    "links": (N_("Links and contact"), links),
    "headers": (N_("Headers and TLS"), parts.headers),
    "history": (N_("History"), history),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A report, the job from whose steps it was opened (`?job=`), its place there, the last runs of its target, the
    size of its stored page and whether the report is there that it was extracted again from; from one snapshot.
    """

    report: FullReportRow
    job: JobRow
    step: StepRow
    place: tuple[int | None, int | None, int, int]
    last: list[RunRow]
    page_bytes: int | None
    has_source: bool


def read() -> Shown | None:
    """What is asked for; None without an id."""
    report_id = asked_id(_("report"))
    if report_id is None:
        return None
    with service().database.reading() as session:
        report = reports.get(session, report_id)
        step = steps.using(session, report_id, address.as_id(address.read("job")))
        return Shown(
            report,
            jobs.get(session, step.job_id),
            step,
            steps.neighbours(session, step),
            runs.last(session, report.target, report.host),
            stored_pages.size(session, report.html_sha256),
            reports.exists(session, report.source_report_id),
        )


def tabs(report: FullReportRow) -> None:
    """The chosen part of the report; the choice is in the URL."""
    address.follow("tab", address.read("tab", TABS) or "details")
    chosen = st.segmented_control(
        _("Part"),
        list(TABS),
        key="tab",
        required=True,
        wrap=True,
        format_func=lambda tab: _(TABS[tab][0]),
        label_visibility="collapsed",
        on_change=lambda: address.write(tab=st.session_state["tab"], page=""),
    )
    with st.container(border=True, key="part"):
        TABS[chosen][1](report)


asked = found(read)
if asked is None:
    nowhere(_("Report"), _("A report is opened from the steps of its job."))
else:
    report, job, step = asked.report, asked.job, asked.step
    way(job, *asked.place)
    head(report, job, step)
    if step.is_reused:
        reused(report, job)
    if report.source_report_id is not None:
        source(report, is_there=asked.has_source)
    if asked.last:
        strip(asked.last, report)
    flags(report)
    tabs(report)
    html(report, job, step, asked.page_bytes)
    parts.provenance(report)
