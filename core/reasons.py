"""Why a job waits or stopped, in words: the sentence for its `status_reason` in the reader's language."""

from core.i18n import _, ngettext
from core.queries.rows import JobRow
from core.states import JobStatus

PAUSED_BY, CANCELLED_BY = "paused_by", "cancelled_by"
BAD_CONFIG = "bad_config"
NOT_STARTED, WAITING = "not_started", "waiting"
"""Codes of `status_reason`; a waiting one has `ahead`, the number of queued jobs before it."""


def by(code: str, person: str) -> dict[str, str]:
    """The stored form of "paused by" and "cancelled by"."""
    return {"code": code, "by": person}


def sentence(job: JobRow, ahead: int = 0, engine_alive: bool = True) -> str:
    """The reason; "" when the state says it all. `ahead` counts the queued jobs before a queued one."""
    if job.is_not_started:
        return _("Not started")
    if job.is_queued:
        return _waiting(ahead, engine_alive)
    if job.status is JobStatus.RUNNING and not engine_alive:
        return _("Waiting: no engine is running")
    reason = job.status_reason or {}
    if job.status is JobStatus.PAUSED and reason.get("by"):
        return _("Paused by {person}").format(person=reason["by"])
    if job.status is JobStatus.PAUSED and reason.get("code") == BAD_CONFIG:
        return _("Paused: its configuration cannot be read. {detail}").format(detail=reason.get("detail", ""))
    if job.status is JobStatus.CANCELLED and reason.get("by"):
        return _("Cancelled by {person}").format(person=reason["by"])
    return ""


def _waiting(ahead: int, engine_alive: bool) -> str:
    if not engine_alive:
        return _("Waiting: no engine is running")
    if ahead:
        return ngettext("Waiting: {n} job before it", "Waiting: {n} jobs before it", ahead).format(n=ahead)
    return _("Waiting for a free place")
