"""How far a job is: the bar and the line of figures under it."""

import math
from datetime import datetime

import streamlit as st

from core.i18n import _, ngettext
from core.queries.rows import JobFacts, JobRow
from core.states import JobStatus
from pages.ui.figures import duration, now, number, percent
from pages.ui.status import job_look

SPREAD = 1.3
"""The estimate of the time left goes from this pace to one this much slower: late sites in a list are slower."""
MINUTE_SECONDS = 60.0


def bar(
    job: JobRow, facts: JobFacts | None = None, *, last_minute: int = 0, waits_until: datetime | None = None
) -> None:
    """Bar beside the figures; under it on a phone. The pace comes from `facts`, or alone as `last_minute`."""
    told = [
        f"**{percent(job.progress_percentage)}**",
        *figures(job, facts, last_minute=last_minute, waits_until=waits_until),
    ]
    with st.container(key=f"bar_{job_look(job).color}_{job.id}"):
        left, right = st.columns([2, 3], vertical_alignment="center", gap="small")
        left.progress(min(1.0, job.progress_percentage / 100))
        right.caption(" · ".join(told))


def figures(
    job: JobRow, facts: JobFacts | None = None, *, last_minute: int = 0, waits_until: datetime | None = None
) -> list[str]:
    """305 of 500, 298 ok, 7 failed, 84/min, 2–3 min left: what there is to say, in this order."""
    done = job.completed_steps + job.failed_steps
    parts = [_("{done} of {total}").format(done=number(done), total=number(job.total_steps))]
    if job.completed_steps:
        parts.append(ngettext("{n} ok", "{n} ok", job.completed_steps).format(n=number(job.completed_steps)))
    if facts and facts.reused_steps:
        parts.append(ngettext("{n} reused", "{n} reused", facts.reused_steps).format(n=number(facts.reused_steps)))
    if job.failed_steps:
        parts.append(ngettext("{n} failed", "{n} failed", job.failed_steps).format(n=number(job.failed_steps)))
    if job.cancelled_steps:
        template = ngettext("{n} cancelled", "{n} cancelled", job.cancelled_steps)
        parts.append(template.format(n=number(job.cancelled_steps)))
    ended = facts.steps_last_minute if facts else last_minute
    return parts + (_taken(job) if job.is_final else pace(job, ended, waits_until=waits_until))


def pace(job: JobRow, ended: int, at: datetime | None = None, *, waits_until: datetime | None = None) -> list[str]:
    """84/min and the time left, once there is a pace to judge by: `ended` steps in the minute before `at` (now).

    `waits_until` is the moment before which the last pending step cannot begin.
    """
    if job.status is not JobStatus.RUNNING or not ended or job.started_at is None:
        return []
    at = at or now()
    seconds = min(MINUTE_SECONDS, max(1.0, (at - job.started_at).total_seconds()))
    per_minute = round(ended * MINUTE_SECONDS / seconds)
    waits = max(0.0, (waits_until - at).total_seconds()) if waits_until else 0.0
    low = max(job.unfinished_steps / per_minute, waits / MINUTE_SECONDS)
    return [_("{n}/min").format(n=number(per_minute)), time_left(low, low * SPREAD + slowest(job) / MINUTE_SECONDS)]


def slowest(job: JobRow) -> float:
    """The seconds that the last step may need alone: one time limit; all its attempts where steps have failed."""
    attempts = 1 + int(job.config["max_retries"]) if job.failed_steps else 1
    return float(job.config["timeout_seconds"]) * attempts


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
