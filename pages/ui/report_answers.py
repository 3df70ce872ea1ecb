"""The answers of a page to the questions of its job, above what the page says about itself."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.i18n import _
from core.queries.rows import FullReportRow
from core.rows import unanswered
from pages.ui import report_parts as parts
from pages.ui.figures import number, plain
from pages.ui.labels import LABELS


def details(report: FullReportRow) -> None:
    """The first part of a report."""
    if report.answers:
        title = LABELS["answers"]
        st.subheader(_(title), anchor=False)
        answers(report.answers)
        st.subheader(_("Page"), anchor=False)
    parts.details(report)


def answers(given: dict[str, Any]) -> None:
    """Each question with what was found."""
    parts.facts((plain(name), list(_lines(answer))) for name, answer in given.items())


def _lines(answer: dict[str, Any]) -> Iterable[str]:
    if "error" in answer:
        yield unanswered(answer["error"])
        return
    if not answer["count"]:
        yield _("no")
    yield from answer["found"]
    if answer["count"] > len(answer["found"]):
        yield _("{n} × in all").format(n=number(answer["count"]))
