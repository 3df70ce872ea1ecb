"""The ⋮ menu of a job: only what its state allows; what loses something asks first and says what."""

import streamlit as st

from core import actor
from core.actor import Role
from core.i18n import N_, _, ngettext
from core.queries.rows import JobRow
from core.states import JobStatus, JobType, Origin, StepStatus
from pages.ui import address, dialog, go
from pages.ui.actions import attempt
from pages.ui.again import run_again
from pages.ui.app import AUDIT, JOB, NEW_JOB, may, service, who
from pages.ui.extract_again import can_extract, open_extract
from pages.ui.figures import number
from pages.ui.retry import CANCELLED, FAILED, open_retry
from pages.ui.watch import told_at_end

ITEMS: dict[str, tuple[str, str]] = {
    "open": (":material/open_in_full:", N_("Open")),
    "start": (":material/play_arrow:", N_("Start")),
    "pause": (":material/pause:", N_("Pause")),
    "resume": (":material/play_arrow:", N_("Resume")),
    "cancel": (":material/cancel:", N_("Cancel")),
    "more": (":material/playlist_add:", N_("Add domains…")),
    "retry": (":material/replay:", N_("Retry failed")),
    "remaining": (":material/playlist_play:", N_("Run the remaining")),
    "options": (":material/tune:", N_("Retry with options…")),
    "again": (":material/restart_alt:", N_("Run again")),
    "extract": (":material/find_in_page:", N_("Extract again…")),
    "duplicate": (":material/content_copy:", N_("Duplicate")),
    "export": (":material/download:", N_("Export")),
    "curl": (":material/terminal:", N_("Copy as curl")),
    "audit": (":material/history:", N_("Who did what")),
    "delete": (":material/delete:", N_("Delete")),
}
DIALOGS = {"cancel", "more", "export", "curl", "delete"}
"""Items that open the dialog of this name."""
FOR_EVERYBODY = {"open", "export"}
"""Items that change nothing; the others are for analysts."""


def items(job: JobRow, opens: bool = True) -> list[str]:
    """The keys of `ITEMS` that the job's state and the reader's role allow, in the order of the menu."""
    allowed = {
        "open": opens,
        "start": job.is_not_started,
        "pause": job.is_queued or job.status is JobStatus.RUNNING,
        "resume": job.status is JobStatus.PAUSED,
        "cancel": not job.is_final,
        "more": not job.is_final and job.job_type is JobType.BATCH_SCRAPING,
        "retry": job.is_final and job.failed_steps > 0,
        "remaining": job.is_final and job.cancelled_steps > 0,
        "options": job.is_final and job.failed_steps + job.cancelled_steps > 0,
        "again": job.is_final,
        "extract": can_extract(job),
        "duplicate": True,
        "export": not job.is_not_started,
        "curl": True,
        "audit": may(Role.ADMIN),
        "delete": job.is_final or not job.was_started,
    }
    by_role = set(ITEMS) if may(Role.ANALYST) else FOR_EVERYBODY
    by_role = by_role if actor.current().has_say_over(job.created_by) else by_role - {"delete"}
    return [key for key in ITEMS if allowed[key] and key in by_role]


def job_menu(job: JobRow, key: str, opens: bool = True) -> None:
    """Draw the menu, if there is anything in it. `opens` offers the Job screen, for lists."""
    if not (possible := items(job, opens)):
        return
    st.menu_button(
        "",
        possible,
        key=key,
        icon=":material/more_vert:",
        type="tertiary",
        help=_("More actions"),
        format_func=lambda item: f"{ITEMS[item][0]} {label(item, job)}",
        on_click=lambda: act(st.session_state[key], job),
    )


def label(item: str, job: JobRow) -> str:
    """What an item of the menu says, wherever it stands."""
    if item == "retry":
        return ngettext("Retry {n} failed", "Retry {n} failed", job.failed_steps).format(n=number(job.failed_steps))
    if item == "remaining":
        template = ngettext("Run the remaining {n}", "Run the remaining {n}", job.cancelled_steps)
        return template.format(n=number(job.cancelled_steps))
    return _(ITEMS[item][1])


def act(item: str, job: JobRow) -> None:
    """Do one item of the menu, asking first where something is lost; for callbacks."""
    if item == "open":
        go.want(JOB, id=job.id)
    elif item == "audit":
        go.want(AUDIT, job=job.id)
    elif item == "duplicate":
        go.want(NEW_JOB, **{"from": job.id})
    elif item == "options":
        open_retry(job, FAILED if job.failed_steps else CANCELLED)
    elif item == "extract":
        open_extract(job)
    elif item in DIALOGS:
        dialog.show(item, job.id)
    else:
        attempt(lambda: _run(item, job))


def _run(item: str, job: JobRow) -> JobRow:
    match item:
        case "start":
            moved = service().start_job(job.id)
        case "pause":
            moved = service().pause_job(job.id, by=who())
        case "resume":
            moved = service().resume_job(job.id)
        case "retry":
            moved = run_again(job)
        case "remaining":
            moved = run_again(job, states=(StepStatus.CANCELLED,))
        case _:
            moved = service().run_again(job.id, created_by=who(), origin=Origin.UI)
            if address.read("id"):  # beside other jobs the new one is seen
                go.want(JOB, id=moved.id)
    told_at_end(moved.id)
    return moved
