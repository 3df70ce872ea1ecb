"""Changes of a job that stands: its name, its words, its priority, and what of its configuration may still change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core import queries, queue
from core.draft import checked_description, checked_name, checked_priority
from core.job_config import CHANGEABLE_AFTER_START, changed
from core.models import JOBS


def edit(
    session: Session,
    job_id: int,
    now: datetime,
    *,
    name: str | None = None,
    description: str | None = None,
    priority: int | None = None,
    config: Mapping[str, Any] | None = None,
) -> None:
    """Change what is given. Raises `InvalidInput` for a value out of bounds, `Refused` for what is fixed by now."""
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = checked_name(name)
    if description is not None:
        values["description"] = checked_description(description)
    if priority is not None:
        values["priority"] = checked_priority(priority)
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job_id).with_for_update())
    if config is not None:
        values |= _configured(session, job_id, config, now)
    if values:
        session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(**values))


def _configured(session: Session, job_id: int, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The configuration with the changes; steps that wait are put in the order, and due when, it now says. What the
    job has shown of its pace holds until now.
    """
    job = queries.jobs.get(session, job_id)
    config = changed(job_id, job.config, changes, was_started=job.was_started)
    if config["concurrency"] == 1 != job.config["concurrency"]:
        queue.keep_list_order(session, job_id)
    queue.pace_changed(session, job_id)
    if job.was_started and any(config[key] != job.config[key] for key in CHANGEABLE_AFTER_START):
        return {"config": config, "pace_changed_at": now}
    return {"config": config}
