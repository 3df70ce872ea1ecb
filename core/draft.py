"""What a new job consists of, checked before anything is written, and what is told about it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.errors import InvalidInput
from core.i18n import N_, Count, _
from core.job_config import JobConfig
from core.queries.rows import JobRow
from core.states import JobType, Origin
from core.targets import Line, Targets, explain

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 10_000
PRIORITIES = range(-10, 11)
FAULTS_TOLD = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A job before it is written; `lines` is the whole list, rejected lines included."""

    job_type: JobType
    name: str
    description: str
    priority: int
    config: dict[str, Any]
    created_by: str
    origin: Origin
    lines: tuple[Line, ...]

    @classmethod
    def of(
        cls,
        targets: Targets,
        *,
        largest: int,
        job_type: JobType,
        name: str | None,
        description: str,
        priority: int,
        config: Mapping[str, Any] | JobConfig | None,
        created_by: str,
        origin: Origin,
    ) -> "Draft":
        """The checked draft; `largest` is the most steps that a job may have. Raises `InvalidInput`."""
        _check_size(targets, largest)
        return cls(
            job_type=job_type,
            name=checked_name(name) if name and name.strip() else _default_name(),
            description=checked_description(description),
            priority=checked_priority(priority),
            config=JobConfig.parse(config).model_dump(),
            created_by=created_by.strip()[:LONGEST_NAME],
            origin=origin,
            lines=targets.lines,
        )


@dataclass(frozen=True, slots=True)
class Created:
    """A new job and what of its list was not taken; `replayed` when an earlier request had made it already.

    `rejected`: [{"line", "input", "reason", "message"}]; `duplicates`: [{"line", "input", "duplicate_of"}];
    `response`: the stored answer of a request with an idempotency key.
    """

    job: JobRow
    rejected: list[dict[str, Any]]
    duplicates: list[dict[str, Any]]
    replayed: bool = False
    response: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        """The job's id, for `start_job`, `execute_job` and the rest."""
        return self.job.id

    @classmethod
    def of(cls, job: JobRow, lines: tuple[Line, ...]) -> "Created":
        """The job with what was not taken of these lines."""
        targets = Targets(lines)
        rejected = [
            {"line": line.line, "input": line.input, "reason": line.reason, "message": explain(line)}
            for line in targets.rejected
        ]
        duplicates = [
            {"line": line.line, "input": line.input, "duplicate_of": line.duplicate_of} for line in targets.duplicates
        ]
        return cls(job, rejected, duplicates)


def checked_name(name: str) -> str:
    """A name that can be shown in one line."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(
            N_("A job needs a name, of {limit} characters at the most."),
            errors=[{"field": "name", "detail": _("missing or too long")}],
            limit=LONGEST_NAME,
        )
    return name


def checked_description(description: str) -> str:
    """A description within its bounds."""
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            N_("A description has {limit} characters at the most."),
            errors=[{"field": "description", "detail": _("too long")}],
            limit=LONGEST_DESCRIPTION,
        )
    return description.strip()


def checked_priority(priority: int) -> int:
    """A priority within its bounds."""
    if priority not in PRIORITIES:
        raise InvalidInput(
            N_("The priority {priority} is out of bounds: -10 to 10 are allowed, higher goes first."),
            errors=[{"field": "priority", "detail": _("out of bounds")}],
            priority=priority,
        )
    return priority


def too_many(targets: Targets, largest: int) -> InvalidInput | None:
    """What is wrong with a list of more than `largest` targets; None for others."""
    taken = len(targets.accepted)
    if taken <= largest:
        return None
    return InvalidInput(
        N_("The list has {taken} domains; {limit} are allowed in one job. Split it, or raise LOTE_MAX_STEPS_PER_JOB."),
        errors=[{"field": "domains", "detail": _("more than {limit}").format(limit=Count(largest))}],
        taken=Count(taken),
        limit=Count(largest),
    )


def _default_name() -> str:
    return _("Batch of {date}").format(date=datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"))


def _check_size(targets: Targets, largest: int) -> None:
    if not targets.accepted:
        faults: list[dict[str, object]] = [
            {"field": f"domains.{line.line}", "detail": explain(line)} for line in targets.lines[:FAULTS_TOLD]
        ]
        raise InvalidInput(N_("No line of the list is a domain that can be scraped."), errors=faults)
    if (error := too_many(targets, largest)) is not None:
        raise error
