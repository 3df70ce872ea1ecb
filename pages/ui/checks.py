"""The flags of one report: why it may be worthless, as text, what can be done; and that somebody has checked it."""

from typing import Any

import streamlit as st

from core.actor import Role
from core.checks import LONGEST_NOTE
from core.i18n import _
from core.queries.rows import FullReportRow
from pages.ui.actions import attempt
from pages.ui.app import ask_name, may, service, who
from pages.ui.figures import moment, plain
from pages.ui.flags import explanation
from pages.ui.status import CHECKED, FLAGGED, Color, flag_word


def flags(report: FullReportRow) -> None:
    """Draw each flag with its evidence, and the check by hand or a way to it; nothing for a report without flags."""
    if not report.flags:
        return
    with st.container(border=True, key="report_flags", gap="xsmall"):
        for flag in report.flags:
            badge(flag, "gray" if report.checked_at else FLAGGED.color)
            explanation(flag["flag"])
        if report.checked_at:
            _checked(report)
        elif may(Role.ANALYST):
            _ask(report.id)


def badge(flag: dict[str, Any], color: Color = FLAGGED.color) -> None:
    """One flag, and beside it its evidence as text."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(flag_word(flag["flag"]), icon=FLAGGED.icon, color=color)
        if evidence := flag.get("evidence"):
            st.text(str(evidence))


def _checked(report: FullReportRow) -> None:
    """Who checked it, when and why, with a way back."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="checked"):
        st.badge(_(CHECKED.word), icon=CHECKED.icon, color=CHECKED.color)
        when = moment(report.checked_at) if report.checked_at else ""
        st.caption(f"{plain(report.checked_by or '')} · {when}", width="content")
        if may(Role.ANALYST):
            st.button(
                _("Take back"),
                key="check_undo",
                icon=":material/undo:",
                type="tertiary",
                on_click=lambda: attempt(lambda: service().uncheck_report(report.id)),
            )
    if report.checked_note:
        st.text(report.checked_note)


def _ask(report_id: int) -> None:
    key = f"check_note_{report_id}"
    with st.popover(_("Mark as checked by hand"), icon=CHECKED.icon, key="check_ask"):
        st.write(_("You have looked at the page and it is good all the same: it needs no attention any more."))
        ask_name("check_name")
        st.text_area(
            _("Note"),
            key=key,
            max_chars=LONGEST_NOTE,
            placeholder=_("What you saw; shown as written, and exported"),
            persist_state="session",
        )
        st.button(
            _("Mark as checked"),
            key="check",
            type="primary",
            icon=CHECKED.icon,
            on_click=_check,
            args=(report_id, key),
        )


def _check(report_id: int, key: str) -> None:
    """An error leaves what was typed."""
    if not who():
        st.toast(_("Write your name first: it signs the check."), icon=":material/person:")
    elif attempt(lambda: service().check_report(report_id, who(), st.session_state.get(key) or "")) is not None:
        st.session_state[key] = ""
