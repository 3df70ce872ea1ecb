"""The questions of a job as rows of a small form: name, kind, what to look for, and where.

Rows live in session state like the other options: `<form>_questions` has their numbers, `<form>_questions_<number>_…`
what was typed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n import N_, _
from core.questions import LONGEST_EXPRESSION, LONGEST_NAME, MOST_QUESTIONS

KINDS = {"text": N_("Words"), "regex": N_("Regular expression"), "css": N_("CSS selector")}
OVER = {"text": N_("Text"), "html": N_("HTML")}
EXAMPLES = {
    "text": N_("for example: gluten-free"),
    "regex": N_(r"for example: CIF[:\s]+([A-Z]\d{8})"),
    "css": N_("for example: a.shop::attr(href)"),
}
EMPTY = {"name": "", "kind": "text", "expression": "", "over": "text"}
WIDTHS = (6, 5, 10, 4, 2)


def load(form: str, questions: Iterable[Mapping[str, Any]]) -> None:
    """Fill the rows."""
    numbers = []
    for number, question in enumerate(questions):
        _fill(form, number, question)
        numbers.append(number)
    st.session_state[_rows(form)] = numbers


def chosen(form: str) -> list[dict[str, Any]]:
    """What the rows say now, not yet checked; empty ones are left out. Who gives no name gets what is looked for."""
    rows = [_row(form, number) for number in st.session_state.get(_rows(form), ())]
    return [_question(row) for row in rows if row["name"].strip() or row["expression"].strip()]


def rows(form: str) -> None:
    """Draw them, with a button for one more."""
    st.caption(
        _(
            "Questions to every page: each answer gets a column. Words are found in any case, with or without accents;"
            " a regular expression gives its first group, or the whole match; a selector gives texts, or what ::attr(…)"
            " names."
        )
    )
    numbers = st.session_state.get(_rows(form), [])
    for place, number in enumerate(numbers):
        _draw(form, number, is_first=place == 0)
    st.button(
        _("Add a question"),
        key=f"{_rows(form)}_add",
        icon=":material/add:",
        type="tertiary",
        disabled=len(numbers) >= MOST_QUESTIONS,
        on_click=_add,
        args=(form,),
    )


def _draw(form: str, number: int, *, is_first: bool) -> None:
    labels: dict[str, Any] = {
        "label_visibility": "visible" if is_first else "collapsed",
        "persist_state": "session",
    }
    name, kind, expression, over, remove = st.columns(WIDTHS, gap="xsmall", vertical_alignment="bottom")
    name.text_input(
        _("Name of the column"),
        key=_key(form, number, "name"),
        max_chars=LONGEST_NAME,
        placeholder=_("Name"),
        **labels,
    )
    kind.selectbox(
        _("Kind"), list(KINDS), key=_key(form, number, "kind"), format_func=lambda kind: _(KINDS[kind]), **labels
    )
    _draw_search(form, number, expression, over, labels)
    remove.button(
        "",
        key=_key(form, number, "remove"),
        icon=":material/delete:",
        help=_("Remove the question"),
        type="tertiary",
        on_click=_remove,
        args=(form, number),
    )


def _draw_search(
    form: str, number: int, expression: DeltaGenerator, over: DeltaGenerator, labels: dict[str, Any]
) -> None:
    """What to look for and where; a selector goes over the HTML."""
    kind = st.session_state[_key(form, number, "kind")]
    if kind == "css":
        st.session_state[_key(form, number, "over")] = "html"
    expression.text_input(
        _("What to look for"),
        key=_key(form, number, "expression"),
        max_chars=LONGEST_EXPRESSION,
        placeholder=_(EXAMPLES[kind]),
        **labels,
    )
    over.selectbox(
        _("In"),
        list(OVER),
        key=_key(form, number, "over"),
        format_func=lambda over: _(OVER[over]),
        disabled=kind == "css",
        **labels,
    )


def _add(form: str) -> None:
    numbers = st.session_state.get(_rows(form), [])
    number = max(numbers, default=-1) + 1
    _fill(form, number, EMPTY)
    st.session_state[_rows(form)] = [*numbers, number]


def _remove(form: str, number: int) -> None:
    st.session_state[_rows(form)] = [other for other in st.session_state[_rows(form)] if other != number]


def _fill(form: str, number: int, question: Mapping[str, Any]) -> None:
    for field in EMPTY:
        st.session_state[_key(form, number, field)] = question[field]


def _row(form: str, number: int) -> dict[str, Any]:
    return {field: st.session_state.get(_key(form, number, field)) or EMPTY[field] for field in EMPTY}


def _question(row: dict[str, Any]) -> dict[str, Any]:
    name = row["name"].strip() or row["expression"].strip()[:LONGEST_NAME].replace("|", "/")
    over = {} if row["kind"] == "css" else {"over": row["over"]}
    return {"name": name, "kind": row["kind"], "expression": row["expression"], **over}


def _rows(form: str) -> str:
    return f"{form}_questions"


def _key(form: str, number: int, field: str) -> str:
    return f"{_rows(form)}_{number}_{field}"
