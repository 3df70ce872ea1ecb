"""The top of the Job screen: name and state, what can be done now, figures, advice."""

from html import escape
from math import floor
from typing import Literal

import streamlit as st

from core.failures import FailureKind
from core.i18n import _, ngettext
from core.queries.progress import Progress
from core.queries.rows import JobFacts, JobRow
from core.reasons import sentence
from core.settings import Settings
from core.states import JobStatus
from pages.ui import flags, priority
from pages.ui.app import JOBS, engine_status
from pages.ui.figures import ago, clock, middle, moment, number, percent, plain
from pages.ui.menu import ITEMS, act, items, job_menu, label
from pages.ui.progress import bar
from pages.ui.status import ORIGINS, job_badge, tile_word

NAME_WIDTH = 44
TILE_HEIGHT = 124
"""With room for the note under the number, so that nothing moves when it comes or goes."""
WHOLE_FAILURE = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS})


def heading(job: JobRow) -> None:
    """Back, name with id and state, and the buttons that its state allows; all of it in one row, whatever the name."""
    back()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="heading"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="stretch", key="title"):
            whole = plain(job.name) if len(job.name) > NAME_WIDTH else None
            name = f"{plain(middle(job.name, NAME_WIDTH))} :gray[#{job.id}]"
            st.header(name, anchor=False, help=whole, width="content")
            job_badge(job)
        with st.container(horizontal=True, horizontal_alignment="right", width="content", key="actions"):
            _actions(job)
    if job.description:
        st.text(job.description)


def back() -> None:
    """The way to the list of jobs."""
    with st.container(key="way"):
        st.page_link(JOBS, label=_("Jobs"), icon=":material/chevron_left:")


def primary(job: JobRow) -> str:
    """The one thing to do next: an item of the menu."""
    if job.is_not_started:
        return "start"
    if job.status is JobStatus.PAUSED:
        return "resume"
    if not job.is_final:
        return "pause"
    if job.failed_steps:
        return "retry"
    if job.status is JobStatus.CANCELLED:
        return "remaining" if job.cancelled_steps else "again"
    return "export"


def standing(job: JobRow, facts: JobFacts) -> None:
    """Why the job stands as it does, who made it and since when; the room is the same when there is no reason."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="standing"):
        if reason := sentence(job, facts.ahead, bool(engine_status()["alive"])):
            st.markdown(plain(reason), width="content")
        st.html(_provenance(job, facts), width="content")


def tiles(job: JobRow, facts: JobFacts, progress: Progress | None) -> None:
    """Total, completed with a way to those flagged, failed, pending; pending counts all that is unfinished."""
    running = ngettext("{n} running", "{n} running", facts.running_steps).format(n=number(facts.running_steps))
    cancelled = ngettext("{n} cancelled", "{n} cancelled", job.cancelled_steps).format(n=number(job.cancelled_steps))
    shown = [
        ("total", job.total_steps, cancelled if job.cancelled_steps else None),
        ("completed", job.completed_steps, _share(job.completed_steps, job)),
        ("failed", job.failed_steps, _share(job.failed_steps, job)),
        ("pending", job.unfinished_steps, running if job.is_active else None),
    ]
    with st.grid(4, min_column_width=130, gap="small"):
        for name, count, note in shown:
            with st.container(key=f"total_{name}"):
                _tile(_("Total") if name == "total" else tile_word(name), count, note)
                if name == "completed" and job.flagged_steps:
                    flags.link(job)
    bar(job, facts, progress)


def advice(job: JobRow, facts: JobFacts, settings: Settings) -> None:
    """What to look at when nothing at all could be reached: that is seldom the sites."""
    kinds = {FailureKind(kind) for kind in facts.failures if kind in list(FailureKind)}
    if job.status is not JobStatus.FAILED or not kinds or not kinds <= WHOLE_FAILURE:
        return
    if settings.unused_proxy:
        text = _(
            "Nothing could be reached, and this machine has a proxy in {variable} that Lote does not use: set"
            " LOTE_PROXY_URL to it and start again."
        ).format(variable=settings.unused_proxy)
    elif kinds == {FailureKind.TLS}:
        text = _(
            "No certificate could be verified. Behind a company's gateway, set LOTE_CA_BUNDLE to the file of its"
            " certificates and start again."
        )
    elif settings.proxy_url is not None:
        text = _("Nothing could be reached. Check LOTE_PROXY_URL: the proxy may be wrong, or refuse these sites.")
    else:
        text = _(
            "Nothing could be reached. Check the network and the DNS of this machine; if it reaches the web through"
            " a proxy, set LOTE_PROXY_URL."
        )
    st.warning(text, icon=":material/lan:")


def _actions(job: JobRow) -> None:
    possible = items(job, opens=False)
    first = primary(job) if primary(job) in possible else "export"
    for item in [first, *(item for item in ("cancel", "export") if item != first)]:
        if item in possible:
            _button(item, job, type="primary" if item == first else "secondary")
    job_menu(job, key=f"menu_{job.id}", opens=False)


def _button(item: str, job: JobRow, type: Literal["primary", "secondary"] = "secondary") -> None:
    icon, _text = ITEMS[item]
    st.button(label(item, job), key=f"act_{item}", type=type, icon=icon, on_click=act, args=(item, job))


def _tile(word: str, count: int, note: str | None) -> None:
    st.metric(word, number(count), note, delta_color="off", delta_arrow="off", border=True, height=TILE_HEIGHT)


def _share(count: int, job: JobRow) -> str | None:
    """How many of the steps that is."""
    return percent(floor(1000 * count / job.total_steps) / 10) if count else None


def _provenance(job: JobRow, facts: JobFacts) -> str:
    """ana · screen · started 10:02 (4 min ago), with the whole moment on hover; as HTML, all of it escaped.

    Before it, where pages come from that nobody visits. "Ago" only where the screen refreshes itself: it would soon be
    wrong elsewhere.
    """
    if job.completed_at:
        text, at = _("ended {time}"), job.completed_at
    elif job.started_at:
        text, at = _("started {time} ({ago})"), job.started_at
    else:
        text, at = _("created {time}"), job.created_at
    told = [_source(facts), middle(job.created_by, 24), _(ORIGINS[job.origin]), priority.told(job.priority)]
    time = clock(at) if job.is_active else moment(at)
    when = escape(text.format(time=time, ago=ago(at)))
    parts = [*(escape(part) for part in told if part), f'<time title="{escape(moment(at))}">{when}</time>']
    return f'<span class="provenance">{" · ".join(parts)}</span>'


def _source(facts: JobFacts) -> str:
    if not facts.is_extracted_again:
        return ""
    if facts.source_job_id is None:
        return _("extracted again from the pages of a job that was deleted")
    return _("extracted again from the pages of job #{id}").format(id=facts.source_job_id)
