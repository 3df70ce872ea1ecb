"""Extract again: a new job over the stored pages of another one, which visits nobody; also to ask new questions."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import audit, queries, queue
from core.draft import LONGEST_NAME, Created, Draft, checked_name
from core.errors import InvalidInput, Refused
from core.i18n import N_, _
from core.job_config import JobConfig
from core.queries.rows import JobRow
from core.states import JobType, Origin

log = logging.getLogger(__name__)


def create(
    session: Session,
    job_id: int,
    name: str | None,
    config: Mapping[str, Any] | None,
    now: datetime,
    *,
    steps: Collection[int] | None = None,
    created_by: str = "",
    origin: Origin = Origin.PYTHON,
    start: bool = True,
) -> Created:
    """The new job, over all steps of the job with a stored page, or over those of the numbered `steps`.

    `config` holds the keys that are not to be as in the job. Raises `Refused` when there is no such page, and while
    the job has not ended (but for `steps`), `InvalidInput` for a value out of bounds.
    """
    job = queries.jobs.get(session, job_id)
    if not job.is_final and steps is None:
        raise Refused(N_("Job {job_id} has not ended: its pages can be extracted again then."), job_id=job_id)
    draft = _draft(job, name, _config(job, config or {}), created_by, origin, is_one=len(steps or ()) == 1)
    new_id, n = queue.extract_again(session, job_id, draft, now, steps=steps)
    if not n:
        raise Refused(_nothing_stored(job, steps), job_id=job_id)
    if start:
        queue.start(session, new_id, now)
    details = {"name": draft.name, "steps": n, "origin": origin, "started": start, "source_job_id": job_id}
    audit.record(session, "job.created", new_id, draft.created_by, **details)
    log.info("job created that reads %d stored pages of job %d", n, job_id, extra={"job_id": new_id})
    return Created.of(queries.jobs.get(session, new_id), ())


def _config(job: JobRow, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the job with the changes; reports that are used again would answer nothing new."""
    config = JobConfig.parse({**job.config, "reuse_days": 0, **changes}).model_dump()
    if config["reuse_days"]:
        raise InvalidInput(
            N_("A job that extracts stored pages again cannot use reports again: leave reuse_days out."),
            errors=[{"field": "config.reuse_days", "detail": _("must be 0")}],
        )
    return config


def _draft(
    job: JobRow, name: str | None, config: dict[str, Any], created_by: str, origin: Origin, *, is_one: bool
) -> Draft:
    return Draft(
        job_type=JobType.SINGLE_SCRAPING if is_one else job.job_type,
        name=checked_name(name) if name and name.strip() else job.name,
        description=job.description,
        priority=job.priority,
        config=config,
        created_by=created_by.strip()[:LONGEST_NAME],
        origin=origin,
        lines=(),
    )


def _nothing_stored(job: JobRow, steps: Collection[int] | None) -> str:
    if steps is not None:
        return N_("None of the named steps of job {job_id} has a stored page.")
    return N_("Job {job_id} has no stored pages: only a job with store_html keeps them.")
