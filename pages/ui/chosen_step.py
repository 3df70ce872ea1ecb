"""The step whose row is chosen in the Steps table, with its history and its report: for the mouse and for the keyboard.

The cells of the table are drawn on a canvas, where no key presses a button; these are real ones.
"""

from collections.abc import Iterable
from html import escape

import streamlit as st

from core.i18n import _
from core.queries.rows import StepRow
from pages.ui import dialog, go
from pages.ui.app import REPORT
from pages.ui.columns import target

CHOSEN = "chosen_step"


def choose(step: StepRow) -> None:
    """Let this one be the chosen step; for callbacks."""
    st.session_state[CHOSEN] = step.job_id, step.step_number


def forget() -> None:
    """No step is chosen; for callbacks."""
    st.session_state.pop(CHOSEN, None)


def chosen_step(steps: Iterable[StepRow]) -> None:
    """Draw the one of these that is chosen, or how to choose one; the height is the same."""
    step = next((one for one in steps if (one.job_id, one.step_number) == st.session_state.get(CHOSEN)), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chosen"):
        st.html(_told(step), width="stretch")
        st.button(
            _("History"),
            key="chosen_history",
            icon=":material/history:",
            disabled=step is None or not step.fence,
            on_click=show_history,
            args=(step,),
        )
        st.button(
            _("Open the report"),
            key="chosen_report",
            icon=":material/article:",
            disabled=step is None or not step.report_id,
            on_click=show_report,
            args=(step,),
        )


def show_history(step: StepRow) -> None:
    """Every attempt at the step; for callbacks."""
    dialog.show("attempts", step.job_id, step.step_number)


def show_report(step: StepRow) -> None:
    """To the step's report, when it has one; for callbacks."""
    if step.report_id:
        go.want(REPORT, id=step.report_id, **({"job": step.job_id} if step.is_reused else {}))


def _told(step: StepRow | None) -> str:
    if step is None:
        hint = escape(_("Choose a row, with the mouse or the arrow keys, for its history and its report."))
        return f'<div class="chosen hint">{hint}</div>'
    name = escape(target(step.target))
    return f'<div class="chosen" title="{name}"><b>#{step.step_number}</b> {name}</div>'
