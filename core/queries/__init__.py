"""Every read of screens, API and exports, one file per noun; each takes a `reading()` session and gives rows."""

from core.queries import (
    audit,
    breaker,
    comments,
    jobs,
    lines,
    progress,
    reports,
    retries,
    steps,
    stored_pages,
    tokens,
    waits,
)

__all__ = [
    "audit",
    "breaker",
    "comments",
    "jobs",
    "lines",
    "progress",
    "reports",
    "retries",
    "steps",
    "stored_pages",
    "tokens",
    "waits",
]
