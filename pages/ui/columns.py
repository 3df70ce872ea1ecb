"""The columns that a table of steps can have: fixed ones, every field of the report, the list's own other columns."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import streamlit as st

from core.i18n import _
from core.queries.rows import LineRow, ReportRow
from core.rows import REPORT_COLUMNS, Kind
from core.states import StepStatus
from pages.ui.figures import moment
from pages.ui.labels import LABELS
from pages.ui.status import LOOKS, step_label

LONGEST_TEXT, MOST_ITEMS = 300, 20
"""What a cell shows; the report has the rest."""
EXTRA = "list:"
"""Before the name of a column of the uploaded table."""
KINDS: dict[str, Kind] = {column.name: column.kind for column in REPORT_COLUMNS}


def offered(extra: Iterable[str]) -> list[str]:
    """The columns to choose from: the list's own first, then the report's."""
    return [*(f"{EXTRA}{name}" for name in extra), *KINDS]


def is_known(name: str) -> bool:
    """Whether this may name a column: one of the report, or one of some list."""
    return name in KINDS or name.startswith(EXTRA)


def label(name: str) -> str:
    """What a chosen column is called."""
    return name.removeprefix(EXTRA) if name.startswith(EXTRA) else _(LABELS.get(name, name))


def value(name: str, report: ReportRow | None, line: LineRow | None) -> Any:
    """What stands in the cell of a chosen column."""
    if name.startswith(EXTRA):
        return str((line.extra or {}).get(name.removeprefix(EXTRA), "")) if line else ""
    return _cell(getattr(report, name), KINDS[name]) if report else None


def fixed() -> dict[str, Any]:
    """The configuration of the columns that every table of steps has."""
    column = st.column_config
    words = {step_label(status): LOOKS[status].color for status in StepStatus}
    return {
        "step_number": column.NumberColumn("#", width=45, format="%d"),
        "target": column.TextColumn(_("Target"), width=170),
        "status": column.MultiselectColumn(_("State"), options=list(words), color=list(words.values()), width=110),
        "time": column.TextColumn(_("Time"), width=65, alignment="right"),
        "result": column.TextColumn(_("Result / reason"), width=320),
    }


def button(text: str, key: str, help: str, width: int, on_click: Any) -> Any:
    """The configuration of a column of buttons."""
    return st.column_config.ButtonColumn(text, key=key, help=help, width=width, type="tertiary", on_click=on_click)


def chosen(names: Iterable[str]) -> dict[str, Any]:
    """The configuration of the chosen columns."""
    column = st.column_config
    makers = {
        Kind.INTEGER: column.NumberColumn,
        Kind.NUMBER: column.NumberColumn,
        Kind.TRUTH: column.CheckboxColumn,
        Kind.DAY: column.DateColumn,
        Kind.TEXTS: column.ListColumn,
    }
    return {
        name: column.NumberColumn(label(name), format="%.1f s")
        if name.endswith("_seconds")
        else makers.get(KINDS.get(name, Kind.TEXT), column.TextColumn)(label(name))
        for name in names
    }


def _cell(given: Any, kind: Kind) -> Any:
    if given is None:
        return None
    if isinstance(given, datetime):
        return moment(given)
    if kind is Kind.TEXTS:
        return [str(item)[:LONGEST_TEXT] for item in given[:MOST_ITEMS]]
    if kind in (Kind.REDIRECTS, Kind.FLAGS, Kind.DOCUMENT):
        return json.dumps(given, ensure_ascii=False)[:LONGEST_TEXT] if given else None
    return given[:LONGEST_TEXT] if isinstance(given, str) else given
