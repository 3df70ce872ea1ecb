"""Scraping the target of a report again: one job, however often it is clicked, with a way to it and to its report."""

import streamlit as st

from core import queries
from core.errors import NotFound
from core.i18n import _
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.states import JobType, Origin, Verdict
from core.targets import Line, Targets
from pages.ui import made
from pages.ui.actions import attempt, guarded
from pages.ui.app import JOB, REPORT, service, who
from pages.ui.columns import target
from pages.ui.made import Made
from pages.ui.status import job_badge
from pages.ui.watch import told_at_end

SECONDS = 2
"""Between looks at a job that has not ended."""
_MADE = "scraped_again"


def button(report: FullReportRow, job: JobRow, step: StepRow) -> None:
    """Draw "Scrape again"."""
    st.button(
        _("Scrape again"),
        key="scrape_again",
        icon=":material/restart_alt:",
        help=_("A new job of this target alone, with the options of this report."),
        on_click=lambda: attempt(lambda: _scrape(report, job, step)),
    )


def what_came(report: FullReportRow) -> None:
    """The job that the click has made, how far it is, and its report when there is one."""
    last = made.last(_MADE)
    if last.signature == report.id:
        st.fragment(_line, run_every=SECONDS if last.is_left_over else None)(last)


@guarded()
def _line(last: Made) -> None:
    try:
        with service().database.reading() as session:
            job = queries.jobs.get(session, last.job_id)
            [step] = queries.steps.page(session, job.id, limit=1).items
    except NotFound:  # deleted meanwhile
        last.is_left_over = False
        return
    if last.is_left_over and job.is_final:
        last.is_left_over = False
        st.rerun()  # the strip of runs has one more, and this looks no more
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="again"):
        st.page_link(JOB, label=_("Job #{id}").format(id=job.id), query_params={"id": str(job.id)})
        job_badge(job)
        if step.report_id:
            query = {"id": str(step.report_id)}
            st.page_link(REPORT, label=_("Open the new report"), icon=":material/article:", query_params=query)


def _scrape(report: FullReportRow, job: JobRow, step: StepRow) -> None:
    last = made.last(_MADE)
    with last.lock:
        if last.signature == report.id and _is_same_click(last):
            return
        shown = target(report.target)
        line = Line(1, report.target, Verdict.OK, target=report.target, host=report.host, display=shown)
        created = service().create_batch_scraping_job(
            Targets((line,)),
            shown,
            # an old report in the place of the new one is not what the button promises
            config={**job.config, **(step.overrides or {}), "reuse_days": 0},
            created_by=who(),
            start=True,
            origin=Origin.UI,
            job_type=JobType.SINGLE_SCRAPING,
        )
        last.keep(created.job.id, report.id, is_left_over=True)
    told_at_end(created.job.id)
    st.toast(_("Job #{id} scrapes it again").format(id=created.job.id), icon=":material/restart_alt:")


def _is_same_click(last: Made) -> bool:
    """Whether the job that was made last still is what another click asks for."""
    if last.is_recent():
        return True
    try:
        return not service().get_job_status(last.job_id).is_final
    except NotFound:
        return False
