"""What a forecast gets to know: how a running job has gone so far, what is left of it. Moments are seconds before or
after now.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.job_config import JobConfig


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that ended `ago` seconds before now; `may_pass`: it failed in a way that is tried again."""

    ago: float
    seconds: float
    is_first: bool
    may_pass: bool
    ends_step: bool


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt on its way since `age` seconds, of a step that has spent `attempts` before."""

    host: str
    age: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Steps that failed `attempts` times and come again; the last of them is due in `seconds`.

    `took`: the seconds of the last attempts at some of them.
    """

    attempts: int
    steps: int
    seconds: float
    took: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class HostQueue:
    """Pages of one host, which come one after the other with a pause between.

    `again`: attempts that are left to its pages that failed; `seconds`: the mean of its latest `visits`; `answers`:
    whether the last visit was answered. None: not known.
    """

    host: str
    untried: float
    gap_seconds: float
    again: float = 0.0
    seconds: float | None = None
    visits: int = 0
    answers: bool | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How a job has gone and what is left of it; `ended` are its latest attempts, all of them if `is_whole`.

    `changed_ago`: since when its lanes and pause are what `config` says; None: since its start.
    """

    config: JobConfig
    ended: Sequence[Ended]
    is_whole: bool
    running: Sequence[Running] = ()
    untried: int = 0
    waiting: Sequence[Waiting] = ()
    hosts: Sequence[HostQueue] = ()
    changed_ago: float | None = None
