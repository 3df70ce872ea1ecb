"""How a state looks: icon, word and colour, always together, from this one place."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.i18n import N_, _, ngettext, pgettext
from core.queries.rows import JobRow
from core.states import JobStatus, JobType, Origin, StepStatus
from pages.ui.figures import number

Color = Literal["gray", "blue", "orange", "green", "red"]
AMBER: Color = "orange"


@dataclass(frozen=True, slots=True)
class Look:
    """`icon` is a Material symbol, `color` a name of Streamlit's palette, `word` a msgid."""

    icon: str
    color: Color
    word: str


LOOKS: dict[str, Look] = {
    "pending": Look(":material/schedule:", "gray", N_("Pending")),
    "running": Look(":material/progress_activity:", "blue", N_("Running")),
    "paused": Look(":material/pause_circle:", "orange", N_("Paused")),
    "completed": Look(":material/check_circle:", "green", N_("Completed")),
    "failed": Look(":material/error:", "red", N_("Failed")),
    "cancelled": Look(":material/cancel:", "gray", N_("Cancelled")),
}
TYPES: dict[str, str] = {
    JobType.BATCH_SCRAPING: N_("batch"),
    JobType.SINGLE_SCRAPING: N_("single"),
    JobType.COMPARISON: N_("comparison"),
}
ORIGINS: dict[str, str] = {
    Origin.UI: N_("screen"),
    Origin.API: N_("API"),
    Origin.PYTHON: N_("Python"),
    Origin.CLI: N_("command line"),
    Origin.SCHEDULE: N_("schedule"),
}


def word(status: JobStatus | StepStatus | str) -> str:
    """The state in words."""
    return _(LOOKS[status].word)


def tile_word(status: str) -> str:
    """The state of several: Spanish has a plural where English has none."""
    words = {
        "pending": pgettext("several", "Pending"),
        "running": pgettext("several", "Running"),
        "paused": pgettext("several", "Paused"),
        "completed": pgettext("several", "Completed"),
        "failed": pgettext("several", "Failed"),
        "cancelled": pgettext("several", "Cancelled"),
    }
    return words[status]


def job_look(job: JobRow) -> Look:
    """The look of a job; one that completed with failures is amber."""
    look = LOOKS[job.status]
    if job.status is JobStatus.COMPLETED and job.failed_steps:
        return Look(look.icon, AMBER, look.word)
    return look


def job_label(job: JobRow) -> str:
    """The state of a job in words: "Running", "Completed, 3 failed"."""
    if job.status is JobStatus.COMPLETED and job.failed_steps:
        template = ngettext("Completed, {n} failed", "Completed, {n} failed", job.failed_steps)
        return template.format(n=number(job.failed_steps))
    return word(job.status)


def job_badge(job: JobRow, help: str | None = None) -> None:
    """Draw a job's state."""
    look = job_look(job)
    st.badge(job_label(job), icon=look.icon, color=look.color, help=help)


def step_label(status: StepStatus) -> str:
    """The state of a step in words."""
    return word(status)


def step_badge(status: StepStatus) -> None:
    """Draw a step's state."""
    st.badge(word(status), icon=LOOKS[status].icon, color=LOOKS[status].color)
