"""Running steps of a finished job again: once, however often it is clicked."""

from typing import Any

from core import queries
from core.errors import ForbiddenMove
from core.queries.rows import JobRow
from pages.ui import made
from pages.ui.app import service
from pages.ui.watch import told_at_end

_LAST = "retried_last"


def run_again(job: JobRow, **order: Any) -> JobRow:
    """Queue the steps that the order takes (see `JobService.retry`); gives the job as it is then.

    A second click leaves the job as it is, and so does the same order from another tab, unless it brings options.
    """
    last = made.last(_LAST)
    told_at_end(job.id)
    with last.lock:
        if last.signature == job:  # as it stood before the first click
            return service().get_job_status(job.id)
        try:
            moved = service().retry(job.id, **order)
        except ForbiddenMove:
            if order.get("overrides") or not _stands(job, order):
                raise
            return service().get_job_status(job.id)
        last.keep(job.id, job)
        return moved


def _stands(job: JobRow, order: dict[str, Any]) -> bool:
    """Whether somebody has retried the job since it was read, with all that the order takes."""
    with service().database.reading() as session:
        now = queries.jobs.get(session, job.id)
        left = queries.retries.count(session, queries.retries.taken(job.id, **order))
    return now.queued_at != job.queued_at and not left.steps
