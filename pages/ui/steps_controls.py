"""Above the Steps table: state, failure, flag, search; which columns in which order. All outside of what refreshes."""

import streamlit as st

from core.i18n import N_, _
from core.queries.flags import ANY, UNCHECKED
from core.queries.rows import JobFacts
from core.states import StepStatus
from pages.ui import address, columns, filters
from pages.ui.status import flag_word, step_label
from pages.ui.steps_view import NO_COLUMNS, ORDERS, View, narrow, order_label, sort_by

FLAGS_ASKED = {ANY: N_("Any flag"), UNCHECKED: N_("Not checked")}


def controls(view: View, facts: JobFacts, offered: list[str]) -> None:
    """Draw them as the URL says; `offered` are the columns to choose from."""
    for name in ("status", "kind", "flag"):
        address.follow(f"steps_{name}", getattr(view, name) or None)
    address.follow("steps_q", view.q)
    with st.container(horizontal=True, vertical_alignment="bottom", key="steps_controls"):
        _narrowing(view, facts)
        with st.popover(_("Columns and order"), icon=":material/view_column:", key="steps_columns_menu"):
            _chooser(view, offered)


def _narrowing(view: View, facts: JobFacts) -> None:
    """State, failure, flag and search."""
    kinds = sorted({*facts.failures, *filter(None, [view.kind])})
    flags = dict.fromkeys([*FLAGS_ASKED, *facts.flags, *filter(None, [view.flag])])
    filters.select(_("State"), StepStatus, "steps_status", lambda status: narrow(status=status), shown=step_label)
    filters.select(_("Failure"), kinds, "steps_kind", lambda kind: narrow(kind=kind, flag=""))
    filters.select(_("Flag"), flags, "steps_flag", lambda flag: narrow(flag=flag, kind=""), shown=_flag)
    filters.search("steps_q", _("Target contains…"), lambda q: narrow(q=q))


def _flag(asked: str) -> str:
    return _(FLAGS_ASKED[asked]) if asked in FLAGS_ASKED else flag_word(asked)


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
