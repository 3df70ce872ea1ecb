"""Where the list comes in: the box, or a file with what was understood of it and which of its columns are used."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.i18n import N_, _, ngettext
from core.tables import Table
from pages.ui import draft
from pages.ui.actions import show_error
from pages.ui.figures import number, plain
from pages.ui.lines import TABLE_HEIGHT

PASTE_SCRIPT = Path(__file__).with_name("paste.js").read_text(encoding="utf-8")
TYPES = ["csv", "tsv", "txt", "xlsx"]
MAX_MIB = draft.MAX_BYTES // 1024 // 1024
FIRST_ROWS = 5
SEPARATORS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar")}


def paste(limit: int) -> None:
    """The box, or what stands for a text that is too long for it; `limit` is the most targets that a job takes."""
    if count := draft.long_lines():
        with st.container(border=True):
            st.markdown(":material/description: **" + _("{n} lines").format(n=number(count)) + "**")
            st.caption(_("Kept as a file: so long a list would freeze the box."))
            st.button(_("Clear"), key="new_clear", icon=":material/close:", on_click=draft.forget_text)
        return
    st.text_area(
        _("Domains"),
        key=draft.TEXT,
        height=TABLE_HEIGHT,
        label_visibility="collapsed",
        placeholder="example.com\nshop.example.org/path\n…",
        on_change=draft.box_changed,
        persist_state="session",
    )
    st.caption(" ".join([_("The preview follows Ctrl+Enter or leaving the box."), limits(limit)]))
    st.html(f"<script>{PASTE_SCRIPT}</script>", unsafe_allow_javascript=True)


def upload(limit: int) -> None:
    """The uploader, or the file that was chosen; `limit` as for `paste`."""
    found = draft.table()
    if found is not None:
        _chosen(*found)
        return
    st.file_uploader(
        _("A list or a table: csv, tsv, txt or xlsx"),
        type=TYPES,
        max_upload_size=MAX_MIB,
        key=draft.uploader_key(),
        on_change=draft.file_changed,
    )
    st.caption(limits(limit))
    if (error := draft.file_error()) is not None:
        show_error(error)


def limits(limit: int) -> str:
    """What fits into one job, told before anything fails."""
    return _("At most {lines} targets and {size} MiB in one job.").format(lines=number(limit), size=MAX_MIB)


def _chosen(name: str, table: Table) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f":material/table: **{plain(name)}**")
            st.button(
                _("Remove"),
                icon=":material/close:",
                type="tertiary",
                key="new_file_remove",
                on_click=draft.remove_file,
            )
        st.caption(_facts(table))
        if len(table.sheets) > 1:
            st.selectbox(
                _("Sheet"),
                table.sheets,
                format_func=plain,
                key=draft.SHEET,
                on_change=draft.sheet_changed,
                persist_state="session",
            )
        if len(table.columns) > 1:
            _columns(list(table.columns))
        _first_rows(table)


def _facts(table: Table) -> str:
    rows = ngettext("{n} row", "{n} rows", len(table.rows)).format(n=number(len(table.rows)))
    parts = [rows]
    if table.encoding:
        parts.append(_("read as {encoding}").format(encoding=plain(table.encoding)))
    if table.separator:
        word = _(SEPARATORS[table.separator]) if table.separator in SEPARATORS else plain(table.separator)
        parts.append(_("separated by {separator}").format(separator=word))
    if table.sheet:
        parts.append(_("sheet {name}").format(name=plain(table.sheet)))
    return " · ".join(parts)


def _columns(columns: list[str]) -> None:
    st.selectbox(
        _("Column with the targets"),
        columns,
        format_func=plain,
        key=draft.COLUMN,
        help=_("Guessed from the content; choose another one if it is wrong."),
        persist_state="session",
    )
    others = [name for name in columns if name != st.session_state.get(draft.COLUMN)]
    if draft.KEPT not in st.session_state:
        st.session_state[draft.KEPT] = others
    st.multiselect(
        _("Other columns that come back in the export"),
        others,
        format_func=plain,
        key=draft.KEPT,
        persist_state="session",
    )


def _first_rows(table: Table) -> None:
    first = list(table.rows)[:FIRST_ROWS]
    frame = pd.DataFrame(
        [cells for _line, cells in first], columns=table.columns, index=[line for line, _cells in first]
    )
    st.dataframe(frame, height="content", key="new_first_rows")
