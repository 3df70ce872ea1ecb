"""Routes of a job's steps, their attempts, and the lines of its list."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from core import queries
from core.api.given import JobId, Service, StepNumber
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import LineFilters, StepFilters, WaitingStep
from core.queries.rows import AttemptRow, LineRow, Page

router = APIRouter(route_class=JsonRoute, tags=["steps"], prefix="/jobs/{job_id}", responses=documented(404, 422))


@router.get("/steps")
def list_steps(job_id: JobId, service: Service, filters: Annotated[StepFilters, Query()]) -> Page[WaitingStep]:
    """Steps of the job by number; `result_data.report_id` leads to the report of a completed one."""
    with service.database.reading() as session:
        page = queries.steps.page(session, job_id, **filters.model_dump())
        waits = queries.waits.of_steps(session, queries.jobs.get(session, job_id), page.items, datetime.now(UTC))
    steps = [WaitingStep.of(step, waits.get(step.id)) for step in page.items]
    return Page(steps, page.next_cursor, page.total, page.total_is_exact)


@router.get("/steps/{step_number}/attempts")
def list_attempts(job_id: JobId, step_number: StepNumber, service: Service) -> Page[AttemptRow]:
    """The whole history of a step, oldest first, in one page."""
    with service.database.reading() as session:
        attempts = queries.steps.attempts(session, job_id, step_number)
    return Page(attempts, None, len(attempts), True)


@router.get("/lines")
def list_lines(job_id: JobId, service: Service, filters: Annotated[LineFilters, Query()]) -> Page[LineRow]:
    """The list as it was given, with the verdict on each line."""
    with service.database.reading() as session:
        return queries.lines.page(session, job_id, **filters.model_dump())
