"""What every route is given: the service, the caller's name, ids from the path."""

from typing import Annotated

from fastapi import Depends, Path, Request

from core import actor
from core.api.shapes import LARGEST_ID
from core.job_service import JobService


async def _service(request: Request) -> JobService:
    service: JobService = request.app.state.service
    return service


async def _who() -> str:
    return actor.current().name


Service = Annotated[JobService, Depends(_service)]
Who = Annotated[str, Depends(_who)]
"""Who calls: by their login or token; without one the name that their browser gave on the screens, "" without that."""
TokenId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the token")]
JobId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the job")]
StepNumber = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`step_number`, from 1")]
CommentId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the comment")]
ReportId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="`id` of the report")]
