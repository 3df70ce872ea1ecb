"""The top of the Report screen: the way back and to the neighbours, target and state, where a reused one comes from."""

from datetime import timedelta

import streamlit as st

from core.actor import Role
from core.i18n import _, ngettext
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.rows import unicode_form
from core.targets import is_lookalike
from pages.ui import address, report_again
from pages.ui import report_parts as parts
from pages.ui.app import JOB, may, origin
from pages.ui.figures import day, middle, now, number, plain
from pages.ui.labels import LABELS

TARGET_WIDTH = 60
"""Characters of the title."""
ENDS_SOON = timedelta(days=30)
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
        kwargs={"id": report_id, "job": job.id, "page": ""},
    )


def head(report: FullReportRow, job: JobRow, step: StepRow) -> None:
    """Target, state at a glance, what can be done with it."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        whole = unicode_form(report.target)
        cut = middle(whole, TARGET_WIDTH)
        st.title(plain(cut), anchor=False, help=plain(whole) if cut != whole else None, width="content")
        with st.container(horizontal=True, horizontal_alignment="right", width="content", key="report_actions"):
            if parts.is_web(report.final_url):
                st.link_button(_("Open site"), report.final_url, icon=":material/open_in_new:", key="open_site")
            _copy(report)
            if may(Role.ANALYST):
                report_again.button(report, job, step)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        good = report.http_status < 300
        st.badge(f"HTTP {report.http_status}", icon=":material/check_circle:", color="green" if good else "orange")
        if is_lookalike(report.target):
            st.badge(_("look-alike"), icon=":material/warning:", color="orange", help=plain(report.host))
        st.text(parts.glance(report))
        _certificate(report)
    if headline := parts.headline(report):
        st.text(headline)
    report_again.what_came(report)


def _copy(report: FullReportRow) -> None:
    """What people paste elsewhere, each with a button to copy it."""
    with st.popover(_("Copy"), icon=":material/content_copy:", key="copy"):
        copied = [(_(LABELS[name]), value(report)) for name, value in COPIED]
        addresses = [(_("This report"), f"{origin()}/report?id={report.id}")]
        addresses.append((_("The same from the API"), f"{origin()}/api/reports/{report.id}"))
        for label, text in (*copied, *addresses):
            if text:
                st.caption(label)
                st.code(text, language=None, wrap_lines=True)


def _certificate(report: FullReportRow) -> None:
    """That the certificate ends soon; for an old report, that the one of that visit has ended since."""
    left = report.tls_expires_at - now() if report.tls_expires_at else None
    if left is None or left > ENDS_SOON:
        return
    if left > timedelta():
        told = ngettext("certificate ends in {n} day", "certificate ends in {n} days", left.days)
        st.badge(told.format(n=number(left.days)), icon=":material/warning:", color="orange")
    else:
        told = _("the certificate of this visit ended on {day}").format(day=day(report.tls_expires_at))
        st.badge(told, icon=":material/history:", color="gray")


def reused(report: FullReportRow, job: JobRow) -> None:
    """That this job did not visit the site, and which one did."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reused"):
        st.badge(parts.age(report), icon=":material/history:", color="blue")
        if report.job_id == job.id:
            st.caption(_("The job that made it was deleted."), width="content")
        else:
            label = _("Report of job #{id}").format(id=report.job_id)
            st.page_link(JOB, label=label, icon=":material/arrow_forward:", query_params={"id": str(report.job_id)})
