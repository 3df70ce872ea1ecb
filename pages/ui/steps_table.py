"""The Steps tab: a page of a job's steps with its chosen columns; a click on a header sorts the whole job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from core import queries, waits
from core.failures import EXPLANATIONS, FailureKind
from core.i18n import _, ngettext
from core.queries.rows import JobRow, LineRow, Page, ReportRow, StepRow
from core.states import StepStatus
from core.waits import Wait
from pages.ui import chosen_step, columns, options, picked
from pages.ui.figures import clock, duration, now, number
from pages.ui.pager import foot
from pages.ui.report_parts import age
from pages.ui.status import flags_told, step_chip
from pages.ui.steps_view import View, arrow, turn

PAGE_SIZE = 50
HIGHEST, ROW_HEIGHT = 480, 34
"""Of the table and of a row, in pixels."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A page of steps of a job with what belongs to them, from one snapshot."""

    job: JobRow
    page: Page[StepRow]
    reports: dict[int, ReportRow]
    lines: dict[int, LineRow]
    waits: dict[int, Wait]


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
        flag=view.flag or None,
        order_by=view.order,
        descending=view.descends,
    )
    ids = [step.id for step in page.items]
    has_extra = any(name.startswith(columns.EXTRA) for name in view.columns)
    lines = queries.lines.by_steps(session, ids) if has_extra else {}
    return Steps(
        job,
        page,
        queries.reports.by_steps(session, ids),
        lines,
        queries.waits.of_steps(session, job, page.items, now()),
    )


def table(steps: Steps, view: View) -> None:
    """The page of steps, with buttons to the history and the report of each, and of the chosen one.

    Ticks follow their steps, whatever comes into the rows by itself.
    """
    chosen_step.chosen_step(steps.job, steps.page.items)
    if not steps.page.items:
        st.caption(_("No step matches. Clear the filters to see all of them."))
        return
    key = f"steps_{hash((view, steps.job.id))}"
    rows = len(steps.page.items)
    boxes = ["multi-row"] if picked.can_tick(steps.job) else []
    ticks = {"selection": {"rows": _ticked(steps), "columns": [], "cells": []}}
    if boxes and key in st.session_state and _rows(st.session_state[key]) != _rows(ticks):
        st.session_state[key] = ticks
    st.dataframe(
        _frame(steps, view),
        hide_index=True,
        height="content" if (rows + 1) * ROW_HEIGHT <= HIGHEST else HIGHEST,
        row_height=ROW_HEIGHT,
        placeholder="",
        key=key,
        on_select=lambda: _picked(key, steps, view),
        selection_mode=["multi-cell", "single-column", *boxes],
        selection_default=ticks if boxes else None,
        alt=_("Steps"),
        column_config=_columns(key, steps, view),
    )
    foot(steps.page, PAGE_SIZE, ngettext("{n} step", "{n} steps", steps.page.total), "steps_page")


def _columns(key: str, steps: Steps, view: View) -> dict[str, Any]:
    history, report = f"{key}_attempts", f"{key}_report"

    def titled(name: str, text: str) -> str:
        return arrow(name, view) + text

    return {
        **columns.fixed(titled, len(view.columns)),
        "attempts": columns.button(
            titled("attempts", _("Attempts")),
            history,
            _("Click for the history"),
            90,
            lambda: chosen_step.show_history(_clicked(history, steps)),
        ),
        "report": columns.button(
            _("Report"), report, _("Opens the report"), 70, lambda: chosen_step.show_report(_clicked(report, steps))
        ),
        **columns.chosen(view.columns, titled),
    }


def _picked(key: str, steps: Steps, view: View) -> None:
    """A header was clicked: sort by it. A cell is chosen: so is its step. Boxes are ticked."""
    selection = st.session_state[key]["selection"]
    picked.tick(steps.job, steps.page.items, selection["rows"])
    if selection["columns"]:
        turn(selection["columns"][0], view)
    picked.choose(steps.page.items[selection["cells"][0][0]] if selection["cells"] else None)


def _ticked(steps: Steps) -> list[int]:
    """Rows of this page whose steps are ticked."""
    ticked = picked.ticked(steps.job)
    return [row for row, step in enumerate(steps.page.items) if step.step_number in ticked]


def _rows(selected: Any) -> list[int]:
    return sorted(selected["selection"]["rows"])


def _clicked(key: str, steps: Steps) -> StepRow:
    return steps.page.items[st.session_state[key]["row"]]


def _frame(steps: Steps, view: View) -> pd.DataFrame:
    at = now()
    rows = []
    for step in steps.page.items:
        report, line, wait = (found.get(step.id) for found in (steps.reports, steps.lines, steps.waits))
        row: dict[str, Any] = {
            "step_number": step.step_number,
            "target": columns.target(step.target),
            "status": [step_chip(step.status, report)],
            "time": _time(step, report),
            "attempts": f":material/history: {_tries(step)}" if step.fence else "",
            "result": " · ".join(filter(None, (own_options(step, steps.job), result(step, report, wait, at)))),
            **{name: columns.value(name, report, line) for name in view.columns},
            "report": ":material/arrow_forward:" if step.report_id else "",
        }
        rows.append(row)
    return pd.DataFrame(rows)


def own_options(step: StepRow, job: JobRow) -> str:
    """with Time limit (s) 60: what a retry has changed for the step; how much when that is more than one option."""
    changed = options.differences(step.overrides or {}, job.config)
    if len(changed) > 1:
        return ngettext("with {n} other option", "with {n} other options", len(changed)).format(n=number(len(changed)))
    return _("with {options}").format(options=options.told(changed)) if changed else ""


def result(step: StepRow, report: ReportRow | None, wait: Wait | None, at: datetime) -> str:
    """What came of the step, or why not, or what it waits for."""
    if report is not None:
        words = ngettext("{n} word", "{n} words", report.word_count).format(n=number(report.word_count))
        reused = age(report, at) if step.is_reused else ""
        title = (report.title or "")[: columns.LONGEST_TEXT]
        return " · ".join(filter(None, (reused, flags_told(report), title, words, _extracted_again(report))))
    if step.pruned_report_id is not None:
        return _("The report is no longer kept.")
    sentence = _(EXPLANATIONS[step.error_kind].sentence) if step.error_kind else ""
    if step.status is StepStatus.FAILED and step.attempts:
        tries = ngettext("{n} attempt", "{n} attempts", step.attempts).format(n=number(step.attempts))
        return f"{sentence} ({tries})"
    if wait is not None:
        return " · ".join(
            filter(None, (waits.sentence(wait, lambda until: clock(until, to_the_second=True)), sentence))
        )
    return sentence


def _extracted_again(report: ReportRow) -> str:
    source = report.source_report_id
    return _("extracted again from report {id}").format(id=source) if source is not None else ""


def _time(step: StepRow, report: ReportRow | None) -> str:
    visit = None if report is None or step.is_reused or step.source_report_id else report.total_seconds
    if visit is not None:
        return duration(visit)
    if step.started_at and step.completed_at:
        return duration((step.completed_at - step.started_at).total_seconds())
    return ""


def _tries(step: StepRow) -> int:
    """Attempts, the running one included."""
    return step.attempts + (step.status is StepStatus.RUNNING)
