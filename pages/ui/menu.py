"""The ⋮ menu of a job: only what its state allows; what loses something asks first and says what."""

from collections.abc import Callable

import streamlit as st

from core.i18n import N_, _, ngettext
from core.queries.rows import JobRow
from core.states import JobStatus, Origin
from pages.ui.actions import attempt
from pages.ui.app import JOB, JOBS, NEW_JOB, service, who
from pages.ui.figures import number, plain
from pages.ui.share import copy_as_curl, export
from pages.ui.watch import told_at_end

ITEMS: dict[str, tuple[str, str]] = {
    "open": (":material/open_in_full:", N_("Open")),
    "start": (":material/play_arrow:", N_("Start")),
    "pause": (":material/pause:", N_("Pause")),
    "resume": (":material/play_arrow:", N_("Resume")),
    "cancel": (":material/cancel:", N_("Cancel")),
    "retry": (":material/replay:", N_("Retry failed")),
    "remaining": (":material/playlist_play:", N_("Run the remaining")),
    "again": (":material/restart_alt:", N_("Run again")),
    "duplicate": (":material/content_copy:", N_("Duplicate")),
    "export": (":material/download:", N_("Export")),
    "curl": (":material/terminal:", N_("Copy as curl")),
    "delete": (":material/delete:", N_("Delete")),
}


def items(job: JobRow, opens: bool = True) -> list[str]:
    """The keys of `ITEMS` that the job's state allows, in the order of the menu."""
    allowed = {
        "open": opens,
        "start": job.is_not_started,
        "pause": job.is_queued or job.status is JobStatus.RUNNING,
        "resume": job.status is JobStatus.PAUSED,
        "cancel": not job.is_final,
        "retry": job.is_final and job.failed_steps > 0,
        "remaining": job.is_final and job.cancelled_steps > 0,
        "again": job.is_final,
        "duplicate": True,
        "export": not job.is_not_started,
        "curl": True,
        "delete": job.is_final or job.is_not_started,
    }
    return [key for key in ITEMS if allowed[key]]


def job_menu(job: JobRow, key: str, opens: bool = True) -> None:
    """Draw the menu and do what is chosen. `opens` offers the Job screen, for lists."""
    chosen = st.menu_button(
        "",
        items(job, opens),
        key=key,
        icon=":material/more_vert:",
        type="tertiary",
        help=_("More actions"),
        format_func=lambda item: f"{ITEMS[item][0]} {_label(item, job)}",
    )
    if chosen:
        act(chosen, job)


def act(item: str, job: JobRow) -> None:
    """Do one item of the menu, asking first where something is lost."""
    dialogs: dict[str, Callable[[JobRow], None]] = {
        "cancel": ask_cancel,
        "delete": ask_delete,
        "export": export,
        "curl": copy_as_curl,
    }
    if item == "open":
        st.switch_page(JOB, query_params={"id": str(job.id)})
    elif item == "duplicate":
        st.switch_page(NEW_JOB, query_params={"from": str(job.id)})
    elif item in dialogs:
        dialogs[item](job)
    elif attempt(lambda: _run(item, job)) is not None:
        st.rerun()


def _run(item: str, job: JobRow) -> JobRow:
    match item:
        case "start":
            moved = service().start_job(job.id)
        case "pause":
            moved = service().pause_job(job.id, by=who())
        case "resume":
            moved = service().resume_job(job.id)
        case "retry":
            moved = service().retry(job.id)
        case "remaining":
            moved = service().retry(job.id, states=("cancelled",))
        case _:
            moved = service().run_again(job.id, created_by=who(), origin=Origin.UI)
    told_at_end(moved.id)
    return moved


def _label(item: str, job: JobRow) -> str:
    if item == "retry":
        return ngettext("Retry {n} failed", "Retry {n} failed", job.failed_steps).format(n=number(job.failed_steps))
    if item == "remaining":
        template = ngettext("Run the remaining {n}", "Run the remaining {n}", job.cancelled_steps)
        return template.format(n=number(job.cancelled_steps))
    return _(ITEMS[item][1])


def ask_cancel(job: JobRow) -> None:
    """Ask whether to cancel the job, and do it."""

    @st.dialog(_("Cancel this job?"), icon=":material/cancel:")
    def dialog() -> None:
        st.write(f"**{plain(job.name)}** #{job.id}")
        left = ngettext("{n} step will not run.", "{n} steps will not run.", job.unfinished_steps)
        kept = ngettext("The {n} report already made stays.", "The {n} reports already made stay.", job.completed_steps)
        st.write(left.format(n=number(job.unfinished_steps)))
        if job.completed_steps:
            st.write(kept.format(n=number(job.completed_steps)))
        if _confirmed(_("Cancel the job"), _("Keep it running"), f"cancel_{job.id}"):
            told_at_end(job.id)
            attempt(lambda: service().cancel_job(job.id, by=who()))
            st.rerun()

    dialog()


def ask_delete(job: JobRow) -> None:
    """Ask whether to delete the job with all that belongs to it, and do it."""

    @st.dialog(_("Delete this job?"), icon=":material/delete:")
    def dialog() -> None:
        counts = attempt(lambda: service().deletion_counts(job.id))
        if counts is None:
            return
        st.write(f"**{plain(job.name)}** #{job.id}")
        st.write(_("This cannot be undone. It goes with:"))
        st.write(
            "\n".join(
                f"- {template.format(n=number(n))}"
                for template, n in (
                    (ngettext("{n} line", "{n} lines", counts.lines), counts.lines),
                    (ngettext("{n} step", "{n} steps", counts.steps), counts.steps),
                    (ngettext("{n} report", "{n} reports", counts.reports), counts.reports),
                    (ngettext("{n} comment", "{n} comments", counts.comments), counts.comments),
                )
                if n
            )
        )
        if _confirmed(_("Delete the job"), _("Keep it"), f"delete_{job.id}"):
            done = _("Job #{id} deleted").format(id=job.id)
            if attempt(lambda: service().delete_job(job.id), done=done) is not None:
                st.switch_page(JOBS)
            st.rerun()

    dialog()


def _confirmed(yes: str, no: str, key: str) -> bool:
    """Two buttons, the careful one first; the other closes the dialog."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(no, key=f"{key}_no"):
            st.rerun()
        return st.button(yes, key=f"{key}_yes", type="primary")
