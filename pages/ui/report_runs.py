"""All runs of a target: the strip of the last ones, and the table of all."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.failures import EXPLANATIONS
from core.i18n import _, ngettext
from core.queries import runs
from core.queries.rows import FullReportRow
from core.queries.runs import RunRow
from pages.ui import address, columns, go
from pages.ui.app import JOB, REPORT, service
from pages.ui.figures import middle, moment, number, plain
from pages.ui.pager import foot
from pages.ui.status import AMBER, LOOKS, step_chip, step_chips, word

PAGE_SIZE = 20
JOB_WIDTH = 40
"""Characters of a job's name."""


def strip(shown: Sequence[RunRow], report: FullReportRow) -> None:
    """The last runs, the newest at the right: what came of each on hover, a click leads to it."""
    template = ngettext("Last run", "Last {n} runs", len(shown))
    with st.container(horizontal=True, vertical_alignment="center", gap=None, key="strip"):
        st.caption(template.format(n=number(len(shown))), width="content")
        for place, run in enumerate(reversed(shown)):
            is_this = run.report_id == report.id
            look = LOOKS[run.status]
            color = AMBER if _is_worthless(run) else look.color
            with st.container(key=f"run_{'this' if is_this else 'other'}_{place}", width="content"):
                page, query = _way(run, report)
                told = plain(_told(run))  # for ears in the link too, where the style sheet shows the icon alone
                st.page_link(page, label=f":{color}[{look.icon}] {told}", help=told, query_params=query)


def history(report: FullReportRow) -> None:
    """Every run of the target, newest first."""
    with service().database.reading() as session:
        page = runs.page(session, report.target, report.host, page=address.read_page(), size=PAGE_SIZE)
    key = f"runs_{report.id}_{address.read_page()}"
    _chosen(key, page.items, report)
    st.dataframe(
        pd.DataFrame([_row(run) for run in page.items]),
        key=key,
        hide_index=True,
        height="content",
        placeholder="",
        on_select="rerun",
        selection_mode="single-cell",
        alt=_("Runs"),
        column_config=_columns(key, page.items, report),
    )
    foot(page, PAGE_SIZE, ngettext("{n} run", "{n} runs", page.total), "runs_page")


def _chosen(key: str, items: Sequence[RunRow], report: FullReportRow) -> None:
    """The way to the chosen run, for keys: the buttons within the table are drawn on a canvas."""
    cells = (st.session_state.get(key) or {}).get("selection", {}).get("cells", [])
    run = items[cells[0][0]] if cells and cells[0][0] < len(items) else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(_told(run) if run else _("Choose a row, with the mouse or the arrow keys."), width="stretch")
        st.button(
            _("Open"), key="run_open", icon=":material/arrow_forward:", disabled=run is None, on_click=_open,
            args=(run, report),
        )  # fmt: skip


def _open(run: RunRow, report: FullReportRow) -> None:
    page, query = _way(run, report)
    go.want(page, **query)


def _way(run: RunRow, report: FullReportRow) -> tuple[str, dict[str, str]]:
    """To the report of a run; to its step in the job when it has none."""
    if run.report_id:
        tab = address.read("tab")
        return REPORT, {"id": str(run.report_id), **({"tab": tab} if tab else {})}
    return JOB, {"id": str(run.job_id), "q": report.target}


def _told(run: RunRow) -> str:
    """Completed · 1 Mar 2026, 12:00:00 UTC · HTTP 200 · 230 words · text changed."""
    words = "" if run.word_count is None else ngettext("{n} word", "{n} words", run.word_count)
    parts = [
        word(run.status),
        _("flagged") if _is_worthless(run) else "",
        moment(run.at),
        f"HTTP {run.http_status}" if run.http_status else "",
        words.format(n=number(run.word_count or 0)),
        _result(run),
    ]
    return " · ".join(filter(None, parts))


def _result(run: RunRow) -> str:
    """What there is to know of it: why it failed, or whether the text is that of the run before."""
    if run.error_kind:
        return _(EXPLANATIONS[run.error_kind].sentence)
    return {True: _("text changed"), False: _("same text"), None: ""}[run.has_changed]


def _is_worthless(run: RunRow) -> bool:
    return run.flag_count > 0 and run.checked_at is None


def _row(run: RunRow) -> dict[str, Any]:
    return {
        "when": moment(run.at),
        "status": [step_chip(run.status, run)],
        "http_status": run.http_status,
        "word_count": run.word_count,
        "result": _result(run),
        "job": f"#{run.job_id} {middle(run.job_name, JOB_WIDTH)}",
        "open": ":material/arrow_forward:",
    }


def _columns(key: str, items: Sequence[RunRow], report: FullReportRow) -> dict[str, Any]:
    column, opened, chips = st.column_config, f"{key}_open", step_chips()
    return {
        "when": column.TextColumn(_("When"), width=180),
        "status": column.MultiselectColumn(_("State"), options=list(chips), color=list(chips.values()), width=125),
        "http_status": column.NumberColumn(_("HTTP"), format="%d", width=55),
        "word_count": column.NumberColumn(_("Words"), width=70),
        "result": column.TextColumn(_("Result"), width=190),
        "job": column.TextColumn(_("Job"), width=170),
        "open": columns.button(
            _("Open"),
            opened,
            _("Opens the report, or the job where there is none"),
            60,
            lambda: _open(items[st.session_state[opened]["row"]], report),
        ),
    }
