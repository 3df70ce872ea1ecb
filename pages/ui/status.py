"""How a state looks: icon, word and colour, always together, from this one place."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from core.flags import Flag
from core.i18n import N_, _, ngettext, pgettext
from core.queries.rows import JobRow, ReportRow
from core.queries.tokens import TokenState
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
FLAGGED = Look(":material/warning:", WARNING, AMBER, N_("Flagged"))
CHECKED = Look(":material/how_to_reg:", "\ue174", "green", N_("Checked by hand"))
FLAGS: dict[str, str] = {
    Flag.PARKED: N_("parked"),
    Flag.SOFT_404: N_("soft 404"),
    Flag.THIN_TEXT: N_("thin text"),
    Flag.MOVED_DOMAIN: N_("moved domain"),
    Flag.LOGIN_WALL: N_("login wall"),
    Flag.JS_ONLY: N_("scripts only"),
}
TOKENS: dict[TokenState, Look] = {
    TokenState.ACTIVE: Look(":material/check_circle:", "\ue86c", "green", N_("Valid")),
    TokenState.EXPIRED: Look(":material/event_busy:", "\ue615", "red", N_("Expired")),
    TokenState.REVOKED: Look(":material/block:", "\ue14b", "gray", N_("Revoked")),
}
EXPIRES_SOON = Look(":material/event_upcoming:", "\uf238", AMBER, N_("Expires soon"))
SOON = timedelta(days=7)
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
    """The look of a job; one that completed with failures, or with flags that nobody has checked, is amber."""
    look = LOOKS[job.status]
    if job.status is JobStatus.COMPLETED and (job.failed_steps or job.unchecked_steps):
        return replace(look, color=AMBER)
    return look


def job_label(job: JobRow) -> str:
    """The state of a job in words: "Running", "Completed, 3 failed, 12 flagged"."""
    if job.status is not JobStatus.COMPLETED:
        return word(job.status)
    template = ngettext("Completed, {n} failed", "Completed, {n} failed", job.failed_steps)
    label = template.format(n=number(job.failed_steps)) if job.failed_steps else word(job.status)
    return ", ".join([label, *([flagged(job)] if job.unchecked_steps else [])])


def flagged(job: JobRow) -> str:
    """12 flagged."""
    return ngettext("{n} flagged", "{n} flagged", job.flagged_steps).format(n=number(job.flagged_steps))


def flag_word(flag: str) -> str:
    """A flag in words."""
    return _(FLAGS[flag]) if flag in FLAGS else flag


def flags_told(report: ReportRow) -> str:
    """What is flagged, behind the symbol that tells whether somebody has checked it, for cells; empty without flags."""
    look = CHECKED if report.checked_at else FLAGGED
    words = ", ".join(flag_word(flag["flag"]) for flag in report.flags)
    return f"{look.glyph} {words}" if words else ""


def job_badge(job: JobRow, help: str | None = None) -> None:
    """Draw a job's state."""
    look = job_look(job)
    st.badge(job_label(job), icon=look.icon, color=look.color, help=help)


def token_badge(state: TokenState, expires_at: datetime | None, at: datetime) -> None:
    """Draw what a token is worth at this moment; one that expires within a week is amber."""
    is_near = state is TokenState.ACTIVE and expires_at is not None and expires_at - at < SOON
    look = EXPIRES_SOON if is_near else TOKENS[state]
    st.badge(_(look.word), icon=look.icon, color=look.color)


def step_label(status: StepStatus) -> str:
    """The state of a step in words."""
    return word(status)


def step_chip(status: StepStatus, report: ReportRow | None = None) -> str:
    """Icon and word of a step's state, for cells of tables; `step_chips` has the colours."""
    is_worthless = report is not None and report.flag_count and report.checked_at is None
    return f"{LOOKS[status].glyph} {word(status)}" + (f" {FLAGGED.glyph}" if is_worthless else "")


def step_chips() -> dict[str, Color]:
    """Every chip that `step_chip` may give, with its colour."""
    amber = f"{step_chip(StepStatus.COMPLETED)} {FLAGGED.glyph}"
    return {**{step_chip(status): LOOKS[status].color for status in StepStatus}, amber: FLAGGED.color}


def step_badge(status: StepStatus) -> None:
    """Draw a step's state."""
    st.badge(word(status), icon=LOOKS[status].icon, color=LOOKS[status].color)
