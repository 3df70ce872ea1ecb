"""Report: what one visit found out about one target."""

import streamlit as st

from core.i18n import N_, _
from core.queries import jobs, reports, runs, steps, stored_pages
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


def read():
    """The asked report, the job from whose steps it was opened (`?job=`), its neighbours there, the last runs of its
    target, the size of its stored page and whether its source is there, from one snapshot; None without an id.
    """
    report_id = asked_id(_("report"))
    if report_id is None:
        return None
    with service().database.reading() as session:
        report = reports.get(session, report_id)
        step = steps.using(session, report_id, address.as_id(address.read("job")))
        last = runs.last(session, report.target, report.host)
        kept = stored_pages.size(session, report.html_sha256), reports.exists(session, report.source_report_id)
        return report, jobs.get(session, step.job_id), step, steps.neighbours(session, step), last, *kept


def tabs(report):
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
    report, job, step, neighbours, last, page_bytes, has_source = asked
    way(job, *neighbours)
    head(report, job, step)
    if step.is_reused:
        reused(report, job)
    if report.source_report_id is not None:
        source(report, is_there=has_source)
    if last:
        strip(last, report)
    flags(report)
    tabs(report)
    html(report, job, step, page_bytes)
    parts.provenance(report)
