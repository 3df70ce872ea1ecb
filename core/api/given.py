"""What every route is given: the service, the caller's name, ids from the path."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Path, Request

from core.api.shapes import LARGEST_ID
from core.job_service import JobService
from core.models import storable

NAME_COOKIE = "lote_name"


async def _service(request: Request) -> JobService:
    service: JobService = request.app.state.service
    return service


async def _who(request: Request) -> str:
    return storable(unquote(request.cookies.get(NAME_COOKIE, "")))[:100].strip()


Service = Annotated[JobService, Depends(_service)]
Who = Annotated[str, Depends(_who)]
"""The name that the caller's browser gave on the screens, "" without one; not verified."""
JobId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the job")]
StepNumber = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`step_number`, from 1")]
CommentId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the comment")]
ReportId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the report")]
