"""What a use-case changed of a job, for the audit log: old and new values of what people decide, not its progress."""

from typing import Any

from core.queries.rows import JobRow

DECIDED = ("status", "status_reason", "queued_at", "name", "description", "priority", "config")
TOLD = ("status", "name", "description", "priority")


def has_changed(before: JobRow, after: JobRow) -> bool:
    """Whether somebody's decision about the job is another one; engines change its progress meanwhile."""
    return any(getattr(before, name) != getattr(after, name) for name in DECIDED)


def told(before: JobRow, after: JobRow) -> dict[str, Any]:
    """{"before": …, "after": …} with the values that differ; "config.concurrency" is a key of its configuration."""
    old, new = _values(before), _values(after)
    names = [name for name in new if old.get(name) != new[name]]
    return {"before": {name: old.get(name) for name in names}, "after": {name: new[name] for name in names}}


def _values(job: JobRow) -> dict[str, Any]:
    config = {f"config.{name}": value for name, value in job.config.items()}
    return {name: getattr(job, name) for name in TOLD} | config
