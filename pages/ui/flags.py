"""The flags of a job's reports: how many there are, as a way to them; chips by flag, and what the chosen one means."""

import streamlit as st

from core.flags import EXPLANATIONS, Flag
from core.i18n import _, ngettext
from core.queries.flags import ANY
from core.queries.rows import JobFacts, JobRow
from pages.ui import address
from pages.ui.figures import number
from pages.ui.status import FLAGGED, flag_word, flagged
from pages.ui.steps_view import narrow


def link(job: JobRow) -> None:
    """12 flagged: a click shows them; on hover, how many of them nobody has checked."""
    left = ngettext(
        "Show them. {n} is not checked by hand.", "Show them. {n} are not checked by hand.", job.unchecked_steps
    )
    st.button(
        f":{FLAGGED.color}[{FLAGGED.icon} {flagged(job)}]",
        key="flagged",
        type="tertiary",
        help=left.format(n=number(job.unchecked_steps)),
        on_click=_show,
        args=(ANY,),
    )


def chips(facts: JobFacts, flag: str) -> None:
    """thin text 9, parked 3: a click filters the steps by it, another click shows all again."""
    if not facts.flags:
        return
    address.follow("flags", flag if flag in facts.flags else None)
    title = _("Flags")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key="flags_row"):
        st.caption(f":{FLAGGED.color}[{FLAGGED.icon}] {title}", width="content")
        st.pills(
            title,
            list(facts.flags),
            key="flags",
            format_func=lambda code: f"{flag_word(code)} {number(facts.flags[code])}",
            label_visibility="collapsed",
            wrap=False,
            on_change=lambda: _show(st.session_state["flags"]),
        )


def explanation(flag: str) -> None:
    """What a flag means, and what can be done; nothing for what is none."""
    if flag in list(Flag):
        told = EXPLANATIONS[Flag(flag)].translated()
        st.caption(f"{told.sentence} {told.advice}", width="content")


def _show(flag: str) -> None:
    narrow(flag=flag, kind="", status="", tab="")
