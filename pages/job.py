"""Job: how one job stands, step by step; what was said about it; what it was told to do."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import queries
from core.errors import LoteError, NotFound
from core.i18n import N_, _
from core.queries.progress import Progress
from core.queries.rows import JobFacts, JobRow
from pages.ui import address, columns, dialog, go, job_head, steps_table
from pages.ui.actions import guarded, show_error
from pages.ui.app import asked_id, service
from pages.ui.comments import comments
from pages.ui.configuration import configuration
from pages.ui.empty import nowhere
from pages.ui.failures import failures
from pages.ui.figures import middle, now
from pages.ui.status import job_label
from pages.ui.steps_controls import controls
from pages.ui.steps_table import Steps
from pages.ui.steps_view import View

SECONDS = 3
TABS = {"steps": N_("Steps"), "comments": N_("Comments"), "configuration": N_("Configuration")}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen shows, from one snapshot; the steps only under their tab."""

    job: JobRow
    facts: JobFacts
    progress: Progress
    offered: list[str]
    view: View
    steps: Steps | None


def read(job_id: int) -> Shown:
    """The job as it is now."""
    with service().database.reading() as session:
        job, at = queries.jobs.get(session, job_id), now()
        view = View.asked().of(job)
        return Shown(
            job,
            queries.jobs.facts(session, job),
            queries.progress.of_job(session, job, at),
            columns.offered(job.config, queries.lines.extra_columns(session, job_id)),
            view,
            steps_table.read(session, job, view) if tab() == "steps" else None,
        )


def tab() -> str:
    """The tab of the URL."""
    return address.read("tab", TABS) or "steps"


def live(seen: JobRow, drawn: View, top: DeltaGenerator, below: DeltaGenerator) -> None:
    """Everything that changes by itself; when the state or the filters change, the whole screen follows once."""
    dialog.follow()
    go.follow()
    try:
        shown = read(seen.id)
    except NotFound:  # deleted meanwhile: the whole screen tells it
        st.rerun()
    view = shown.view
    if (shown.job.status, shown.job.is_queued) != (seen.status, seen.is_queued) or not view.is_controlled_like(drawn):
        st.rerun()
    with top:
        job_head.standing(shown.job, shown.facts)
        job_head.tiles(shown.job, shown.facts, shown.progress)
        job_head.advice(shown.job, shown.facts, service().settings)
        failures(shown.job, shown.facts, view)
    if shown.steps is not None:
        with below:
            steps_table.table(shown.steps, view)


def screen(job_id: int) -> None:
    """Head, what lives, and the tab of the URL."""
    shown = read(job_id)
    job, view = shown.job, shown.view
    st.set_page_config(page_title=f"{job_label(job)}: {middle(job.name, 40)}")
    job_head.heading(job)
    top = st.container(gap="small")
    address.follow("tab_shown", tab())
    st.segmented_control(
        _("View"),
        list(TABS),
        format_func=lambda name: _(TABS[name]) + (f" {shown.facts.comments}" if name == "comments" else ""),
        key="tab_shown",
        required=True,
        wrap=False,
        label_visibility="collapsed",
        on_change=lambda: address.write(tab="" if (chosen := st.session_state["tab_shown"]) == "steps" else chosen),
    )
    if tab() == "steps":
        controls(view, shown.facts, shown.offered)
    below = st.container()
    st.fragment(guarded()(live), run_every=SECONDS if job.is_active else None)(job, view, top, below)
    if tab() == "comments":
        comments(job_id)
    elif tab() == "configuration":
        configuration(job)


try:
    asked = asked_id(_("job"))
    if asked is None:
        nowhere(_("Job"), _("This screen shows one job: choose it from the list."))
    else:
        screen(asked)
except LoteError as error:
    job_head.back()
    show_error(error)
