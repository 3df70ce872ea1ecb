"""The Configuration tab: the JSON that the job uses, and what of the job may still change."""

import json
from typing import Any

import streamlit as st

from core import queries
from core.actor import Role
from core.draft import LONGEST_DESCRIPTION, LONGEST_NAME
from core.i18n import _, ngettext
from core.job_config import CHANGEABLE_AFTER_START
from core.queries.rows import JobRow
from pages.ui import options, priority
from pages.ui.actions import attempt, guarded
from pages.ui.app import may, service
from pages.ui.figures import number


def configuration(job: JobRow) -> None:
    """The form on the left, the JSON on the right; the JSON alone for who may change nothing."""
    if may(Role.ANALYST):
        left, right = st.columns([3, 2], gap="large")
        with left, guarded():
            _form(job)
    else:
        right = st.container()
    right.caption(_("The configuration as used; the button copies it."))
    right.code(json.dumps(job.config, indent=2, ensure_ascii=False), language="json")
    with service().database.reading() as session:
        changed = queries.retries.changed_steps(session, job.id)
    if changed:
        template = ngettext(
            "{n} step has other options from a retry: its history tells them.",
            "{n} steps have other options from a retry: their history tells them.",
            changed,
        )
        right.caption(template.format(n=number(changed)))


def _form(job: JobRow) -> None:
    """Before the start all of it; afterwards name, description, priority, lanes and pause."""
    name = f"edit_{job.id}"
    if st.session_state.get(f"{name}_seen") != (seen := _content(job)):
        st.session_state[f"{name}_seen"] = seen
        _load(name, job)
    st.text_input(_("Name"), key=f"{name}_name", max_chars=LONGEST_NAME, persist_state="session")
    st.text_area(
        _("Description"), key=f"{name}_text", max_chars=LONGEST_DESCRIPTION, height=80, persist_state="session"
    )
    if not job.is_final:
        priority.ask(name)
    if not job.was_started:
        options.form(name)
    elif not job.is_final:
        options.fields(name, CHANGEABLE_AFTER_START)
        st.caption(_("After the start only these options may change; what runs already is not touched."))
    st.button(_("Save changes"), key=f"{name}_save", icon=":material/save:", on_click=lambda: _save(job, name))


def _load(name: str, job: JobRow) -> None:
    options.load(name, job.config)
    st.session_state[f"{name}_name"] = job.name
    st.session_state[f"{name}_text"] = job.description
    priority.load(name, job.priority)


def _save(job: JobRow, name: str) -> None:
    def save() -> JobRow:
        values: dict[str, Any] = {
            "name": st.session_state[f"{name}_name"],
            "description": st.session_state[f"{name}_text"],
        }
        if not job.is_final:
            values["priority"] = priority.chosen(name)
            wanted = options.checked(name).model_dump()
            keys = CHANGEABLE_AFTER_START if job.was_started else wanted
            values["config"] = {key: wanted[key] for key in keys}
        return service().update_job(job.id, **values)

    attempt(save, done=_("Saved"))


def _content(job: JobRow) -> str:
    """What the form is filled from; it is filled again only when that has changed."""
    return json.dumps([job.name, job.description, job.priority, job.config], sort_keys=True)
