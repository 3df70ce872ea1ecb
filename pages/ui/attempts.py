"""The history of one step: every attempt with how it ended and other options that it had, nothing overwritten."""

import pandas as pd
import streamlit as st

from core import queries
from core.failures import EXPLANATIONS
from core.i18n import N_, _
from core.queries.rows import AttemptRow, JobRow
from core.rows import unicode_form
from core.states import Outcome
from pages.ui import dialog, go, options
from pages.ui.app import REPORT, service
from pages.ui.figures import duration, moment, plain
from pages.ui.status import step_badge

OUTCOMES = {
    Outcome.COMPLETED: N_("completed"),
    Outcome.FAILED: N_("failed"),
    Outcome.LOST: N_("lost: given back, not counted"),
    Outcome.CANCELLED: N_("cancelled"),
}


def history(job: JobRow, step_number: int) -> None:
    """Draw the step with its attempts."""
    with service().database.reading() as session:
        step = queries.steps.get(session, job.id, step_number)
        attempts = queries.steps.attempts(session, job.id, step_number)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(unicode_form(step.target))}**", width="content")
        step_badge(step.status)
    if step.error_kind:
        explanation = EXPLANATIONS[step.error_kind].translated()
        st.markdown(f"{explanation.sentence} {explanation.advice}")
    if not attempts:
        st.caption(_("Its attempts are no longer kept.") if step.fence else _("No attempt yet."))
        return
    st.dataframe(
        pd.DataFrame([_row(place, attempt, job) for place, attempt in enumerate(attempts, 1)]),
        hide_index=True,
        height="content",
        placeholder="",
        key="history",
        column_config=_columns(any(_options(attempt, job) for attempt in attempts)),
    )
    if step.report_id:
        st.button(
            _("Open the report"),
            key="history_report",
            icon=":material/article:",
            on_click=_read,
            args=(step.report_id,),
        )


def _read(report_id: int) -> None:
    dialog.close()
    go.want(REPORT, id=report_id)


def _row(place: int, attempt: AttemptRow, job: JobRow) -> dict[str, object]:
    seconds = (attempt.completed_at - attempt.started_at).total_seconds() if attempt.completed_at else None
    return {
        "number": place,
        "started_at": moment(attempt.started_at),
        "seconds": duration(seconds),
        "outcome": _(OUTCOMES[attempt.outcome]) if attempt.outcome else _("running"),
        "error_kind": attempt.error_kind or "",
        "http_status": attempt.http_status,
        "options": _options(attempt, job),
        "error_message": attempt.error_message or "",
    }


def _options(attempt: AttemptRow, job: JobRow) -> str:
    """What a retry had changed for this attempt."""
    return options.told(options.differences(attempt.overrides or {}, job.config))


def _columns(with_options: bool) -> dict[str, object]:
    column = st.column_config
    return {
        "number": column.NumberColumn("#", width=40),
        "started_at": column.TextColumn(_("Started")),
        "seconds": column.TextColumn(_("Time"), width=70, alignment="right"),
        "outcome": column.TextColumn(_("Outcome")),
        "error_kind": column.TextColumn(_("Failure")),
        "http_status": column.NumberColumn(_("HTTP"), format="%d", width=60),
        "options": column.TextColumn(_("Other options")) if with_options else None,
        "error_message": column.TextColumn(_("Details")),
    }
