"""The job that is being written on New job: what was typed, pasted or uploaded, in session state until it is created.

The form's widgets draw it; callbacks change it before the script runs; `targets` reads it, once per change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from core import tables, targets
from core.demo.hosts import SAMPLE as DEMO_SAMPLE
from core.errors import InvalidInput, LoteError, NotFound
from core.i18n import N_, _
from core.settings import Settings
from core.tables import UPLOAD_LIMIT_BYTES as MAX_BYTES
from core.tables import Table
from core.targets import Policy, Targets
from pages.ui import address, made, options, priority
from pages.ui.app import service
from pages.ui.figures import day, now

FORM = "new"
NAME, DESCRIPTION, SOURCE, TEXT = "new_name", "new_description", "new_source", "new_text"
COLUMN, KEPT, SHEET, FILE = "new_column", "new_kept_columns", "new_sheet", "new_file"
MADE, TRIED, TRIED_URL = "new__made", "new__tried", "new_trial_url"
ANYWAY, MERGE, PARTS = "new_anyway", "new_merge_www", "new_take_parts"
PASTE, UPLOAD = "paste", "file"
SAMPLE = ("example.com", "example.org", "example.net", "iana.org", "wikipedia.org")
FREEZING_LINES = 2_000
"""A longer text makes the browser's box slow: it is kept here instead and shown as a file."""
_LONG, _TABLE, _BYTES, _FIXES, _READ, _BEGUN, _TURN = (
    f"new__{name}" for name in ("long", "table", "bytes", "fixes", "read", "begun", "turn")
)
Fix = tuple[int, str, str]
"""Line, what stands there, what is meant."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list was read as: `written` before the offers (merge www, take the valid parts), `targets` after them.

    `key` is what it was read from, `version` grows with every reading.
    """

    key: tuple[object, ...]
    written: Targets
    targets: Targets
    version: int


def begin() -> None:
    """Fill the form when it is opened for something: `?from=` another job, `?sample=1`; once for each address."""
    if (last := made.last(MADE)).is_left_over:
        clear()
        last.is_left_over = False
    st.session_state.setdefault(SOURCE, PASTE)
    wanted = (st.query_params.get("from", ""), st.query_params.get("sample", ""))
    if st.session_state.get(_BEGUN) == wanted:
        return
    if any(wanted) or any(st.session_state.get(_BEGUN, ("", ""))):
        clear()
    st.session_state[_BEGUN] = wanted
    if wanted[0]:
        _duplicate(wanted[0])
    elif wanted[1]:
        put_text("\n".join(sample(service().settings)))
        st.session_state[NAME] = _("Sample")


def clear() -> None:
    """An empty form."""
    for key in [NAME, DESCRIPTION, TEXT, ANYWAY, MERGE, PARTS, TRIED, TRIED_URL, _LONG, _READ]:
        st.session_state.pop(key, None)
    st.session_state[SOURCE] = PASTE
    options.load(FORM)
    priority.load(FORM)
    remove_file()


def is_empty() -> bool:
    """Whether there is no list at all."""
    return not text().strip() and table() is None


def source() -> str:
    """`PASTE` or `UPLOAD`."""
    return st.session_state.get(SOURCE) or PASTE


def sample(settings: Settings) -> tuple[str, ...]:
    """Five domains to try; of the bundled web where the names of its domain lead there."""
    overridden = {name.partition(":")[0] for name, _address in settings.dns_overrides}
    return DEMO_SAMPLE if "*.test" in overridden else SAMPLE


def text() -> str:
    """The pasted list."""
    return st.session_state.get(_LONG) or st.session_state.get(TEXT) or ""


def long_lines() -> int:
    """How many lines a text has that is too long for the box; 0 for others."""
    kept = st.session_state.get(_LONG)
    return _count(kept) if kept else 0


def put_text(value: str) -> None:
    """Take a pasted list; a long one is kept out of the box."""
    is_long = _count(value) > FREEZING_LINES
    st.session_state[_LONG] = value if is_long else ""
    st.session_state[TEXT] = "" if is_long else value


def box_changed() -> None:
    """The box has a new text."""
    put_text(st.session_state.get(TEXT) or "")


def forget_text() -> None:
    """Empty the box."""
    put_text("")


def uploader_key() -> str:
    """The uploader's key; a new one makes it forget its file."""
    return f"{FILE}_{st.session_state.setdefault(_TURN, 0)}"


def file_changed() -> None:
    """The uploader has a file, or has it no more; one that cannot be read is told, and the uploader is empty again."""
    uploaded = st.session_state.get(uploader_key())
    if uploaded is None:
        _forget_table()
        return
    _take(uploaded.name, uploaded.getvalue(), None)
    if file_error() is not None:
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def sheet_changed() -> None:
    """Another sheet of the workbook is wanted."""
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    _take(st.session_state[_TABLE][0], st.session_state[_BYTES], st.session_state[SHEET])


def remove_file() -> None:
    """Take the file away."""
    _forget_table()
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def table() -> tuple[str, Table] | None:
    """Name and content of the uploaded file."""
    found = st.session_state.get(_TABLE)
    return found if isinstance(found, tuple) else None


def file_error() -> LoteError | None:
    """Why the uploaded file cannot be read."""
    found = st.session_state.get(_TABLE)
    return found if isinstance(found, LoteError) else None


def name() -> str:
    """The name of the job, given or by default."""
    return (st.session_state.get(NAME) or "").strip() or default_name()


def description() -> str:
    """The description of the job."""
    return (st.session_state.get(DESCRIPTION) or "").strip()


def default_name() -> str:
    """The name of a job that is given none."""
    today = day(now())
    found = table()
    if source() == UPLOAD and found is not None:
        return _("{file}, {date}").format(file=PurePath(found[0]).stem, date=today)
    return _("Batch of {date}").format(date=today)


def read() -> Reading:
    """The list as targets; read again only when something of it has changed."""
    policy = Policy.of(service().settings, scrape_anyway=_chosen(ANYWAY))
    given = (text(),) if source() == PASTE else _table_key()
    key = (policy, _chosen(MERGE), _chosen(PARTS), source(), given)
    kept = st.session_state.get(_READ)
    if kept is None or kept.key != key:
        _check_size()
        written = targets.parse_text(text(), policy=policy) if source() == PASTE else _rows(policy)
        taken = targets.take_parts(written) if _chosen(PARTS) else written
        merged = targets.merge_www(taken) if _chosen(MERGE) else taken
        kept = Reading(key, written, merged, kept.version + 1 if kept else 1)
        st.session_state[_READ] = kept
    return kept


def fix(line: int, old: str, new: str) -> None:
    """Correct one line of the list in place: `old`, as it stands there, becomes `new`."""
    if source() == UPLOAD:
        st.session_state[_FIXES] = [*st.session_state.get(_FIXES, ()), (line, old, new)]
    else:
        put_text(_corrected(text(), [(line, old, new)]))


def _duplicate(given: str) -> None:
    if (job_id := address.as_id(given)) is None:
        raise NotFound(N_("There is no job {id}. It may have been deleted."), id=given)
    job = service().get_job_status(job_id)
    put_text(service().input_text(job.id))
    st.session_state[NAME], st.session_state[DESCRIPTION] = job.name, job.description
    options.load(FORM, job.config)
    priority.load(FORM, job.priority)


def _chosen(key: str) -> bool:
    return bool(st.session_state.get(key))


def _take(file_name: str, data: bytes, sheet: str | None) -> None:
    _forget_table()
    try:
        found = tables.read_table(data, file_name, sheet=sheet, policy=Policy.of(service().settings))
    except LoteError as error:
        st.session_state[_TABLE] = error
        return
    st.session_state[_TABLE] = (file_name, found)
    st.session_state[COLUMN] = found.guessed_column or found.columns[0]
    if len(found.sheets) > 1:
        st.session_state[_BYTES], st.session_state[SHEET] = data, found.sheet


def _forget_table() -> None:
    for key in [_TABLE, _BYTES, _FIXES, COLUMN, KEPT, SHEET]:
        st.session_state.pop(key, None)


def _table_key() -> tuple[object, ...]:
    state = st.session_state
    return (state.get(_TABLE), state.get(COLUMN), tuple(state.get(KEPT) or ()), tuple(state.get(_FIXES) or ()))


def _check_size() -> None:
    if source() == PASTE and len(text()) > MAX_BYTES // 4 and len(text().encode()) > MAX_BYTES:
        raise InvalidInput(N_("The list is larger than 25 MiB. Cut it into several jobs."))


def _rows(policy: Policy) -> Targets:
    found = table()
    if found is None:
        return targets.parse_text("", policy=policy)
    fixes = st.session_state.get(_FIXES, [])
    if found[1].text is not None:
        return targets.parse_text(_corrected(found[1].text, fixes), policy=policy)
    return targets.parse_rows(_cells(found[1], fixes), policy=policy)


def _cells(table: Table, fixes: list[Fix]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Line, cell of the chosen column, the other columns that are kept."""
    kept = set(st.session_state.get(KEPT) or ())
    by_line: dict[int, list[tuple[str, str]]] = {}
    for line, old, new in fixes:
        by_line.setdefault(line, []).append((old, new))
    for line, cell, others in table.rows_for(st.session_state.get(COLUMN)):
        for old, new in by_line.get(line, ()):
            cell = _replaced(cell, old, new)
        yield line, cell, {name: value for name, value in others.items() if name in kept}


def _corrected(given: str, fixes: list[Fix]) -> str:
    lines = _LINE_END.split(given)
    for line, old, new in fixes:
        if 0 < line <= len(lines):
            lines[line - 1] = _replaced(lines[line - 1], old, new)
    return "\n".join(lines)


def _replaced(given: str, old: str, new: str) -> str:
    return given.replace(old, new, 1) if old in given else new


def _count(value: str) -> int:
    return value.count("\n") + 1 if value else 0
