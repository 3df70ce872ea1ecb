"""The columns that a table of steps can have: fixed ones, every field of the report, answers, the list's own others."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import streamlit as st

from core.i18n import _
from core.queries.rows import LineRow, ReportRow
from core.queries.steps import ANSWER, EXTRA
from core.questions import names
from core.rows import REPORT_COLUMNS, Kind, pair_text, unanswered, unicode_form
from core.targets import is_lookalike
from pages.ui.figures import moment, number
from pages.ui.labels import LABELS
from pages.ui.status import AMBER, FLAGS, WARNING, flag_word, step_chips

LONGEST_TEXT, MOST_ITEMS = 300, 20
"""What a cell shows; the report has the rest."""
WIDE, NARROW, TEXT_WIDTH, ANSWER_WIDTH = 300, 180, 160, 240
"""Widths in pixels: of the result alone, of the result beside chosen columns, of a chosen text, of an answer."""
MAKERS: dict[Kind, tuple[Callable[..., Any], int]] = {
    Kind.INTEGER: (st.column_config.NumberColumn, 90),
    Kind.NUMBER: (st.column_config.NumberColumn, 90),
    Kind.TRUTH: (st.column_config.CheckboxColumn, 70),
    Kind.DAY: (st.column_config.DateColumn, 100),
    Kind.TEXTS: (st.column_config.ListColumn, 180),
    Kind.PAIRS: (st.column_config.ListColumn, 180),
}
Titled = Callable[[str, str], str]
"""A column and its name → the name as the header shows it."""
KINDS: dict[str, Kind] = {column.name: column.kind for column in REPORT_COLUMNS}


def asked(config: dict[str, Any]) -> list[str]:
    """The columns of the answers to a job's questions."""
    return [f"{ANSWER}{name}" for name in names(config)]


def offered(config: dict[str, Any], extra: Iterable[str]) -> list[str]:
    """The columns to choose from: answers to the job's questions, those of its list, the report's."""
    return [*asked(config), *(f"{EXTRA}{name}" for name in extra), *KINDS]


def is_known(name: str) -> bool:
    """Whether this may name a column: one of the report, or one of some list or job."""
    return name in KINDS or name.startswith((EXTRA, ANSWER))


def label(name: str) -> str:
    """What a chosen column is called."""
    if name.startswith((EXTRA, ANSWER)):
        return name.partition(":")[2]
    return _(LABELS.get(name, name))


def value(name: str, report: ReportRow | None, line: LineRow | None) -> Any:
    """What stands in the cell of a chosen column."""
    if name.startswith(EXTRA):
        return str((line.extra or {}).get(name.removeprefix(EXTRA), "")) if line else ""
    if name.startswith(ANSWER):
        return answer(report.answers.get(name.removeprefix(ANSWER))) if report else None
    return _cell(getattr(report, name), KINDS[name]) if report else None


def answer(given: dict[str, Any] | None) -> str | None:
    """An answer on one line: 3 × one · another, no, or why there is none."""
    if given is None:
        return None
    if "error" in given:
        return unanswered(given["error"])
    if not given["count"]:
        return _("no")
    found = " · ".join(given["found"])[:LONGEST_TEXT]
    return found if given["count"] == 1 else f"{number(given['count'])} × {found}"


def target(stored: str) -> str:
    """A target as people read it, marked when it would be taken for another by eye."""
    shown = unicode_form(stored)
    return " ".join([WARNING, shown, "·", _("look-alike")]) if is_lookalike(stored) else shown


def fixed(titled: Titled, others: int) -> dict[str, Any]:
    """The configuration of the columns that every table of steps has, beside so many chosen `others`."""
    column = st.column_config
    chips = step_chips()
    return {
        "step_number": column.NumberColumn(titled("step_number", "#"), width=50, format="%d"),
        "target": column.TextColumn(titled("target", _("Target")), width=170),
        "status": column.MultiselectColumn(
            titled("status", _("State")), options=list(chips), color=list(chips.values()), width=130
        ),
        "time": column.TextColumn(titled("time", _("Time")), width=70, alignment="right"),
        "result": column.TextColumn(titled("result", _("Result / reason")), width=NARROW if others else WIDE),
    }


def button(text: str, key: str, help: str, width: int, on_click: Any) -> Any:
    """The configuration of a column of buttons."""
    return st.column_config.ButtonColumn(text, key=key, help=help, width=width, type="tertiary", on_click=on_click)


def chosen(names: Iterable[str], titled: Titled) -> dict[str, Any]:
    """The configuration of the chosen columns."""
    return {name: _chosen(name, titled(name, label(name))) for name in names}


def _chosen(name: str, title: str) -> Any:
    kind = KINDS.get(name, Kind.TEXT)
    make, width = MAKERS.get(kind, (st.column_config.TextColumn, TEXT_WIDTH))
    if name.startswith(ANSWER):
        return st.column_config.TextColumn(title, width=ANSWER_WIDTH)
    if name.endswith("_seconds"):
        return st.column_config.NumberColumn(title, format="%.1f s", width=width)
    if kind is Kind.FLAGS:
        return st.column_config.MultiselectColumn(title, options=list(map(flag_word, FLAGS)), color=AMBER, width=width)
    return make(title, width=width)


def _cell(given: Any, kind: Kind) -> Any:
    if given is None:
        return None
    if isinstance(given, datetime):
        return moment(given)
    if kind is Kind.TEXTS:
        return [str(item)[:LONGEST_TEXT] for item in given[:MOST_ITEMS]]
    if kind is Kind.PAIRS:
        return [pair_text(item)[:LONGEST_TEXT] for item in given[:MOST_ITEMS]]
    if kind is Kind.FLAGS:
        return [flag_word(flag["flag"]) for flag in given]
    if kind in (Kind.REDIRECTS, Kind.DOCUMENT):
        return json.dumps(given, ensure_ascii=False)[:LONGEST_TEXT] if given else None
    return given[:LONGEST_TEXT] if isinstance(given, str) else given
