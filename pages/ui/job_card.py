"""One job in a list: name and state, where it comes from, how far it is, what can be done with it."""

from html import escape

import streamlit as st

from core.i18n import _
from core.queries.progress import Progress
from core.queries.rows import JobRow
from core.reasons import sentence
from pages.ui.app import JOB
from pages.ui.figures import ago, middle, moment, plain
from pages.ui.menu import job_menu
from pages.ui.priority import told
from pages.ui.progress import bar
from pages.ui.status import ORIGINS, TYPES, job_badge

NAME_WIDTH = 48


def card(job: JobRow, *, ahead: int, progress: Progress | None, engine_alive: bool) -> None:
    """Draw the job. `ahead` counts the queued jobs before it; `progress` is that of a running one."""
    with st.container(border=True, key=f"card_{job.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"head_{job.id}"):
            st.page_link(
                JOB,
                label=f"**{plain(middle(job.name, NAME_WIDTH))}**",
                query_params={"id": str(job.id)},
                help=plain(job.name) if len(job.name) > NAME_WIDTH else None,
            )
            job_badge(job)
            if reason := sentence(job, ahead, engine_alive):
                st.caption(plain(reason))
            st.space("stretch")
            provenance(job)
            job_menu(job, key=f"menu_{job.id}")
        bar(job, progress=progress)


def provenance(job: JobRow) -> None:
    """#128 · batch · screen · ana · 4 min ago, with the absolute time on hover."""
    parts = [f"#{job.id}", _(TYPES[job.job_type]), _(ORIGINS[job.origin]), middle(job.created_by, 24)]
    said = " · ".join(escape(part) for part in (*parts, told(job.priority)) if part)
    when = f'<time title="{escape(moment(job.created_at))}">{escape(ago(job.created_at))}</time>'
    st.html(f'<span class="provenance">{said} · {when}</span>', width="content")
