"""What went wrong in a job: failures by kind, running those of one kind again with what may help, lines not taken."""

import streamlit as st

from core.actor import Role
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import _, ngettext
from core.queries.rows import JobFacts, JobRow
from pages.ui import address, dialog, flags
from pages.ui.actions import attempt
from pages.ui.again import run_again
from pages.ui.app import may
from pages.ui.figures import exact, number
from pages.ui.retry import NOT_YET, open_retry
from pages.ui.steps_view import View, narrow

LONGEST_SECONDS = 300.0


def failures(job: JobRow, facts: JobFacts, view: View) -> None:
    """timeout 4, dns 2, and the flags beside: a click filters the steps by it, another click shows all again. Never
    higher than one row.
    """
    kind = view.kind
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="failures_row"):
        st.caption(_("Failures"), width="content")
        if not facts.failures:
            st.caption(_("none"), width="content")
        else:
            _kinds(facts, kind)
        flags.chips(facts, view.flag)
        if facts.not_taken:
            st.space("stretch")
            _not_taken(job.id, facts)
    if kind in facts.failures:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = EXPLANATIONS[FailureKind(kind)].translated()
            st.caption(f"{told.sentence} {told.advice}", width="content")
            if may(Role.ANALYST):
                _recipe(job, kind, facts.failures[kind])
    flags.explanation(view.flag)


def _kinds(facts: JobFacts, kind: str) -> None:
    address.follow("failures", kind if kind in facts.failures else None)
    st.pills(
        _("Failures"),
        list(facts.failures),
        key="failures",
        format_func=lambda name: f"{name} {number(facts.failures[name])}",
        label_visibility="collapsed",
        wrap=False,
        on_change=lambda: narrow(kind=st.session_state["failures"], flag="", status="", tab=""),
    )


def _not_taken(job_id: int, facts: JobFacts) -> None:
    """How many lines were not taken: a click shows them."""
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


def _recipe(job: JobRow, kind: str, count: int) -> None:
    """Run the failures of one kind again, with the option that may help; it waits until the job is finished."""
    text = ngettext("Retry this one", "Retry these {n}", count).format(n=number(count))
    overrides: dict[str, object] = {}
    if kind == FailureKind.TIMEOUT:
        seconds = min(LONGEST_SECONDS, 2 * float(job.config["timeout_seconds"]))
        overrides = {"timeout_seconds": seconds}
        text = _("{retry} with {n} s").format(retry=text, n=exact(seconds))
    st.button(
        text,
        key="act_recipe",
        icon=":material/replay:",
        type="tertiary",
        disabled=not job.is_final,
        help=None if job.is_final else _(NOT_YET),
        on_click=_again,
        args=(job, kind, overrides),
    )
    st.button(
        _("Retry with options…"),
        key="act_recipe_options",
        icon=":material/tune:",
        type="tertiary",
        disabled=not job.is_final,
        help=None if job.is_final else _(NOT_YET),
        on_click=open_retry,
        args=(job, kind),
    )


def _again(job: JobRow, kind: str, overrides: dict[str, object]) -> None:
    if attempt(lambda: run_again(job, error_kind=FailureKind(kind), overrides=overrides or None)) is not None:
        narrow(kind="")
