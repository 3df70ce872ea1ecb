"""A job outside the screens: its export in every format, and the API call that creates it again."""

import json
import shlex
from urllib.parse import urlencode

import streamlit as st

from core.i18n import N_, _, language
from core.queries.rows import JobRow
from core.states import JobType
from pages.ui.actions import attempt
from pages.ui.app import origin, service
from pages.ui.figures import number, plain
from pages.ui.shared import login

FORMATS: dict[str, tuple[str, str]] = {
    "xlsx": ("Excel", N_("A workbook with typed cells and links")),
    "csv": ("CSV", N_("Text with separators, opens everywhere")),
    "json": ("JSON", N_("One document, for programs")),
    "ndjson": ("NDJSON", N_("One object per line, for streams")),
    "parquet": ("Parquet", N_("Columns with types, for data frames")),
}
ROWS = {"lines": N_("Line of the list"), "steps": N_("Step")}
SEPARATORS = {",": N_("Comma"), ";": N_("Semicolon"), "tab": N_("Tab")}
INLINE_LINES = 200
"""Longer lists go into a file of their own beside the command."""


def export(job: JobRow) -> None:
    """Offer the job's export in every format."""
    st.write(f"**{plain(job.name)}** :gray[#{job.id}]")
    if not job.is_final:
        done = job.completed_steps + job.failed_steps
        st.info(partial(done, job.total_steps), icon=":material/info:")
    rows = _choice("export_rows", _("One row for each"), ROWS)
    st.caption(
        _("The list as given, with duplicates and rejected lines.")
        if rows == "lines"
        else _("What was visited, each target once.")
    )
    separator = _choice("export_separator", _("Separator of CSV"), SEPARATORS)
    for name, (label, meaning) in FORMATS.items():
        st.link_button(
            f"**{label}** :small[{_(meaning)}]",
            export_url(job.id, name, rows, separator),
            icon=":material/download:",
            width="stretch",
            key=f"export_{name}",
        )


def export_url(job_id: int, format: str, rows: str = "lines", separator: str = ",") -> str:
    """The link to the file, in the language that this screen speaks."""
    query = {"format": format, "rows": rows, "language": language()}
    if format == "csv":
        query["separator"] = separator
    return f"{origin()}/api/jobs/{job_id}/export?{urlencode(query)}"


def partial(done: int, total: int) -> str:
    """What an export of a running job holds."""
    return _("partial: {done} of {total}").format(done=number(done), total=number(total))


def copy_as_curl(job: JobRow) -> None:
    """Show the API call that creates this job again."""
    given = attempt(lambda: service().input_text(job.id))
    if given is None:
        return
    url, body = call(job, given)
    document = json.dumps(body, ensure_ascii=False, indent=2)
    if len(given.splitlines()) <= INLINE_LINES:
        st.code(curl(url, shlex.quote(document)), language="bash", wrap_lines=True)
        return
    file = f"lote-{job.id}.json"
    st.write(_("The list is long: the call reads it from a file."))
    st.download_button(
        _("Download the file"), document, file, "application/json", icon=":material/download:", on_click="ignore"
    )
    st.code(curl(url, f"@{file}"), language="bash", wrap_lines=True)


def call(job: JobRow, given: str) -> tuple[str, dict[str, object]]:
    """URL and body of the call that creates the job again from its list as it was given."""
    common: dict[str, object] = {"name": job.name, "config": job.config}
    if job.job_type is JobType.SINGLE_SCRAPING:
        return f"{origin()}/api/jobs/single-scraping", {"domain": given.strip(), **common}
    lines = [line for line in given.splitlines() if line.strip()]
    body = {"domains": lines, "description": job.description, "priority": job.priority, **common}
    return f"{origin()}/api/jobs/batch-scraping", body


def curl(url: str, data: str) -> str:
    """The command; `data` is a quoted document or @file. Where a login is, it needs a token."""
    lines = [f"curl -X POST {shlex.quote(url)}", "-H 'Content-Type: application/json'", f"--data {data}"]
    if login() is None:
        return " \\\n  ".join(lines)
    lines.insert(1, '-H "Authorization: Bearer $TOKEN"')
    where = _("TOKEN is an API token; Settings makes them")
    return f"# {where}\n" + " \\\n  ".join(lines)


def _choice(key: str, label: str, options: dict[str, str]) -> str:
    """The chosen option; remembered for the next export."""
    st.session_state.setdefault(key, next(iter(options)))
    chosen: str = st.segmented_control(
        label,
        list(options),
        key=key,
        required=True,
        format_func=lambda option: _(options[option]),
        persist_state="session",
    )
    return chosen
