"""Routes that move a job: start, pause, resume, cancel, retry."""

from fastapi import APIRouter

from core.api.given import JobId, Service, Who
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import RetryOrder
from core.queries.rows import JobRow

router = APIRouter(route_class=JsonRoute, tags=["jobs"], prefix="/jobs/{job_id}", responses=documented(404, 409, 422))


@router.post("/start")
def start_job(job_id: JobId, service: Service) -> JobRow:
    """Queue a job that was not started; any engine on the database takes it."""
    return service.start_job(job_id)


@router.post("/pause")
def pause_job(job_id: JobId, service: Service, who: Who) -> JobRow:
    """Claim no more steps of the job; those that run finish."""
    return service.pause_job(job_id, by=who)


@router.post("/resume")
def resume_job(job_id: JobId, service: Service) -> JobRow:
    """Go on with a paused job, at once."""
    return service.resume_job(job_id)


@router.post("/cancel")
def cancel_job(job_id: JobId, service: Service, who: Who) -> JobRow:
    """End the job now; its reports stay."""
    return service.cancel_job(job_id, by=who)


@router.post("/retry")
def retry_job(job_id: JobId, service: Service, order: RetryOrder | None = None) -> JobRow:
    """Run the failed (or cancelled) steps of a finished job again, with new options for them if there are any."""
    order = order or RetryOrder()
    return service.retry(
        job_id,
        states=tuple(order.states),
        error_kind=order.error_kind,
        steps=order.steps,
        overrides=order.overrides.model_dump(exclude_unset=True) if order.overrides else None,
    )
