"""Extract again: stored pages are read by a new job, which visits nobody and may ask other questions."""

import streamlit as st

from core.draft import LONGEST_NAME
from core.i18n import _
from core.job_config import JobConfig
from core.queries.rows import JobRow
from core.states import Origin
from pages.ui import dialog, go, made, questions
from pages.ui.actions import attempt, guarded
from pages.ui.app import JOB, service, who
from pages.ui.confirm import answers, name
from pages.ui.watch import told_at_end

_MADE = "extracted_again"


def can_extract(job: JobRow) -> bool:
    """Whether the job may have stored pages to read."""
    return job.is_final and job.completed_steps > 0 and bool(job.config.get("store_html"))


def open_extract(job: JobRow, step_number: int = 0, called: str | None = None) -> None:
    """Open the dialog, for one step or, for 0, for all of the job, with its questions; for callbacks."""
    form = _form(job.id, step_number)
    questions.load(form, job.config.get("questions", ()))
    st.session_state[f"{form}_name"] = called or job.name
    dialog.show("extract", job.id, step_number)


def ask_extract(job: JobRow, step_number: int) -> None:
    """Draw what will be done, name and questions of the new job, and the answers."""
    form = _form(job.id, step_number)
    name(job)
    st.write(
        _("A new job reads the stored page of this report; no site is visited.")
        if step_number
        else _("A new job reads the stored pages of this one; no site is visited.")
    )
    st.text_input(_("Name"), key=f"{form}_name", max_chars=LONGEST_NAME)
    questions.rows(form)
    is_usable = False
    with guarded():
        JobConfig.parse({"questions": questions.chosen(form)})
        is_usable = True
    icon = ":material/find_in_page:"
    answers(_("Extract again"), form, _extract, job, step_number, icon=icon, disabled=not is_usable)


def _extract(job: JobRow, step_number: int) -> None:
    job_id = attempt(lambda: _make(job, step_number))
    if job_id is None:
        return
    dialog.close()
    told_at_end(job_id)
    go.want(JOB, id=job_id)


def _make(job: JobRow, step_number: int) -> int:
    """The id of the new job; a second click gets that of the first."""
    form = _form(job.id, step_number)
    called, asked = st.session_state[f"{form}_name"], questions.chosen(form)
    last, signature = made.last(_MADE), (form, called, asked)
    with last.lock:
        if last.is_recent() and last.signature == signature:
            return last.job_id
        steps = [step_number] if step_number else None
        options = {"steps": steps, "created_by": who(), "origin": Origin.UI}
        return last.keep(service().extract_again(job.id, called, {"questions": asked}, **options).id, signature)


def _form(job_id: int, step_number: int) -> str:
    return f"extract_{job_id}_{step_number}"
