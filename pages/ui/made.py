"""The job that was made last on New job: however often it is clicked, one is made."""

from dataclasses import dataclass, field
from threading import Lock

import streamlit as st

_MADE = "new__made"


@dataclass(slots=True)
class Made:
    """The job that was made last, of what (`signature`) and when; whether the form has yet to be emptied of it."""

    job_id: int | None = None
    signature: object = None
    at: float = 0.0
    is_left_over: bool = False
    lock: Lock = field(default_factory=Lock)
    """Held while a job is made: the run of a second click begins before that of the first has ended."""


def last() -> Made:
    """What was made last in this session, to be written into.

    A second click stops the run of the first at its next look into session state: what has to be kept of a new job goes
    into this object, which was fetched before.
    """
    found: Made = st.session_state.setdefault(_MADE, Made())
    return found
