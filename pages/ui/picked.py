"""Which steps of a job are chosen in its table: one by a cell, any number by their boxes, those of other pages too."""

from collections.abc import Iterable, Sequence

import streamlit as st

from core.actor import Role
from core.queries.rows import JobRow, StepRow
from pages.ui.app import may

_CHOSEN, _TICKED, _OFFERED = "chosen_step", "ticked_steps", "ticks_offered"


def choose(step: StepRow | None) -> None:
    """Let this one be the chosen step; for callbacks."""
    st.session_state[_CHOSEN] = (step.job_id, step.step_number) if step else None


def chosen(steps: Iterable[StepRow]) -> StepRow | None:
    """The one of these that is chosen by a cell."""
    return next((one for one in steps if (one.job_id, one.step_number) == st.session_state.get(_CHOSEN)), None)


def tick(job: JobRow, page: Sequence[StepRow], rows: Iterable[int]) -> None:
    """Of this page exactly these rows are ticked, whatever is on other pages; for callbacks."""
    others = set(ticked(job)) - {step.step_number for step in page}
    now = others | {page[row].step_number for row in rows if row < len(page)}
    st.session_state[_TICKED] = _round(job), tuple(sorted(now))


def ticked(job: JobRow) -> tuple[int, ...]:
    """Numbers of the steps that are ticked; none from before the job's last start."""
    of, numbers = st.session_state.get(_TICKED, (None, ()))
    return numbers if of == _round(job) else ()


def untick() -> None:
    """No step is ticked; for callbacks."""
    st.session_state.pop(_TICKED, None)


def can_tick(job: JobRow) -> bool:
    """Whether its rows have boxes: when steps can run again, or may when it has finished. A job that is looked at keeps
    them at its end, because the table would begin anew without.
    """
    if not may(Role.ANALYST):
        return False
    offered: set[int] = st.session_state.setdefault(_OFFERED, set())
    if not job.is_final or job.failed_steps + job.cancelled_steps:
        offered.add(job.id)
    return job.id in offered


def numbers(job: JobRow) -> tuple[int, ...]:
    """The ticked steps, else the chosen one."""
    of, number = st.session_state.get(_CHOSEN) or (None, 0)
    return ticked(job) or ((number,) if of == job.id else ())


def _round(job: JobRow) -> tuple[object, ...]:
    return job.id, job.queued_at
