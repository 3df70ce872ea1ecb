"""Scraping the target of a report again: one job, however often it is clicked, with a way to it and to its report."""

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

import streamlit as st

from core import queries
from core.errors import NotFound
from core.i18n import _
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.states import JobType, Origin, Verdict
from core.targets import Line, Targets
from pages.ui.actions import attempt, guarded
from pages.ui.app import JOB, REPORT, service, who
from pages.ui.columns import target
from pages.ui.status import job_badge
from pages.ui.watch import told_at_end

SECONDS = 2
"""Between looks at a job that has not ended."""
RECENT_SECONDS = 10
"""A second click within them is the same click, even when the job of the first has ended."""
_MADE = "scraped_again"


@dataclass(slots=True)
class Made:
    """The job that this session has made last of a report, when, and whether its end is still to come."""

    report_id: int = 0
    job_id: int = 0
    at: float = 0.0
    is_awaited: bool = False
    lock: Lock = field(default_factory=Lock)
    """Held while a job is made: the run of a second click begins before that of the first has ended."""


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
    made = _made()
    if made.report_id == report.id:
        st.fragment(_line, run_every=SECONDS if made.is_awaited else None)(made)


@guarded()
def _line(made: Made) -> None:
    try:
        with service().database.reading() as session:
            job = queries.jobs.get(session, made.job_id)
            [step] = queries.steps.page(session, job.id, limit=1).items
    except NotFound:  # deleted meanwhile
        made.is_awaited = False
        return
    if made.is_awaited and job.is_final:
        made.is_awaited = False
        st.rerun()  # the strip of runs has one more, and this looks no more
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="again"):
        st.page_link(JOB, label=_("Job #{id}").format(id=job.id), query_params={"id": str(job.id)})
        job_badge(job)
        if step.report_id:
            query = {"id": str(step.report_id)}
            st.page_link(REPORT, label=_("Open the new report"), icon=":material/article:", query_params=query)


def _scrape(report: FullReportRow, job: JobRow, step: StepRow) -> None:
    made = _made()
    with made.lock:
        if made.report_id == report.id and _is_same_click(made):
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
        made.report_id, made.job_id, made.at, made.is_awaited = report.id, created.job.id, monotonic(), True
    told_at_end(created.job.id)
    st.toast(_("Job #{id} scrapes it again").format(id=created.job.id), icon=":material/restart_alt:")


def _is_same_click(made: Made) -> bool:
    """Whether the job that was made last still is what another click asks for."""
    if monotonic() - made.at < RECENT_SECONDS:
        return True
    try:
        return not service().get_job_status(made.job_id).is_final
    except NotFound:
        return False


def _made() -> Made:
    found: Made = st.session_state.setdefault(_MADE, Made())
    return found
