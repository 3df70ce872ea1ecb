"""New jobs, and more targets for those that stand: written, told in audit log and log, in the transaction given."""

import logging
from datetime import datetime

from sqlmodel import Session

from core import audit, queries, queue
from core.draft import Created, Draft
from core.targets import Targets

log = logging.getLogger(__name__)


def create(session: Session, draft: Draft, now: datetime, *, start: bool) -> Created:
    """The job of a draft, queued if it is to `start`."""
    job_id = queue.create(session, draft, now)
    if start:
        queue.start(session, job_id, now)
    job = queries.jobs.get(session, job_id)
    details = {"name": job.name, "steps": job.total_steps, "origin": job.origin, "started": start}
    audit.record(session, "job.created", job_id, job.created_by, **details)
    log.info("job created with %d steps", job.total_steps, extra={"job_id": job_id})
    return Created.of(job, draft.lines)


def extend(session: Session, job_id: int, targets: Targets, now: datetime, *, largest: int) -> Created:
    """The job with those targets that it did not have; at most `largest` steps."""
    lines = queue.extend(session, job_id, targets, now, largest=largest)
    created = Created.of(queries.jobs.get(session, job_id), lines)
    audit.record(session, "job.extended", job_id, domains=sum(line.taken for line in lines))
    log.info("job has %d steps now", created.job.total_steps, extra={"job_id": job_id})
    return created
