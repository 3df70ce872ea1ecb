"""The top of the Job screen: name and state, what can be done now, figures, failures, advice."""

from html import escape
from typing import Literal

import streamlit as st

from core.failures import EXPLANATIONS, FailureKind
from core.i18n import N_, _, ngettext
from core.queries.rows import JobFacts, JobRow
from core.reasons import sentence
from core.settings import Settings
from core.states import JobStatus
from pages.ui import address, dialog
from pages.ui.actions import attempt
from pages.ui.app import JOBS, engine_status, service
from pages.ui.figures import ago, clock, middle, moment, number, plain
from pages.ui.menu import act, job_menu
from pages.ui.progress import bar
from pages.ui.status import ORIGINS, job_badge, tile_word
from pages.ui.steps_table import narrow
from pages.ui.watch import told_at_end

NAME_WIDTH = 60
TILE_HEIGHT = 112
"""With room for the note under the number, so that nothing moves when it comes or goes."""
ICONS = {
    "start": ":material/play_arrow:",
    "pause": ":material/pause:",
    "resume": ":material/play_arrow:",
    "retry": ":material/replay:",
    "remaining": ":material/playlist_play:",
    "export": ":material/download:",
    "again": ":material/restart_alt:",
    "cancel": ":material/cancel:",
}
LONGEST_SECONDS = 300.0
WHOLE_FAILURE = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS})


def heading(job: JobRow) -> None:
    """Back, name with id and state, where it comes from, and the buttons that its state allows."""
    back()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="heading"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            whole = plain(job.name) if len(job.name) > NAME_WIDTH else None
            name = f"{plain(middle(job.name, NAME_WIDTH))} :gray[#{job.id}]"
            st.header(name, anchor=False, help=whole, width="content")
            job_badge(job)
        with st.container(horizontal=True, horizontal_alignment="right", width="content", key="actions"):
            _actions(job)
    if job.description:
        st.text(job.description)
    st.html(_provenance(job))


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


def why(job: JobRow, facts: JobFacts) -> None:
    """One line that says why the job stands as it does."""
    if reason := sentence(job, facts.ahead, bool(engine_status()["alive"])):
        st.markdown(plain(reason))


def tiles(job: JobRow, facts: JobFacts) -> None:
    """Total, completed, failed, pending; pending counts all that is unfinished."""
    running = ngettext("{n} running", "{n} running", facts.running_steps).format(n=number(facts.running_steps))
    cancelled = ngettext("{n} cancelled", "{n} cancelled", job.cancelled_steps).format(n=number(job.cancelled_steps))
    shown = [
        (_("Total"), job.total_steps, cancelled if job.cancelled_steps else None),
        (tile_word("completed"), job.completed_steps, None),
        (tile_word("failed"), job.failed_steps, None),
        (tile_word("pending"), job.unfinished_steps, running if job.is_active else None),
    ]
    with st.grid(4, min_column_width=130, gap="small"):
        for label, count, note in shown:
            st.metric(
                label,
                number(count),
                note,
                delta_color="off",
                delta_arrow="off",
                border=True,
                height=TILE_HEIGHT if job.is_active else "stretch",
            )
    bar(job, facts)


def failures(job: JobRow, facts: JobFacts, kind: str) -> None:
    """timeout 4, dns 2: a click filters the steps by it, another click shows all again."""
    if not facts.failures:
        return
    address.follow("failures", kind if kind in facts.failures else None)
    st.pills(
        _("Failures"),
        list(facts.failures),
        key="failures",
        format_func=lambda name: f"{name} {number(facts.failures[name])}",
        on_change=lambda: narrow(kind=st.session_state["failures"], status="", tab=""),
    )
    if kind in facts.failures:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = EXPLANATIONS[FailureKind(kind)].translated()
            st.caption(f"{told.sentence} {told.advice}", width="content")
            _recipe(job, kind, facts.failures[kind])


def _recipe(job: JobRow, kind: str, count: int) -> None:
    """Run the failures of one kind again, with the option that may help; it waits until the job is finished."""
    text = ngettext("Retry this one", "Retry these {n}", count).format(n=number(count))
    overrides: dict[str, object] = {}
    if kind == FailureKind.TIMEOUT:
        seconds = min(LONGEST_SECONDS, 2 * float(job.config["timeout_seconds"]))
        overrides = {"timeout_seconds": seconds}
        text = _("{retry} with {n} s").format(retry=text, n=f"{seconds:g}")
    st.button(
        text,
        key="act_recipe",
        icon=ICONS["retry"],
        type="tertiary",
        disabled=not job.is_final,
        help=None if job.is_final else _("Possible when the job has finished."),
        on_click=_again,
        args=(job, kind, overrides),
    )


def _again(job: JobRow, kind: str, overrides: dict[str, object]) -> None:
    moved = attempt(lambda: service().retry(job.id, error_kind=kind, overrides=overrides or None))
    if moved is not None:
        told_at_end(job.id)
        narrow(kind="")


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


def not_taken_link(job_id: int, facts: JobFacts) -> None:
    """How many lines were not taken: a click shows them."""
    if not facts.not_taken:
        return
    text = ngettext("{n} of {lines} lines was not taken", "{n} of {lines} lines were not taken", facts.not_taken)
    st.button(
        text.format(n=number(facts.not_taken), lines=number(facts.lines)),
        key="not_taken",
        type="tertiary",
        icon=":material/arrow_forward:",
        icon_position="right",
        on_click=dialog.show,
        args=("lines", job_id),
    )


def _actions(job: JobRow) -> None:
    first = primary(job)
    _button(first, job, _label(first, job), type="primary")
    if not job.is_final:
        _button("cancel", job, _("Cancel"))
    if first != "export" and not job.is_not_started:
        _button("export", job, _("Export"))
    job_menu(job, key=f"menu_{job.id}", opens=False)


def _button(item: str, job: JobRow, label: str, type: Literal["primary", "secondary"] = "secondary") -> None:
    st.button(label, key=f"act_{item}", type=type, icon=ICONS[item], on_click=act, args=(item, job))


LABELS = {
    "start": N_("Start"),
    "pause": N_("Pause"),
    "resume": N_("Resume"),
    "export": N_("Export"),
    "again": N_("Run again"),
}


def _label(item: str, job: JobRow) -> str:
    if item == "retry":
        return ngettext("Retry {n} failed", "Retry {n} failed", job.failed_steps).format(n=number(job.failed_steps))
    if item == "remaining":
        template = ngettext("Run the remaining {n}", "Run the remaining {n}", job.cancelled_steps)
        return template.format(n=number(job.cancelled_steps))
    return _(LABELS[item])


def _provenance(job: JobRow) -> str:
    """ana · screen · started 10:02 (4 min ago), with the whole moment on hover; as HTML, all of it escaped."""
    if job.completed_at:
        text, at = _("ended {time} ({ago})"), job.completed_at
    elif job.started_at:
        text, at = _("started {time} ({ago})"), job.started_at
    else:
        text, at = _("created {time} ({ago})"), job.created_at
    told = [middle(job.created_by, 24), _(ORIGINS[job.origin])]
    when = escape(text.format(time=clock(at), ago=ago(at)))
    parts = [*(escape(part) for part in told if part), f'<time title="{escape(moment(at))}">{when}</time>']
    return f'<span class="provenance">{" · ".join(parts)}</span>'
