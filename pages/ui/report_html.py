"""The stored page of a report: where it was extracted again from, the way to the HTML, and to extract it again."""

import streamlit as st

from core.actor import Role
from core.i18n import _
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.rows import unicode_form
from pages.ui.app import REPORT, may, origin
from pages.ui.extract_again import open_extract
from pages.ui.figures import size


def source(report: FullReportRow, *, is_there: bool) -> None:
    """That nobody was visited for it, and the report whose page it was extracted from."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="source"):
        st.badge(_("extracted again"), icon=":material/find_in_page:", color="blue")
        if is_there:
            label = _("from the stored page of report {id}").format(id=report.source_report_id)
            query = {"id": str(report.source_report_id)}
            st.page_link(REPORT, label=label, icon=":material/arrow_forward:", query_params=query)
        else:
            told = _("from the stored page of report {id}, which was deleted")
            st.caption(told.format(id=report.source_report_id), width="content")


def html(report: FullReportRow, job: JobRow, step: StepRow, page_bytes: int | None) -> None:
    """Its HTML as a file, and a job that extracts it again; nothing where the job has not asked for it."""
    if report.html_pruned_at is not None:
        st.caption(_("The HTML of this page is no longer kept."))
    if report.html_sha256 is None:
        return
    if page_bytes is None:
        st.caption(_("The HTML of this page is too large to be stored."))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="html"):
        st.caption(_("HTML as fetched, {size}").format(size=size(page_bytes)), width="content")
        url = f"{origin()}/api/reports/{report.id}/html"
        st.link_button(_("Download HTML"), url, icon=":material/download:", type="tertiary", key="download_html")
        if not may(Role.ANALYST):
            return
        st.button(
            _("Extract again…"),
            icon=":material/find_in_page:",
            type="tertiary",
            key="extract_again",
            help=_("A new job reads the stored page of this report; no site is visited."),
            on_click=open_extract,
            args=(job, step.step_number, unicode_form(report.target)),
        )
