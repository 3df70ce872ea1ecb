"""Tells the end of a job on whichever screen the reader is, and what stops all jobs."""

import streamlit as st

from core.i18n import _
from core.queries import jobs
from core.queries.rows import JobRow
from pages.ui.actions import guarded
from pages.ui.app import engine_status, free_mib_of_full_disk, service
from pages.ui.figures import middle, plain
from pages.ui.identity import cookies_wait, role_has_changed
from pages.ui.status import job_label, job_look

SECONDS = 5
MOST_WATCHED = 200
WATCHED = "watched_jobs"


def told_at_end(job_id: int) -> None:
    """Tell the end of this job even if it comes before the next look at the active ones."""
    _watched().add(job_id)


@st.fragment(run_every=SECONDS)
@guarded()
def watch() -> None:
    """Draw banners while no engine lives or the disk is full; a toast for every watched job that has ended."""
    if cookies_wait() or role_has_changed():
        st.rerun()
    if (mib := free_mib_of_full_disk()) is not None:
        st.error(
            _(
                "The disk is full: {n} MiB are free. Jobs are paused and nothing new is begun; make room, and they"
                " go on by themselves."
            ).format(n=mib),
            icon=":material/hard_drive:",
        )
    if not engine_status()["alive"]:
        st.error(
            _(
                "No engine is running on this database: jobs wait. Start the app with `streamlit run"
                " streamlit_app.py`, or an engine alone with `python -m core worker`."
            ),
            icon=":material/power_off:",
        )
    with service().database.reading() as session:
        active = {job.id for job in jobs.page(session, view="active", limit=MOST_WATCHED).items}
        gone = _watched() - active
        ended = [job for job in jobs.by_ids(session, gone) if job.is_final] if gone else []
    for job in ended:
        st.toast(end(job), icon=job_look(job).icon, duration="long")
    _watched().clear()
    _watched().update(active)


def end(job: JobRow) -> str:
    """The message about a job that has ended."""
    return f"**{plain(middle(job.name, 40))}** #{job.id}: {job_label(job)}"


def _watched() -> set[int]:
    known: set[int] = st.session_state.setdefault(WATCHED, set())
    return known
