"""What becomes of a list, line by line: totals, offers, a table in which lines are corrected; the lines not taken."""

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from core.draft import too_many
from core.i18n import N_, _, ngettext
from core.queries.rows import LineRow
from core.states import Verdict
from core.targets import Line, Targets, explain
from core.targets.reasons import reason_text, way_out, why
from pages.ui import draft
from pages.ui.figures import number, plain

PAGE, ONLY_PROBLEMS = "new_lines_page", "new_only_problems"
PAGE_SIZE = 100
TOLD_IN_FULL = 20
TABLE_HEIGHT = 330
"""Pixels."""
CHARACTER, PADDING, WIDEST = 7, 24, 1_200
"""Pixels of an average character of a table, around a text, and of the widest column."""
NARROW, WIDE = {"target": 190, "verdict": 96, "why": 270}, {"input": 230, "target": 200, "verdict": 96, "why": 320}
"""Columns and their pixels: beside the box, which shows the list as given, and below a file."""
LOOKS = {
    Verdict.OK: (N_("ok"), "green"),
    Verdict.CORRECTED: (N_("corrected"), "blue"),
    Verdict.DUPLICATE: (N_("duplicate"), "gray"),
    Verdict.REJECTED: (N_("rejected"), "red"),
}
LOOKALIKE = (N_("look-alike"), "orange")
"""Word and colour of a verdict, and of a name that looks like another."""
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


def preview(reading: draft.Reading, limit: int) -> None:
    """Totals, offers and the table of the list that is being written; `limit` is the most targets that a job takes."""
    found = reading.targets
    if not found.lines:
        st.caption(_("The preview stands here: what is taken, what is corrected, what is not taken and why."))
        return
    st.markdown(totals(found))
    if (error := too_many(found, limit)) is not None:
        st.warning(plain(error.message), icon=":material/warning:")
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
    widths = _with_room({"input": 260, "verdict": 96, "why": 420}, lines)
    st.dataframe(
        _frame(lines, widths),
        hide_index=True,
        column_config=_columns(widths),
        key="lines_not_taken",
    )
    _in_full(lines)
    st.caption(" ".join(_ways_out(lines)))


def _editor(lines: list[Line], version: int) -> None:
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    page = min(st.session_state.get(PAGE) or 1, pages)
    shown = lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    key = f"new_lines_{version}_{page}_{len(lines)}"
    widths = _with_room(NARROW if draft.source() == draft.PASTE else WIDE, shown)
    edited = next(iter(widths))
    st.data_editor(
        _frame(shown, widths),
        hide_index=True,
        height=TABLE_HEIGHT,
        disabled=[name for name in ("line", *widths) if name != edited],
        column_config=_columns(widths),
        key=key,
        on_change=_edited,
        args=(key, edited, [(line.line, line.input) for line in shown]),
    )
    _in_full([line for line in shown if _is_problem(line)])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(" ".join([_("Double-click a name in the table to correct it."), *_ways_out(shown)]))
        if pages > 1:
            st.pagination(pages, key=PAGE)


def _in_full(problems: list[Line]) -> None:
    """The first problems as text, for a telephone: there the reasons stand beyond the edge of the table."""
    if problems:
        with st.container(key="lines_in_full"):
            st.text("\n".join(f"{line.line}  {line.input}: {_told(line)}" for line in problems[:TOLD_IN_FULL]))


def _told(line: Line) -> str:
    """The mark of the table and its reason in a sentence."""
    if _look(line) is not LOOKALIKE:
        return explain(line)
    return ": ".join(filter(None, [_(LOOKALIKE[0]), why(line)]))


def _ways_out(lines: list[Line]) -> list[str]:
    """What can be done about the rejections, a sentence for each kind."""
    codes = dict.fromkeys(code for line in lines if line.verdict is Verdict.REJECTED for code in line.reasons)
    ways = [(reason_text(code), way_out(code)) for code in codes]
    return [plain(f"{text[:1].upper()}{text[1:]}: {way}.") for text, way in ways if way]


def _frame(lines: list[Line], widths: dict[str, int]) -> pd.DataFrame:
    rows = [_cells(line, "input" in widths) for line in lines]
    columns: dict[str, list[object]] = {"line": [line.line for line in lines]}
    for name in widths:
        columns[name] = [[row[name]] if name == "verdict" else row[name] for row in rows]
    return pd.DataFrame(columns)


def _cells(line: Line, has_input: bool) -> dict[str, str]:
    """The texts of a row; without a column for what was given, that stands where no target does."""
    target = line.display if line.taken and line.display else ""
    return {
        "input": line.input,
        "target": target or ("" if has_input else line.input),
        "verdict": _(_look(line)[0]),
        "why": why(line),
    }


def _with_room(widths: dict[str, int], lines: list[Line]) -> dict[str, int]:
    """The widths, with the room that the longest reason needs: a higher row would make all of them higher."""
    longest = PADDING + CHARACTER * max((len(why(line)) for line in lines), default=0)
    return {**widths, "why": min(max(widths["why"], longest), WIDEST)}


def _columns(widths: dict[str, int]) -> dict[str, Any]:
    looks = [*LOOKS.values(), LOOKALIKE]
    words = [_(word) for word, _colour in looks]
    columns = {
        "line": st.column_config.NumberColumn(_("Line"), width=50, format="%d"),
        "input": st.column_config.TextColumn(_("As given"), width=widths.get("input")),
        "target": st.column_config.TextColumn(_("Target"), width=widths.get("target")),
        "verdict": st.column_config.MultiselectColumn(
            _("Verdict"), options=words, color=[colour for _word, colour in looks], width=widths["verdict"]
        ),
        "why": st.column_config.TextColumn(_("Reason"), width=widths["why"]),
    }
    return {name: columns[name] for name in ("line", *widths)}


def _look(line: Line) -> tuple[str, str]:
    """Word and colour."""
    return LOOKALIKE if line.lookalike and line.taken else LOOKS[line.verdict]


def _is_problem(line: Line) -> bool:
    return line.lookalike or not line.taken


def _edited(key: str, column: str, shown: list[tuple[int, str]]) -> None:
    for row, change in st.session_state[key]["edited_rows"].items():
        if column in change:
            line, old = shown[row]
            draft.fix(line, old, " ".join((change[column] or "").split()))


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
