"""Retry with options: which steps of a finished job run again, and what is changed for them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import queries
from core.failures import FailureKind
from core.i18n import N_, _, ngettext
from core.job_config import CHANGEABLE_BY_RETRY
from core.queries.retries import Retried
from core.queries.rows import JobFacts, JobRow
from core.states import StepStatus
from pages.ui import dialog, options, picked
from pages.ui.actions import attempt, guarded
from pages.ui.again import run_again
from pages.ui.app import service
from pages.ui.confirm import answers, name
from pages.ui.figures import number, plain

CHOSEN, FAILED, CANCELLED, ALL = "chosen", "failed", "cancelled", "all"
"""Which steps, beside the kinds of failures."""
NOT_YET = N_("Possible when the job has finished.")
BOTH = (StepStatus.FAILED, StepStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the dialog is about, from one snapshot; `scopes` are what steps can be chosen by, with how many these are.

    `earlier` are the sets of options that earlier retries have given to steps of the chosen scope.
    """

    job: JobRow
    scopes: dict[str, int]
    scope: str
    retried: Retried
    earlier: Collection[dict[str, Any]]


def open_retry(job: JobRow, scope: str = FAILED) -> None:
    """Open the dialog for these steps, with the options of the job; for callbacks."""
    options.load(_form(job.id), {**job.config, "reuse_days": 0})  # a retry reuses nothing, whatever else it changes
    st.session_state[_scope(job.id)] = scope
    dialog.show("retry", job.id)


def ask_retry(job: JobRow) -> None:
    """Draw which steps, their options, what will be done, and the answers."""
    asked = _read(job.id)
    job = asked.job
    name(job)
    if not asked.scopes:
        st.write(_("No step of this job has failed or was cancelled."))
        return
    st.selectbox(
        _("Steps"), list(asked.scopes), key=_scope(job.id), format_func=lambda scope: _told(scope, asked.scopes[scope])
    )
    options.fields(_form(job.id), CHANGEABLE_BY_RETRY)
    is_usable = False
    with guarded():
        _say(asked, options.differences(options.checked(_form(job.id)).model_dump(), job.config))
        is_usable = True
    n = asked.retried.steps
    answers(
        ngettext("Retry {n} step", "Retry {n} steps", n).format(n=number(n)),
        _form(job.id),
        _retry,
        asked,
        icon=":material/replay:",
        disabled=not (is_usable and job.is_final and n),
        help=None if job.is_final else _(NOT_YET),
    )


def _read(job_id: int) -> Asked:
    with service().database.reading() as session:
        job = queries.jobs.get(session, job_id)
        scopes = _scopes(job, queries.jobs.facts(session, job))
        scope = st.session_state.get(_scope(job_id))
        if scope not in scopes:
            scope = st.session_state[_scope(job_id)] = next(iter(scopes), FAILED)
        taken = queries.retries.taken(job_id, **_order(job, scope))
        return Asked(
            job,
            scopes,
            scope,
            queries.retries.count(session, taken),
            queries.retries.overrides(session, taken).values(),
        )


def _scopes(job: JobRow, facts: JobFacts) -> dict[str, int]:
    found = {
        CHOSEN: len(picked.numbers(job)),
        FAILED: job.failed_steps,
        CANCELLED: job.cancelled_steps,
        ALL: job.failed_steps + job.cancelled_steps if job.failed_steps and job.cancelled_steps else 0,
        **facts.failures,
    }
    return {scope: n for scope, n in found.items() if n}


def _told(scope: str, n: int) -> str:
    texts = {
        CHOSEN: ngettext("The chosen one", "The {n} chosen ones", n),
        FAILED: ngettext("The one that failed", "All {n} that failed", n),
        CANCELLED: ngettext("The one that was cancelled", "All {n} that were cancelled", n),
        ALL: ngettext("{n} that failed or was cancelled", "All {n} that failed or were cancelled", n),
    }
    return texts.get(scope, f"{scope}: {{n}}").format(n=number(n))


def _order(job: JobRow, scope: str) -> dict[str, Any]:
    """The steps as a retry names them."""
    orders: dict[str, dict[str, Any]] = {
        CHOSEN: {"states": BOTH, "steps": picked.numbers(job)},
        FAILED: {},
        CANCELLED: {"states": (StepStatus.CANCELLED,)},
        ALL: {"states": BOTH},
    }
    return orders[scope] if scope in orders else {"error_kind": FailureKind(scope)}


def _say(asked: Asked, changes: dict[str, Any]) -> None:
    """What of the chosen steps is taken, and what holds for them."""
    parts = []
    if left := asked.scopes[asked.scope] - asked.retried.steps:
        template = ngettext(
            "{n} of them has neither failed nor was it cancelled, and stays as it is.",
            "{n} of them have neither failed nor were they cancelled, and stay as they are.",
            left,
        )
        parts.append(template.format(n=number(left)))
    if changes:
        parts.append(_("Changed for them: {options}.").format(options=plain(options.told(changes))))
    else:
        parts.append(_("With the options of the job: what you change here holds for these steps only."))
    if earlier := {
        text for values in asked.earlier if (text := options.told(options.differences(values, asked.job.config)))
    }:
        parts.append(
            _("Earlier retries gave other options to some of them, which these replace: {options}.").format(
                options=plain("; ".join(sorted(earlier)))
            )
        )
    st.caption(" ".join(parts))


def _overrides(asked: Asked) -> dict[str, Any]:
    """What the form changes of the job's options, and of those that earlier retries have given."""
    wanted = options.checked(_form(asked.job.id)).model_dump()
    given = {key: wanted[key] for values in asked.earlier for key in values}
    return {**given, **options.differences(wanted, asked.job.config)}


def _retry(asked: Asked) -> None:
    job = asked.job
    order = _order(job, asked.scope)
    moved = attempt(lambda: run_again(job, **order, overrides=_overrides(asked) or None))
    if moved is None:
        return
    picked.untick()
    n = asked.retried.steps
    dialog.close(ngettext("{n} step runs again", "{n} steps run again", n).format(n=number(n)))


def _form(job_id: int) -> str:
    return f"retry_{job_id}"


def _scope(job_id: int) -> str:
    return f"retry_{job_id}_scope"
