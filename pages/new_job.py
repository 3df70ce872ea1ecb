"""New job: a list becomes a job; what is taken, corrected and not taken is shown before anything is saved."""

import streamlit as st

from core.draft import LONGEST_DESCRIPTION, LONGEST_NAME
from core.errors import LoteError
from core.estimate import estimate, span
from core.i18n import N_, _, ngettext
from core.job_config import JobConfig
from pages.ui import draft, lines, options
from pages.ui.actions import guarded
from pages.ui.app import service
from pages.ui.create import as_call
from pages.ui.figures import number
from pages.ui.new_head import act
from pages.ui.trial import trial
from pages.ui.upload import paste, upload

SOURCES = {draft.PASTE: N_("Paste"), draft.UPLOAD: N_("File")}


def begin() -> LoteError | None:
    """Fill the form; what is wrong with what the address asks for."""
    try:
        draft.begin()
    except LoteError as error:
        return error
    return None


def describe() -> None:
    """Name and description."""
    name, description = st.columns([1, 2])
    name.text_input(
        _("Name"), key=draft.NAME, max_chars=LONGEST_NAME, placeholder=draft.default_name(), persist_state="session"
    )
    description.text_input(
        _("Description"),
        key=draft.DESCRIPTION,
        max_chars=LONGEST_DESCRIPTION,
        placeholder=_("optional"),
        persist_state="session",
    )


def choose() -> draft.Reading | None:
    """The list on the left, what becomes of it on the right."""
    st.segmented_control(
        _("Domains"),
        list(SOURCES),
        format_func=lambda key: _(SOURCES[key]),
        key=draft.SOURCE,
        required=True,
        persist_state="session",
    )
    limit = service().settings.max_steps_per_job
    is_pasted = draft.source() == draft.PASTE
    left, right = st.columns([1, 2]) if is_pasted else (st.container(), st.container())
    with left:
        (paste if is_pasted else upload)(limit)
    with right, guarded():
        reading = draft.read()
        lines.preview(reading, limit)
        return reading
    return None


def expect(reading: draft.Reading, config: JobConfig) -> None:
    """How long it will take, and on how many hosts."""
    found = reading.targets.accepted
    if not found:
        return
    seen = estimate((line.host or "" for line in found), config, places=service().settings.fetch_threads)
    pages = ngettext("{n} page", "{n} pages", seen.pages).format(n=number(seen.pages))
    pages += f" + {number(seen.robots_files)} robots.txt" if seen.robots_files else ""
    hosts = ngettext("{n} host", "{n} hosts", seen.hosts).format(n=number(seen.hosts))
    st.markdown(
        f"**≈ {span(seen.low_seconds, seen.high_seconds)}** · {pages} · {hosts}",
        help=_(
            "From the lanes, the pauses and what visits usually take; the upper end counts sites that never answer."
        ),
    )
    with st.expander(_("The same as an API call"), icon=":material/terminal:"):
        as_call(reading.targets, config)


act(begin())
describe()
reading = choose()
with guarded():
    config = options.form(draft.FORM, with_priority=True)
    if reading is not None:
        expect(reading, config)
trial(reading)
