"""How a state looks: icon, word and colour, always together, from this one place."""

from dataclasses import dataclass, replace
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
    """`icon` is a Material symbol, `glyph` the same as a character, `color` a name of Streamlit's palette.

    Tables are drawn on a canvas, where icons have no names: the theme's fonts have the symbols behind the letters.
    `word` is a msgid.
    """

    icon: str
    glyph: str
    color: Color
    word: str


LOOKS: dict[str, Look] = {
    "pending": Look(":material/schedule:", "\ue8b5", "gray", N_("Pending")),
    "running": Look(":material/progress_activity:", "\ue9d0", "blue", N_("Running")),
    "paused": Look(":material/pause_circle:", "\ue1a2", "orange", N_("Paused")),
    "completed": Look(":material/check_circle:", "\ue86c", "green", N_("Completed")),
    "failed": Look(":material/error:", "\ue000", "red", N_("Failed")),
    "cancelled": Look(":material/cancel:", "\ue5c9", "gray", N_("Cancelled")),
}
WARNING = "\ue002"
"""The symbol `warning` as a character."""
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
        return replace(look, color=AMBER)
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


def step_chip(status: StepStatus) -> str:
    """Icon and word of a step's state, for cells of tables; the colour is beside them in `LOOKS`."""
    return f"{LOOKS[status].glyph} {word(status)}"


def step_badge(status: StepStatus) -> None:
    """Draw a step's state."""
    st.badge(word(status), icon=LOOKS[status].icon, color=LOOKS[status].color)
