"""Above the Steps table: state, failure, flag, search; which columns in which order. All outside of what refreshes."""

import streamlit as st

from core.i18n import N_, _
from core.queries.flags import ANY, UNCHECKED
from core.queries.rows import JobFacts
from core.states import StepStatus
from pages.ui import address, columns
from pages.ui.status import flag_word, step_label
from pages.ui.steps_view import NO_COLUMNS, ORDERS, View, narrow, order_label, sort_by

FLAGS_ASKED = {ANY: N_("Any flag"), UNCHECKED: N_("Not checked")}


def controls(view: View, facts: JobFacts, offered: list[str]) -> None:
    """Draw them as the URL says; `offered` are the columns to choose from."""
    for name in ("status", "kind", "flag"):
        address.follow(f"steps_{name}", getattr(view, name) or None)
    address.follow("steps_q", view.q)
    with st.container(horizontal=True, vertical_alignment="bottom", key="steps_controls"):
        st.selectbox(
            _("State"),
            list(StepStatus),
            key="steps_status",
            placeholder=_("State"),
            format_func=step_label,
            label_visibility="collapsed",
            width=150,
            on_change=lambda: narrow(status=st.session_state["steps_status"]),
        )
        st.selectbox(
            _("Failure"),
            sorted({*facts.failures, *([view.kind] if view.kind else [])}),
            key="steps_kind",
            placeholder=_("Failure"),
            label_visibility="collapsed",
            width=150,
            on_change=lambda: narrow(kind=st.session_state["steps_kind"], flag=""),
        )
        st.selectbox(
            _("Flag"),
            list(dict.fromkeys([ANY, UNCHECKED, *facts.flags, *([view.flag] if view.flag else [])])),
            key="steps_flag",
            placeholder=_("Flag"),
            format_func=lambda flag: _(FLAGS_ASKED[flag]) if flag in FLAGS_ASKED else flag_word(flag),
            label_visibility="collapsed",
            width=150,
            on_change=lambda: narrow(flag=st.session_state["steps_flag"], kind=""),
        )
        st.text_input(
            _("Search"),
            key="steps_q",
            type="search",
            placeholder=_("Target contains…"),
            label_visibility="collapsed",
            width=240,
            on_change=lambda: narrow(q=st.session_state["steps_q"]),
        )
        with st.popover(_("Columns and order"), icon=":material/view_column:", key="steps_columns_menu"):
            _chooser(view, offered)


def _chooser(view: View, offered: list[str]) -> None:
    chosen = [name for name in view.columns if name in offered]
    orders = list(dict.fromkeys([*ORDERS, *chosen, view.order]))
    address.follow("steps_columns", chosen)
    address.follow("steps_order", view.order)
    address.follow("steps_descending", view.descends)
    st.multiselect(
        _("Columns"),
        offered,
        format_func=columns.label,
        key="steps_columns",
        on_change=lambda: address.write(columns="|".join(st.session_state["steps_columns"]) or NO_COLUMNS),
    )
    st.selectbox(_("Order by"), orders, format_func=order_label, key="steps_order", on_change=_sort)
    st.toggle(_("Descending"), key="steps_descending", on_change=_sort)


def _sort() -> None:
    sort_by(st.session_state["steps_order"], st.session_state["steps_descending"])
