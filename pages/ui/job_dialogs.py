"""The dialogs of the Job screen; what they show is in session state, so that they survive what reruns the screen."""

import streamlit as st

from core import queries
from core.i18n import _
from core.queries.rows import JobRow, StepRow
from pages.ui.app import service
from pages.ui.attempts import OPEN, close, history
from pages.ui.lines import not_taken

LINES_PAGE, LINES_SHOWN = "not_taken_page", 100


def show(about: StepRow | int) -> None:
    """Open the history of a step, or the lines of the job with this id that were not taken; until it is closed."""
    st.session_state[OPEN] = about
    st.rerun()


def dialogs(job: JobRow) -> None:
    """Draw the open dialog, if it is about this job."""
    about = st.session_state.get(OPEN)
    if isinstance(about, StepRow) and about.job_id == job.id:
        st.dialog(_("Attempts"), width="large", on_dismiss=close)(history)(about)
    elif about == job.id:
        st.dialog(_("Lines that were not taken"), width="large", on_dismiss=close)(_lines)(job.id)


def _lines(job_id: int) -> None:
    page = st.session_state.get(LINES_PAGE) or 1
    with service().database.reading() as session:
        rows = queries.lines.not_taken(session, job_id, page=page, size=LINES_SHOWN)
    not_taken(rows.items)
    if rows.total > LINES_SHOWN:
        st.pagination(-(-rows.total // LINES_SHOWN), key=LINES_PAGE)
