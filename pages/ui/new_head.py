"""The head of the New job screen: the buttons that make the job, and in one line how it went."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import LoteError
from core.i18n import _
from pages.ui.app import JOB, who
from pages.ui.create import TRIED, create
from pages.ui.figures import plain
from pages.ui.go import go
from pages.ui.watch import told_at_end


def act(failure: LoteError | None) -> None:
    """The buttons, and below them in one line how it went: above everything that may grow, and never dimmed, because
    the click after a paste must count.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="new_head"):
        st.title(_("New job"), anchor=False, width="content")
        with st.container(horizontal=True, horizontal_alignment="right", key="new_actions"):
            tried = st.button(
                _("Try first {n}").format(n=TRIED),
                key="new_try",
                help=_("Starts a job of the first {n} targets; the list stays here.").format(n=TRIED),
            )
            kept = st.button(_("Create without starting"), key="new_create")
            started = st.button(_("Create and start"), key="new_start", type="primary", icon=":material/play_arrow:")
    with st.container(key="new_said"):
        line = st.empty()
    if tried or kept or started:
        failure = _make(line, start=not kept, first=TRIED if tried else None)
    if failure is None:
        line.caption(_("Nothing is saved before you create the job."))
    else:
        line.markdown(f":red[:material/error: **{plain(failure.message)}**]")


def _make(line: DeltaGenerator, *, start: bool, first: int | None) -> LoteError | None:
    """Make the job and go to it; what went wrong if it could not be made."""
    try:
        with line, st.spinner(_("Creating the job…")):
            job_id = create(who(), start=start, first=first)
    except LoteError as error:
        return error
    told_at_end(job_id)
    go(JOB, id=job_id)
    st.stop()
