"""What can come of a claim, as an engine tells it, and what its settlement changed."""

from dataclasses import dataclass
from typing import Any

from core.failures import FailureKind
from core.queue.claim import Claim
from core.states import JobStatus, StepStatus
from core.stored_page import PackedPage


@dataclass(frozen=True, slots=True)
class Completed:
    """The target gave a report: its columns (those of the step and job are filled in here) and its text.

    `crawl_delay_seconds` is what its robots.txt asks for (0: nothing); None when that was not read.
    `retry_after_seconds` is what the host asked for all the same; `page` is stored with the report.
    """

    claim: Claim
    report: dict[str, Any]
    text: str
    crawl_delay_seconds: float | None = None
    retry_after_seconds: float | None = None
    page: PackedPage | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The target failed; `retry_in_seconds` is None when no attempt is left or none may help.

    `retry_after_seconds` is what the host asked for, `crawl_delay_seconds` as in `Completed`.
    """

    claim: Claim
    kind: FailureKind
    message: str
    http_status: int | None
    retry_in_seconds: float | None
    retry_after_seconds: float | None = None
    crawl_delay_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim is handed back, the attempt not spent; `again_in_seconds` keeps the step from coming back at once."""

    claim: Claim
    again_in_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerGone:
    """The extraction process died with this page; the first time is not the target's fault, the second one is."""

    claim: Claim
    message: str


Settlement = Completed | Failed | Lost | WorkerGone


@dataclass(frozen=True, slots=True)
class Settled:
    """The new state of each step (None: it came too late and changed nothing), and the jobs that ended by it."""

    steps: list[tuple[Settlement, StepStatus | None]]
    ended: list[tuple[int, JobStatus]]
