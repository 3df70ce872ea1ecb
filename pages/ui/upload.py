"""Where the list comes in: the box, or a file with what was understood of it and which of its columns are used."""

import json
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n import N_, _, ngettext
from core.tables import UPLOAD_LIMIT_BYTES, Table
from pages.ui import draft
from pages.ui.actions import show_error
from pages.ui.figures import number, plain
from pages.ui.lines import TABLE_HEIGHT

PASTE_SCRIPT, UPLOAD_SCRIPT = (
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("paste.js", "upload.js")
)
TYPES = ["csv", "tsv", "txt", "xlsx"]
MAX_MIB = UPLOAD_LIMIT_BYTES // 1024 // 1024
FIRST_ROWS = 5
BOX_HEIGHT = TABLE_HEIGHT + 76
"""It ends where the table of the preview does, below totals and switches."""
REFUSED = {
    "size": N_("“{file}” is larger than {limit} MiB, the most that is taken. Cut it into several files."),
    "type": N_("“{file}” cannot be read: csv, tsv, txt and xlsx can. Save the list as one of them."),
    "several": N_("One file at a time, please: nothing was taken."),
}
"""Why the browser does not even send a file."""
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
        height=BOX_HEIGHT,
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
    _refusals()
    if (error := draft.file_error()) is not None:
        with st.container(key="new_file_error"):
            show_error(error)


def _refusals() -> None:
    """The sentences about files that are not sent, unseen until one is needed."""
    file, asked = "<b></b>", {"types": TYPES, "bytes": UPLOAD_LIMIT_BYTES}
    said = "".join(
        f'<p class="refused {why}" role="alert">{escape(_(text)).format(file=file, limit=number(MAX_MIB))}</p>'
        for why, text in REFUSED.items()
    )
    st.html(f"{said}<script>{UPLOAD_SCRIPT}({json.dumps(asked)});</script>", unsafe_allow_javascript=True)


def limits(limit: int) -> str:
    """What fits into one job, told before anything fails."""
    return _("At most {lines} targets and {size} MiB in one job.").format(lines=number(limit), size=MAX_MIB)


def _chosen(name: str, table: Table) -> None:
    with st.container(border=True, gap="small", key="new_file_chosen"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f":material/table: **{plain(name)}** :small[:gray[{_facts(table)}]]", width="content")
            st.button(
                _("Remove"),
                icon=":material/close:",
                type="tertiary",
                key="new_file_remove",
                on_click=draft.remove_file,
            )
        grid = st.grid(3, min_column_width=220)
        if len(table.sheets) > 1:
            with grid:
                _sheet(table)
        if len(table.columns) > 1:
            _columns(grid, list(table.columns))
        _first_rows(table)


def _sheet(table: Table) -> None:
    st.selectbox(
        _("Sheet"),
        table.sheets,
        key=draft.SHEET,
        on_change=draft.sheet_changed,
        persist_state="session",
    )


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


def _columns(grid: DeltaGenerator, columns: list[str]) -> None:
    with grid:
        st.selectbox(
            _("Column with the targets"),
            columns,
            key=draft.COLUMN,
            help=_("Guessed from the content; choose another one if it is wrong."),
            persist_state="session",
        )
    others = [name for name in columns if name != st.session_state.get(draft.COLUMN)]
    if draft.KEPT not in st.session_state:
        st.session_state[draft.KEPT] = others
    with grid:
        st.multiselect(
            _("Other columns that come back in the export"),
            others,
            key=draft.KEPT,
            persist_state="session",
        )


def _first_rows(table: Table) -> None:
    """The column with the targets comes first: the others may stand beyond the edge."""
    if not table.rows:
        st.caption(_("There is a heading and no row below it."))
        return
    first = list(table.rows)[:FIRST_ROWS]
    columns = list(table.columns)
    chosen = st.session_state.get(draft.COLUMN)
    frame = pd.DataFrame([cells for _line, cells in first], columns=columns, index=[line for line, _cells in first])
    st.dataframe(
        frame[sorted(columns, key=lambda name: name != chosen)],
        height="content",
        column_config={chosen: st.column_config.TextColumn(width=260)} if chosen in columns else None,
        key="new_first_rows",
    )
