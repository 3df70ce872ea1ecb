"""Why a job waits or stopped, in words: the sentence for its `status_reason` in the reader's language."""

from typing import Any

from core.disk import ENOUGH_BYTES
from core.i18n import _, ngettext
from core.job_config import MIB
from core.queries.rows import JobRow
from core.states import JobStatus

PAUSED_BY, CANCELLED_BY = "paused_by", "cancelled_by"
BAD_CONFIG = "bad_config"
DISK_FULL = "disk_full"
BREAKER = "breaker"
NOT_STARTED, WAITING, NO_ENGINE = "not_started", "waiting", "no_engine"
"""Codes of `status_reason`; a waiting one has `ahead`, the number of queued jobs before it."""
GOES_ON_BY_ITSELF = frozenset({BREAKER, DISK_FULL})


def by(code: str, person: str) -> dict[str, str]:
    """The stored form of "paused by" and "cancelled by"."""
    return {"code": code, "by": person}


def disk_full(free_bytes: int) -> dict[str, Any]:
    """The stored form of a pause for want of room."""
    return {"code": DISK_FULL, "free_bytes": free_bytes}


def sentence(job: JobRow, ahead: int = 0, engine_alive: bool | None = None) -> str:
    """The reason; "" when the state says it all. `ahead` counts the queued jobs before a queued one.

    `engine_alive` is for who knows better than the job's reason, which learns of a dead engine with delay.
    """
    reason = job.status_reason or {}
    if engine_alive is None:
        engine_alive = reason.get("code") != NO_ENGINE
    if job.is_not_started:
        return _("Not started")
    if job.is_queued:
        return _waiting(ahead, engine_alive)
    if job.status is JobStatus.RUNNING and not engine_alive:
        return _("Waiting: no engine is running")
    if job.status is JobStatus.PAUSED and reason.get("by"):
        return _("Paused by {person}").format(person=reason["by"])
    if job.status is JobStatus.PAUSED and reason.get("code") == BAD_CONFIG:
        return _("Paused: its configuration cannot be read. {detail}").format(detail=reason.get("detail", ""))
    if job.status is JobStatus.PAUSED and reason.get("code") == DISK_FULL:
        words = _("Paused: the disk is full, {n} MiB are free. Make room; it goes on by itself above {enough} MiB.")
        return words.format(n=reason.get("free_bytes", 0) // MIB, enough=ENOUGH_BYTES // MIB)
    if job.status is JobStatus.PAUSED and reason.get("code") == BREAKER:
        return _network(reason)
    if job.status is JobStatus.CANCELLED and reason.get("by"):
        return _("Cancelled by {person}").format(person=reason["by"])
    return ""


def _waiting(ahead: int, engine_alive: bool) -> str:
    if not engine_alive:
        return _("Waiting: no engine is running")
    if ahead:
        return ngettext("Waiting: {n} job before it", "Waiting: {n} jobs before it", ahead).format(n=ahead)
    return _("Waiting for a free place")


def goes_on_by_itself(job: JobRow) -> bool:
    """Whether the engine has paused the job, and lets it run again as soon as the reason is gone."""
    return job.status is JobStatus.PAUSED and (job.status_reason or {}).get("code") in GOES_ON_BY_ITSELF


def _network(reason: dict[str, Any]) -> str:
    """Why the batch breaker paused the job, on what evidence, and what follows."""
    failed = _("Paused: {failed} of the last {of} attempts failed ({kind}).").format(**reason)
    if "proxy" in reason:
        cause = _("The cause is the proxy: {detail}.").format(detail=reason["proxy"])
        return " ".join((failed, cause, _("It goes on by itself when the proxy accepts visits; no attempt is spent.")))
    asked: dict[str, str] = reason.get("asked", {})
    hosts = ", ".join(asked)
    cause = ngettext(
        "The network of this machine is the cause: {hosts}, which answered lately, fails too.",
        "The network of this machine is the cause: {hosts}, which answered lately, fail too.",
        len(asked),
    ).format(hosts=hosts)
    return " ".join((failed, cause, _("It goes on by itself as soon as the network works again; no attempt is spent.")))
