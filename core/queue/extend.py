"""More targets for an unfinished job: its list, its steps and its total grow in one transaction."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from core import queries
from core.draft import FAULTS_TOLD
from core.errors import ForbiddenMove, InvalidInput, Refused
from core.i18n import N_, Count, _
from core.models import JOB_STEPS, JOBS
from core.queries.rows import JobRow
from core.queue import reuse
from core.queue.create import insert_lines, insert_steps
from core.states import JOB_MOVES, JobEvent, JobType
from core.targets import Line, Targets, explain, identity


def extend(session: Session, job_id: int, targets: Targets, now: datetime, *, largest: int) -> tuple[Line, ...]:
    """Add the targets that the job does not have; gives the lines, numbered and judged as they stand in its list.

    `Refused` for a job that has ended or takes one target only; `InvalidInput` when nothing is new, or when the job
    would have more than `largest` steps.
    """
    queries.jobs.get(session, job_id)
    reuse.keep_reports(session)
    session.execute(sa.select(JOBS.c.id).where(JOBS.c.id == job_id).with_for_update())
    job = queries.jobs.get(session, job_id)
    if job.status not in JOB_MOVES[JobEvent.EXTEND]:
        raise ForbiddenMove(job_id, job.status, JobEvent.EXTEND)
    if job.job_type is not JobType.BATCH_SCRAPING:
        raise Refused(
            N_("Job {job_id} is a single scraping and takes one domain: create a batch for more."), job_id=job_id
        )
    lines = queries.lines.continued(session, job_id, targets).lines
    new = [line for line in lines if line.taken]
    _check(job, targets, lines, len(new), largest)
    last = _last_number(session, job_id)
    insert_steps(session, job_id, new, job.config["concurrency"], now, first=last + 1)
    insert_lines(session, job_id, lines, _step_ids(session, job_id, lines))
    session.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(total_steps=JOBS.c.total_steps + len(new)))
    if job.was_started:
        reuse.reuse(session, job_id, now, after_step=last)
    return lines


def _last_number(session: Session, job_id: int) -> int:
    """Of its steps; some before it may have been forgotten."""
    found = session.execute(sa.select(sa.func.max(JOB_STEPS.c.step_number)).where(JOB_STEPS.c.job_id == job_id))
    return found.scalar() or 0


def _check(job: JobRow, targets: Targets, lines: tuple[Line, ...], new: int, largest: int) -> None:
    if not new:
        given = list(zip(targets.lines, lines, strict=True))[:FAULTS_TOLD]
        raise InvalidInput(
            N_("Nothing was added: no line of the list is a domain that job {job_id} does not have yet."),
            errors=[{"field": f"domains.{typed.line}", "detail": explain(line)} for typed, line in given],
            job_id=job.id,
        )
    wanted = job.total_steps + new
    if wanted > largest:
        raise InvalidInput(
            N_(
                "Job {job_id} would have {wanted} domains; {limit} are allowed in one job. Create another job for the"
                " rest, or raise LOTE_MAX_STEPS_PER_JOB."
            ),
            errors=[{"field": "domains", "detail": _("more than {limit}").format(limit=Count(largest))}],
            job_id=job.id,
            wanted=Count(wanted),
            limit=Count(largest),
        )


def _step_ids(session: Session, job_id: int, lines: tuple[Line, ...]) -> dict[str | None, int]:
    """Target of a line → its step, new or old."""
    known = queries.lines.of_targets(session, job_id, lines)
    return {line.target: known[identity(line.target)].step_id for line in lines if line.target is not None}
