"""The Steps tab: filters in the URL, a page of steps with its chosen columns, the history of one step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from core import queries
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import N_, _, ngettext
from core.queries.rows import JobRow, LineRow, Page, ReportRow, StepRow
from core.queries.steps import ORDERS
from core.rows import unicode_form
from core.states import StepStatus
from pages.ui import address, columns, dialog, go
from pages.ui.app import REPORT
from pages.ui.figures import clock, duration, now, number, plain
from pages.ui.labels import LABELS
from pages.ui.status import step_label

PAGE_SIZE = 50
FIRST_ORDER = "step_number"
ORDER_LABELS = {
    "step_number": N_("Number"),
    "target": N_("Host"),
    "status": N_("State"),
    "attempts": N_("Attempts"),
    "error_kind": N_("Failure"),
    "completed_at": N_("Ended"),
    **{name: LABELS[name] for name in ("total_seconds", "word_count", "http_status", "title")},
}


@dataclass(frozen=True, slots=True)
class View:
    """What the URL asks for; empty means all."""

    status: str
    kind: str
    q: str
    columns: tuple[str, ...]
    sort: str
    page: int

    @classmethod
    def asked(cls) -> "View":
        """The view of the URL."""
        sort = address.read("sort", [f"{sign}{name}" for name in ORDERS for sign in ("", "-")])
        return cls(
            address.read("status", list(StepStatus)),
            address.read("kind", list(FailureKind)),
            address.read("q"),
            tuple(name for name in address.read("columns").split("|") if columns.is_known(name)),
            sort or FIRST_ORDER,
            address.read_page(),
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """A page of steps with what belongs to them, from one snapshot."""

    page: Page[StepRow]
    reports: dict[int, ReportRow]
    lines: dict[int, LineRow]


def read(session: Any, job: JobRow, view: View) -> Steps:
    """The page that the view asks for, from the snapshot of this session."""
    page = queries.steps.numbered(
        session,
        job.id,
        page=view.page,
        size=PAGE_SIZE,
        status=StepStatus(view.status) if view.status else None,
        error_kind=FailureKind(view.kind) if view.kind else None,
        q=view.q or None,
        order_by=view.sort.removeprefix("-"),
        descending=view.sort.startswith("-"),
    )
    ids = [step.id for step in page.items]
    has_extra = any(name.startswith(columns.EXTRA) for name in view.columns)
    lines = queries.lines.by_steps(session, ids) if has_extra else {}
    return Steps(page, queries.reports.by_steps(session, ids), lines)


def controls(view: View, kinds: dict[str, int], extra: list[str]) -> None:
    """State, kind, search, and which columns in which order; outside of what refreshes itself."""
    for key, value in (("steps_status", view.status or None), ("steps_kind", view.kind or None), ("steps_q", view.q)):
        address.follow(key, value)
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
            sorted({*kinds, *([view.kind] if view.kind else [])}),
            key="steps_kind",
            placeholder=_("Failure"),
            label_visibility="collapsed",
            width=150,
            on_change=lambda: narrow(kind=st.session_state["steps_kind"]),
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
            _chooser(view, extra)


def table(steps: Steps, view: View) -> None:
    """The page of steps, with buttons to the history and the report of each."""
    if not steps.page.items:
        st.caption(_("No step matches. Clear the filters to see all of them."))
        return
    key = f"steps_{hash((view, steps.page.items[0].job_id))}"
    st.dataframe(
        _frame(steps, view),
        hide_index=True,
        height="content" if len(steps.page.items) <= 12 else 480,
        row_height=34,
        placeholder="",
        key=key,
        column_config={
            **columns.fixed(),
            "attempts": columns.button(
                _("Attempts"), f"{key}_attempts", _("Click for the history"), 80, lambda: _attempts(key, steps)
            ),
            "report": columns.button(
                _("Report"), f"{key}_report", _("Opens the report"), 70, lambda: _report(key, steps)
            ),
            **columns.chosen(view.columns),
        },
    )
    _pager(steps.page, view)


def narrow(**values: str | None) -> None:
    """Filter by these values, from the first page."""
    address.write(page="", **values)


def _chooser(view: View, extra: list[str]) -> None:
    offered = columns.offered(extra)
    address.follow("steps_columns", [name for name in view.columns if name in offered])
    address.follow("steps_order", view.sort.removeprefix("-"))
    address.follow("steps_descending", view.sort.startswith("-"))
    st.multiselect(
        _("Columns"),
        offered,
        format_func=lambda name: plain(columns.label(name)),
        key="steps_columns",
        on_change=lambda: address.write(columns="|".join(st.session_state["steps_columns"])),
    )
    st.selectbox(
        _("Order by"), list(ORDERS), format_func=lambda name: _(ORDER_LABELS[name]), key="steps_order", on_change=_sort
    )
    st.toggle(_("Descending"), key="steps_descending", on_change=_sort)


def _sort() -> None:
    sort = f"{'-' if st.session_state['steps_descending'] else ''}{st.session_state['steps_order']}"
    narrow(sort="" if sort == FIRST_ORDER else sort)


def _frame(steps: Steps, view: View) -> pd.DataFrame:
    at = now()
    rows = []
    for step in steps.page.items:
        report, line = steps.reports.get(step.id), steps.lines.get(step.id)
        row: dict[str, Any] = {
            "step_number": step.step_number,
            "target": unicode_form(step.target),
            "status": [step_label(step.status)],
            "time": _time(step, report),
            "attempts": f":material/history: {_tries(step)}" if step.fence else "",
            "result": result(step, report, at),
            "report": ":material/arrow_forward:" if step.report_id else "",
        }
        rows.append(row | {name: columns.value(name, report, line) for name in view.columns})
    return pd.DataFrame(rows)


def result(step: StepRow, report: ReportRow | None, at: datetime) -> str:
    """What came of the step, or why not, or what it waits for."""
    if report is not None:
        words = ngettext("{n} word", "{n} words", report.word_count).format(n=number(report.word_count))
        return " · ".join(part for part in ((report.title or "")[: columns.LONGEST_TEXT], words) if part)
    sentence = _(EXPLANATIONS[step.error_kind].sentence) if step.error_kind else ""
    if step.status is StepStatus.FAILED and step.attempts:
        tries = ngettext("{n} attempt", "{n} attempts", step.attempts).format(n=number(step.attempts))
        return f"{sentence} ({tries})"
    if step.status is StepStatus.PENDING and step.next_attempt_at > at:
        waits = _("waits until {time}").format(time=clock(step.next_attempt_at))
        return f"{waits}: {sentence}" if sentence else waits
    return sentence


def _time(step: StepRow, report: ReportRow | None) -> str:
    if report is not None and report.total_seconds is not None:
        return duration(report.total_seconds)
    if step.started_at and step.completed_at:
        return duration((step.completed_at - step.started_at).total_seconds())
    return ""


def _tries(step: StepRow) -> int:
    """Attempts, the running one included."""
    return step.attempts + (step.status is StepStatus.RUNNING)


def _attempts(key: str, steps: Steps) -> None:
    step = steps.page.items[st.session_state[f"{key}_attempts"]["row"]]
    dialog.show("attempts", step.job_id, step.step_number)


def _report(key: str, steps: Steps) -> None:
    step = steps.page.items[st.session_state[f"{key}_report"]["row"]]
    if step.report_id:
        go.want(REPORT, id=step.report_id)


def _pager(page: Page[StepRow], view: View) -> None:
    pages = -(-page.total // PAGE_SIZE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        total = number(page.total) + ("" if page.total_is_exact else "+")
        st.caption(ngettext("{n} step", "{n} steps", page.total).format(n=total))
        if pages > 1:
            address.follow("steps_page", min(view.page, pages))
            st.pagination(pages, key="steps_page", on_change=_turn)


def _turn() -> None:
    page = st.session_state["steps_page"]
    address.write(page=page if page > 1 else "")
