"""What becomes of a list, line by line: totals, offers, a table in which lines are corrected; the lines not taken."""

from collections import Counter

import pandas as pd
import streamlit as st

from core import targets
from core.i18n import N_, _, ngettext
from core.queries.rows import LineRow
from core.states import Verdict
from core.targets import Line, Targets
from pages.ui import draft
from pages.ui.figures import number

PAGE, ONLY_PROBLEMS = "new_lines_page", "new_only_problems"
PAGE_SIZE = 100
TABLE_HEIGHT = 340
COLOURS = {Verdict.OK: "green", Verdict.CORRECTED: "blue", Verdict.DUPLICATE: "gray", Verdict.REJECTED: "red"}
LOOKALIKE_COLOUR = "orange"
UNKNOWN_SUFFIX, MIXED = "unknown_suffix", "mixed"


def totals(found: Targets) -> str:
    """31 lines: 27 to scrape (2 corrected) · 1 duplicate · 3 rejected."""
    counts = found.counts
    taken = counts[Verdict.OK] + counts[Verdict.CORRECTED]
    parts = [_("{n} to scrape").format(n=number(taken))]
    if corrected := counts[Verdict.CORRECTED]:
        text = ngettext("({n} corrected)", "({n} corrected)", corrected)
        parts[0] = f"{parts[0]} {text.format(n=number(corrected))}"
    if duplicates := counts[Verdict.DUPLICATE]:
        parts.append(ngettext("{n} duplicate", "{n} duplicates", duplicates).format(n=number(duplicates)))
    if rejected := counts[Verdict.REJECTED]:
        parts.append(ngettext("{n} rejected", "{n} rejected", rejected).format(n=number(rejected)))
    lines = ngettext("{n} line", "{n} lines", len(found.lines)).format(n=number(len(found.lines)))
    return f"**{lines}**: {' · '.join(parts)}"


def preview(reading: draft.Reading) -> None:
    """Totals, offers and the table of the list that is being written."""
    found = reading.targets
    if not found.lines:
        st.caption(_("The preview stands here: what is taken, what is corrected, what is not taken and why."))
        return
    st.markdown(totals(found))
    problems = [line for line in found.lines if _is_problem(line)]
    with st.container(horizontal=True, gap="medium"):
        if problems:
            st.toggle(
                _("Show only problems ({n})").format(n=number(len(problems))), key=ONLY_PROBLEMS, on_change=_first_page
            )
        _offers(reading)
    is_narrow = problems and st.session_state.get(ONLY_PROBLEMS)
    _editor(problems if is_narrow else list(found.lines), reading.version)


def not_taken(rows: list[LineRow]) -> None:
    """Lines of a job that were not taken: line, input, reason."""
    lines = [Line.of_row(row.line, row.input, row.verdict, row.reason) for row in rows]
    frame = pd.DataFrame({"line": [x.line for x in lines], "input": [x.input for x in lines], "verdict": _texts(lines)})
    st.dataframe(frame, hide_index=True, column_config=_columns(lines, 160, 640), key="lines_not_taken")


def _editor(lines: list[Line], version: int) -> None:
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    page = min(st.session_state.get(PAGE) or 1, pages)
    shown = lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    key = f"new_lines_{version}_{page}_{len(lines)}"
    st.data_editor(
        pd.DataFrame(
            {
                "line": [line.line for line in shown],
                "input": [line.input for line in shown],
                "verdict": _texts(shown),
                "target": [line.display or "" for line in shown],
            }
        ),
        hide_index=True,
        height=TABLE_HEIGHT,
        disabled=["line", "target", "verdict"],
        column_config=_columns(shown),
        key=key,
        on_change=_edited,
        args=(key, [(line.line, line.input) for line in shown]),
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(_("Double-click a line under “As given” to correct it."))
        if pages > 1:
            st.pagination(pages, key=PAGE)


def _columns(lines: list[Line], input_width: int = 140, verdict_width: int = 320) -> dict[str, object]:
    colours = {_text(line): _colour(line) for line in lines}
    return {
        "line": st.column_config.NumberColumn(_("Line"), width=50, format="%d"),
        "input": st.column_config.TextColumn(_("As given"), width=input_width),
        "target": st.column_config.TextColumn(_("Target"), width=110),
        "verdict": st.column_config.MultiselectColumn(
            _("Verdict"), options=list(colours), color=list(colours.values()), width=verdict_width
        ),
    }


def _texts(lines: list[Line]) -> list[list[str]]:
    return [[_text(line)] for line in lines]


def _text(line: Line) -> str:
    """The verdict in words."""
    text = targets.explain(line)
    return " · ".join([text, _("look-alike")]) if line.lookalike and line.taken else text


def _colour(line: Line) -> str:
    return LOOKALIKE_COLOUR if line.lookalike and line.taken else COLOURS[line.verdict]


def _is_problem(line: Line) -> bool:
    return line.lookalike or not line.taken


def _edited(key: str, shown: list[tuple[int, str]]) -> None:
    for row, change in st.session_state[key]["edited_rows"].items():
        if "input" in change:
            line, old = shown[row]
            draft.fix(line, old, " ".join((change["input"] or "").split()))


def _first_page() -> None:
    st.session_state[PAGE] = 1


def _offers(reading: draft.Reading) -> None:
    """What the analyst may decide about the list as a whole; an offer that was taken stays, to be taken back."""
    reasons = Counter(code for line in reading.written.rejected for code in line.reasons)
    offers = [
        (draft.ANYWAY, reasons[UNKNOWN_SUFFIX], N_("Scrape unknown endings anyway")),
        (draft.PARTS, reasons[MIXED], N_("Take the valid parts of mixed lines")),
        (draft.MERGE, len(reading.written.www_pairs), N_("Merge names with and without www")),
    ]
    for key, count, text in offers:
        if count or st.session_state.get(key):
            st.toggle(f"{_(text)} ({number(count)})" if count else _(text), key=key, persist_state="session")
