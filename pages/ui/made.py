"""What a click has made, or set going, last at one place of the screens: once, however often it is clicked."""

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

import streamlit as st

RECENT_SECONDS = 10
"""A second click within them is the same click, even when the job of the first has ended."""


@dataclass(slots=True)
class Made:
    """The job that was made last, 0 for none, of what (`signature`) and when."""

    job_id: int = 0
    signature: object = None
    at: float = 0.0
    is_left_over: bool = False
    """Whether the place has yet to do something about it: a form to be emptied, an end to be told."""
    lock: Lock = field(default_factory=Lock)
    """Held while a job is made: the run of a second click begins before that of the first has ended."""

    def is_recent(self, seconds: float = RECENT_SECONDS) -> bool:
        """Whether another click may be the second one of a double click."""
        return bool(self.job_id) and monotonic() - self.at < seconds

    def keep(self, job_id: int, signature: object, *, is_left_over: bool = False) -> int:
        """Gives the id."""
        self.job_id, self.signature, self.at, self.is_left_over = job_id, signature, monotonic(), is_left_over
        return job_id


def last(place: str) -> Made:
    """What was made last there in this session, to be written into; `place` is its key in session state.

    A second click stops the run of the first at its next look into session state: what has to be kept of a new job goes
    into this object, which was fetched before.
    """
    found: Made = st.session_state.setdefault(place, Made())
    return found
