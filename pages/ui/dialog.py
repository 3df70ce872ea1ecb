"""Which dialog is open: kept in session state, so that nothing that reruns a screen closes it.

A callback opens it, because callbacks come before everything else: a click in the moment of a refresh counts too.
"""

from dataclasses import dataclass

import streamlit as st

OPEN, DRAWN, HERE, DONE = "dialog_open", "dialog_drawn", "dialog_here", "dialog_done"


@dataclass(frozen=True, slots=True)
class Open:
    """A dialog (`kind`, a key of `dialogs.DIALOGS`) about a job or one of its steps, on the screen that opened it."""

    kind: str
    job_id: int
    step_number: int
    here: object


def show(kind: str, job_id: int, step_number: int = 0) -> None:
    """Open the dialog; for callbacks."""
    st.session_state[OPEN] = Open(kind, job_id, step_number, st.session_state.get(HERE))
    st.session_state.pop(DRAWN, None)


def close(done: str = "") -> None:
    """The dialog is not drawn again; for callbacks. `done` is told by the next whole run.

    A toast of the callback itself would be lost: the rerun that takes the dialog away may drop it unsent.
    """
    st.session_state.pop(OPEN, None)
    if done:
        st.session_state[DONE] = done


def follow() -> None:
    """In whatever reruns by itself: have the whole screen drawn when a dialog was opened there."""
    if st.session_state.get(OPEN) != st.session_state.get(DRAWN):
        st.rerun()


def opened(here: object) -> Open | None:
    """The dialog to draw now; `here` names the screen, and one that another screen opened is forgotten."""
    st.session_state[HERE] = here
    if done := st.session_state.pop(DONE, ""):
        st.toast(done, icon=":material/check:")
    found: Open | None = st.session_state.get(OPEN)
    if found is not None and found.here != here:
        close()
        found = None
    st.session_state[DRAWN] = found
    return found
