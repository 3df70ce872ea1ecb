"""The top of the Report screen: the way back and to the neighbours, target and state, where a reused one comes from."""

import streamlit as st

from core.i18n import _
from core.queries.rows import FullReportRow, JobRow
from core.rows import unicode_form
from core.targets import is_lookalike
from pages.ui import address
from pages.ui import report_parts as parts
from pages.ui.app import JOB
from pages.ui.figures import middle, number, plain
from pages.ui.labels import LABELS

COPIED = (
    ("final_url", lambda report: report.final_url),
    ("title", lambda report: report.title),
    ("emails", lambda report: "\n".join(report.emails)),
    ("phones", lambda report: "\n".join(report.phones)),
    ("content_hash", lambda report: report.content_hash),
)


def way(job: JobRow, before: int | None, after: int | None, step_number: int, total: int) -> None:
    """‹ the job, and the report before and after this one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="way"):
        label = f"{plain(middle(job.name, 30))} :gray[#{job.id}]"
        st.page_link(JOB, label=label, icon=":material/arrow_back:", query_params={"id": str(job.id)})
        st.space("stretch")
        _neighbour(job, before, ":material/chevron_left:", _("Previous report of this job"), "before")
        st.caption(_("{n} of {total}").format(n=number(step_number), total=number(total)), width="content")
        _neighbour(job, after, ":material/chevron_right:", _("Next report of this job"), "after")


def _neighbour(job: JobRow, report_id: int | None, icon: str, meaning: str, key: str) -> None:
    """A button that leads to another report of the job, in the tab that is open now."""
    st.button(
        "",
        icon=icon,
        help=meaning,
        key=key,
        type="tertiary",
        disabled=report_id is None,
        on_click=address.write,
        kwargs={"id": report_id, "job": job.id},
    )


def head(report: FullReportRow) -> None:
    """Target, state at a glance, what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(middle(unicode_form(report.target), 60)), anchor=False)
        st.space("stretch")
        if parts.is_web(report.final_url):
            st.link_button(_("Open site"), report.final_url, icon=":material/open_in_new:", key="open_site")
        with st.popover(_("Copy"), icon=":material/content_copy:", key="copy"):
            for name, value in COPIED:
                if value(report):
                    st.caption(_(LABELS[name]))
                    st.code(value(report), language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        good = report.http_status < 300
        st.badge(f"HTTP {report.http_status}", icon=":material/check_circle:", color="green" if good else "orange")
        if is_lookalike(report.target):
            st.badge(_("look-alike"), icon=":material/warning:", color="orange", help=plain(report.host))
        st.text(parts.glance(report))
    if headline := parts.headline(report):
        st.text(headline)


def reused(report: FullReportRow, job: JobRow) -> None:
    """That this job did not visit the site, and which one did."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reused"):
        st.badge(parts.age(report), icon=":material/history:", color="blue")
        if report.job_id == job.id:
            st.caption(_("The job that made it was deleted."), width="content")
        else:
            label = _("Report of job #{id}").format(id=report.job_id)
            st.page_link(JOB, label=label, icon=":material/arrow_forward:", query_params={"id": str(report.job_id)})
