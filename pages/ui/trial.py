"""Trying the options on one URL before the start: a job of one target whose report is told here, below the options.

It is a job like any other, so that it visits the site as jobs do: behind the guard, in its turn, with the pause that
the host wants. The next try takes its place, so that the list of jobs does not fill with tries.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import queries, waits
from core.draft import LONGEST_NAME
from core.errors import InvalidInput, LoteError, NotFound
from core.failures import EXPLANATIONS
from core.i18n import N_, _
from core.job_config import JobConfig
from core.queries.rows import FullReportRow, JobRow, StepRow
from core.reasons import sentence
from core.states import JobType, Origin
from core.targets import Line, Targets
from pages.ui import draft, made, options, report_contact
from pages.ui import report_parts as parts
from pages.ui.actions import guarded
from pages.ui.app import REPORT, engine_status, service, who
from pages.ui.checks import badge
from pages.ui.figures import clock, now, plain
from pages.ui.report_answers import answers
from pages.ui.status import job_badge

SECONDS = 1
FIRST = 10
"""The priority of a try: somebody waits for it."""
RECENT_SECONDS = 2
"""A second click within this time means the same try."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How the try stands, from one snapshot; `waiting` says what for."""

    job: JobRow
    step: StepRow
    report: FullReportRow | None
    waiting: str


def trial(reading: draft.Reading | None) -> None:
    """Draw the field, the button, and how the last try went."""
    first = next(iter(reading.targets.accepted), None) if reading is not None else None
    with st.container(horizontal=True, vertical_alignment="bottom", key="new_trial"):
        typed = st.text_input(
            _("Try on one URL"),
            key=draft.TRIED_URL,
            placeholder=first.target or "" if first else "example.com",
            help=_("Scrapes this page alone with the options and questions above. Empty: the first of the list."),
            width=360,
            persist_state="session",
        )
        wants = st.button(_("Try"), key="new_trial_button", icon=":material/science:")
    with guarded():
        if wants:
            _try((typed or "").strip(), first)
        _follow()


def _try(typed: str, first: Line | None) -> None:
    """Begin a try; `InvalidInput` says what is missing."""
    if not typed and first is None:
        raise InvalidInput(N_("There is no URL to try: write one, or paste a list first."))
    last = made.last(draft.TRIED)
    config = options.checked(draft.FORM)
    signature = typed or first, config
    with last.lock:
        if last.is_recent(RECENT_SECONDS) and last.signature == signature:
            return
        before = last.job_id
        last.keep(_make(typed, first, config), signature)
    if before:
        _forget(before)


def _make(typed: str, first: Line | None, config: JobConfig) -> int:
    """The id of the job; without retries, because who tries wants to know at once."""
    name = _("Try: {target}").format(target=typed or (first.display if first else ""))[:LONGEST_NAME]
    values = {**config.model_dump(), "max_retries": 0, "reuse_days": 0}
    order: dict[str, Any] = {"config": values, "priority": FIRST, "created_by": who(), "start": True}
    order["origin"] = Origin.UI
    if typed or first is None:
        return service().create_single_scraping_job(typed, name, **order).id
    targets = Targets((first,))
    return service().create_batch_scraping_job(targets, name, job_type=JobType.SINGLE_SCRAPING, **order).id


def _forget(job_id: int) -> None:
    """Delete the job of an earlier try; what somebody has done with it meanwhile stays."""
    with suppress(LoteError):
        if not service().get_job_status(job_id).is_final:
            service().cancel_job(job_id, who())
        service().delete_job(job_id)


def _follow() -> None:
    """How the try stands, for as long as it goes on."""
    job_id = made.last(draft.TRIED).job_id
    if not job_id:
        return
    shown = _read(job_id)
    if shown is None:
        st.caption(_("The job of this try was deleted."))
    elif shown.job.is_final:
        _draw(shown)
    else:
        st.fragment(guarded()(_live), run_every=SECONDS)(job_id)


def _live(job_id: int) -> None:
    shown = _read(job_id)
    if shown is None or shown.job.is_final:
        st.rerun()
    _draw(shown)


def _read(job_id: int) -> Shown | None:
    try:
        with service().database.reading() as session:
            job = queries.jobs.get(session, job_id)
            step = queries.steps.get(session, job_id, 1)
            report = queries.reports.get(session, step.report_id) if step.report_id else None
            ahead = queries.jobs.facts(session, job).ahead
            wait = queries.waits.of_steps(session, job, [step], now()).get(step.id)
    except NotFound:
        return None
    reason = sentence(job, ahead, bool(engine_status()["alive"]))
    until = waits.sentence(wait, lambda moment: clock(moment, to_the_second=True)) if wait else ""
    return Shown(job, step, report, reason or until)


def _draw(shown: Shown) -> None:
    with st.container(border=True, key="new_trial_result", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(shown.step.target)}**", width="content")
            job_badge(shown.job)
            if shown.report is not None:
                st.text(parts.glance(shown.report))
                _way(shown.report)
        if shown.report is not None:
            _report(shown.report)
        elif shown.step.error_kind is not None:
            told = EXPLANATIONS[shown.step.error_kind].translated()
            st.markdown(f"{told.sentence} {told.advice}")
            st.text(shown.step.error_message or "")
        elif shown.waiting:
            st.caption(plain(shown.waiting))


def _way(report: FullReportRow) -> None:
    st.page_link(REPORT, label=_("Open the report"), icon=":material/article:", query_params={"id": str(report.id)})


def _report(report: FullReportRow) -> None:
    st.text(parts.headline(report) or report.final_url)
    for flag in report.flags:
        badge(flag)
    if report.answers:
        answers(report.answers)
    report_contact.contact(report)
    report_contact.extra_pages(report)
