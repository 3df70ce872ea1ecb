"""Routes of jobs: create, list, read, change, delete, totals."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from pydantic import TypeAdapter
from starlette.responses import JSONResponse, Response

from core import actor, queries
from core.api.given import JobId, Service, Who
from core.api.json_route import JsonRoute
from core.api.problems import documented
from core.api.shapes import (
    Body,
    CreatedJob,
    DuplicateLine,
    ExtractOrder,
    JobChange,
    JobFilters,
    MoreDomains,
    NewBatch,
    NewJob,
    NewSingle,
    RejectedLine,
)
from core.draft import Created
from core.idempotency import Idempotency
from core.queries.progress import Progress
from core.queries.rows import Deletion, JobRow, Page, Summary
from core.states import Origin

CREATED = TypeAdapter(CreatedJob)

router = APIRouter(route_class=JsonRoute, tags=["jobs"], prefix="/jobs")

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]*$",
        description="The same key and body, sent again within 24 h, give the stored answer; another body gives 422",
    ),
]


@router.post("/batch-scraping", status_code=201, response_model=CreatedJob, responses=documented(413, 415, 422))
def create_batch_scraping_job(
    request: Request, body: NewBatch, service: Service, who: Who, idempotency_key: Key = None
) -> Response:
    """Create a job with one step for each target, and start it. 422 when no target is left."""
    created = service.create_batch_scraping_job(
        body.domains, **_options(body, who), idempotency=_idempotency(request, body, idempotency_key)
    )
    return _answer(request, created)


@router.post("/single-scraping", status_code=201, response_model=CreatedJob, responses=documented(413, 415, 422))
def create_single_scraping_job(
    request: Request, body: NewSingle, service: Service, who: Who, idempotency_key: Key = None
) -> Response:
    """Create a job for one target, and start it."""
    created = service.create_single_scraping_job(
        body.domain, **_options(body, who), idempotency=_idempotency(request, body, idempotency_key)
    )
    return _answer(request, created)


@router.get("", responses=documented(422))
def list_jobs(service: Service, filters: Annotated[JobFilters, Query()]) -> Page[JobRow]:
    """Jobs, newest first."""
    with service.database.reading() as session:
        return queries.jobs.page(session, **filters.model_dump())


@router.get("/stats/summary", responses=documented())
def get_summary(service: Service) -> Summary:
    """How many jobs there are, by state, and how many steps."""
    with service.database.reading() as session:
        return queries.jobs.summary(session)


@router.post(
    "/{job_id}/lines", status_code=201, response_model=CreatedJob, responses=documented(404, 409, 413, 415, 422)
)
def add_lines(
    request: Request, job_id: JobId, body: MoreDomains, service: Service, idempotency_key: Key = None
) -> Response:
    """Add targets to a job that has not ended (else 409). Their lines are numbered on from the last one of its list;
    422 when none of them is new.
    """
    request_once = _idempotency(request, body, idempotency_key)
    return _answer(request, service.add_targets(job_id, body.domains, idempotency=request_once))


@router.post(
    "/{job_id}/extract-again", status_code=201, response_model=CreatedJob, responses=documented(404, 409, 413, 415, 422)
)
def extract_again(
    request: Request, job_id: JobId, service: Service, who: Who, body: ExtractOrder | None = None, key: Key = None
) -> Response:
    """Create a job that reads the stored pages of a finished one (its `store_html`) instead of visiting anybody, and
    start it: with a newer extractor, other questions. 409 when there are no such pages, or not yet.
    """
    body = body or ExtractOrder()
    created = service.extract_again(
        job_id,
        body.name,
        body.config.model_dump(exclude_unset=True) if body.config else None,
        steps=body.steps,
        created_by=who,
        origin=Origin.API,
        idempotency=_idempotency(request, body, key),
    )
    return _answer(request, created)


@router.get("/{job_id}", responses=documented(404, 422))
def get_job(job_id: JobId, service: Service) -> JobRow:
    """One job."""
    with service.database.reading() as session:
        return queries.jobs.get(session, job_id)


@router.get("/{job_id}/progress", responses=documented(404, 422))
def get_progress(job_id: JobId, service: Service) -> Progress:
    """How a running job goes: its pace, the seconds left as a range, the hosts that took longest in its latest
    attempts. `seconds_left` is null while too few attempts have ended, and when the job does not run.
    """
    with service.database.reading() as session:
        job = queries.jobs.get(session, job_id)
        return queries.progress.of_job(session, job, datetime.now(UTC))


@router.patch("/{job_id}", responses=documented(404, 409, 422))
def update_job(job_id: JobId, change: JobChange, service: Service) -> JobRow:
    """Before the start everything may change; afterwards name, description, priority, concurrency and interval."""
    given = change.model_dump(exclude_unset=True)
    return service.update_job(job_id, **{field: value for field, value in given.items() if value is not None})


@router.delete("/{job_id}", responses=documented(404, 409, 422))
def delete_job(job_id: JobId, service: Service) -> Deletion:
    """Delete a finished or never started job with all that belongs to it; says how much that was."""
    return service.delete_job(job_id)


def _options(body: NewJob, who: str) -> dict[str, Any]:
    return {
        "name": body.name,
        "description": body.description or "",
        "priority": body.priority,
        "config": body.config,
        "start": body.start,
        "created_by": who if body.created_by is None else body.created_by,
        "origin": Origin.API,
    }


def _idempotency(request: Request, body: Body, key: str | None) -> Idempotency | None:
    if key is None:
        return None
    content = f"{request.url.path}\n{body.model_dump_json()}"
    who = actor.current()
    # without a login there is one caller: everybody
    return Idempotency(key, who.name if who.is_verified else "", hashlib.sha256(content.encode()).hexdigest(), respond)


def respond(created: Created) -> dict[str, Any]:
    """The answer to a new or longer job, as JSON."""
    job = CreatedJob(
        **asdict(created.job),
        rejected=[RejectedLine(**line) for line in created.rejected],
        duplicates=[DuplicateLine(**line) for line in created.duplicates],
    )
    answer: dict[str, Any] = CREATED.dump_python(job, mode="json")
    return answer


def _answer(request: Request, created: Created) -> Response:
    answer = created.response or respond(created)
    headers = {"Location": f"{request.scope['root_path']}/jobs/{answer['id']}"}
    if created.replayed:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(answer, 201, headers)
