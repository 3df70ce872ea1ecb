"""Report: what one visit found out about one target."""

import streamlit as st

from core.i18n import N_, _
from core.queries import jobs, reports, steps
from core.rows import unicode_form
from core.targets import is_lookalike
from pages.ui import address
from pages.ui import report_parts as parts
from pages.ui.app import JOB, asked_id, service
from pages.ui.empty import found, nowhere
from pages.ui.figures import middle, plain
from pages.ui.labels import LABELS

TABS = {
    "details": (N_("Details"), parts.details),
    "text": (N_("Text"), parts.text),
    "links": (N_("Links and contact"), parts.links),
    "headers": (N_("Headers and TLS"), parts.headers),
}
COPIED = (
    ("final_url", lambda report: report.final_url),
    ("title", lambda report: report.title),
    ("emails", lambda report: "\n".join(report.emails)),
    ("phones", lambda report: "\n".join(report.phones)),
    ("content_hash", lambda report: report.content_hash),
)


def read():
    """The asked report, its job and its neighbours, from one snapshot; None without an id."""
    report_id = asked_id(_("report"))
    if report_id is None:
        return None
    with service().database.reading() as session:
        report = reports.get(session, report_id)
        step = steps.using(session, report_id, asked_job())
        return report, jobs.get(session, step.job_id), step, steps.neighbours(session, step)


def asked_job():
    """`?job=`, from whose steps the report was opened; None for anything but a number."""
    given = address.read("job")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def way(job, before, after, number, total):
    """‹ the job, and the report before and after this one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="way"):
        label = f"{plain(middle(job.name, 30))} :gray[#{job.id}]"
        st.page_link(JOB, label=label, icon=":material/arrow_back:", query_params={"id": str(job.id)})
        st.space("stretch")
        neighbour(job, before, ":material/chevron_left:", _("Previous report of this job"), "before")
        st.caption(_("{n} of {total}").format(n=number, total=total), width="content")
        neighbour(job, after, ":material/chevron_right:", _("Next report of this job"), "after")


def neighbour(job, report_id, icon, meaning, key):
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


def head(report):
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


def reused(report, job):
    """That this job did not visit the site, and which one did."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reused"):
        st.badge(parts.age(report), icon=":material/history:", color="blue")
        if report.job_id == job.id:
            st.caption(_("The job that made it was deleted."), width="content")
        else:
            label = _("Report of job #{id}").format(id=report.job_id)
            st.page_link(JOB, label=label, icon=":material/arrow_forward:", query_params={"id": str(report.job_id)})


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
        on_change=lambda: address.write(tab=st.session_state["tab"]),
    )
    with st.container(border=True, key="part"):
        TABS[chosen][1](report)


asked = found(read)
if asked is None:
    nowhere(_("Report"), _("A report is opened from the steps of its job."))
else:
    report, job, step, neighbours = asked
    way(job, *neighbours)
    head(report)
    if step.is_reused:
        reused(report, job)
    tabs(report)
    parts.provenance(report)
