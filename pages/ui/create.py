"""Making the job of a draft, once however often it is clicked; and the same as a call of the API."""

import json
import shlex

import streamlit as st

from core.errors import InvalidInput
from core.i18n import N_, _
from core.job_config import JobConfig
from core.states import Origin
from core.targets import Targets
from pages.ui import draft, made, options, priority
from pages.ui.app import origin, service
from pages.ui.share import INLINE_LINES, curl

TRIED = 5
"""How many targets "Try first 5" takes."""


def create(by: str, *, start: bool, first: int | None = None) -> int:
    """The id of the job made of the draft, or of its `first` targets; `InvalidInput` says what is missing.

    A second click gets the job of the first one. The form is emptied when it is drawn again, but for a try.
    """
    last = made.last(draft.MADE)
    config = options.checked(draft.FORM)
    reading = draft.read()
    signature = (first, reading.key, config, draft.name(), priority.chosen(draft.FORM))
    with last.lock:
        if last.is_recent() and (draft.is_empty() or last.signature == signature):  # empty: it was emptied of that job
            return last.job_id
        job_id = _create(reading.targets, config, by, start, first)
        return last.keep(job_id, signature, is_left_over=first is None)


def _create(found: Targets, config: JobConfig, by: str, start: bool, first: int | None) -> int:
    if not found.accepted:
        raise InvalidInput(_missing(found))
    job = service().create_batch_scraping_job(
        found if first is None else Targets(found.accepted[:first]),
        name=draft.name(),
        description=draft.description(),
        config=config,
        priority=priority.chosen(draft.FORM),
        created_by=by,
        start=start,
        origin=Origin.UI,
    )
    return job.id


def as_call(found: Targets, config: JobConfig) -> None:
    """Show the call of the API that makes the same job."""
    body = {
        "domains": [line.target for line in found.accepted],
        "name": draft.name(),
        "description": draft.description(),
        "priority": priority.chosen(draft.FORM),
        "config": config.model_dump(exclude_defaults=True),
    }
    url = f"{origin()}/api/jobs/batch-scraping"
    if len(found.accepted) <= INLINE_LINES:
        document = json.dumps(body, ensure_ascii=False, indent=2)
        st.code(curl(url, shlex.quote(document)), language="bash", wrap_lines=True)
        return
    st.write(_("The list is long: the call reads it from a file."))
    st.download_button(
        _("Download the file"),
        lambda: json.dumps(body, ensure_ascii=False, indent=2),
        "lote.json",
        "application/json",
        icon=":material/download:",
        key="new_call_file",
        on_click="ignore",
    )
    st.code(curl(url, "@lote.json"), language="bash", wrap_lines=True)


def _missing(found: Targets) -> str:
    if not found.lines:
        return N_("There is no domain yet: paste a list or choose a file first.")
    return N_("No line of the list can be scraped; the preview says why for each. Correct one, or choose another list.")
