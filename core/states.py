"""The states of jobs and steps, the events that move them, and the only table of moves."""

from enum import StrEnum


class JobStatus(StrEnum):
    """`status` of a job."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """`status` of a step."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """`outcome` of an attempt."""

    COMPLETED = "completed"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"


SPENT = (Outcome.COMPLETED, Outcome.FAILED)
"""An attempt that ended so is spent: its target answered or failed. Any other one was not the target's."""


class JobType(StrEnum):
    """`job_type` of a job."""

    BATCH_SCRAPING = "batch_scraping"
    SINGLE_SCRAPING = "single_scraping"
    COMPARISON = "comparison"


class Origin(StrEnum):
    """`origin` of a job: where it was created."""

    UI = "ui"
    API = "api"
    PYTHON = "python"
    CLI = "cli"
    SCHEDULE = "schedule"


class Verdict(StrEnum):
    """`verdict` on a line of the list."""

    OK = "ok"
    CORRECTED = "corrected"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class JobEvent(StrEnum):
    """What can happen to a job; the value is the verb that people read."""

    START = "start"
    PROMOTE = "promote"
    PAUSE = "pause"
    RESUME = "resume"
    REQUEUE = "requeue"
    CANCEL = "cancel"
    RETRY = "retry"
    COMPLETE = "complete"
    FAIL = "fail"
    REUSE = "reuse"
    EXTEND = "extend"
    DELETE = "delete"


class StepEvent(StrEnum):
    """What can happen to a step."""

    CLAIM = "claim"
    COMPLETE = "complete"
    FAIL = "fail"
    RELEASE = "release"
    REUSE = "reuse"
    CANCEL = "cancel"
    RETRY = "retry"


FINAL = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
STEP_FINAL = frozenset({StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.CANCELLED})

_J, _E = JobStatus, JobEvent
JOB_MOVES: dict[JobEvent, dict[JobStatus, JobStatus]] = {
    _E.START: {_J.PENDING: _J.PENDING},
    _E.PROMOTE: {_J.PENDING: _J.RUNNING},
    _E.PAUSE: {_J.PENDING: _J.PAUSED, _J.RUNNING: _J.PAUSED},
    _E.RESUME: {_J.PAUSED: _J.RUNNING},
    _E.REQUEUE: {_J.PAUSED: _J.PENDING},
    _E.CANCEL: {_J.PENDING: _J.CANCELLED, _J.RUNNING: _J.CANCELLED, _J.PAUSED: _J.CANCELLED},
    _E.RETRY: {_J.COMPLETED: _J.PENDING, _J.FAILED: _J.PENDING, _J.CANCELLED: _J.PENDING},
    _E.COMPLETE: {_J.RUNNING: _J.COMPLETED, _J.PAUSED: _J.COMPLETED},
    _E.FAIL: {_J.RUNNING: _J.FAILED, _J.PAUSED: _J.FAILED},
    _E.REUSE: {_J.PENDING: _J.COMPLETED},
    _E.EXTEND: {status: status for status in (_J.PENDING, _J.RUNNING, _J.PAUSED)},
    _E.DELETE: {status: status for status in FINAL},
}

_S, _V = StepStatus, StepEvent
STEP_MOVES: dict[StepEvent, dict[StepStatus, StepStatus]] = {
    _V.CLAIM: {_S.PENDING: _S.RUNNING},
    _V.COMPLETE: {_S.RUNNING: _S.COMPLETED},
    _V.FAIL: {_S.RUNNING: _S.FAILED},
    _V.RELEASE: {_S.RUNNING: _S.PENDING},
    _V.REUSE: {_S.PENDING: _S.COMPLETED},
    _V.CANCEL: {_S.PENDING: _S.CANCELLED, _S.RUNNING: _S.CANCELLED},
    _V.RETRY: {_S.FAILED: _S.PENDING, _S.CANCELLED: _S.PENDING},
}
