"""The steps that are chosen in the Steps table, with what can be done with them: for the mouse and for the keyboard.

The cells of the table are drawn on a canvas, where no key presses a button; these are real ones.
"""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.i18n import N_, _, ngettext
from core.queries.rows import JobRow, StepRow
from core.states import STEP_MOVES, StepEvent
from pages.ui import dialog, go, picked
from pages.ui.app import REPORT
from pages.ui.columns import target
from pages.ui.figures import number
from pages.ui.retry import CHOSEN, NOT_YET, open_retry

NOTHING_TO_RETRY = N_("Choose a step that failed or was cancelled, or tick several.")


def chosen_step(job: JobRow, steps: Sequence[StepRow]) -> None:
    """Draw the chosen one of these, or how to choose one; the height is the same."""
    step = picked.chosen(steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chosen"):
        st.html(_told(job, step), width="stretch")
        if picked.can_tick(job):
            _retry(job, step)
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
        if picked.ticked(job):
            st.button(_("Untick all"), key="untick", type="tertiary", on_click=picked.untick)


def show_history(step: StepRow) -> None:
    """Every attempt at the step; for callbacks."""
    dialog.show("attempts", step.job_id, step.step_number)


def show_report(step: StepRow) -> None:
    """To the step's report, when it has one; for callbacks."""
    if step.report_id:
        go.want(REPORT, id=step.report_id, **({"job": step.job_id} if step.is_reused else {}))


def _retry(job: JobRow, step: StepRow | None) -> None:
    """Run what is ticked again, else what is chosen."""
    ticks = len(picked.ticked(job))
    text = ngettext("Retry {n} with options…", "Retry {n} with options…", ticks) if ticks else _("Retry with options…")
    is_possible = bool(ticks) or (step is not None and step.status in STEP_MOVES[StepEvent.RETRY])
    reason = None if job.is_final and is_possible else _(NOTHING_TO_RETRY if job.is_final else NOT_YET)
    st.button(
        text.format(n=number(ticks)),
        key="chosen_retry",
        icon=":material/replay:",
        disabled=reason is not None,
        help=reason,
        on_click=open_retry,
        args=(job, CHOSEN),
    )


def _told(job: JobRow, step: StepRow | None) -> str:
    if step is not None:
        name = escape(target(step.target))
        return f'<div class="chosen" title="{name}"><b>#{step.step_number}</b> {name}</div>'
    hint = _("Choose a row, with the mouse or the arrow keys, for its history and its report.")
    if n := len(picked.ticked(job)):
        hint = ngettext("{n} step is ticked", "{n} steps are ticked", n).format(n=number(n))
    return f'<div class="chosen hint">{escape(hint)}</div>'
