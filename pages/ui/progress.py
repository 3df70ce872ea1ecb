"""How far a job is: the bar and the line of figures under it."""

import math

import streamlit as st

from core.i18n import _, ngettext
from core.queries.progress import Progress
from core.queries.rows import JobFacts, JobRow
from core.states import JobStatus
from pages.ui.figures import duration, number, percent
from pages.ui.slowest import slowest
from pages.ui.status import flagged, job_look

MINUTE_SECONDS = 60.0


def bar(job: JobRow, facts: JobFacts | None = None, progress: Progress | None = None) -> None:
    """Bar beside the figures; under it on a phone. With `facts`, the slowest hosts can be opened."""
    told = [f"**{percent(job.progress_percentage)}**", *figures(job, facts, progress)]
    with st.container(key=f"bar_{job_look(job).color}_{job.id}"):
        left, right = st.columns([2, 3], vertical_alignment="center", gap="small")
        left.progress(min(1.0, job.progress_percentage / 100))
        with right.container(horizontal=True, vertical_alignment="center", gap="small", key=f"figures_{job.id}"):
            st.caption(" · ".join(told))
            if facts:
                slowest(progress.slowest_hosts if progress else [])


def figures(job: JobRow, facts: JobFacts | None = None, progress: Progress | None = None) -> list[str]:
    """305 of 500, 298 ok (12 flagged), 7 failed, 84/min, 2–3 min left: what there is to say, in this order."""
    done = job.completed_steps + job.failed_steps
    parts = [_("{done} of {total}").format(done=number(done), total=number(job.total_steps))]
    if job.completed_steps:
        ok = ngettext("{n} ok", "{n} ok", job.completed_steps).format(n=number(job.completed_steps))
        parts.append(f"{ok} ({flagged(job)})" if job.flagged_steps else ok)
    if facts and facts.reused_steps:
        parts.append(ngettext("{n} reused", "{n} reused", facts.reused_steps).format(n=number(facts.reused_steps)))
    if job.failed_steps:
        parts.append(ngettext("{n} failed", "{n} failed", job.failed_steps).format(n=number(job.failed_steps)))
    if job.cancelled_steps:
        template = ngettext("{n} cancelled", "{n} cancelled", job.cancelled_steps)
        parts.append(template.format(n=number(job.cancelled_steps)))
    return parts + (_taken(job) if job.is_final else pace(job, progress))


def pace(job: JobRow, progress: Progress | None) -> list[str]:
    """84/min and the time left of a running job, as soon as there is something to judge by."""
    if job.status is not JobStatus.RUNNING or progress is None:
        return []
    left, per_minute = progress.seconds_left, progress.steps_per_minute
    parts = [_("{n}/min").format(n=number(round(per_minute) if per_minute >= 10 else per_minute))] if per_minute else []
    words = time_left(left.low / MINUTE_SECONDS, left.high / MINUTE_SECONDS) if left else _("estimating the time left…")
    return [*parts, words]


def time_left(low: float, high: float) -> str:
    """2–3 min left, 1–2 h left, from minutes: a range, because sites differ."""
    if high <= 1:
        return _("less than 1 min left")
    if low < 1:
        return _("up to {n} min left").format(n=number(math.ceil(high)))
    if low < 90:
        return _("{span} min left").format(span=_span(low, high))
    return _("{span} h left").format(span=_span(low / 60, high / 60))


def _span(low: float, high: float) -> str:
    first, last = max(1, math.floor(low)), math.ceil(high)
    return number(first) if first == last else f"{number(first)}–{number(last)}"


def _taken(job: JobRow) -> list[str]:
    if not (job.started_at and job.completed_at):
        return []
    return [_("took {time}").format(time=duration((job.completed_at - job.started_at).total_seconds()))]
